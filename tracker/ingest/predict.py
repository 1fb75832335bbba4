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
    """The newest stored text of a part."""

    part: str
    version: versions.Version
    day: date | None


@dataclass(frozen=True, slots=True)
class Work:
    """A rule, the stored text of a part, and the rules that the text lacks: what the computation depends on. No text is
    read for it.
    """

    rule: PendingRule
    base: Base
    others: tuple[PendingRule, ...] = ()

    @property
    def inputs(self) -> str:
        others = (one.key for one in self.others)
        return " ".join((version_key(self.base.version), self.rule.key, *others))


@dataclass(frozen=True, slots=True)
class Contents:
    """What the computation reads: the text of the rule, that of the part, and those of the other rules. `failure`: why the
    part cannot be read; `missing`: the rules without a text; `settled`: the days whose units were compared.
    """

    text: Fetched | None
    base: bytes
    texts: tuple[RuleText, ...]
    missing: tuple[str, ...]
    settled: frozenset[date | None]
    failure: str = ""


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
            (work := work_on(connection, rule, base), contents_of(connection, work, text))
            for part in parts
            for source in titles
            if part.startswith(f"{source.title} CFR ") and (base := base_of(connection, source.id, part))
        ]
    return {work.base.part: units_of(work, contents) for work, contents in works}


def parts_of(text: Fetched, document_id: str) -> list[str]:
    """Return the parts that the instructions of a rule name; none where they cannot be read."""
    try:
        with pool.bounded(seconds=_seconds(), slow=pool.is_slow()):
            return pool.run(amended_parts, text.key, text.answer.body)
    except Exception as error:  # noqa: BLE001 - the rule is stored whatever its instructions do
        _log(document_id, error)
        return []


def base_of(connection: Connection, source: str, part: str) -> Base | None:
    """Return the newest stored text of a part; None where there is none."""
    version = versions.latest_of(connection, source, part)
    if version is None:
        return None
    role, day = snapshots.role_and_day(connection, version.snapshots[0])
    return Base(part, version, day) if role in {ResourceType.ECFR_PART, None} else None


def work_on(connection: Connection, rule: PendingRule, base: Base) -> Work:
    """Return what the units of a rule in a part are computed from."""
    others = pending_rules(connection, base.part, base.version, base.day)
    return Work(rule, base, tuple(one for one in others if one.document_id != rule.document_id))


def contents_of(connection: Connection, work: Work, text: Fetched | None) -> Contents:
    """Read what the units of a rule, which has this text, are computed from."""
    base = work.base
    try:
        data, failure = snapshots.load(connection, base.version.snapshots[:1]).answer.body, ""
    except StoreError as error:  # damaged bytes of another document, which `tracker verify` reports
        log.warning("a stored text cannot be read", part=base.part, cause=error.cause)
        data, failure = b"", error.cause
    texts, missing = texts_of(connection, work.others)
    settled = frozenset(
        one.effective
        for one in stored.of_document(connection, work.rule.document_id)
        if one.part == base.part and one.outcome is not None
    )
    return Contents(text, data, tuple(texts), tuple(missing), settled, failure)


def units_of(work: Work, contents: Contents) -> list[PredictedUnit] | None:
    """Return what a rule makes of a part; None where the stored text has the rule already."""
    change, base = work.rule.change, work.base
    effective = effective_day(change)
    if is_by(base.day, change.published, effective) and not _later_days(change, base):
        return None
    if contents.failure or contents.text is None:
        return [_unread(work, contents.failure or NO_TEXT)]
    own = rule_text(change, contents.text)
    names = [one.name for one in work.others if one.name not in contents.missing]
    before = [one for one in work.others if one.name in names and order_of(one.change) <= order_of(change)]
    texts = [*contents.texts[: len(before)], own, *contents.texts[len(before) :]]
    try:
        with pool.bounded(seconds=_seconds(), slow=pool.is_slow()):
            answer = pool.run(predicted_units, texts, len(before), base.part, contents.base)
        found = json.loads(answer)
    except (OutOfTime, ReaderKilled) as error:  # of this moment: it is computed again
        _log(work.rule.document_id, error)
        return [replace(_unread(work, error.cause), inputs="")]
    except Exception as error:  # noqa: BLE001 - a failure of the computation is a result
        _log(work.rule.document_id, error)
        return [_unread(work, _cause(error))]
    lacks = [*contents.missing, *found["lacking"]]
    rows = [_row(one, work, lacks, found["applied"]) for one in found["units"]]
    kept = [row for row in rows if not is_in(change, base.day, row) and row.effective not in contents.settled]
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
