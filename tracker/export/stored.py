"""The redline of a change, out of the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from tracker.export.redline import Redline, Side
from tracker.model import Change, SnapshotRef
from tracker.store import changes


def redline_of(
    connection: Connection, change: Change, *, now: datetime, timezone: str = "Asia/Tokyo"
) -> Redline:
    """What differs between the two snapshots of a change; no operations where it is a new document."""
    return Redline(
        title=change.title,
        source=change.source,
        url=change.url,
        before=_side(change.before) if change.before else None,
        after=_side(change.after) if change.after else Side(change.title),
        operations=changes.operations(connection, change.id),
        generated_at=now,
        timezone=timezone,
    )


def _side(snapshot: SnapshotRef) -> Side:
    return Side(snapshot.sha256[:12], snapshot.sha256, snapshot.fetched_at)
