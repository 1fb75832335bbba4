"""Deliveries, their attempts, and the state of each recipient: a mail address, a chat room, a phone. Pure data.

A channel can have several recipients, and each receives a message once: when one recipient fails, the retry goes only to
that recipient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RecipientState = Literal["sent", "pending", "dead", "removed"]
# The recipient name for a channel with a single recipient: the channel itself.
ONLY = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of one message. `name` is its address without secrets. `state`: sent, pending (will be retried), dead
    (refused for good, or out of retries), removed (no longer in the channel's settings). `answer` is the target's last
    answer. `repeated`: it may have received the message, or a part of it, so the next copy is labeled as a repetition.
    `attempts` is the number of attempts."""

    name: str
    state: RecipientState
    answer: str = ""
    repeated: bool = False
    attempts: int = 0


DeliveryKind = Literal["alert", "digest"]
DELIVERY_STATES = ("pending", "claimed", "sent", "dead", "withheld")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row of the outbox: a message for one channel.

    An alert is one revision of a change, or a notice (`subject_id`). A digest is that of a week
    (`subject_id`, such as `2026-W47`) in a `language`, for a `profile` (empty: for everybody). The
    `profile` of an alert is that of the route that it was sent by: its level leads in the message.
    `cause` is the code of the reason: route, status, outage and others. `queued_at` is when it was queued.
    `key` is its idempotency key. `attempts` is the number recorded so far. `repeated`: an earlier
    attempt ended without a record, so the message may have been sent already. `story` groups related
    alerts, `thread` is the channel's own id of the story's thread (empty: none). Deliveries of one
    `batch` are sent as one message. `recipients` are those with a state, `blocked` those for which
    an earlier alert of the story is pending.
    """

    id: int
    subject_id: str
    revision: int
    channel: str
    key: str
    attempts: int
    repeated: bool
    story: str = ""
    batch: str | None = None
    thread: str = ""
    recipients: tuple[Recipient, ...] = ()
    blocked: frozenset[str] = frozenset()
    kind: DeliveryKind = "alert"
    language: str = ""
    profile: str = ""
    cause: str = ""
    queued_at: datetime | None = None

    @property
    def may_repeat(self) -> bool:
        """Whether it may be sent once more after an attempt whose outcome is unknown. A digest is repeated only once."""
        return self.kind == "alert" or not self.repeated


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery: when it began, whether the target accepted it, the target's own answer in
    one line without secrets, and how many seconds it took.

    `uncertain` says that the target fell silent after it was given the message, so that it may have
    taken it although `ok` is false: the next claim of that delivery is `repeated`. `external_thread_id` is what
    the target calls the thread that the message began. `recipients`: how each of them stands after it.
    """

    at: datetime
    ok: bool
    answer: str
    seconds: float
    uncertain: bool = False
    external_thread_id: str = ""
    recipients: tuple[Recipient, ...] = ()
