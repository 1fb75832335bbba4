"""The rows of the tariff schedule that a stored order or notice states in its text and annexes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from tracker.legal_status.effect_annexes import rows_of
from tracker.locations import ANNEXES_OF_PAGE
from tracker.parsing.annexes import NOT_READ
from tracker.rendering.redlines.stored import document_of
from tracker.sanitize import sanitize_line
from tracker.storage import versions
from tracker.storage.schema import CHANGE
from tracker.tariff.annex_rows import AnnexAct, AnnexRow

FIELDS = ("hts", "act", "rate", "from", "time", "where", "words")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def annex_rows_of(connection: Connection, change_id: str) -> list[dict[str, Any]]:
    """Return the rows of the text that a change brought; none where it has no text or names no heading. Raises ParseError,
    StoreError.
    """
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change_id)
    ).first()
    version = versions.get(connection, row.document_id, row.version) if row else None
    if version is None:
        return []
    document = document_of(connection, version, version.volatile_patterns)
    unread = [
        AnnexRow("", AnnexAct.NOT_READ, note, ANNEXES_OF_PAGE)
        for note in document.notes
        if note.startswith(NOT_READ)
    ]
    return [_to_json(one) for one in (*unread, *rows_of(document))]


def _to_json(row: AnnexRow) -> dict[str, Any]:
    return {
        "hts": row.number or None,
        "act": row.act.value,
        "rate": row.rate or None,
        "from": row.since.isoformat() if row.since else None,
        "time": row.time or None,
        "where": row.where,
        "words": row.words,
    }


def rows_csv(rows: Iterable[dict[str, Any]]) -> str:
    """Return the rows as CSV, in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in FIELDS])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = sanitize_line(str(value or ""))
    return f"'{text}" if text.startswith(_FORMULA) else text
