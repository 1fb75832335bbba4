"""Extracts the lines of a PDF page in reading order, with their places.

PDFium returns characters in the order in which they were drawn. Columns that were drawn row by row are put into
column order here; raised and lowered characters are written as superscripts and subscripts; rotated text (the
printer's margin lines) is removed.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from tracker.parsing.hyphenation import SeenWords
from tracker.parsing.line_unwrap import ends_sentence, is_heading, is_preamble_head, join_lines, opens
from tracker.parsing.superscripts import lowered, raised

_GAP = 0.9  # times the line's height: wider than any space within running text
_NEAR = 12  # lines
_SPACE = 0.15  # times the line's height: characters that are closer form one word
_SMALL = 0.86  # times the line's height: characters up to this size may be scripts
_ROWS = 4  # least number of rows that form columns
_FILL = 0.7  # share of a column's width that lines of running text fill
_EVEN = 1.35  # times the narrowest white space of a justified line: the widest
_NOTE_SIZE = 0.93  # times the height of running text: footnotes are at most this high
_NOTE_REACH = 60  # paragraphs before a footnote that are searched for its number
_NOTE = re.compile(r"\[(?:\d{1,3}|[a-z])\]\s?\S")
_ALIKE = 0.6  # ratio of the narrower column's width to the wider one's


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `x0`, `x1`, `y` (the baseline, from the bottom) and `height` in points. `cells` are the
    parts of a table row; `font` is the font of its first character; `gaps` are the narrowest and the widest
    white space between its words (0, 0 for one word); `note` marks a footnote at the foot of a column.
    """

    text: str
    x0: float
    x1: float
    y: float
    height: float
    font: str = ""
    cells: int = 1
    gaps: tuple[float, float] = (0.0, 0.0)
    note: bool = False

    @property
    def is_even(self) -> bool:
        """Return whether the white space between its words is even, as in a justified line, however wide."""
        return 0 < self.gaps[1] <= _EVEN * self.gaps[0]


@dataclass(slots=True)
class _Glyph:
    text: str
    x0: float
    x1: float
    y: float
    height: float
    made: bool  # a space that PDFium inserted
    font: str = ""  # of the first of a line


_Glyphs = list[_Glyph]


def page_lines(page: pypdfium2.PdfTextPage) -> list[Line]:
    """Return the lines of a page. A word broken at the end of a line keeps its hyphen."""
    rows = [row for row in _rows(page) if any(not glyph.text.isspace() for glyph in row[0])]
    upright = [glyphs for glyphs, turned in rows if not turned]
    if 2 * len(upright) < len(rows):  # the whole page is turned
        upright = [glyphs for glyphs, _ in rows]
    joined = _with_scripts(upright)
    return _by_column([[_line(part) for part in _parts(glyphs)] for glyphs in joined])


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Return the paragraphs of pages, separated by white space, indents, font and wording. A paragraph may
    continue over a page's end.
    """
    words = SeenWords.of(line.text for page in pages for line in page)
    found: list[str] = []
    current: list[str] = []
    notes: list[list[str]] = []  # footnotes below the current paragraph, which may continue after them
    last: tuple[Line, bool] | None = None

    def close() -> None:
        if current:
            found.append(join_lines(current, words, broken=True))
        for lines in notes:
            _insert_note(found, join_lines(lines, words, broken=True))
        current.clear()
        notes.clear()

    for page in pages:
        pitch = _pitch(page)
        for line, (short, row) in zip(page, _reach(page), strict=True):
            if line.note:
                if _NOTE.match(line.text) or not notes:
                    notes.append([])
                notes[-1].append(line.text)
                continue
            at_top = line is page[0]
            heading = all(map(is_heading, current))
            if last is not None and (row or _begins(*last, line, 0.0 if at_top else pitch, heading=heading)):
                close()
            current.append(line.text)
            last = line, short
    close()
    return found


def _insert_note(paragraphs: list[str], note: str) -> None:
    """Insert a footnote after the last paragraph that refers to it and the notes that this already has, so that
    its place does not depend on page breaks; at the end where no paragraph does.
    """
    number = note[: note.index("]") + 1] if _NOTE.match(note) else ""
    for index in range(len(paragraphs) - 1, max(len(paragraphs) - _NOTE_REACH, 0) - 1, -1):
        if number and number in paragraphs[index][1:]:
            place = index + 1
            while place < len(paragraphs) and _NOTE.match(paragraphs[place]):
                place += 1
            paragraphs.insert(place, note)
            return
    paragraphs.append(note)


def _pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance between lines, in points."""
    drops = [above.y - below.y for above, below in pairwise(lines)]
    near = [drop for drop, line in zip(drops, lines, strict=False) if 0 < drop < 3 * line.height]
    return median(near) if near else 0.0


def _reach(lines: Sequence[Line]) -> list[tuple[bool, bool]]:
    """Return for each line whether it ends well before the right edge that nearby lines reach, and whether it
    is the first of a table row: it has cells and begins at the left edge. A justified line with wide spaces
    is not a row.
    """
    found = []
    for index, line in enumerate(lines):
        near = lines[max(0, index - _NEAR) : index + _NEAR + 1]
        right = max(each.x1 for each in near if abs(each.x0 - line.x0) < 5 * line.height)
        short = line.x1 - line.x0 < 0.8 * (right - line.x0)
        beside = lines[max(0, index - 2) : index + 3]
        running = 2 * sum(each.cells == 1 for each in beside) > len(beside)
        full = running and line.is_even and right - line.x1 < 0.2 * line.height
        row = line.cells > 1 and not full and line.x0 < min(each.x0 for each in near) + 0.5 * line.height
        found.append((short, row))
    return found


def _begins(last: Line, last_short: bool, line: Line, pitch: float, *, heading: bool) -> bool:
    """Return whether a line begins a paragraph. `heading`: the paragraph before it may be a heading so far.
    `pitch` is 0 for the first line of a page.
    """
    text, ended = line.text, ends_sentence(last.text)
    if is_preamble_head(text):
        return True
    if not pitch:  # across a page break
        return ended or heading or opens(text)
    drop = last.y - line.y
    if 1.3 * pitch < drop < 4 * pitch:
        return True
    if abs(last.height - line.height) > 0.15 * max(last.height, line.height):
        return True
    if ended and (last_short or drop > 0) and (last_short or line.x0 - last.x0 > 0.5 * line.height):
        return True
    if opens(text) and (last_short or ended):
        return True
    if not heading or not last_short or not text[:1].isupper() or is_preamble_head(last.text):
        return False
    # Lines in one font that look like a heading belong together, and an indented line is the first of its
    # paragraph.
    indented = 0.5 * line.height < last.x0 - line.x0 < 4 * line.height
    return last.font != line.font or not (indented or is_heading(text))


def _rows(page: pypdfium2.PdfTextPage) -> Iterator[tuple[_Glyphs, bool]]:
    """Return the characters by PDFium's own lines, and whether they are rotated."""
    raw, count = page.raw, page.count_chars()
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    at_x, at_y, at_box = ctypes.byref(x), ctypes.byref(y), ctypes.byref(box)
    row: _Glyphs = []
    turned = False
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code in (0x0D, 0x0A, 0):
            if code == 0x0A and row:
                yield row, turned
                row = []
            continue
        pdfium.FPDFText_GetCharOrigin(raw, index, at_x, at_y)
        pdfium.FPDFText_GetLooseCharBox(raw, index, at_box)
        ends = code in (0x02, 0xFFFE)  # a hyphen at a line's end
        made = pdfium.FPDFText_IsGenerated(raw, index) == 1 and not ends
        if not row:
            angle = pdfium.FPDFText_GetCharAngle(raw, index)
            turned = abs(math.sin(angle)) > 0.1
        text = "-" if ends else chr(code)
        font = "" if row else _font(raw, index)
        row.append(_Glyph(text, box.left, box.right, y.value, abs(box.top - box.bottom), made, font))
        if ends:
            yield row, turned
            row = []
    if row:
        yield row, turned


def _font(page: pdfium.FPDF_TEXTPAGE, index: int) -> str:
    name = ctypes.create_string_buffer(80)
    pdfium.FPDFText_GetFontInfo(page, index, name, len(name), None)
    return name.value.decode("utf-8", "replace")


def _with_scripts(rows: list[_Glyphs]) -> list[_Glyphs]:
    """Return rows in which scripts that PDFium took for a line of their own are back in their line: raised and
    lowered characters, and text at the same height right after them or after a word of one letter.
    """
    found: list[_Glyphs] = []
    for row in rows:
        inked = [glyph for glyph in row if not glyph.text.isspace()]
        if found:
            last = [glyph for glyph in found[-1] if not glyph.text.isspace()]
            size, base = _main(last)
            follows = inked[0].x0 >= last[-1].x1 - 1 and inked[0].x0 - last[-1].x1 < size
            small = all(glyph.height <= _SMALL * size for glyph in inked)
            near = abs(inked[0].y - base) < 0.7 * size
            own_size, own_base = _main(inked)
            level = abs(own_base - base) < 0.1 * size and abs(own_size - size) < 0.1 * size
            if follows and near and (small or level):
                if not small and inked[0].x0 - last[-1].x1 > _SPACE * size:
                    space = _Glyph(" ", last[-1].x1, inked[0].x0, base, size, made=True)
                    found[-1] = [*found[-1], space]
                found[-1] = [*found[-1], *row]
                continue
        found.append(row)
    return found


def _main(glyphs: _Glyphs) -> tuple[float, float]:
    """Return the height of most of a line's characters, and their baseline."""
    heights = Counter(round(glyph.height, 1) for glyph in glyphs)
    height = max(heights.items(), key=lambda item: (item[1], item[0]))[0]
    return height, median(glyph.y for glyph in glyphs if abs(glyph.height - height) < 0.1 * height)


def _parts(glyphs: _Glyphs) -> Iterator[_Glyphs]:
    """Return a row cut where its gaps are wider than a space."""
    part: _Glyphs = []
    for glyph in glyphs:
        if glyph.text.isspace():
            if part:
                part.append(glyph)
            continue
        if part:
            last = next(each for each in reversed(part) if not each.text.isspace())
            if glyph.x0 - last.x1 > _GAP * max(glyph.height, last.height):
                yield part
                part = []
        part.append(glyph)
    if part:
        yield part


def _line(glyphs: _Glyphs) -> Line:
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    height, base = _main(inked)
    right = max(each.x1 for each in inked)
    gaps = [
        second.x0 - first.x1
        for first, space, second in zip(glyphs, glyphs[1:], glyphs[2:], strict=False)
        if space.text.isspace() and not first.text.isspace() and not second.text.isspace()
    ]
    gaps = [gap for gap in gaps if gap > _SPACE * height]  # a smaller gap is not a space between words
    text = _text(glyphs, height, base)
    ends = (min(gaps), max(gaps)) if gaps else (0.0, 0.0)
    return Line(text, inked[0].x0, right, base, height, glyphs[0].font, gaps=ends)


def _text(glyphs: _Glyphs, height: float, base: float) -> str:
    runs: list[tuple[int, _Glyphs]] = []  # 1 for raised, -1 for lowered
    for glyph in glyphs:
        if glyph.text.isspace():
            side = 0
        else:
            small = glyph.height <= _SMALL * height
            rise = glyph.y - base
            side = 0 if abs(rise) < (0.08 if small else 0.2) * height else 1 if rise > 0 else -1
        if runs and runs[-1][0] == side:
            runs[-1][1].append(glyph)
        else:
            runs.append((side, [glyph]))
    text = ""
    for index, (side, run) in enumerate(runs):
        words = "".join(glyph.text for glyph in run)
        if not side:
            if index and run[0].made and not _apart(runs[index - 1][1], run):
                words = words.lstrip()  # PDFium inserts a space where the baseline changes
            text += words
            continue
        if index and runs[index - 1][1][-1].made and not _apart(runs[index - 1][1], run):
            text = text.rstrip()
        after = "".join(glyph.text for glyph in runs[index + 1][1]) if index + 1 < len(runs) else ""
        text += raised(words, text, after) if side > 0 else lowered(words)
    return " ".join(text.split())


def _apart(left: _Glyphs, right: _Glyphs) -> bool:
    before = [glyph for glyph in left if not glyph.text.isspace()]
    after = [glyph for glyph in right if not glyph.text.isspace()]
    return not before or not after or after[0].x0 - before[-1].x1 > _SPACE * after[0].height


# --- columns


def _by_column(rows: list[list[Line]]) -> list[Line]:
    """Return the lines in reading order: where rows run over columns of running text, column by column."""
    edges = _edges(rows)
    if not rows:
        return []
    height = median(line.height for row in rows for line in row)
    if not edges:
        return _with_notes(_runs_down([_whole(row) for row in rows]), height)
    lines: list[Line] = []
    columns: list[list[Line]] = [[] for _ in range(len(edges) + 1)]

    def close() -> None:
        lines.extend(_with_notes(columns, height))
        for column in columns:
            column.clear()

    for row in rows:
        cut = _cut(row, edges)
        if cut is None:  # it crosses the gutter: a heading of both columns
            close()
            lines.append(_whole(row))
            continue
        if any(column and column[-1].y < row[0].y - 1 for column in columns):
            close()  # the text starts again further up: columns that were drawn one after the other
        for column, line in zip(columns, cut, strict=True):
            if line is not None:
                column.append(line)
    close()
    return lines


def _runs_down(lines: Sequence[Line]) -> list[list[Line]]:
    """Split the lines where they continue further up the page: columns that were drawn one after the other."""
    found: list[list[Line]] = []
    for line in lines:
        if not found or line.y > found[-1][-1].y + line.height:
            found.append([])
        found[-1].append(line)
    return found


def _with_notes(columns: Sequence[Sequence[Line]], height: float) -> list[Line]:
    """Return the lines of columns, with the footnotes at the foot of each marked: lines lower than the page's
    usual `height`, the first of which begins with the number of a note.
    """
    found: list[Line] = []
    for column in columns:
        start = len(column)
        while start and column[start - 1].height <= _NOTE_SIZE * height:
            start -= 1
        while start < len(column) and not _NOTE.match(column[start].text):
            start += 1
        found += [*column[:start], *(replace(line, note=True) for line in column[start:])]
    return found


def _edges(rows: list[list[Line]]) -> list[float]:
    """Return where the second and later columns of running text begin; empty where there are none."""
    starts = sorted(line.x0 for row in rows for line in row[1:])
    if len(starts) < _ROWS:
        return []
    height = median(line.height for row in rows for line in row)
    groups: list[list[float]] = [[starts[0]]]
    for start in starts[1:]:
        if start - groups[-1][0] <= 2 * height:  # the first line of a paragraph is indented
            groups[-1].append(start)
        else:
            groups.append([start])
    several = sum(len(row) > 1 for row in rows)
    edges = [
        group[0] - 1
        for group in groups
        if len(group) >= max(_ROWS, several // 2)
        # Words of justified lines may align by chance: then most lines run across the place.
        and sum(line.x0 < group[0] - height < group[0] + height < line.x1 for row in rows for line in row)
        <= len(group)
    ]
    if not edges:
        return []
    columns: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
    for row in rows:
        cut = _cut(row, edges)
        for column, line in zip(columns, cut or (), strict=False):
            if line is not None:
                column.append(line)
    return edges if _is_running(columns) else []


def _is_running(columns: list[list[Line]]) -> bool:
    """Return whether columns contain running text, not the cells of a table: similar width, full lines that
    continue.
    """
    widths: list[float] = []
    for column in columns:
        if len(column) < _ROWS:
            return False
        lengths = sorted(line.x1 - line.x0 for line in column)
        width = lengths[int(0.8 * len(lengths))]  # headings may be wider
        widths.append(width)
        if median(lengths) < _FILL * width:
            return False
        going_on = sum(line.text[:1].islower() for line in column[1:])
        if going_on * 4 < len(column) - 1:
            return False
    return min(widths) >= _ALIKE * max(widths)


def _cut(row: list[Line], edges: list[float]) -> list[Line | None] | None:
    """Return a row's line in each column; None where one runs from one column into the next."""
    found: list[Line | None] = [None] * (len(edges) + 1)
    for line in row:
        column = sum(line.x0 >= edge for edge in edges)
        if column < len(edges) and line.x1 > edges[column] + line.height:
            return None
        before = found[column]
        found[column] = line if before is None else _whole([before, line])
    return found


def _whole(row: list[Line]) -> Line:
    if len(row) == 1:
        return row[0]
    text = " ".join(line.text for line in row)
    between = [second.x0 - first.x1 for first, second in pairwise(row)]
    gaps = [*between, *(gap for line in row for gap in line.gaps if gap)]
    return replace(
        row[0],
        text=text,
        x1=max(line.x1 for line in row),
        cells=sum(line.cells for line in row),
        gaps=(min(gaps), max(gaps)),
    )
