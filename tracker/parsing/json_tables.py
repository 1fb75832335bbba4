"""Parses JSON into units: tables by row, every other value by its path.

A table is a list of objects, a list of lists (whose first row may name the columns), or an object whose values
are records with the same fields (`{"8471": {"rate": "5%"}, ...}`), anywhere in the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.cells import cell_text
from tracker.parsing.data_table import MAX_ROWS, write_rows
from tracker.parsing.gpo_xml import shorten
from tracker.parsing.screening_list import is_list
from tracker.parsing.tariff_table import tariff_units
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.tariff.rows import rows_of_records

_RECORD = frozenset({"document_number", "abstract"})
_MOST_LEVELS = 40


def table_units(value: object, name: str) -> tuple[Unit, ...]:
    """Return the rows of a JSON value that is one table: a list of flat records, alone or as the only list of
    an object. None for any other value. Raises ParseError, naming `name`, for a table with too many rows.
    """
    records = _records_of(value)
    if rows := rows_of_records(records):
        if len(rows) > MAX_ROWS:
            raise ParseError(f"{name}: this table has over {MAX_ROWS:,} rows")
        return tariff_units(rows)
    outline = UnitBuilder()
    if records:
        _write_records(outline, records, name, "")
    return tuple(outline.units)


def value_units(value: object, name: str) -> tuple[Unit, ...]:
    """Return all of a JSON value: the rows of each table in it, and each other value as `path: value`. None for
    an empty value. Raises ParseError, naming `name`, for a value nested too deep or a table with too many
    rows.
    """
    outline = UnitBuilder()
    _write_value(outline, value, name, "", 0)
    return tuple(outline.units)


def _records_of(value: object) -> list[Mapping[str, Any]]:
    """Return the records of a JSON value that is a table; empty for anything else: documents, lists of parties."""
    if is_list(value):
        return []
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list) and item]
        value = lists[0] if len(lists) == 1 else None
    if not _is_records(value):
        return []
    names = {str(key) for item in value for key in item}
    if names & _RECORD or len(names) < 2:
        return []
    return value if "title" not in names or len(value) > 1 else []


def _is_records(value: object) -> TypeGuard[list[Mapping[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and item for item in value)


def _is_matrix(value: object) -> TypeGuard[list[list[Any]]]:
    """Return whether a value is a list of rows without another table inside."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(row, list) and row and not any(map(_is_records, row)) for row in value)
        and max(len(row) for row in value) > 1
    )


def _is_record_map(value: object) -> TypeGuard[dict[str, dict[str, Any]]]:
    """Return whether the values of an object are records with the same fields, so that its names are the keys
    of a table.
    """
    if not isinstance(value, dict) or len(value) < 2:
        return False
    if not all(isinstance(item, dict) and item for item in value.values()):
        return False
    return bool(set.intersection(*(set(item) for item in value.values())))


def _write_records(outline: UnitBuilder, records: list[Mapping[str, Any]], name: str, place: str) -> None:
    head = list(dict.fromkeys(str(key) for record in records for key in record))
    write_rows(
        outline, head, [[cell_text(record.get(key)) for key in head] for record in records], name, place
    )


def _write_value(outline: UnitBuilder, value: object, name: str, place: str, level: int) -> None:
    if level > _MOST_LEVELS:
        raise ParseError(f"{name}: JSON nested over {_MOST_LEVELS} deep")
    if _is_records(value):
        _write_records(outline, value, name, place)
    elif _is_matrix(value):
        rows = [[cell_text(cell) for cell in row] for row in value]
        head = _head(value[0])
        write_rows(outline, head or [""] * max(map(len, rows)), rows[1:] if head else rows, name, place)
    elif _is_record_map(value):
        _write_records(outline, [{"key": key, **record} for key, record in value.items()], name, place)
    elif isinstance(value, dict):
        for key, item in value.items():
            label = shorten(str(key), 100) or "value"
            _write_value(outline, item, name, f"{place}{SEPARATOR}{label}" if place else label, level + 1)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value, 1):
            label = f"item {number}"
            _write_value(outline, item, name, f"{place}{SEPARATOR}{label}" if place else label, level + 1)
    else:
        items = value if isinstance(value, list) else [value]
        for text in filter(None, map(_scalar, items)):
            path = place if items is not value else outline.numbered(place, "¶").strip()
            outline.add(path or "value", UnitKind.PARAGRAPH, text, 0)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell_text(value)


def _head(row: list[Any]) -> list[str]:
    """Return the column names in the first row of a list of rows; none where that row is data."""
    names = [cell.strip() for cell in row if isinstance(cell, str)]
    if len(names) < len(row) or not all(names) or len(set(names)) < len(names):
        return []
    return [] if any(character.isdigit() for name in names for character in name) else names
