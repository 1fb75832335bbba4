"""Computes again what rules make of the CFR, once what it depends on has changed: a text of a part has arrived, another
rule amends the same part, or another document moved or ended a rule. What was computed from the same is left.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from tracker.config.models import Settings
from tracker.errors import StoreError
from tracker.ingest.predict import Work, base_of, contents_of, parts_of, units_of, work_on
from tracker.logs import Logger
from tracker.model import Change, Fetched
from tracker.storage import changes, predictions, snapshots, versions
from tracker.storage.database import Store
from tracker.storage.predictions import PredictedUnit
from tracker.stories.pending_rules import (
    PendingRule,
    effective_days,
    has_ended,
    is_in,
    stored_text,
    version_key,
)
from tracker.stories.rule_records import rules_after

ROUNDS = 3  # a rule that was computed may change what another is computed from
_guard = threading.Lock()
_settled = WeakKeyDictionary[Store, tuple[object, ...]]()  # what was read when nothing was left to compute
_nothing: set[tuple[str, str]] = set()  # (part, inputs) that gave no unit
_parts: dict[str, list[str]] = {}  # by version
log = Logger()


def predict_again(store: Store, settings: Settings) -> int:
    """Return the number of rules and parts that were computed. A failure is logged, and never that of a poll."""
    with _guard:
        count = 0
        texts = [(source.id, source.title) for source in settings.sources if source.kind == "ecfr"]
        try:
            for _ in range(ROUNDS):
                with store.read() as connection:
                    stored = (changes.number_of_writes(connection), *texts)
                if _settled.get(store) == stored:
                    break
                done = sum(_once(store, *text) for text in texts)
                count += done
                if not done:
                    _settled[store] = stored
                    break
        except Exception as error:  # noqa: BLE001 - the poll is stored whatever this does; the next poll tries again
            log.warning("amendments not computed again", cause=str(error), kind=type(error).__name__)
        return count


def _once(store: Store, source: str, title: int) -> int:
    with store.read() as connection:
        due = list(_due(connection, source, title))
    return sum(_compute(store, source, document_id, part) for document_id, part in due)


def _due(connection: Connection, source: str, title: int) -> Iterator[tuple[str, str]]:
    """Yield the rules and parts to look at: those with units that the eCFR does not have, and the rules that a stored text
    lacks by the days.
    """
    days = _days(connection, source, title)
    pending = predictions.rules_pending(connection, days)
    yield from sorted(pending)
    known = [day for day in days.values() if day is not None]
    if not known:
        return
    for document_id, change, named in rules_after(connection, min(known), days.keys()):
        parts = set(named) or set(_parts_of(connection, document_id))
        for part in sorted(parts & days.keys()):
            if (document_id, part) not in pending and _is_ahead(change, days[part]):
                yield document_id, part


def _days(connection: Connection, source: str, title: int) -> dict[str, date | None]:
    """Return the parts of a source that have a stored text, each with the day of the newest."""
    found: dict[str, date | None] = {}
    for key in versions.keys(connection, source):
        version = versions.latest_of(connection, source, key) if key.startswith(f"{title} CFR ") else None
        if version is not None:
            found[key] = snapshots.as_of(connection, version.snapshots[0])
    return found


def _is_ahead(change: Change, day: date | None) -> bool:
    if day is None or has_ended(change):
        return False
    late = change.published is not None and change.published > day
    return late or any(one > day for one in effective_days(change))


def _parts_of(connection: Connection, document_id: str) -> list[str]:
    version = versions.latest(connection, document_id)
    if version is None:
        return []
    key = version_key(version)
    if key not in _parts:
        text = _text(connection, version)
        _parts[key] = parts_of(text, document_id) if text else []
    return _parts[key]


def _text(connection: Connection, version: versions.Version) -> Fetched | None:
    try:
        return stored_text(connection, version)
    except StoreError as error:  # `tracker verify` reports it
        log.warning("a stored text cannot be read", document=version.document_id, cause=error.cause)
        return None


def _compute(store: Store, source: str, document_id: str, part: str) -> bool:
    """Compute a rule in a part where what it depends on has changed. Return whether it was computed."""
    with store.read() as connection:
        work = _work(connection, source, document_id, part)
        before = _pending(connection, document_id, part)
        if work is None or _is_done(work, before):
            return False
        ended = has_ended(work.rule.change)
        text = None if ended else _text(connection, work.rule.version)
        contents = None if ended else contents_of(connection, work, text)
    change, base = work.rule.change, work.base
    if contents is None:
        with store.write() as connection:
            predictions.replace_pending(connection, document_id, part, ())
        return True
    key = version_key(work.rule.version)
    named = _parts.get(key)
    if text is not None and named is None:
        named = _parts[key] = parts_of(text, document_id)
    units = units_of(work, contents) if text is None or not named or part in named else []
    made = list(units or ())
    if all(one.inputs for one in made):  # a failure of this moment is tried again
        # The eCFR should have these by its day: they wait for it with what they were computed from.
        made = [*(replace(one, inputs=work.inputs) for one in before if is_in(change, base.day, one)), *made]
    if not made:
        _nothing.add((part, work.inputs))
    with store.write() as connection:
        if _is_present(connection, source, work) and _pending(connection, document_id, part) == before:
            predictions.replace_pending(connection, document_id, part, made)
    return True


def _is_done(work: Work, before: Sequence[PredictedUnit]) -> bool:
    """Return whether the units without an outcome are those that a computation would give."""
    if has_ended(work.rule.change):
        return not before
    return (work.base.part, work.inputs) in _nothing or any(one.inputs == work.inputs for one in before)


def _work(connection: Connection, source: str, document_id: str, part: str) -> Work | None:
    change, newest = changes.of_document(connection, document_id), versions.latest(connection, document_id)
    base = base_of(connection, source, part)
    if change is None or newest is None or base is None:
        return None
    rule = PendingRule(document_id, change, newest, ())
    return work_on(connection, rule, base)


def _pending(connection: Connection, document_id: str, part: str) -> list[PredictedUnit]:
    units = predictions.of_document(connection, document_id)
    return [one for one in units if one.part == part and one.outcome is None]


def _is_present(connection: Connection, source: str, work: Work) -> bool:
    """Return whether a computation is that of the newest versions."""
    rule, base = work.rule, work.base
    newest = versions.latest(connection, rule.document_id)
    same = newest is not None and newest.ordinal == rule.version.ordinal
    return same and versions.latest_of(connection, source, base.part) == base.version
