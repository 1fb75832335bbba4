"""The versions of documents, each with the snapshots that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, text, update

from tracker.storage.schema import VERSION

_MANY = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class Version:
    """`digest` is that of the parsed text, not of the bytes; `volatile_patterns` are the masks learned for it."""

    document_id: str
    ordinal: int
    source: str
    key: str
    digest: str
    snapshots: tuple[int, ...]
    volatile_patterns: tuple[str, ...]
    at: datetime


def latest(connection: Connection, document_id: str) -> Version | None:
    row = connection.execute(
        select(VERSION)
        .where(VERSION.c.document_id == document_id)
        .order_by(VERSION.c.ordinal.desc())
        .limit(1)
    ).first()
    return None if row is None else _version(row)


def latest_of(connection: Connection, source: str, key: str) -> Version | None:
    """The newest version that one resource of a source gave, whatever the id of its document."""
    row = connection.execute(
        select(VERSION)
        .where(VERSION.c.source == source, VERSION.c.key == key)
        .order_by(VERSION.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _version(row)


def keys(connection: Connection, source: str) -> list[str]:
    """The keys of a source that have a version, each found by a step in the index: the cost does not grow with the versions."""
    step = text(
        'WITH RECURSIVE step("key") AS (SELECT min("key") FROM version WHERE source = :source UNION ALL SELECT (SELECT min("key")'
        ' FROM version WHERE source = :source AND "key" > step."key") FROM step WHERE step."key" IS NOT NULL)'
        ' SELECT "key" FROM step WHERE "key" IS NOT NULL'
    )
    return [str(key) for key in connection.execute(step, {"source": source}).scalars()]


def with_noise(connection: Connection, source: str | None = None) -> list[Version]:
    """The newest version of each document that has learned masks."""
    newer = VERSION.alias("newer")
    follows = select(newer.c.id).where(
        (newer.c.source == VERSION.c.source) & (newer.c.key == VERSION.c.key) & (newer.c.id > VERSION.c.id)
    )
    query = (
        select(VERSION)
        .where(text("version.volatile_patterns <> '[]'") & ~follows.exists())  # the condition of the index
        .order_by(VERSION.c.source, VERSION.c.key)
    )
    if source is not None:
        query = query.where(VERSION.c.source == source)
    return list(map(_version, connection.execute(query)))


def get(connection: Connection, document_id: str, ordinal: int) -> Version | None:
    row = connection.execute(
        select(VERSION).where(VERSION.c.document_id == document_id, VERSION.c.ordinal == ordinal)
    ).first()
    return None if row is None else _version(row)


def ordinals(connection: Connection, sources: Sequence[str], after: int = 0) -> list[tuple[str, int]]:
    """Document id and ordinal of every version of these sources, those of a document oldest first; with `after` only of
    rows behind that one, without reading the others."""
    query = select(VERSION.c.document_id, VERSION.c.ordinal)
    if after:
        query = query.where(VERSION.c.id > after, func.likely(VERSION.c.source.in_(list(sources))))
    else:
        query = query.where(VERSION.c.source.in_(list(sources)))
    return sorted((str(row.document_id), int(row.ordinal)) for row in connection.execute(query))


def last(connection: Connection) -> tuple[int, str]:
    """The newest row, and a mark of its contents; nought where there is none."""
    found = connection.execute(select(func.max(VERSION.c.id))).scalar() or 0
    return int(found), mark(connection, found)


def mark(connection: Connection, number: int) -> str:
    """What tells this row from another one with the same number, in a restored store; "" where there is none."""
    columns = select(VERSION.c.document_id, VERSION.c.ordinal, VERSION.c.digest)
    row = connection.execute(columns.where(VERSION.c.id == number)).first()
    return "" if row is None else f"{row.document_id} {row.ordinal} {row.digest}"


def _version(row: object) -> Version:
    values = {name: getattr(row, name) for name in Version.__slots__}
    return Version(
        **{
            **values,
            "snapshots": tuple(values["snapshots"]),
            "volatile_patterns": tuple(values["volatile_patterns"]),
        }
    )


def known_keys(connection: Connection, identities: Sequence[str]) -> set[str]:
    """Which of these documents have a version."""
    found: set[str] = set()
    for start in range(0, len(identities), _MANY):
        chunk = identities[start : start + _MANY]
        rows = connection.execute(
            select(VERSION.c.document_id).where(VERSION.c.document_id.in_(chunk)).distinct()
        )
        found.update(str(row.document_id) for row in rows)
    return found


def learn(connection: Connection, version: Version, volatile_patterns: Sequence[str]) -> None:
    """Stores masks that were learned for a document since this version of it was stored."""
    connection.execute(
        update(VERSION)
        .where(VERSION.c.document_id == version.document_id, VERSION.c.ordinal == version.ordinal)
        .values(volatile_patterns=list(volatile_patterns))
    )


def add(connection: Connection, rows: Sequence[Version]) -> None:
    connection.execute(
        insert(VERSION),
        [
            {**{name: getattr(row, name) for name in Version.__slots__},
             "snapshots": list(row.snapshots), "volatile_patterns": list(row.volatile_patterns)}
            for row in rows
        ],
    )  # fmt: skip
