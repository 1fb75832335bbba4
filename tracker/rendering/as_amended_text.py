"""What was computed from a rule, in the lines of an alert: the first unit's redline, and how the eCFR compares."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.diffing.word_diff import word_spans
from tracker.i18n import format_day, t
from tracker.model import Change, Language, Op, Operation
from tracker.rendering.alert_message import ChangedPassage, LabeledFact
from tracker.rendering.excerpt import changed_passages
from tracker.sanitize import sanitize_line, shorten
from tracker.storage.predictions import AGREED, COMPUTED, DIFFERS, PENDING, PredictedUnit, Stored

LENGTH = 500  # characters of a quoted redline
_MARKS = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}


def outcome_words(one: PredictedUnit, rule: str, language: Language) -> str:
    """Return whether the eCFR has a computed unit of a rule: not yet, with the same words, or with others."""
    return t(f"amended.{one.outcome or PENDING}", language, document=sanitize_line(rule))


def rule_name(change: Change) -> str:
    return change.document_number or change.citation or change.title


def operation_of(one: PredictedUnit, after: str) -> Operation:
    """Return a computed unit as an operation that ends with these words."""
    before = one.before or ""
    spans = word_spans(before, after)
    return Operation(one.path, Op(one.op or Op.CHANGED), before, after, one.from_path, spans=spans)


def day_words(one: PredictedUnit, language: Language) -> str:
    """Return from when a unit applies."""
    if one.effective is None:
        return t("amended.no-day", language)
    return t("amended.effective", language, day=format_day(one.effective, language))


def amended_facts(
    change: Change, found: Sequence[PredictedUnit], language: Language
) -> tuple[LabeledFact, ...]:
    """Return the line of a rule's alert that quotes the first computed unit; none where nothing was computed."""
    computed = [one for one in found if one.state == COMPUTED]
    return tuple(
        LabeledFact(t("amended.title", language), _quoted(change, one, passage, len(computed) - 1, language))
        for one in computed
        for passage in changed_passages([operation_of(one, one.after or "")])
    )[:1]


def compared_facts(shown: Sequence[Stored], language: Language) -> tuple[LabeledFact, ...]:
    """Return the line of an alert about the eCFR: how many of its units have the words that were computed."""
    if not shown:
        return ()
    differing = [sanitize_line(one.unit.path) for one in shown if one.unit.outcome == DIFFERS]
    agreed = sum(one.unit.outcome == AGREED for one in shown)
    share = t("amended.share", language, agreed=agreed, count=len(shown))
    if differing:
        share += " " + t("amended.check", language, path=differing[0])
    return (LabeledFact(t("amended.compared", language), share, strong=bool(differing)),)


def _quoted(
    change: Change, one: PredictedUnit, passage: ChangedPassage, others: int, language: Language
) -> str:
    words = shorten("".join(_MARKS[kind].format(text) for kind, text in passage.runs), LENGTH)
    more = " " + t("message.more", language, count=others) if others else ""
    mark = outcome_words(one, rule_name(change), language)
    return f"{passage.path} ({day_words(one, language)}): {words}{more} ({mark})"
