"""A state that is made once in a run of the tests, by whichever worker is first, and copied for each module that reads it."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import shutil
from pathlib import Path
from unittest import mock

import pytest

from tracker.demo.play import play


def play_in_order(state: Path) -> None:
    """`tracker demo --once`, one source after the other: which of two is polled first decides the order of their records."""
    with mock.patch("tracker.scheduler.poll_cycle.WORKERS", 1), contextlib.redirect_stdout(io.StringIO()):
        assert play(once=True, state=state) == 0


def played_demo(folders: pytest.TempPathFactory) -> Path:
    """What `tracker demo --once` leaves behind. Commands run on copies of it."""
    base = folders.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-of-all-workers"
    whole = made.with_suffix(".whole")
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            play_in_order(made)
            whole.touch()
    return made


def demo_state(folders: pytest.TempPathFactory) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(played_demo(folders), folders.mktemp("demo"), dirs_exist_ok=True))
