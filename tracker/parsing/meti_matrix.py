"""Parses METI's matrix: for each item of the tables of Japanese law the provisions of the ordinance that specify it, and the ECCN that METI
gives for reference.

An item takes several lines of a sheet, and each group of columns fills them on its own: what stands between two items belongs to the
first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.spreadsheet import sheets
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import CELL_GAP, search_key
from tracker.text.kanji_numbers import kanji_number

_ITEM = re.compile(
    r"(?P<law>輸出令|輸出貿易管理令|外為令|外国為替令)(?:別表(?:第?1)?)?の?第?(?P<row>\d+(?:の\d+)*)の?項?(?:\((?P<item>\d+(?:の\d+)*)\))?"
)
_ECCN = re.compile(r"\b\d[A-E]\d{3}(?:\.[a-z0-9]+)*", re.IGNORECASE)
_NONE = re.compile(r"[-－―–—ー\s]*|なし|該当なし|対応なし|N/?A", re.IGNORECASE)
_TABLES = {"輸": "輸出貿易管理令 › 別表第一", "外": "外国為替令 › 別表"}
_HEAD_ROWS = 15
_WORDS = 200


def matrix_units(data: bytes, name: str) -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    """Return a unit for each item, with ECCNs and provisions in its `meta`, and a remark on each cell that names no ECCN. Raises
    ParseError for a spreadsheet without a column of ECCNs.
    """
    outline = UnitBuilder()
    remarks: dict[str, None] = {}
    seen = False
    for rows in sheets(data, name).values():
        columns = _columns(rows)
        if columns is None:
            continue
        seen = True
        label, ordinance, eccn = columns
        starts = [(place, found) for place, row in enumerate(rows) if (found := _item(_cell(row, label)))]
        ends = [*(place for place, _ in starts[1:]), len(rows)]
        for (start, path), end in zip(starts, ends, strict=False):
            _write(outline, remarks, path, rows[start:end], (label, ordinance, eccn))
    if not seen or not outline.units:
        raise ParseError(f"{name}: no sheet with items and a column of ECCNs", cure="is it METI's matrix?")
    return tuple(outline.units), tuple(remarks)


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, int, int] | None:
    """Return the columns of the items, of the provisions of the ordinance, and of the ECCNs; None for another sheet."""
    eccn = ordinance = label = -1
    for row in rows[:_HEAD_ROWS]:
        for place, cell in enumerate(row):
            words = unicodedata.normalize("NFKC", cell)
            if eccn < 0 and "ECCN" in words and not _ECCN.search(words):
                eccn = place
            elif ordinance < 0 and "省令" in words and not _item(words):
                ordinance = place
            elif label < 0 and re.search(r"輸出令|外為令|項番", words):
                label = place
    return None if eccn < 0 else (max(label, 0), ordinance, eccn)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if 0 <= place < len(row) else ""


def _item(cell: str) -> str:
    """Return the path of an item: `輸出貿易管理令 › 別表第一 › 九の項（五の二）`; empty where a cell names none."""
    found = _ITEM.match("".join(unicodedata.normalize("NFKC", cell).split()))
    if found is None:
        return ""
    inner = f"（{_kanji(found['item'])}）" if found["item"] else ""
    return f"{_TABLES[found['law'][0]]}{SEPARATOR}{_kanji(found['row'])}の項{inner}"


def _kanji(number: str) -> str:
    return "の".join(kanji_number(int(part)) for part in number.split("の"))


def _write(
    outline: UnitBuilder,
    remarks: dict[str, None],
    path: str,
    rows: Sequence[Sequence[str]],
    columns: tuple[int, int, int],
) -> None:
    label, ordinance, eccn = columns
    printed = "".join(_cell(rows[0], label).split())
    provisions = list(dict.fromkeys(filter(None, ("".join(_cell(row, ordinance).split()) for row in rows))))
    eccns: dict[str, None] = {}
    unresolved: list[str] = []
    for row in rows:
        cell = _cell(row, eccn)
        found = _ECCN.findall(unicodedata.normalize("NFKC", cell))
        eccns.update(dict.fromkeys(f"{one[:5].upper()}{one[5:].lower()}" for one in found))
        if not found and not _NONE.fullmatch(cell):
            unresolved.append(cell)
            remarks[f"{printed}: no ECCN in {cell[:60]!r}"] = None
    cells = [printed, _cell(rows[0], label + 1)[:_WORDS]]
    if provisions:
        cells.append(f"省令: {'、'.join(provisions)}")
    if eccns or unresolved:
        cells.append(f"参考ECCN: {'、'.join((*eccns, *unresolved))}")
    meta = [
        ("item", printed),
        *(("provision", one) for one in provisions),
        *(("eccn", one) for one in eccns),
        *(("unresolved", one) for one in unresolved),
    ]
    text = CELL_GAP.join(filter(None, cells))
    outline.add(path, UnitKind.ROW, text, 1, key=search_key(path), meta=tuple(meta))
