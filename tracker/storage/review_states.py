"""The columns of all changes by which the inbox finds them: the review state, and the level that it shows. The review log
and the records are the truth: the columns are written from them, and `verify` compares them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, text

from tracker.storage import reviews
from tracker.storage.schema import CHANGE, REVIEW

_NAMED = 20  # the most changes that are named
_QUEUE_LEVEL = (
    "CASE WHEN level > 0 THEN level ELSE coalesce("
    "(SELECT max(change_profile.level) FROM change_profile WHERE change_profile.seq = change.seq), 0) END"
)


def fill(connection: Connection) -> None:
    """Writes the columns of all changes."""
    connection.execute(text(f"UPDATE change SET queue_level = {_QUEUE_LEVEL}"))  # noqa: S608 - ours
    for change_id in _reviewed(connection):
        reviews.refresh(connection, change_id)


def verify(connection: Connection) -> Iterator[str]:
    """Yields a line for each change whose columns are not what the log and its levels say."""
    marked = connection.execute(
        select(CHANGE.c.id).where(CHANGE.c.handled | CHANGE.c.decided | (CHANGE.c.assignee != ""))
    )
    for change_id in dict.fromkeys((*_reviewed(connection), *marked.scalars())):
        kept = reviews.kept_state(connection, change_id)
        if kept is not None and kept != reviews.logged_state(connection, change_id):
            yield f"change {change_id}: its review state is not what the review log says"
    wrong = text(f"SELECT id FROM change WHERE queue_level <> {_QUEUE_LEVEL} ORDER BY seq LIMIT {_NAMED}")  # noqa: S608 - ours
    for change_id in connection.execute(wrong).scalars():
        yield f"change {change_id}: its level in the inbox is not that of the change or of its profiles"


def _reviewed(connection: Connection) -> list[str]:
    rows = connection.execute(select(REVIEW.c.change_id).distinct().order_by(REVIEW.c.change_id))
    return [str(change_id) for change_id in rows.scalars()]
