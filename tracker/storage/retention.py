"""Drops bytes that are no longer needed, each with a chained tombstone that records what was dropped, when and why.

Only bytes that were never read as truth can be dropped: the lists of an adapter, and answers that were held for
confirmation. Bytes that a version, a change or evidence refers to are never dropped, nor is the newest answer of an
address, nor a blob that another one is compressed against. The record of the answer (address, headers, time,
SHA-256) stays in the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from tracker.model import ResourceType
from tracker.storage import integrity
from tracker.storage.database import Store
from tracker.storage.schema import BLOB, CHANGE, RESOURCE, SNAPSHOT, TOMBSTONE

EVIDENCE = "evidence/"  # prefix of the keys of answers stored as evidence of a state between two others


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
    # A dictionary stays as long as a blob that is compressed against it.
    going -= {
        blob.dictionary_sha256
        for blob in blobs.values()
        if blob.dictionary_sha256 and blob.sha256 not in going
    }
    return [
        DroppableBlob(digest, blobs[digest].size, blobs[digest].compressed_size, tuple(by_bytes[digest]))
        for digest in sorted(going, key=lambda digest: by_bytes[digest][0].id)
    ]


def _disposable(answer: StoredAnswer) -> bool:
    return (answer.role == ResourceType.LISTING or answer.held) and not answer.key.startswith(EVIDENCE)


def unneeded_answers(connection: Connection, before: datetime) -> list[DroppableBlob]:
    """The blobs that can be dropped now, oldest first."""
    rows = connection.execute(
        select(
            BLOB.c.sha256,
            BLOB.c.size,
            func.length(BLOB.c.data).label("compressed_size"),
            BLOB.c.dictionary_sha256,
        )
    )
    blobs = {
        row.sha256: BlobInfo(row.sha256, row.size, row.compressed_size, row.dictionary_sha256)
        for row in rows
        if row.compressed_size
    }
    answers = [
        StoredAnswer(row.id, row.source, row.key, row.role, row.sha256, row.fetched_at, "held" in row.meta)
        for row in connection.execute(
            select(
                SNAPSHOT.c.id, SNAPSHOT.c.source, SNAPSHOT.c.key, SNAPSHOT.c.role, SNAPSHOT.c.sha256,
                SNAPSHOT.c.fetched_at, SNAPSHOT.c.meta,
            )
        )
    ]  # fmt: skip
    return droppable_blobs(answers, blobs, _needed(connection), before)


def _needed(connection: Connection) -> frozenset[str]:
    read = connection.execute(
        text(
            "SELECT DISTINCT snapshot.sha256 FROM version, json_each(version.snapshots) AS one"
            " JOIN snapshot ON snapshot.id = one.value"
        )
    ).scalars()
    waiting = connection.execute(
        text(
            "SELECT DISTINCT snapshot.sha256 FROM flapping, json_each(flapping.snapshots) AS one"
            " JOIN snapshot ON snapshot.id = one.value"
        )
    ).scalars()
    compared = connection.execute(
        select(CHANGE.c.operations).where(CHANGE.c.operations.is_not(None))
    ).scalars()
    held = connection.execute(
        select(RESOURCE.c.held_sha256).where(RESOURCE.c.held_sha256.is_not(None))
    ).scalars()
    return frozenset(map(str, (*read, *waiting, *compared, *held)))


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
    chain, buried = integrity.START, dict[str, int]()
    for row in connection.execute(select(TOMBSTONE).order_by(TOMBSTONE.c.id)).mappings():
        if row["chain"] != _link(chain, row):
            yield f"tombstone {row['id']} ({row['sha256']}): the record, or one before it, was altered"
        chain = row["chain"]
        buried[row["sha256"]] = row["size"]
    for blob in connection.execute(select(BLOB.c.sha256, BLOB.c.size).where(func.length(BLOB.c.data) == 0)):
        if buried.get(blob.sha256) != blob.size:
            yield f"blob {blob.sha256} has no bytes, and no tombstone says why"


def dropped_totals(connection: Connection) -> tuple[int, int]:
    """The number of dropped blobs, and their size as stored in bytes."""
    gone = select(BLOB.c.sha256).where(func.length(BLOB.c.data) == 0)
    row = connection.execute(
        select(
            func.count(TOMBSTONE.c.sha256.distinct()), func.coalesce(func.sum(TOMBSTONE.c.compressed_size), 0)
        ).where(TOMBSTONE.c.sha256.in_(gone))
    ).one()
    return int(row[0]), int(row[1])
