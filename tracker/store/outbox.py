"""The outbox: written in the transaction that writes the change, drained by `notify`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from tracker.model import Attempt, Delivery
from tracker.store.db import Store
from tracker.store.tables import ATTEMPT, DELIVERY


def enqueue(
    connection: Connection, *, change_id: str, revision: int, channel: str, reason: str, now: datetime
) -> bool:
    """Owes one revision of a change to a channel. False when it is owed, or was sent, already."""
    key = f"{change_id}/{revision}/{channel}"
    if connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == key)).first() is not None:
        return False
    connection.execute(
        insert(DELIVERY).values(
            key=key, change_id=change_id, revision=revision, channel=channel, reason=reason,
            state="pending", attempts=0, repeated=False, created_at=now, next_attempt_at=now,
        )
    )  # fmt: skip
    return True


class Outbox:
    """What `notify` drains. A claim is stored before anything is sent."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def claim(self, now: datetime, *, channel: str | None, limit: int, lease: timedelta) -> list[Delivery]:
        """Rows that are due, oldest first, held for this caller until the lease runs out. A row whose
        earlier lease ran out unrecorded comes back with `repeated` set, and that counts as an attempt."""
        with self.store.write() as connection:
            due = select(DELIVERY).where(
                or_(
                    (DELIVERY.c.state == "pending") & (DELIVERY.c.next_attempt_at <= now),
                    (DELIVERY.c.state == "claimed") & (DELIVERY.c.claimed_until <= now),
                )
            )
            if channel is not None:
                due = due.where(DELIVERY.c.channel == channel)
            claimed = []
            for row in connection.execute(due.order_by(DELIVERY.c.id).limit(limit)).all():
                repeated = bool(row.repeated or row.state == "claimed")
                connection.execute(
                    update(DELIVERY)
                    .where(DELIVERY.c.id == row.id)
                    .values(
                        state="claimed",
                        claimed_until=now + lease,
                        repeated=repeated,
                        attempts=row.attempts + (row.state == "claimed"),
                    )
                )
                claimed.append(
                    Delivery(
                        row.id,
                        row.change_id,
                        row.revision,
                        row.channel,
                        row.key,
                        row.attempts + (row.state == "claimed"),
                        repeated,
                    )
                )
            return claimed

    def record(
        self, delivery_id: int, attempt: Attempt, *, state: str, next_attempt_at: datetime | None
    ) -> None:
        """Writes down how a try went. `state` is sent, pending (again at `next_attempt_at`) or dead."""
        with self.store.write() as connection:
            connection.execute(
                insert(ATTEMPT).values(
                    delivery_id=delivery_id,
                    at=attempt.at,
                    ok=attempt.ok,
                    answer=attempt.answer,
                    seconds=attempt.seconds,
                )
            )
            values: dict[str, Any] = {
                "state": state,
                "attempts": DELIVERY.c.attempts + 1,
                "claimed_until": None,
                "repeated": attempt.uncertain,
            }
            if next_attempt_at is not None:
                values["next_attempt_at"] = next_attempt_at
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(**values))

    def channels_due(self, now: datetime) -> list[str]:
        """Channels that something is owed to now."""
        with self.store.read() as connection:
            rows = connection.execute(
                select(DELIVERY.c.channel)
                .where(
                    or_(
                        (DELIVERY.c.state == "pending") & (DELIVERY.c.next_attempt_at <= now),
                        (DELIVERY.c.state == "claimed") & (DELIVERY.c.claimed_until <= now),
                    )
                )
                .distinct()
            )
            return sorted(str(row.channel) for row in rows)
