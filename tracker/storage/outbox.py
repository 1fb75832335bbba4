"""The outbox: written in the transaction that writes the change, drained by `notify`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from tracker.model import Attempt, Delivery
from tracker.serialization import format_instant
from tracker.storage import channel_threads, integrity, recipients
from tracker.storage.database import Store
from tracker.storage.schema import DELIVERY
from tracker.storage.schema import DELIVERY_RECIPIENT as RECIPIENT

_OWED = ("pending", "claimed")
# How long an alert waits whose recipients all wait for an earlier one of its story.
PUT_OFF = timedelta(seconds=1)
PUT_OFF_AT_MOST = timedelta(hours=1)

# The furthest that this program plans ahead: a retry (a target may ask for a day), quiet hours and the hour of a batch
# after them, the lease of a claim. What somebody snoozed waits as long as he said.
LONGEST_WAIT = timedelta(days=2)
LONGEST_HOLD = timedelta(days=3)
LONGEST_CLAIM = timedelta(minutes=10)

Ended = Callable[[Connection, str, str, Attempt, str], None]


def enqueue(
    connection: Connection,
    *,
    change_id: str,
    revision: int,
    channel: str,
    reason: Mapping[str, Any],
    now: datetime,
    story: str | None = None,
    at: datetime | None = None,
    batch: str | None = None,
    hold_reason: Mapping[str, Any] | None = None,
    withheld: bool = False,
) -> bool:
    """Owes one revision of a change, or a notice, to a channel, to be sent at `at` or at once. False when it
    is owed, or was sent, already. What has the same `batch` goes out as one message. What cannot wait takes
    along what waits of its story, so that the story is told in order. `held`: by what it waits, or is
    `withheld`: then it is written down and not owed."""
    key = f"{change_id}/{revision}/{channel}"
    known = connection.execute(select(DELIVERY.c.id, DELIVERY.c.state).where(DELIVERY.c.key == key)).first()
    if known is not None and (withheld or known.state != "withheld"):
        return False
    if withheld:
        at, batch = now, None
    elif story is not None and at is None:
        connection.execute(
            update(DELIVERY)
            .where(
                (DELIVERY.c.channel == channel) & (DELIVERY.c.story == story) & (DELIVERY.c.state == "pending")
                & DELIVERY.c.batch.is_not(None)
            )
            .values(next_attempt_at=now, batch=None, hold_reason=None)
        )  # fmt: skip
    values = {
        "reason": reason, "state": "withheld" if withheld else "pending", "next_attempt_at": at or now,
        "story": story, "batch": batch, "hold_reason": hold_reason,
    }  # fmt: skip
    if known is not None:  # what withheld it has ended
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == known.id).values(**values))
        return True
    connection.execute(
        insert(DELIVERY).values(
            key=key, change_id=change_id, revision=revision, channel=channel, attempts=0, repeated=False,
            created_at=now, **values,
        )
    )  # fmt: skip
    return not withheld


def redeliver(connection: Connection, now: datetime, delivery_id: int | None = None) -> int:
    """Owes what was given up once more: one delivery, or all. How many that are; none that is not dead.
    It has all its tries again; those it had stay written down."""
    dead = DELIVERY.c.state == "dead"
    if delivery_id is not None:
        dead &= DELIVERY.c.id == delivery_id
    again = connection.execute(
        update(DELIVERY)
        .where(dead)
        .values(state="pending", attempts=0, next_attempt_at=now)
        .returning(DELIVERY.c.key)
    ).all()
    recipients.revive(connection, [row.key for row in again])
    return len(again)


def stranded(connection: Connection, channels: Collection[str]) -> dict[str, int]:
    """How many deliveries wait for channels, or were given up by channels, that are not among these: channels that were
    removed from the settings or renamed."""
    return {
        row.channel: row.number
        for row in connection.execute(
            select(DELIVERY.c.channel, func.count().label("number"))
            .where(DELIVERY.c.state.in_((*_OWED, "dead")) & DELIVERY.c.channel.not_in(list(channels)))
            .group_by(DELIVERY.c.channel)
            .order_by(DELIVERY.c.channel)
        )
    }


def redirect(
    connection: Connection,
    now: datetime,
    *,
    to: str,
    channels: Collection[str],
    delivery_id: int | None = None,
    source: str | None = None,
) -> int:
    """Owes to another channel what the channels that are not among `channels` did not take: all of it, one delivery, or
    what one channel (`source`) did not take, which may be one of those that exist. What `to` has, or is to get,
    already is not owed again. The old rows stay, as withheld, and say where it went. How many are owed anew."""
    wanted = DELIVERY.c.state.in_((*_OWED, "dead")) & (DELIVERY.c.channel != to)
    if delivery_id is not None:
        wanted &= DELIVERY.c.id == delivery_id
    elif source is not None:
        wanted &= DELIVERY.c.channel == source
    else:
        wanted &= DELIVERY.c.channel.not_in(list(channels))
    number = 0
    for row in connection.execute(select(DELIVERY).where(wanted).order_by(DELIVERY.c.id)).all():
        number += enqueue(
            connection, change_id=row.change_id, revision=row.revision, channel=to, reason=row.reason,
            now=now, story=row.story,
        )  # fmt: skip
        hold_reason = {"rule": "redirected", "until": format_instant(now), "scope": "channel", "value": to}
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == row.id)
            .values(state="withheld", hold_reason=hold_reason, batch=None, claimed_until=None)
        )
    return number


class Outbox:
    """What `notify` drains. A claim is stored before anything is sent. `ended` is told, in the transaction that
    records it, that a channel took or gave up something: connection, channel, state, attempt, the delivery's
    `change_id`."""

    def __init__(self, store: Store, ended: Ended | None = None) -> None:
        self.store = store
        self.ended = ended

    def claim(self, now: datetime, *, channel: str | None, limit: int, lease: timedelta) -> list[Delivery]:
        """Rows that are due, oldest first, held for this caller until the lease runs out; with a row of a
        batch come all of the batch, whatever the limit. A row waits while an earlier one of its story is
        owed to the same channel. A row whose earlier lease ran out unrecorded comes back with `repeated`
        set, and that counts as an attempt."""
        # On the disk before anything goes out: a power failure must not make the machine forget what it sent.
        with self.store.write(durable=True) as connection:
            while True:
                rows = _due_rows(connection, now, channel, limit)
                for place, batch in sorted({(row.channel, row.batch) for row in rows if row.batch}):
                    rows += _due_rows(connection, now, place, None, batch)
                rows = sorted({row.id: row for row in rows}.values(), key=lambda row: int(row.id))
                claimed = [_claimed(connection, row, now, lease) for row in rows]
                # Those that were put off are not due any more: others may be.
                if any(claimed) or not rows:
                    return [delivery for delivery in claimed if delivery is not None]

    def record(
        self,
        delivery_ids: Sequence[int],
        attempt: Attempt,
        *,
        state: str,
        next_attempt_at: datetime | None,
    ) -> None:
        """Writes down how a try went, for all deliveries that the message was for. `state` is sent, pending
        (again at `next_attempt_at`) or dead."""
        ids = list(delivery_ids)
        with self.store.write() as connection:
            integrity.add_attempts(connection, ids, attempt)
            values: dict[str, Any] = {
                "state": state,
                "attempts": DELIVERY.c.attempts + 1,
                "claimed_until": None,
            }
            # What may have gone out once may have gone out whatever happened since.
            if attempt.uncertain:
                values["repeated"] = True
            if next_attempt_at is not None:
                values["next_attempt_at"] = next_attempt_at
            rows = connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.id.in_(ids))
                .values(**values)
                .returning(
                    DELIVERY.c.id, DELIVERY.c.key, DELIVERY.c.channel, DELIVERY.c.story, DELIVERY.c.change_id
                )
            ).all()
            recipients.keep(connection, [row.key for row in rows], attempt.recipients, attempt.at)
            for row in rows:
                if attempt.external_thread_id and row.story:
                    channel_threads.keep_thread_id(
                        connection, row.channel, row.story, attempt.external_thread_id
                    )
            settled = state != "pending" or any(one.state != "pending" for one in attempt.recipients)
            if rows and self.ended is not None and settled:
                self.ended(connection, rows[0].channel, state, attempt, rows[0].change_id)


def _claimed(connection: Connection, row: Any, now: datetime, lease: timedelta) -> Delivery | None:
    """The delivery of a row that is due, claimed; None where an earlier one of its story still waits for every recipient
    that it is for, and it is put off until then."""
    lost = row.state == "claimed"
    repeated = bool(row.repeated or lost)
    if lost:
        recipients.lost(connection, row.key)
    known = recipients.of(connection, row.key)
    blocked = _blocked(connection, row)
    waiting = {recipient.name for recipient in known if recipient.state == "pending"}
    values: dict[str, Any] = {"repeated": repeated, "attempts": row.attempts + lost}
    put_off = bool(waiting) and waiting <= blocked.keys()
    if put_off:
        until = min(max(*(blocked[name] for name in waiting), now + PUT_OFF), now + PUT_OFF_AT_MOST)
        values |= {"state": "pending", "claimed_until": None, "next_attempt_at": until}
    else:
        values |= {"state": "claimed", "claimed_until": now + lease}
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(**values))
    if put_off:
        return None
    return Delivery(
        row.id, row.change_id, row.revision, row.channel, row.key, row.attempts + lost, repeated,
        row.story or row.change_id, row.batch,
        channel_threads.thread_id(connection, row.channel, row.story) if row.story else "", known, frozenset(blocked),
    )  # fmt: skip


def _blocked(connection: Connection, row: Any) -> dict[str, datetime]:
    """For which recipients an earlier delivery of the same story to the same channel still waits, and until when."""
    if row.story is None:
        return {}
    earlier = (
        (DELIVERY.c.channel == row.channel)
        & (DELIVERY.c.story == row.story)
        & (DELIVERY.c.id < row.id)
        & DELIVERY.c.state.in_(_OWED)
        & (RECIPIENT.c.state == "pending")
    )
    if row.batch is not None:
        earlier &= or_(DELIVERY.c.batch.is_(None), DELIVERY.c.batch != row.batch)
    found = connection.execute(
        select(RECIPIENT.c.recipient, func.max(DELIVERY.c.next_attempt_at).label("until"))
        .join(DELIVERY, DELIVERY.c.key == RECIPIENT.c.key)
        .where(earlier)
        .group_by(RECIPIENT.c.recipient)
    )
    return {row.recipient: row.until for row in found}


def _due_rows(
    connection: Connection, now: datetime, channel: str | None, limit: int | None, batch: str | None = None
) -> list[Any]:
    earlier = DELIVERY.alias("earlier")
    # Where some recipients have the earlier one, it holds up only the others (`Delivery.blocked`).
    reached = (
        exists().where((RECIPIENT.c.key == earlier.c.key) & (RECIPIENT.c.state == "sent")).correlate(earlier)
    )
    waiting = exists().where(
        (earlier.c.channel == DELIVERY.c.channel)
        & (earlier.c.story == DELIVERY.c.story)
        & (earlier.c.id < DELIVERY.c.id)
        & earlier.c.state.in_(_OWED)
        # What goes out in the same message is in order there.
        & ~reached
        & or_(earlier.c.batch.is_(None), DELIVERY.c.batch.is_(None), earlier.c.batch != DELIVERY.c.batch)
    )
    found: list[Any] = []
    # One state at a time: each is a walk along the index, whatever the history behind it.
    # A moment further ahead than this program plans was written under a wrong clock: it is due.
    rule = func.json_extract(DELIVERY.c.hold_reason, "$.rule")
    retried = DELIVERY.c.hold_reason.is_(None) & (DELIVERY.c.next_attempt_at > now + LONGEST_WAIT)
    waited = rule.in_(("quiet", "batch")) & (DELIVERY.c.next_attempt_at > now + LONGEST_HOLD)
    claimed_ahead = DELIVERY.c.claimed_until > now + LONGEST_CLAIM
    for state, due in (
        ("pending", or_(DELIVERY.c.next_attempt_at <= now, retried, waited)),
        ("claimed", or_(DELIVERY.c.claimed_until <= now, claimed_ahead)),
    ):
        wanted = (DELIVERY.c.state == state) & due & ~waiting
        if channel is not None:
            wanted &= DELIVERY.c.channel == channel
        if batch is not None:
            wanted &= DELIVERY.c.batch == batch
        found += connection.execute(select(DELIVERY).where(wanted).order_by(DELIVERY.c.id).limit(limit)).all()
    return sorted(found, key=lambda row: int(row.id))[:limit]
