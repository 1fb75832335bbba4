"""Renders the review log as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from tracker.storage.instants import from_text

COLUMNS = (
    "id",
    "at",
    "who",
    "action",
    "value",
    "note",
    "change_id",
    "revision",
    "document_number",
    "title",
    "chain",
)


def table(
    entries: Iterable[Mapping[str, Any]], titles: Mapping[str, Mapping[str, Any]], timezone: str
) -> bytes:
    """Return CSV, oldest first, with a byte order mark (Excel in Japanese needs one)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        row = {**titles.get(entry["change_id"], {}), **entry, "at": _when(entry["at"], timezone)}
        writer.writerow([cell(row.get(name)) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def _when(at: str, timezone: str) -> str:
    """Return the reader's local time with its offset: a table that leaves the firm must name its time zone."""
    return from_text(at).astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds")


def cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
