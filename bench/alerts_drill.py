"""The alert drills as tables: targets that misbehave, a tracker that is killed.

`python -m bench.alerts_drill` prints them and writes them into `docs/benchmarks.md`. `--kills N`: how often the
tracker is killed, each time at another point of finding, storing, claiming, sending and recording.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select

from bench import report
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tests.unit.notifications_sinks import http_sink, lookup, mail_sink, refusing_port
from tracker.config.models import Channel, Settings
from tracker.demo.model import FrDocument
from tracker.notifications.alert_messages import deliver_alerts
from tracker.notifications.delivery import DeliveryGate
from tracker.storage.database import Store
from tracker.storage.outbox import Outbox, enqueue
from tracker.storage.schema import ATTEMPT, DELIVERY

START = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)
BIS = ("commerce-department", "industry-and-security-bureau")
CHILD = "--child"
# Where a tracker is killed, and how many of these points one poll passes at least.
POINTS = ("find", "store", "claim", "send", "record")
MOST = {"find": 3, "store": 8, "claim": 1, "send": 1, "record": 1}


@dataclass(slots=True)
class Outcome:
    """What became of the alerts that were queued."""

    queued: int
    arrived: int
    lost: int
    doubled: int  # arrived again without saying so
    repeats: int  # arrived again with a mark
    tries: int
    disordered: int = 0

    def row(self) -> list[str]:
        return [
            str(number)
            for number in (self.queued, self.arrived, self.lost, self.doubled, self.repeats, self.tries)
        ]


def judged(bodies: list[dict[str, Any]], queued: int, tries: int) -> Outcome:
    """Return which accepted messages arrived more than once, and whether they were marked."""
    arrived: set[str] = set()
    doubled = repeats = 0
    for body in bodies:
        key = body["alert"]["key"]
        if key in arrived:
            output = any("possibly repeated" in mark for mark in body["alert"]["marks"])
            repeats, doubled = repeats + output, doubled + (not output)
        arrived.add(key)
    return Outcome(queued, len(arrived), queued - len(arrived), doubled, repeats, tries)


# --- targets that misbehave ---------------------------------------------------------------------

# How a target answers its n-th request, and whether it took the message then.
TARGETS: dict[str, Callable[[int], Any]] = {
    "answers 200": lambda _: 200,
    "500 to every other one": lambda number: 500 if number % 2 else 200,
    "429 with Retry-After: 600 at first": lambda number: (
        (429, {"Retry-After": "600"}, "") if number <= 3 else 200
    ),
    "hangs at every third": lambda number: "hang" if number % 3 == 0 else 200,
    "drops the connection after the data, every third": lambda number: "drop" if number % 3 == 0 else 200,
}


def against(reply: Callable[[int], Any], folder: Path, alerts: int = 10) -> Outcome:
    store = _owing(folder, alerts)
    with http_sink(reply) as sink:
        settings = _settings(f"json://127.0.0.1:{sink.port}/?rto=0.3&cto=0.3")
        _drain(store, settings)
        # What hung or was dropped had all the data: the target may have kept it.
        accepted = [
            body for number, body in enumerate(sink.bodies, 1) if reply(number) in (200, "hang", "drop")
        ]
    return judged(accepted, alerts, _tries(store))


def against_refusal(folder: Path, alerts: int = 10) -> Outcome:
    """The target refuses connections for an hour, then accepts them."""
    store = _owing(folder, alerts)
    clock = _Clock()
    _drain(store, _settings(f"json://127.0.0.1:{refusing_port()}/"), clock, until=START + timedelta(hours=1))
    with http_sink() as sink:
        _drain(store, _settings(f"json://127.0.0.1:{sink.port}/"), clock)
        return judged(sink.bodies, alerts, _tries(store))


def against_mail(folder: Path, alerts: int = 10) -> Outcome:
    """A mail server that puts everything off for an hour."""
    store = _owing(folder, alerts)
    clock = _Clock()
    with mail_sink(reply="451 try again later") as sink:
        settings = _settings(f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&to=b@firm.example")
        _drain(store, settings, clock, until=START + timedelta(hours=1))
        sink.reply, sink.mails = "250 OK", []
        _drain(store, settings, clock)
        names = Counter(str(letter["Message-ID"]) for letter in sink.mails)
    twice = sum(names.values()) - len(names)
    return Outcome(alerts, len(names), alerts - len(names), twice, 0, _tries(store))


class _Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def _settings(url: str) -> Settings:
    return Settings(path=Path("sources.toml"), channels=(Channel("it", url),))


def _owing(folder: Path, alerts: int) -> Store:
    store = Store(folder)
    with store.write() as connection:
        for number in range(alerts):
            name = f"chg_{number:016x}"
            enqueue(connection, subject_id=name, revision=1, channel="it", reason={}, now=START, story=name)
    return store


def _drain(
    store: Store, settings: Settings, clock: _Clock | None = None, until: datetime | None = None
) -> None:
    clock, gate = clock or _Clock(), DeliveryGate()
    while _open(store) and (until is None or clock.now < until):
        deliver_alerts(Outbox(store), lookup, settings, clock(), clock, gate=gate)
        clock.now += timedelta(minutes=1)


def _open(store: Store) -> int:
    with store.read() as connection:
        queued = (
            select(func.count()).select_from(DELIVERY).where(DELIVERY.c.state.in_(("pending", "claimed")))
        )
        return int(connection.execute(queued).scalar_one())


def _tries(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(ATTEMPT)).scalar_one())


# --- a tracker that is killed -------------------------------------------------------------------


@dataclass(slots=True)
class Killed:
    """`points` counts how often the tracker was killed at each kind of point."""

    outcome: Outcome
    points: Counter[str]
    kills: int


def killed(folder: Path, kills: int, seed: int = 1) -> Killed:
    """Finds a new document in every round and is killed somewhere on the way; then is left in peace."""
    chance = random.Random(seed)
    points: Counter[str] = Counter()
    with StandIn(sample_archive(), now=START) as standin, http_sink() as sink:
        config = folder / "sources.toml"
        config.write_text(
            f'[tracker]\noutage_channels = []\n[[host]]\nname = "{standin.url[7:]}"\nrate = 500\n'
            f'[[source]]\nid = "fr"\nkind = "federal-register"\nbase_url = "{standin.url}/api/v1"\n'
            f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{sink.port}/"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["hook"]\n',
            "utf-8",
        )
        _poll(config, folder, standin.now)
        done = numbers = 0
        while done < kills:
            numbers += 1
            standin.now += timedelta(minutes=5)
            standin.add_document(_document(numbers))
            kind = POINTS[done % len(POINTS)]
            ended = _poll(config, folder, standin.now, f"{kind}:{chance.randint(1, MOST[kind])}")
            if ended:
                points[ended] += 1
                done += 1
        for _ in range(4):
            standin.now += timedelta(minutes=5)
            _poll(config, folder, standin.now)
        bodies = [
            body for body in sink.bodies if body["document_number"] and body["document_number"] >= "2026-2"
        ]
    outcome = judged(bodies, numbers, _tries(Store(folder / "state")))
    outcome.disordered = _disordered(bodies)
    return Killed(outcome, points, done)


def _document(number: int) -> FrDocument:
    """Rules and, after each, its correction: two alerts of one story."""
    name = f"2026-2{number:04}"
    if number % 2:
        return FrDocument(
            name, date(2026, 6, 10), f"Additions to the Entity List, part {number}", "RULE", BIS,
            "BIS adds entities in China that make semiconductors to the Entity List.", {"action": "Final rule."},
        )  # fmt: skip
    corrected = f"2026-2{number - 1:04}"
    return FrDocument(
        name, date(2026, 6, 10), f"Additions to the Entity List, part {number - 1}; Correction", "RULE", BIS,
        f"BIS corrects the rule that added entities in China to the Entity List (FR Doc. {corrected}).",
        {"action": "Final rule; correction.", "correction_of": corrected},
    )  # fmt: skip


def _disordered(bodies: list[dict[str, Any]]) -> int:
    """Return the alerts that arrived before an earlier one of the same group."""
    last: dict[str, str] = {}
    wrong = 0
    for body in bodies:
        story, seen = body["alert"]["story"], body["detected_at"]
        if any("possibly repeated" in mark for mark in body["alert"]["marks"]):
            continue
        wrong += seen < last.get(story, "")
        last[story] = max(seen, last.get(story, ""))
    return wrong


def _poll(config: Path, folder: Path, now: datetime, kill_at: str = "none:1") -> str:
    """One `tracker poll` in a process of its own, killed at the n-th point of a kind (`send:1`); at which, empty where it ended."""
    marker = folder / "point"
    marker.unlink(missing_ok=True)
    environ = {**os.environ, "TRACKER_NOW": now.isoformat()}
    command = [sys.executable, "-m", "bench.alerts_drill", CHILD, kill_at, str(marker)]
    ended = subprocess.run(
        [*command, "poll", "--config", str(config), "--state", str(folder / "state")],
        env=environ, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    if ended.returncode == -signal.SIGKILL:
        return marker.read_text()
    if ended.returncode not in (0, 1) or b"Traceback" in ended.stderr:
        raise RuntimeError(ended.stderr.decode())
    return ""


def child(kill_at: str, marker: Path, arguments: list[str]) -> int:
    """`tracker ARGUMENTS`, which kills itself at the n-th point of a kind."""
    from tracker.cli import app
    from tracker.ingest import poll
    from tracker.notifications import targets
    from tracker.storage import database, outbox

    wanted, _, number = kill_at.partition(":")
    left = int(number)

    def point(kind: str) -> None:
        nonlocal left
        left -= kind == wanted
        if left == 0:
            marker.write_text(kind)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(module: Any, name: str, before: str, after: str) -> None:
        inner = getattr(module, name)

        def outer(*given: Any, **named: Any) -> Any:
            point(before)
            result = inner(*given, **named)
            point(after)
            return result

        setattr(module, name, outer)

    around(poll, "_handle", "find", "stored")
    around(targets, "_send_one", "claim", "send")
    around(outbox.Outbox, "record", "sent", "record")
    write = database.Store.write

    @contextlib.contextmanager
    def written(self: database.Store, *, durable: bool = False) -> Iterator[Any]:
        with write(self, durable=durable) as connection:
            yield connection
            point("store")

    database.Store.write = written  # type: ignore[method-assign]
    sys.argv = ["tracker", *arguments]
    return app.run()


def main(kills: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    head = ["target or drill", "queued", "arrived", "lost", "doubled", "repeats that say so", "tries"]
    rows = []
    for name, reply in TARGETS.items():
        with tempfile.TemporaryDirectory() as folder:
            rows.append([name, *against(reply, Path(folder)).row()])
    for name, drill in (("refuses for an hour", against_refusal), ("SMTP 451 for an hour", against_mail)):
        with tempfile.TemporaryDirectory() as folder:
            rows.append([name, *drill(Path(folder)).row()])
    with tempfile.TemporaryDirectory() as folder:
        dead = killed(Path(folder), kills)
    rows.append([f"kill -9, {dead.kills} times", *dead.outcome.row()])
    spread = ", ".join(f"{kind} {number}" for kind, number in sorted(dead.points.items()))
    text = (
        f"{report.table(head, rows)}\n\nThe kills fell at: {spread}. Out of order within a story: "
        f"{dead.outcome.disordered}."
    )
    print(text)
    report.write("alerts", text, command="python -m bench.alerts_drill")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == CHILD:
        raise SystemExit(child(sys.argv[2], Path(sys.argv[3]), sys.argv[4:]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    main(parser.parse_args().kills)
