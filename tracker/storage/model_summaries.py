"""Summaries by a language model, one row for each attempt. They are stored apart from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, insert, select

from tracker.clock import clamp_future
from tracker.storage.assistant_tables import MODEL_SUMMARY
from tracker.storage.schema import CHANGE

MADE, DROPPED, FAILED = "made", "dropped", "failed"
TRIES = 3  # per revision of a change


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """One attempt. `state` is made, dropped (the answer failed its checks) or failed (no answer); `reason` is a key
    of the catalogs (`beside.reason.*`) or a line. `sentences` are (en, ja, quote). `prompt` is a SHA-256."""

    change_id: str
    revision: int
    at: datetime
    model: str
    prompt: str
    state: str
    reason: str = ""
    sentences: tuple[tuple[str, str, str], ...] = ()
    left_out: int = 0


def add(connection: Connection, summary: ModelSummary) -> None:
    connection.execute(
        insert(MODEL_SUMMARY).values(
            change_id=summary.change_id,
            revision=summary.revision,
            at=summary.at,
            model=summary.model,
            prompt=summary.prompt,
            state=summary.state,
            reason=summary.reason,
            en="\n".join(en for en, _, _ in summary.sentences),
            ja="\n".join(ja for _, ja, _ in summary.sentences),
            quotes=[quote for _, _, quote in summary.sentences],
            left_out=summary.left_out,
        )
    )


def waiting(
    connection: Connection, *, rank: int, since: datetime, now: datetime, pause: timedelta, limit: int
) -> Sequence[str]:
    """Ids of changes of at least this level's rank, detected since then, that have no summary and attempts left,
    highest level first. None at all while the last failure is younger than `pause`."""
    last = connection.execute(
        select(MODEL_SUMMARY.c.state, MODEL_SUMMARY.c.at).order_by(MODEL_SUMMARY.c.id.desc()).limit(1)
    ).first()
    if last is not None and last.state == FAILED and clamp_future(last.at, now, pause):
        return []
    tries = (
        select(func.count())
        .where(
            and_(
                MODEL_SUMMARY.c.change_id == CHANGE.c.id,
                MODEL_SUMMARY.c.revision == CHANGE.c.revision,
            )
        )
        .correlate(CHANGE)
    )
    done = tries.where(MODEL_SUMMARY.c.state != FAILED).scalar_subquery()
    rows = connection.execute(
        select(CHANGE.c.id)
        .where(
            CHANGE.c.level >= rank,
            ~CHANGE.c.baseline,
            ~CHANGE.c.editorial,
            CHANGE.c.detected_at >= since,
            done == 0,
            tries.scalar_subquery() < TRIES,
        )
        .order_by(CHANGE.c.level.desc(), CHANGE.c.seq.desc())
        .limit(limit)
    )
    return [str(row.id) for row in rows]
