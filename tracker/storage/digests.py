"""Weekly digests that are owed to channels: one row for each, once, whatever crashes.

A claim is stored before the digest is sent. Who dies in between leaves a claim whose lease runs out: the digest then
goes out once more and says that it may be a repetition. A second such loss ends it: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Row, insert, or_, select, update

from tracker.model import Language
from tracker.recipients import Recipient
from tracker.storage import recipients as recipients_of
from tracker.storage.database import Store
from tracker.storage.outbox import LONGEST_CLAIM, LONGEST_WAIT
from tracker.storage.schema import DIGEST

LOST_TWICE = "cut off twice while it was sent; it may have gone out"


@dataclass(frozen=True, slots=True)
class DigestRecipient:
    """One digest for one reader: a week by its name (`2026-W47`), a channel, a language, a profile or none."""

    week: str
    channel: str
    language: Language
    profile: str = ""

    @property
    def key(self) -> str:
        """The same digest has the same one for ever."""
        return "/".join(("digest", self.week, self.channel, self.language, self.profile))


@dataclass(frozen=True, slots=True)
class Claim:
    """A digest that is this caller's to send. `attempts` counts the ones before; `repeated`: it may have gone out;
    `recipients` are those with a state."""

    id: int
    owed: DigestRecipient
    attempts: int
    repeated: bool
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """How a digest stands. `state`: pending, claimed, sent, dead."""

    owed: DigestRecipient
    state: str
    attempts: int
    answer: str
    ended_at: datetime | None


def enqueue(store: Store, digests: Iterable[DigestRecipient], now: datetime) -> int:
    """Writes down those that are not known yet; how many that were."""
    wanted = {owed.key: owed for owed in digests}
    with store.read() as connection:
        known = set(connection.execute(select(DIGEST.c.key).where(DIGEST.c.key.in_(wanted))).scalars())
    if known == wanted.keys():
        return 0
    new = 0
    with store.write() as connection:
        known = set(connection.execute(select(DIGEST.c.key).where(DIGEST.c.key.in_(wanted))).scalars())
        for key, owed in wanted.items():
            if key in known:
                continue
            connection.execute(
                insert(DIGEST).values(
                    key=key, week=owed.week, channel=owed.channel, language=owed.language, profile=owed.profile,
                    state="pending", attempts=0, repeated=False, answer="", created_at=now, next_attempt_at=now,
                )
            )  # fmt: skip
            new += 1
    return new


def retry_failed(store: Store, digests: Iterable[DigestRecipient], now: datetime) -> None:
    """Those that were given up are owed again: a person asked for it."""
    with store.write() as connection:
        again = connection.execute(
            update(DIGEST)
            .where(DIGEST.c.key.in_([owed.key for owed in digests]) & (DIGEST.c.state == "dead"))
            .values(state="pending", attempts=0, next_attempt_at=now, ended_at=None)
            .returning(DIGEST.c.key)
        ).scalars()
        recipients_of.revive(connection, list(again))


def claim(store: Store, now: datetime, lease: timedelta) -> list[Claim]:
    """Takes all that are due, each held until `now + lease`."""
    # A moment further ahead than this program plans was written under a wrong clock: it is due.
    due = or_(
        (DIGEST.c.state == "pending")
        & or_(DIGEST.c.next_attempt_at <= now, DIGEST.c.next_attempt_at > now + LONGEST_WAIT),
        (DIGEST.c.state == "claimed")
        & or_(DIGEST.c.claimed_until <= now, DIGEST.c.claimed_until > now + max(lease, LONGEST_CLAIM)),
    )
    with store.read() as connection:
        if connection.execute(select(DIGEST.c.id).where(due).limit(1)).first() is None:
            return []
    claimed = []
    with store.write(durable=True) as connection:  # before anything goes out
        for row in connection.execute(select(DIGEST).where(due).order_by(DIGEST.c.id)).all():
            lost = row.state == "claimed"
            if lost and row.repeated:
                values = {"state": "dead", "answer": LOST_TWICE, "claimed_until": None, "ended_at": now}
            else:
                values = {
                    "state": "claimed",
                    "claimed_until": now + lease,
                    "repeated": row.repeated or lost,
                    "attempts": row.attempts + lost,
                }
                if lost:
                    recipients_of.lost(connection, row.key)
                found = recipients_of.of(connection, row.key)
                claimed.append(
                    Claim(row.id, _owed(row), row.attempts + lost, bool(row.repeated or lost), found)
                )
            connection.execute(update(DIGEST).where(DIGEST.c.id == row.id).values(**values))
    return claimed


def record(
    store: Store,
    claimed: Claim,
    *,
    state: str,
    answer: str,
    now: datetime,
    next_attempt_at: datetime | None = None,
    uncertain: bool = False,
    recipients: Sequence[Recipient] = (),
) -> None:
    """Ends a claim. `state`: sent, dead, or pending (again at `next_attempt_at`). `uncertain`: the target may have
    taken it although it did not say so. `recipients`: how each of them stands."""
    with store.write() as connection:
        recipients_of.keep(connection, [claimed.owed.key], recipients, now)
        connection.execute(
            update(DIGEST)
            .where(DIGEST.c.id == claimed.id)
            .values(
                state=state,
                answer=answer,
                attempts=claimed.attempts + 1,
                repeated=claimed.repeated or uncertain,
                claimed_until=None,
                next_attempt_at=next_attempt_at,
                ended_at=None if state == "pending" else now,
            )
        )


def deliveries(store: Store, digests: Iterable[DigestRecipient]) -> list[Sent]:
    """How these stand, in their order; those that were never owed are left out."""
    wanted = [owed.key for owed in digests]
    with store.read() as connection:
        rows = connection.execute(select(DIGEST).where(DIGEST.c.key.in_(wanted))).all()
    found = {
        str(row.key): Sent(_owed(row), row.state, row.attempts, row.answer, row.ended_at) for row in rows
    }
    return [found[key] for key in wanted if key in found]


def _owed(row: Row[tuple[object, ...]]) -> DigestRecipient:
    return DigestRecipient(
        str(row.week), str(row.channel), cast(Language, str(row.language)), str(row.profile)
    )
