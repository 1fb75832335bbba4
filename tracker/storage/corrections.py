"""Reviewers' corrections of changes, for code that writes: which one applies, and the corrected record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from tracker.model import Change
from tracker.model.corrections import ACTION, CorrectedFields, leading_fields, with_corrections
from tracker.serialization import change_from_json, change_to_json, format_instant
from tracker.storage.schema import REVIEW


def entries(connection: Connection, change_id: str) -> list[dict[str, Any]]:
    """The corrections of a change, oldest first."""
    rows = connection.execute(
        select(REVIEW.c.at, REVIEW.c.who, REVIEW.c.revision, REVIEW.c.value, REVIEW.c.note)
        .where((REVIEW.c.change_id == change_id) & (REVIEW.c.action == ACTION))
        .order_by(REVIEW.c.id)
    )
    return [{**row._mapping, "at": format_instant(row.at)} for row in rows]


def fields(connection: Connection, change_id: str, revision: int) -> CorrectedFields:
    """The correction that applies to a revision of a change."""
    return leading_fields(entries(connection, change_id), revision)


def with_leading(connection: Connection, change: Change) -> Change:
    """A change with its correction, from the change as the rules wrote it."""
    found = entries(connection, change.id)
    return change_from_json(with_corrections(change_to_json(change), found)) if found else change


def newest(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The newest correction of each corrected change: value and revision."""
    rows = connection.execute(
        select(REVIEW.c.change_id, REVIEW.c.value, REVIEW.c.revision)
        .where(REVIEW.c.action == ACTION)
        .order_by(REVIEW.c.id)
    )
    return {row.change_id: [{"value": row.value, "revision": row.revision}] for row in rows}


def from_record(connection: Connection, record: str) -> Change:
    """A change with its correction, from a stored record."""
    return with_leading(connection, change_from_json(json.loads(record)))


def from_records(connection: Connection, records: Sequence[str]) -> list[Change]:
    return [from_record(connection, record) for record in records]
