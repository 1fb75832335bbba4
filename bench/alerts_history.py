"""A million deliveries in the history: how long it takes to claim the next one, and to show the backlog.

    python -m bench.alerts_history

The pending rows next to the history are of the kinds that could make a claim slow: one story of which everything waits behind its
first message, a morning's batch, and rows that are not due.
"""

from __future__ import annotations

import logging
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from fastapi.testclient import TestClient
from sqlalchemy import insert

from bench import report
from tracker.config.models import Channel, Settings
from tracker.rendering.status_report import status_report
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt
from tracker.storage.outbox import Outbox, enqueue
from tracker.storage.read_queries import open_reader
from tracker.storage.schema import ATTEMPT, DELIVERY
from tracker.web.app import create_app

START = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)
HISTORY = 1_000_000
SOME = 50_000  # rows in one statement
WAITING = 2_000
STORY = 200  # messages of the one story that waits behind its first
CHANNELS = tuple(Channel(f"c{number}", "json://127.0.0.1") for number in range(4))
LEASE = timedelta(minutes=1)
# What people and the sender ask for at once may not take longer (milliseconds).
CLAIM, PAGE = 5.0, 200.0


def fill(store: Store, rows: int) -> None:
    """Write so many sent deliveries, each with its attempt, and pending ones on channel `c1`."""
    with store.write() as connection:
        for start in range(0, rows, SOME):
            numbers = range(start, min(start + SOME, rows))
            connection.execute(insert(DELIVERY), [_sent(number) for number in numbers])
            connection.execute(insert(ATTEMPT), [_tried(number) for number in numbers])
        for number in range(WAITING):
            for channel, name, more in (
                ("c1", "own", {"story": f"own_{number}"}),
                (
                    "c1",
                    "held",
                    {"story": f"held_{number}", "at": START + timedelta(days=1), "batch": "tomorrow"},
                ),
                (
                    "c2",
                    "late",
                    {"story": f"late_{number}", "at": START + timedelta(days=1), "batch": "tomorrow"},
                ),
                *((("c2", "one", {"story": "one"}),) if number < STORY else ()),
            ):
                enqueue(connection, subject_id=f"chg_{name}{number}", revision=1, channel=channel, reason={}, now=START,
                        **more)  # fmt: skip


def settle(store: Store) -> None:
    """The million is written in one go; in production it accumulates over years, and its write-ahead log is checkpointed."""
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(slots=True)
class Times:
    """Milliseconds that passed, and those in which this process worked: what others do on the machine is none."""

    passed: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[None]:
        passed, worked = time.perf_counter(), time.process_time()
        yield
        self.passed.append((time.perf_counter() - passed) * 1_000)
        self.worked.append((time.process_time() - worked) * 1_000)


def claims(store: Store, number: int = 500) -> Times:
    """Milliseconds of each claim; what was claimed is recorded as sent in between."""
    outbox, times = Outbox(store), Times()
    for _ in range(number):
        with times.one():
            (claimed,) = outbox.claim(START, channel="c1", limit=1, lease=LEASE)
        outbox.record([claimed.id], Attempt(START, True, "200", 0.1), state="sent", next_attempt_at=None)
    return times


def stuck_claims(store: Store, number: int = 100) -> Times:
    """The same on a channel where nothing may be sent: the first message of a group is claimed, the rest of the group
    waits for it, and all others are due tomorrow."""
    outbox = Outbox(store)
    assert len(outbox.claim(START, channel="c2", limit=9, lease=timedelta(days=1))) == 1
    times = Times()
    for _ in range(number):
        with times.one():
            assert outbox.claim(START, channel="c2", limit=1, lease=LEASE) == []
    return times


def pages(store: Store, number: int = 20) -> dict[str, Times]:
    """Milliseconds of what shows the backlog, never from the shelf."""
    settings = Settings(path=Path("sources.toml"), channels=CHANNELS)
    client = TestClient(create_app(settings, store.state, lambda: START), base_url="http://127.0.0.1:8000")
    asked: dict[str, Callable[[], Any]] = {
        f"/deliveries?state={state}": lambda state=state: client.get(
            f"/deliveries?state={state}"
        ).raise_for_status()  # type: ignore[misc]
        for state in ("dead", "pending", "sent")
    }

    def figures() -> None:
        with open_reader(store.state) as opened:
            status_report(settings, opened, START)

    found: dict[str, Times] = {}
    for name, ask in {**asked, "the figures of `tracker status`": figures}.items():
        ask()
        found[name] = Times()
        for _ in range(number):
            with found[name].one():
                ask()
    return found


def _sent(number: int) -> dict[str, Any]:
    return {
        "id": number + 1, "key": f"k{number}", "kind": "alert", "subject_id": f"chg_{number // 4:016x}", "revision": 1,
        "channel": f"c{number % 4}", "reason": {"code": "route", "route": 1, "level": "high", "at_least": "low"}, "state": "sent", "attempts": 1,
        "repeated": False, "created_at": START, "next_attempt_at": START, "story": f"sty_{number // 40}",
    }  # fmt: skip


def _tried(number: int) -> dict[str, Any]:
    return {"delivery_id": number + 1, "at": START, "ok": True, "answer": "200 OK", "seconds": 0.1}


def main(rows: int = HISTORY) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        fill(store, rows)
        settle(store)
        times = {
            "claiming the next": claims(store),
            "claiming, where all that is due waits behind its story": stuck_claims(store),
            **pages(store),
        }
        store.close()
    lines = [
        [name, f"{statistics.median(found.worked):.1f}", f"{statistics.median(found.passed):.1f}",
         f"{statistics.quantiles(found.passed, n=100)[98]:.1f}", f"{CLAIM if name.startswith('claiming') else PAGE:.0f}"]
        for name, found in times.items()
    ]  # fmt: skip
    head = ["with a million in the history", "CPU ms", "median ms", "99th percentile", "at most"]
    text = (
        f"{report.table(head, lines)}\n\n"
        f"{rows:,} deliveries sent, each with its attempt; beside them {WAITING:,} that are due, {2 * WAITING:,} that wait for "
        f"tomorrow and {STORY} that wait behind the first of their story. CPU: the median of what this process "
        "worked; the others passed on a machine that other programs shared."
    )
    print(text)
    if rows == HISTORY:
        report.write("alerts-history", text, command="python -m bench.alerts_history")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
