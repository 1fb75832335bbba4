"""Reads and writes the states of pages that alternate between two texts, and of removed pages and documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from tracker.storage import versions
from tracker.storage.database import Store
from tracker.storage.page_tables import ABSENCE, FLAPPING
from tracker.storage.schema import RESOURCE
from tracker.storage.table_base import upsert

ASKED_AGAIN = timedelta(days=1)  # between requests for a page that was recorded as removed
UNREAD = "noise"  # extraction_config of a page whose volatile patterns were cleared: no source has it, so the page is read again


@dataclass(frozen=True, slots=True)
class Flapping:
    """An unconfirmed text; the fields are those of `FlappingRow`."""

    url: str
    digest: str
    polls: int
    seen: int
    since: datetime
    at: datetime
    snapshots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """A removed page or document; the fields are those of `AbsenceRow`."""

    url: str
    reason: str
    polls: int
    since: datetime
    at: datetime
    change: str | None = None


def is_due(absence: Absence, now: datetime) -> bool:
    """Whether this poll asks for a page that was missing before."""
    return absence.change is None or now - absence.at >= ASKED_AGAIN


@dataclass(frozen=True, slots=True)
class PageStates:
    """Those of one source, by key: its unconfirmed texts, and its removed pages and documents."""

    flapping: dict[str, Flapping] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)


def load(store: Store, sources: Sequence[str]) -> dict[str, PageStates]:
    """The states of these sources, in two queries."""
    names = list(sources)
    found = {name: PageStates() for name in names}
    with store.read() as connection:
        for row in connection.execute(select(FLAPPING).where(FLAPPING.c.source.in_(names))):
            found[row.source].flapping[row.key] = Flapping(
                row.url, row.digest, row.polls, row.seen, row.since, row.at, tuple(row.snapshots)
            )
        for row in connection.execute(select(ABSENCE).where(ABSENCE.c.source.in_(names))):
            found[row.source].absences[row.key] = Absence(
                row.url, row.reason, row.polls, row.since, row.at, row.change
            )
    return found


def flapping(store: Store, source: str) -> dict[str, Flapping]:
    """The unconfirmed texts by key."""
    return load(store, [source])[source].flapping


def absences(store: Store, source: str) -> dict[str, Absence]:
    """The removed pages and documents by key."""
    return load(store, [source])[source].absences


def save_flapping(connection: Connection, source: str, key: str, row: Flapping) -> None:
    values = {name: getattr(row, name) for name in Flapping.__slots__} | {"snapshots": list(row.snapshots)}
    connection.execute(
        upsert(connection, FLAPPING)
        .values(source=source, key=key, **values)
        .on_conflict_do_update(index_elements=["source", "key"], set_=values)
    )


def save_absence(connection: Connection, source: str, key: str, row: Absence) -> None:
    values = {name: getattr(row, name) for name in Absence.__slots__}
    connection.execute(
        upsert(connection, ABSENCE)
        .values(source=source, key=key, **values)
        .on_conflict_do_update(index_elements=["source", "key"], set_=values)
    )


def clear_flapping(connection: Connection, source: str, key: str) -> None:
    connection.execute(delete(FLAPPING).where(FLAPPING.c.source == source, FLAPPING.c.key == key))


def clear_absence(connection: Connection, source: str, key: str) -> None:
    connection.execute(delete(ABSENCE).where(ABSENCE.c.source == source, ABSENCE.c.key == key))


def clear_masks(connection: Connection, source: str | None = None) -> None:
    """Deletes learned masks, and makes the next requests unconditional, because "not modified" would hide the
    masked content."""
    for version in versions.with_noise(connection, source):
        versions.learn(connection, version, ())
        connection.execute(
            update(RESOURCE)
            .where(RESOURCE.c.source == version.source, RESOURCE.c.key == version.key)
            .values(extraction_config=UNREAD)
        )
