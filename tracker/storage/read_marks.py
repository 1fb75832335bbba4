"""What each reader has read of the inbox, by revision: a new revision of a change is unread again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from tracker.storage.inbox_tables import READ_MARK
from tracker.storage.reading import ReadConnection
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP


def add(connection: Connection, reader: str, change_ids: Sequence[str], at: datetime) -> None:
    """Marks these changes, and the others of their stories, as read in their current revision."""
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
        select(CHANGE.c.id, CHANGE.c.revision).where(_of_stories(change_ids) & ~read)
    ).all()
    if found:
        rows = [{"reader": reader, "change_id": row.id, "revision": row.revision, "at": at} for row in found]
        connection.execute(insert(READ_MARK), rows)


def remove(connection: Connection, reader: str, change_ids: Sequence[str], at: datetime) -> None:
    """Marks these changes, and the others of their stories, as unread: by a mark below every revision, so that `last` grows."""
    marks = (
        select(READ_MARK.c.change_id, func.min(READ_MARK.c.revision).label("least"))
        .where(
            (READ_MARK.c.reader == reader)
            & READ_MARK.c.change_id.in_(select(CHANGE.c.id).where(_of_stories(change_ids)))
        )
        .group_by(READ_MARK.c.change_id)
    )
    rows = [
        {"reader": reader, "change_id": row.change_id, "revision": min(row.least, 0) - 1, "at": at}
        for row in connection.execute(marks).all()
    ]
    if rows:
        before = connection.execute(select(func.max(READ_MARK.c.id))).scalar_one()
        connection.execute(insert(READ_MARK), rows)
        own = (READ_MARK.c.reader == reader) & READ_MARK.c.change_id.in_([row["change_id"] for row in rows])
        connection.execute(delete(READ_MARK).where(own & (READ_MARK.c.id <= before)))


def _of_stories(change_ids: Sequence[str]) -> ColumnElement[bool]:
    stories = select(DOCUMENT_GROUP.c.story).where(DOCUMENT_GROUP.c.name.in_(list(change_ids)))
    names = select(DOCUMENT_GROUP.c.name).where(DOCUMENT_GROUP.c.story.in_(stories))
    # One list: with `OR` between a list and a query, PostgreSQL reads all changes.
    listed = select(CHANGE.c.id).where(CHANGE.c.id.in_(list(change_ids)))
    return CHANGE.c.id.in_(listed.union_all(names))


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
