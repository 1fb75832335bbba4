"""The daemon on one machine. APScheduler only calls the jobs at intervals and stores nothing: what is due, and which
process does it, is in our own tables.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from tracker.alerts.watch_list import SettingsInUse
from tracker.assistants import compare, summarize
from tracker.assistants.model_client import ChatEndpoint
from tracker.clock import machine_now
from tracker.config.models import Settings, Source
from tracker.digest import schedule as digests
from tracker.errors import SettingsError, StateDamaged, StateLost, StoreError, TrackerError
from tracker.ingest.poll import PollReport
from tracker.logs import Logger
from tracker.notifications.delivery import DeliveryGate
from tracker.reconciliation import daily
from tracker.reconciliation.govinfo_crosscheck import IssueCache
from tracker.scheduler import poll_cycle, reload, reminders
from tracker.scheduler.schedule import load_checked, overdue
from tracker.storage import retention, source_state
from tracker.storage.database import Store

TICK_SECONDS = 1
DELIVER_SECONDS = 2
RELOAD_SECONDS = 2
WATCH_SECONDS = 60
DIGEST_SECONDS = 30
SUMMARIZE_SECONDS = 60
COMPARE_SECONDS = 120
COMPARE_FOR = 5.0  # seconds per round, so that a large history does not delay other jobs
RECONCILE_SECONDS = 60
PRUNE_SECONDS = 24 * 3600
STOP_SECONDS = 5  # for running polls to end; a restart releases their leases anyway

# What is done, every how many seconds, and how many times at once.
Job = tuple[Callable[[], None], int, int]
log = Logger()


class Daemon:
    """`run()` returns within seconds after SIGTERM, SIGINT or `stop.set()`. It raises StateLost or StateDamaged when the
    database was removed, replaced or damaged while it ran."""

    def __init__(
        self, settings: Settings, store: Store, now: Callable[[], datetime], *, allow_empty: bool = False
    ) -> None:
        """`allow_empty`: a reload accepts settings without any of the sources, channels or the sign-in that run now."""
        self.allow_empty = allow_empty
        self.stop = threading.Event()
        self.trouble: StoreError | None = None  # why the daemon ended by itself
        self.store = store
        self.now = now
        self.context = poll_cycle.make_context(settings, store, now)
        self._watch_list = SettingsInUse(store)
        self._seen = _stamp(settings.path)
        self._reload_wanted = threading.Event()
        self._logged: list[str] = []  # the logged reasons why the last reload failed
        self._polling: set[str] = set()
        self._guard = threading.Lock()
        self._delivering = threading.Lock()
        self._gate = DeliveryGate()
        self._asking = False
        self.count_job: Callable[[str, str, float], None] = lambda *_: None  # job, outcome, seconds

    def run(self, jobs: Iterable[Job] | None = None) -> None:
        """Run these jobs, or all of the daemon, at their intervals until it is stopped."""
        poll_cycle.release_stale_leases(self.store)
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(poll_cycle.WORKERS + 6)},
            job_defaults={"coalesce": True, "misfire_grace_time": None},
            timezone=UTC,
        )
        for job, seconds, instances in self.jobs() if jobs is None else jobs:
            scheduler.add_job(
                partial(self.run_job, job.__name__, job),
                "interval",
                seconds=seconds,
                max_instances=instances,
                next_run_time=machine_now(),
                id=job.__name__,
                name=job.__name__,
            )
        self._on_signals()
        scheduler.start()
        log.info("tracker runs", sources=len(self.enabled()), channels=len(self.context.settings.channels))
        try:
            while not self.stop.wait(0.2):
                pass
        finally:
            self.stop.set()
            log.info("stopping")
            scheduler.shutdown(wait=False)
            self._let_polls_end()
            self.context.client.close()
            log.info("stopped")
        if self.trouble is not None:
            raise self.trouble

    def jobs(self) -> list[Job]:
        """All jobs of the daemon on one machine."""
        return [
            *self.own_jobs(),
            # Ticks overlap on purpose: a slow source does not delay other due ones.
            (self.tick, TICK_SECONDS, poll_cycle.WORKERS),
            (self.deliver, DELIVER_SECONDS, 1),
            (self.watch, WATCH_SECONDS, 1),
            (self.send_digests, DIGEST_SECONDS, 1),
            (self.compare, COMPARE_SECONDS, 1),
            (self.reconcile, RECONCILE_SECONDS, 1),
            (self.summarize, SUMMARIZE_SECONDS, 1),
            (self.prune, PRUNE_SECONDS, 1),
        ]

    def own_jobs(self) -> list[Job]:
        """The jobs of every process, whatever its role."""
        return [
            (self.look_at_the_database, TICK_SECONDS, 1),
            (self.reload_if_changed, RELOAD_SECONDS, 1),
            (self.apply_watch_list, RELOAD_SECONDS, 1),
        ]

    def enabled(self) -> list[str]:
        return [source.id for source in self.context.settings.sources if source.enabled]

    def ask_for_reload(self) -> None:
        self._reload_wanted.set()

    def run_job(self, name: str, job: Callable[[], None]) -> None:
        """Runs a job. A lost or damaged database ends the daemon, because nothing could be stored any more. Other store
        errors (locked, disk full) are temporary: the next round of the job does the work."""
        began, outcome = time.monotonic(), "failed"
        try:
            job()
            outcome = "done"
        except (StateLost, StateDamaged) as error:
            if self.trouble is None:
                self.trouble = error
                log.critical("the database cannot be used any more; the tracker stops", reason=error.line())
            self.stop.set()
        except StoreError as error:
            outcome = "postponed"
            log.warning("job postponed", job=name, reason=error.line())
        finally:
            self.count_job(name, outcome, time.monotonic() - began)

    # --- jobs -----------------------------------------------------------------------------------

    def look_at_the_database(self) -> None:
        """Checks that the database file is still the one that was opened. Writes to a removed file would be lost."""
        self.store.still_there()

    def tick(self) -> None:
        """Polls the sources that are due and that no process is polling."""
        self._poll(self._claim_due())

    def poll(self, most: int) -> None:
        """Polls such sources until none is left. This process polls at most so many at once, in all of its rounds."""
        while claimed := self._claim_due(most):
            self._poll(claimed)

    def _claim_due(self, most: int | None = None) -> list[Source]:
        """The sources that are due and are this process's to poll: with those that it polls already at most `most`."""
        sources = {source.id: source for source in self.context.settings.sources if source.enabled}
        now = self.now()
        with self._guard:
            room = None if most is None else most - len(self._polling)
            if self.stop.is_set() or (room is not None and room <= 0):
                return []
            planned = source_state.planned(self.store, list(sources))
            due = [
                name
                for name, at in planned.items()
                if name not in self._polling and overdue(at, now, sources[name])
            ]
            if not due:
                return []
            # The longest overdue first, so that each slow source gets its turn.
            due.sort(key=lambda name: planned[name] or now)
            slow = source_state.slow(self.store, [*due, *self._polling], poll_cycle.SLOW_SECONDS)
            due = poll_cycle.within_share(due, self._polling, slow)
            if not due:
                return []
            claimed = source_state.claim_sources(
                self.store, due, owner=poll_cycle.lease_owner(), now=now,
                lease=max(sources[name].time_limit for name in due) + poll_cycle.MARGIN, due_only=False, limit=room,
            )  # fmt: skip
            self._polling.update(claimed)
        return [sources[name] for name in claimed]

    def _poll(self, claimed: list[Source]) -> None:
        alerts = 0
        try:
            for report in poll_cycle.run(claimed, self.context, stop=self.stop, claimed=True):
                _log_poll(report)
                self._polling.discard(report.source)
                alerts += report.alerts
        finally:
            self._polling.difference_update(source.id for source in claimed)
        # Not before: what the other polls found is not stored while a channel is slow to answer. Where a poll takes long, the
        # next round of deliveries sends what the others have queued.
        if alerts:
            self.deliver()

    def deliver(self) -> None:
        """Sends the deliveries that are due. A round that is still running picks up new ones itself."""
        if not self._delivering.acquire(blocking=False):
            return
        try:
            report = poll_cycle.deliver_due(self.context, gate=self._gate, stop=self.stop)
        finally:
            self._delivering.release()
        if report.sent or not report.ok:
            log.info("delivered", sent=report.sent, retrying=report.retrying, dead=report.dead)

    def send_digests(self) -> None:
        """Sends the weekly digests that are due, each once."""
        if self.context.settings.digest is not None and not self.stop.is_set():
            digests.send_due(self.context.settings, self.store, self.now, gate=self._gate, stop=self.stop)

    def watch(self) -> None:
        """Queues the notices that depend on time: deadlines, quiet sources, missing acknowledgements."""
        if reminders.send_reminders(self.context):
            self.deliver()

    def compare(self) -> None:
        """Compares changes in which the rules found nothing with known texts, where the settings enable it."""
        if self.context.settings.similarity and not self.stop.is_set():
            try:
                compare.compare_pending(self.store, self.now, COMPARE_FOR)
            except TrackerError as error:
                log.warning("not compared", reason=error.line())

    def reconcile(self) -> None:
        """Reconciles each source that is due, once a day. The source is not polled at the same time."""
        context, issues, reconciled = self.context, IssueCache(), False
        for source in context.settings.sources:
            if self.stop.is_set():
                return
            with self._guard:
                if source.id in self._polling or not daily.is_due(source, context):
                    continue
                self._polling.add(source.id)
            try:
                done = daily.reconcile(source, context, issues)
            finally:
                self._polling.discard(source.id)
            reconciled = True
            log.info("reconciled", source=source.id, since=done.since.isoformat(), ok=done.ok)
        if reconciled:
            self.deliver()

    def summarize(self) -> None:
        """Asks the firm's own model for summaries, a few per round, where the settings enable it."""
        wanted = self.context.settings.summarizer
        if wanted is None or wanted.automatic is None or self.stop.is_set():
            return
        self._asking = True
        try:
            summarize.summarize_pending(
                self.store, ChatEndpoint(wanted, self.now), self.now, level=wanted.automatic, longest=wanted.max_text,
                stop=self.stop,
            )  # fmt: skip
        finally:
            self._asking = False

    def prune(self) -> None:
        """Removes stored answers that nothing refers to any more, where the settings enable it."""
        older = self.context.settings.prune_unreferenced_after
        if older is not None and not self.stop.is_set():
            found = retention.prune(self.store, older=older, now=self.now())
            log.info("pruned", answers=len(found), bytes=sum(one.compressed_size for one in found))

    def reload_if_changed(self) -> None:
        """Reloads the settings after a change of the file or a SIGHUP. The old settings stay in use while the new ones are
        wrong, would end the watch or the sign-in, or cannot be used because the store is locked or the disk full. The reload
        is tried again until it succeeds; each reason is logged once."""
        path = self.context.settings.path
        stamp = _stamp(path)
        if stamp == self._seen and not self._reload_wanted.is_set():
            return
        # Cleared first, so that a SIGHUP during the reload counts, and set again where the reload fails.
        self._reload_wanted.clear()
        in_use = False
        try:
            in_use = self._reload(path)
        finally:
            if in_use:
                self._seen = stamp
                self._logged = []
            else:
                self._reload_wanted.set()

    def apply_watch_list(self) -> None:
        """Uses the profiles, routes and instruments that operators changed in the viewer, from the next poll on."""
        before = self.context
        settings = self._watch_list.of(before.settings)
        if settings == before.settings:
            return
        self.context = replace(before, settings=settings)
        log.info("watch list changed", profiles=len(settings.profiles), routes=len(settings.routes))

    def _reload(self, path: Path) -> bool:
        before = self.context
        try:
            settings = load_checked(path)
        except SettingsError as error:
            self._log_once("settings not reloaded, the old ones stay", error.problems, "correct the file")
            return False
        refused = [] if self.allow_empty else reload.refusals(before.settings, settings)
        if refused:
            self._log_once("settings not reloaded, the old ones stay", refused, reload.CURE)
            return False
        try:
            self.context = poll_cycle.make_context(settings, self.store, self.now)
        except (StateLost, StateDamaged):
            raise
        except StoreError as error:
            self._log_once(
                "settings not reloaded yet, the old ones stay until then", [error.cause], error.cure
            )
            return False
        for warning in settings.warnings:
            log.warning("a setting was renamed", line=warning)
        log.info("settings reloaded", sources=len(self.enabled()), channels=len(settings.channels))
        later = threading.Timer(STOP_SECONDS * 60, before.client.close)
        later.daemon = True  # the end of the process does not wait for it
        later.start()
        return True

    def _log_once(self, what: str, problems: list[str], cure: str) -> None:
        if problems != self._logged:
            self._logged = problems
            for problem in problems:
                log.warning(what, problem=problem, cure=cure)

    # --- signals --------------------------------------------------------------------------------

    def _on_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        signal.signal(signal.SIGINT, lambda *_: self.stop.set())
        signal.signal(signal.SIGHUP, lambda *_: self.ask_for_reload())

    @property
    def busy(self) -> bool:
        """Whether a poll or a request to the model is still running after `run()` has ended."""
        return bool(self._polling) or self._asking

    def _let_polls_end(self) -> None:
        end = time.monotonic() + STOP_SECONDS
        while self._polling and time.monotonic() < end:
            time.sleep(0.05)
        if self.trouble is None:
            source_state.release_leases_of(self.store, [poll_cycle.lease_owner()])


def _log_poll(report: PollReport) -> None:
    log.info(
        "polled", source=report.source, state=report.state, reason=report.reason, seconds=report.seconds,
        requests=report.requests, changes=len(report.changes), baseline=report.baseline, alerts=report.alerts,
    )  # fmt: skip


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
