"""The text as a rule amends it, on the page of its change: computed units, and instructions that were not computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.i18n import format_day, t
from tracker.legal_status.ribbons import Ribbon
from tracker.model import Change, Language
from tracker.rendering.as_amended_text import day_words, operation_of, outcome_words, rule_name
from tracker.rendering.redlines.layout import RedlineItem, item_of
from tracker.storage.predictions import (
    AGREED,
    COMPUTED,
    DIFFERS,
    NOT_COMPUTED,
    PredictedUnit,
    Stored,
)

SHOWN = 200  # units, and instructions that were not computed


@dataclass(frozen=True, slots=True)
class AmendedUnit:
    """One computed unit as drawn: from when it applies, and whether the eCFR has it. `reason` says what its
    base lacks; `found` is what the eCFR has
    instead; `rule_id` the record of the rule, on the page of another record.
    """

    item: RedlineItem
    day: str
    mark: Ribbon
    reason: str = ""
    found: RedlineItem | None = None
    rule_id: str = ""


@dataclass(frozen=True, slots=True)
class AsAmended:
    """The section of the page. `more` is the number of units that are left out."""

    units: Sequence[AmendedUnit]
    failed: Sequence[PredictedUnit]
    unchanged: Sequence[PredictedUnit]  # units whose text stays, such as stayed ones
    bases: Sequence[str]
    more: int


def as_amended(change: Change, found: Sequence[PredictedUnit], language: Language) -> AsAmended | None:
    """Return what is drawn of the units of a rule; None where there are none."""
    if not found:
        return None
    computed = [one for one in found if one.state == COMPUTED]
    failed = [one for one in found if one.state == NOT_COMPUTED]
    rest = [one for one in found if one.state not in (COMPUTED, NOT_COMPUTED)]
    bases = {one.part: (one.base_day, one.base_rules) for one in found}
    name = rule_name(change)
    return AsAmended(
        [_drawn(one, name, language) for one in computed[:SHOWN]],
        failed[:SHOWN],
        rest[:SHOWN],
        [_base(part, day, rules, language) for part, (day, rules) in bases.items() if day is not None],
        sum(max(0, len(each) - SHOWN) for each in (computed, failed, rest)),
    )


def _base(part: str, day: date, rules: Sequence[str], language: Language) -> str:
    """Return which text the units of a part were computed on."""
    shown = format_day(day, language)
    if not rules:
        return t("amended.base", language, part=part, day=shown)
    return t("amended.base-amended", language, part=part, day=shown, rules=", ".join(rules))


def compared_units(shown: Sequence[Stored], language: Language) -> list[AmendedUnit]:
    """Return the units of which a change of the eCFR showed whether they were computed right, the differing first."""
    ordered = sorted(shown, key=lambda one: one.unit.outcome == AGREED)
    return [_drawn(one.unit, one.rule_name, language, one.rule_id) for one in ordered]


def _drawn(one: PredictedUnit, rule: str, language: Language, rule_id: str = "") -> AmendedUnit:
    state = {AGREED: "in-force", DIFFERS: "unclear"}.get(one.outcome or "", "published")
    mark = Ribbon(state, outcome_words(one, rule, language))
    item = item_of(operation_of(one, one.after or ""))
    found = item_of(operation_of(one, one.found or "")) if one.outcome == DIFFERS else None
    return AmendedUnit(item, day_words(one, language), mark, one.reason, found, rule_id)
