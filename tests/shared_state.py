"""A state that is made once in a run of the tests, by whichever worker is first, and copied for each module that reads it."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tracker.demo.play import play


def demo_state(folders: pytest.TempPathFactory) -> Path:
    """A copy of what `tracker demo --once` leaves behind."""
    base = folders.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-of-all-workers"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = folders.mktemp("demo-in-the-making")
            assert play(once=True, state=unfinished) == 0
            unfinished.rename(made)
    return Path(shutil.copytree(made, folders.mktemp("demo"), dirs_exist_ok=True))
