"""Copies of a state that is in use."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from tests.e2e.world import World
from tracker.archive.backup import MARK, backup
from tracker.errors import StoreError, UsageError
from tracker.storage import snapshots
from tracker.storage.database import FILE, Store


def problems(state: Path) -> list[str]:
    store = Store(state)
    try:
        return [found for found in snapshots.verify(store) if isinstance(found, str)]
    finally:
        store.close()


def test_a_backup_is_a_state_folder_with_everything(world: World, tmp_path: Path) -> None:
    world.use("page", "list").poll()
    made = backup(world.state, tmp_path / "kept")
    assert made.snapshots > 1
    assert made.changes == len(world.changes())
    restored = tmp_path / "restored"
    restored.mkdir()
    (restored / FILE).write_bytes(made.path.read_bytes())
    assert problems(restored) == []
    other = World(restored.parent / "w", world.standin, world.now).use("page", "list")
    other.folder.mkdir()
    other.state.symlink_to(restored)
    other.later(hours=1)
    assert all(not report.changes and report.ok for report in other.poll().values())


def test_a_second_backup_takes_the_place_of_the_first(world: World, tmp_path: Path) -> None:
    world.use("page").poll()
    first = backup(world.state, tmp_path / "kept")
    world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
    world.later(days=1)
    world.poll()
    second = backup(world.state, tmp_path / "kept")
    assert (first.changes, second.changes) == (1, 2)
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [".lock", MARK, FILE]


def test_a_failed_backup_leaves_the_earlier_one(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("page").poll()
    kept = backup(world.state, tmp_path / "kept")
    before = kept.path.read_bytes()

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracker.archive.backup.sync", full)
    with pytest.raises(StoreError, match="No space left"):
        backup(world.state, tmp_path / "kept")
    assert kept.path.read_bytes() == before
    assert not list((tmp_path / "kept").glob("*.part*"))


def test_no_state_is_ever_written_over(world: World, tmp_path: Path) -> None:
    world.use("page").poll()
    with pytest.raises(UsageError, match="is a state folder"):
        backup(world.state, world.state)
    other = tmp_path / "other"
    Store(other).close()
    with pytest.raises(UsageError, match="is a state folder"):
        backup(world.state, other)
    with pytest.raises(UsageError, match="nothing is stored yet"):
        backup(tmp_path / "nothing", tmp_path / "kept")


def test_a_backup_during_writes_is_consistent(world: World, tmp_path: Path) -> None:
    world.use("page").poll()
    store = Store(world.state)
    stop = threading.Event()

    def write() -> None:
        # Two rows that always go together: a copy with one of them alone is of no moment.
        number = 0
        while not stop.is_set():
            number += 1
            with store.write() as connection:
                connection.exec_driver_sql(f"UPDATE source SET reason = '{number}'")
                connection.exec_driver_sql(f"UPDATE resource SET etag = '{number}'")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for round_ in range(5):
            made = backup(world.state, tmp_path / f"kept{round_}")
            with sqlite3.connect(made.path) as copy:
                (reason,), (etag,) = (
                    copy.execute(f"SELECT {what}").fetchone()
                    for what in ("reason FROM source", "etag FROM resource")
                )
            copy.close()
            assert reason in {"", etag}
    finally:
        stop.set()
        writer.join()
        store.close()
