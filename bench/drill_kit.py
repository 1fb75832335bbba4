"""The parts of a drill: a tracker on a stand-in, a fault, and the messages sent in the end."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from tests.e2e.world import World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.http_messages import Reply, Request
from tracker.storage import snapshots
from tracker.storage.database import Store

BEFORE, AFTER = (
    "The Bureau published a rule on etching equipment.",
    (
        "The Bureau published a rule on etching equipment. It adds 12 entities in China to the Entity List (ECCN 3B001)."
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, in figures, and whether that is what should happen."""

    happened: str
    ok: bool


def disable_logging() -> None:
    """Turn off the logs: the faults of drills are intended."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


class Dated(StandIn):
    """A server that knows dates and no ETags, as many of the agencies' do."""

    def __enter__(self) -> Dated:
        return self

    def finished(self, request: Request, reply: Reply) -> Reply:
        made = super().finished(request, reply)
        return replace(made, headers=tuple(pair for pair in made.headers if pair[0] != "ETag"))


@dataclass(frozen=True, slots=True)
class Drill:
    """`site`: the server that it is played on."""

    name: str
    right: str
    run: Callable[[World], Outcome]
    site: type[StandIn] = StandIn


@contextmanager
def new_world(site: type[StandIn] = StandIn) -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory(prefix="tracker-drill-") as folder,
        site(sample_archive(), now=SAMPLE_NOW) as standin,
    ):
        yield World(Path(folder), standin, standin.now)


def change(world: World, path: str = "/news/rule") -> None:
    """A real change, worth an alert."""
    world.standin.edit_page(path, BEFORE, AFTER)


def news(world: World) -> list[str]:
    """The alerts about changes: those that are no notices of outages."""
    return [alert for alert in world.alerts if "chg_" in alert]


def clean(world: World) -> bool:
    """Return the result of `tracker verify`."""
    store = Store(world.state)
    try:
        return not [found for found in snapshots.verify(store) if isinstance(found, str)]
    finally:
        store.close()


def start(world: World, *arguments: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, to be killed."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tracker",
            *arguments,
            "--config",
            str(world.config),
            "--state",
            str(world.state),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TRACKER_NOW": world.now.isoformat()},
    )


def commands(world: World, *each: list[str]) -> bytes:
    """What these commands of tracker print, all in one process of their own."""
    program = (
        "import json, sys; from tracker.cli import main\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    sys.argv[1:] = words\n"
        "    try: main()\n"
        "    except SystemExit: pass\n"
    )
    where = ["--config", str(world.config), "--state", str(world.state)]
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps([[*words, *where] for words in each])],
        capture_output=True, check=True, env={**os.environ, "TRACKER_NOW": world.now.isoformat()},
    )  # fmt: skip
    return done.stdout + done.stderr


def until(what: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
