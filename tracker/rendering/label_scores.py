"""Renders the output of `tracker eval`: the scores of the rules on labeled examples, and each missed example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.documents.labeled_examples import Miss, MissKind, Score
from tracker.i18n import label, t
from tracker.model import Language
from tracker.sanitize import sanitize_line

_FIGURES: Mapping[str, str] = {
    "required topics found": "required",
    "given topics right": "given",
    "level right": "level",
    "high or above: recall": "high-found",
    "high or above: precision": "high-right",
    "direction right": "direction",
    "Japan nexus found": "japan",
}
_TOPICS = frozenset({MissKind.TOPIC_MISSING, MissKind.TOPIC_EXTRA})
_JAPAN = frozenset({MissKind.JAPAN_MISSING, MissKind.JAPAN_FALSE})


@dataclass(frozen=True, slots=True)
class MissedExample:
    """An example with a different result of the rules: the change, its title, and the differences."""

    record: str
    title: str
    misses: tuple[Miss, ...]


def score_page(
    score: Score,
    missed: Sequence[MissedExample],
    unread: Sequence[tuple[str, str]],
    version: str,
    language: Language,
) -> str:
    """Return the scores, then the examples, then those that could not be judged and why."""
    lines = [t("eval.head", language, rules=version, count=score.documents)]
    for name, (part, whole) in score.counts().items():
        if name in _FIGURES and whole:
            figure = t(f"eval.{_FIGURES[name]}", language)
            lines.append(
                t("eval.figure", language, figure=figure, part=part, whole=whole, share=f"{part / whole:.0%}")
            )
    if score.nexus_wrong:
        lines.append(t("eval.japan-false", language, count=score.nexus_wrong))
    for example in missed:
        lines.append(f"\n{sanitize_line(example.record)}  {sanitize_line(example.title)}")
        lines += [f"  {_words(miss, language)}" for miss in example.misses]
    if unread:
        lines.append("\n" + t("eval.unread", language, count=len(unread)))
        lines += [f"  {sanitize_line(name)}: {sanitize_line(why)}" for name, why in unread]
    return "\n".join(lines)


def _words(miss: Miss, language: Language) -> str:
    kind = t(f"eval.miss.{miss.kind.value.lower().replace(' ', '-')}", language)
    if miss.kind in _JAPAN:
        return kind
    group = "topic" if miss.kind in _TOPICS else "direction" if miss.kind is MissKind.DIRECTION else "level"
    comma = "、" if language == "ja" else ", "
    said = comma.join(_name(group, value, language) for value in miss.said)
    if not miss.wanted:
        return t("eval.result", language, kind=kind, said=said)
    wanted = comma.join(_name(group, value, language) for value in miss.wanted)
    return t("eval.wanted", language, kind=kind, said=said, wanted=wanted)


def _name(group: str, value: str, language: Language) -> str:
    return label(group, value, language) if value else t("eval.nothing", language)
