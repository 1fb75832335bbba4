"""Requests summaries of stored changes from a model. It runs after storing and alerting, and holds no
transaction while it waits. Every failure of the endpoint ends within the time limit, as a state with a
reason.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from tracker.assistants.answer_check import check_answer
from tracker.assistants.model_client import SummaryModel, body
from tracker.assistants.prompt import build_prompt
from tracker.errors import ParseError, UnreadableAnswer, UsageError
from tracker.logs import Logger
from tracker.model import Change, Document, Level
from tracker.rendering.redlines.stored import document_of
from tracker.storage import changes, model_summaries, versions
from tracker.storage.database import Store
from tracker.storage.model_summaries import DROPPED, FAILED, MADE, ModelSummary
from tracker.storage.schema import CHANGE

ROUND = 5  # changes per round of the daemon
PAUSE = timedelta(minutes=10)  # after a failed request
RECENT = timedelta(days=7)  # older changes are summarized on command only
CUT, NO_TEXT = "cut", "no-text"

log = Logger()


def summarize_change(
    store: Store, change_id: str, writer: SummaryModel, now: Callable[[], datetime], longest: int
) -> ModelSummary:
    """Summarize one change and store the result. `longest`: characters of official text that are sent. Raises
    UsageError for a change that is not stored, StoreError.
    """
    with store.read() as connection:
        change = changes.get(connection, change_id)
        if change is None:
            raise UsageError(f"there is no change {change_id!r}")
        asked = build_prompt(
            change, _document(connection, change), changes.operations(connection, change_id), longest
        )
    prompt = hashlib.sha256(body(writer.model, asked.messages)).hexdigest()

    def summary(state: str, reason: str = "", **more: object) -> ModelSummary:
        return ModelSummary(change.id, change.revision, now(), writer.model, prompt, state, reason, **more)  # type: ignore[arg-type]

    if not asked.worth_asking:
        found = summary(DROPPED, NO_TEXT)
    else:
        try:
            checked = check_answer(writer.write(asked.messages), asked.official)
        except UnreadableAnswer as error:
            found = summary(FAILED, error.line())
        else:
            sentences = tuple((one.en, one.ja, one.quote) for one in checked.sentences)
            state, reason = (MADE, CUT if asked.cut else "") if sentences else (DROPPED, checked.reason)
            found = summary(state, reason, sentences=sentences, left_out=checked.left_out)
    with store.write() as connection:
        model_summaries.add(connection, found)
    return found


def summarize_pending(
    store: Store,
    writer: SummaryModel,
    now: Callable[[], datetime],
    *,
    level: Level,
    longest: int,
    stop: threading.Event,
) -> int:
    """Summarize pending changes of this level or above, a few per round; a failed request ends the round.
    Return how many were requested.
    """
    at = now()
    with store.read() as connection:
        due = model_summaries.waiting(
            connection, rank=level.rank, since=at - RECENT, now=at, pause=PAUSE, limit=ROUND
        )
    done = 0
    for change_id in due:
        if stop.is_set():
            break
        found = summarize_change(store, change_id, writer, now, longest)
        done += 1
        log.info("summary", change=change_id, model=found.model, state=found.state, reason=found.reason)
        if found.state == FAILED:
            break
    return done


def _document(connection: Connection, change: Change) -> Document | None:
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change.id)
    ).one()
    version = versions.get(connection, row.document_id, row.version)
    try:
        return document_of(connection, version, version.volatile_patterns) if version else None
    except ParseError:
        return None  # stored, but the current parser cannot read the bytes; the record's own words are used
