"""The settings in use: those of `sources.toml`, with the profiles, routes and watched instruments that operators added in
the viewer. What is in the file wins over an entry of the same name.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tracker.alerts.routing import DEFAULT_LEVEL
from tracker.config import toml_text
from tracker.config.loader import read_row
from tracker.config.models import Instrument, Route, Settings, WatchList
from tracker.errors import UsageError
from tracker.model import Profile
from tracker.storage import watch_entries
from tracker.storage.database import Store
from tracker.storage.watch_entries import EntryKind, WatchEntry

RECHECK_SECONDS = 0.5
UNITS_PROFILE = "watched-units"  # the profile that "watch this unit" makes
MOST = 500  # entries
_ORDER = (EntryKind.INSTRUMENT, EntryKind.PROFILE, EntryKind.ROUTE)


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry of the viewer. `problems`: why it is not in use, in the words for the same mistake in the file."""

    entry: WatchEntry
    problems: tuple[str, ...] = ()


class WatchListError(UsageError):
    """An entry that cannot be used. `problems` has one line for each mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def in_file(settings: Settings) -> WatchList:
    """The part of the watch list that is in the file."""
    return settings.in_file or WatchList(settings.profiles, settings.routes, settings.instruments)


def with_entries(settings: Settings, entries: Iterable[WatchEntry]) -> tuple[Settings, tuple[HeldEntry, ...]]:
    """The settings with these entries, and each entry with the reasons why it is not in use. Pure.

    Routes of the viewer are added to those of the file. A file without routes has one: every channel gets changes of
    level medium or above. It stays the first.
    """
    own = in_file(settings)
    profiles, instruments, routes = list(own.profiles), list(own.instruments), list(own.routes)
    held: dict[int, HeldEntry] = {}
    entries = list(entries)
    for kind in _ORDER:
        for entry in entries:
            if entry.kind is not kind or entry.value is None:
                continue
            found, problems = _read(settings, kind, entry.value, profiles, instruments)
            held[entry.id] = HeldEntry(entry, problems)
            if problems:
                continue
            if isinstance(found, Profile):
                profiles.append(found)
            elif isinstance(found, Route):
                routes.append(found)
            else:
                instruments.append(found)
    if len(routes) > len(own.routes) and not own.routes:
        routes.insert(0, Route(to=tuple(channel.id for channel in settings.channels), level=DEFAULT_LEVEL))
    made = replace(
        settings,
        profiles=tuple(profiles),
        instruments=tuple(instruments),
        routes=tuple(routes),
        in_file=own,
    )
    return made, tuple(held[entry.id] for entry in entries if entry.id in held)


def _read(
    settings: Settings,
    kind: EntryKind,
    value: Mapping[str, Any],
    profiles: Sequence[Profile],
    instruments: Sequence[Instrument],
) -> tuple[Profile | Route | Instrument, tuple[str, ...]]:
    known = {
        "source": [source.id for source in settings.sources],
        "channel": [channel.id for channel in settings.channels],
        "profile": [profile.id for profile in profiles],
    }
    found, problems = read_row(kind.value, value, known)
    if isinstance(found, Instrument) and found.name in {one.name for one in instruments}:
        problems = (*problems, f'duplicate instrument name "{found.name}"')
    return found, problems


class SettingsInUse:
    """The settings of the file with the entries of the viewer, made again when either changes. Edits of other processes are
    seen within half a second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._revision = -1
        self._entries: list[WatchEntry] = []
        self._made: tuple[Settings, int, Settings] | None = None

    def of(self, settings: Settings) -> Settings:
        with self._lock:
            if time.monotonic() - self._looked >= RECHECK_SECONDS:
                self._look()
            made = self._made
            if (
                made is None
                or made[1] != self._revision
                or (settings is not made[0] and settings is not made[2])
            ):
                self._made = settings, self._revision, self._applied(settings)
            assert self._made is not None
            return self._made[2]

    def look_again(self) -> None:
        """Reads the entries at the next use: this process has written one."""
        with self._lock:
            self._looked = float("-inf")

    def _look(self) -> None:
        with self._store.read() as connection:
            revision = watch_entries.revision(connection)
            if revision != self._revision:
                self._entries, self._revision = watch_entries.current(connection), revision
        self._looked = time.monotonic()

    def _applied(self, settings: Settings) -> Settings:
        if not self._entries and settings.in_file is None:
            return settings
        return with_entries(settings, self._entries)[0]


def applied(settings: Settings, store: Store) -> Settings:
    """The settings in use now, for a command that reads them once."""
    return SettingsInUse(store).of(settings)


def save(
    connection: Connection,
    settings: Settings,
    kind: EntryKind,
    value: Mapping[str, Any],
    *,
    key: str = "",
    seen: int | None = None,
    who: str,
    address: str = "",
    at: datetime,
) -> WatchEntry:
    """Writes a new entry, or a new value of the entry `key`. Raises WatchListError with the mistakes, in the words for the
    same mistakes in the file; `seen` is the edit that the reader's form was made from: a later one of another reader
    is not overwritten.
    """
    entries = watch_entries.current(connection)
    before = next((entry for entry in entries if (entry.kind, entry.key) == (kind, key)), None)
    if seen is not None and (before.id if before else 0) != seen:
        raise WatchListError(["another operator has changed this entry: load the page again"])
    if before is None and len(entries) >= MOST:
        raise WatchListError([f"the viewer holds {MOST} entries already: move some to the file"])
    others = [entry for entry in entries if entry is not before]
    standing, _ = with_entries(settings, others)
    found, problems = _read(standing, kind, value, standing.profiles, standing.instruments)
    if before is not None and isinstance(found, Profile) and found.id != key:
        problems = (*problems, *_uses(others, key))
    if problems:
        raise WatchListError(problems)
    new = _key_of(found) or key or watch_entries.new_key()
    if before is not None and new != key:
        watch_entries.add(connection, kind, key, None, who=who, address=address, at=at)
    number = watch_entries.add(connection, kind, new, value, who=who, address=address, at=at)
    return WatchEntry(number, at, who, address, kind, new, value)


def remove(
    connection: Connection,
    kind: EntryKind,
    key: str,
    *,
    who: str,
    address: str = "",
    at: datetime,
) -> None:
    """Removes an entry. Raises WatchListError where there is none, or where a route needs the profile."""
    entries = watch_entries.current(connection)
    if not any((entry.kind, entry.key) == (kind, key) for entry in entries):
        raise WatchListError([f'the viewer has no {kind} "{key}"'])
    used = _uses(entries, key) if kind is EntryKind.PROFILE else ()
    if used:
        raise WatchListError(used)
    watch_entries.add(connection, kind, key, None, who=who, address=address, at=at)


def _uses(entries: Iterable[WatchEntry], profile: str) -> tuple[str, ...]:
    """The mistakes that a removed or renamed profile would make in routes of the viewer."""
    routes = [entry.value or {} for entry in entries if entry.kind is EntryKind.ROUTE]
    used = any(route.get("when", {}).get("profile") == profile for route in routes)
    return (f'a route has the profile "{profile}": change the route first',) if used else ()


def _key_of(found: Profile | Route | Instrument) -> str:
    if isinstance(found, Profile):
        return found.id
    return found.name if isinstance(found, Instrument) else ""


def watch_unit(
    connection: Connection,
    settings: Settings,
    path: str,
    *,
    profile: str = "",
    who: str,
    address: str = "",
    at: datetime,
) -> str:
    """Adds a unit or instrument to a profile of the viewer, and returns the profile's id. Without `profile` it is the
    profile `watched-units`, made with a route to every channel. Raises WatchListError."""
    wanted = profile or UNITS_PROFILE
    if wanted in {one.id for one in in_file(settings).profiles}:
        raise WatchListError(
            [f'the profile "{wanted}" is in {settings.path.name}: add the unit to its units there']
        )
    entries = watch_entries.current(connection)
    held = next((one for one in entries if (one.kind, one.key) == (EntryKind.PROFILE, wanted)), None)
    if held is None and profile:
        raise WatchListError([f'no profile has the id "{profile}"'])
    value: dict[str, Any] = dict(held.value or {}) if held else {"id": wanted}
    units = [str(unit) for unit in value.get("units", ())]
    if path not in units:
        value["units"] = [*units, path]
        save(
            connection, settings, EntryKind.PROFILE, value,
            key=wanted if held else "", who=who, address=address, at=at,
        )  # fmt: skip
    if held is None and settings.channels:
        route = {"when": {"profile": wanted}, "to": [channel.id for channel in settings.channels]}
        save(connection, settings, EntryKind.ROUTE, route, who=who, address=address, at=at)
    return wanted


def watched_by(settings: Settings, path: str) -> tuple[str, ...]:
    """The ids of the profiles that watch exactly this unit."""
    return tuple(profile.id for profile in settings.profiles if path in profile.units)


def to_toml(entries: Iterable[WatchEntry]) -> str:
    """The entries of the viewer as tables of `sources.toml`. They name channels by id, so that no secret is among them."""
    chosen = list(entries)
    return "\n".join(
        toml_text.table(f"[[{kind}]]", entry.value)
        for kind in (EntryKind.PROFILE, EntryKind.INSTRUMENT, EntryKind.ROUTE)
        for entry in chosen
        if entry.kind is kind and entry.value is not None
    )
