"""Ctrl-C, SIGHUP, terminals that know no Japanese, and clocks that cannot be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.test_process import started, stored, until
from tests.e2e.test_process_state import daemon
from tests.e2e.world import World


@pytest.mark.parametrize("how", ["hang", "drip"])
@pytest.mark.parametrize("command", ["poll", "check"])
def test_ctrl_c_ends_a_command_within_seconds(world: World, command: str, how: str) -> None:
    world.use("fr-bis").poll()
    world.standin.misbehave("/api/v1/documents", how, seconds=60)
    before = len(world.standin.asked("/api/v1/documents"))
    with daemon(world, command) as process:
        until(lambda: len(world.standin.asked("/api/v1/documents")) > before)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=12)[1]
    assert time.monotonic() - began < 10
    assert process.returncode == 1
    assert "Traceback" not in output


def test_a_hangup_before_the_daemon_is_up_does_not_end_it(world: World) -> None:
    world.use("page")
    process = started(world, "run", "--listen", "127.0.0.1:0")
    try:
        until(lambda: _listens_for_hangup(process.pid))
        for _ in range(20):
            process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        until(lambda: stored(world) == 1)
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=15)[1]
    finally:
        process.kill()
    assert process.returncode == 0
    assert "settings reloaded" in output


def _listens_for_hangup(pid: int) -> bool:
    """Before that, it is the interpreter that starts, and not yet our program."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line for line in lines if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGHUP - 1))


COMMANDS = (["status"], ["changes"], ["show", "2026-11001"], ["deadlines"], ["deliveries"], ["digest"], ["reviews"],
            ["diff", "2026-11001"], ["tag", "2026-11001"], ["verify"], ["poll"], ["changes", "--query", "規則"],
            ["status", "--lang", "ja"])  # fmt: skip


def run(world: World, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tracker", *arguments, "--config", world.config, "--state", world.state],
        capture_output=True, check=False, timeout=60, env={**os.environ, "TRACKER_NOW": world.now.isoformat(), **environment},
    )  # fmt: skip


ASCII = {
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONIOENCODING": "ascii",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}


def test_a_terminal_that_knows_no_japanese_gets_no_traceback(world: World) -> None:
    world.use("fr-bis").poll()
    for command in COMMANDS:
        done = run(world, *command, **ASCII)
        assert b"Traceback" not in done.stderr, (command, done.stderr)
    done = run(world, "show", "2026-11001", "--json", **ASCII)
    assert json.loads(done.stdout) == json.loads(run(world, "show", "2026-11001", "--json").stdout)


@pytest.mark.parametrize(
    "wanted", ["0000-01-01", "0001-01-01T00:00:00+09:00", "99999-01-01", "9999-12-31T23:59:59-05:00", "soon", "1"]
)  # fmt: skip
def test_an_absurd_clock_is_reported_in_one_line(world: World, wanted: str) -> None:
    world.use("fr-bis")
    for command in (["status"], ["poll"], ["run"], ["verify"]):
        done = run(world, *command, TRACKER_NOW=wanted)
        assert done.returncode == 2
        (line,) = done.stderr.decode().splitlines()
        assert line.startswith(f"TRACKER_NOW={wanted!r} is not")
