"""Reads the parties in an agency's own file or page into records in the form of the Consolidated Screening List."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from tracker.errors import ParseError
from tracker.parsing.spreadsheet import SIGNATURE, sheets
from tracker.text import fold_space
from tracker.text.encodings import decoded

DENIED_PERSONS = "Denied Persons List (DPL) - Bureau of Industry and Security"
Record = dict[str, Any]
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
_CELL = 100_000
# The columns of the file of denied persons, by their letters; several names of one column occur.
_COLUMNS = {
    "name": "name",
    "streetaddress": "address",
    "address": "address",
    "city": "city",
    "state": "state",
    "country": "country",
    "postalcode": "postal_code",
    "zipcode": "postal_code",
    "effectivedate": "start_date",
    "beginningdate": "start_date",
    "expirationdate": "end_date",
    "endingdate": "end_date",
    "standardorder": "standard_order",
    "lastupdate": "last_update",
    "action": "action",
    "frcitation": "federal_register_notice",
    "frcitations": "federal_register_notice",
    "federalregistercitation": "federal_register_notice",
}
_NEEDED = frozenset({"name", "country", "start_date", "federal_register_notice"})
_PLACE = ("address", "city", "state", "postal_code", "country")


def table_rows(data: bytes, name: str, label: str = "") -> list[list[str]]:
    """Return the filled rows of a tab- or comma-separated file, or of the first sheet of a spreadsheet. Raises ParseError."""
    if data.startswith(SIGNATURE):
        rows = next(iter(sheets(data, name).values()), [])
    else:
        text = decoded(data, label).lstrip("\ufeff")
        head = text.split("\n", 1)[0]
        csv.field_size_limit(_CELL)
        try:
            file = io.StringIO(text, newline="")
            if "\t" in head:
                read = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            else:
                read = csv.reader(file)
            rows = [[fold_space(cell.strip('"')) for cell in row] for row in read]
        except csv.Error as error:
            raise ParseError(f"{name}: this table cannot be read: {error}", cure="fetch it again") from error
    return [row for row in rows if any(row)]


def denied_persons(data: bytes, name: str, label: str = "") -> list[Record]:
    """Return the denied persons of the Bureau's file; rows of one order that differ in the address only are one record. Raises
    ParseError for another table, one without persons, and one that ends within a row.
    """
    head, *body = table_rows(data, name, label) or [[]]
    fields = [_COLUMNS.get(re.sub(r"[^a-z]", "", column.lower()), "") for column in head]
    if missing := _NEEDED - set(fields):
        raise ParseError(
            f"{name}: not the list of denied persons: no column for {', '.join(sorted(missing))}"
        )
    if not body:
        raise ParseError(f"{name}: a list of parties without parties", cure="fetch it again")
    short = [row for row in body if len(row) < len([field for field in fields if field])]
    if short and short[-1] is body[-1]:
        raise ParseError(f"{name}: the last row ends in the middle", cure="fetch it again")
    found: dict[tuple[str, ...], Record] = {}
    for row in body:
        values = {field: cell for field, cell in zip(fields, row, strict=False) if field and cell}
        place = {field: values.pop(field) for field in _PLACE if field in values}
        for field in ("start_date", "end_date"):
            if field in values:
                values[field] = iso_day(values[field])
        action = values.pop("action", "")
        values.pop("last_update", "")  # of the row in the Bureau's own file
        key = (
            place.get("country", ""),
            *(values.get(field, "") for field in ("name", "start_date", "end_date")),
        )
        record = found.setdefault(
            key, {**values, "source": DENIED_PERSONS, "addresses": [], "country": place.get("country", "")}
        )
        if action and action not in record.get("remarks", ""):
            record["remarks"] = "; ".join(filter(None, (record.get("remarks", ""), action)))
        if place not in record["addresses"]:
            record["addresses"].append(place)
    return list(found.values())


def iso_day(text: str) -> str:
    """Return `10/27/2025` in ISO, also of a year such as 3017, which the list has for "no end"; any other text as it is."""
    found = _SLASHED.match(text)
    return f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}" if found else text
