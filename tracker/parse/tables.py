"""Tables of either markup, HTML-like (eCFR, pages) and GPOTABLE (Federal Register), as rows of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.parse.markup import Element, words

# Cells of a row stand apart by an em space: white space, so that a row's text is nothing but what the
# source prints, yet visible.
CELL_GAP = "\u2003"
# An empty cell before a filled one is a fact: an X in the third column is another law than one in the
# fourth. It is printed as a dot.
EMPTY = "·"


@dataclass(frozen=True, slots=True)
class Row:
    """`head` says that the row names columns; `foot` that it is a note below the table."""

    cells: tuple[str, ...]
    head: bool = False
    foot: bool = False
    sources: tuple[Element, ...] = ()  # the cells' elements, for who needs their line breaks

    @property
    def text(self) -> str:
        return row_text(self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    caption: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The texts of the last row of column heads; empty where there is none."""
        return next((row.cells for row in reversed(self.rows) if row.head), ())


def row_text(cells: tuple[str, ...]) -> str:
    """A row's cells in one line; empty cells before the first filled and after the last leave no trace,
    those between leave a dot."""
    filled = [index for index, cell in enumerate(cells) if cell]
    if not filled:
        return ""
    # The first column of a row may be empty because the row above names it (the country of a party).
    return CELL_GAP.join(cell or EMPTY for cell in cells[filled[0] : filled[-1] + 1])


def read_table(table: Element) -> Table:
    """A TABLE or GPOTABLE element, in the order of its text. No text in it is lost: what stands
    outside rows and captions becomes a row of one cell."""
    caption: list[str] = []
    rows: list[Row] = []
    for part in _parts(table, head=False, foot=False):
        if isinstance(part, str):
            caption.append(part)
        elif any(part.cells):
            rows.append(part)
    return Table(tuple(caption), tuple(rows))


def _parts(element: Element, *, head: bool, foot: bool) -> Iterator[Row | str]:
    if element.text and not element.text.isspace():
        yield Row((" ".join(element.text.split()),), foot=foot)
    for child in element:
        tag = str(child.tag).upper()
        if tag in ("THEAD", "TBODY", "TFOOT", "TGROUP"):
            yield from _parts(child, head=head or tag == "THEAD", foot=foot or tag == "TFOOT")
        elif tag == "TR":
            cells = tuple([words(cell) for cell in child])
            columns = [cell for cell in child if str(cell.tag).upper() in ("TD", "TH")]
            named = bool(columns) and all(str(cell.tag).upper() == "TH" for cell in columns)
            yield Row(cells, head=head or (named and not foot), foot=foot, sources=tuple(child))
        elif tag == "ROW":
            yield Row(tuple([words(cell) for cell in child]), sources=tuple(child))
        elif tag == "BOXHD":
            yield Row(tuple(words(cell) for cell in child), head=True)
        elif tag in ("CAPTION", "TTITLE", "TDESC"):
            text = words(child)
            if text:
                yield text
        elif tag in ("COLGROUP", "COL", "PRTPAGE", "HRULE"):
            text = words(child)
            if text:
                yield Row((text,), foot=foot)
        else:  # TNOTE, SIGDAT and whatever else stands below a table
            yield Row((words(child),), foot=True)
        if child.tail and not child.tail.isspace():
            yield Row((" ".join(child.tail.split()),), foot=foot)
