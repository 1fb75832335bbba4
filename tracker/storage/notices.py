"""Notices: alerts that are not about a change, such as outages, upcoming dates and unacknowledged alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from tracker.model import Level, Notice
from tracker.storage import outbox
from tracker.storage.schema import DELIVERY, NOTICE

PREFIX = "ntc_"


def notice_id(*parts: object) -> str:
    """The id of a notice: the same for the same facts, so that a notice is sent once however often it is found."""
    return PREFIX + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def enqueue_notice(
    connection: Connection,
    *,
    name: tuple[object, ...],
    kind: str,
    level: Level,
    story: str,
    data: Mapping[str, Any],
    channels: Iterable[str],
    reason: Mapping[str, Any],
    now: datetime,
    at: datetime | None = None,
    batch: str | None = None,
    hold_reason: Mapping[str, Any] | None = None,
    withheld: bool = False,
) -> int:
    """Queues a notice for channels, each once; returns the number of new deliveries. The other arguments as in
    `outbox.enqueue`."""
    identity = notice_id(kind, *name)
    queued = 0
    for channel in channels:
        if connection.execute(select(NOTICE.c.id).where(NOTICE.c.id == identity)).first() is None:
            connection.execute(
                insert(NOTICE).values(
                    id=identity, kind=kind, level=level.rank, story=story, data=dict(data), created_at=now
                )
            )
        queued += outbox.enqueue(
            connection, subject_id=identity, channel=channel, reason=reason, now=now,
            story=story, at=at, batch=batch, hold_reason=hold_reason, withheld=withheld,
        )  # fmt: skip
    return queued


def pending(connection: Connection, kind: str) -> list[Notice]:
    """The notices of a kind that are queued and were not sent to any channel yet."""
    unsent = (DELIVERY.c.state == "pending") & (DELIVERY.c.attempts == 0)
    rows = connection.execute(
        select(NOTICE.c.id)
        .join(DELIVERY, DELIVERY.c.subject_id == NOTICE.c.id)
        .where((NOTICE.c.kind == kind) & unsent)
        .distinct()
    )
    return [found for row in rows if (found := get(connection, row.id)) is not None]


def withdraw(connection: Connection, identity: str) -> None:
    """Removes the deliveries of a notice that were not attempted yet, because it no longer applies."""
    connection.execute(
        delete(DELIVERY).where(
            (DELIVERY.c.subject_id == identity) & (DELIVERY.c.state == "pending") & (DELIVERY.c.attempts == 0)
        )
    )


def get(connection: Connection, identity: str) -> Notice | None:
    """A notice by its id."""
    row = connection.execute(select(NOTICE).where(NOTICE.c.id == identity)).first()
    if row is None:
        return None
    level = next(level for level in Level if level.rank == row.level)
    return Notice(row.id, row.kind, level, row.story, row.data, row.created_at)
