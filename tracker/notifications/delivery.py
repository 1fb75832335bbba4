"""Sends the deliveries of the outbox: claim, send, record, with one thread for each channel.

A claim is stored before its message is sent. After a crash in between, the lease of the claim expires and the message
is sent again, labeled as a possible repetition. A channel that hangs or fails does not delay the others: it stops for
this round, and the others keep looking for new work until the round ends.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from tracker import tracing
from tracker.config.models import Channel, Settings
from tracker.errors import TrackerError
from tracker.logs import Logger
from tracker.notifications import recipient_list
from tracker.notifications.delivery_result import LONGEST_RETRY_AFTER, DeliveryResult, next_attempt_at
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.outbox_protocol import OutboxProtocol, State
from tracker.notifications.recipient_copies import send_copies
from tracker.notifications.recipient_list import Roster
from tracker.storage.deliveries import ONLY, Attempt, Delivery

# A send that takes longer is given up well before its lease ends; its thread is abandoned.
SEND_LIMIT = timedelta(seconds=45)
LEASE = timedelta(seconds=90)
# After so many failures in a row the channel is failing, not the message.
FAILURES = 2
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE_AHEAD = LONGEST_RETRY_AFTER * 2  # a later moment comes from a clock that was set back since
# The retry delay of a message whose recipients wait for an earlier message of its story.
BEHIND_EARLIER = timedelta(minutes=1)
# How often an idle channel looks for new work while another channel is still sending.
LOOK_AGAIN = timedelta(seconds=1)

T = TypeVar("T")
# The message for a channel from one delivery or a batch; the last argument: labeled as a possible repetition.
Compose = Callable[[Channel, Sequence[Delivery], bool], OutboundMessage]
Send = Callable[[Channel, OutboundMessage], DeliveryResult]

log = Logger()


@dataclass(slots=True)
class DeliveryGate:
    """The state of a process's channels from one round to the next: until when a channel is paused, which channels
    still run a send that was given up (`stuck`), and secrets that were rotated since the settings were read."""

    paused: dict[str, datetime] = field(default_factory=dict)
    stuck: dict[str, threading.Thread] = field(default_factory=dict)
    rotated: dict[Channel, Channel] = field(default_factory=dict)  # with newer secrets than the settings

    def open(self, channel_id: str, now: datetime) -> bool:
        until = self.paused.get(channel_id)
        thread = self.stuck.get(channel_id)
        paused = until is not None and now < until <= now + LONGEST_PAUSE_AHEAD
        return not paused and (thread is None or not thread.is_alive())


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """The outcome of one delivery in a round. `state`: sent, pending (failed, will be retried) or dead."""

    delivery: Delivery
    state: State
    answer: str


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """The outcomes of a round, by channel in the order of the settings."""

    outcomes: tuple[DeliveryOutcome, ...] = ()

    @property
    def sent(self) -> int:
        return self._count("sent")

    @property
    def retrying(self) -> int:
        return self._count("pending")

    @property
    def dead(self) -> int:
        return self._count("dead")

    @property
    def ok(self) -> bool:
        return not self.retrying and not self.dead

    def _count(self, state: State) -> int:
        return sum(outcome.state == state for outcome in self.outcomes)


def send_message(channel: Channel, parcel: OutboundMessage) -> DeliveryResult:
    """Sends one message by Apprise, which is imported for the first one: it costs 0.1 s."""
    from tracker.notifications.targets import send

    return send(channel, parcel)


def deliver(
    outbox: OutboxProtocol,
    compose: Compose,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    gate: DeliveryGate | None = None,
    stop: threading.Event | None = None,
    send: Send = send_message,
    limit: timedelta = SEND_LIMIT,
    lease: timedelta = LEASE,
) -> DeliverReport:
    """Sends everything that is due, and returns when no channel has more to send.

    `clock` times claims and attempts. Pass the same `gate` to every round of a process, so that pauses of channels are
    kept. When `stop` is set, the round ends without waiting for sends in progress; they are claimed again when their
    leases expire. `limit`, which is shorter than `lease`, is the longest that composing and sending a message may take.
    Raises the error of `outbox`, after the other channels have finished.
    """
    gate, stop = gate or DeliveryGate(), stop or threading.Event()
    return _DeliveryRound(outbox, compose, settings, clock, gate, stop, send, limit, lease).run()


@dataclass(slots=True)
class _DeliveryRound:
    outbox: OutboxProtocol
    compose: Compose
    settings: Settings
    clock: Callable[[], datetime]
    gate: DeliveryGate
    stop: threading.Event
    send: Send
    limit: timedelta
    lease: timedelta
    generator: random.Random = field(default_factory=random.Random)
    busy: set[str] = field(default_factory=set)  # channels that may be sending
    idle: threading.Condition = field(default_factory=threading.Condition)  # notified when `busy` shrinks

    def run(self) -> DeliverReport:
        now = self.clock()
        channels = [channel for channel in self.settings.channels if self.gate.open(channel.id, now)]
        # Busy from the start: no channel ends before all have looked once.
        self.busy = {channel.id for channel in channels}
        started = [_start(f"deliver-{channel.id}", partial(self._drain, channel)) for channel in channels]
        outcomes: list[DeliveryOutcome] = []
        problems: list[BaseException] = []
        for future, thread in started:
            while thread.is_alive() and not self.stop.is_set():
                thread.join(0.2)
            if future.done():
                problem = future.exception()
                if problem is not None:
                    problems.append(problem)
                else:
                    outcomes += future.result()
        if problems:
            raise problems[0]
        return DeliverReport(tuple(outcomes))

    def _drain(self, channel: Channel) -> list[DeliveryOutcome]:
        outcomes: list[DeliveryOutcome] = []
        failures = 0
        over = False
        try:
            while not self.stop.is_set():
                claimed = self.outbox.claim(self.clock(), channel=channel.id, limit=1, lease=self.lease)
                if not claimed:
                    if over:
                        break
                    self._set_idle(channel)
                    with self.idle:
                        # One more look: the last send of another channel may have queued a notice for this one.
                        over = self.idle.wait_for(lambda: not self.busy, LOOK_AGAIN.total_seconds())
                    continue
                over = False
                self.busy.add(channel.id)
                failing = False
                # Alerts of a batch that reached different recipients are separate messages.
                for group in _group_by_recipients(claimed):
                    answer, state, again = self._attempt(channel, group)
                    outcomes += [DeliveryOutcome(delivery, state, answer.text) for delivery in group]
                    failures = failures + 1 if state == "pending" and not answer.partly else 0
                    failing |= again is not None and self._pause(channel, answer, failures, again)
                if failing:
                    break
        finally:
            self._set_idle(channel)
        return outcomes

    def _set_idle(self, channel: Channel) -> None:
        with self.idle:
            self.busy.discard(channel.id)
            self.idle.notify_all()

    def _attempt(
        self, channel: Channel, deliveries: Sequence[Delivery]
    ) -> tuple[DeliveryResult, State, datetime | None]:
        """Sends one message (one delivery or a batch) and records the attempt."""
        began = self.clock()
        start = time.monotonic()
        with tracing.span("delivery", channel=channel.id, subject=deliveries[0].subject_id) as span:
            answer, outcome, silence = self._send_in_time(channel, deliveries)
            span.set(ok=answer.ok, uncertain=answer.uncertain)
        seconds = time.monotonic() - start
        tries = max(delivery.attempts for delivery in deliveries) + 1
        again = next_attempt_at(tries, answer, self.clock(), self.generator)
        if answer.uncertain and not deliveries[0].may_repeat:
            again = None
        known = {recipient.name: recipient for recipient in deliveries[0].recipients}
        recipients = recipient_list.recipients_after(known, outcome, silence, last=again is None)
        states = {recipient.state for recipient in recipients}
        if not recipients:  # it hung before the first recipient
            states = {"pending" if again is not None else "dead"}
        if "pending" in states and again is None:
            again = self.clock() + BEHIND_EARLIER
        elif "pending" not in states:
            again = None
        state: State = "pending" if "pending" in states else "dead" if "dead" in states else "sent"
        self.outbox.record(
            [delivery.id for delivery in deliveries],
            Attempt(
                began, answer.ok, answer.text, round(seconds, 3), answer.uncertain, answer.handle, recipients
            ),
            state=state,
            next_attempt_at=again,
        )
        (log.info if answer.ok else log.warning)(
            "delivery",
            channel=channel.id,
            subject=deliveries[0].subject_id,
            together=len(deliveries),
            state=state,
            attempt=tries,
            answer=answer.text,
            next_attempt_at=again.isoformat(timespec="seconds") if again else None,
        )
        return answer, state, again

    def _send_in_time(
        self, channel: Channel, deliveries: Sequence[Delivery]
    ) -> tuple[DeliveryResult, recipient_list.AttemptOutcome, DeliveryResult | None]:
        """The combined result, the results of the recipients, and the result for recipients that gave no answer."""
        rosters: list[Roster] = []
        future, thread = _start(f"send-{channel.id}", partial(self._send, channel, deliveries, rosters))
        thread.join(self.limit.total_seconds())
        if thread.is_alive():
            self.gate.stuck[channel.id] = thread
            text = f"no answer within {self.limit.total_seconds():.0f} s"
            silence = DeliveryResult(False, text, uncertain=True)
            outcome = recipient_list.combine_rosters(list(rosters), complete=False)
            return (
                recipient_list.summary(
                    {**outcome.answers, **dict.fromkeys(outcome.unanswered, silence)}, silence
                ),
                outcome,
                silence,
            )
        problem = future.exception()
        if problem is None:
            outcome = recipient_list.combine_rosters(rosters, complete=True)
            return recipient_list.summary(outcome.answers, future.result()), outcome, None
        if isinstance(problem, TrackerError):
            broken = DeliveryResult(False, problem.line())
        else:
            # An internal error must neither stop the other messages nor lose this one. Its text is not logged,
            # because it may contain the channel's URL.
            log.error("internal error in delivery", channel=channel.id, problem=type(problem).__name__)
            broken = DeliveryResult(False, f"internal: {type(problem).__name__}")
        if not any(entry.seen for entry in rosters):
            rosters.append(Roster(answers={ONLY: broken}))
        outcome = recipient_list.combine_rosters(rosters, complete=False)
        return recipient_list.summary(outcome.answers, broken), outcome, broken

    def _send(
        self, channel: Channel, deliveries: Sequence[Delivery], rosters: list[Roster]
    ) -> DeliveryResult:
        first = deliveries[0]
        return send_copies(
            channel, partial(self.compose, channel, deliveries), self.send,
            known=first.recipients, blocked=first.blocked, repeated=first.repeated,
            rotated=self.gate.rotated, rosters=rosters,
        )  # fmt: skip

    def _pause(self, channel: Channel, answer: DeliveryResult, failures: int, again: datetime) -> bool:
        """Pauses a failing channel; True where it gets nothing more in this round. A channel that accepted the
        message for some recipients is not failing."""
        if answer.partly:
            return False
        if answer.retry_after is not None:
            self.gate.paused[channel.id] = again
            return True
        if answer.uncertain or failures >= FAILURES:
            self.gate.paused[channel.id] = min(again, self.clock() + LONGEST_PAUSE)
            return True
        return False


def _group_by_recipients(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """The deliveries in groups that go to the same recipients."""
    found: dict[object, list[Delivery]] = {}
    for delivery in deliveries:
        states = frozenset((one.name, one.state, one.repeated) for one in delivery.recipients)
        found.setdefault((states, delivery.blocked, delivery.recipients and delivery.repeated), []).append(
            delivery
        )
    return list(found.values())


def _start(name: str, work: Callable[[], T]) -> tuple[Future[T], threading.Thread]:
    """Runs work on a daemon thread, so that work that hangs forever does not block the end of the program. Its log lines
    and spans are those of the caller's task."""
    future: Future[T] = Future()
    context = copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as problem:  # noqa: BLE001 - raised by the future
            future.set_exception(problem)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return future, thread
