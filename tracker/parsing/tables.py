"""Parses tables of both kinds of markup, HTML-like (eCFR, pages) and GPOTABLE (Federal Register), into rows of
cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tracker.parsing.gpo_xml import Element, children, words
from tracker.text import CELL_GAP

# An empty cell before a filled one has a meaning: an X in the third column is another law than one in the
# fourth. It is printed as a dot.
EMPTY = "·"

_FOOTNOTE_MARKS = re.compile(r"(?:\s?\[\d{1,2}(?:, ?\d{1,2})*\])+\Z")
RowRole = Literal["row", "head", "foot", "caption"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `head` names columns, `foot` is a note below the table, `caption` its title."""

    cells: tuple[str, ...]
    role: RowRole = "row"
    sources: tuple[Element | str, ...] = ()  # the cells' elements, for code that needs their line breaks

    @property
    def text(self) -> str:
        return row_text(self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the texts of the last row of column heads; empty where there is none."""
        return next((row.cells for row in reversed(self.rows) if row.role == "head"), ())


def row_text(cells: tuple[str, ...]) -> str:
    """Return a row's cells in one line; empty cells before the first filled and after the last are left out,
    those between give a dot.
    """
    filled = [index for index, cell in enumerate(cells) if cell]
    if not filled:
        return ""
    # The first column of a row may be empty because the row above names it (the country of a party).
    return CELL_GAP.join(cell or EMPTY for cell in cells[filled[0] : filled[-1] + 1])


def row_name(cell: str) -> str:
    """Return the words that name a row, without the marks of footnotes after them: a mark that a rule adds does
    not make another country of it.
    """
    return _FOOTNOTE_MARKS.sub("", cell) or cell


def read_table(table: Element) -> Table:
    """Parse a TABLE or GPOTABLE element into rows in the order of its text. No text is lost: text outside rows
    and captions becomes a row of one cell.
    """
    return Table(tuple(row for row in _rows(table, "row") if any(row.cells)))


def _rows(element: Element, role: RowRole) -> Iterator[Row]:
    for child in children(element):
        if isinstance(child, str):
            yield Row((" ".join(child.split()),), role)
            continue
        tag = str(child.tag).upper()
        if tag in _GROUPS:
            yield from _rows(child, _GROUPS[tag] or role)
        elif tag == "TR":
            cells = [cell for cell in child if str(cell.tag).upper() in ("TD", "TH")]
            named = role == "row" and bool(cells) and all(str(cell.tag).upper() == "TH" for cell in cells)
            yield _row(child, "head" if named else role)
        elif tag == "ROW":
            yield _row(child, role)
        elif tag == "BOXHD":
            yield _row(child, "head")
        elif tag in ("CAPTION", "TTITLE", "TDESC"):
            yield Row((words(child),), "caption")
        else:  # TNOTE, SIGDAT and other elements below a table
            yield Row((words(child),), "foot")


def _row(element: Element, role: RowRole) -> Row:
    sources = tuple(children(element))
    cells = tuple([" ".join(cell.split()) if isinstance(cell, str) else words(cell) for cell in sources])
    return Row(cells, role, sources)


_GROUPS: Mapping[str, RowRole | None] = {
    "THEAD": "head",
    "TFOOT": "foot",
    "TBODY": None,
    "TGROUP": None,
    "COLGROUP": None,
}
