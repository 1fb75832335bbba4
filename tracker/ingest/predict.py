"""Computes what a rule makes of the stored text of the CFR, in a worker: before a new rule is written, and again when
what it was computed from changes.

A failure of the computation is a result, "not computed" with its reason: it never stops the rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from tracker.amendments.prediction import RuleText, amended_parts, predicted_units
from tracker.config.models import Settings
from tracker.errors import OutOfTime, ReaderKilled, StoreError, TrackerError
from tracker.ingest.reading import NewVersion
from tracker.logs import Logger
from tracker.model import Change, DocumentKind, Fetched, ResourceType
from tracker.sandbox import pool
from tracker.storage import predictions as stored
from tracker.storage import snapshots, versions
from tracker.storage.database import Store
from tracker.storage.predictions import COMPUTED, NOT_COMPUTED, PredictedUnit
from tracker.stories.pending_rules import (
    PendingRule,
    effective_day,
    effective_days,
    has_ended,
    is_by,
    is_in,
    order_of,
    pending_rules,
    rule_text,
    text_of,
    texts_of,
    version_key,
)

SECONDS = 120  # for one rule, and never more than half of what its source has left
MOST_UNITS = 2_000  # of one part that are kept
NO_TEXT = "the full text of the rule is not stored"
_KINDS = frozenset({DocumentKind.RULE, DocumentKind.CORRECTION})
log = Logger()

Predictions = dict[str, Sequence[PredictedUnit] | None]


@dataclass(frozen=True, slots=True)
class Base:
    """The newest stored text of a part. `failure`: why its bytes cannot be read."""

    part: str
    version: versions.Version
    day: date | None
    data: bytes
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A rule, the stored text of a part, and what the computation depends on. `others` are the rules that the text
    lacks, with their texts; `missing` are those of them without one; `settled` the days whose units were compared.
    """

    rule: PendingRule
    text: Fetched | None
    base: Base
    others: tuple[PendingRule, ...] = ()
    texts: tuple[RuleText, ...] = ()
    missing: tuple[str, ...] = ()
    settled: frozenset[date | None] = frozenset()

    @property
    def inputs(self) -> str:
        others = (one.key for one in self.others)
        return " ".join((version_key(self.base.version), self.rule.key, *others))


def predictions(store: Store, settings: Settings, decision: NewVersion) -> Predictions | None:
    """Return the units of each stored part that a rule amends, None for a part whose stored text has the rule already.
    Return None for a document that is no rule, or that comes without its text.
    """
    text = text_of(decision.fetched)
    titles = [source for source in settings.sources if source.kind == "ecfr"]
    if decision.change.kind not in _KINDS or text is None or not titles:
        return None
    if has_ended(decision.change):
        return {}
    parts = parts_of(text, decision.version.document_id) or list(decision.document.cfr_references)
    rule = PendingRule(decision.version.document_id, decision.change, decision.version, ())
    with store.read() as connection:
        works = [
            work_on(connection, rule, text, base)
            for part in parts
            for source in titles
            if part.startswith(f"{source.title} CFR ") and (base := base_of(connection, source.id, part))
        ]
    return {work.base.part: units_of(work) for work in works}


def parts_of(text: Fetched, document_id: str) -> list[str]:
    """Return the parts that the instructions of a rule name; none where they cannot be read."""
    try:
        with pool.bounded(seconds=_seconds(), slow=pool.is_slow()):
            return pool.run(amended_parts, text.key, text.answer.body)
    except Exception as error:  # noqa: BLE001 - the rule is stored whatever its instructions do
        _log(document_id, error)
        return []


def base_of(connection: Connection, source: str, part: str) -> Base | None:
    """Return the newest stored text of a part with its bytes; None where there is none."""
    version = versions.latest_of(connection, source, part)
    if version is None:
        return None
    try:
        answer = snapshots.load(connection, version.snapshots[:1])
    except StoreError as error:  # damaged bytes of another document, which `tracker verify` reports
        log.warning("a stored text cannot be read", part=part, cause=error.cause)
        return Base(part, version, None, b"", error.cause)
    if answer.role is not ResourceType.ECFR_PART:
        return None
    as_of = answer.meta.get("as_of")
    return Base(part, version, date.fromisoformat(as_of) if as_of else None, answer.answer.body)


def work_on(connection: Connection, rule: PendingRule, text: Fetched | None, base: Base) -> Work:
    """Return what the units of a rule in a part are computed from."""
    others = [
        one
        for one in pending_rules(connection, base.part, base.version, base.day)
        if one.document_id != rule.document_id
    ]
    texts, missing = texts_of(connection, others)
    settled = frozenset(
        one.effective
        for one in stored.of_document(connection, rule.document_id)
        if one.part == base.part and one.outcome is not None
    )
    return Work(rule, text, base, tuple(others), tuple(texts), tuple(missing), settled)


def units_of(work: Work) -> list[PredictedUnit] | None:
    """Return what a rule makes of a part; None where the stored text has the rule already."""
    change, base = work.rule.change, work.base
    effective = effective_day(change)
    if is_by(base.day, change.published, effective) and not _later_days(change, base):
        return None
    if base.failure or work.text is None:
        return [_unread(work, base.failure or NO_TEXT)]
    own = rule_text(change, work.text)
    names = [one.name for one in work.others if one.name not in work.missing]
    before = [one for one in work.others if one.name in names and order_of(one.change) <= order_of(change)]
    texts = [*work.texts[: len(before)], own, *work.texts[len(before) :]]
    try:
        with pool.bounded(seconds=_seconds(), slow=pool.is_slow()):
            answer = pool.run(predicted_units, texts, len(before), base.part, base.data)
        found = json.loads(answer)
    except (OutOfTime, ReaderKilled) as error:  # of this moment: it is computed again
        _log(work.rule.document_id, error)
        return [replace(_unread(work, error.cause), inputs="")]
    except Exception as error:  # noqa: BLE001 - a failure of the computation is a result
        _log(work.rule.document_id, error)
        return [_unread(work, _cause(error))]
    lacks = [*work.missing, *found["lacking"]]
    rows = [_row(one, work, lacks, found["applied"]) for one in found["units"]]
    kept = [row for row in rows if not is_in(change, base.day, row) and row.effective not in work.settled]
    if len(kept) > MOST_UNITS:
        more = f"it amends {len(kept):,} units of this part; the first {MOST_UNITS:,} are kept"
        kept = [*kept[:MOST_UNITS], _unread(work, more)]
    return kept


def _later_days(change: Change, base: Base) -> bool:
    return base.day is not None and any(day > base.day for day in effective_days(change))


def _seconds() -> float:
    left = pool.seconds_left()
    return SECONDS if left is None else min(SECONDS, left / 2)


def _cause(error: Exception) -> str:
    return (
        error.cause
        if isinstance(error, TrackerError)
        else f"defect in tracker: {type(error).__name__}: {error}"
    )


def _log(document_id: str, error: Exception) -> None:
    log.warning("amendments not computed", document=document_id, cause=_cause(error), kind=type(error).__name__)  # fmt: skip


def _row(
    one: dict[str, Any], work: Work, lacks: Sequence[str] = (), applied: Sequence[str] = ()
) -> PredictedUnit:
    base = work.base
    reason, note = one["reason"] or "", one["note"] or ""
    if lacks and (note or one["state"] == COMPUTED):  # what it names may be what another rule adds
        lacking = f"the text that it is computed on does not have all of {', '.join(lacks)}"
        reason, note = "; ".join(filter(None, (reason, lacking))), ""
    return PredictedUnit(
        part=base.part,
        path=one["path"] or base.part,
        op=one["op"],
        from_path=one["from_path"],
        before=one["before"],
        after=one["after"],
        effective=date.fromisoformat(one["effective"]) if one["effective"] else None,
        instruction=one["instruction"] or "",
        words=one["words"] or "",
        state=one["state"],
        reason=reason,
        note=note,
        base_id=base.version.document_id,
        base_version=base.version.ordinal,
        base_day=base.day,
        base_rules=tuple(applied),
        inputs=work.inputs,
    )


def _unread(work: Work, reason: str) -> PredictedUnit:
    empty = {"path": None, "op": None, "from_path": None, "before": None, "after": None, "effective": None}
    row = {**empty, "instruction": None, "words": None, "state": NOT_COMPUTED, "reason": reason, "note": None}
    return _row(row, work)
