"""Stored records as people see them: with what reviewers corrected. Plain SQL, for the commands that only read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tracker.model.corrections import ACTION, with_corrections
from tracker.serialization import format_instant
from tracker.storage.instants import from_text
from tracker.storage.reading import ReadConnection, ReadCursor, Row

CORRECTED = f"SELECT id, record FROM change WHERE id IN (SELECT change_id FROM review WHERE action = '{ACTION}') ORDER BY seq"  # noqa: S608
_CHUNK = 500


def leading_texts(connection: ReadConnection, rows: Sequence[Row]) -> list[str]:
    """The records of these rows (`id`, `record`) as JSON. Those without corrections are returned as the stored text."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in connection.execute(
        "SELECT change_id, at, who, revision, value, note FROM review WHERE action = ?"
        " AND change_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [ACTION, json.dumps([row["id"] for row in rows])],
    ):
        at = format_instant(from_text(entry["at"]))
        found.setdefault(entry["change_id"], []).append({**dict(entry), "at": at})
    return [
        json.dumps(
            with_corrections(json.loads(row["record"]), found[row["id"]]),
            ensure_ascii=False,
            separators=(",", ":"),
        )
        if row["id"] in found
        else row["record"]
        for row in rows
    ]


def leading_records(connection: ReadConnection, rows: ReadCursor) -> Iterator[dict[str, Any]]:
    """The same as objects, some at a time: records are long."""
    while chunk := rows.fetchmany(_CHUNK):
        yield from map(json.loads, leading_texts(connection, chunk))


def corrected_records(connection: ReadConnection) -> Iterator[dict[str, Any]]:
    """The records that a reviewer corrected, oldest first."""
    rows = connection.execute(
        "SELECT id, record FROM change WHERE id IN (SELECT change_id FROM review WHERE action = ?) ORDER BY seq",
        [ACTION],
    )
    yield from leading_records(connection, rows)
