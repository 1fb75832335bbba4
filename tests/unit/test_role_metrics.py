"""What schedulers and workers serve for Prometheus and for a supervisor."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.postgres_server import databases
from tracker.errors import StoreError, UsageError
from tracker.scheduler import tasks
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.metrics import RoleMetrics
from tracker.scheduler.role_server import RoleServer
from tracker.storage.database import Store
from tracker.storage.readiness import problem


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def samples(metrics: RoleMetrics) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def test_metrics_count_the_jobs_of_a_process_and_the_tasks_that_wait() -> None:
    waiting: dict[tuple[str, str], int] | None = {("poll", "todo"): 3}
    metrics = RoleMetrics("scheduler", lambda: waiting)
    metrics.elected.set(True)

    def fail(error: Exception) -> Callable[[], None]:
        def job() -> None:
            raise error

        return job

    daemon = Daemon.__new__(Daemon)
    daemon.count_job = metrics.count
    daemon.run_job("poll", lambda: None)
    daemon.run_job("poll", fail(StoreError("locked")))
    with pytest.raises(ZeroDivisionError):
        daemon.run_job("poll", fail(ZeroDivisionError()))
    found = samples(metrics)
    assert found["tracker_role", ("scheduler",)] == 1
    assert [
        found["tracker_jobs_total", tuple(sorted(("poll", how)))] for how in ("done", "postponed", "failed")
    ] == [
        1,
        1,
        1,
    ]
    assert found["tracker_job_seconds_count", ("poll",)] == 3
    assert found["tracker_queue_tasks", ("poll", "todo")] == 3
    assert found["tracker_scheduler_elected", ()] == found["tracker_database_up", ()] == 1
    waiting = None
    assert samples(metrics)["tracker_database_up", ()] == 0


def test_a_role_serves_metrics_health_and_readiness_only() -> None:
    trouble = ["the database is away", ""]
    with closing(RoleServer(("127.0.0.1", 0), lambda: b"tracker_role 1\n", lambda: trouble.pop(0))) as server:
        assert asked(server.port, "/readyz") == (503, "the database is away\n")
        assert asked(server.port, "/readyz") == (200, "ok\n")
        assert asked(server.port, "/healthz") == (200, "ok\n")
        assert asked(server.port, "/metrics") == (200, "tracker_role 1\n")
        assert asked(server.port, "/")[0] == 404
        with pytest.raises(UsageError, match="cannot be opened"):
            RoleServer(("127.0.0.1", server.port), bytes, str)


@pytest.mark.databases
def test_a_process_is_not_ready_on_a_schema_that_it_does_not_know(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        assert problem(store) == ""
        with store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert "has schema 9999; this program knows schemas up to" in problem(store)
        with store.write() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
        assert "has schema None" in problem(store)


def test_waiting_tasks_are_counted_in_the_queue_itself() -> None:
    with databases() as found:
        url = found.empty()
        tasks.create_tables(url)
        with closing(tasks.Queue(url)) as queue:
            assert queue.add(tasks.POLL, source="ear")
            assert not queue.add(tasks.POLL, source="ear")
            assert queue.add("deliver")
        assert tasks.waiting(url) == {("poll", "todo"): 1, ("deliver", "todo"): 1}
        assert tasks.waiting(f"{url}-missing") is None
