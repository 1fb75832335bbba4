"""The text of a part on a day that the eCFR does not show yet: its newest text as amended by the rules that it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from tracker import parsing
from tracker.amendments.prediction import text_on
from tracker.errors import StoreError, TrackerError
from tracker.logs import Logger
from tracker.model import Document
from tracker.sandbox import pool
from tracker.storage import snapshots, versions
from tracker.storage.predictions import (
    COMPUTED,
    NOT_COMPUTED,
    PredictedUnit,
    Stored,
)
from tracker.stories.pending_rules import PendingRule, pending_rules, present_day, texts_of, version_key

_REMEMBERED = 4  # texts
_texts: dict[str, Document] = {}
log = Logger()


@dataclass(frozen=True, slots=True)
class AmendedText:
    """A part as amended by a day. `units` are the units that rules amend by then, `ahead` those that they amend later, and
    `failed` the instructions by then that were not computed: the text lacks them. `document` is None where no rule
    changes the text by then. `failure`: why the text could not be computed; it is that of the eCFR then.
    """

    document: Document | None = None
    units: tuple[Stored, ...] = ()
    ahead: tuple[Stored, ...] = ()
    failed: tuple[Stored, ...] = ()
    failure: str = ""

    @property
    def days(self) -> list[date]:
        """The days ahead on which the text changes."""
        return sorted({one.unit.effective for one in self.ahead if one.unit.effective})

    def about(self, path: str) -> AmendedText:
        """Return the same with only what concerns a unit, what is below it and what contains it."""
        return replace(
            self,
            units=tuple(one for one in self.units if _concerns(one.unit, path)),
            ahead=tuple(one for one in self.ahead if _concerns(one.unit, path)),
            failed=tuple(one for one in self.failed if _concerns(one.unit, path)),
        )


NOT_AMENDED = AmendedText()


def amended_text(
    connection: Connection,
    version: versions.Version,
    day: date | None,
    as_of: date,
    known_at: datetime | None = None,
) -> AmendedText:
    """Return a version of a part, whose text is that of a day, as it reads on a later day."""
    rules = pending_rules(connection, version.key, version, day, known_at)
    stored = [one for rule in rules for one in _units(rule) if one.unit.op or one.unit.state == NOT_COMPUTED]
    due = [one for one in stored if one.unit.effective is not None and one.unit.effective <= as_of]
    found = AmendedText(
        units=tuple(one for one in due if one.unit.state != NOT_COMPUTED),
        ahead=tuple(one for one in stored if one not in due),
        failed=tuple(one for one in due if one.unit.state == NOT_COMPUTED),
    )
    if not any(one.unit.state == COMPUTED for one in found.units):
        return found
    try:
        return replace(found, document=_document(connection, version, rules, as_of))
    except TrackerError as error:
        log.warning("the text as amended is not shown", part=version.key, cause=error.cause)
        return replace(found, failure=error.cause)


def _units(rule: PendingRule) -> Iterable[Stored]:
    for place, unit in enumerate(rule.units):
        dated = replace(unit, effective=present_day(rule.change, unit.effective))
        yield Stored(rule.document_id, place, dated, rule.change.id, rule.name)


def _document(
    connection: Connection, version: versions.Version, rules: Sequence[PendingRule], as_of: date
) -> Document:
    """Return the part as it reads on a day. Raises TrackerError."""
    due = [_until(rule, as_of) for rule in rules]
    due = [rule for rule in due if rule.units]
    days = [sorted({str(one.effective) for one in rule.units}) for rule in due]
    key = json.dumps([version_key(version), [rule.key for rule in due], days])
    if key in _texts:
        return _texts[key]
    texts, missing = texts_of(connection, due)
    if missing:
        raise StoreError(f"the text of {', '.join(missing)} cannot be read")
    answer = snapshots.load(connection, version.snapshots[:1])
    made: bytes = pool.run(text_on, texts, version.key, answer.answer.body, as_of)
    document = parsing.read(replace(answer, answer=replace(answer.answer, body=made)))
    while len(_texts) >= _REMEMBERED:
        _texts.pop(next(iter(_texts)))
    _texts[key] = document
    return document


def _until(rule: PendingRule, as_of: date) -> PendingRule:
    """Return a rule with its units that apply by a day."""
    days = {one.effective: present_day(rule.change, one.effective) for one in rule.units}
    due = {day for day, present in days.items() if present is not None and present <= as_of}
    kept = tuple(one for one in rule.units if one.effective in due)
    return replace(rule, units=kept)


def _concerns(unit: PredictedUnit, path: str) -> bool:
    if unit.path == unit.part:  # an instruction without a readable target
        return True
    return any(_within(one, path) or _within(path, one) for one in (unit.path, unit.from_path) if one)


def _within(path: str, unit: str) -> bool:
    return path == unit or path.startswith((f"{unit}(", f"{unit} "))
