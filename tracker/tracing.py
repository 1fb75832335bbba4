"""Spans of OpenTelemetry (extra `otel`): tasks, polls, requests and deliveries. Without a provider a span costs nothing.

No span has an address with its query, a header, or a text: what they name is also in the log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The standard variables that name a collector.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_provider: Any = None
_tracer: Any = None


class Span:
    """A span that is recorded, or none."""

    def __init__(self, recorded: Any = None) -> None:
        self._recorded = recorded

    def set(self, **attributes: str | int | float | bool) -> None:
        if self._recorded is not None:
            self._recorded.set_attributes(_named(attributes))

    @property
    def trace_id(self) -> str:
        """As hexadecimal digits; empty where nothing is recorded."""
        return "" if self._recorded is None else f"{self._recorded.get_span_context().trace_id:032x}"


def is_wanted() -> bool:
    """Whether the environment names a collector."""
    return any(os.environ.get(name) for name in ENDPOINTS)


def start(role: str, version: str) -> None:
    """Send spans to the collector that the environment names. Raises ImportError without the extra."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "tracker", "service.version": version, "tracker.role": role})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)


def use(provider: Any) -> None:
    """Record spans by this provider of the SDK; None: no more."""
    global _provider, _tracer
    _provider, _tracer = provider, None if provider is None else provider.get_tracer("tracker")


def stop() -> None:
    """Send what is recorded, and record no more."""
    if _provider is not None:
        _provider.shutdown()
    use(None)


@contextmanager
def span(name: str, **attributes: str | int | float | bool) -> Iterator[Span]:
    """Record what happens meanwhile as one span, within that of the caller. An exception marks it as failed."""
    if _tracer is None:
        yield Span()
        return
    with _tracer.start_as_current_span(name, attributes=_named(attributes)) as recorded:
        yield Span(recorded)


def _named(attributes: dict[str, Any]) -> dict[str, Any]:
    return {f"tracker.{name}": value for name, value in attributes.items()}
