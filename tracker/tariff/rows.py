"""Reads the rows of the Harmonized Tariff Schedule from the USITC's export, JSON or CSV.

The rate is on the 8-digit line: headings and subheadings above it have none, and the 10-digit statistical lines
below it inherit it. Rows without a number are headings between the numbered lines, placed by their indent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from tracker.text import fold_space

# The names of the columns in the JSON and in the CSV export, letters only, by field.
_COLUMNS = {
    "number": ("htsno", "htsnumber"),
    "indent": ("indent",),
    "description": ("description",),
    "units": ("units", "unitofquantity"),
    "general": ("general", "generalrateofduty"),
    "special": ("special", "specialrateofduty"),
    "other": ("other", "column2rateofduty"),
    "quota": ("quotaquantity",),
    "additional": ("additionalduties",),
    "footnotes": ("footnotes",),
}
_REQUIRED = ("number", "indent", "description", "general", "special", "other")
_RATES = ("general", "special", "other")
_NOT_NAME = re.compile(r"[^a-z0-9]")
_ZERO_LOST = re.compile(r"\d{4}\.\d")
_NUMBER = re.compile(r"\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.\d{2})?)?)?|\d{6}|\d{8}|\d{10}|\d{4}\.\d{2}\.\d{4}")


@dataclass(frozen=True, slots=True)
class TariffRow:
    """One row. `number` is empty for a heading between the numbered lines. Rates are as printed, empty where the
    row has none of its own. `below` is the number of the nearest numbered row that it is indented under.
    """

    number: str
    indent: int
    description: str
    units: str = ""
    general: str = ""
    special: str = ""
    other: str = ""
    quota: str = ""
    additional: str = ""
    footnotes: tuple[str, ...] = ()
    below: str = ""

    @property
    def has_rate(self) -> bool:
        return bool(self.general or self.special or self.other)

    @property
    def chapter(self) -> str:
        return self.number[:2]


def digits(number: str) -> str:
    """Return the digits of an HTS number."""
    return re.sub(r"\D", "", number)


def dotted(number: str) -> str:
    """Return an HTS number with its dots, `8542310000` as `8542.31.00.00`; empty for anything else."""
    text = fold_space(number).replace(" ", "")
    if not _NUMBER.fullmatch(text):
        return ""
    code = digits(text)
    return ".".join(part for part in (code[:4], code[4:6], code[6:8], code[8:]) if part)


def columns_of(head: Iterable[str]) -> dict[str, int]:
    """Return the position of each known column by field; empty where the columns are not those of the export."""
    names = [_NOT_NAME.sub("", str(name).lower()) for name in head]
    found: dict[str, int] = {}
    for field, wanted in _COLUMNS.items():
        for name in wanted:
            if name in names:
                found[field] = names.index(name)
                break
    return found if all(field in found for field in _REQUIRED) else {}


def rows_of_table(head: Sequence[str], body: Iterable[Sequence[str]]) -> tuple[TariffRow, ...]:
    """Return the rows of a table whose cells are text; none where its columns are not those of the export."""
    columns = columns_of(head)
    if not columns:
        return ()

    def cell(row: Sequence[str], field: str) -> str:
        at = columns.get(field, len(row))
        return fold_space(row[at]) if at < len(row) else ""

    return tuple(
        _completed(
            TariffRow(
                _number(cell(row, "number")),
                _indent(cell(row, "indent")),
                cell(row, "description"),
                **{name: cell(row, name) for name in ("units", *_RATES, "quota", "additional")},
                footnotes=tuple(filter(None, [cell(row, "footnotes")])),
            )
            for row in body
        )
    )


def rows_of_records(records: Sequence[Mapping[str, Any]]) -> tuple[TariffRow, ...]:
    """Return the rows of the JSON export, in whatever order the fields of a row are; none where the records are
    not rows of the tariff.
    """
    first = list(records[0]) if records else []
    columns = columns_of(first)
    if not columns:
        return ()
    names = {field: first[at] for field, at in columns.items()}
    return tuple(_completed(_row(record, names) for record in records))


def _row(record: Mapping[str, Any], names: Mapping[str, str]) -> TariffRow:
    def cell(field: str) -> str:
        return _text(record.get(names[field])) if field in names else ""

    return TariffRow(
        _number(cell("number")),
        _indent(cell("indent")),
        cell("description"),
        cell("units"),
        cell("general"),
        cell("special"),
        cell("other"),
        cell("quota"),
        cell("additional"),
        tuple(_footnotes(record.get(names["footnotes"]))) if "footnotes" in names else (),
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, (bool, dict)) else fold_space(str(value))


def _footnotes(value: object) -> Iterator[str]:
    """Yield each footnote with the columns that it stands at: `general: See 9903.88.02.`"""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping) and (words := _text(item.get("value"))):
            place = _text(item.get("columns"))
            yield f"{place}: {words}" if place else words


def _number(text: str) -> str:
    # A spreadsheet that took 2103.30 for a number wrote 2103.3.
    return f"{text}0" if _ZERO_LOST.fullmatch(text) else text


def _indent(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 3 else 0


def _completed(rows: Iterable[TariffRow]) -> list[TariffRow]:
    """Return the rows with the number that each is below, and without rates that are not their own: a statistical
    line that repeats the rate of the line above it, and what a spreadsheet copied down.
    """
    given = list(_whole_numbers(list(rows)))
    filled = _is_filled_down(given)
    found: list[TariffRow] = []
    above: list[TariffRow] = []
    before = ""
    for row in given:
        while above and above[-1].indent >= row.indent:
            above.pop()
        own = row
        if filled and row.general == before and _may_be_copied(row):
            own = replace(own, general="")
        rated = next((one for one in reversed(above) if one.has_rate and one.number), None)
        if rated is not None and all(getattr(own, name) in ("", getattr(rated, name)) for name in _RATES):
            own = replace(own, general="", special="", other="")
        own = replace(own, below=next((one.number for one in reversed(above) if one.number), ""))
        found.append(own)
        above.append(own)
        before = row.general
    return found


def _whole_numbers(rows: Sequence[TariffRow]) -> Iterator[TariffRow]:
    """Yield the rows with the zeros of 3914.00 that a spreadsheet took away: a heading that is its own only
    subheading has lines that begin with 3914.00.
    """
    for row, after in pairwise([*rows, *rows[-1:]]):
        is_heading = len(row.number) == 4
        yield (
            replace(row, number=f"{row.number}.00")
            if is_heading and after.number.startswith(f"{row.number}.00.")
            else row
        )


def _is_filled_down(rows: Sequence[TariffRow]) -> bool:
    """Return whether each rate above the 8-digit line is that of the row before it. The tariff has no rates there:
    a spreadsheet copied the general rates down.
    """
    copies = [
        row.general == before.general for before, row in pairwise(rows) if row.general and _is_above_line(row)
    ]
    return bool(copies) and all(copies)


def _is_above_line(row: TariffRow) -> bool:
    return len(digits(row.number)) < 8


def _may_be_copied(row: TariffRow) -> bool:
    """Return whether a line can lack a general rate of its own: one above the 8-digit line, one with a special
    rate or an additional duty alone.
    """
    return _is_above_line(row) or (not row.other and bool(row.special or row.additional))


class Schedule:
    """The rows of one release by number, with what each inherits."""

    def __init__(self, rows: Sequence[TariffRow]) -> None:
        self.rows = rows
        self._at: dict[str, int] = {}
        self._above: list[int] = []
        open_rows: list[int] = []
        for at, row in enumerate(rows):
            while open_rows and rows[open_rows[-1]].indent >= row.indent:
                open_rows.pop()
            self._above.append(open_rows[-1] if open_rows else -1)
            open_rows.append(at)
            if row.number:
                self._at.setdefault(row.number, at)

    def row(self, number: str) -> TariffRow | None:
        at = self._at.get(number)
        return None if at is None else self.rows[at]

    def line(self, number: str) -> tuple[TariffRow, ...]:
        """Return the rows from the heading down to a line, those without a number too."""
        found: list[TariffRow] = []
        at = self._at.get(number, -1)
        while at >= 0:
            found.append(self.rows[at])
            at = self._above[at]
        return tuple(reversed(found))

    def rated(self, number: str) -> TariffRow | None:
        """Return the row that states the rate of a line: its own, else the nearest above it; None where no row
        does.
        """
        return next((row for row in reversed(self.line(number)) if row.number and row.has_rate), None)

    def nearest(self, number: str) -> TariffRow | None:
        """Return the row of a number, or of the longest number that it begins with: a statistical number that the
        release lacks is read at its 8-digit line.
        """
        code = digits(number)
        for length in (10, 8, 6, 4):
            if len(code) >= length and (row := self.row(dotted(code[:length]))):
                return row
        return None

    def below(self, number: str) -> tuple[TariffRow, ...]:
        """Return the numbered rows whose numbers begin with this one, itself excluded."""
        code = digits(number)
        return tuple(
            row
            for row in self.rows
            if row.number != number and row.number and digits(row.number).startswith(code)
        )
