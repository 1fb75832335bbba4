"""Parses the Harmonized Tariff Schedule into one unit per row, named by its HTS number.

A row's text is its number and then each filled cell, `General: 2.5%`. A rate that a row inherits is not repeated in
it, so that a changed rate is one changed row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.model import Unit, UnitKind
from tracker.parsing.cells import cell_text
from tracker.parsing.gpo_xml import plain, shorten
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.tariff.rows import TariffRow
from tracker.text import CELL_GAP, search_key

_LABELS = (
    ("Description", "description"), ("Unit", "units"), ("General", "general"), ("Special", "special"),
    ("Other", "other"), ("Quota quantity", "quota"), ("Additional duties", "additional"),
)  # fmt: skip


def tariff_units(rows: Sequence[TariffRow]) -> tuple[Unit, ...]:
    """Return a unit for each row."""
    outline = UnitBuilder()
    for row in rows:
        words = _plain(row.description)
        path = row.number or SEPARATOR.join(filter(None, (row.below, shorten(words, 80) or "Row")))
        text = CELL_GAP.join(_cells(row))
        outline.add(path, UnitKind.ROW, text, 1, key=search_key(path if row.number else plain(path)))
    return tuple(outline.units)


def _cells(row: TariffRow) -> Iterator[str]:
    if row.number:
        yield row.number
    yield f"Indent: {row.indent}"
    for label, field in _LABELS:
        if value := _plain(getattr(row, field)):
            yield f"{label}: {value}"
    if row.footnotes:
        yield f"Footnotes: {'; '.join(map(_plain, row.footnotes))}"


def _plain(text: str) -> str:
    return cell_text(text) if "<" in text or "&" in text else text
