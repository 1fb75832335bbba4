"""The log of this program. structlog is imported at the first line that is logged: it costs 0.07 s, and most commands
log nothing.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_pending: list[tuple[bool, str]] = []  # the last settings, until structlog is imported
_configuring = threading.Lock()


class Logger:
    """Has the methods of a logger of structlog."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        import structlog

        with (
            _configuring
        ):  # a line of another thread waits: structlog as it is by default prints to standard output
            if _pending:
                _configure(*_pending.pop())
        method: Callable[..., Any] = getattr(structlog.get_logger(), name)
        return method


@contextmanager
def task_named(name: str, trace_id: str = "") -> Iterator[None]:
    """Put the name of a task, and of its trace where there is one, in each line that is logged meanwhile."""
    import structlog

    named = {"task": name, "trace": trace_id} if trace_id else {"task": name}
    with structlog.contextvars.bound_contextvars(**named):
        yield


def configure(json_lines: bool, level: str = "info") -> None:
    """Log to standard error: lines for people, or JSON for machines."""
    _pending[:] = [(json_lines, level)]


def forget_configuration() -> None:
    """Log as structlog does by default."""
    _pending.clear()
    if "structlog" in sys.modules:
        sys.modules["structlog"].reset_defaults()


def _configure(json_lines: bool, level: str) -> None:
    import structlog

    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(
            sys.stderr
        ),  # looked up for each line, because standard error may be replaced
        cache_logger_on_first_use=False,
    )
