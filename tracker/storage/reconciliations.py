"""The results of audits, one row each; `tracker status` shows the newest of each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from tracker.storage.schema import RECONCILIATION


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The result of an audit. `through`: the last day up to which every channel was compared; None: none was. `ok`:
    the source answered and nothing is missing."""

    source: str
    at: datetime
    since: date
    through: date | None
    ok: bool
    record: Mapping[str, Any]


def add(connection: Connection, found: Reconciliation) -> None:
    connection.execute(
        insert(RECONCILIATION).values(**{name: getattr(found, name) for name in Reconciliation.__slots__})
    )


def latest(connection: Connection) -> dict[str, Reconciliation]:
    """The last audit of each source."""
    newest = select(func.max(RECONCILIATION.c.id)).group_by(RECONCILIATION.c.source)
    rows = connection.execute(select(RECONCILIATION).where(RECONCILIATION.c.id.in_(newest)))
    return {
        row.source: Reconciliation(**{name: getattr(row, name) for name in Reconciliation.__slots__})
        for row in rows
    }
