"""Schedulers and workers: one role of many processes, with its metrics and traces."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tracker import __version__, tracing
from tracker.errors import UsageError
from tracker.logs import Logger

if TYPE_CHECKING:
    from tracker.config.models import Settings
    from tracker.scheduler.daemon import Daemon


def require_queue(role: str, settings: Settings) -> None:
    """Raises UsageError where this role cannot run."""
    if not settings.store_url:
        raise UsageError(
            f"--role {role}: several processes share a state in PostgreSQL only, and [store] names no database",
            cure="docs/running.md#many-machines",
        )
    try:
        import procrastinate  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"--role {role}: the task queue is not installed", cure="pip install 'tracker[postgres]'"
        ) from error


def start_tracing(role: str) -> None:
    """Send spans where the environment names a collector. Raises UsageError where the extra is missing."""
    if not tracing.is_wanted():
        return
    try:
        tracing.start(role, __version__)
    except ImportError as error:
        raise UsageError(
            f"{tracing.ENDPOINTS[0]}: OpenTelemetry is not installed", cure="pip install 'tracker[otel]'"
        ) from error


def run_role(daemon: Daemon, role: str, url: str, concurrency: int, listen: str | None) -> None:
    """Run a scheduler or a worker, and serve its metrics at `listen`."""
    from tracker.scheduler import roles, tasks
    from tracker.scheduler.metrics import RoleMetrics
    from tracker.scheduler.role_server import RoleServer
    from tracker.storage.readiness import problem
    from tracker.web.server import address_of

    metrics = RoleMetrics(role, lambda: tasks.waiting(url))
    daemon.count_job = metrics.count
    connected = threading.Event()

    def trouble() -> str:
        found = problem(daemon.store)
        idle = role == "worker" and not connected.is_set()
        return found or ("the worker has no connection to the queue" if idle else "")

    server = None
    if listen:
        server = RoleServer(address_of(listen, sign_in=True), metrics.text, trouble)
        Logger().info("metrics are served", port=server.port)
    try:
        if role == "scheduler":
            scheduler = roles.Scheduler(url, daemon)
            scheduler.on_elected = metrics.elected.set
            scheduler.run()
        else:
            roles.run_worker(url, daemon, concurrency, connected)
    finally:
        if server is not None:
            server.close()
