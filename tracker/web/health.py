"""Health checks, and metrics for Prometheus."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from tracker.errors import StoreError
from tracker.rendering.status_report import status_report
from tracker.storage.read_queries import open_reader
from tracker.web.context import InjectedContext, WebContext

router = APIRouter(include_in_schema=False)

METHODS = frozenset({"GET", "HEAD", "POST"})
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class RequestMetrics:
    """Counts the answered requests since the start, and their total duration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def count(self, method: str, code: int, seconds: float) -> None:
        method = method if method in METHODS else "OTHER"  # a client can send any method name
        with self._lock:
            self.answers[method, code] += 1
            self.buckets[bisect_left(BOUNDS, seconds)] += 1
            self.seconds += seconds

    def lines(self) -> Iterator[str]:
        """Return the metrics in the Prometheus text format
        (https://prometheus.io/docs/instrumenting/exposition_formats/).
        """
        with self._lock:
            answers, buckets, seconds = dict(self.answers), list(self.buckets), self.seconds
        yield "# TYPE tracker_http_requests_total counter"
        for (method, code), number in sorted(answers.items()):
            yield f'tracker_http_requests_total{{method="{_escaped(method)}",code="{code}"}} {number}'
        yield "# TYPE tracker_http_request_seconds histogram"
        running = 0
        for bound, number in zip((*BOUNDS, "+Inf"), buckets, strict=True):
            running += number
            yield f'tracker_http_request_seconds_bucket{{le="{bound}"}} {running}'
        yield f"tracker_http_request_seconds_sum {seconds:.6f}"
        yield f"tracker_http_request_seconds_count {running}"


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """Report that the process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(web_context: InjectedContext) -> PlainTextResponse:
    """Report whether the database can be read as well."""
    try:
        with open_reader(web_context.state) as store:
            store.levels()
    except StoreError as error:
        return PlainTextResponse(f"{error.line()}\n", 503)
    return PlainTextResponse("ok\n")


@router.get("/metrics")
def metrics(request: Request, web_context: InjectedContext) -> PlainTextResponse:
    requests: RequestMetrics = request.app.state.request_metrics
    lines = [*_of_store(web_context), *requests.lines()]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _of_store(web_context: WebContext) -> Iterator[str]:
    with web_context.reading() as store:
        found = status_report(web_context.settings, store, web_context.now())
        levels = store.levels()
        kept, size = store.disk(), store.size()
    yield "# TYPE tracker_database_bytes gauge"
    yield f"tracker_database_bytes {size}"
    yield "# HELP tracker_source_bytes Compressed size of the stored answers of a source."
    yield "# TYPE tracker_source_bytes gauge"
    for name, row in kept.items():
        yield f'tracker_source_bytes{{source="{_escaped(name)}"}} {row["packed"]}'
    yield "# HELP tracker_source_last_success_timestamp_seconds Time of the last successful poll of the source."
    yield "# TYPE tracker_source_last_success_timestamp_seconds gauge"
    for source in found["sources"]:
        if source["last_success"]:
            at = datetime.fromisoformat(source["last_success"]).timestamp()
            yield f'tracker_source_last_success_timestamp_seconds{{source="{_escaped(source["id"])}"}} {at:.0f}'
    for name, key in (("healthy", "healthy"), ("consecutive_failures", "consecutive_failures")):
        yield f"# TYPE tracker_source_{name} gauge"
        for source in found["sources"]:
            yield f'tracker_source_{name}{{source="{_escaped(source["id"])}"}} {int(source[key])}'
    yield "# TYPE tracker_alerts gauge"
    for state, number in found["alerts"].items():
        yield f'tracker_alerts{{state="{_escaped(state)}"}} {number}'
    yield "# TYPE tracker_changes gauge"
    for rank, number in sorted(levels.items()):
        yield f'tracker_changes{{level="{rank}"}} {number}'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
