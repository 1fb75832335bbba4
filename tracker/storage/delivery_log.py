"""The attempts at deliveries of some channels, as plain SQL (`reading`), and deliveries that are sent once more on request."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from tracker.errors import UsageError
from tracker.storage import recipients
from tracker.storage.instants import to_text
from tracker.storage.reading import ReadConnection
from tracker.storage.schema import DELIVERY, DELIVERY_RECIPIENT

MOST = 1_000  # deliveries that are sent once more at a time

_ATTEMPTS = """
SELECT attempt.id, attempt.delivery_id, attempt.at, attempt.ok, attempt.answer, attempt.seconds, delivery.key, delivery.kind,
 delivery.subject_id, delivery.revision, delivery.channel, delivery.batch, delivery.state, delivery.next_attempt_at,
 delivery.reason, notice.kind AS notice, coalesce(change.record ->> 'title', notice.data ->> 'title') AS title,
 (SELECT count(*) FROM attempt AS earlier WHERE earlier.delivery_id = attempt.delivery_id AND earlier.id <= attempt.id) AS number,
 (SELECT max(later.id) FROM attempt AS later WHERE later.delivery_id = attempt.delivery_id) AS newest
 FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id LEFT JOIN change ON change.id = subject_id
 LEFT JOIN notice ON notice.id = subject_id
 WHERE attempt.at >= ? AND delivery.channel IN (SELECT value FROM json_each(?)) ORDER BY attempt.at DESC, attempt.id DESC LIMIT ?
"""
_WAITING = """
SELECT delivery.id AS delivery_id, delivery.key, delivery.kind, delivery.subject_id, delivery.revision, delivery.channel,
 delivery.batch, delivery.state, delivery.next_attempt_at, delivery.reason, notice.kind AS notice,
 coalesce(change.record ->> 'title', notice.data ->> 'title') AS title
 FROM delivery LEFT JOIN change ON change.id = subject_id LEFT JOIN notice ON notice.id = subject_id
 WHERE delivery.state IN ('pending', 'claimed') AND delivery.channel IN (SELECT value FROM json_each(?))
 ORDER BY delivery.next_attempt_at, delivery.id LIMIT ?
"""


def attempts(
    connection: ReadConnection, channels: Collection[str], since: datetime, limit: int
) -> list[dict[str, Any]]:
    """The attempts of these channels since then, newest first; `number` counts those of a delivery, `newest` is the id of the last."""
    rows = connection.execute(_ATTEMPTS, [to_text(since), json.dumps(list(channels)), limit])
    return [{**dict(row), "reason": json.loads(row["reason"])} for row in rows]


def waiting(connection: ReadConnection, channels: Collection[str], limit: int) -> list[dict[str, Any]]:
    """What is queued for these channels, the next one first."""
    rows = connection.execute(_WAITING, [json.dumps(list(channels)), limit])
    return [{**dict(row), "reason": json.loads(row["reason"])} for row in rows]


@dataclass(frozen=True, slots=True)
class Span:
    """The deliveries of a channel that were queued from `first` on and before `until`."""

    channel: str
    first: datetime
    until: datetime


def replay(connection: Connection, now: datetime, wanted: int | Span, channels: Collection[str]) -> int:
    """Queues alerts that were sent or given up once more, with their keys, so that a receiver sees the same ids: one by its number,
    or those of a span; only of these channels. What was one message of several alerts is so again. Returns the number of deliveries.
    Raises UsageError where there is none, or more than `MOST`."""
    done = DELIVERY.c.state.in_(("sent", "dead")) & (DELIVERY.c.kind == "alert")
    done &= DELIVERY.c.channel.in_(list(channels))
    if isinstance(wanted, Span):
        chosen: ColumnElement[bool] = (
            (DELIVERY.c.channel == wanted.channel)
            & (DELIVERY.c.created_at >= wanted.first)
            & (DELIVERY.c.created_at < wanted.until)
        )
    else:
        chosen = DELIVERY.c.id == wanted
    columns = (DELIVERY.c.id, DELIVERY.c.key, DELIVERY.c.channel, DELIVERY.c.batch)
    rows = list(connection.execute(select(*columns).where(done & chosen).limit(MOST + 1)).all())
    batches = sorted({(row.channel, row.batch) for row in rows if row.batch})
    if batches:
        same = or_(*((DELIVERY.c.channel == name) & (DELIVERY.c.batch == batch) for name, batch in batches))
        rows += connection.execute(select(*columns).where(done & same).limit(MOST + 1)).all()
    found = {int(row.id): str(row.key) for row in rows}
    if not found:
        raise UsageError(
            "no such delivery of a webhook was sent or given up", cure="`tracker webhooks log` lists them"
        )
    if len(found) > MOST:
        raise UsageError(f"these are more than {MOST} deliveries", cure="choose a shorter time")
    _queue_again(connection, now, sorted(found))
    _revive_recipients(connection, list(found.values()))
    return len(found)


def _queue_again(connection: Connection, now: datetime, ids: Sequence[int]) -> None:
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(ids))
        .values(state="pending", attempts=0, next_attempt_at=now, hold_reason=None)
    )


def _revive_recipients(connection: Connection, keys: Sequence[str]) -> None:
    """Makes the recipients of these deliveries pending: those that have the message as well."""
    mine = DELIVERY_RECIPIENT.c.key.in_(keys) & (DELIVERY_RECIPIENT.c.state == "sent")
    connection.execute(update(DELIVERY_RECIPIENT).where(mine).values(state="pending", attempts=0))
    recipients.revive(connection, keys)
