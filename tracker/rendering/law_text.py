"""The page of `tracker law`: status, next status, words, effects and history of a unit or an instrument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from tracker.effects import RecordedEffect
from tracker.i18n import format_day, label, t
from tracker.legal_status.register import StateOnDay
from tracker.legal_status.ribbons import state_words
from tracker.model import Language
from tracker.rendering.as_amended_text import day_words, outcome_words
from tracker.rendering.effect_text import effect_line
from tracker.sanitize import sanitize_line
from tracker.storage.predictions import Stored


class Step(Protocol):
    """A step of the history of a unit."""

    @property
    def since(self) -> date | None: ...
    @property
    def by(self) -> str | None: ...
    @property
    def citation(self) -> str | None: ...
    @property
    def candidates(self) -> tuple[str, ...]: ...
    @property
    def op(self) -> str: ...
    @property
    def change(self) -> str: ...


def status_lines(
    states: Iterable[StateOnDay], ahead: Iterable[StateOnDay], language: Language
) -> Iterator[str]:
    """Yield the states of a day, each followed by its words, and what comes next."""
    said = False
    for state in states:
        said = True
        yield state_words(state, language)
        if state.quote:
            yield f"  “{sanitize_line(state.quote)}”"
    if not said:
        yield t("law.no-status", language)
    for state in ahead:
        day = format_day(state.since, language) if state.since else ""
        yield t("ribbon.next", language, words=f"{state_words(state, language)} ({day})" if day else "")


def text_lines(
    text: str | None,
    day: date | None,
    language: Language,
    *,
    computed_on: date | None = None,
    japanese: bool = False,
) -> Iterator[str]:
    """Yield the words of a unit under their day; with `computed_on`, under that day as computed from the text of the other."""
    if text is None or day is None:
        yield t("law.no-text", language)
        return
    official = format_day(day, language)
    if computed_on is None:
        yield t("law.text-of-japan" if japanese else "law.text", language, day=official)
    else:
        yield t("law.text-computed", language, day=format_day(computed_on, language), base=official)
    yield from (f"  {sanitize_line(line)}" for line in text.splitlines())


def amended_lines(units: Iterable[Stored], language: Language) -> Iterator[str]:
    """Yield what rules make of a unit that its text lacks, each with its day and its rule."""
    for one in units:
        unit = one.unit
        op = label("op", unit.op, language) if unit.op else t("amended.not-computed", language)
        yield "  " + " · ".join(
            (
                sanitize_line(unit.path),
                op,
                day_words(unit, language),
                outcome_words(unit, one.rule_name, language),
            )
            if unit.op
            else (sanitize_line(unit.path), op, day_words(unit, language), sanitize_line(one.rule_name))
        )
        if unit.reason:
            yield f"    {sanitize_line(unit.reason)}"
        if unit.op is None and unit.words:
            yield f"    “{sanitize_line(unit.words)}”"


def effect_lines(effects: Iterable[RecordedEffect], language: Language) -> Iterator[str]:
    """Yield the effects, each in one line with its id."""
    for one in effects:
        yield f"  {effect_line(one, language)} [{one.id}]"


def history_lines(steps: Iterable[Step], language: Language) -> Iterator[str]:
    """Yield the steps of a unit, each with its day and the document that made it."""
    for step in steps:
        day = format_day(step.since, language) if step.since else ""
        name = " ".join(filter(None, (step.citation, step.by)))
        if step.candidates:
            name = f"{t('story.ambiguous', language)} {', '.join(step.candidates)}"
        yield "  " + " · ".join(
            filter(None, (day, label("op", step.op, language), sanitize_line(name), step.change))
        )
