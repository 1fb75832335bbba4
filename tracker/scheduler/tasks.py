"""The daemon's work on many machines: tasks in the queue that Procrastinate keeps in the same PostgreSQL database.

The scheduler says what is due, workers do it. A task that is queued is not queued again (`queueing_lock`); one that runs
twice does no harm, because polls, deliveries and digests are claimed in our own tables, as on one machine. Jobs of a worker
that ended without finishing them are queued again by the scheduler.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs
from procrastinate.schema import SchemaManager

from tracker import tracing
from tracker.clock import machine_now
from tracker.errors import StoreError
from tracker.logs import Logger, task_named
from tracker.storage.postgres import trouble
from tracker.storage.postgres_session import conninfo

if TYPE_CHECKING:
    from tracker.scheduler.daemon import Daemon

POLL = "poll"
SOURCES = 16  # polled by one task, which asks the database for all of them at once
# Tasks without arguments: the methods of the daemon that do the work.
EVERY = ("deliver", "watch", "send_digests", "compare", "reconcile", "summarize", "prune")
_FIRST = {"deliver": 1}  # priorities: messages do not wait for polls
_SCHEMA_LOCK = 7_202_613
STALLED_SECONDS = 30  # without a sign of life of its worker
_POLLING_SECONDS = 2.0  # a worker also listens for new jobs
_SILENT_SECONDS = 20.0  # without an answer of the database, until the connections are opened again
_STOP_SECONDS = 5  # for running tasks to end

log = Logger()


def create_tables(url: str) -> None:
    """Create the tables of the queue, once. Several processes may ask at the same time."""
    try:
        with psycopg.connect(conninfo(url, "tracker-queue")) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
            found = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
            if found is None or found[0] is None:
                connection.execute(SchemaManager.get_schema())
    except psycopg.Error as error:
        raise trouble(url, error) from error


def _sync_app(url: str) -> procrastinate.App:
    return procrastinate.App(
        connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo(url, "tracker-queue"))
    )


class Queue:
    """Queues tasks. Not for two threads at once."""

    def __init__(self, url: str) -> None:
        self._app = _sync_app(url)
        self._app.open()

    def close(self) -> None:
        self._app.close()

    def add(self, task: str, **arguments: str) -> bool:
        """Queue a task; False where the same one is queued already."""
        lock = ":".join((task, *arguments.values()))
        try:
            self._app.configure_task(task, queueing_lock=lock, priority=_FIRST.get(task, 0)).defer(
                **arguments
            )
        except exceptions.AlreadyEnqueued:
            return False
        except exceptions.ConnectorException as error:
            raise StoreError(f"the task queue cannot be used: {error}") from error
        return True


def requeue_stalled(url: str) -> int:
    """Queue the jobs of workers that ended without finishing them again, and return how many."""
    return asyncio.run(_requeue_stalled(url))


async def _requeue_stalled(url: str) -> int:
    app, count = (
        procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(url, "tracker-queue"))),
        0,
    )
    async with app.open_async():
        manager = app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            assert job.id is not None
            try:
                await manager.retry_job_by_id_async(job.id, retry_at=machine_now())
            except exceptions.ConnectorException:
                # The same task is queued again already: this job is over.
                await manager.finish_job_by_id_async(job.id, jobs.Status.FAILED, delete_job=True)
            count += 1
    return count


def waiting(url: str) -> dict[tuple[str, str], int] | None:
    """The tasks in the queue by name and status; None: the database cannot be asked."""
    try:
        with psycopg.connect(conninfo(url, "tracker-metrics"), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT task_name, status::text, count(*) FROM procrastinate_jobs"
                " WHERE status IN ('todo', 'doing') GROUP BY task_name, status"
            ).fetchall()
    except psycopg.Error:
        return None
    return {(str(name), str(status)): int(number) for name, status, number in rows}


def run_worker(
    url: str, daemon: Daemon, *, concurrency: int, stop: threading.Event, connected: threading.Event
) -> None:
    """Do tasks until SIGTERM or SIGINT, or until `stop` is set. Polls that run are given some seconds to end. `connected` is
    set while the database answers."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(url, "tracker-queue")))

    def task(name: str, work: Callable[..., None]) -> None:
        def do(context: procrastinate.JobContext, /, **arguments: Any) -> None:
            number = f"{name}-{context.job.id}"
            with tracing.span("task", task=number) as span, task_named(number, span.trace_id):
                daemon.run_job(name, lambda: work(**arguments))

        app.task(name=name, pass_context=True)(do)

    def poll(**_: str) -> None:
        """The arguments only tell the rounds apart that are queued together."""
        daemon.poll(SOURCES)

    task(POLL, poll)
    for name in EVERY:
        task(name, getattr(daemon, name))

    async def work() -> None:
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    concurrency=concurrency,
                    fetch_job_polling_interval=_POLLING_SECONDS,
                    shutdown_graceful_timeout=_STOP_SECONDS,
                    delete_jobs="successful",
                    stalled_worker_timeout=STALLED_SECONDS,
                    install_signal_handlers=False,
                )
            )
            try:
                await _watch(url, stop, working, connected)
            finally:
                connected.clear()
                working.cancel()
                await asyncio.wait({working}, timeout=2 * _STOP_SECONDS)
            log.info("worker stopped")

    asyncio.run(work())


async def _watch(
    url: str, stop: threading.Event, working: asyncio.Task[None], connected: threading.Event
) -> None:
    """Return when the worker is to stop or has ended. Raises psycopg.Error where the database cannot be used any more: a
    worker whose connections broke waits for jobs that it is never given."""
    async with await psycopg.AsyncConnection.connect(
        conninfo(url, "tracker-queue"), autocommit=True
    ) as connection:
        while not stop.is_set() and not working.done():
            await asyncio.wait_for(connection.execute("SELECT 1"), _SILENT_SECONDS)
            connected.set()
            await asyncio.sleep(0.5)
    if working.done():
        working.result()
