"""The states that a document went through, each pointing at the snapshots that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from tracker.store.tables import VERSION


@dataclass(frozen=True, slots=True)
class Version:
    """`digest` is of what was read, not of the bytes; `noise` the masks that were learned for it."""

    identity: str
    ordinal: int
    source: str
    key: str
    digest: str
    snapshots: tuple[int, ...]
    noise: tuple[str, ...]
    at: datetime


def latest(connection: Connection, identity: str) -> Version | None:
    row = connection.execute(
        select(VERSION).where(VERSION.c.identity == identity).order_by(VERSION.c.ordinal.desc()).limit(1)
    ).first()
    return None if row is None else _version(row)


def get(connection: Connection, identity: str, ordinal: int) -> Version | None:
    row = connection.execute(
        select(VERSION).where(VERSION.c.identity == identity, VERSION.c.ordinal == ordinal)
    ).first()
    return None if row is None else _version(row)


def _version(row: object) -> Version:
    values = {name: getattr(row, name) for name in Version.__slots__}
    return Version(**{**values, "snapshots": tuple(values["snapshots"]), "noise": tuple(values["noise"])})


def add(
    connection: Connection,
    identity: str,
    ordinal: int,
    *,
    source: str,
    key: str,
    digest: str,
    snapshots: Sequence[int],
    noise: Sequence[str],
    at: datetime,
) -> None:
    connection.execute(
        insert(VERSION).values(
            identity=identity,
            ordinal=ordinal,
            source=source,
            key=key,
            digest=digest,
            snapshots=list(snapshots),
            noise=list(noise),
            at=at,
        )
    )
