"""Sends what the outbox owes: claim, send, record, one thread for each channel.

A claim is stored before its message is sent. Whoever dies in between leaves a claim behind whose lease
runs out; the message then goes out once more and says that it may be a repetition. A channel that hangs
or fails holds up nobody else: it stops for this round, the others go on, and look for new work as long
as it keeps the round open.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from tracker.config.models import Channel, Settings
from tracker.errors import TrackerError
from tracker.model import Attempt, Change, Delivery, Notice, Operation
from tracker.notifications import attachments, recipient_list
from tracker.notifications import targets as places
from tracker.notifications.attachments import Rendered
from tracker.notifications.channels.webhook import notice_record
from tracker.notifications.delivery_result import LONGEST_RETRY_AFTER, DeliveryResult, next_attempt_at
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.outbox_protocol import Outbox, State
from tracker.notifications.recipient_copies import send_copies
from tracker.notifications.recipient_list import Roster
from tracker.recipients import ONLY
from tracker.rendering.alert_message import build_message
from tracker.rendering.excerpt import changed_passages
from tracker.rendering.notice_message import combine_notices, notice_message
from tracker.serialization import change_to_json

# A send that takes longer is given up (its thread is left to its fate) well before its lease ends.
SEND_LIMIT = timedelta(seconds=45)
LEASE = timedelta(seconds=90)
# After so many failures in a row it is the channel that is ill, not the message.
FAILURES = 2
LONGEST_HOLD = timedelta(minutes=5)
HELD_AT_MOST = LONGEST_RETRY_AFTER * 2  # a moment further ahead comes from a clock that was set back since
# When a message is looked at again whose recipients wait for an earlier one of its story.
BEHIND_EARLIER = timedelta(minutes=1)
# How often a channel with nothing to do looks again while another keeps the round open.
LOOK_AGAIN = timedelta(seconds=1)

T = TypeVar("T")
Lookup = Callable[[str, int], Change | Notice]
Send = Callable[[Channel, OutboundMessage], DeliveryResult]
Compared = Callable[[str], Sequence[Operation]]

log = structlog.get_logger()


@dataclass(slots=True)
class DeliveryGate:
    """What one process knows about its channels from one round to the next: which are left alone until
    when, which still have a send in flight that was given up, and which secrets were rotated since the settings
    were read."""

    held: dict[str, datetime] = field(default_factory=dict)
    stuck: dict[str, threading.Thread] = field(default_factory=dict)
    rotated: dict[Channel, Channel] = field(default_factory=dict)  # with secrets newer than the settings'

    def open(self, channel_id: str, now: datetime) -> bool:
        until = self.held.get(channel_id)
        thread = self.stuck.get(channel_id)
        held = until is not None and now < until <= now + HELD_AT_MOST
        return not held and (thread is None or not thread.is_alive())


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """One channel in one round. `retrying` were not taken and will be tried again."""

    channel: str
    sent: int = 0
    retrying: int = 0
    dead: int = 0
    repeated: int = 0
    answer: str = ""  # the last one that was no success


@dataclass(frozen=True, slots=True)
class DeliverReport:
    channels: tuple[ChannelReport, ...] = ()

    @property
    def sent(self) -> int:
        return sum(channel.sent for channel in self.channels)

    @property
    def retrying(self) -> int:
        return sum(channel.retrying for channel in self.channels)

    @property
    def dead(self) -> int:
        return sum(channel.dead for channel in self.channels)

    @property
    def ok(self) -> bool:
        return not self.retrying and not self.dead


def deliver(
    outbox: Outbox,
    lookup: Lookup,
    settings: Settings,
    now: datetime,
    clock: Callable[[], datetime],
    *,
    traffic: DeliveryGate | None = None,
    stop: threading.Event | None = None,
    send: Send = places.send,
    limit: timedelta = SEND_LIMIT,
    compared: Compared = lambda _: (),
    redline: Rendered | None = None,
) -> DeliverReport:
    """One round: sends everything that is due, and returns when no channel has more to do.

    `now` is the moment that messages speak as of; `clock` times claims and attempts. `lookup` gives the
    change of a delivery. Pass the same `traffic` to every round of a process, so that a channel that
    asked for time gets it. When `stop` is set the round ends without waiting for sends in flight; their
    leases bring them back. `compared` gives the differences that a change was found by, `redline`
    the Word file of them, for channels that want it. Raises what `outbox` raised, after the other channels have done their work.
    """
    round_ = _DeliveryRound(
        outbox,
        lookup,
        settings,
        now,
        clock,
        traffic or DeliveryGate(),
        stop or threading.Event(),
        send,
        limit,
        compared,
        redline,
    )
    return round_.run()


@dataclass(slots=True)
class _DeliveryRound:
    outbox: Outbox
    lookup: Lookup
    settings: Settings
    now: datetime
    clock: Callable[[], datetime]
    traffic: DeliveryGate
    stop: threading.Event
    send: Send
    limit: timedelta
    compared: Compared
    redline: Rendered | None
    chance: random.Random = field(default_factory=random.Random)
    busy: set[str] = field(default_factory=set)  # channels that may have a delivery in hand
    idle: threading.Condition = field(default_factory=threading.Condition)  # told when `busy` shrinks

    def run(self) -> DeliverReport:
        now = self.clock()
        channels = [channel for channel in self.settings.channels if self.traffic.open(channel.id, now)]
        # Busy from the start: nobody shall go home before everybody has looked once.
        self.busy = {channel.id for channel in channels}
        started = [_start(f"deliver-{channel.id}", partial(self._drain, channel)) for channel in channels]
        reports = []
        problems: list[BaseException] = []
        for future, thread in started:
            while thread.is_alive() and not self.stop.is_set():
                thread.join(0.2)
            if future.done():
                problem = future.exception()
                if problem is not None:
                    problems.append(problem)
                else:
                    reports.append(future.result())
        if problems:
            raise problems[0]
        return DeliverReport(tuple(reports))

    def _drain(self, channel: Channel) -> ChannelReport:
        report = ChannelReport(channel.id)
        failures = 0
        over = False
        try:
            while not self.stop.is_set():
                claimed = self.outbox.claim(self.clock(), channel=channel.id, limit=1, lease=LEASE)
                if not claimed:
                    if over:
                        break
                    self._rest(channel)
                    with self.idle:
                        # What the last of the others made owed to this channel is looked for once more.
                        over = self.idle.wait_for(lambda: not self.busy, LOOK_AGAIN.total_seconds())
                    continue
                over = False
                self.busy.add(channel.id)
                ill = False
                # Alerts of a batch that have reached different recipients are different messages.
                for alike in _alike(claimed):
                    answer, state, again = self._tried(channel, alike)
                    report = _counted(report, alike, answer, state)
                    failures = failures + 1 if state == "pending" and not answer.partly else 0
                    ill |= again is not None and self._ill(channel, answer, failures, again)
                if ill:
                    break
        finally:
            self._rest(channel)
        return report

    def _rest(self, channel: Channel) -> None:
        with self.idle:
            self.busy.discard(channel.id)
            self.idle.notify_all()

    def _tried(
        self, channel: Channel, deliveries: Sequence[Delivery]
    ) -> tuple[DeliveryResult, State, datetime | None]:
        """Sends one message, which is one delivery or a batch, and records what came of it."""
        began = self.clock()
        start = time.monotonic()
        answer, try_, silence = self._sent(channel, deliveries)
        seconds = time.monotonic() - start
        tries = max(delivery.attempts for delivery in deliveries) + 1
        again = next_attempt_at(tries, answer, self.clock(), self.chance)
        known = {recipient.name: recipient for recipient in deliveries[0].recipients}
        recipients = recipient_list.after(known, try_, silence, last=again is None)
        states = {recipient.state for recipient in recipients}
        if not recipients:  # it hung before any recipient was asked for
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
            change=deliveries[0].change_id,
            together=len(deliveries),
            state=state,
            attempt=tries,
            answer=answer.text,
            next_attempt_at=again.isoformat(timespec="seconds") if again else None,
        )
        return answer, state, again

    def _sent(
        self, channel: Channel, deliveries: Sequence[Delivery]
    ) -> tuple[DeliveryResult, recipient_list.Try, DeliveryResult | None]:
        """The answer as a whole, those of the recipients, and what counts as the answer of those that gave none."""
        rosters: list[Roster] = []
        future, thread = _start(f"send-{channel.id}", partial(self._send, channel, deliveries, rosters))
        thread.join(self.limit.total_seconds())
        if thread.is_alive():
            self.traffic.stuck[channel.id] = thread
            said = f"no answer within {self.limit.total_seconds():.0f} s"
            silence = DeliveryResult(False, said, uncertain=True)
            try_ = recipient_list.gathered(list(rosters), complete=False)
            return (
                recipient_list.summary({**try_.answers, **dict.fromkeys(try_.unanswered, silence)}, silence),
                try_,
                silence,
            )
        problem = future.exception()
        if problem is None:
            try_ = recipient_list.gathered(rosters, complete=True)
            return recipient_list.summary(try_.answers, future.result()), try_, None
        if isinstance(problem, TrackerError):
            broken = DeliveryResult(False, problem.line())
        else:
            # What goes wrong over one message must not stop the others, nor lose it. The problem's own text
            # is not shown: it may hold the channel's address.
            log.error("delivery failed inside", channel=channel.id, problem=type(problem).__name__)
            broken = DeliveryResult(False, f"internal: {type(problem).__name__}")
        if not any(entry.seen for entry in rosters):
            rosters.append(Roster(answers={ONLY: broken}))
        try_ = recipient_list.gathered(rosters, complete=False)
        return recipient_list.summary(try_.answers, broken), try_, broken

    def _send(
        self, channel: Channel, deliveries: Sequence[Delivery], rosters: list[Roster]
    ) -> DeliveryResult:
        first = deliveries[0]
        return send_copies(
            channel, partial(self._message, channel, deliveries), self.send,
            known=first.recipients, blocked=first.blocked, repeated=first.repeated,
            rotated=self.traffic.rotated, rosters=rosters,
        )  # fmt: skip

    def _message(self, channel: Channel, deliveries: Sequence[Delivery], repeated: bool) -> OutboundMessage:
        # A change that was renewed while it waited is told once, as it is now.
        newest = {delivery.change_id: replace(delivery, repeated=repeated) for delivery in deliveries}
        parcels = [self._parcel(channel, delivery) for delivery in newest.values()]
        parcel = parcels[0] if len(parcels) == 1 else self._gathered(channel, parcels, deliveries, repeated)
        if self.settings.templates is not None and parcel.letter is None:
            from tracker.notifications import templates  # Jinja is loaded where somebody uses it

            parcel = replace(parcel, letter=templates.render_email(self.settings.templates, parcel))
        return parcel

    def _parcel(self, channel: Channel, delivery: Delivery) -> OutboundMessage:
        subject = self.lookup(delivery.change_id, delivery.revision)
        language = channel.language or self.settings.languages[0]
        if isinstance(subject, Notice):
            named = subject.data.get("change")
            about = self.lookup(named, 0) if named else None
            told = notice_message(
                subject,
                language,
                now=self.now,
                timezone=self.settings.timezone,
                viewer_url=self.settings.viewer_url,
                repeated=delivery.repeated,
                about=about if isinstance(about, Change) else None,
            )
            return OutboundMessage(
                told, notice_record(subject), delivery.key, delivery.story, delivery.thread
            )
        told = build_message(
            subject,
            language,
            now=self.now,
            timezone=self.settings.timezone,
            viewer_url=self.settings.viewer_url,
            update=delivery.revision > 1,
            repeated=delivery.repeated,
        )
        operations = self.compared(subject.id)
        told = replace(told, passages=changed_passages(operations))
        story = delivery.story or subject.document_number or subject.id
        parcel = OutboundMessage(told, change_to_json(subject), delivery.key, story, delivery.thread)
        if channel.redline and self.redline is not None:
            parcel = attachments.attach(parcel, subject, operations, self.settings.viewer_url, self.redline)
        return parcel

    def _gathered(
        self,
        channel: Channel,
        parcels: Sequence[OutboundMessage],
        deliveries: Sequence[Delivery],
        repeated: bool,
    ) -> OutboundMessage:
        """The batch as one message. Its key is that of its first delivery, so that a repetition has it too."""
        key = f"batch/{deliveries[0].key}"
        told = combine_notices(
            [parcel.message for parcel in parcels],
            channel.language or self.settings.languages[0],
            key=key,
            viewer_url=self.settings.viewer_url,
            repeated=repeated,
        )
        contents = {"id": key, "kind": "batch", "records": [parcel.record for parcel in parcels]}
        return OutboundMessage(told, contents, key, key, files=attachments.together(parcels))

    def _ill(self, channel: Channel, answer: DeliveryResult, failures: int, again: datetime) -> bool:
        """Whether the channel is left alone for the rest of the round, and for how long after it. One that took it for
        some of its recipients is well."""
        if answer.partly:
            return False
        if answer.retry_after is not None:
            self.traffic.held[channel.id] = again
            return True
        if answer.uncertain or failures >= FAILURES:
            self.traffic.held[channel.id] = min(again, self.clock() + LONGEST_HOLD)
            return True
        return False


def _alike(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """Deliveries of one message, together where the same recipients are to get it."""
    found: dict[object, list[Delivery]] = {}
    for delivery in deliveries:
        states = frozenset((one.name, one.state, one.repeated) for one in delivery.recipients)
        found.setdefault((states, delivery.blocked, delivery.recipients and delivery.repeated), []).append(
            delivery
        )
    return list(found.values())


def _counted(
    report: ChannelReport, deliveries: Sequence[Delivery], answer: DeliveryResult, state: State
) -> ChannelReport:
    number = len(deliveries)
    return replace(
        report,
        sent=report.sent + number * (state == "sent"),
        retrying=report.retrying + number * (state == "pending"),
        dead=report.dead + number * (state == "dead"),
        repeated=report.repeated + sum(delivery.repeated for delivery in deliveries),
        answer=report.answer if answer.ok else answer.text,
    )


def _start(name: str, work: Callable[[], T]) -> tuple[Future[T], threading.Thread]:
    """Runs work on a daemon thread: one that hangs for ever must not keep the program from ending."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as problem:  # noqa: BLE001 - handed to whoever waits for the future
            future.set_exception(problem)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return future, thread
