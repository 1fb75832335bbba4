"""Spans of a poll and of its deliveries belong to the task that does them, and so do their log lines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.e2e.world import World
from tracker import tracing
from tracker.errors import UsageError
from tracker.logs import Logger, task_named


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    yield exporter
    tracing.stop()


def test_a_poll_and_its_delivery_are_spans_and_lines_of_their_task(
    world: World, spans: InMemorySpanExporter
) -> None:
    world.use("page").poll()
    world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
    world.later(days=1)
    spans.clear()
    with (
        structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines,
        tracing.span("task", task="poll-7") as task,
        task_named("poll-7", task.trace_id),
    ):
        Logger().info("here")
        world.poll()
    ended = spans.get_finished_spans()
    found = {span.name: span for span in reversed(ended)}  # the first of each name
    assert {"task", "poll", "request", "ingest", "delivery"} <= set(found)
    by_id = {span.context.span_id: span.name for span in ended if span.context}
    parents = {name: span.parent and by_id.get(span.parent.span_id) for name, span in found.items()}
    assert parents["poll"] == parents["delivery"] == "task"
    assert parents["request"] == parents["ingest"] == "poll"
    assert dict(found["poll"].attributes or {}) == {
        "tracker.source": "page", "tracker.state": "healthy", "tracker.requests": 3, "tracker.changes": 1,
    }  # fmt: skip
    assert (found["request"].attributes or {})["tracker.status"] == 200
    delivered = [line for line in lines if line["event"] == "delivery"]
    assert delivered
    assert all(line["task"] == "poll-7" and line["trace"] == task.trace_id for line in delivered)


def test_a_span_without_a_provider_records_nothing() -> None:
    with tracing.span("poll", source="ear") as span:
        span.set(state="healthy")
    assert span.trace_id == ""


def test_a_collector_without_the_extra_is_a_mistake_and_no_collector_imports_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tracker.cli.role import start_tracing

    start_tracing("all")
    monkeypatch.setenv(tracing.ENDPOINTS[0], "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    with pytest.raises(UsageError, match="OpenTelemetry is not installed"):
        start_tracing("worker")
    program = "import sys, tracker.scheduler.daemon; print('opentelemetry.sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
