"""Computes what a new rule makes of the stored text of the CFR, in a worker, before the rule is written.

A failure of the computation is a result, "not computed" with its reason: it never stops the rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from tracker.amendments.prediction import amended_parts, predicted_units
from tracker.config.models import Settings
from tracker.errors import StoreError, TrackerError
from tracker.ingest.reading import NewVersion
from tracker.logs import Logger
from tracker.model import Change, DocumentKind, Fetched, ResourceType
from tracker.sandbox import pool
from tracker.storage import snapshots, versions
from tracker.storage.database import Store
from tracker.storage.predictions import COMPUTED, NOT_COMPUTED, PredictedUnit, rules_ahead

SECONDS = 120  # for one rule, and never more than half of what its source has left
MOST_UNITS = 2_000  # of one part that are kept
_KINDS = frozenset({DocumentKind.RULE, DocumentKind.CORRECTION})
_TEXTS = {ResourceType.FR_XML: "rule.xml", ResourceType.FR_TEXT: "rule.txt"}  # the best first
log = Logger()

Predictions = dict[str, Sequence[PredictedUnit] | None]


@dataclass(frozen=True, slots=True)
class _Base:
    """The newest stored text of a part. `failure`: why its bytes cannot be read."""

    part: str
    version: versions.Version
    day: date | None
    data: bytes
    failure: str = ""
    lacks: tuple[str, ...] = ()  # other rules that it does not have yet


def predictions(store: Store, settings: Settings, decision: NewVersion) -> Predictions | None:
    """Return the units of each stored part that a rule amends, None for a part whose stored text has the rule already.
    Return None for a document that is no rule, or that comes without its text.
    """
    text = _text_of(decision.fetched)
    titles = [source for source in settings.sources if source.kind == "ecfr"]
    if decision.change.kind not in _KINDS or text is None or not titles:
        return None
    try:
        with pool.bounded(seconds=_seconds(), slow=pool.is_slow()):
            parts = pool.run(amended_parts, _TEXTS[text.role], text.answer.body)
    except Exception as error:  # noqa: BLE001 - the rule is stored whatever its instructions do
        _log(decision, error)
        parts = list(decision.document.cfr_references)
    with store.read() as connection:
        bases = [
            base
            for part in parts
            for source in titles
            if part.startswith(f"{source.title} CFR ")
            and (base := _base(connection, source.id, part, decision.version.document_id))
        ]
    return {base.part: _units(decision, text, base) for base in bases}


def _text_of(fetched: Fetched) -> Fetched | None:
    texts = [part for role in _TEXTS for part in fetched.attachments if part.role is role]
    return texts[0] if texts else None


def _base(connection: Connection, source: str, part: str, rule: str) -> _Base | None:
    version = versions.latest_of(connection, source, part)
    if version is None:
        return None
    try:
        stored = snapshots.load(connection, version.snapshots[:1])
    except StoreError as error:  # damaged bytes of another document, which `tracker verify` reports
        log.warning("a stored text cannot be read", part=part, cause=error.cause)
        return _Base(part, version, None, b"", error.cause)
    if stored.role is not ResourceType.ECFR_PART:
        return None
    as_of = stored.meta.get("as_of")
    day = date.fromisoformat(as_of) if as_of else None
    lacks = rules_ahead(connection, part, version.ordinal, rule)
    return _Base(part, version, day, stored.answer.body, lacks=tuple(lacks))


def _units(decision: NewVersion, text: Fetched, base: _Base) -> list[PredictedUnit] | None:
    change = decision.change
    effective = _effective(change)
    if _is_in(base, change.published, effective) and not _later_days(change, base):
        return None
    if base.failure:
        return [_unread(base, base.failure)]
    try:
        with pool.bounded(seconds=_seconds(), slow=pool.is_slow()):
            found = pool.run(
                predicted_units, _TEXTS[text.role], text.answer.body, base.part, base.data, effective
            )
        rows = [_row(one, base) for one in json.loads(found)]
    except Exception as error:  # noqa: BLE001 - a failure of the computation is a result
        _log(decision, error)
        return [_unread(base, _cause(error))]
    kept = [row for row in rows if not _is_in(base, change.published, row.effective)]
    if len(kept) > MOST_UNITS:
        more = f"it amends {len(kept):,} units of this part; the first {MOST_UNITS:,} are kept"
        kept = [*kept[:MOST_UNITS], _unread(base, more)]
    return kept


def _effective(change: Change) -> date | None:
    """Return the only effective date of a rule; None where it has none or several."""
    days = _effective_days(change)
    return days[0] if len(days) == 1 else None


def _effective_days(change: Change) -> list[date]:
    return sorted(
        {one.date for one in change.tagging.dates if one.type == "effective" and not one.superseded}
    )


def _later_days(change: Change, base: _Base) -> bool:
    return base.day is not None and any(day > base.day for day in _effective_days(change))


def _is_in(base: _Base, published: date | None, effective: date | None) -> bool:
    """Return whether the base, by its day, has what was published and took effect on these days."""
    if base.day is None or published is None or published > base.day:
        return False
    return effective is None or effective <= base.day


def _seconds() -> float:
    left = pool.seconds_left()
    return SECONDS if left is None else min(SECONDS, left / 2)


def _cause(error: Exception) -> str:
    return (
        error.cause
        if isinstance(error, TrackerError)
        else f"defect in tracker: {type(error).__name__}: {error}"
    )


def _log(decision: NewVersion, error: Exception) -> None:
    log.warning(
        "amendments not computed", document=decision.version.document_id, cause=_cause(error),
        kind=type(error).__name__,
    )  # fmt: skip


def _row(one: dict[str, Any], base: _Base) -> PredictedUnit:
    reason, note = one["reason"] or "", one["note"] or ""
    if base.lacks and (note or one["state"] == COMPUTED):  # what it names may be what another rule adds
        names = ", ".join(name.removeprefix("fr:") for name in base.lacks)
        reason, note = "; ".join(filter(None, (reason, f"the stored text does not have {names} yet"))), ""
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
    )


def _unread(base: _Base, reason: str) -> PredictedUnit:
    empty = {"path": None, "op": None, "from_path": None, "before": None, "after": None, "effective": None}
    row = {**empty, "instruction": None, "words": None, "state": NOT_COMPUTED, "reason": reason, "note": None}
    return _row(row, base)
