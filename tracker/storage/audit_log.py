"""What people and programs did that is no review: asked for a poll, used a key, gave or took a right. Only ever added to,
each entry chained to the one before, so that one changed or taken away later is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select

from tracker.storage.account_tables import DEED
from tracker.storage.instants import to_text

START = "0" * 64
MACHINE = "(command line)"
USED_AGAIN = timedelta(hours=1)  # a key that is used all the time has an entry an hour for each address


class Deed(StrEnum):
    """`value` of the entry: the source; the key's id; the name of the account and what it got."""

    POLL = "poll"
    KEY_USED = "key-used"
    KEY_MADE = "key-made"
    KEY_REVOKED = "key-revoked"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    at: datetime
    who: str
    address: str
    action: str
    value: str


def add(connection: Connection, at: datetime, who: str, action: Deed, value: str, address: str = "") -> None:
    row: dict[str, Any] = {"at": at, "who": who, "address": address, "action": str(action), "value": value}
    last = connection.execute(select(DEED.c.chain).order_by(DEED.c.id.desc()).limit(1)).scalar()
    connection.execute(insert(DEED).values(**row, chain=_link(last or START, row)))


def entries(connection: Connection, *actions: Deed, limit: int = 200) -> list[Entry]:
    """Of these kinds, newest first."""
    columns = (DEED.c.id, DEED.c.at, DEED.c.who, DEED.c.address, DEED.c.action, DEED.c.value)
    rows = connection.execute(
        select(*columns).where(DEED.c.action.in_(actions)).order_by(DEED.c.id.desc()).limit(limit)
    )
    return [Entry(*row) for row in rows]


def last(connection: Connection, action: Deed) -> dict[str, Entry]:
    """The newest entry of a kind for each of its values."""
    newest = select(func.max(DEED.c.id)).where(DEED.c.action == str(action)).group_by(DEED.c.value)
    columns = (DEED.c.id, DEED.c.at, DEED.c.who, DEED.c.address, DEED.c.action, DEED.c.value)
    rows = connection.execute(select(*columns).where(DEED.c.id.in_(newest)))
    return {row.value: Entry(*row) for row in rows}


def verify(connection: Connection) -> Iterator[str]:
    """A line for each entry that is not what was written, or does not follow the one before."""
    chain = START
    for row in connection.execute(select(DEED).order_by(DEED.c.id)):
        if row.chain != _link(chain, row._mapping):
            yield f"deed {row.id} ({row.action} {row.value}): the entry, or one before it, was altered or taken away"
        chain = row.chain


def _link(before: str, row: Mapping[Any, Any]) -> str:
    values = [to_text(row["at"]), *(row[name] for name in ("who", "address", "action", "value"))]
    return hashlib.sha256(json.dumps([before, *values], ensure_ascii=False).encode()).hexdigest()
