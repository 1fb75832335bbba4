"""The log of actions other than reviews: requested polls, used keys, granted and revoked rights. Entries are only
added, and each is chained to the one before, so that later changes are detected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select

from tracker.storage import integrity
from tracker.storage.account_tables import AUDIT_LOG

MACHINE = "(command line)"
USED_AGAIN = timedelta(hours=1)  # a key in constant use gets one entry per hour and address


class Event(StrEnum):
    """The kinds of action. `value` of an entry: the source; the key's id; the name of the account and its new role; the
    id of the effect with the reason and the source; the number of the mute with what it mutes; the
    channel of a test event; the delivery or the span that was sent once more, with the number of deliveries."""

    POLL = "poll"
    KEY_USED = "key-used"
    KEY_MADE = "key-made"
    KEY_REVOKED = "key-revoked"
    ACCOUNT = "account"
    EFFECT_ADDED = "effect-added"
    EFFECT_ENDED = "effect-ended"
    WEBHOOK_TESTED = "webhook-tested"
    WEBHOOK_REPLAYED = "webhook-replayed"
    MUTED = "muted"
    MUTE_ENDED = "mute-ended"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at: datetime
    who: str
    address: str
    action: str
    value: str


def add(connection: Connection, at: datetime, who: str, action: Event, value: str, address: str = "") -> None:
    row: dict[str, Any] = {"at": at, "who": who, "address": address, "action": str(action), "value": value}
    last = integrity.last_link(connection, AUDIT_LOG)
    connection.execute(insert(AUDIT_LOG).values(**row, chain=_link(last, row)))


def entries(connection: Connection, *actions: Event, limit: int = 200) -> list[AuditEntry]:
    """The entries of these kinds, newest first."""
    columns = (
        AUDIT_LOG.c.id,
        AUDIT_LOG.c.at,
        AUDIT_LOG.c.who,
        AUDIT_LOG.c.address,
        AUDIT_LOG.c.action,
        AUDIT_LOG.c.value,
    )
    rows = connection.execute(
        select(*columns).where(AUDIT_LOG.c.action.in_(actions)).order_by(AUDIT_LOG.c.id.desc()).limit(limit)
    )
    return [AuditEntry(*row) for row in rows]


def last(connection: Connection, action: Event) -> dict[str, AuditEntry]:
    """The newest entry of a kind for each of its values."""
    newest = (
        select(func.max(AUDIT_LOG.c.id)).where(AUDIT_LOG.c.action == str(action)).group_by(AUDIT_LOG.c.value)
    )
    columns = (
        AUDIT_LOG.c.id,
        AUDIT_LOG.c.at,
        AUDIT_LOG.c.who,
        AUDIT_LOG.c.address,
        AUDIT_LOG.c.action,
        AUDIT_LOG.c.value,
    )
    rows = connection.execute(select(*columns).where(AUDIT_LOG.c.id.in_(newest)))
    return {row.value: AuditEntry(*row) for row in rows}


def verify(connection: Connection) -> Iterator[str]:
    """Yields a line for each entry that was altered, or does not follow the one before."""
    chain = integrity.START
    for row in connection.execute(select(AUDIT_LOG).order_by(AUDIT_LOG.c.id)):
        if row.chain != _link(chain, row._mapping):
            yield f"audit_log {row.id} ({row.action} {row.value}): the entry, or one before it, was altered or taken away"
        chain = row.chain


def _link(before: str, row: Mapping[Any, Any]) -> str:
    return integrity.link(before, (row[name] for name in ("at", "who", "address", "action", "value")))
