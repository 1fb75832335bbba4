"""What each reader has read of the inbox, by revision: a new revision of a change is unread again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from tracker.storage.inbox_tables import READ_MARK
from tracker.storage.reading import ReadConnection
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP


def add(connection: Connection, reader: str, change_ids: Sequence[str], at: datetime) -> None:
    """Marks these changes, and the others of their stories, as read in their current revision."""
    stories = select(DOCUMENT_GROUP.c.story).where(DOCUMENT_GROUP.c.name.in_(list(change_ids)))
    names = select(DOCUMENT_GROUP.c.name).where(DOCUMENT_GROUP.c.story.in_(stories))
    read = (
        select(READ_MARK.c.id)
        .where(
            (READ_MARK.c.reader == reader)
            & (READ_MARK.c.change_id == CHANGE.c.id)
            & (READ_MARK.c.revision >= CHANGE.c.revision)
        )
        .exists()
    )
    found = connection.execute(
        select(CHANGE.c.id, CHANGE.c.revision).where(
            (CHANGE.c.id.in_(list(change_ids)) | CHANGE.c.id.in_(names)) & ~read
        )
    ).all()
    if found:
        rows = [{"reader": reader, "change_id": row.id, "revision": row.revision, "at": at} for row in found]
        connection.execute(insert(READ_MARK), rows)


def last(connection: ReadConnection, reader: str) -> int:
    """A number that grows with each mark of a reader. Plain SQL, for readers."""
    row = connection.execute(
        "SELECT id FROM read_mark WHERE reader = ? ORDER BY id DESC LIMIT 1", [reader]
    ).fetchone()
    return int(row[0]) if row else 0


def read_among(connection: ReadConnection, reader: str, change_ids: Sequence[str]) -> set[str]:
    """Those of these changes whose current revision a reader has read. Plain SQL, for readers."""
    rows = connection.execute(
        "SELECT change.id FROM change JOIN read_mark ON change_id = change.id AND read_mark.revision >= change.revision"
        " WHERE reader = ? AND change.id IN (SELECT value FROM json_each(?))",
        [reader, json.dumps(list(change_ids))],
    )
    return {row[0] for row in rows}
