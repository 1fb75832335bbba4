"""Edits planted at random in real text, one kind at a time, each with the operations that it must give.

Whole top-level paragraphs of real sections are added and removed, so that those after them are redesignated, with and
without a word changed on the way; words change elsewhere. The texts are the parts' own units, without tables.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.diff_texts import Edit
from tracker.diffing import apply, compare
from tracker.model import Document, DocumentKind, Unit, UnitKind

_KINDS = (
    "one inserted",
    "two inserted",
    "one inserted, another changed",
    "one removed",
    "five words changed",
)


@dataclass(frozen=True)
class Share:
    """Of the expected operations, how many were found; how many others; how many trials were all right."""

    expected: int
    found: int
    wrong: int
    trials: int
    right: int


@dataclass(frozen=True)
class _Section:
    """A section whose paragraphs are (a), (b), (c) ...: indexes of all designated units and of those."""

    path: str
    inside: Sequence[int]
    tops: Sequence[int]


def tried(texts: Sequence[Sequence[Unit]], trials: int) -> Share:
    expected = found = wrong = right = 0
    for seed in range(trials):
        chance = random.Random(seed)
        units = [unit for unit in chance.choice(texts) if unit.kind is not UnitKind.ROW]
        after, edits = _edited(units, _KINDS[seed % len(_KINDS)], chance)
        operations = compare(_document(units), _document(after))
        if [(unit.path, unit.text) for unit in apply(units, operations)] != [(u.path, u.text) for u in after]:
            raise AssertionError(f"trial {seed}: the operations do not give the new text")
        got: set[Edit] = {(op.op.value, op.from_path, op.path) for op in operations if not op.editorial}
        expected += len(edits)
        found += len(got & edits)
        wrong += len(got - edits)
        right += got == edits
    return Share(expected, found, wrong, trials, right)


def _document(units: Sequence[Unit]) -> Document:
    return Document("bench", DocumentKind.CFR, "", "", tuple(units))


def _edited(units: list[Unit], kind: str, chance: random.Random) -> tuple[list[Unit], set[Edit]]:
    if kind == "five words changed":
        return _words_changed(units, chance)
    section = chance.choice(_sections(units))
    at = chance.randrange(1, len(section.tops) - 1)
    if kind == "one removed":
        return _removed(units, section, at)
    return _inserted(units, section, at, chance, 1 + (kind == "two inserted"), change="changed" in kind)


def _sections(units: Sequence[Unit]) -> list[_Section]:
    by_path: dict[str, list[int]] = {}
    for k, unit in enumerate(units):
        section, bracket, rest = unit.path.partition("(")
        if bracket and unit.kind is UnitKind.PARAGRAPH and " " not in rest:
            by_path.setdefault(section, []).append(k)
    found = []
    for path, inside in by_path.items():
        tops = [k for k in inside if units[k].path == path + units[k].marker and len(units[k].marker) == 3]
        letters = [units[k].marker[1] for k in tops]
        in_turn = letters == [chr(97 + k) for k in range(len(letters))]
        if len(tops) >= 4 and in_turn and all(units[k].path[len(path) + 2] == ")" for k in inside):
            found.append(_Section(path, inside, tops))
    return found


def _inserted(
    units: list[Unit], section: _Section, at: int, chance: random.Random, count: int, *, change: bool
) -> tuple[list[Unit], set[Edit]]:
    start, end = section.tops[at], section.inside[-1] + 1
    edits: set[Edit] = set()
    fresh = []
    for number in range(count):
        marker = f"({chr(97 + at + number)})"
        donor = chance.choice([unit.text for unit in units if len(unit.text) > 200]).split()
        words = " ".join([marker, *donor[1:30], "planted", str(number)])
        fresh.append(Unit(section.path + marker, UnitKind.PARAGRAPH, words, units[start].depth, marker))
        edits.add(("added", None, section.path + marker))
    later = [_shifted(units[k], k, section, count, edits) for k in range(start, end)]
    if change:
        k = chance.choice([k for k, unit in enumerate(later) if len(unit.text.split(" ")) > 4])
        later[k] = _with_other_word(later[k], chance)
        if start + k not in section.inside:
            edits.add(("changed", None, later[k].path))
    return [*units[:start], *fresh, *later, *units[end:]], edits


def _removed(units: list[Unit], section: _Section, at: int) -> tuple[list[Unit], set[Edit]]:
    start, following, end = section.tops[at], section.tops[at + 1], section.inside[-1] + 1
    edits: set[Edit] = {
        ("removed", None, units[k].path) for k in range(start, following) if k in section.inside
    }
    kept = [units[k] for k in range(start, following) if k not in section.inside]
    later = [_shifted(units[k], k, section, -1, edits) for k in range(following, end)]
    return [*units[:start], *kept, *later, *units[end:]], edits


def _shifted(unit: Unit, k: int, section: _Section, by: int, edits: set[Edit]) -> Unit:
    """The unit under the letter that its section's paragraphs now have."""
    if k not in section.inside:
        return unit
    place = len(section.path) + 1
    path = f"{unit.path[:place]}{chr(ord(unit.path[place]) + by)}{unit.path[place + 1 :]}"
    edits.add(("renumbered", unit.path, path))
    if not unit.path.endswith(unit.marker) or unit.path[place - 1 : place + 2] != unit.marker[:3]:
        return replace(unit, path=path)
    if len(unit.path) - len(unit.marker) != len(section.path):
        return replace(unit, path=path)
    marker = path[len(section.path) :]
    text = marker + unit.text[len(marker) :] if unit.text.startswith(unit.marker) else unit.text
    return replace(unit, path=path, marker=marker, text=text)


def _words_changed(units: list[Unit], chance: random.Random) -> tuple[list[Unit], set[Edit]]:
    after = list(units)
    long = [k for k, unit in enumerate(units) if unit.kind is UnitKind.PARAGRAPH and len(unit.text) > 80]
    chosen = chance.sample(long, 5)
    for k in chosen:
        after[k] = _with_other_word(units[k], chance)
    return after, {("changed", None, units[k].path) for k in chosen}


def _with_other_word(unit: Unit, chance: random.Random) -> Unit:
    words = unit.text.split(" ")
    words[chance.randrange(2, len(words))] = "planted"
    return replace(unit, text=" ".join(words))
