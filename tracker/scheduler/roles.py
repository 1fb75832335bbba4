"""One role of many processes on PostgreSQL: the scheduler queues what is due, workers do it, the web role shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from math import ceil

import psycopg
from procrastinate import exceptions

from tracker.logs import Logger
from tracker.scheduler import tasks
from tracker.scheduler.daemon import TICK_SECONDS, Daemon
from tracker.scheduler.schedule import overdue
from tracker.storage import source_state
from tracker.storage.postgres_session import conninfo

SCHEDULER_LOCK = 7_202_612
REAP_SECONDS = 15
AGAIN_SECONDS = 2.0  # until a worker that lost its database tries again

log = Logger()


class Scheduler:
    """Queues tasks while it is elected: it holds an advisory lock of the database, which ends with its connection. Two are
    harmless: the other one waits."""

    def __init__(self, url: str, daemon: Daemon) -> None:
        self._url, self._daemon = url, daemon
        self._guard = threading.Lock()
        self._lock: psycopg.Connection[tuple[object, ...]] | None = None
        self._queue: tasks.Queue | None = None
        self.elected = False
        self.on_elected: Callable[[bool], None] = lambda _: None

    def run(self) -> None:
        tasks.create_tables(self._url)
        seconds = {job.__name__: every for job, every, _ in self._daemon.jobs()}
        try:
            self._daemon.run(
                [
                    *self._daemon.own_jobs(),
                    (self.poll, TICK_SECONDS, 1),
                    (self.reap, REAP_SECONDS, 1),
                    *((self._queued(name), seconds[name], 1) for name in tasks.EVERY),
                ]
            )
        finally:
            self._resign()

    def poll(self) -> None:
        """Queue as many rounds of polls as the sources that are due take."""
        if not self._is_elected():
            return
        daemon = self._daemon
        sources = {source.id: source for source in daemon.context.settings.sources if source.enabled}
        now, planned = daemon.now(), source_state.planned(daemon.store, list(sources))
        due = [name for name, at in planned.items() if overdue(at, now, sources[name])]
        busy = source_state.being_polled(daemon.store, due, now) if due else set()
        for number in range(ceil(len(set(due) - busy) / tasks.SOURCES)):
            self._add(tasks.POLL, number=str(number))

    def reap(self) -> None:
        """Queue the tasks of workers that ended without finishing them again."""
        if self._is_elected():
            try:
                found = tasks.requeue_stalled(self._url)
            except exceptions.ConnectorException as error:
                log.warning("stalled tasks not looked for", reason=str(error))
                return
            if found:
                log.warning("stalled tasks queued again", tasks=found)

    def _queued(self, name: str) -> Callable[[], None]:
        def queue() -> None:
            if self._is_elected():
                self._add(name)

        queue.__name__ = name
        return queue

    def _add(self, task: str, **arguments: str) -> None:
        with self._guard:
            if self._queue is None:
                self._queue = tasks.Queue(self._url)
            self._queue.add(task, **arguments)

    def _is_elected(self) -> bool:
        with self._guard:
            try:
                if self._lock is None:
                    self._lock = psycopg.connect(conninfo(self._url, "tracker-scheduler"), autocommit=True)
                # A session may take its own lock again: the answer also shows that the connection lives.
                asked = (
                    "SELECT 1" if self.elected else f"SELECT pg_try_advisory_lock({SCHEDULER_LOCK})::integer"
                )
                row = self._lock.execute(asked.encode()).fetchone()
                elected = row == (1,)
            except psycopg.Error as error:
                self._drop()
                if self.elected:
                    log.warning("no longer the scheduler: the database cannot be used", reason=str(error))
                self.elected = False
                self.on_elected(False)
                return False
            if elected and not self.elected:
                log.info("elected as the scheduler")
            self.elected = elected
            self.on_elected(elected)
            return elected

    def _drop(self) -> None:
        """Close the connections: those of the queue broke with that of the lock."""
        if self._lock is not None:
            self._lock.close()
        if self._queue is not None:
            self._queue.close()
        self._lock = self._queue = None

    def _resign(self) -> None:
        with self._guard:
            self._drop()


def run_worker(url: str, daemon: Daemon, concurrency: int, connected: threading.Event) -> None:
    """Do tasks until SIGTERM or SIGINT. While the database cannot be used, try again. `connected` is set while it can."""
    tasks.create_tables(url)
    thread = threading.Thread(target=partial(_work, url, daemon, concurrency, connected), name="worker")
    thread.start()
    try:
        daemon.run(daemon.own_jobs())
    finally:
        daemon.stop.set()
        thread.join()


def _work(url: str, daemon: Daemon, concurrency: int, connected: threading.Event) -> None:
    while not daemon.stop.is_set():
        try:
            tasks.run_worker(url, daemon, concurrency=concurrency, stop=daemon.stop, connected=connected)
        except (exceptions.ConnectorException, psycopg.Error, OSError) as error:
            log.warning("worker has no database, and tries again", reason=" ".join(str(error).split()))
            daemon.stop.wait(AGAIN_SECONDS)
