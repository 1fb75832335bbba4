"""Copies the whole state at one moment while it is in use.

SQLite's online backup reads everything in one transaction: writers continue, and nothing that was uncommitted
at the start is included (https://sqlite.org/backup.html). The result is a state folder, so that a restore
points `--state` at a copy of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import StoreError, UsageError
from tracker.storage import location, presence
from tracker.storage.database import FILE

MARK = "BACKUP.txt"  # marks a folder as a backup, so that a state in use is never overwritten
_PART = ".part"
_APPEND_ONLY = ("snapshot", "version", "change", "review", "attempt")  # tables whose rows are never deleted
_BACKUP_README = """This folder is a backup made by `tracker backup`. tracker.db holds everything: answers, changes, alerts, reviews.

To restore: stop the tracker, copy tracker.db (and nothing else) into an empty folder, give that folder as --state,
and run `tracker verify --state FOLDER`, which must end with 0 problems. The settings (sources.toml) and the
secrets that they name are not included; back them up separately.
"""


@dataclass(frozen=True, slots=True)
class BackupResult:
    """The counts of a finished backup. `snapshots` and `changes` are counted in the copy itself."""

    path: Path
    bytes: int
    snapshots: int
    changes: int


def backup(state: Path, folder: Path) -> BackupResult:
    """Copy the state into the folder. An earlier backup in it is replaced at the end in one step, or not at
    all.

    Raises UsageError when nothing is stored, the folder is not usable for a backup, or the backup in it holds
    more than the state (StateLost where the database is gone); StoreError when the copy cannot be written or is
    damaged.
    """
    source = state / FILE
    presence.required(state)
    target = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        in_use = source.exists() and target.exists() and target.samefile(source)
        if target.exists() and (in_use or not (folder / MARK).exists()):
            raise UsageError(f"{folder} is a state folder", cure="use a folder that holds only backups")
        if (folder / f"{FILE}-wal").exists():
            raise UsageError(
                f"{folder}: another program has this backup open", cure="end the `tracker` that uses it"
            )
        with _exclusive(folder):
            return _copy(state, target)
    except (OSError, sqlite3.Error) as error:
        if presence.is_damage(error):
            raise presence.damaged(source, str(error)) from error
        raise StoreError(
            f"{folder}: the backup failed: {error}", cure="is there room, and may you write there?"
        ) from error


def _copy(state: Path, target: Path) -> BackupResult:
    folder = target.parent
    for left in folder.glob(f"*{_PART}*"):  # left by an interrupted backup; the lock excludes a running one
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
    handle, name = tempfile.mkstemp(suffix=_PART, dir=folder)
    os.close(handle)
    part = Path(name)
    try:
        held = _copy_file(state / FILE, part) if location.url_of(state) is None else _copy_rows(state, part)
        _require_growth(target, held)
        sync(part)
        (folder / MARK).write_text(_BACKUP_README, "utf-8")
        part.replace(target)
        sync(folder)
    finally:
        part.unlink(missing_ok=True)
    return BackupResult(target, target.stat().st_size, held["snapshot"], held["change"])


def _copy_file(source: Path, part: Path) -> dict[str, int]:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as old,
        closing(sqlite3.connect(part)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without a write-ahead log beside it
        (result,) = new.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise presence.damaged(source, str(result))
        return _count_rows(new)


def _copy_rows(state: Path, part: Path) -> dict[str, int]:
    """Copy the rows of PostgreSQL, at one moment, to a database of SQLite."""
    from tracker.archive import rows as stored
    from tracker.archive import transfer

    with tempfile.TemporaryDirectory(prefix="copy", suffix=_PART, dir=part.parent) as folder:
        with stored.opened(state) as rows:
            counted = transfer.into_sqlite(rows, Path(folder))
        (Path(folder) / FILE).replace(part)
    return {table: counted[table] for table in _APPEND_ONLY}


def _count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows in each append-only table."""
    there = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of ours
        for table in _APPEND_ONLY
        if table in there
    }


def _require_growth(target: Path, held: dict[str, int]) -> None:
    """Raise UsageError where the existing backup holds more rows than the new one. An unreadable backup counts
    as empty.
    """
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as old:
            kept = _count_rows(old)
    except sqlite3.DatabaseError:
        return
    for table, number in kept.items():
        if held.get(table, 0) < number:
            raise UsageError(
                f"{target} holds {number} rows of {table}, the state {held.get(table, 0)}: the existing backup was not replaced",
                cure="check --state; use another folder for this backup, or move the existing one away",
            )


def sync(path: Path) -> None:
    """Flush a written file, or a renamed entry of a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    """Lock the folder for one backup at a time; the lock ends with the process."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder}: another backup is being written there", cure="wait for it") from None
        yield
