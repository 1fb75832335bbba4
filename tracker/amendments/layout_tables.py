"""Reads the tables of a text without markup from their layout: columns, rows, and rows that a page divides.

What the layout leaves open is no table: its lines are then marked one by one, and have no form.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tracker.amendments.outline import entry_part
from tracker.parsing.hyphenation import SeenWords
from tracker.parsing.line_unwrap import join_lines

ROW_MARK = "\x03"
PAGE_MARK = "\x04"
LAYOUT = "layout"  # the OPTS of a table that was read from its layout
# A line with a wide gap between words is a row of a table.
_WIDE = re.compile(r"\s*\S(?:.*?\S)?\s{3,}\S")
_STARS = re.compile(r"\s*(?:\*\s*){3,}\Z")
_TEXT_STARS = 5  # on a line of running text; a table has six or seven
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_RAISED_RUN = re.compile(f"[{''.join(_RAISED)}]+")
_DIVIDED = (".", ":", ";", ",")
_DASHES = ("—", "–", "-", "•")
_GAP = 3  # the widest that lies between the full lines of two columns
_NAMING = 2  # columns of which one names the row
_WIDEST = 400  # characters of a line of a table
_AHEAD = 3  # blocks after a table in which a further row would leave its end open


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without an empty one between them. `after_page` is set where a page ends before it, and nothing else."""

    lines: tuple[str, ...]
    first: int
    after_page: bool

    @property
    def is_stars(self) -> bool:
        return all(_STARS.match(line) for line in self.lines)

    @property
    def ends_text(self) -> bool:
        """Return whether it is the asterisks of running text."""
        return self.is_stars and all(line.count("*") <= _TEXT_STARS for line in self.lines)

    @property
    def is_wide(self) -> bool:
        return any(_is_wide(line) for line in self.lines)

    @property
    def end(self) -> int:
        return self.first + len(self.lines)


Grid = list[list[str]]  # the lines of a row, each with its cells


def with_tables(lines: Sequence[str]) -> list[str]:
    """Return the lines with each table as a paragraph of its own, which ROW_MARK opens: as XML of the Register
    where the layout proves its cells, else each line of it.
    """
    blocks = list(_blocks(lines))
    words = SeenWords.of(list(lines))
    margin = max((len(line) for block in blocks if not block.is_wide for line in block.lines), default=0)
    found: list[str] = []
    at = number = 0
    while number < len(blocks):
        block = blocks[number]
        if not block.is_wide:
            number += 1
            continue
        found += lines[at : block.first]
        reader = _TableReader(blocks, number, margin, words)
        xml = reader.read()
        if xml:
            found += ["", ROW_MARK + xml, ""]
            number = reader.stop
        else:
            last = max(n for n, one in enumerate(reader.reach(), number) if one.is_wide)
            for line in lines[block.first : blocks[last].end]:
                found += ["", ROW_MARK + " ".join(line.split()), ""] if _is_wide(line) else [line]
            number = last + 1
        at = blocks[number - 1].end
    return [*found, *lines[at:]]


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    run: list[str] = []
    pages = 0
    for place, line in enumerate([*lines, ""]):
        text = line.rstrip()
        if text and text != PAGE_MARK:
            run.append(text)
            continue
        if run:
            yield _Block(tuple(run), place - len(run), pages > 0)
            run, pages = [], 0
        pages += text == PAGE_MARK


class _TableReader:
    """Reads the table that a block begins. After `read`, `stop` is the number of the block after it."""

    def __init__(self, blocks: Sequence[_Block], start: int, margin: int, words: SeenWords) -> None:
        self.blocks = blocks
        self.margin = margin
        self.words = words
        self.stop = self.start = start
        self.starts: list[int] = []
        self.widths: list[int] = []

    def read(self) -> str:
        """Return the table as a GPOTABLE; "" where the layout does not prove its columns, rows or end."""
        self.starts = _column_starts([line for one in self.reach() if one.is_wide for line in one.lines])
        if len(self.starts) < 2 or not self._take():
            return ""
        inside = self.blocks[self.start : self.stop]
        lines = [self._cells(line) for one in inside if not one.is_stars for line in one.lines]
        self.widths = [
            max(*(len(line[column]) for line in lines), after - start - _GAP)
            for column, (start, after) in enumerate(itertools.pairwise([*self.starts, self.starts[-1]]))
        ]
        rows = self._rows(inside)
        if not rows or rows[0] is None or any(row is not None and self._is_doubtful(row) for row in rows):
            return ""
        cells = [
            None if row is None else [self._joined(row, n) for n in range(len(self.starts))] for row in rows
        ]
        head, *rest = cells
        if head in rest:  # printed again on another page
            return ""
        if any(row and not any(row[:_NAMING]) for row in rest):  # the rest of another row
            return ""
        return _xml(head or [], rest)

    def reach(self) -> Iterator[_Block]:
        """Yield the blocks up to the end of the table at the latest."""
        for block in self.blocks[self.start :]:
            if not block.is_wide and (
                block.ends_text
                or not (block.is_stars or self._may_be_heading_row(block) or _is_set_in(block))
            ):
                return
            yield block

    @staticmethod
    def _may_be_heading_row(block: _Block) -> bool:
        return len(block.lines) <= 2 and not block.lines[0][:1].isspace()

    def _take(self) -> bool:
        """Find the end of the table; return whether it is certain."""
        number = self.start
        while number < len(self.blocks):
            block = self.blocks[number]
            fits = all(self._is_aligned(line) for line in block.lines)
            if block.ends_text or entry_part(block.lines[0], ()):
                break
            if block.is_stars or (block.is_wide and fits):
                pass
            elif block.is_wide:
                return False
            elif not fits or not self._is_row(block, number):
                break
            elif self._reads_as_prose(block):
                return False
            number += 1
        while self.blocks[number - 1].is_stars:
            number -= 1
        self.stop = number
        following = itertools.takewhile(lambda one: not one.ends_text, self.blocks[number : number + _AHEAD])
        return not any(block.is_wide for block in following)

    def _is_row(self, block: _Block, number: int) -> bool:
        """Return whether a block without wide gaps has the columns of the table."""
        if any(line[start : start + 1].strip() for line in block.lines for start in self.starts[1:]):
            return True
        after = next((one for one in self.blocks[number + 1 :] if not one.is_stars), None)
        # The name of a country alone: the rows under it have none.
        return after is not None and after.is_wide and after.lines[0][: self.starts[1]].isspace()

    def _is_aligned(self, line: str) -> bool:
        """Return whether the text of a line crosses none of the gaps between the columns."""
        cells = [line[a:b] for a, b in itertools.pairwise([*self.starts, None])]
        return all(not line[start - 1 : start].strip() for start in self.starts[1:]) and not any(
            cell.strip() and cell[:1].isspace() for cell in cells
        )

    def _reads_as_prose(self, block: _Block) -> bool:
        """Return whether a block of several columns may also be a paragraph: no line of it would have held the first
        word of the next one.
        """
        columns = any(line[self.starts[1] :].strip() for line in block.lines)
        if not columns or block.lines[0][: self.starts[1]].isspace():
            return False
        return all(
            len(one) + 1 + len(two.split()[0]) > self.margin for one, two in itertools.pairwise(block.lines)
        )

    def _cells(self, line: str) -> list[str]:
        return [line[a:b].strip() for a, b in itertools.pairwise([*self.starts, None])]

    def _rows(self, inside: Sequence[_Block]) -> list[Grid | None]:
        """Return the rows with their lines; None for one of asterisks. A page may divide a row: where the layout
        does not say whether it does, or an empty line may divide one, there are none.
        """
        found: list[Grid | None] = []
        for block in inside:
            if block.is_stars:
                found.append(None)
                continue
            grid = [self._cells(line) for line in block.lines]
            before = found[-1] if found else None
            if before is not None:
                goes_on = self._goes_on(before[-1], grid[0], after_page=block.after_page)
                if goes_on is None or (goes_on and not block.after_page):
                    return []
                if goes_on:
                    before += grid
                    continue
            found.append(grid)
        return found

    def _goes_on(self, above: Sequence[str], below: Sequence[str], *, after_page: bool) -> bool | None:
        """Return whether a row goes on after the end of a page or an empty line; None where the layout leaves that
        open.
        """
        gaps, fits = self._breaks(above, below)
        if gaps or len(fits) > 1:
            return False
        midway = any(
            two
            and (two[0].islower() or two[0].isdigit() or one.endswith(",") or one.count("(") > one.count(")"))
            and not one.endswith((".", ";", ":"))
            for one, two in zip(above, below, strict=True)
        )
        if fits:
            return False if fits[0] == 0 and not midway and not after_page else None
        return True if midway else None

    def _breaks(self, above: Sequence[str], below: Sequence[str]) -> tuple[list[int], list[int]]:
        """Return the columns in which text follows a gap, and those in which the first word of the line below
        would have fitted on the line above.
        """
        gaps = [n for n, text in enumerate(below) if text and not above[n]]
        fits = [
            n
            for n, text in enumerate(below)
            if text and above[n] and len(above[n]) + 1 + len(text.split()[0]) <= self.widths[n]
        ]
        return gaps, fits

    def _is_doubtful(self, row: Grid) -> bool:
        """Return whether the lines of a row may be those of two rows."""
        for above, below in itertools.pairwise(row):
            gaps, fits = self._breaks(above, below)
            if gaps or len(fits) > 1:
                return True
            if fits and not (above[fits[0]].endswith(_DIVIDED) or below[fits[0]].startswith(_DASHES)):
                return True
        return False

    def _joined(self, row: Grid, column: int) -> str:
        lines = [line[column] for line in row if line[column]]
        return join_lines(lines, self.words, broken=False) if lines else ""


def _is_wide(line: str) -> bool:
    return _WIDE.match(line) is not None and not _STARS.match(line)


def _is_set_in(block: _Block) -> bool:
    return all(len(line) - len(line.lstrip()) >= 8 for line in block.lines)


def _column_starts(lines: Sequence[str]) -> list[int]:
    """Return where the columns begin: after a gap that all lines have, and that is wide in one of them."""
    width = max(map(len, lines), default=0)
    if width > _WIDEST:
        return []
    filled = [any(line[place : place + 1].strip() for line in lines) for place in range(width)]
    found = [0] if filled and filled[0] else []
    for place in range(1, width):
        if (
            filled[place]
            and not filled[place - 1]
            and any(
                line[place : place + 1].strip() and not line[max(place - 2, 0) : place].strip()
                for line in lines
            )
        ):
            found.append(place)
    return found


def _xml(head: Sequence[str], rows: Sequence[Sequence[str] | None]) -> str:
    heads = "".join(f'<CHED H="1">{_marked(text)}</CHED>' for text in head)
    made = "".join(
        "<ROW>" + "".join(f"<ENT>{_marked(text)}</ENT>" for text in row) + "</ROW>"
        if row is not None
        else "<ROW><ENT>* * * * * * *</ENT></ROW>"
        for row in rows
    )
    return f'<GPOTABLE OPTS="{LAYOUT}"><BOXHD>{heads}</BOXHD>{made}</GPOTABLE>'


def _marked(text: str) -> str:
    """Return a cell's text with its raised numbers as the Register marks them."""
    return _RAISED_RUN.sub(
        lambda match: f"<SU>{''.join(_RAISED[c] for c in match.group())}</SU>", escape(text)
    )
