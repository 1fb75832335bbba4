"""Determines the level of paragraph labels: is `(i)` the one after (h), or Roman one?

The CFR numbers its levels (a)(1)(i)(A)(1)(i), the last two in italics (1 CFR 21.11; Document Drafting Handbook,
"Paragraphs"). A letter such as i, v, x, c, d, l, m fits two sorts, so the labels of a section are read
together: of all readings, the one with the fewest leaps is chosen. The following label decides: `(h) (i) (j)`
are letters, `(h) (1) (i) (ii)` are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from tracker.citations import roman

# One letter, a doubled one, a Roman numeral, a number. "(see)" and "(DIM)" are words.
_DOUBLED = "|".join(letter * 2 for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ONE = rf"\( ?\x01?(?:\d{{1,3}}|[a-zA-Z]|{_DOUBLED}|[ivxl]{{2,7}}|[IVX]{{2,7}})\x02? ?\)"
_HEAD = re.compile(rf"\W{{0,2}}?\s?(?P<first>{_ONE}(?:\s?(?:-|–|through)\s?{_ONE})?)")
_MORE = re.compile(rf"\s?(?P<first>{_ONE})")
# A paragraph's heading in italics, then its first child in the same paragraph: `(c) Policy—(1) General`
_HEADING = re.compile(rf"\s?[“\"']?\x01[^\x02]{{1,300}}\x02[.:”\"']?\s?[-–—]?\s?(?P<first>{_ONE})")
# The same where italics are lost.
_PLAIN_HEADING = re.compile(
    rf"\s?[“\"']?[A-Z][^().;:]{{1,110}}?[.”\"']{{0,2}}(?:\s?[-–—]\s?|(?<=[.”])\s)(?P<first>{_ONE})"
)
_FIRST = frozenset({"1", "i", "A", "a"})
_BEAM = 12
_HOPELESS = 8.0  # a reading that is worse by more is dropped
_DEEPEST = 8  # levels; the CFR has six

ORDER = ("a", "1", "i", "A", "1*", "i*")
# Amendatory instructions are numbered 3., a., i., A. (Document Drafting Handbook, "Amendatory language").
INSTRUCTION_ORDER = ("1", "a", "i", "A")


@dataclass(frozen=True, slots=True)
class PathLabel:
    """One `(b)`. `until` is its last member when it covers several: `(a)-(b) [Reserved]`."""

    value: str
    italic: bool = False
    until: str = ""

    def __str__(self) -> str:
        return f"({self.value})-({self.until})" if self.until else f"({self.value})"


class _Level(NamedTuple):  # a tuple, because thousands of stacks are hashed
    sort: str
    number: int
    text: str
    alone: bool  # no sibling before it


_Stack = tuple[_Level, ...]
# The stacks so far, latest first: a chain, because copying a row for each of thousands of paragraphs is
# quadratic.
_Chain = tuple["_Chain | None", _Stack]
_Reading = tuple[float, _Stack, _Chain | None]


def leading_labels(lead: str, *, plain: bool = False) -> tuple[PathLabel, ...]:
    """Return the labels at the head of a paragraph, from `gpo_xml.leading_emphasis`: `(a)(1) Introduction.` has
    two, `(c) Policy—(1) General` too. Empty for running text. `plain` is for text that has lost its italics:
    there a heading is recognized by its shape.
    """
    heads = _PLAIN_HEADING if plain else _HEADING
    match = _HEAD.match(lead)
    if match is None or not match["first"]:
        return ()
    found = [_designator(match["first"])]
    if found[0].until:
        return tuple(found)
    while more := _MORE.match(lead, match.end()):
        found.append(_designator(more["first"]))
        match = more
    while (heading := heads.match(lead, match.end())) and _designator(heading["first"]).value in _FIRST:
        found.append(_designator(heading["first"]))
        match = heading
        while more := _MORE.match(lead, match.end()):
            found.append(_designator(more["first"]))
            match = more
    return tuple(found)


def _designator(text: str) -> PathLabel:
    values = re.findall(r"[A-Za-z0-9]+", text.replace("through", " "))
    return PathLabel(values[0], "\x01" in text, values[1] if len(values) > 1 else "")


def _readings(designator: PathLabel) -> list[tuple[str, int, int]]:
    """Return (sort, its number, the number after it) for each sort that the label may be."""
    value, until = designator.value, designator.until or designator.value
    star = "*" if designator.italic else ""
    if value.isdigit():
        return [(f"1{star}", int(value), int(until) if until.isdigit() else int(value))]
    found = []
    letter = _letter(value)
    if letter:
        found.append(("a" if value.islower() else "A", letter, _letter(until) or letter))
    # No list of the CFR is long enough for a single l, c, d or m to be a numeral.
    number = roman(value) if len(value) > 1 or value in "ivxIVX" else None
    if number and value.islower():
        found.append((f"i{star}", number, roman(until) or number))
    elif number and value.isupper() and len(value) > 1:
        found.append(("I", number, roman(until) or number))
    return found or [("?", 1, 1)]


def _letter(value: str) -> int | None:
    """Return the number of a letter: a is 1, z is 26, aa is 27, bb is 28: doubled letters continue the
    alphabet.
    """
    if len(set(value)) != 1 or not value.isalpha():
        return None
    return ord(value[0].lower()) - 96 + 26 * (len(value) - 1)


def levels(
    paragraphs: Sequence[tuple[PathLabel, ...]], *, elided: bool = False, order: tuple[str, ...] = ORDER
) -> list[tuple[str, ...]]:
    """Return for each paragraph of a run its full levels, such as `("(b)", "(2)", "(i)")`; empty for one
    without labels. Paragraphs that open at a later level (`(2)` after `(b)(1)`) get the levels above from
    those before them. `elided`: asterisks mark omitted paragraphs, so that leaps and single members mean
    nothing. `order` is that of the sorts from the top.
    """
    beam: list[_Reading] = [(0.0, (), None)]
    for heads in paragraphs:
        for place, designator in enumerate(heads):
            grown: dict[_Stack, _Reading] = {}
            readings = _readings(designator)
            for cost, stack, history in beam:
                for step, new in _steps(
                    stack, readings, str(designator), order, inner=place > 0, elided=elided
                ):
                    total = cost + step
                    if new not in grown or total < grown[new][0]:
                        grown[new] = (total, new, history)
            ranked = sorted(grown.values(), key=itemgetter(0))[:_BEAM]
            beam = [reading for reading in ranked if reading[0] <= ranked[0][0] + _HOPELESS]
        beam = [(cost, stack, (history, stack if heads else ())) for cost, stack, history in beam]
    chain = min(beam, key=itemgetter(0))[2]
    found: list[tuple[str, ...]] = []
    while chain is not None:
        chain, stack = chain
        found.append(tuple(level.text for level in stack))
    return found[::-1]


def _steps(
    stack: _Stack,
    readings: list[tuple[str, int, int]],
    text: str,
    order: tuple[str, ...],
    *,
    inner: bool,
    elided: bool,
) -> list[tuple[float, _Stack]]:
    """Yield every place that a label of these readings may have, and how much of a leap that is. An `inner` one
    follows another in the same paragraph and so belongs below it.
    """
    found: list[tuple[float, _Stack]] = []
    weight = 0.1 if elided else 1.0
    for sort, number, last in readings:
        if not inner:
            for depth, level in enumerate(stack):
                if level.sort != sort:
                    continue
                leap = number - level.number
                cost = 0.0 if leap == 1 else (3.0 + min(leap, 9) / 10) * weight if leap > 1 else 6.0
                # A level that ends with a single member is rare: (1) without (2).
                cost += sum(weight for closed in stack[depth + 1 :] if closed.alone)
                found.append((cost, (*stack[:depth], _Level(sort, last, text, alone=False))))
        cost = 0.0 if number == 1 else 4.0 * weight
        if sort != _expected(stack, order):
            cost += 2.0 if stack else 0.6
        found.append((cost, (*stack[:_DEEPEST], _Level(sort, last, text, alone=True))))
    return found


def _expected(stack: _Stack, order: tuple[str, ...]) -> str:
    """Return the sort below the deepest open level, by the order."""
    if not stack:
        return order[0]
    sort = stack[-1].sort
    if sort in order and sort != order[-1]:
        return order[order.index(sort) + 1]
    return "1"
