"""A text of the law on a day that the eCFR does not show yet, for the page of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.i18n import format_day, t
from tracker.legal_status.ribbons import Ribbon
from tracker.model import Document, Language, Op
from tracker.rendering.as_amended_text import day_words, outcome_words
from tracker.rendering.law_text import amended_lines
from tracker.storage import versions
from tracker.storage.database import Store
from tracker.storage.predictions import AGREED, COMPUTED, Stored
from tracker.stories.amended_text import AmendedText, amended_text
from tracker.stories.rule_records import state_day

SHOWN = 50  # lines of each list


@dataclass(frozen=True, slots=True)
class LawDay:
    """The part of the page about rules that the text lacks. `days` can be chosen; `day` was, and `head` and `document` are
    those of its text. `removed`, `failed` and `later` are lines: units that are no longer there, instructions that were not
    computed, and what is amended after the day.
    """

    days: Sequence[date]
    day: date | None = None
    document: Document | None = None
    head: str = ""
    removed: Sequence[str] = ()
    failed: Sequence[str] = ()
    later: Sequence[str] = ()
    marks: dict[str, tuple[Ribbon, ...]] | None = None

    def marks_of(self, path: str) -> tuple[Ribbon, ...]:
        return (self.marks or {}).get(path, ())


def law_day(store: Store, identity: str, ordinal: int, day: date | None, language: Language) -> LawDay | None:
    """Return what rules make of a version that is the newest of its text by a day; None where no rule amends it."""
    with store.read() as connection:
        version = versions.get(connection, identity, ordinal)
        newest = versions.latest(connection, identity)
        if version is None or version != newest:
            return None
        own = state_day(connection, version)
        found = amended_text(connection, version, own, day or date.min)
        days = found.days if day is None else amended_text(connection, version, own, date.min).days
    if not (found.units or found.ahead or found.failed):
        return None
    later = [one for one in found.ahead if one.unit.state == COMPUTED]
    if day is None:
        return LawDay(days, later=_lines(later, language))
    return LawDay(
        days=sorted({*days, day}),
        day=day,
        document=found.document,
        head=_head(found, day, own, language),
        removed=_lines([one for one in found.units if one.unit.op == Op.REMOVED], language),
        failed=_lines(found.failed, language),
        later=_lines(later, language),
        marks=_marks(found, language),
    )


def _head(found: AmendedText, day: date, base: date, language: Language) -> str:
    if found.failure:
        return t("law.failure", language, reason=found.failure)
    shown, official = format_day(day, language), format_day(base, language)
    key = "law.text-computed" if found.document else "law.text-same"
    return t(key, language, day=shown, base=official)


def _marks(found: AmendedText, language: Language) -> dict[str, tuple[Ribbon, ...]]:
    """Return the marks of the units that the text has: where they are from, and from when."""
    marks: dict[str, tuple[Ribbon, ...]] = {}
    for one in found.units:
        unit = one.unit
        if unit.state == COMPUTED and unit.op != Op.REMOVED:
            state = "in-force" if unit.outcome == AGREED else "published"
            words = f"{outcome_words(unit, one.rule_name, language)} ({day_words(unit, language)})"
            marks[unit.path] = (*marks.get(unit.path, ()), Ribbon(state, words))
    return marks


def _lines(units: Sequence[Stored], language: Language) -> list[str]:
    lines = [" ".join(line.strip() for line in amended_lines([one], language)) for one in units[:SHOWN]]
    more = len(units) - SHOWN
    return [*lines, t("message.more", language, count=more)] if more > 0 else lines
