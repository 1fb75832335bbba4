"""Stored answers in the order of their arrival, each chained to the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from tracker.errors import StoreError
from tracker.model import Fetched, HttpResponse, ResourceType, SnapshotRef
from tracker.storage import blobs, integrity, retention
from tracker.storage.database import Store
from tracker.storage.schema import BLOB, SNAPSHOT

COMPARED_WITH = "compared_with"  # in the `meta` of an answer: the number of the version that it amends


def save(connection: Connection, source: str, fetched: Fetched) -> int:
    """Stores one answer (not its attachments) and returns the snapshot's id."""
    last = connection.execute(
        select(SNAPSHOT.c.sha256)
        .where(SNAPSHOT.c.source == source, SNAPSHOT.c.key == fetched.key)
        .order_by(SNAPSHOT.c.id.desc())
        .limit(1)
    ).scalar()
    digest = blobs.put(connection, fetched.answer.body, like=last)
    return _append(connection, source, [fetched], [digest])[0]


def save_many(connection: Connection, source: str, fetched: Sequence[Fetched]) -> list[int]:
    """Stores many new answers, and returns their ids in the same order."""
    digests = blobs.put_many(connection, [one.answer.body for one in fetched])
    return _append(connection, source, fetched, digests)


def _append(
    connection: Connection, source: str, fetched: Sequence[Fetched], digests: Sequence[str]
) -> list[int]:
    newest = connection.execute(
        select(SNAPSHOT.c.id, SNAPSHOT.c.chain).order_by(SNAPSHOT.c.id.desc()).limit(1)
    ).first()
    last, chain = (newest.id, newest.chain) if newest else (0, integrity.START)
    rows = []
    for number, (one, digest) in enumerate(zip(fetched, digests, strict=True), 1):
        answer = one.answer
        values: dict[str, Any] = {
            "source": source,
            "key": one.key,
            "role": str(one.role),
            "url": answer.url,
            "status": answer.status,
            "headers": [list(pair) for pair in answer.headers],
            "request_headers": [list(pair) for pair in answer.request_headers],
            "meta": dict(one.meta),
            "sha256": digest,
            "fetched_at": answer.fetched_at,
            "tls": dict(answer.tls) if answer.tls else None,
        }
        chain = _link(chain, values)
        rows.append({"id": last + number, **values, "chain": chain})
    connection.execute(insert(SNAPSHOT), rows)
    return [row["id"] for row in rows]


def load(connection: Connection, ids: Sequence[int]) -> Fetched:
    """The answer of the first id, with the others as attachments."""
    rows = {row.id: row for row in connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.id.in_(list(ids))))}
    missing = [identity for identity in ids if identity not in rows]
    if missing:
        raise StoreError(f"snapshot {missing[0]} is missing", cure="restore the state folder from a backup")
    first, *rest = [_fetched(connection, rows[identity]) for identity in ids]
    return Fetched(first.key, first.role, first.answer, first.meta, tuple(rest))


def reference(connection: Connection, identity: int) -> SnapshotRef:
    row = connection.execute(
        select(SNAPSHOT.c.sha256, SNAPSHOT.c.fetched_at).where(SNAPSHOT.c.id == identity)
    ).one()
    return SnapshotRef(row.sha256, row.fetched_at)


def meta(connection: Connection, identity: int) -> dict[str, str]:
    """Return what the request of an answer knew of it."""
    return dict(connection.execute(select(SNAPSHOT.c.meta).where(SNAPSHOT.c.id == identity)).scalar() or {})


def compared_version(connection: Connection, identity: int, ordinal: int) -> int:
    """Return the number of the version with which the version of an answer was compared: the one before it, unless the answer
    names another.
    """
    named = meta(connection, identity).get(COMPARED_WITH, "")
    return int(named) if named.isdigit() else ordinal - 1


def as_of(connection: Connection, identity: int) -> date | None:
    """Return the day that the source gave for an answer, as the eCFR does; None where it gave none."""
    return role_and_day(connection, identity)[1]


def role_and_day(connection: Connection, identity: int) -> tuple[ResourceType | None, date | None]:
    """Return what an answer is, None where it is missing, and the day that the source gave for it."""
    row = connection.execute(
        select(SNAPSHOT.c.role, SNAPSHOT.c.meta).where(SNAPSHOT.c.id == identity)
    ).first()
    if row is None:
        return None, None
    day = (row.meta or {}).get("as_of")
    return ResourceType(row.role), date.fromisoformat(day) if day else None


def verify(store: Store) -> Iterator[str | int]:
    """Checks the hash of every blob, the chain, and the hashes of changes and attempts. Yields the running number
    of checks, and a line for each alteration."""
    checked = 0
    with store.read() as connection:
        yield from retention.verify(connection)
        for (digest,) in connection.execute(select(BLOB.c.sha256).where(func.length(BLOB.c.data) > 0)):
            try:
                blobs.get(connection, digest)
            except StoreError as error:
                yield error.cause
            checked += 1
            if checked % 500 == 0:
                yield checked
        yield from verify_chain(connection)
        checked += int(connection.execute(select(func.count()).select_from(SNAPSHOT)).scalar_one())
        for found in integrity.verify(connection):
            if isinstance(found, int):
                checked += found
            else:
                yield found
    yield checked


def verify_chain(connection: Connection) -> Iterator[str]:
    """Yields a line for each record that was altered, or does not follow the one before."""
    chain = integrity.START
    for row in connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.id)):
        if row.chain != _link(chain, row._mapping):
            yield f"snapshot {row.id} ({row.source} {row.key}): the record, or one before it, was altered"
        chain = row.chain


_CHAINED = (
    "source",
    "key",
    "role",
    "url",
    "status",
    "headers",
    "request_headers",
    "meta",
    "sha256",
    "fetched_at",
)


def _link(before: str, values: Any) -> str:
    chained = [values[name] for name in _CHAINED]
    if values["tls"] is not None:  # none over plain HTTP
        chained.append(values["tls"])
    return integrity.link(before, chained)


def _fetched(connection: Connection, row: Row[Any]) -> Fetched:
    answer = HttpResponse(
        url=row.url,
        status=row.status,
        headers=tuple((name, value) for name, value in row.headers),
        body=blobs.get(connection, row.sha256),
        fetched_at=row.fetched_at,
        request_headers=tuple((name, value) for name, value in row.request_headers),
        tls=row.tls,
    )
    return Fetched(row.key, ResourceType(row.role), answer, dict(row.meta))
