"""The addressable units of a division: where each paragraph, definition, comment or item begins.

A mark is the beginning of a unit, inside a block where several begin in one: `(a)(1) Scope.` A unit reaches to
the next mark that is not below it. A path is a tuple of labels: ("a", "1"); ("“account", "1") of a definition;
("§1026.36", "36(a)", "4", "ii") of a comment; ("3A090", "Items", "a", "1") of an item of an ECCN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.amendments.base import Block, Division, Gap, Item
from tracker.amendments.inline import Inline, fold, inline
from tracker.parsing.paragraph_labels import PathLabel, leading_labels, levels

Path = tuple[str, ...]
Place = tuple[int, int]  # the item, and the character of its markup; 0 is before the block

_LABELED = frozenset({"P", "FP", "FP-1", "FP-2", "FP-3", "FP1-2", "FP2-2", "FP2-3", "PSPACE", "LI"})
_HEADS = frozenset({"HEAD", "HED", "HD1", "HD2", "HD3", "HD4"})
_TERM = re.compile(
    r"[“\"']?\x01[“\"']?(?P<term>[^\x02]{1,200}?)[.,:]?[”\"']?\x02|[“\"](?P<quoted>[^”\"\x01]{1,150})[”\"]"
)
_ALSO = re.compile(r"[,;]?[”\"')]*\s*(?:\(?also,?|or|and)\s*[“\"']?\x01(?P<term>[^\x02]{1,200})\x02")
_MEANING = re.compile(
    r"[^.]{0,120}?\b(?:means?|mean as|has the|have the|is defined|includes?|refers? to|is|are)\b|[.:]"
)
_COMMENT = re.compile(
    r"\x01?(?P<value>\d{1,3}|[ivxl]{1,7}|[A-Z]{1,2})(?P<slant>\x02?)\.(?:\x02|\s|\Z)|\x01(?P<both>\d{1,3}|[ivxl]{1,7})\."
)
COMMENT_ORDER = ("1", "i", "A", "1*", "i*")
_ABOUT_SECTION = re.compile(r"(?:Sections?\s*)?§?\s*(?P<number>\d{1,4}\.\d{1,4})(?!\d)")
_ABOUT_APPENDIX = re.compile(
    r"Append(?:ix|ices)\s+(?P<name>[A-Z]{1,3}\d?(?:\([^)]*\))?(?:\s?[-–]\s?[A-Z0-9]+)?(?:,? and [A-Z]{1,3})?)\b"
)
_ABOUT_PARAGRAPH = re.compile(r"(?:Paragraph\s*)?(?P<cited>\d{1,4}(?:\([A-Za-z0-9]{1,5}\))+)")
ECCN = re.compile(r"(?P<eccn>\d[A-E]\d{3})(?=[\s.,:;“\"—–-]|\Z)(?!\.[a-z0-9])")
ITEM = re.compile(
    r"(?!i\.e\b|e\.g\b)(?P<item>[a-z](?:\.(?:\d{1,3}|[a-z]{1,2}))+|[a-z](?=\.))\.?(?=[\s—–(]|\Z)"
)
_ECCN_SECTION = re.compile(
    r"(?P<name>License Requirements?(?! Note)|Reporting Requirements?|List[- ]Based License Exceptions?|"
    r"Special Conditions for STA|List of Items Controlled)\b",
    re.IGNORECASE,
)
_ECCN_LINE = re.compile(r"(?P<name>[^:.;]{2,60}):")
_ITEMS = re.compile(r"Items\s*:?\s*(?:\Z|(?=[a-z]\.))")
ITEMS = "Items"
NOTE = re.compile(
    r"notes?\s?(?P<number>\d{0,3})\s*to\s+(?:§+\s?[\d.]+\s*|paragraphs?\s*)(?P<cited>(?:\(\w{1,5}\))+)",
    re.IGNORECASE,
)


class Mark(NamedTuple):
    """The beginning of a unit."""

    path: Path
    place: Place
    until: str = ""  # the last member of "(a) through (c) [Reserved]"


@dataclass(slots=True)
class Outline:
    """The marks of a division in order. The law of the division lies between `start` and `end`."""

    division: Division
    marks: list[Mark]
    start: Place
    end: Place
    names: dict[str, list[Path]] = field(default_factory=dict)  # other names of definitions
    _below: dict[str, list[int]] = field(default_factory=dict)  # of `under`, made when it is first asked

    def find(self, path: Path) -> list[int]:
        """Return the numbers of the marks with this path."""
        return [number for number in self.under("".join(path[:1])) if self.marks[number].path == path]

    def under(self, top: str) -> list[int]:
        """Return the numbers of the marks whose path begins with a label."""
        if not self._below:
            for number, mark in enumerate(self.marks):
                label = mark.path[0] if mark.path else ""
                self._below.setdefault(label, []).append(number)
        return self._below.get(top, [])

    def span(self, number: int) -> tuple[Place, Place]:
        """Return where the unit of a mark begins and ends, with everything below it."""
        path = self.marks[number].path
        for mark in self.marks[number + 1 :]:
            if mark.path[: len(path)] != path:
                return self.marks[number].place, mark.place
        return self.marks[number].place, self.end

    def own(self, number: int) -> tuple[Place, Place]:
        """Return where the unit's own text begins and ends, without the units below it."""
        after = self.marks[number + 1].place if number + 1 < len(self.marks) else self.end
        return self.marks[number].place, after

    def opening(self) -> tuple[Place, Place]:
        """Return the text before the first mark."""
        return self.start, self.marks[0].place if self.marks else self.end

    def text(self, span: tuple[Place, Place]) -> str:
        """Return the words between two places."""
        return " ".join(words for words in pieces(self.division.items, span) if words)

    def texts(self) -> list[tuple[Path, str]]:
        """Return each unit's own text, in order, with the text before the first mark under ()."""
        found: list[tuple[Path, str]] = [((), self.text(self.opening()))]
        found += [(mark.path, self.text(self.own(number))) for number, mark in enumerate(self.marks)]
        return [(path, text) for path, text in found if text or path]


def pieces(items: Sequence[Item], span: tuple[Place, Place]) -> list[str]:
    """Return the words of each block between two places."""
    (first, start), (last, end) = span
    found = []
    for number in range(first, min(last + (end > 0), len(items))):
        item = items[number]
        if not isinstance(item, Block) or not item.is_law:
            continue
        low = start if number == first else 0
        high = end if number == last else len(item.raw)
        if low == 0 and high == len(item.raw):
            found.append(inline(item.raw).text)
        else:
            words = inline(item.raw)
            found.append(
                "".join(c for c, at in zip(words.text, words.places, strict=True) if low <= at < high).strip()
            )
    return found


def outline_of(division: Division) -> Outline:
    """Return the units of a section or appendix."""
    name = division.number
    if re.match(r"Supplement I\b", name):
        return _Reader(division).commentary()
    if is_control_list(division):
        return _Reader(division).control_list()
    return _Reader(division).section()


def is_control_list(division: Division) -> bool:
    return re.match(r"Supplement No\. ?1 to Part 774\b", division.number, re.IGNORECASE) is not None


def _limits(division: Division) -> tuple[Place, Place]:
    items = division.items
    start = (
        next((n for n, item in enumerate(items) if isinstance(item, Block) and item.tag == "HEAD"), -1) + 1
    )
    last = start
    for number in range(start, len(items)):
        item = items[number]
        if isinstance(item, Division):
            break
        if isinstance(item, Block) and item.is_law:
            last = number + 1
    return (start, 0), (last, 0)


class _Reader:
    def __init__(self, division: Division) -> None:
        self.division = division
        self.start, self.end = _limits(division)
        self.blocks = [
            (number, item)
            for number in range(self.start[0], self.end[0])
            if isinstance(item := division.items[number], Block) and item.is_law
        ]
        self.names: dict[str, list[Path]] = {}

    def _outline(self, marks: list[Mark]) -> Outline:
        return Outline(self.division, marks, self.start, self.end, self.names)

    def section(self) -> Outline:
        rows: list[_Row] = []
        for number, block in self.blocks:
            words = inline(block.raw)
            labeled = block.tag in _LABELED
            heads = leading_labels(words.lead) if labeled else ()
            terms = () if heads or not labeled else defined_terms(words.lead)
            rows.append(
                _Row(number, words, heads, terms, note_path(words.text) if block.tag == "NOTE" else ())
            )
        if sum(bool(row.terms) for row in rows) < 3:
            rows = [_Row(row.number, row.words, row.heads, (), row.note) for row in rows]
        marks: list[Mark] = []
        prefix: Path = ()
        run: list[_Row] = []
        outer: list[_Row] = []  # the labeled paragraphs outside definitions
        for row in rows:
            if row.terms:
                if prefix and prefix[-1].startswith("“"):
                    marks += _labels(run, prefix)
                else:
                    outer += run
                    marks += _labels(run, ())
                    prefix = ()
                above = () if not marks or prefix else _top(marks)
                if prefix:
                    above = prefix[:-1]
                prefix = (*above, f"“{row.terms[0]}")
                for term in row.terms:
                    self.names.setdefault(term, []).append(prefix)
                marks.append(Mark(prefix, (row.number, 0)))
                run = []
            elif prefix and len(prefix) > 1 and _continues(row, prefix[0], run):
                marks += _labels(run, prefix)
                # The section goes on after its definitions: the labels are read after those before them.
                tail = rows[rows.index(row) :]
                before = [one for one in outer if one.heads]
                read = _labels([*before, *tail], ())
                count = len(_labels(before, ()))
                return self._outline(marks + read[count:])
            else:
                run.append(row)
        marks += _labels(run, prefix)
        return self._outline(marks)

    def commentary(self) -> Outline:
        marks: list[Mark] = []
        section: Path = ()
        heading: Path = ()
        run: list[tuple[int, Inline, tuple[PathLabel, ...]]] = []

        def close() -> None:
            found = levels([row[2] for row in run], order=COMMENT_ORDER) if run else []
            for (number, _, heads), path in zip(run, found, strict=True):
                if heads:
                    marks.append(Mark((*section, *heading, *(_bare(one) for one in path)), (number, 0)))
            run.clear()

        for number, block in self.blocks:
            words = inline(block.raw)
            if is_comment_heading(block, words):
                kind, name = comment_heading(words.text)
                close()
                if kind == "section" or (block.tag == "HD1" and kind == "words"):
                    section, heading = (name,), ()
                else:
                    heading = (name,)
                marks.append(Mark((*section, *heading), (number, 0)))
                continue
            run.append((number, words, comment_labels(words.lead) if block.tag in _LABELED else ()))
        close()
        return self._outline(_nested(marks))

    def control_list(self) -> Outline:
        reader = EntryReader()
        marks: list[Mark] = []
        for number, block in self.blocks:
            if path := reader.path(block, inline(block.raw)):
                marks.append(Mark(path, (number, 0)))
        return self._outline(marks)


class EntryReader:
    """Gives each line of the Commerce Control List its path: ("3B001", "List of Items Controlled", "Items", "a")."""

    def __init__(self) -> None:
        self.entry: Path = ()
        self.part: Path = ()
        self.items: Path = ()

    def path(self, block: Block, words: Inline) -> Path:
        """Return the path of a line; () for one that goes on with the unit before it."""
        text = words.text
        if eccn := eccn_of(block, words):
            self.entry, self.part, self.items = (eccn,), (), ()
            return self.entry
        if not self.entry:
            return ()
        if block.tag in _HEADS and re.match(r"Category \d\b|[“\"]?[A-E]\.\s", text):
            self.entry = self.part = self.items = ()
            return (f"#{fold(text)}",)
        if not block.is_table and (path := entry_part(text, self.part)):
            if path[-1] == ITEMS:
                self.items = (*self.entry, *path)
            self.part = path if path[-1] == ITEMS or len(path) == 1 else path[:1]
            return (*self.entry, *path)
        if block.tag == "P" and (item := ITEM.match(fold(text))):
            return (*(self.items or (*self.entry, ITEMS)), *item["item"].split("."))
        return ()


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    words: Inline
    heads: tuple[PathLabel, ...]
    terms: tuple[str, ...]
    note: Path = ()


def note_path(text: str) -> Path:
    """Return the path of a note that names its paragraph, beside that paragraph: ("b", "note 1 to (b)(3)")."""
    match = NOTE.match(fold(text))
    if match is None:
        return ()
    cited = tuple(re.findall(r"\((\w+)\)", match["cited"]))
    return (*cited[:-1], note_label(match["number"], cited))


def note_label(number: str, cited: Path) -> str:
    words = "".join(f"({label})" for label in cited)
    return f"note {number} to {words}" if number else f"note to {words}"


def is_note(label: str) -> bool:
    return label.startswith("note ") and label.endswith(")")


def _bare(label: str) -> str:
    return label.split(")", maxsplit=1)[0].strip("( ")


def _labels(rows: Sequence[_Row], prefix: Path) -> list[Mark]:
    """Return the marks of a run of paragraphs; `prefix` is the definition that they belong to."""
    marks: list[Mark] = []
    if not any(row.heads or row.note for row in rows):
        return marks
    for row, stack in zip(rows, levels([row.heads for row in rows]), strict=True):
        places = label_places(row.words, row.heads)
        if row.note:
            marks.append(Mark((*prefix, *row.note), (row.number, 0)))
        for number, (label, place) in enumerate(zip(row.heads, places, strict=True)):
            depth = len(stack) - (len(row.heads) - 1 - number)
            path = tuple(_bare(one) for one in stack[:depth])
            marks.append(Mark((*prefix, *path), (row.number, 0 if number == 0 else place), label.until))
    return marks


def label_places(words: Inline, heads: tuple[PathLabel, ...]) -> list[int]:
    """Return where each label begins in the markup of its block."""
    places: list[int] = []
    at = 0
    for head in heads:
        found = re.compile(rf"\(\s?{re.escape(head.value)}\s?\)").search(words.text, at)
        if found is None:  # the label's own text has a form that the pattern does not know
            places.append(-1)
            continue
        places.append(words.places[found.start()])
        at = found.end()
    return places


def defined_terms(lead: str) -> tuple[str, ...]:
    """Return the terms that a paragraph defines, in lower case; none where it defines no term."""
    match = _TERM.match(lead)
    if match is None:
        return ()
    terms = [match["term"] or match["quoted"]]
    end = match.end()
    while also := _ALSO.match(lead, end):
        terms.append(also["term"])
        end = also.end()
    rest = lead[end:].lstrip("”\"') ,")
    if not (_MEANING.match(rest) or rest.startswith(("—", "-")) or lead[end - 2 : end].startswith(".")):
        return ()
    return tuple(term_key(term) for term in terms)


def term_key(term: str) -> str:
    return fold(term).strip(" .,;:\"'").lower()


def _top(marks: list[Mark]) -> Path:
    return marks[-1].path


def _continues(row: _Row, top: str, run: list[_Row]) -> bool:
    """Return whether a label goes on with the section after definitions under `(b)`: it is `(c)`, and the
    definition itself has no letters.
    """
    if not row.heads or len(top) != 1 or row.heads[0].value != chr(ord(top) + 1):
        return False
    return not any(one.heads and one.heads[0].value in ("a", top) for one in run)


def is_comment_heading(block: Block, words: Inline) -> bool:
    """Return whether a line of the commentary is a heading: by its tag, or because all of it is in italics."""
    if block.tag in _HEADS:
        return True
    text = words.text
    return block.tag in _LABELED and bool(text) and all(words.italic) and _COMMENT.match(words.lead) is None


def comment_heading(text: str) -> tuple[str, str]:
    """Return (kind, name) of a heading of the commentary: ("section", "§1026.36"), ("paragraph", "36(a)"), or
    ("words", ...).
    """
    text = text.strip()
    if match := _ABOUT_SECTION.match(text):
        return "section", f"§{match['number']}"
    if match := _ABOUT_APPENDIX.match(text):
        return "section", fold(match.group()).lower().replace("appendices", "appendix")
    if match := _ABOUT_PARAGRAPH.match(text):
        return "paragraph", match["cited"]
    return "words", term_key(text)


def comment_labels(lead: str) -> tuple[PathLabel, ...]:
    """Return the number at the head of a comment: `1.`, `ii.`, `A.`, and `1.` in italics."""
    match = _COMMENT.match(lead)
    if match is None:
        return ()
    value = match["value"] or match["both"]
    slant = lead.startswith("\x01") and (bool(match["slant"]) or match["both"] is not None)
    return (PathLabel(value, slant),)


def _nested(marks: list[Mark]) -> list[Mark]:
    """Return the marks with the heading `36(a)(1)` below the heading `36(a)` before it."""
    found: list[Mark] = []
    stack: list[str] = []
    for mark in marks:
        section, *rest = mark.path
        cited = rest[0] if rest and "(" in rest[0] else ""
        if not cited:
            stack = [] if len(mark.path) == 1 else stack
            if rest and not (rest[0].isdigit() and len(rest) >= 1):
                stack = []
            found.append(mark)
            continue
        while stack and not (cited != stack[-1] and cited.startswith(stack[-1])) and stack[-1] != cited:
            stack.pop()
        if not stack or stack[-1] != cited:
            stack.append(cited)
        found.append(Mark((section, *stack, *rest[1:]), mark.place))
    return found


def eccn_of(block: Block, words: Inline) -> str:
    """Return the ECCN that a line opens an entry with; "" for any other line."""
    match = ECCN.match(words.text)
    if match is None or block.tag not in ("FP-2", "FP-1", "FP", "FP-3", "P", "HD1", "HD2", "HD3"):
        return ""
    bold = re.match(r"<[^>]+>\s*<(?:B|E T=\"0[245]\"|strong)>\s*\d[A-E]\d{3}", block.raw)
    return match["eccn"] if bold or block.tag in _HEADS else ""


_SECTION_NAMES = {
    "license requirement": "License Requirements",
    "reporting requirement": "Reporting Requirements",
    "list based license exception": "List Based License Exceptions",
    "special conditions for sta": "Special Conditions for STA",
    "list of items controlled": "List of Items Controlled",
}


def entry_part(text: str, part: Path) -> Path:
    """Return the path of a named line of an entry below its ECCN; () for a line without a name. `part` is the
    section that the line lies in.
    """
    if match := _ECCN_SECTION.match(text):
        plain = match["name"].lower().replace("-", " ")
        return (next(name for start, name in _SECTION_NAMES.items() if plain.startswith(start)),)
    if _ITEMS.match(text):
        return (*part[:1], ITEMS)
    if part and part[-1] != ITEMS and (match := _ECCN_LINE.match(text)):
        return (*part[:1], match["name"].strip())
    return ()


def first_gap(items: Sequence[Item], at: int) -> str:
    """Return the white space between the blocks around an item, for an inserted block."""
    for number in (*range(at, len(items)), *range(at - 1, -1, -1)):
        item = items[number]
        if isinstance(item, Gap) and item.raw.isspace():
            return "\n"
    return ""
