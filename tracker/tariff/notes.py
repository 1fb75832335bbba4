"""Reads the U.S. notes of chapter 99 from the lines of its print, as far as their labels prove where each ends.

A label counts where it follows the last one of its level, or begins a new level; where it leaves labels out, only if
one level alone can take it. After a label that no level can take, the note is marked as unread, because its words
may belong to another subdivision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tracker.text import fold_space

_SUBCHAPTER = re.compile(r"SUBCHAPTER ([IVXL]+)")
_FURNITURE = re.compile(
    r"Harmonized Tariff Schedule of the United States.*|Annotated for Statistical Reporting Purposes|"
    r"[IVXL]+|\d{1,2}\s?-\s?(?:[IVXL]+\s?-\s?)?\d+"
)
_NOTES = re.compile(r"U\.\s?S\. Notes?(?: \(con\.\))?(?=\s|$)")
_TABLE = re.compile(r"Heading/|Stat(?:istical)? Notes?\b|Statistical Note")
_NOTE = re.compile(r"(\d{1,3})\.(?:\s+|$)")
_LABEL = re.compile(r"\(([a-z]{1,6}|[A-Z]{1,5}|\d{1,3})\)\s*")
_LEADING = re.compile(rf"(?:{_LABEL.pattern})+")
_REFERENCE = re.compile(r"\bsubdivisions? ((?:\([A-Za-z0-9]{1,6}\))+)")
_IN_SENTENCE = re.compile(r"(?:of|to|in|or|and|through|above|below)\b|[,;.)]")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_AHEAD = 400  # lines that are searched for the next label of a level


@dataclass(slots=True)
class Subdivision:
    """A note or a subdivision of one: `place` is `33` or `33(b)`. `words` are its lines with those of its
    subdivisions, `own` those before the first of them. `doubt` is why its words cannot be relied on; empty where
    they can.
    """

    place: str
    words: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    doubt: str = ""

    @property
    def text(self) -> str:
        return fold_space(" ".join(self.words))


@dataclass(eq=False)
class Notes:
    """The notes of one subchapter by place, in their order. They are complete before the first question to them."""

    subchapter: str
    parts: dict[str, Subdivision] = field(default_factory=dict)

    def get(self, place: str) -> Subdivision | None:
        return self.parts.get(place)

    def children(self, place: str) -> tuple[str, ...]:
        """Return the subdivisions right below one."""
        return self._below.get(place, ())

    @cached_property
    def _below(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for place in self.parts:
            if "(" in place:
                above = place[: place.rindex("(")]
                found[above] = (*found.get(above, ()), place)
        return found


@dataclass(frozen=True, slots=True)
class _Open:
    """An open level: the kind of its labels, and the last one."""

    kind: str
    number: int
    label: str


def read_notes(pages: Iterable[Sequence[str]]) -> dict[str, Notes]:
    """Return the notes of each subchapter. `pages` are the lines of each page."""
    found: dict[str, Notes] = {}
    for subchapter, lines in _lines_of_notes(pages).items():
        found[subchapter] = _Reader(subchapter, lines).notes
    return found


def _lines_of_notes(pages: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Return the lines of the notes by subchapter, without page heads and the tables of headings."""
    found: dict[str, list[str]] = {}
    subchapter, inside = "", False
    for page in pages:
        for raw in page:
            line = fold_space(raw)
            if heading := _SUBCHAPTER.fullmatch(line):
                subchapter, inside = heading[1], False
            elif notes := _NOTES.match(line):
                inside = True
                if rest := line[notes.end() :].strip():
                    found.setdefault(subchapter, []).append(rest)
            elif _TABLE.match(line):
                inside = False
            elif inside and line and subchapter and not _FURNITURE.fullmatch(line):
                found.setdefault(subchapter, []).append(line)
    return found


class _Reader:
    def __init__(self, subchapter: str, lines: list[str]) -> None:
        self.notes = Notes(subchapter)
        self._lines = lines
        self._note = 0
        self._open: list[_Open] = []
        self._doubt = ""
        self._references = frozenset(
            prefix for line in lines for labels in _REFERENCE.findall(line) for prefix in _prefixes(labels)
        )
        for at, line in enumerate(lines):
            self._read(at, line)

    def _read(self, at: int, line: str) -> None:
        if found := _NOTE.match(line):
            number = int(found[1])
            if number == self._note:
                self._doubt = f"two notes numbered {number}"
                self._mark()
            elif number > self._note:
                self._note, self._open, self._doubt = number, [], ""
                self._begin()
                line = line[found.end() :]
        if not self._note:
            return
        labels = _LEADING.match(line)
        if labels is not None and not _IN_SENTENCE.match(line[labels.end() :]):
            while label := _LABEL.match(line):
                rest = line[label.end() :]
                if not self._takes(at, label[1], rest):
                    break
                line = rest
        if line:
            places = self._places()
            for place in places:
                self.notes.parts[place].words.append(line)
            self.notes.parts[places[-1]].own.append(line)

    def _takes(self, at: int, label: str, rest: str) -> bool:
        """Open the subdivision that a label begins; return False where it begins none."""
        choices = list(self._choices(label))
        if not choices and (not rest or rest[0] in "[(" or rest[0].isupper()):
            choices = self._named(label, list(self._jumps(label)))
            if len(choices) != 1:
                self._doubt = f"({label}) follows {self._places()[-1]}"
                self._mark()
                return False
        if not choices:
            return False
        depth, kind, number = choices[0] if len(choices) == 1 else self._decide(at, choices)
        del self._open[depth:]
        self._open.append(_Open(kind, number, label))
        self._begin()
        return True

    def _choices(self, label: str) -> Iterator[tuple[int, str, int]]:
        """Yield what a label may be, the deepest first: the first of a new level, or the next of an open one."""
        readings = dict(_readings(label))
        deepest = self._open[-1].kind if self._open else ""
        for kind, number in readings.items():
            if number == 1 and kind != deepest:
                yield len(self._open), kind, number
        for depth in range(len(self._open) - 1, -1, -1):
            level = self._open[depth]
            if readings.get(level.kind) == level.number + 1:
                yield depth, level.kind, level.number + 1

    def _named(self, label: str, jumps: list[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
        """Return the levels that may take a label. Of several, those whose place other words of the notes name."""
        if len(jumps) < 2:
            return jumps
        above = [f"({level.label})" for level in self._open]
        return [jump for jump in jumps if "".join([*above[: jump[0]], f"({label})"]) in self._references]

    def _decide(self, at: int, choices: list[tuple[int, str, int]]) -> tuple[int, str, int]:
        """Return the choice whose next label comes first in the note: (i) after (h) is a letter where (j) follows, a number
        where (ii) does. Where none follows, a level goes on: one that begins has a second label.
        """
        for line in self._lines[at + 1 : at + _AHEAD]:
            if self._is_next_note(line):
                break
            if found := _LABEL.match(line):
                readings = dict(_readings(found[1]))
                for choice in choices:
                    if readings.get(choice[1]) == choice[2] + 1:
                        return choice
        return next((choice for choice in choices if choice[2] > 1), choices[0])

    def _is_next_note(self, line: str) -> bool:
        found = _NOTE.match(line)
        return found is not None and int(found[1]) > self._note

    def _jumps(self, label: str) -> Iterator[tuple[int, str, int]]:
        """Yield the levels on which a label leaves others out: (j) after (c), where (d) to (i) were deleted."""
        readings = dict(_readings(label))
        for depth, level in enumerate(self._open):
            if level.kind != "1" and (number := readings.get(level.kind, 0)) > level.number:
                yield depth, level.kind, number

    def _places(self) -> list[str]:
        labels = [f"({level.label})" for level in self._open]
        return [f"{self._note}{''.join(labels[:depth])}" for depth in range(len(labels) + 1)]

    def _begin(self) -> None:
        place = self._places()[-1]
        if place in self.notes.parts:
            self._doubt = f"{place} occurs twice"
        self.notes.parts.setdefault(place, Subdivision(place))
        if self._doubt:
            self._mark()

    def _mark(self) -> None:
        for place in self._places():
            self.notes.parts[place].doubt = self._doubt


def _prefixes(labels: str) -> Iterator[str]:
    """Yield `(x)` and `(x)(ii)` for `(x)(ii)`."""
    parts = re.findall(r"\([^()]+\)", labels)
    for count in range(1, len(parts) + 1):
        yield "".join(parts[:count])


def _readings(label: str) -> Iterator[tuple[str, int]]:
    """Yield the kinds of level that a label can belong to, with its number there."""
    if label.isdigit():
        yield "1", int(label)
        return
    upper = "A" if label.isupper() else "a"
    lower = label.lower()
    if len(set(lower)) == 1:
        yield upper, 26 * (len(lower) - 1) + ord(lower[0]) - ord("a") + 1
    if (number := _roman(lower)) is not None:
        yield "I" if label.isupper() else "i", number


def _roman(text: str) -> int | None:
    if not all(letter in _ROMAN for letter in text):
        return None
    values = [_ROMAN[letter] for letter in text]
    total = sum(
        -value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)
    )
    return total if total and _to_roman(total) == text else None


def _to_roman(number: int) -> str:
    signs = (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    )
    text = ""
    for value, sign in signs:
        while number >= value:
            text, number = text + sign, number - value
    return text


_HTS = re.compile(r"(?<![\d.])\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2,4})?)?)?(?![\d.]*\d)")
_COMPILER = re.compile(r"\[Compiler[’']s note:[^\]]*\]", re.IGNORECASE)
_SEPARATORS = re.compile(r"(?:[\s,;.]|and|or)*")
# The name of the goods alone: `Articles of aluminum:`, `Derivative articles of steel:`, `Derivative aluminum articles:`
_NAMED_GOODS = re.compile(r"(?:[A-Z][\w-]* )?(?:[\w-]+ ){0,2}(?i:articles?|products?|parts)\b[^.:;]{0,120}")
_ENUMERATES = re.compile(
    r"\b(?:enumerated|listed|following|these|provided for in|classifiable|classified)\b", re.IGNORECASE
)
_LISTS_HERE = re.compile(r"\b(?:following|this (?:subdivision|note)|below)\b[^:]*$", re.IGNORECASE)
# `except those classified in the following subheadings`: the list is what is left out.
_LEFT_OUT = re.compile(
    r"\b(?:except|excluding|other than|but not)\b(?: for)? (?:\w+ ){0,4}(?:classified|classifiable|enumerated|listed|provided for|"
    r"described) (?:in|under) (?:the )?(?:\w+ ){0,6}(?:following|this subdivision|below)\b[^:]*$",
    re.IGNORECASE,
)
# `classified in the following subheadings, except those granted an exclusion and provided for in: (1) ...; (2) .... 8481.80.30 ...`
_BEFORE_EXCLUSIONS = re.compile(
    r"\b(?:classified|classifiable) in the following (?:8-digit |10-digit )?(?:subheadings|provisions|statistical reporting numbers)\b",
    re.IGNORECASE,
)
_LAST_RUN = re.compile(rf"(?<=[.:]\s)\s*((?:{_HTS.pattern}[\s,;.]*)+)$")
_RUN = re.compile(rf":\s*((?:{_HTS.pattern}(?:[\s,;.]|and\b|or\b)*)+)")


def enumerated(part: Subdivision) -> tuple[str, ...] | None:
    """Return the HTS numbers that a subdivision lists itself: all that follows its last colon are numbers. None where it
    does not say so, or says more.
    """
    own = _own(part)
    lead, colon, rest = own.rpartition(":")
    if part.doubt or not colon or _LEFT_OUT.search(lead):
        return None
    last = _LAST_RUN.search(own)
    if last and _BEFORE_EXCLUSIONS.search(own) and "granted an exclusion" in own[: last.start()]:
        return tuple(dict.fromkeys(_HTS.findall(last[1])))
    if not (_ENUMERATES.search(lead) or _NAMED_GOODS.fullmatch(lead.strip())):
        return None
    numbers = _HTS.findall(rest)
    return tuple(dict.fromkeys(numbers)) if numbers and _SEPARATORS.fullmatch(_HTS.sub("", rest)) else None


def listed_numbers(part: Subdivision) -> tuple[str, ...]:
    """Return the HTS numbers that goods of a subdivision have to have, although more words follow its list; none where no
    list in it says so.
    """
    if part.doubt:
        return ()
    own = _own(part)
    found: list[str] = []
    for run in _RUN.finditer(own):
        lead = own[: run.start()]
        if _LEFT_OUT.search(lead) or not (_ENUMERATES.search(lead) and _LISTS_HERE.search(lead)):
            return ()
        found += _HTS.findall(run[1])
    return tuple(dict.fromkeys(found))


def _own(part: Subdivision) -> str:
    return _COMPILER.sub(" ", " ".join(part.own))
