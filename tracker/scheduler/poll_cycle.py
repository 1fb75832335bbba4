"""One cycle: claims sources, catches up after outages, polls the sources in parallel, records the results, and
sends the deliveries that are due."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from tracker import tracing
from tracker.alerts import incidents, watch_list
from tracker.config.models import Settings, Source
from tracker.errors import StoreError, TrackerError
from tracker.http.client import Client
from tracker.ingest import poll
from tracker.ingest.poll import PollContext, PollReport
from tracker.logs import Logger
from tracker.model import Change, Language, Notice, Operation
from tracker.sandbox import pool as readers
from tracker.scheduler import catch_up, outages
from tracker.scheduler.catch_up import CatchUpResult
from tracker.scheduler.schedule import next_poll_at
from tracker.scheduler.shared_rate import SharedRateLimiter
from tracker.serialization import format_instant
from tracker.storage import changes, corrections, notices, page_states, predictions, source_state
from tracker.storage.database import Store
from tracker.storage.outbox import Outbox
from tracker.storage.read_queries import open_reader
from tracker.storage.recipient_queries import stranded

if TYPE_CHECKING:
    from tracker.http.recording import ReplayTransport
    from tracker.notifications.delivery import DeliverReport, DeliveryGate
    from tracker.rendering.alert_message import LabeledFact

WORKERS = 8
SLOW = 2  # of the workers, for sources whose last poll was slow, so that slow sources do not delay the others
SLOW_SECONDS = 10.0
_BATCH = 64  # outcomes recorded in one transaction: those that a kill loses are polled again
_TOGETHER = 0.05  # seconds
MARGIN = timedelta(minutes=1)
_FRESH = MARGIN / 2  # after the claim of a batch, until which its lease lasts for a poll that begins

log = Logger()


def lease_owner() -> str:
    """The name of this process as the owner of leases: host, process id, and a random part, as ids are used again."""
    return f"{socket.gethostname()}:{os.getpid()}:{_NONCE}"


_NONCE = uuid.uuid4().hex[:8]


def make_context(
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    transport: ReplayTransport | None = None,
) -> PollContext:
    """Return the context of every poll. `transport` replaces the network."""
    source_state.ensure(store, [source.id for source in settings.sources])
    settings = watch_list.applied(settings, store)
    client = Client(
        literal_hosts=settings.literal_hosts(), hosts=settings.hosts, contact=settings.contact, clock=now,
        limiter=None if store.url is None else SharedRateLimiter(settings.hosts, store), transport=transport,
    )  # fmt: skip
    with open_reader(store.state) as reader:
        left = stranded(reader.connection, [channel.id for channel in settings.channels])
    for channel, number in left.items():
        log.warning(
            "messages wait for a channel that is not in the settings", channel=channel, messages=number,
            cure="tracker redeliver --to CHANNEL",
        )  # fmt: skip
    return PollContext(settings, store, client, now)


def release_stale_leases(store: Store) -> None:
    """Releases the leases of processes of this machine that have ended: their sources are due again at once."""
    host, pid, _ = lease_owner().rsplit(":", 2)
    dead = []
    for holder in source_state.lease_owners(store):
        name, other, _ = holder.rsplit(":", 2)
        if name == host and holder != lease_owner() and (other == pid or not _alive(int(other))):
            dead.append(holder)
    if dead:
        source_state.release_leases_of(store, dead)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def run(
    sources: Sequence[Source],
    context: PollContext,
    *,
    accept: bool = False,
    stop: threading.Event | None = None,
    claimed: bool = False,
) -> Iterator[PollReport]:
    """Polls these sources in parallel and yields each report once it is recorded. A source that another process is polling
    is reported as busy. Every poll ends within the source's own time limit, whatever the others do."""
    release_stale_leases(context.store)
    now = context.now()
    by_id = {source.id: source for source in sources}
    if not claimed:
        longest = max((source.time_limit for source in sources), default=timedelta()) + MARGIN
        got = set(
            source_state.claim_sources(
                context.store, list(by_id), owner=lease_owner(), now=now, lease=longest, due_only=False
            )
        )
        for name in by_id:
            if name not in got:
                yield _busy(name)
        by_id = {name: source for name, source in by_id.items() if name in got}
    known = source_state.load_resources(context.store, list(by_id))
    pages = page_states.load(context.store, list(by_id))
    states = source_state.source_states(context.store, list(by_id))
    slow = source_state.slow(context.store, list(by_id), SLOW_SECONDS)

    def claim(source: Source, lease: timedelta) -> bool:
        """A lease counts from the start of a step: that of the batch may run out after the source has waited."""
        return bool(
            source_state.claim_sources(
                context.store,
                [source.id],
                owner=lease_owner(),
                now=context.now(),
                lease=lease,
                due_only=False,
            )
        )

    def one(source: Source) -> PollReport:
        if stop is not None and stop.is_set():
            return PollReport(source.id, state="stopped", reason="the tracker is stopping")
        state, resources = states[source.id], known.pop(source.id)
        caught_up, held = CatchUpResult(), timedelta() <= context.now() - now < _FRESH
        last = state.last_success_at
        if last is not None and catch_up.is_due(source, last, context.now()):
            if not claim(source, catch_up.LEASE):
                return _busy(source.id)
            caught_up = catch_up.catch_up(source, last, context)
            resources = source_state.load_resources(context.store, [source.id])[source.id]
            pages.update(page_states.load(context.store, [source.id]))
            held = False
        if not held and not claim(source, source.time_limit + MARGIN):
            return _busy(source.id)
        with (
            tracing.span("poll", source=source.id) as span,
            readers.bounded(seconds=source.time_limit.total_seconds(), slow=source.id in slow),
        ):
            report = poll.poll(source, context, state, resources, pages.pop(source.id), accept=accept)
            span.set(state=report.state, requests=report.requests, changes=len(report.changes))
        report.alerts += caught_up.alerts
        for change in caught_up.changes:
            poll.count_change(report, change, change.detected_at)
        return report

    share = min(SLOW, len(slow))
    with (
        ThreadPoolExecutor(max(1, min(WORKERS - share, len(by_id))), "poll") as quick_pool,
        ThreadPoolExecutor(max(1, share), "poll-slow") as slow_pool,
    ):
        finished: SimpleQueue[tuple[Source, Future[PollReport]]] = SimpleQueue()
        for source in by_id.values():
            # Log lines and spans of a thread are those of the caller's task.
            future = (slow_pool if source.id in slow else quick_pool).submit(copy_context().run, one, source)
            future.add_done_callback(lambda future, source=source: finished.put((source, future)))  # type: ignore[misc]
        done: list[PollReport] = []
        left = len(by_id)
        while left or done:
            try:
                # Polls that end in quick succession are recorded in one transaction.
                source, future = finished.get(timeout=_TOGETHER if done else None)
            except Empty:
                _finish(done, by_id, states, context)
                yield from done
                done = []
                continue
            done.append(_result(future, source))
            left -= 1
            if len(done) >= _BATCH or not left:
                _finish(done, by_id, states, context)
                yield from done
                done = []


def within_share(due: Sequence[str], polling: Iterable[str], slow: set[str]) -> list[str]:
    """The due sources that may be polled now: all but slow ones beyond their share of the workers. Pure."""
    room = SLOW - len(slow.intersection(polling))
    found = []
    for name in due:
        if name in slow:
            room -= 1
            if room < 0:
                continue
        found.append(name)
    return found


def _busy(source: str) -> PollReport:
    return PollReport(source, state="busy", reason="another process is polling it")


def _result(future: Future[PollReport], source: Source) -> PollReport:
    try:
        return future.result()
    except TrackerError as error:
        return PollReport(
            source.id,
            state="failing",
            reason=error.line(),
            errors=[{"key": "", "url": "", "error": error.line()}],
        )
    except Exception as error:
        log.exception("poll crashed", source=source.id)
        line = f"defect in tracker: {type(error).__name__}: {error}"
        return PollReport(
            source.id, state="failing", reason=line, errors=[{"key": "", "url": "", "error": line}]
        )


def _finish(
    reports: Iterable[PollReport],
    sources: dict[str, Source],
    states: dict[str, source_state.SourceState],
    context: PollContext,
) -> None:
    now = context.now()
    outcomes = []
    for report in reports:
        if report.state == "busy":
            continue  # the process that polls it records the outcome
        source = sources[report.source]
        failures = 0 if report.ok else states[report.source].consecutive_failures + 1
        planned = (
            None
            if report.state == "stopped"
            else next_poll_at(source, now, failures=failures, retry_after=report.retry_after)
        )
        outcomes.append(
            source_state.Outcome(
                id=report.source,
                state=states[report.source].state if report.state == "stopped" else report.state,
                reason=report.reason,
                ok=report.ok,
                at=now,
                next_poll_at=planned,
                report={**report.json(), "at": format_instant(now)},
            )
        )
    with context.store.write() as connection:
        source_state.record_outcomes(context.store, outcomes, owner=lease_owner())
        _settle(connection, context, now)


def _settle(connection: Connection, context: PollContext, now: datetime) -> None:
    """Opens and closes incidents by the current states of all enabled sources. Without a failure there is none to open, and
    without an open one none to close."""
    if not source_state.any_failed(connection) and not incidents.open_subjects(connection):
        return
    hosts = {
        source.id: urlsplit(source.base_url or source.url).netloc.lower()
        for source in context.settings.sources
        if source.enabled
    }
    polled = [
        outages.Polled(
            row.id, hosts[row.id], row.consecutive_failures, row.state, row.reason,
            row.cause or {}, row.since, _ended(row), row.last_success_at,
        )
        for row in source_state.health(connection)
        if row.id in hosts
    ]  # fmt: skip
    found = outages.outages(polled, incidents.open_subjects(connection))
    incidents.settle(connection, found, context.settings.channels_for_outages(), now, hosts)


def _ended(row: Any) -> datetime | None:
    """When the last poll of a source ended; where that is unknown, when it began."""
    ended: datetime | None = datetime.fromisoformat(row.ended) if row.ended else row.last_attempt_at
    return ended


def deliver_due(
    context: PollContext, *, gate: DeliveryGate | None = None, stop: threading.Event | None = None
) -> DeliverReport:
    """Sends the deliveries that are due."""
    from tracker.notifications.delivery import DeliverReport

    outbox = Outbox(context.store, incidents.channel_watch(context.settings.channels_for_outages()))
    if not outbox.any_due(context.now()):
        return DeliverReport()
    # What composes messages is imported for the first of them: it costs 0.15 s.
    from tracker.answers.japanese_items import item_facts
    from tracker.notifications.alert_messages import deliver_alerts
    from tracker.rendering.as_amended_text import amended_facts, compared_facts
    from tracker.rendering.redlines.stored import load_redline, with_texts
    from tracker.stories.related import made_by
    from tracker.stories.story_text import made_by_facts

    def lookup(change_id: str, _revision: int) -> Change | Notice:
        with context.store.read() as connection:
            stored = changes.get(connection, change_id)
            found = (
                corrections.with_leading(connection, stored) if stored else notices.get(connection, change_id)
            )
        if found is None:
            raise StoreError(
                f"a delivery names {change_id}, which is not stored", cure="run `tracker verify`"
            )
        return found

    def compared(change_id: str) -> tuple[Operation, ...]:
        with context.store.read() as connection:
            return changes.operations(connection, change_id)

    def redline(change: Change, language: Language) -> bytes:
        from tracker.rendering.redlines import docx  # python-docx is loaded only for Word files

        with context.store.read() as connection:
            found = load_redline(connection, change, now=context.now(), timezone=context.settings.timezone)
            found = with_texts(connection, change, found) or found
        return docx.render(found, language)

    def makers(change: Change, language: Language) -> tuple[LabeledFact, ...]:
        with context.store.read() as connection:
            return (
                *item_facts(connection, change, language),
                *made_by_facts(made_by(connection, change), language),
                *amended_facts(change, predictions.of_change(connection, change.id), language),
                *compared_facts(predictions.shown_by(connection, change.id), language),
            )

    return deliver_alerts(
        outbox,
        lookup,
        context.settings,
        context.now(),
        context.now,
        gate=gate,
        stop=stop,
        compared=compared,
        redline=redline,
        makers=makers,
    )
