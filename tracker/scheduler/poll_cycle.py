"""One cycle: claim sources, poll them side by side, write down how each ended, deliver what is owed."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Connection

from tracker.alerts import incidents
from tracker.clock import legal_day
from tracker.config.models import Settings, Source
from tracker.errors import FetchError, StoreError, TrackerError
from tracker.http.client import Client
from tracker.ingest import poll
from tracker.ingest.poll import PollContext, PollReport
from tracker.model import Change, Language, Notice, Operation
from tracker.notifications.delivery import DeliverReport, DeliveryGate, deliver
from tracker.reconciliation import gap_filling
from tracker.rendering.redlines.stored import load_redline
from tracker.sandbox import pool as readers
from tracker.scheduler import outages
from tracker.scheduler.schedule import next_poll_at
from tracker.serialization import format_instant
from tracker.sources import ecfr
from tracker.storage import changes, notices, outbox, source_state
from tracker.storage.database import Store
from tracker.storage.outbox import Outbox

WORKERS = 8
SLOW = 2  # of them, for sources whose last poll was slow: many of these leave the others their share
SLOW_SECONDS = 10.0
_BATCH = 64  # outcomes written in one transaction: losing some to a kill means polling them again, no more
_TOGETHER = 0.05  # seconds
MARGIN = timedelta(minutes=1)
CATCH_UP_AFTER = timedelta(days=2)  # without a poll that went well
BEHIND = timedelta(days=7)  # that the eCFR may be behind the day on which it is asked

log = structlog.get_logger()


def lease_owner() -> str:
    """This process as holder of leases: host, process id, and a word of its own against reused ids."""
    return f"{socket.gethostname()}:{os.getpid()}:{_NONCE}"


_NONCE = uuid.uuid4().hex[:8]


def make_context(settings: Settings, store: Store, now: Callable[[], datetime]) -> PollContext:
    source_state.ensure(store, [source.id for source in settings.sources])
    client = Client(
        literal_hosts=settings.literal_hosts(), hosts=settings.hosts, contact=settings.contact, clock=now
    )
    with store.read() as connection:
        left = outbox.stranded(connection, [channel.id for channel in settings.channels])
    for channel, number in left.items():
        log.warning(
            "alerts wait for a channel that is not in the settings", channel=channel, alerts=number,
            cure="tracker redeliver --to CHANNEL",
        )  # fmt: skip
    return PollContext(settings, store, client, now)


def release_stale_leases(store: Store) -> None:
    """Leases of processes of this machine that are no more: their sources are due again at once."""
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
    """Polls these sources side by side and yields each report once it is written down. What another process is polling just
    now is reported as busy. Every source ends within its own time limit, whatever the others do."""
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
                yield PollReport(name, state="busy", reason="another process is polling it")
        by_id = {name: source for name, source in by_id.items() if name in got}
    known = source_state.load_resources(context.store, list(by_id))
    standing = source_state.source_states(context.store, list(by_id))
    slow = source_state.slow(context.store, list(by_id), SLOW_SECONDS)

    def one(source: Source) -> PollReport:
        if stop is not None and stop.is_set():
            return PollReport(source.id, state="stopped", reason="the tracker is stopping")
        # The lease of the batch may have run out while this source waited for its turn.
        lease = source.time_limit + MARGIN
        if not source_state.claim_sources(
            context.store, [source.id], owner=lease_owner(), now=context.now(), lease=lease, due_only=False
        ):
            return PollReport(source.id, state="busy", reason="another process is polling it")
        before = _catch_up(source, standing[source.id], context)
        remembered = known.pop(source.id)
        if before:
            remembered = source_state.load_resources(context.store, [source.id])[source.id]
        with readers.bounded(seconds=source.time_limit.total_seconds(), slow=source.id in slow):
            report = poll.poll(source, context, standing[source.id], remembered, accept=accept)
        report.alerts += sum(gap.alerts for gap in before)
        for gap in before:
            if gap.change is not None:
                poll.count_change(report, gap.change, gap.change.detected_at)
        return report

    share = min(SLOW, len(slow))
    with (
        ThreadPoolExecutor(min(WORKERS - share, max(1, len(by_id))), "poll") as quick_pool,
        ThreadPoolExecutor(max(1, share), "poll-slow") as slow_pool,
    ):
        finished: SimpleQueue[tuple[Source, Future[PollReport]]] = SimpleQueue()
        for source in by_id.values():
            future = (slow_pool if source.id in slow else quick_pool).submit(one, source)
            future.add_done_callback(lambda future, source=source: finished.put((source, future)))  # type: ignore[misc]
        done: list[PollReport] = []
        left = len(by_id)
        while left or done:
            try:
                # What ends in quick succession is written down together; what waits for nobody, at once.
                source, future = finished.get(timeout=_TOGETHER if done else None)
            except Empty:
                _finish(done, by_id, standing, context)
                yield from done
                done = []
                continue
            done.append(_result(future, source))
            left -= 1
            if len(done) >= _BATCH or not left:
                _finish(done, by_id, standing, context)
                yield from done
                done = []


def within_share(due: Sequence[str], polling: Iterable[str], slow: set[str]) -> list[str]:
    """Of the sources that are due, those that may be polled now: all but slow ones beyond their share. Pure."""
    room = SLOW - len(slow.intersection(polling))
    found = []
    for name in due:
        if name in slow:
            room -= 1
            if room < 0:
                continue
        found.append(name)
    return found


def _catch_up(
    source: Source, state: source_state.SourceState, context: PollContext
) -> Sequence[gap_filling.FilledGap]:
    """After an outage, the states that the code had meanwhile, oldest first, so that each is told by itself: a poll sees the
    last one only. None where there was no outage, or where it lasts, and then the poll says why."""
    last, now = state.last_success_at, context.now()
    if source.kind != ecfr.KIND.name or last is None or now - last < CATCH_UP_AFTER:
        return ()
    try:
        return gap_filling.audit(source, context, legal_day(last) - BEHIND).gaps
    except FetchError:
        return ()


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
    standing: dict[str, source_state.SourceState],
    context: PollContext,
) -> None:
    now = context.now()
    outcomes = []
    for report in reports:
        if report.state == "busy":
            continue  # whoever polls it writes how that ended
        source = sources[report.source]
        failures = 0 if report.ok else standing[report.source].consecutive_failures + 1
        planned = (
            None
            if report.state == "stopped"
            else next_poll_at(source, now, failures=failures, retry_after=report.retry_after)
        )
        outcomes.append(
            source_state.Outcome(
                id=report.source,
                state=standing[report.source].state if report.state == "stopped" else report.state,
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
    """Opens and closes incidents by how all sources that are watched stand now."""
    hosts = {
        source.id: urlsplit(source.base_url or source.url).netloc.lower()
        for source in context.settings.sources
        if source.enabled
    }
    polled = [
        outages.Polled(
            row.id, hosts[row.id], row.consecutive_failures, row.state, row.reason,
            (row.last_report or {}).get("cause") or {}, row.since, _ended(row), row.last_success_at,
        )
        for row in source_state.rows(connection)
        if row.id in hosts
    ]  # fmt: skip
    found = outages.outages(polled, incidents.lasting(connection))
    incidents.settle(connection, found, context.settings.outage_channels(), now, hosts)


def _ended(row: Any) -> datetime | None:
    """When the last poll of a source ended; of one that an older version wrote down, when it began."""
    at = (row.last_report or {}).get("at")
    ended: datetime | None = datetime.fromisoformat(at) if at else row.last_attempt_at
    return ended


def deliver_due(
    context: PollContext, *, traffic: DeliveryGate | None = None, stop: threading.Event | None = None
) -> DeliverReport:
    """Sends what is owed to the channels now."""

    def lookup(change_id: str, _revision: int) -> Change | Notice:
        with context.store.read() as connection:
            found = changes.get(connection, change_id) or notices.get(connection, change_id)
        if found is None:
            raise StoreError(
                f"{change_id} is owed to a channel, but is not stored", cure="run `tracker verify`"
            )
        return found

    def compared(change_id: str) -> tuple[Operation, ...]:
        with context.store.read() as connection:
            return changes.operations(connection, change_id)

    def redline(change: Change, language: Language) -> bytes:
        from tracker.rendering.redlines import docx  # python-docx is loaded where somebody wants Word files

        with context.store.read() as connection:
            found = load_redline(connection, change, now=context.now(), timezone=context.settings.timezone)
        return docx.render(found, language)

    return deliver(
        Outbox(context.store, incidents.channel_watch(context.settings.outage_channels())),
        lookup,
        context.settings,
        context.now(),
        context.now,
        traffic=traffic,
        stop=stop,
        compared=compared,
        redline=redline,
    )
