"""Renders a reviewer's correction: its values beside the result of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.i18n import label, t
from tracker.model import Change, Direction, Language, Level
from tracker.model.corrections import CorrectedFields, Correction, decode, leading
from tracker.sanitize import sanitize_line


@dataclass(frozen=True, slots=True)
class CorrectedField:
    """One field: its name, the corrected value, and the result of the rules."""

    name: str
    corrected: str
    by_rules: str


def leading_correction(change: Change) -> Correction | None:
    """Return the correction that applies to the shown change."""
    return leading(change.corrections)


def corrected_fields(correction: Correction, language: Language) -> tuple[CorrectedField, ...]:
    """Return each corrected field, beside the result of the rules."""
    found = correction.by_rules
    if found is None:
        return ()
    rules = CorrectedFields(found.level, found.direction, found.topics, found.gist_ja)
    by_rules = dict(_field_texts(rules, language))
    return tuple(
        CorrectedField(name, text, by_rules.get(name) or t("correction.nothing", language))
        for name, text in _field_texts(correction.fields, language)
    )


def correction_words(value: str, language: Language) -> str:
    """Return the value of an entry of the review log in words; without a field, that it withdraws an earlier
    correction.
    """
    text = [f"{name}: {words}" for name, words in _field_texts(decode(value), language)]
    return "; ".join(text) if text else t("correction.withdrawn", language)


def correction_line(change: Change, language: Language) -> str:
    """Return the applied correction in one line; empty where there is none."""
    correction = leading_correction(change)
    if correction is None:
        return ""
    what = "; ".join(
        t("correction.field", language, name=field.name, corrected=field.corrected, found=field.by_rules)
        for field in corrected_fields(correction, language)
    )
    return t("correction.line", language, who=sanitize_line(correction.who), what=what)


def review_words(entry: Mapping[str, Any], language: Language) -> str:
    """Return the content of an entry of the review log, besides its note."""
    if entry["action"] == "decide":
        return label("web.decision", entry["value"], language)
    if entry["action"] == "correct":
        return correction_words(entry["value"], language)
    return sanitize_line(entry["value"])


def _field_texts(fields: CorrectedFields, language: Language) -> Sequence[tuple[str, str]]:
    level: Level | None = fields.level
    direction: Direction | None = fields.direction
    offered = (
        ("message.level", label("level", level, language) if level else None),
        ("correction.direction", label("direction", direction, language) if direction else None),
        ("message.topics", None if fields.topics is None else _topics(fields.topics, language)),
        ("correction.gist", None if fields.gist_ja is None else sanitize_line(fields.gist_ja)),
    )
    return [(t(key, language), text) for key, text in offered if text is not None]


def _topics(topics: Sequence[str], language: Language) -> str:
    comma = "、" if language == "ja" else ", "
    named = comma.join(label("topic", sanitize_line(topic), language) for topic in topics)
    return named or t("correction.nothing", language)
