"""Topics with similar words, for changes in which the rules found nothing. They are beside the record, never part
of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, or_, select

from tracker.storage.assistant_tables import SIMILARITY_RESULT
from tracker.storage.schema import CHANGE, CHANGE_TOPIC


@dataclass(frozen=True, slots=True)
class SimilarityResult:
    """`topic` empty: none is similar enough. `made_with` names the model and references."""

    change_id: str
    revision: int
    made_with: str
    topic: str = ""
    score: float = 0.0
    reference: str = ""


def pending(connection: Connection, made_with: str, limit: int) -> list[str]:
    """Ids of changes that are outside the field or without a topic, newest first, whose current revision was not
    compared with `made_with` yet."""
    compared = and_(
        SIMILARITY_RESULT.c.change_id == CHANGE.c.id,
        SIMILARITY_RESULT.c.revision == CHANGE.c.revision,
        SIMILARITY_RESULT.c.made_with == made_with,
    )
    tagged = select(CHANGE_TOPIC.c.seq).where(CHANGE_TOPIC.c.seq == CHANGE.c.seq).exists()
    rows = connection.execute(
        select(CHANGE.c.id)
        .where(
            ~CHANGE.c.editorial,
            or_(CHANGE.c.level == 0, ~tagged),
            ~select(SIMILARITY_RESULT.c.change_id).where(compared).exists(),
        )
        .order_by(CHANGE.c.seq.desc())
        .limit(limit)
    )
    return [str(row.id) for row in rows]


def save(connection: Connection, found: Sequence[SimilarityResult], at: datetime) -> None:
    """Stores results in place of the earlier ones of the same changes."""
    if not found:
        return
    connection.execute(
        delete(SIMILARITY_RESULT).where(SIMILARITY_RESULT.c.change_id.in_([one.change_id for one in found]))
    )
    connection.execute(
        insert(SIMILARITY_RESULT),
        [{"at": at, **{name: getattr(one, name) for name in SimilarityResult.__slots__}} for one in found],
    )
