"""Rows of tables, of the base and of text that is set out; the markup of a table around its rows is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tracker.amendments.actions import LineKind, SetOut
from tracker.amendments.base import Block, Division
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.inline import fold, inline, same_key
from tracker.amendments.layout_tables import LAYOUT
from tracker.amendments.markup import MarkupError, cell_markup, element_of, to_ascii
from tracker.parsing.gpo_xml import Element, words

_ROW = re.compile(r"<TR\b[^>]*>.*?</TR>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(
    r"(?P<open><(?P<tag>T[DH])\b[^>]*>)(?P<inner>.*?)(?P<close></(?P=tag)>)", re.DOTALL | re.IGNORECASE
)
_HEAD = re.compile(r"<THEAD\b.*?</THEAD>|<TFOOT\b.*?</TFOOT>", re.DOTALL | re.IGNORECASE)
_FOOT = re.compile(r"<TFOOT\b.*?</TFOOT>", re.DOTALL | re.IGNORECASE)
_CAPTION = re.compile(r"<CAPTION\b.*?</CAPTION>", re.DOTALL | re.IGNORECASE)
_STARS = re.compile(r"[*\s]*\*[*\s]*\Z")


_RAISED = re.compile(r"<(sup|SU|SUP)\b[^>]*>\s*[\d, ]+\s*</\1>")


@lru_cache(maxsize=65536)
def name_of(markup: str) -> str:
    """Return the words of a cell without the numbers of footnotes."""
    return inline(f"<TD>{_RAISED.sub('', markup)}</TD>").text


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its tags."""

    open: str
    inner: str
    close: str

    @property
    def text(self) -> str:
        return inline(f"<TD>{self.inner}</TD>").text

    @property
    def name(self) -> str:
        """Return its words without the numbers of footnotes."""
        return name_of(self.inner)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the base. `country` is that of the last row that names one, in a list of parties."""

    raw: str
    cells: tuple[Cell, ...]
    texts: tuple[str, ...]
    names: tuple[str, ...]  # the texts without the numbers of footnotes
    keys: tuple[str, ...]  # the names as they are compared
    country: str = ""

    @classmethod
    def of(cls, raw: str, cells: tuple[Cell, ...], country: str = "") -> Row:
        names = tuple(c.name for c in cells)
        return cls(raw, cells, tuple(c.text for c in cells), names, tuple(map(folded, names)), country)

    def with_cells(self, inners: Sequence[str]) -> Row:
        """Return a row with other contents in the tags of its cells."""
        opening = self.raw[: self.raw.index(">") + 1]
        closing = self.raw[self.raw.rindex("</") :]
        cells = tuple(
            Cell(cell.open, inner, cell.close) for cell, inner in zip(self.cells, inners, strict=True)
        )
        lines = "\n".join(f"{cell.open}{cell.inner}{cell.close}" for cell in cells)
        return Row.of(f"{opening}\n{lines}\n{closing}", cells, self.country)


class TableBlock(Block):
    """The block of a table whose rows were changed. Its markup is written when it is read: of a table that a thousand
    actions change one after the other, once.
    """

    __slots__ = ("_raw", "gaps", "rows")

    gaps: tuple[str, ...]
    rows: tuple[Row, ...]
    _raw: str

    def __init__(self, tag: str, gaps: tuple[str, ...], rows: tuple[Row, ...]) -> None:
        for name, value in (("tag", tag), ("gaps", gaps), ("rows", rows), ("_raw", "")):
            object.__setattr__(self, name, value)

    @property
    def raw(self) -> str:
        if not self._raw:
            rows = zip(self.gaps, (row.raw for row in self.rows), strict=False)
            made = "".join(part for pair in rows for part in pair) + self.gaps[-1]
            object.__setattr__(self, "_raw", made)
        return self._raw

    @property
    def is_table(self) -> bool:
        return True


def same_ends(old: Sequence[Row], new: Sequence[Row]) -> tuple[int, int]:
    """Return how many rows at the beginning and at the end are the same."""
    start, limit = 0, min(len(old), len(new))
    while start < limit and new[start] is old[start]:
        start += 1
    tail = 0
    while tail < limit - start and new[-1 - tail] is old[-1 - tail]:
        tail += 1
    return start, tail


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the base: the markup before, between and after its rows. `name` are the words of its caption
    or of the heading before it, `head` those of its columns as they are compared.
    """

    block: Block
    gaps: tuple[str, ...]
    rows: tuple[Row, ...]
    name: str
    by_country: bool
    head: tuple[str, ...]

    def with_rows(self, rows: Sequence[Row]) -> Table:
        """Return the table with other rows. What is before the first and after the last changed row stays as it
        is. Raises NotComputedError where more than white space lies between the rows that go.
        """
        start, tail = same_ends(self.rows, rows)
        end = len(self.rows) - tail
        new = list(rows[start : len(rows) - tail])
        gone = self.gaps[start + 1 : end]
        if any(not gap.isspace() and gap for gap in gone):
            raise NotComputedError("the rows lie in several bodies of the table", "markup")
        gaps = [*self.gaps[: start + 1], *["\n"] * (len(new) - 1), *self.gaps[end:]]
        if start == end and new:  # an insertion: its row has a line end before or after it
            last = start == len(self.rows) and start > 0
            gaps = [*self.gaps[:start], *(["\n"] if last else [self.gaps[start]])]
            gaps += ["\n"] * (len(new) - 1)
            gaps += [self.gaps[start]] if last else ["\n", *self.gaps[start + 1 :]]
        elif not new:
            gaps = self._without(start, end)
        block = TableBlock(self.block.tag, tuple(gaps), tuple(rows))
        return replace(self, block=block, gaps=block.gaps, rows=block.rows)

    def _without(self, start: int, end: int) -> list[str]:
        """Return what lies between the rows after some are removed: the head and the foot stay."""
        if end < len(self.rows):
            if not self.gaps[end].isspace():
                raise NotComputedError("the rows lie in several bodies of the table", "markup")
            return [*self.gaps[: start + 1], *self.gaps[end + 1 :]]
        if start > 0:
            return [*self.gaps[:start], self.gaps[end]]
        return [self.gaps[0] + self.gaps[end]]

    def block_with(self, rows: Sequence[Row]) -> Block:
        """Return the block with other rows."""
        return self.with_rows(rows).block


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that is set out. `table` are the words of the heading above its table."""

    cells: tuple[str, ...]  # markup
    texts: tuple[str, ...]
    keys: tuple[str, ...]  # the texts without the numbers of footnotes, as they are compared
    country: str
    table: str
    head: tuple[str, ...]  # of a table that was read from its layout


def tables_of(division: Division, known: dict[int, Table] | None = None) -> list[Table]:
    """Return the tables of a division, in order. `known` are those that were read before, by their block."""
    found: list[Table] = []
    known = {} if known is None else known
    heading = ""
    for block in division.blocks():
        if block.tag in ("HEAD", "HD1", "HD2", "HD3", "HED"):
            heading = inline(block.raw).text
        if block.is_table:
            table = known.get(id(block))
            if table is None or table.block is not block:
                table = known[id(block)] = _table(block, heading)
            found.append(table)
    return found


def _table(block: Block, heading: str) -> Table:
    caption = _CAPTION.search(block.raw)
    name = inline(caption.group()).text if caption else heading
    skipped = [match.span() for match in _HEAD.finditer(block.raw)]
    gaps: list[str] = []
    rows: list[Row] = []
    place = 0
    head = next((m.group() for m in _HEAD.finditer(block.raw)), "<P></P>")
    by_country = re.match(r"Country\s+(?:Entity|Listed person)", inline(head).text, re.IGNORECASE) is not None
    country = ""
    for match in _ROW.finditer(block.raw):
        if any(low <= match.start() < high for low, high in skipped):
            continue
        gaps.append(block.raw[place : match.start()])
        place = match.end()
        cells = tuple(
            Cell(cell["open"], cell["inner"], cell["close"]) for cell in _CELL.finditer(match.group())
        )
        row = Row.of(match.group(), cells)
        if by_country and cells and cells[0].text:
            country = cells[0].text
        rows.append(replace(row, country=country) if by_country else row)
    gaps.append(block.raw[place:])
    names = tuple(head_key(inline(cell.group()).text) for cell in _CELL.finditer(head))
    return Table(block, tuple(gaps), tuple(rows), name, by_country, names)


def head_key(text: str) -> str:
    """Return the heading of a column for comparison."""
    return same_key(text).casefold()


@lru_cache(maxsize=64)
def rows_set_out(set_out: SetOut, *, ascii_only: bool) -> Sequence[NewRow]:
    """Return the rows of all tables that are set out, without those of asterisks. Raises NotComputedError."""
    found: list[NewRow] = []
    heading = ""
    for line in set_out.lines:
        if line.kind is LineKind.HEADING:
            heading = line.text
        elif line.kind is LineKind.TABLE and line.xml:
            try:
                element = element_of(line.xml)
                title = (element.findtext("TTITLE") or "").strip()
                found += _new_rows(element, title or heading, ascii_only=ascii_only)
            except MarkupError as error:
                raise NotComputedError(str(error), "markup") from error
    return found


def _new_rows(table: Element, name: str, *, ascii_only: bool) -> list[NewRow]:
    found: list[NewRow] = []
    country = ""
    is_layout = table.get("OPTS") == LAYOUT
    head = tuple(head_key(words(one)) for one in table.iter("CHED")) if is_layout else ()
    for row in table.iter("ROW"):
        cells = [cell_markup(cell) for cell in row.findall("ENT")]
        texts = [inline(f"<TD>{cell}</TD>").text for cell in cells]
        if not any(texts) or _STARS.match("".join(texts)):
            continue
        country = texts[0] or country
        if ascii_only:
            cells = [to_ascii(cell) for cell in cells]
        keys = tuple(folded(name_of(cell)) for cell in cells)
        found.append(NewRow(tuple(cells), tuple(texts), keys, country, name, head))
    return found


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    return fold(text).casefold()


def has_name(key: str, wanted: str) -> bool:
    """Return whether a cell begins with a name, whole: "Acme, 5 Main St." with "Acme", but not "Acme Asia". Both
    are `folded`.
    """
    wanted = wanted.rstrip(" ,;")
    if not wanted or not key.startswith(wanted):
        return False
    rest = key[len(wanted) :]
    return not rest or rest[0] in ",;.:(" or (rest[0] == " " and rest.lstrip()[:1] in "(-")


def same_columns(one: Sequence[str], two: Sequence[str]) -> bool:
    """Return whether two tables have the same columns: a rule prints some headings longer or shorter than the base."""
    return len(one) == len(two) and all(
        a and b and (a.startswith(b) or b.startswith(a)) for a, b in zip(one, two, strict=True)
    )


def check_head(row: NewRow, table: Table) -> None:
    """Raise NotComputedError where a row was read from a layout whose columns are not those of the base."""
    if row.head and not same_columns(row.head, table.head):
        raise NotComputedError(
            "the columns of a table of a text without markup are not those of the base", "plain-text"
        )


def footnote_rows(raw: str) -> list[tuple[str, int, int]]:
    """Return (number, start, end) of the content of each footnote in a table's foot."""
    found = []
    for foot in _FOOT.finditer(raw):
        for cell in _CELL.finditer(raw, foot.start(), foot.end()):
            if match := re.match(r"\s*<(?:sup|SU)>\s*(\d{1,3})\s*</(?:sup|SU)>", cell["inner"]):
                found.append((match[1], cell.start("inner"), cell.end("inner")))
    return found
