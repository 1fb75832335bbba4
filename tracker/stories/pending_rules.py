"""The stored rules whose amendments of a part its stored text does not have yet, each with its text and its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from tracker.amendments.prediction import RuleText
from tracker.clock import legal_day
from tracker.errors import StoreError
from tracker.model import Change, DocumentKind, Fetched, ResourceType
from tracker.storage import changes, predictions, snapshots, versions
from tracker.storage.predictions import COMPUTED, PredictedUnit

_TEXTS = {ResourceType.FR_XML: "rule.xml", ResourceType.FR_TEXT: "rule.txt"}  # the best first
_ENDED = frozenset({"withdrawn", "rescinded"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PendingRule:
    """A rule with its units of one part that the text lacks. `key` changes with its text and its days."""

    document_id: str
    change: Change
    version: versions.Version
    units: tuple[PredictedUnit, ...]

    @property
    def name(self) -> str:
        return self.change.document_number or self.change.citation or self.change.title

    @property
    def key(self) -> str:
        return f"{version_key(self.version)}:{effective_day(self.change)}:{moved_days(self.change)}"


def version_key(version: versions.Version) -> str:
    """Return what tells a version from any other, also from one of a restored store."""
    return f"{version.document_id}:{version.ordinal}:{version.digest[:16]}"


def text_of(fetched: Fetched) -> Fetched | None:
    """Return the full text of a document; None where it was stored without."""
    texts = [part for role in _TEXTS for part in fetched.attachments if part.role is role]
    return texts[0] if texts else None


def rule_text(change: Change, text: Fetched, units: Sequence[PredictedUnit] | None = None) -> RuleText:
    """Return a rule as `amendments.prediction` reads it; with units, only the instructions of their days."""
    return RuleText(
        number=change.document_number or change.citation or change.title,
        name=_TEXTS[text.role],
        data=text.answer.body,
        effective=effective_day(change),
        moved=tuple(moved_days(change).items()),
        only=None if units is None else frozenset(present_day(change, one.effective) for one in units),
    )


def stored_text(connection: Connection, version: versions.Version) -> Fetched | None:
    """Return the full text of a stored rule; None where it has none. Raises StoreError where its bytes are damaged."""
    return text_of(snapshots.load(connection, version.snapshots))


def effective_days(change: Change) -> list[date]:
    return sorted(
        {one.date for one in change.tagging.dates if one.type == "effective" and not one.superseded}
    )


def effective_day(change: Change) -> date | None:
    """Return the only effective date of a rule; None where it has none or several."""
    days = effective_days(change)
    return days[0] if len(days) == 1 else None


def moved_days(change: Change) -> dict[date, date | None]:
    """Return the effective dates that other documents moved, each with the day that they give instead, None where they give
    none: a rule that is stayed before its day takes effect after the stay.
    """
    found: dict[date, date | None] = {}
    for one in change.tagging.dates:
        if one.type == "effective" and one.superseded:
            found[one.date] = one.moved.to if one.moved else None
    for status in change.tagging.status:
        if status.state == "stayed" and not status.units and status.since:
            for day in effective_days(change):
                if status.since <= day and (status.until is None or day <= status.until):
                    found[day] = None if status.until is None else status.until + _DAY
    return found


def present_day(change: Change, day: date | None) -> date | None:
    """Return the day of a unit as its rule's record has it now."""
    moved = moved_days(change)
    for _ in moved:  # a day may be moved again
        if day in moved:
            day = moved[day]
    return day


def has_ended(change: Change) -> bool:
    """Return whether another document, or its own, took back the whole rule."""
    return any(status.state in _ENDED and not status.units for status in change.tagging.status)


def is_known(change: Change, known_at: datetime | None) -> bool:
    return known_at is None or change.detected_at <= known_at


def pending_rules(
    connection: Connection,
    part: str,
    version: versions.Version,
    day: date | None,
    known_at: datetime | None = None,
) -> list[PendingRule]:
    """Return the rules whose amendments of a part a version of its text, of this day, lacks, in the order of publication:
    those that the eCFR does not have yet, and those that only a later version has, with the same words.
    """
    by_rule: dict[str, list[PredictedUnit]] = {}
    for one in predictions.lacking(connection, part, version.document_id, version.ordinal):
        by_rule.setdefault(one.document_id, []).append(one.unit)
    found = []
    for document_id, units in by_rule.items():
        change = changes.of_document(connection, document_id)
        newest = versions.latest(connection, document_id)
        if change is None or newest is None or not is_known(change, known_at) or has_ended(change):
            continue
        kept = [
            one
            for one in units
            if one.state == COMPUTED or one.base_version == version.ordinal or not is_in(change, day, one)
        ]
        if kept:
            found.append(PendingRule(document_id, change, newest, tuple(kept)))
    return sorted(found, key=lambda rule: order_of(rule.change))


def is_in(change: Change, day: date | None, unit: PredictedUnit) -> bool:
    """Return whether a text of a day has, by the days, what the rule makes of a unit."""
    return is_by(day, change.published, present_day(change, unit.effective))


def is_by(day: date | None, published: date | None, effective: date | None) -> bool:
    """Return whether a text of a day has, by the days, what was published and took effect on these."""
    if day is None or published is None or published > day:
        return False
    return effective is None or effective <= day


def order_of(change: Change) -> tuple[bool, date, str]:
    """Return the place of a rule among those of one effective day: a correction comes after what it corrects, which may
    be published later, as the filed text is corrected.
    """
    corrects = change.kind is DocumentKind.CORRECTION or any(
        link.relation == "corrects" for link in change.tagging.links
    )
    return corrects, change.published or legal_day(change.detected_at), change.document_number or ""


def texts_of(connection: Connection, rules: Sequence[PendingRule]) -> tuple[list[RuleText], list[str]]:
    """Return the texts of rules in their order, and the names of those whose text is not there or damaged."""
    found, missing = list[RuleText](), list[str]()
    for rule in rules:
        try:
            text = stored_text(connection, rule.version)
        except StoreError:  # `tracker verify` reports it
            text = None
        if text is None:
            missing.append(rule.name)
        else:
            found.append(rule_text(rule.change, text, rule.units))
    return found, missing
