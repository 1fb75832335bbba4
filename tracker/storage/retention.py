"""Drops bytes that are no longer needed, each with a chained tombstone that records what was dropped, when and why.

Only bytes that were never read as truth can be dropped: the lists of an adapter, and answers that were held for
confirmation. Bytes that a version, a change or evidence refers to are never dropped, nor is the newest answer of an
address, nor a blob that another one is compressed against. The record of the answer (address, headers, time,
SHA-256) stays in the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, update

from tracker.model import ResourceType
from tracker.storage import integrity
from tracker.storage.database import Store
from tracker.storage.schema import BLOB, SNAPSHOT, TOMBSTONE

EVIDENCE = "evidence/"  # prefix of the keys of answers stored as evidence of a state between two others

_MANY = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A stored answer, with what retention needs. `held`: it waited for confirmation and was not taken as true."""

    id: int
    source: str
    key: str
    role: str
    sha256: str
    fetched_at: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class DroppableBlob:
    """Bytes that can be dropped, with the answers that had them, oldest first. `compressed_size` in bytes."""

    sha256: str
    size: int
    compressed_size: int
    answers: tuple[StoredAnswer, ...]

    @property
    def source(self) -> str:
        return self.answers[0].source


@dataclass(frozen=True, slots=True)
class BlobInfo:
    sha256: str
    size: int
    compressed_size: int
    dictionary_sha256: str | None


def droppable_blobs(
    answers: Iterable[StoredAnswer], blobs: Mapping[str, BlobInfo], needed: frozenset[str], before: datetime
) -> list[DroppableBlob]:
    """The blobs that can be dropped: every answer with these bytes is older than `before`, and none is needed.
    Pure. `needed` are the SHA-256 that versions, changes and current holds refer to."""
    by_bytes: dict[str, list[StoredAnswer]] = {}
    newest: dict[tuple[str, str], StoredAnswer] = {}
    for answer in sorted(answers, key=lambda answer: answer.id):
        by_bytes.setdefault(answer.sha256, []).append(answer)
        newest[answer.source, answer.key] = answer
    kept = needed | {answer.sha256 for answer in newest.values()}
    going = {
        digest
        for digest, found in by_bytes.items()
        if digest in blobs
        and digest not in kept
        and all(_disposable(answer) and answer.fetched_at < before for answer in found)
    }
    # A dictionary stays as long as a blob that is compressed against it, and so does the dictionary's own.
    while bases := going & {
        blob.dictionary_sha256
        for blob in blobs.values()
        if blob.dictionary_sha256 and blob.sha256 not in going
    }:
        going -= bases
    return [
        DroppableBlob(digest, blobs[digest].size, blobs[digest].compressed_size, tuple(by_bytes[digest]))
        for digest in sorted(going, key=lambda digest: by_bytes[digest][0].id)
    ]


def _disposable(answer: StoredAnswer) -> bool:
    return (answer.role == ResourceType.LISTING or answer.held) and not answer.key.startswith(EVIDENCE)


def unneeded_answers(connection: Connection, before: datetime) -> list[DroppableBlob]:
    """The blobs that can be dropped now, oldest first. Only what may be dropped is held in memory."""
    disposable = (SNAPSHOT.c.role == ResourceType.LISTING) | SNAPSHOT.c.meta["held"].as_string().is_not(None)
    found = connection.execute(
        select(SNAPSHOT.c.sha256)
        .join(BLOB, BLOB.c.sha256 == SNAPSHOT.c.sha256)
        .where(disposable & (SNAPSHOT.c.fetched_at < before) & (func.length(BLOB.c.data) > 0))
        .distinct()
    ).scalars()
    digests = list(map(str, found))
    answers, blobs = list[StoredAnswer](), dict[str, BlobInfo]()
    for start in range(0, len(digests), _MANY):
        some = digests[start : start + _MANY]
        answers += _answers(connection, SNAPSHOT.c.sha256.in_(some))
        wanted = BLOB.c.sha256.in_(some) | BLOB.c.dictionary_sha256.in_(some)
        blobs.update({blob.sha256: blob for blob in _blobs(connection, wanted)})
    places = sorted({(answer.source, answer.key) for answer in answers})
    for source, key in places:  # the newest answer of each address, which stays
        newest = select(func.max(SNAPSHOT.c.id)).where(SNAPSHOT.c.source == source, SNAPSHOT.c.key == key)
        answers += _answers(connection, SNAPSHOT.c.id == newest.scalar_subquery())
    unique = {answer.id: answer for answer in answers}
    return droppable_blobs(unique.values(), blobs, _needed(connection, digests), before)


def _answers(connection: Connection, wanted: ColumnElement[bool]) -> list[StoredAnswer]:
    columns = (
        SNAPSHOT.c.id, SNAPSHOT.c.source, SNAPSHOT.c.key, SNAPSHOT.c.role, SNAPSHOT.c.sha256, SNAPSHOT.c.fetched_at, SNAPSHOT.c.meta,
    )  # fmt: skip
    return [
        StoredAnswer(row.id, row.source, row.key, row.role, row.sha256, row.fetched_at, "held" in row.meta)
        for row in connection.execute(select(*columns).where(wanted))
    ]


def _blobs(connection: Connection, wanted: ColumnElement[bool]) -> list[BlobInfo]:
    size = func.length(BLOB.c.data).label("compressed_size")
    rows = connection.execute(
        select(BLOB.c.sha256, BLOB.c.size, size, BLOB.c.dictionary_sha256).where(wanted)
    )
    return [
        BlobInfo(row.sha256, row.size, row.compressed_size, row.dictionary_sha256)
        for row in rows
        if row.compressed_size
    ]


def _needed(connection: Connection, digests: Sequence[str]) -> frozenset[str]:
    """Which of these bytes a version, a text that waits, a change or a hold refers to."""
    among = {"digests": json.dumps(list(digests))}
    statements = [
        f"SELECT DISTINCT snapshot.sha256 FROM {table} CROSS JOIN json_each({table}.snapshots) AS one"  # noqa: S608 - two names of ours
        " JOIN snapshot ON snapshot.id = CAST(one.value AS INTEGER) WHERE snapshot.sha256 IN (SELECT value FROM json_each(:digests))"
        for table in ("version", "flapping")
    ]
    statements += [
        "SELECT operations FROM change WHERE operations IN (SELECT value FROM json_each(:digests))",
        "SELECT held_sha256 FROM resource WHERE held_sha256 IS NOT NULL",
    ]
    return frozenset(
        str(found)
        for statement in statements
        for found in connection.execute(text(statement), among).scalars()
    )


def prune(store: Store, *, older: timedelta, now: datetime) -> list[DroppableBlob]:
    """Drops them in one transaction, and returns them."""
    reason = f"nothing refers to it, and it is older than {older.days} days"
    with store.write() as connection:
        found = unneeded_answers(connection, now - older)
        _drop(connection, found, now, reason)
    return found


def _drop(connection: Connection, found: Sequence[DroppableBlob], now: datetime, reason: str) -> None:
    chain = integrity.last_link(connection, TOMBSTONE)
    for one in found:
        row: dict[str, Any] = {
            "sha256": one.sha256, "size": one.size, "compressed_size": one.compressed_size,
            "snapshots": [answer.id for answer in one.answers], "first_at": one.answers[0].fetched_at,
            "last_at": one.answers[-1].fetched_at, "reason": reason, "at": now,
        }  # fmt: skip
        chain = _link(chain, row)
        connection.execute(insert(TOMBSTONE).values(**row, chain=chain))
        connection.execute(
            update(BLOB).where(BLOB.c.sha256 == one.sha256).values(data=b"", dictionary_sha256=None)
        )


_CHAINED = ("sha256", "size", "compressed_size", "snapshots", "first_at", "last_at", "reason", "at")


def _link(before: str, row: Mapping[Any, Any]) -> str:
    return integrity.link(before, (row[name] for name in _CHAINED))


def verify(connection: Connection) -> Iterator[str]:
    """Yields a line for each altered tombstone, and for each blob without bytes that has no tombstone."""
    chain = integrity.START
    for row in connection.execute(select(TOMBSTONE).order_by(TOMBSTONE.c.id)).mappings():
        if row["chain"] != _link(chain, row):
            yield f"tombstone {row['id']} ({row['sha256']}): the record, or one before it, was altered"
        chain = row["chain"]
    newest = (
        select(TOMBSTONE.c.size)
        .where(TOMBSTONE.c.sha256 == BLOB.c.sha256)
        .order_by(TOMBSTONE.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    unexplained = select(BLOB.c.sha256).where(
        (func.length(BLOB.c.data) == 0) & (func.coalesce(newest, -1) != BLOB.c.size)
    )
    for digest in connection.execute(unexplained).scalars():
        yield f"blob {digest} has no bytes, and no tombstone says why"


def dropped_totals(connection: Connection) -> tuple[int, int]:
    """The number of dropped blobs, and their size as stored in bytes."""
    gone = select(BLOB.c.sha256).where(func.length(BLOB.c.data) == 0)
    row = connection.execute(
        select(
            func.count(TOMBSTONE.c.sha256.distinct()), func.coalesce(func.sum(TOMBSTONE.c.compressed_size), 0)
        ).where(TOMBSTONE.c.sha256.in_(gone))
    ).one()
    return int(row[0]), int(row[1])
