"""Instructions that exclude each other, and units that are stayed: neither is computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.amendments.actions import Action, AmendatoryRule, Portion, StepKind, Target, Verb
from tracker.amendments.base import Division
from tracker.amendments.inline import fold, inline
from tracker.amendments.outline import Path

Key = tuple[object, ...]
_REVISIONS = frozenset({Verb.REVISE, Verb.REVISE_AND_REPUBLISH})
_STAY = re.compile(r"\bstay(?:ed|ing)\b", re.IGNORECASE)
_PARAGRAPHS = re.compile(
    r"(?P<portion>introductory text of |sentences? (?:of|in) )?paragraphs?\s+"
    r"(?P<list>(?:\(\w{1,5}\))+(?:(?:,\s*(?:and\s+)?|\s+and\s+)(?:\(\w{1,5}\))+)*)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"until\s+(?P<month>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<day>\d{1,2}),\s+(?P<year>\d{4})", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def unit_key(target: Target) -> Key:
    """Return a target's part and steps, one for each level of a comment."""
    found: list[object] = [target.part]
    for step in target.steps:
        if step.kind in (StepKind.COMMENT, StepKind.ITEM):
            found += [(step.kind, label) for label in step.label.split(".")]
        else:
            found.append((step.kind, step.label))
    return tuple(found)


def contradictions(rule: AmendatoryRule, days: Sequence[date | None]) -> set[int]:
    """Return the places in the rule of the instructions that exclude another of the same day: both revise one
    unit in different words, or one removes what the other revises.
    """
    moved = {
        unit_key(target)
        for instruction in rule.instructions
        for action in instruction.actions
        if action.verb is Verb.REDESIGNATE
        for target in (action.target, action.moved_to)
        if target is not None
    }
    seen: dict[tuple[Key, date | None], list[tuple[int, Action]]] = {}
    for number, instruction in enumerate(rule.instructions):
        for action in instruction.actions:
            key = unit_key(action.target)
            plain = action.target.portion is Portion.WHOLE and action.words is None
            if plain and key not in moved and not action.newly_designated and len(key) > 1:
                seen.setdefault((key, days[number]), []).append((number, action))
    return {number for group in seen.values() for number in _excluding(group)}


def _excluding(group: list[tuple[int, Action]]) -> Iterable[int]:
    revisions = [(n, a) for n, a in group if a.verb in _REVISIONS]
    removals = [(n, a) for n, a in group if a.verb is Verb.REMOVE]
    additions = [(n, a) for n, a in group if a.verb is Verb.ADD]
    if revisions and removals and not additions:
        yield from (n for n, _ in revisions + removals)
    words = {_words(a) for _, a in revisions}
    if len(words) > 1:
        yield from (n for n, _ in revisions)


def _words(action: Action) -> str:
    """Return what is set out for a revision, to see whether two say the same."""
    if action.set_out is None:
        return ""
    labels = tuple(step.label for step in action.target.steps if step.kind is StepKind.PARAGRAPH)
    lines = [line.text for line in action.set_out.lines if not labels or line.labels[: len(labels)] == labels]
    return fold(" ".join(lines))


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay that the base notes. `below` is whether it covers what lies below the paragraph too."""

    path: Path
    until: date | None
    below: bool


def stays_in(division: Division) -> list[Stay]:
    """Return the stays in the effective date notes of a section."""
    found: list[Stay] = []
    for block in division.blocks():
        text = inline(block.raw).text if block.tag == "EFFDNOT" else ""
        if not text or not _STAY.search(text):
            continue
        until = _day(text)
        for match in _PARAGRAPHS.finditer(text):
            for levels in re.findall(r"(?:\(\w{1,5}\))+", match["list"]):
                path = tuple(re.findall(r"\((\w+)\)", levels))
                found.append(Stay(path, until, match["portion"] is None))
    return found


def _day(text: str) -> date | None:
    match = _UNTIL.search(text)
    if match is None or match["month"].lower() not in _MONTHS:
        return None
    try:
        return date(int(match["year"]), _MONTHS.index(match["month"].lower()) + 1, int(match["day"]))
    except ValueError:
        return None


def is_stayed(path: Path, stays: Iterable[Stay], day: date | None) -> bool:
    """Return whether a unit is stayed on a day, by itself or with a paragraph above it."""
    for stay in stays:
        if stay.until is not None and day is not None and stay.until <= day:
            continue
        if path == stay.path or (stay.below and path[: len(stay.path)] == stay.path):
            return True
    return False


def paragraph_path(target: Target) -> Path:
    return tuple(step.label for step in target.steps if step.kind is StepKind.PARAGRAPH)
