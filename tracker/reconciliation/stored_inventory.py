"""Queries for the stored documents of a source, for comparison with what the source lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from tracker.config.models import Source
from tracker.model import ResourceType
from tracker.reconciliation.comparison import StoredDocument
from tracker.storage.schema import ATTEMPT, CHANGE, DELIVERY, RESOURCE, SNAPSHOT, VERSION

_MANY = 500  # values in one IN list


def documents(connection: Connection, keys: Sequence[str]) -> dict[str, StoredDocument]:
    """The stored Federal Register documents among these keys of API records, from any source. A document that is
    stored only from public inspection is not among them."""
    found: dict[str, StoredDocument] = {}
    for start in range(0, len(keys), _MANY):
        found.update(_documents(connection, list(keys[start : start + _MANY])))
    return found


def _documents(connection: Connection, keys: list[str]) -> dict[str, StoredDocument]:
    rows = connection.execute(
        select(VERSION.c.key, VERSION.c.document_id, VERSION.c.snapshots).where(VERSION.c.key.in_(keys))
    ).all()
    first = {row.snapshots[0]: (row.key, row.document_id) for row in rows}
    ids = list(first)
    published: dict[str, str] = {}
    for start in range(0, len(ids), _MANY):
        for identity in connection.execute(
            select(SNAPSHOT.c.id).where(
                SNAPSHOT.c.id.in_(ids[start : start + _MANY]), SNAPSHOT.c.role == str(ResourceType.FR_RECORD)
            )
        ).scalars():
            key, name = first[identity]
            published[name] = key
    first_sent = (
        select(DELIVERY.c.subject_id, func.min(ATTEMPT.c.at).label("at"))
        .join(ATTEMPT, ATTEMPT.c.delivery_id == DELIVERY.c.id)
        .where(ATTEMPT.c.ok)
        .group_by(DELIVERY.c.subject_id)
        .subquery()
    )
    records = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.detected_at, CHANGE.c.baseline, first_sent.c.at)
        .outerjoin(first_sent, first_sent.c.subject_id == CHANGE.c.id)
        .where(CHANGE.c.document_id.in_(list(published)))
    ).all()
    known = {row.document_id: row for row in records}
    return {
        key: StoredDocument(key, known[name].detected_at, known[name].at, bool(known[name].baseline))
        if name in known
        else StoredDocument(key)
        for name, key in published.items()
    }


def unlisted(
    connection: Connection, source: Source, since: date, until: date, keys: Sequence[str]
) -> list[str]:
    """The numbers of stored documents of these days that the source no longer lists."""
    listed = {key.partition(" of ")[0] for key in keys}
    rows = connection.execute(
        select(CHANGE.c.document_number).where(
            CHANGE.c.source == source.id, CHANGE.c.published >= since, CHANGE.c.published <= until
        )
    ).scalars()
    return sorted({str(number) for number in rows if number and number not in listed})


def texts(connection: Connection, source: Source) -> dict[str, list[tuple[str, str, datetime]]]:
    """The stored texts of CFR parts by key: the day as of which each was requested, its SHA-256, and when it was fetched."""
    found: dict[str, list[tuple[str, str, datetime]]] = {}
    stored = select(VERSION.c.snapshots).where(VERSION.c.source == source.id)
    versions = {number for numbers in connection.execute(stored).scalars() for number in numbers}
    rows = connection.execute(
        select(
            SNAPSHOT.c.id, SNAPSHOT.c.key, SNAPSHOT.c.meta, SNAPSHOT.c.sha256, SNAPSHOT.c.fetched_at
        ).where(SNAPSHOT.c.source == source.id, SNAPSHOT.c.role == str(ResourceType.ECFR_PART))
    )
    for row in rows:
        if row.id in versions and "as_of" in row.meta:
            found.setdefault(row.key, []).append((row.meta["as_of"], row.sha256, row.fetched_at))
    return found


def held_keys(connection: Connection, source: Source) -> frozenset[str]:
    """The keys whose last answer is held: there is a newer state than the stored version."""
    rows = connection.execute(
        select(RESOURCE.c.key).where(RESOURCE.c.source == source.id, RESOURCE.c.held_sha256.is_not(None))
    )
    return frozenset(str(key) for key in rows.scalars())
