"""Writes running text as units: paragraphs by designator, notes, tables, lists and editorial matter.

The eCFR's XML, the annual CFR's and the Federal Register's share these elements, so one module serves all
three; the differences (sections, supplements, instructions) are in the modules named after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tracker.model import UnitKind
from tracker.parsing.gpo_xml import INLINE, Element, label, leading_emphasis, plain, raw_text, shorten, words
from tracker.parsing.paragraph_labels import PathLabel, leading_labels, levels
from tracker.parsing.tables import Row, Table, read_table, row_name
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import search_key

_NOTES = frozenset({"NOTE", "CROSSREF", "EFTNT", "FTNT", "EXAMPLE", "NOTES"})
_DATA: Mapping[str, tuple[UnitKind, str]] = {
    "AUTH": (UnitKind.AUTHORITY, "Authority"),
    "SECAUTH": (UnitKind.AUTHORITY, "Authority"),
    "SOURCE": (UnitKind.CITATION, "Source"),
    "CITA": (UnitKind.CITATION, "History"),
    "APPRO": (UnitKind.CITATION, "Approval"),
    "PARAUTH": (UnitKind.AUTHORITY, "Authority"),
    "EDNOTE": (UnitKind.EDITORIAL_NOTE, "Editorial Note"),
    "EFFDNOT": (UnitKind.EFFECTIVE_NOTE, "Effective Date Note"),
    "EFFDNOTP": (UnitKind.EFFECTIVE_NOTE, "Effective Date Note"),
}
_HEADINGS = {"HD": 0, "HD1": 1, "HD2": 2, "HD3": 3, "HD4": 4, "HD5": 5, "SECHD": 5}
_TABLES = frozenset({"TABLE", "table", "GPOTABLE"})
_GRAPHICS = frozenset({"MATH", "GPH", "img"})
_FOOTNOTE = re.compile(r"[\[(]?(\d{1,3}|[*†‡]+|[a-z])\b")
_TERM = re.compile(r"[“\"']?\x01[“\"']?([^\x02]{2,120}?)[.,:;]?[”\"']?\x02")
_ORDER_SECTION = re.compile(r"(?:Section|Sec\.) (\d{1,2})\. ")  # of an executive order
_DEFINES = re.compile(r"\bdefin", re.IGNORECASE)
_HD_RANK = re.compile(r"HD(\d)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text. `tag` is its element's name; `heads` its designators."""

    tag: str
    text: str
    heads: tuple[PathLabel, ...] = ()
    term: str = ""  # the italic words that it opens with


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    rank: int


@dataclass(frozen=True, slots=True)
class Block:
    """Any content besides paragraphs: a note, a table, editorial matter."""

    element: Element


@dataclass(frozen=True, slots=True)
class ElisionMark:
    """Asterisks that mark omitted text."""


_Stacks = list[tuple[str, ...]]
Piece = Paragraph | Heading | Block | ElisionMark


@dataclass(frozen=True, slots=True)
class CitationScope:
    """The unit above a text: its path and depth."""

    path: str
    depth: int

    @property
    def is_section(self) -> bool:
        """Return whether designators may follow at once, as in `15 CFR 744.21(b)`."""
        last = self.path.rsplit(SEPARATOR, 1)[-1]
        return " CFR " in last and "." in last


def inline_pieces(container: Element, skip: Iterable[Element] = ()) -> Iterator[Piece]:
    """Yield the content of an element in reading order, with plain wrappers opened. `skip` are children that
    the caller has handled.
    """
    left_out = set(skip)
    yield from _loose(container.text)
    for child in container:
        if child not in left_out:
            yield from child_pieces(child)
        yield from _loose(child.tail)


def _loose(text: str | None) -> Iterator[Piece]:
    if text and not text.isspace():
        folded = " ".join(text.split())
        yield Paragraph("", folded, leading_labels(folded))


def child_pieces(element: Element) -> Iterator[Piece]:
    tag = str(element.tag)
    if tag in _HEADINGS:
        text = words(element)
        if text:
            yield Heading(text, _rank(element))
    elif tag in _DATA or tag in _NOTES or tag in _TABLES or tag in _GRAPHICS:
        yield Block(element)
    elif tag == "STARS" and not words(element):
        yield ElisionMark()
    elif all(child.tag in INLINE for child in element):
        text = words(element)
        if text:
            opening = leading_emphasis(element) if element.text is None or len(element) else text
            term = _TERM.match(opening)
            yield Paragraph(tag, text, leading_labels(opening), term[1].strip(' .”"') if term else "")
        yield from _pictures(element)
    elif any(child.tag not in INLINE and words(child) for child in element) and _has_line(element):
        yield from _broken_line(element)
    else:
        yield from inline_pieces(element)


def _rank(element: Element) -> int:
    source = _HD_RANK.match(element.get("SOURCE", "") or str(element.tag))
    return int(source[1]) if source else _HEADINGS.get(str(element.tag), 1)


def _has_line(element: Element) -> bool:
    """Return whether the element has text of its own around the blocks in it."""
    own = [element.text or "", *(child.tail or "" for child in element)]
    return any(part.strip() for part in own)


def _broken_line(element: Element) -> Iterator[Piece]:
    """Yield the lines of a paragraph with blocks inside it (a footnote, an equation), and the blocks between."""
    tag = str(element.tag)
    line = [element.text or ""]
    pictures: list[Block] = []
    opening = leading_emphasis(element)
    first = True
    for child in element:
        if child.tag in INLINE:
            line.append(raw_text(child))
            pictures.extend(_pictures(child))
        else:
            text = " ".join("".join(line).split())
            if text:
                yield Paragraph(tag, text, leading_labels(opening) if first else ())
                first = False
            line = []
            yield from pictures
            pictures = []
            yield from child_pieces(child)
        line.append(child.tail or "")
    text = " ".join("".join(line).split())
    if text:
        yield Paragraph(tag, text, leading_labels(opening) if first else ())
    yield from pictures


def _pictures(element: Element) -> Iterator[Block]:
    """Return the images in an element of one line, which are often formulas."""
    for image in element.iter("img"):
        yield Block(image)


class ParagraphWriter:
    """Writes running text into an outline, below one place."""

    def __init__(self, outline: UnitBuilder, place: CitationScope, *, heading: str = "") -> None:
        self.outline = outline
        self.root = place
        self.top = place  # where designators begin: the place, or the heading or definition within it
        self.defines = bool(_DEFINES.search(heading))

    def write(self, content: Iterable[Piece]) -> None:
        """Add the units of some content. Headings open a level of their own below the place."""
        run: list[Piece] = []
        ranks: list[tuple[int, CitationScope]] = []
        place = self.root
        for piece in content:
            if not isinstance(piece, Heading):
                run.append(piece)
                continue
            self._write_run(run, place)
            run = []
            while ranks and ranks[-1][0] >= piece.rank:
                ranks.pop()
            above = ranks[-1][1] if ranks else self.root
            path = f"{above.path}{SEPARATOR}{label(piece.text)}"
            path = self.outline.add(path, UnitKind.HEADING, piece.text, above.depth + 1)
            place = CitationScope(path, above.depth + 1)
            ranks.append((piece.rank, place))
        self._write_run(run, place)

    def _write_run(self, run: list[Piece], place: CitationScope) -> None:
        current = self.top = place
        elided = any(_is_elided(piece) for piece in run)
        for part in self._numbered_alone(run):
            stacks, rows = self._levels(part, elided=elided)
            for index, (piece, stack) in enumerate(zip(part, stacks, strict=True)):
                if isinstance(piece, ElisionMark):
                    self.outline.mark_last("elision", "after")
                elif index in rows:
                    current = self._designated_table(*rows[index], current)
                elif isinstance(piece, Block):
                    self.write_block(piece.element, current)
                elif isinstance(piece, Paragraph):
                    if stack:
                        current = self._designated(piece, stack)
                    elif name := self._own_name(piece):
                        current = self.top = self._named(piece, name, place)
                    else:
                        self._undesignated(piece, current)

    def _own_name(self, piece: Paragraph) -> str:
        """Return the name of a paragraph that has one instead of a designator: a definition's term, the number
        of an order's section; empty for all others.
        """
        if self.defines and piece.term:
            return piece.term
        found = _ORDER_SECTION.match(piece.text)
        return f"Sec. {found[1]}" if found else ""

    def _numbered_alone(self, run: list[Piece]) -> Iterator[list[Piece]]:
        """Yield the parts of a run whose designators belong together: they start again below each name, so that
        `(1)` of one definition does not follow `(2)` of the definition before it.
        """
        part: list[Piece] = []
        for piece in run:
            if part and isinstance(piece, Paragraph) and not piece.heads and self._own_name(piece):
                yield part
                part = []
            part.append(piece)
        if part:
            yield part

    def _levels(
        self, run: list[Piece], *, elided: bool
    ) -> tuple[list[tuple[str, ...]], dict[int, tuple[Table, _Stacks]]]:
        """Return the levels of each piece; for tables whose rows are paragraphs of the section, `(i) Of a
        listed item`, those of each row.
        """
        heads = [piece.heads if isinstance(piece, Paragraph) else () for piece in run]
        plain_levels = levels(heads, elided=elided)
        tables: dict[int, tuple[Table, list[tuple[PathLabel, ...]]]] = {}
        for index, piece in enumerate(run):
            if isinstance(piece, Block) and piece.element.tag in _TABLES and any(heads[:index]):
                table = read_table(piece.element)
                if rows := _row_heads(table):
                    tables[index] = (table, rows)
        if not tables:
            return plain_levels, {}
        places: list[tuple[int, int]] = []  # of each entry the piece, and the row in it (-1: none)
        entries: list[tuple[PathLabel, ...]] = []
        for index, own in enumerate(heads):
            inner = tables[index][1] if index in tables else [own]
            for row, designators_of_row in enumerate(inner):
                places.append((index, row if index in tables else -1))
                entries.append(designators_of_row)
        read = levels(entries, elided=elided)
        if not _one_each(read):
            return plain_levels, {}
        found: list[tuple[str, ...]] = [()] * len(run)
        rows_of: dict[int, tuple[Table, _Stacks]] = {
            index: (table, []) for index, (table, _) in tables.items()
        }
        for (index, row), stack in zip(places, read, strict=True):
            if row < 0:
                found[index] = stack
            else:
                rows_of[index][1].append(stack)
        return found, rows_of

    def _designated_table(self, table: Table, stacks: _Stacks, current: CitationScope) -> CitationScope:
        """Write a table whose rows have citations of their own; return the place of the last."""
        base = self.outline.numbered(current.path, "Table")
        for row, stack in zip(table.rows, stacks, strict=True):
            if not stack:
                write_row(self.outline, row, CitationScope(base, current.depth + 1))
                continue
            gap = "" if self.top.is_section else SEPARATOR if self.top is self.root else " "
            path = f"{self.top.path}{gap}{''.join(stack)}"
            depth = self.top.depth + len(stack)
            first = next(cell for cell in row.cells if cell)
            marker = "".join(map(str, leading_labels(first)))
            self.outline.add(path, UnitKind.ROW, row.text, depth, marker=marker)
        return current

    def _designated(self, piece: Paragraph, stack: tuple[str, ...]) -> CitationScope:
        top = self.top
        # `15 CFR 744.5(a)`; `Category I (a)` below a heading; `Supp. No. 8 to Part 744 › (a)` at the top.
        gap = "" if top.is_section else SEPARATOR if top is self.root else " "
        path = f"{top.path}{gap}{''.join(stack)}"
        depth = top.depth + len(stack)
        marker = "".join(str(head) for head in piece.heads)
        path = self.outline.add(path, UnitKind.PARAGRAPH, piece.text, depth, marker=marker)
        return CitationScope(path, depth)

    def _named(self, piece: Paragraph, name: str, place: CitationScope) -> CitationScope:
        """Write a paragraph with a name of its own, below which designators start again."""
        path = f"{place.path}{SEPARATOR}{shorten(name, 80)}"
        path = self.outline.add(path, UnitKind.PARAGRAPH, piece.text, place.depth + 1)
        return CitationScope(path, place.depth + 1)

    def _undesignated(self, piece: Paragraph, current: CitationScope) -> None:
        # A flush paragraph (FP) ends a list and belongs to the paragraph above the list.
        parent = _above(current, self.top) if piece.tag.startswith("FP") else current
        if piece.tag == "LI":
            path = f"{parent.path}{SEPARATOR}{shorten(piece.text, 80)}"
            key = search_key(plain(piece.text))
            self.outline.add(path, UnitKind.ROW, piece.text, parent.depth + 1, key=key)
            return
        path = self.outline.numbered(parent.path, "¶")
        self.outline.add(path, UnitKind.PARAGRAPH, piece.text, parent.depth + 1)

    def _graphic(self, element: Element, current: CitationScope) -> None:
        """Write an image, or a formula set as one: its number in the Register, or its alternative text and
        file. Another number is another image.
        """
        text, meta = words(element), tuple[tuple[str, str], ...]()
        if not text and element.tag == "img":
            file = (element.get("src") or "").rpartition("/")[2]
            text = " ".join(part for part in ((element.get("alt") or "").strip(), file) if part)
            meta = (("file", file),)
        path = self.outline.numbered(current.path, "Figure")
        self.outline.add(path, UnitKind.IMAGE, text, current.depth + 1, meta=meta)

    # --- blocks

    def write_block(self, element: Element, current: CitationScope) -> None:
        tag = str(element.tag)
        if tag in _DATA:
            kind, name = _DATA[tag]
            self.write_matter(element, kind, f"{self.root.path}{SEPARATOR}{name}", self.root.depth + 1)
        elif tag in _TABLES:
            self.write_table(read_table(element), current)
        elif tag == "FTNT":
            self._footnotes(element)
        elif tag in _GRAPHICS:
            self._graphic(element, current)
        else:
            self._note(element, current)

    def write_matter(self, element: Element, kind: UnitKind, path: str, depth: int) -> None:
        """Write authority, source, history and editors' notes: the heading joined to its text, each further
        paragraph a unit of its own, all of one kind.
        """
        texts = _lines(element)
        if not texts:
            return
        path = self.outline.add(path, kind, texts[0], depth)
        for text in texts[1:]:
            self.outline.add(self.outline.numbered(path, "¶"), kind, text, depth + 1)

    def _footnotes(self, element: Element) -> None:
        path = ""
        for piece in inline_pieces(element):
            if isinstance(piece, ElisionMark):
                self.outline.mark_last("elision", "after")
                continue
            if isinstance(piece, Block):
                self.write_block(piece.element, self.root)
                continue
            number = _FOOTNOTE.match(piece.text)
            if number:
                name = f"{self.root.path}{SEPARATOR}Footnote {number[1]}"
                path = self.outline.add(name, UnitKind.NOTE, piece.text, self.root.depth + 1)
            else:
                parent = path or f"{self.root.path}{SEPARATOR}Footnote"
                name = self.outline.numbered(parent, "¶")
                self.outline.add(name, UnitKind.NOTE, piece.text, self.root.depth + 2)

    def _note(self, element: Element, current: CitationScope) -> None:
        content = list(inline_pieces(element))
        name = "Note"
        head = ""
        if (content and isinstance(content[0], Heading)) or (
            content and isinstance(content[0], Paragraph) and content[0].tag == "HED"
        ):
            head = content.pop(0).text  # type: ignore[union-attr]
        if head:
            name = shorten(head.rstrip(":. "), 100)
        # A note that names its subject is the section's, or the category's of a list; a bare one follows its
        # paragraph.
        parent = self.top if " to " in name else current
        depth = parent.depth + 1
        text = head
        if content and isinstance(content[0], Paragraph) and not content[0].heads:
            text = f"{head} {content[0].text}" if head else content[0].text
            content.pop(0)
        path = self.outline.add(f"{parent.path}{SEPARATOR}{name}", UnitKind.NOTE, text, depth)
        if content:
            inner = ParagraphWriter(self.outline, CitationScope(path, depth))
            inner.write(content)

    def write_table(self, table: Table, current: CitationScope) -> None:
        """Write a table's rows: the caption, the column heads, each row by its first cell."""
        base = self.outline.numbered(current.path, "Table")
        depth = current.depth + 1
        for row in table.rows:
            write_row(self.outline, row, CitationScope(base, depth))


def write_row(outline: UnitBuilder, row: Row, place: CitationScope) -> None:
    """Write one row of a table that is not a list of parties or countries."""
    if row.role == "caption":
        outline.add(place.path, UnitKind.HEADING, row.text, place.depth)
    elif row.role == "head":
        path = f"{place.path}{SEPARATOR}columns"
        outline.add(path, UnitKind.HEADING, row.text, place.depth + 1)
    elif row.role == "foot":
        number = _FOOTNOTE.match(row.text)
        name = f"Footnote {number[1]}" if number else "Footnote"
        outline.add(f"{place.path}{SEPARATOR}{name}", UnitKind.NOTE, row.text, place.depth + 1)
    else:
        first = next((cell for cell in row.cells if cell), "")
        name = row_name(first)
        path = f"{place.path}{SEPARATOR}{shorten(name, 80)}"
        key = search_key(plain(name))
        outline.add(path, UnitKind.ROW, row.text, place.depth + 1, key=key)


def _row_heads(table: Table) -> list[tuple[PathLabel, ...]]:
    """Return the designators of each row, none for heads and notes; empty for a table whose rows are not
    paragraphs. In one whose rows are, at least two rows begin with one, and every row does except
    continuations in the first cell.
    """
    heads = []
    for row in table.rows:
        first = next((cell for cell in row.cells if cell), "") if row.role == "row" else ""
        heads.append(leading_labels(first))
    rows = sum(row.role == "row" for row in table.rows)
    named = sum(map(bool, heads))
    return heads if named >= 2 and 2 * named > rows else []


def _one_each(stacks: _Stacks) -> bool:
    """Return whether no two have the same levels: a table with a numbering of its own repeats those of the
    paragraphs.
    """
    found = [stack for stack in stacks if stack]
    return len(set(found)) == len(found)


def _is_elided(piece: Piece) -> bool:
    """Return whether some of the text around is omitted."""
    return isinstance(piece, ElisionMark) or (isinstance(piece, Paragraph) and piece.text.endswith("* * *"))


def _above(current: CitationScope, top: CitationScope) -> CitationScope:
    """Return the place that a list ending at `current` belongs to: without its last designator."""
    if current.depth <= top.depth + 1 or not current.path.endswith(")"):
        return current if current.depth <= top.depth else top
    return CitationScope(current.path[: current.path.rindex("(")], current.depth - 1)


def _lines(element: Element) -> list[str]:
    """Yield the paragraphs of a small block, its bold heading joined to the first."""
    texts: list[str] = []
    heading = ""
    for piece in inline_pieces(element):
        if isinstance(piece, ElisionMark):
            continue
        text = words(piece.element) if isinstance(piece, Block) else piece.text
        if isinstance(piece, Heading) or (isinstance(piece, Paragraph) and piece.tag == "HED"):
            heading = f"{heading} {text}".strip()
        elif text:
            texts.append(f"{heading} {text}".strip())
            heading = ""
    return [*texts, heading] if heading else texts
