"""The outbox: messages queued for channels, their claims, attempts and retries.

An alert (a change or a notice) is queued in the transaction that stores it, a weekly digest when its hour has come.
Both are rows of one table and share every rule here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, true, update

from tracker.serialization import format_instant
from tracker.storage import channel_threads, integrity, recipients
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt, Delivery, DeliveryKind, Recipient
from tracker.storage.schema import ATTEMPT, DELIVERY
from tracker.storage.schema import DELIVERY_RECIPIENT as RECIPIENT

_UNFINISHED = ("pending", "claimed")
# The delay of an alert all of whose recipients wait for an earlier alert of the same story.
MIN_DELAY = timedelta(seconds=1)
MAX_DELAY = timedelta(hours=1)

# The furthest moments that this program sets: a retry (a target may ask for a day), quiet hours plus the hour of a batch
# after them, and a claim. A later moment comes from a wrong clock and counts as due. A snooze has no such limit.
LONGEST_WAIT = timedelta(days=2)
LONGEST_HOLD = timedelta(days=3)
LONGEST_CLAIM = timedelta(minutes=10)

LOST_TWICE = "cut off twice while it was sent; it may have gone out"

# Called in the transaction that records an attempt after which a recipient, or the message, is sent or dead: connection,
# channel, state of the delivery, attempt, `subject_id` of the delivery.
OnSettled = Callable[[Connection, str, str, Attempt, str], None]


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """The state of a delivery (pending, claimed, sent, dead, withheld), the number of attempts, and the answer and time of
    the last one (None before the first)."""

    state: str
    attempts: int
    answer: str
    attempted_at: datetime | None


def alert_key(subject_id: str, revision: int, channel: str) -> str:
    """The idempotency key of one revision of a change, or of a notice, for a channel."""
    return f"{subject_id}/{revision}/{channel}"


def digest_key(week: str, channel: str, language: str, profile: str) -> str:
    """The idempotency key of a weekly digest for a channel."""
    return "/".join(("digest", week, channel, language, profile))


def enqueue(
    connection: Connection,
    *,
    subject_id: str,
    channel: str,
    reason: Mapping[str, Any],
    now: datetime,
    revision: int = 1,
    kind: DeliveryKind = "alert",
    language: str | None = None,
    profile: str | None = None,
    story: str | None = None,
    at: datetime | None = None,
    batch: str | None = None,
    hold_reason: Mapping[str, Any] | None = None,
    withheld: bool = False,
) -> bool:
    """Queues a message for a channel, to be sent at `at` (None: now). Returns False where it is queued or was sent already.

    `subject_id` is the id of a change or notice, or the week of a digest, which also has a `language` and a `profile`.
    Rows of one `batch` are sent as one message. A message that is due now releases the batched rows of its `story`, so
    that a story arrives in order. `hold_reason` is the rule that delays or withholds it. A `withheld` message is stored
    and not sent."""
    if kind == "digest":
        key = digest_key(subject_id, channel, language or "", profile or "")
    else:
        key = alert_key(subject_id, revision, channel)
    existing = connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.state).where(DELIVERY.c.key == key)
    ).first()
    if existing is not None and (withheld or existing.state != "withheld"):
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
    if existing is not None:  # the mute that withheld it has ended
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == existing.id).values(**values))
        return True
    connection.execute(
        insert(DELIVERY).values(
            key=key, kind=kind, subject_id=subject_id, revision=revision, channel=channel, language=language,
            profile=profile, attempts=0, repeated=False, created_at=now, **values,
        )
    )  # fmt: skip
    return not withheld


def statuses(connection: Connection, keys: Collection[str]) -> dict[str, DeliveryStatus]:
    """The status of each delivery with one of these keys, by key."""
    last = (
        select(func.max(ATTEMPT.c.id)).where(ATTEMPT.c.delivery_id == DELIVERY.c.id).correlate(DELIVERY)
    ).scalar_subquery()
    rows = connection.execute(
        select(DELIVERY.c.key, DELIVERY.c.state, DELIVERY.c.attempts, ATTEMPT.c.answer, ATTEMPT.c.at)
        .outerjoin(ATTEMPT, ATTEMPT.c.id == last)
        .where(DELIVERY.c.key.in_(list(keys)))
    )
    return {row.key: DeliveryStatus(row.state, row.attempts, row.answer or "", row.at) for row in rows}


def was_sent(connection: Connection, subject_id: str, channels: Collection[str]) -> bool:
    """Whether one of these channels has a message about this subject."""
    found = select(DELIVERY.c.id).where(
        (DELIVERY.c.subject_id == subject_id)
        & (DELIVERY.c.state == "sent")
        & DELIVERY.c.channel.in_(list(channels))
    )
    return connection.execute(found.limit(1)).first() is not None


def redeliver(connection: Connection, now: datetime, delivery_id: int | None = None) -> int:
    """Queues one dead delivery, or all of them, again; returns the number of deliveries queued."""
    return _revive(connection, now, true() if delivery_id is None else DELIVERY.c.id == delivery_id)


def redeliver_keys(connection: Connection, now: datetime, keys: Iterable[str]) -> int:
    """Queues the dead deliveries with these keys again; returns the number of deliveries queued."""
    return _revive(connection, now, DELIVERY.c.key.in_(list(keys)))


def _revive(connection: Connection, now: datetime, wanted: ColumnElement[bool]) -> int:
    """A revived delivery gets the full number of attempts again. The attempts that it had stay stored."""
    revived = connection.execute(
        update(DELIVERY)
        .where(wanted & (DELIVERY.c.state == "dead"))
        .values(state="pending", attempts=0, next_attempt_at=now)
        .returning(DELIVERY.c.key)
    ).all()
    recipients.revive(connection, [row.key for row in revived])
    return len(revived)


def redirect(
    connection: Connection,
    now: datetime,
    *,
    to: str,
    channels: Collection[str],
    delivery_id: int | None = None,
    source: str | None = None,
) -> int:
    """Queues unfinished and dead deliveries of other channels for the channel `to`; returns the number queued. They are
    one delivery (`delivery_id`), those of one channel (`source`), or by default those of channels not among `channels`.
    A delivery that `to` has already, or will get, is not queued again. The old rows become withheld."""
    wanted = DELIVERY.c.state.in_((*_UNFINISHED, "dead")) & (DELIVERY.c.channel != to)
    if delivery_id is not None:
        wanted &= DELIVERY.c.id == delivery_id
    elif source is not None:
        wanted &= DELIVERY.c.channel == source
    else:
        wanted &= DELIVERY.c.channel.not_in(list(channels))
    number = 0
    for row in connection.execute(select(DELIVERY).where(wanted).order_by(DELIVERY.c.id)).all():
        number += enqueue(
            connection, subject_id=row.subject_id, revision=row.revision, channel=to, reason=row.reason, now=now,
            story=row.story, kind=row.kind, language=row.language, profile=row.profile,
        )  # fmt: skip
        hold_reason = {"rule": "redirected", "until": format_instant(now), "scope": "channel", "value": to}
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == row.id)
            .values(state="withheld", hold_reason=hold_reason, batch=None, claimed_until=None)
        )
    return number


class Outbox:
    """The queue of one kind of delivery. A claim is stored before anything is sent."""

    def __init__(
        self, store: Store, on_settled: OnSettled | None = None, *, kind: DeliveryKind = "alert"
    ) -> None:
        self.store = store
        self.on_settled = on_settled
        self.kind = kind

    def any_due(self, now: datetime) -> bool:
        """Whether a delivery of any channel is due."""
        with self.store.read() as connection:
            return bool(_due_rows(connection, now, self.kind, None, 1))

    def claim(self, now: datetime, *, channel: str | None, limit: int, lease: timedelta) -> list[Delivery]:
        """Claims due deliveries until `now + lease`, oldest first; all rows of a batch together, regardless of the limit. A
        delivery waits while an earlier one of its story is unfinished on the same channel.

        A row whose lease expired without a recorded attempt is claimed again with `repeated` set, and the lost attempt
        counts. A digest that is lost a second time becomes dead (`Delivery.may_repeat`)."""
        with self.store.read() as connection:
            if not _due_rows(connection, now, self.kind, channel, 1):
                return []
        # On the disk before anything goes out: after a power failure the claim must show that it may have been sent.
        with self.store.write(durable=True) as connection:
            while True:
                rows = _due_rows(connection, now, self.kind, channel, limit)
                for name, batch in sorted({(row.channel, row.batch) for row in rows if row.batch}):
                    rows += _due_rows(connection, now, self.kind, name, None, batch)
                rows = sorted({row.id: row for row in rows}.values(), key=lambda row: int(row.id))
                claimed = [_claim_row(connection, row, now, lease) for row in rows]
                # Rows that could not be claimed are no longer due; others may be.
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
        """Stores an attempt and ends the claims of all deliveries of the message. `state` is sent, pending (due again at
        `next_attempt_at`) or dead."""
        ids = list(delivery_ids)
        with self.store.write() as connection:
            integrity.add_attempts(connection, ids, attempt)
            values: dict[str, Any] = {
                "state": state,
                "attempts": DELIVERY.c.attempts + 1,
                "claimed_until": None,
            }
            if attempt.uncertain:  # it stays marked, whatever later attempts bring
                values["repeated"] = True
            if next_attempt_at is not None:
                values["next_attempt_at"] = next_attempt_at
            rows = connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.id.in_(ids))
                .values(**values)
                .returning(
                    DELIVERY.c.id, DELIVERY.c.key, DELIVERY.c.channel, DELIVERY.c.story, DELIVERY.c.subject_id
                )
            ).all()
            recipients.update_states(connection, [row.key for row in rows], attempt.recipients, attempt.at)
            for row in rows:
                if attempt.external_thread_id and row.story:
                    channel_threads.keep_thread_id(
                        connection, row.channel, row.story, attempt.external_thread_id
                    )
            settled = state != "pending" or any(one.state != "pending" for one in attempt.recipients)
            if rows and self.on_settled is not None and settled:
                self.on_settled(connection, rows[0].channel, state, attempt, rows[0].subject_id)


def _claim_row(connection: Connection, row: Any, now: datetime, lease: timedelta) -> Delivery | None:
    """Claims a due row and returns it. None where it is delayed, because an earlier delivery of its story is still pending
    for each of its recipients, or dead, because it was lost twice."""
    lost = row.state == "claimed"
    if lost:
        if not _delivery(row).may_repeat:
            _give_up(connection, row, now)
            return None
        recipients.mark_repeated(connection, row.key)
    known = recipients.of(connection, row.key)
    blocked = _blocked(connection, row)
    waiting = {recipient.name for recipient in known if recipient.state == "pending"}
    values: dict[str, Any] = {"repeated": bool(row.repeated or lost), "attempts": row.attempts + lost}
    delayed = bool(waiting) and waiting <= blocked.keys()
    if delayed:
        until = min(max(*(blocked[name] for name in waiting), now + MIN_DELAY), now + MAX_DELAY)
        values |= {"state": "pending", "claimed_until": None, "next_attempt_at": until}
    else:
        values |= {"state": "claimed", "claimed_until": now + lease}
    claimed = connection.execute(
        update(DELIVERY).where(DELIVERY.c.id == row.id).values(**values).returning(DELIVERY)
    ).one()
    if delayed:
        return None
    thread = channel_threads.thread_id(connection, row.channel, row.story) if row.story else ""
    return _delivery(claimed, thread, known, frozenset(blocked))


def _delivery(
    row: Any,
    thread: str = "",
    known: tuple[Recipient, ...] = (),
    blocked: frozenset[str] = frozenset(),
) -> Delivery:
    return Delivery(
        row.id, row.subject_id, row.revision, row.channel, row.key, row.attempts, bool(row.repeated),
        row.story or row.subject_id, row.batch, thread, known, blocked, row.kind, row.language or "",
        row.profile or str((row.reason or {}).get("profile") or ""), str((row.reason or {}).get("code") or ""),
        row.created_at,
    )  # fmt: skip


def _give_up(connection: Connection, row: Any, now: datetime) -> None:
    integrity.add_attempts(connection, [row.id], Attempt(now, False, LOST_TWICE, 0.0, uncertain=True))
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == row.id)
        .values(state="dead", attempts=row.attempts + 1, claimed_until=None)
    )


def _blocked(connection: Connection, row: Any) -> dict[str, datetime]:
    """The recipients for which an earlier delivery of the same story to the same channel is pending, and until when."""
    if row.story is None:
        return {}
    earlier = (
        (DELIVERY.c.channel == row.channel)
        & (DELIVERY.c.story == row.story)
        & (DELIVERY.c.id < row.id)
        & DELIVERY.c.state.in_(_UNFINISHED)
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
    connection: Connection,
    now: datetime,
    kind: DeliveryKind,
    channel: str | None,
    limit: int | None,
    batch: str | None = None,
) -> list[Any]:
    earlier = DELIVERY.alias("earlier")
    # An earlier delivery that some recipients have blocks only the others (`Delivery.blocked`).
    reached = (
        exists().where((RECIPIENT.c.key == earlier.c.key) & (RECIPIENT.c.state == "sent")).correlate(earlier)
    )
    waiting = exists().where(
        (earlier.c.channel == DELIVERY.c.channel)
        & (earlier.c.story == DELIVERY.c.story)
        & (earlier.c.id < DELIVERY.c.id)
        & earlier.c.state.in_(_UNFINISHED)
        # Deliveries of one batch are in order within the message.
        & ~reached
        & or_(earlier.c.batch.is_(None), DELIVERY.c.batch.is_(None), earlier.c.batch != DELIVERY.c.batch)
    )
    found: list[Any] = []
    rule = func.json_extract(DELIVERY.c.hold_reason, "$.rule")
    retry_ahead = DELIVERY.c.hold_reason.is_(None) & (DELIVERY.c.next_attempt_at > now + LONGEST_WAIT)
    hold_ahead = rule.in_(("quiet", "batch")) & (DELIVERY.c.next_attempt_at > now + LONGEST_HOLD)
    claim_ahead = DELIVERY.c.claimed_until > now + LONGEST_CLAIM
    # One query for each state: each walks along the index, however many rows were sent before.
    for state, due in (
        ("pending", or_(DELIVERY.c.next_attempt_at <= now, retry_ahead, hold_ahead)),
        ("claimed", or_(DELIVERY.c.claimed_until <= now, claim_ahead)),
    ):
        wanted = (DELIVERY.c.state == state) & (DELIVERY.c.kind == kind) & due & ~waiting
        if channel is not None:
            wanted &= DELIVERY.c.channel == channel
        if batch is not None:
            wanted &= DELIVERY.c.batch == batch
        found += connection.execute(select(DELIVERY).where(wanted).order_by(DELIVERY.c.id).limit(limit)).all()
    return sorted(found, key=lambda row: int(row.id))[:limit]
