"""The watch list that operators edit in the viewer: profiles, routes and watched instruments, as a log of edits."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select

from tracker.storage.watch_tables import WATCH_ENTRY


class EntryKind(StrEnum):
    """The table of `sources.toml` that an entry belongs to."""

    PROFILE = "profile"
    ROUTE = "route"
    INSTRUMENT = "instrument"


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """One edit. `key`: the id of a profile, the name of an instrument, a random key of a route. `value` None: removed."""

    id: int
    at: datetime
    who: str
    address: str
    kind: EntryKind
    key: str
    value: Mapping[str, Any] | None


def revision(connection: Connection) -> int:
    """A number that rises with each edit."""
    return int(connection.execute(select(func.max(WATCH_ENTRY.c.id))).scalar() or 0)


def current(connection: Connection) -> list[WatchEntry]:
    """The newest edit of each entry, without removed ones, in the order in which the entries were made."""
    first = func.min(WATCH_ENTRY.c.id)
    order = {
        row.newest: row.oldest
        for row in connection.execute(
            select(func.max(WATCH_ENTRY.c.id).label("newest"), first.label("oldest")).group_by(
                WATCH_ENTRY.c.kind, WATCH_ENTRY.c.key
            )
        )
    }
    rows = connection.execute(select(WATCH_ENTRY).where(WATCH_ENTRY.c.value.is_not(None)))
    held = [_entry(row) for row in rows if row.id in order]
    return sorted(held, key=lambda entry: order[entry.id])


def log(connection: Connection, limit: int = 200) -> list[WatchEntry]:
    """The edits, the newest first."""
    rows = connection.execute(select(WATCH_ENTRY).order_by(WATCH_ENTRY.c.id.desc()).limit(limit))
    return [_entry(row) for row in rows]


def add(
    connection: Connection,
    kind: EntryKind,
    key: str,
    value: Mapping[str, Any] | None,
    *,
    who: str,
    address: str = "",
    at: datetime,
) -> int:
    """Writes an edit and returns its number. `value` None removes the entry."""
    row = {
        "at": at,
        "who": who,
        "address": address,
        "kind": str(kind),
        "key": key,
        "value": None if value is None else dict(value),
    }
    return int(connection.execute(insert(WATCH_ENTRY).values(**row).returning(WATCH_ENTRY.c.id)).scalar_one())


def new_key() -> str:
    """A key for an entry that has no id of its own."""
    return secrets.token_hex(4)


def _entry(row: Any) -> WatchEntry:
    return WatchEntry(row.id, row.at, row.who, row.address, EntryKind(row.kind), row.key, row.value)
