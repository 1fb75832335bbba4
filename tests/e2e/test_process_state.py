"""The daemon and `poll` as processes, when their files or database disappear."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest

from tests.e2e.test_process import started, stored, until
from tests.e2e.world import World


@contextmanager
def daemon(world: World, *arguments: str) -> Iterator[Popen[str]]:
    process = started(world, *(arguments or ("run", "--listen", "127.0.0.1:0")))
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_the_daemon_ends_when_its_database_disappears_and_creates_none(world: World, how: str) -> None:
    with daemon(world.use("page")) as process:
        until(lambda: stored(world) == 1)
        path = world.state / "tracker.db"
        if how == "removed":
            path.unlink()
        else:
            shutil.copy(path, world.folder / "other.db")
            (world.folder / "other.db").replace(path)
        output = process.communicate(timeout=20)[1]
    assert process.returncode == 2
    assert "Traceback" not in output
    assert "while it was in use; nothing more is written" in output.strip().splitlines()[-1]
    if how == "replaced":
        return
    with daemon(world) as again:
        output = again.communicate(timeout=20)[1]
    assert again.returncode == 2
    assert "but there was one" in output
    assert not path.exists()
