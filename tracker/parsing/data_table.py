"""Parses tables of data into one unit per row: `9903.05.01 › ...` is compared by its key and by its columns.

The text of a row is its key and then each filled cell as `Column: value`. A row without a key (a heading
between numbered lines of the tariff schedule) is named by its first words, below the row that it is indented
under or follows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import urlsplit

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.cells import cell_text
from tracker.parsing.gpo_xml import plain, shorten
from tracker.parsing.tariff_table import tariff_units
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.tariff.rows import rows_of_table
from tracker.text import CELL_GAP, search_key

MAX_ROWS = 200_000
_CELL = 1_000_000  # characters; the csv module's own limit is lower and shared by the whole process
_SUFFIXES = {".csv": ",", ".tsv": "\t"}
_TYPES = ("text/csv", "application/csv", "text/tab-separated-values")
# Names of key columns, letters and digits only, best first.
_KEYS = (
    "htsno", "htsnumber", "hts", "hts10", "hts8", "htscode", "htssubheading", "subheading", "heading", "id", "uid", "entitynumber",
    "documentnumber", "eccn", "number", "no", "code", "key", "casenumber", "name", "entityname", "party", "country",
)  # fmt: skip
_TARIFF = ("hts", "heading", "subheading")
_ZERO_LOST = re.compile(r"\d{4}\.\d")

Rows = list[list[str]]


def table_units(name: str, text: str, content_type: str = "") -> tuple[Unit, ...]:
    """Return the rows of a CSV table; none where the text is not a table. `name` is a file's or an address.
    Raises ParseError for a table truncated within a row, or with too many rows.
    """
    delimiter = _delimiter(name, text, content_type)
    if not delimiter:
        return ()
    rows = _csv_rows(name, text, delimiter)
    head, *body = rows or [[]]
    if tariff := rows_of_table(head, body):
        return tariff_units(tariff)
    outline = UnitBuilder()
    if body:
        write_rows(outline, head, body, name)
    return tuple(outline.units)


def _delimiter(name: str, text: str, content_type: str) -> str:
    suffix = PurePath(urlsplit(name).path).suffix.lower()
    first = text[:100_000].split("\n", 1)[0]
    best = max(",;\t|", key=first.count)
    if suffix in _SUFFIXES or content_type.partition(";")[0].strip().lower() in _TYPES:
        return best if first.count(best) else ""
    if not first.count(best) or text.lstrip()[:1] == "<":
        return ""
    rows = list(csv.reader(io.StringIO("\n".join(text.split("\n", 20)[:20]), newline=""), delimiter=best))
    filled = [row for row in rows if row]
    width = len(filled[0])
    # Running text has commas too, followed by spaces. A table has equally many in each line, and short column
    # names in the first.
    spaced = any(cell[:1] == " " for row in filled for cell in row)
    regular = len(filled) >= 4 and width >= 3 and not spaced and all(len(row) == width for row in filled[:-1])
    return best if regular and all(0 < len(cell.strip()) <= 40 for cell in filled[0]) else ""


def _csv_rows(name: str, text: str, delimiter: str) -> Rows:
    csv.field_size_limit(_CELL)
    rows: Rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(cell.strip() for cell in row):
                rows.append([cell_text(cell) for cell in row])
            if len(rows) > MAX_ROWS:
                raise ParseError(f"{name}: this table has over {MAX_ROWS:,} rows")
    except csv.Error as error:
        raise ParseError(
            f"{name}: this CSV cannot be read: {error}", cure="it may be cut off: fetch it again"
        ) from error
    return rows


def write_rows(outline: UnitBuilder, head: Sequence[str], rows: Rows, name: str, place: str = "") -> None:
    """Add a table to `outline`: its columns, then a unit for each row, below the path `place`. Raises
    ParseError, naming `name`, for a table with too many rows.
    """
    if len(rows) > MAX_ROWS:
        raise ParseError(f"{name}: this table has over {MAX_ROWS:,} rows")
    columns = [column.strip() or f"Column {number}" for number, column in enumerate(head, 1)]
    names = [_name(column) for column in columns]
    key = _key_column(names, rows)
    indent = names.index("indent") if "indent" in names else None
    above: list[tuple[int, str]] = []  # rows with a key that may have rows below them, by indent
    base = f"{place}{SEPARATOR}" if place else ""
    outline.add(f"{base}columns", UnitKind.HEADING, CELL_GAP.join(columns), 0)
    for row in rows:
        own = row[key] if key < len(row) else ""
        if names[key].startswith(_TARIFF) and _ZERO_LOST.fullmatch(own):
            own = f"{own}0"  # a spreadsheet took 2103.30 for a number
        depth = _depth(row[indent]) if indent is not None and indent < len(row) else 0
        while above and indent is not None and above[-1][0] >= depth:
            above.pop()
        cells = [
            f"{columns[index] if index < len(columns) else f'Column {index + 1}'}: {cell}"
            for index, cell in enumerate(row)
            if cell and index != key
        ]
        if own:
            above = [*above, (depth, own)] if indent is not None else [(0, own)]
            path, key_form = shorten(own, 120) or "Row", search_key(plain(own))
        else:
            words = next((cell for index, cell in enumerate(row) if index != key and len(cell) > 2), "")
            path = SEPARATOR.join(
                [*(shorten(name, 120) for _, name in above[-1:]), shorten(words, 80) or "Row"]
            )
            key_form = search_key(plain(path))
        text = CELL_GAP.join([own, *cells] if own else cells)
        outline.add(f"{base}{path}", UnitKind.ROW, text, 1, key=key_form)


def _depth(cell: str) -> int:
    return int(cell) if cell.isdecimal() and len(cell) <= 3 else 0


def _name(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())


def _key_column(names: Sequence[str], rows: Rows) -> int:
    """Return the column that names the rows: by its own name, else the first whose values are all present and
    all different.
    """

    def values(index: int) -> list[str]:
        return [row[index] for row in rows if index < len(row) and row[index]]

    for candidate in _KEYS:
        for index, name in enumerate(names):
            if name == candidate:
                found = values(index)
                if 2 * len(found) >= len(rows) and len(set(found)) * 10 >= len(found) * 9:
                    return index
    for index in range(len(names)):
        found = values(index)
        if len(found) == len(rows) == len(set(found)):
            return index
    return 0
