"""Splits Supplement No. 1 to part 774, the Commerce Control List, by ECCN and item.

One element of 1.7 million characters contains about 635 entries, in several kinds of markup. The words decide
what a line is, with the bold type of a heading as help: see the variants in `tests/unit/test_parsing_ccl.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tracker.model import UnitKind
from tracker.parsing.gpo_xml import Element, shorten, words
from tracker.parsing.paragraphs import (
    Block,
    CitationScope,
    Heading,
    Paragraph,
    ParagraphWriter,
    Piece,
    inline_pieces,
    write_row,
)
from tracker.parsing.tables import read_table
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder

_ECCN = re.compile(r"(\d[A-E]\d{3})(?=[\s.,:;“\"—–-]|\Z)(?!\.[a-z0-9])")
_CATEGORY = re.compile(r"(Category \d)\b", re.IGNORECASE)
_GROUP = re.compile(r"[“\"]?([A-E])\.\s")
_SECTION = re.compile(
    r"(License Requirements?(?! Note)|Reporting Requirements?|List[- ]Based License Exceptions?|"
    r"Special Conditions for STA|List of Items Controlled|License Exceptions?(?=\s*:?\Z))\b",
    re.IGNORECASE,
)
_NAMES = {
    "license requirement": "License Requirements",
    "reporting requirement": "Reporting Requirements",
    "list based license exception": "List Based License Exceptions",
    "license exception": "List Based License Exceptions",
    "special conditions for sta": "Special Conditions for STA",
    "list of items controlled": "List of Items Controlled",
}
_ITEM = re.compile(r"(?!i\.e\b|e\.g\b)([a-z](?:\.(?:\d{1,3}|[a-z]{1,2}))+|[a-z](?=\.))\.?(?=[\s—–(]|\Z)")
_ITEMS_MARKER = re.compile(r"Items:?\s+(?=[a-z]\.)")
_ITEMS_ALONE = re.compile(r"Items:?\Z")
_ITEMS_LINE = re.compile(r"Items:|List of Items Controlled\b", re.IGNORECASE)
_NOTE = re.compile(
    r"((?:Technical |Cryptography |Related )?Notes?(?: \d+)?(?: to [^:.]{1,60})?)\s?[:.—]", re.IGNORECASE
)
_LINE = re.compile(r"([^:.;]{2,60}):")
_WRAPPERS = frozenset({"DIV", "div", "EXTRACT"})
_HEADED = frozenset({"FP-2", "FP-1", "FP", "FP-3", "P", "HD1", "HD2", "HD3"})
_HEADING_TAGS = frozenset({"HD1", "HD2", "HD3"})

ITEMS = "List of Items Controlled"


def write_ccl(
    outline: UnitBuilder, element: Element, place: CitationScope, skip: tuple[Element, ...] = ()
) -> int:
    """Add the units of the list below `place` and return the number of entries."""
    lines = list(_lines(element, frozenset(skip)))
    reader = _Reader(outline, place, _entries_without_items_line(lines))
    for line in lines:
        reader.read(line)
    return reader.entries


def _entries_without_items_line(lines: Iterable[Element | str]) -> frozenset[int]:
    """Return the numbers of the entries, from 1, in which no line marks the start of the items: neither the
    heading `List of Items Controlled` nor `Items:`.
    """
    found: set[int] = set()
    number = 0
    for line in lines:
        text = words(line) if not isinstance(line, str) else line
        if not isinstance(line, str) and _entry_heading(line, text):
            number += 1
            found.add(number)
        elif _ITEMS_LINE.match(text):
            found.discard(number)
    return frozenset(found)


def _entry_heading(line: Element, text: str) -> re.Match[str] | None:
    """Return the ECCN that a line opens an entry with, if any."""
    tag = str(line.tag)
    eccn = _ECCN.match(text) if tag in _HEADED else None
    return eccn if eccn and (tag in _HEADING_TAGS or _is_bold(line)) else None


def _lines(element: Element, skip: frozenset[Element]) -> Iterator[Element | str]:
    """Yield the lines of the list, with wrappers opened."""
    if element.text and not element.text.isspace():
        yield " ".join(element.text.split())
    for child in element:
        if child in skip:
            pass
        elif child.tag in _WRAPPERS:
            yield from _lines(child, skip)
        else:
            yield child
        if child.tail and not child.tail.isspace():
            yield " ".join(child.tail.split())


class _Reader:
    def __init__(
        self, outline: UnitBuilder, place: CitationScope, without_items_line: frozenset[int]
    ) -> None:
        self.outline = outline
        self.top = place
        self.above = place  # the category or product group
        self.entry: CitationScope | None = None
        self.section: CitationScope | None = None
        self.item: CitationScope | None = None
        self.entries = 0
        self.in_items = (
            False  # after a line that opens the items, or the first item where there is no such line
        )
        self.without_items_line = without_items_line

    def read(self, line: Element | str) -> None:
        if isinstance(line, str):
            self._paragraph(line)
            return
        text = words(line)
        tag = str(line.tag)
        if not text:
            if tag == "STARS":
                self.outline.mark_last("elision", "after")
            return
        if tag in _HEADED:
            self._headed(line, tag, text)
        else:
            self._pieces(line)

    def _headed(self, line: Element, tag: str, text: str) -> None:
        if eccn := _entry_heading(line, text):
            self._open_entry(eccn[1], text)
        elif tag in _HEADING_TAGS and (found := _CATEGORY.match(text)):
            self._open_group(self.top, found[1].capitalize(), text)
        elif (tag in _HEADING_TAGS or _is_bold(line)) and self._opens_group(text):
            group = _GROUP.match(text)
            assert group is not None
            self._open_group(self._category(), group[1], text)
        elif self.entry is not None and (found := _SECTION.match(text)) and len(text) < 200:
            self._open_section(found[1], text)
        elif tag in _HEADING_TAGS:
            self._subheading(text)
        elif all(not isinstance(piece, Block) for piece in inline_pieces(line)):
            self._paragraph(text)
        else:
            self._pieces(line)

    def _opens_group(self, text: str) -> bool:
        """Return whether `A. “End Items,” ...` opens a product group; within an entry that has items it does
        not.
        """
        return bool(_GROUP.match(text)) and self.above is not self.top

    def _category(self) -> CitationScope:
        path = self.above.path
        head, _, last = path.rpartition(SEPARATOR)
        return CitationScope(head, self.above.depth - 1) if last in "ABCDE" else self.above

    def _open_group(self, above: CitationScope, name: str, text: str) -> None:
        path = self.outline.add(f"{above.path}{SEPARATOR}{name}", UnitKind.HEADING, text, above.depth + 1)
        self.above = CitationScope(path, above.depth + 1)
        self.entry = self.section = self.item = None

    def _open_entry(self, eccn: str, text: str) -> None:
        depth = self.top.depth + 3  # below category and product group, whose names its path leaves out
        path = f"{self.top.path}{SEPARATOR}{eccn}"
        path = self.outline.add(path, UnitKind.ECCN, text, depth, key=eccn, meta=(("eccn", eccn),))
        self.entry = CitationScope(path, depth)
        self.section = self.item = None
        self.in_items = False
        self.entries += 1

    def _open_section(self, words_found: str, text: str) -> None:
        assert self.entry is not None
        plain = words_found.casefold().replace("-", " ")
        name = next(name for start, name in _NAMES.items() if plain.startswith(start))
        path = f"{self.entry.path}{SEPARATOR}{name}"
        path = self.outline.add(path, UnitKind.HEADING, text, self.entry.depth + 1)
        self.section = CitationScope(path, self.entry.depth + 1)
        self.item = None
        self.in_items = name == ITEMS

    def _subheading(self, text: str) -> None:
        # "Acoustics" among the items of 6E003: the items below it are cited without it.
        place = self.entry or self.above
        path = f"{place.path}{SEPARATOR}{shorten(text.rstrip(':. '), 80)}"
        self.outline.add(path, UnitKind.HEADING, text, place.depth + 1)

    def _paragraph(self, text: str) -> None:
        if self.entry is None:
            self._outside(text)
            return
        opening = _ITEMS_MARKER.match(text)  # `Items: a. Firearms` has the first item on the same line
        item = _ITEM.match(text, opening.end() if opening else 0)
        if (
            opening
            or _ITEMS_ALONE.match(text)
            or (item and item[1] == "a" and self.entries in self.without_items_line)
        ):
            self.in_items = True
        if item and (self.in_items or self.section is None):
            name = item[1]
            depth = self.entry.depth + 1 + name.count(".")
            path = f"{self.entry.path}{SEPARATOR}{name}"
            marker = item.group().rstrip(" ")
            path = self.outline.add(path, UnitKind.ITEM, text, depth, marker=marker)
            self.item = CitationScope(path, depth)
            return
        place = self.item or self.section or self.entry
        note = _NOTE.match(text)
        if note:
            path = f"{place.path}{SEPARATOR}{note[1]}"
            self.outline.add(path, UnitKind.NOTE, text, place.depth + 1)
            return
        line = _LINE.match(text) if self.item is None else None
        if line:
            path = f"{place.path}{SEPARATOR}{line[1]}"
            self.outline.add(path, UnitKind.PARAGRAPH, text, place.depth + 1)
            return
        path = self.outline.numbered(place.path, "¶")
        self.outline.add(path, UnitKind.PARAGRAPH, text, place.depth + 1)

    def _outside(self, text: str) -> None:
        note = _NOTE.match(text)
        if note:
            path = f"{self.above.path}{SEPARATOR}{note[1]}"
            self.outline.add(path, UnitKind.NOTE, text, self.above.depth + 1)
            return
        path = self.outline.numbered(self.above.path, "¶")
        self.outline.add(path, UnitKind.PARAGRAPH, text, self.above.depth + 1)

    def _pieces(self, line: Element) -> None:
        place = self.item or self.section or self.entry or self.above
        if line.tag in ("TABLE", "table", "GPOTABLE"):
            for row in read_table(line).rows:
                write_row(self.outline, row, place)
            return
        if line.tag in ("EDNOTE", "EFFDNOT", "CITA", "AUTH", "SOURCE"):
            ParagraphWriter(self.outline, self.entry or self.top).write_block(line, self.entry or self.top)
            return
        flow = ParagraphWriter(self.outline, self.entry or self.above)
        content: list[Piece] = [Block(line)] if _is_block(line) else list(inline_pieces(line))
        for piece in content:
            if isinstance(piece, Block):
                flow.write_block(piece.element, place)
            elif isinstance(piece, Heading):
                self._subheading(piece.text)
            elif isinstance(piece, Paragraph):
                self._paragraph(piece.text)


def _is_block(line: Element) -> bool:
    return str(line.tag) in ("NOTE", "FTNT", "CROSSREF", "MATH", "GPH", "img")


def _is_bold(line: Element) -> bool:
    """Return whether a line begins in bold type."""
    if line.text and not line.text.isspace():
        return False
    first = next(iter(line), None)
    return first is not None and (
        first.tag in ("B", "b", "strong") or (first.tag == "E" and first.get("T") == "04")
    )
