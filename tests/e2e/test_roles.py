"""One state, many processes on PostgreSQL: two schedulers, and two workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from tests.e2e.world import World
from tests.postgres_server import Databases, databases
from tracker.archive.verification import verify
from tracker.cli.running import run
from tracker.errors import StoreError
from tracker.storage import location
from tracker.storage.read_queries import open_reader

NAME = "TRACKER_DATABASE_URL"


@pytest.fixture
def server() -> Iterator[Databases]:
    with databases() as found:
        yield found


@pytest.fixture
def many(world: World, server: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose sources are polled every second, kept in PostgreSQL."""
    url = server.empty()
    monkeypatch.setenv(NAME, url)
    world.head = f'[store]\nurl = "env:{NAME}"\n'
    world.use("page", "ear")
    text = world.config.read_text("utf-8").replace("kind = ", 'every = "1s"\nkind = ')
    (world.folder / "many.toml").write_text(text, "utf-8")
    location.bind(world.state, url)
    yield world
    location.release(world.state)


@contextmanager
def running(world: World, *roles: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    logs = [(world.folder / f"{number}-{role}.log").open("wb") for number, role in enumerate(roles)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tracker", "run", "--role", role, "--config", str(world.folder / "many.toml"),
             "--state", str(world.state)],
            env={**os.environ, "TRACKER_NOW": world.now.isoformat()},
            stderr=log,
        )
        for role, log in zip(roles, logs, strict=True)
    ]  # fmt: skip
    try:
        yield started
    finally:
        for one in started:
            one.terminate()
        ends = [one.wait(20) for one in started]
        for log in logs:
            log.close()
        assert set(ends) <= {0, -signal.SIGKILL, -signal.SIGTERM}, ends


def until(world: World, what: Callable[[], bool], seconds: float = 150) -> None:
    end = time.monotonic() + seconds
    while not what():
        logs = "\n".join(path.read_text("utf-8")[-3_000:] for path in sorted(world.folder.glob("*.log")))
        assert time.monotonic() < end, f"it did not happen in time:\n{logs}"
        time.sleep(0.2)


def baselines(world: World) -> int:
    try:
        with open_reader(world.state) as opened:
            return sum(bool(row["baseline_at"]) for row in opened.sources().values())
    except StoreError:
        return 0  # the schema is in the making


def test_a_killed_worker_and_a_killed_scheduler_lose_nothing(many: World) -> None:
    with running(many, "scheduler", "scheduler", "worker", "worker") as started:
        until(many, lambda: baselines(many) == 2)
        many.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
        until(many, lambda: many.alerted == 1)
        elected = 0 if b"elected" in (many.folder / "0-scheduler.log").read_bytes() else 1
        assert b"elected" not in (many.folder / f"{1 - elected}-scheduler.log").read_bytes()
        for place in (elected, 2):
            started[place].kill()
            started[place].wait()  # a process that its parent has not waited for looks alive
        many.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
        until(many, lambda: many.alerted == 2)
        until(many, lambda: b"elected" in (many.folder / f"{1 - elected}-scheduler.log").read_bytes())
    assert many.alerted == len({text.split("chg_")[1][:16] for text in many.alerts}) == 2
    assert verify(many.state, {}, lambda _: None).problems == []
    log = (many.folder / "3-worker.log").read_text("utf-8")
    assert "task=poll-" in log, "each line of a task names it"


def test_roles_need_a_database(world: World) -> None:
    world.use("page")
    done = CliRunner().invoke(
        run, ["--role", "worker", "--config", str(world.config), "--state", str(world.state)]
    )
    assert "[store] names no database" in str(done.exception)
