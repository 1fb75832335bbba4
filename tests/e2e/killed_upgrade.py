"""python -m tests.e2e.killed_upgrade FOLDER POINTS: opens each state in FOLDER with the schema of `later_schema`, killed with
SIGKILL at that many statements of its upgrade, each time from the same bytes, and then once more to the end.

One line a state: its name, statements of its upgrade, kills, and what was wrong afterwards (`-`: nothing). Forks, because
a process for each kill would take most of its time to start."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.e2e import later_schema
from tracker.storage import snapshots
from tracker.storage.database import FILE, Store


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed(state: Path, at: int) -> Callable[[], None]:
    """Opens the state, which upgrades it, and dies before its statement number `at`."""

    def work() -> None:
        counted(at)
        Store(state).close()

    return work


def counted(at: int = 0) -> count[int]:
    statements = count(1)

    def before(*_: object) -> None:
        if next(statements) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", before)
    return statements


def whole(state: Path, rows: int) -> Callable[[], None]:
    def work() -> None:
        store = Store(state)
        problems = [found for found in snapshots.verify(store) if isinstance(found, str)]
        store.close()
        assert not problems, problems
        assert changes(state) == rows

    return work


def changes(state: Path) -> int:
    with closing(sqlite3.connect(state / FILE)) as connection:
        return int(connection.execute("SELECT count(*) FROM change").fetchone()[0])


def revision(state: Path) -> str:
    with closing(sqlite3.connect(state / FILE)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def main(folder: Path, points: int) -> None:
    work, dice = folder / "work", random.Random(7)
    statements, before = counted(), 0
    for old in sorted(path for path in folder.iterdir() if (path / FILE).exists()):
        rows, wrong, kills = changes(old), "-", 0
        shutil.copytree(old, work)
        Store(work).close()
        after = next(statements)
        last, before = after - before - 1, after
        for at in sorted(dice.sample(range(1, last + 1), points)):
            shutil.rmtree(work)
            shutil.copytree(old, work)
            kills += forked(killed(work, at)) == signal.SIGKILL
            # One transaction: the schema is the old one or the new one, never something between.
            if revision(work) not in {revision(old), later_schema.LATER} or forked(whole(work, rows)) != 0:
                wrong = f"killed at {at}"
        shutil.rmtree(work)
        print(old.name, last, kills, wrong, flush=True)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        later_schema.install(patch)
        main(Path(sys.argv[1]), int(sys.argv[2]))
