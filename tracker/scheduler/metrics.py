"""Metrics of a scheduler or a worker for Prometheus. Those of the sources and of the alerts are in the viewer's `/metrics`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)


class RoleMetrics:
    """What this process did since its start, and what waits in the queue."""

    def __init__(self, role: str, waiting: Callable[[], dict[tuple[str, str], int] | None]) -> None:
        """`waiting`: the tasks in the queue by name and status; None: the database cannot be asked."""
        self._registry = CollectorRegistry()
        Gauge("tracker_role", "The role of this process.", ["role"], registry=self._registry).labels(
            role
        ).set(1)
        self._jobs = Counter(
            "tracker_jobs", "Jobs and tasks, by outcome: done, postponed, failed.", ["job", "outcome"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "tracker_job_seconds", "How long jobs and tasks took.", ["job"], buckets=_SECONDS, registry=self._registry
        )  # fmt: skip
        self.elected = Gauge(
            "tracker_scheduler_elected", "1: this process queues the tasks.", registry=self._registry
        )
        self._registry.register(_Queue(waiting))

    def count(self, job: str, outcome: str, seconds: float) -> None:
        self._jobs.labels(job, outcome).inc()
        self._seconds.labels(job).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Queue(Collector):
    """Asked at each scrape."""

    def __init__(self, waiting: Callable[[], dict[tuple[str, str], int] | None]) -> None:
        self._waiting = waiting

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        found = self._waiting()
        up = GaugeMetricFamily("tracker_database_up", "1: the database answers.")
        up.add_metric([], float(found is not None))
        yield up
        tasks = GaugeMetricFamily(
            "tracker_queue_tasks", "Tasks in the queue: todo, doing.", labels=["task", "status"]
        )
        for names, number in (found or {}).items():
            tasks.add_metric(names, number)
        yield tasks
