"""Judges stored changes again by the present rules, without writing anything: what `tracker eval` measures."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from tracker import parsing
from tracker.errors import ParseError
from tracker.ingest import assess
from tracker.model import Change, Classification, Document
from tracker.parsing import volatile_content
from tracker.serialization import change_from_json
from tracker.storage import changes, snapshots, versions
from tracker.storage.schema import CHANGE


def stored(connection: Connection, record: str, number: str = "") -> Change | None:
    """The change with this id, else the one of the document with this number. None where there is none, or several."""
    if record:
        return changes.get(connection, record)
    found = changes.find(connection, number) if number else []
    return found[0][0] if len(found) == 1 else None


def judged_again(connection: Connection, change: Change) -> Classification:
    """Return the result of the present rules for a change, on the day that it was detected. Raises TrackerError where its text is no
    longer kept or cannot be read."""
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version, CHANGE.c.record).where(CHANGE.c.id == change.id)
    ).one()
    rules = change_from_json(json.loads(row.record))
    if rules.after is None:
        raise ParseError(f"{change.id}: its text is not kept")
    return assess.assess(
        _document(connection, row.document_id, row.version),
        changes.operations(connection, change.id),
        change_id=change.id,
        source=change.source,
        profiles=(),
        baseline=rules.baseline,
        now=change.detected_at,
        before=rules.before,
        after=rules.after,
    ).tagging


def _document(connection: Connection, document_id: str, ordinal: int) -> Document:
    version = versions.get(connection, document_id, ordinal)
    if version is None:
        raise ParseError(f"{document_id}: version {ordinal} is not kept")
    document = parsing.read(snapshots.load(connection, version.snapshots))
    if not version.volatile_patterns:
        return document
    return volatile_content.mask_document(document, version.volatile_patterns)
