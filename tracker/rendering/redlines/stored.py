"""Loads the redline of a change from the database: its operations and, on request, both texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, select

from tracker import parsing
from tracker.clock import legal_day
from tracker.errors import TrackerError
from tracker.legal_status.register import StateOnDay
from tracker.legal_status.stored_register import is_codified, status_of_units
from tracker.model import Change, Document, DocumentKind, Op, Operation, SnapshotRef, Unit
from tracker.parsing import volatile_content
from tracker.rendering.redlines.model import Redline, RedlineSide
from tracker.rendering.words_on_day import worded_on
from tracker.storage import changes, snapshots, versions
from tracker.storage.schema import CHANGE


def load_redline(
    connection: Connection,
    change: Change,
    *,
    now: datetime,
    timezone: str = "Asia/Tokyo",
    operations: tuple[Operation, ...] | None = None,
) -> Redline:
    """Return the redline between the two snapshots of a change; without operations for a new document. `operations`:
    where the caller has read them."""
    if operations is None:
        operations = changes.operations(connection, change.id)
    document_id, earlier, later = _text_and_days(connection, change)
    return Redline(
        title=change.title,
        source=change.source,
        url=change.url,
        before=_side(change.before, earlier) if change.before else None,
        after=_side(change.after, later) if change.after else RedlineSide(change.title),
        operations=operations,
        generated_at=now,
        timezone=timezone,
        headline=worded_on(change, legal_day(now)).tagging.headline,
        states=unit_states(connection, operations, now),
        asked=legal_day(now) if is_present(connection, change) else None,
        status=() if is_codified(change) else change.tagging.status,
        document_id=document_id,
    )


def is_present(connection: Connection, change: Change) -> bool:
    """Whether the text after a change is the newest stored text of the CFR, whose force the register of effects knows."""
    if change.kind is not DocumentKind.CFR:
        return False
    query = select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change.id)
    row = connection.execute(query).first()
    newest = versions.latest(connection, row.document_id) if row else None
    return row is not None and newest is not None and newest.ordinal == row.version


def unit_states(
    connection: Connection, operations: Sequence[Operation], now: datetime, around: Sequence[Unit] = ()
) -> dict[str, tuple[StateOnDay, ...]]:
    """Return the states that the register gives to the units of a redline, and to those around them, on its day."""
    paths = dict.fromkeys([*(op.path for op in operations), *(unit.path for unit in around)])
    return status_of_units(connection, paths, legal_day(now))


def with_texts(connection: Connection, change: Change, redline: Redline) -> Redline | None:
    """Return the redline with the units of both texts, parsed again from their snapshots; its files show an excerpt of them.

    None where this is not possible: there is no earlier or later text, the bytes are no longer readable, or the
    current parser produces other units than those the operations refer to.
    """
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change.id)
    ).first()
    if row is None or redline.before is None or change.after is None:
        return None
    later = versions.get(connection, row.document_id, row.version)
    if later is None:
        return None
    before_it = snapshots.compared_version(connection, later.snapshots[0], row.version)
    earlier = versions.get(connection, row.document_id, before_it)
    if earlier is None:
        return None
    try:
        after = document_of(connection, later, later.volatile_patterns)
        before = document_of(connection, earlier, later.volatile_patterns)
    except TrackerError:
        # Snapshots are kept forever, but some were never readable. The operations do not need them.
        return None
    with_units = replace(
        redline,
        excerpt=True,
        before=replace(redline.before, units=before.units),
        after=replace(redline.after, units=after.units),
        states=unit_states(connection, redline.operations, redline.generated_at, after.units),
    )
    return with_units if _agree(with_units) else None


def document_of(connection: Connection, version: versions.Version, masks: tuple[str, ...]) -> Document:
    """Parse one version of a document, with volatile content masked. Raises ParseError, StoreError."""
    document = parsing.read(snapshots.load(connection, version.snapshots))
    return volatile_content.mask_document(document, masks) if masks else document


def _agree(redline: Redline) -> bool:
    assert redline.before is not None
    old, new = redline.before.units, redline.after.units
    for op in redline.operations:
        units, path = (old, op.path) if op.op is Op.REMOVED else (new, op.path)
        if not 0 <= op.position < len(units) or units[op.position].path != path:
            return False
    return True


def _text_and_days(connection: Connection, change: Change) -> tuple[str, date | None, date | None]:
    """Return the stored text of a change, and its days before and after, where the source gave them."""
    query = select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change.id)
    row = connection.execute(query).first()
    if row is None:
        return "", None, None
    later = versions.get(connection, row.document_id, row.version)
    before_it = snapshots.compared_version(connection, later.snapshots[0], row.version) if later else 0
    earlier = versions.get(connection, row.document_id, before_it)
    before, after = (
        snapshots.as_of(connection, version.snapshots[0]) if version else None for version in (earlier, later)
    )
    return row.document_id, before, after


def _side(snapshot: SnapshotRef, day: date | None) -> RedlineSide:
    name = "" if day else snapshot.sha256[:12]
    return RedlineSide(name, snapshot.sha256, snapshot.fetched_at, day=day)
