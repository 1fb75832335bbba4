"""A copy of the whole state while it is in use, as of one moment.

SQLite's own online copy takes everything in one read transaction: writers go on meanwhile, and nothing of theirs that
was not committed when it began is in it (https://sqlite.org/backup.html). The folder is a state folder afterwards, so
that restoring is pointing `--state` at a copy of it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import StoreError, UsageError
from tracker.storage import presence
from tracker.storage.database import FILE

MARK = "BACKUP.txt"  # says that the folder is a backup, so that no state in use is ever written over
_PART = ".part"
_GROWING = ("snapshot", "version", "change", "review", "attempt")  # rows of these are never taken away
_SAYS = """This folder is a backup made by `tracker backup`. tracker.db holds everything: answers, changes, alerts, reviews.

To restore: stop the tracker, copy tracker.db (and nothing else) into an empty folder, give that folder as --state,
and run `tracker verify --state FOLDER`, which must end with 0 problems. The settings (sources.toml) and the
secrets that they name are kept apart, and are not in here.
"""


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What was written. `snapshots` and `changes` are counted in the copy itself."""

    path: Path
    bytes: int
    snapshots: int
    changes: int


def backup(state: Path, folder: Path) -> BackupResult:
    """Copies the state into the folder; an earlier backup there is replaced at the end, in one step, or not at all.

    Raises UsageError when there is nothing to save, the folder is no place for a backup, or the backup there holds more
    than the state (StateLost where the database is gone), StoreError when the copy
    cannot be written or is not whole.
    """
    source = state / FILE
    presence.required(state)
    target = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists() and (target.samefile(source) or not (folder / MARK).exists()):
            raise UsageError(f"{folder} is a state folder", cure="give a folder of its own for backups")
        if (folder / f"{FILE}-wal").exists():
            raise UsageError(f"{folder}: this backup is open just now", cure="end the `tracker` that uses it")
        with _alone(folder):
            return _copy(source, target)
    except (OSError, sqlite3.Error) as error:
        if presence.is_damage(error):
            raise presence.damaged(source, str(error)) from error
        raise StoreError(
            f"{folder}: the backup was not made: {error}", cure="is there room, and may you write there?"
        ) from error


def _copy(source: Path, target: Path) -> BackupResult:
    folder = target.parent
    for left in folder.glob(f"*{_PART}*"):
        left.unlink()  # of a backup that was cut off: nobody else is at work here
    handle, name = tempfile.mkstemp(suffix=_PART, dir=folder)
    os.close(handle)
    part = Path(name)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as old,
            closing(sqlite3.connect(part)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file that needs no others beside it
            (said,) = new.execute("PRAGMA quick_check(1)").fetchone()
            if said != "ok":
                raise presence.damaged(source, str(said))
            held = _contents(new)
        _no_less(target, held)
        sync(part)
        (folder / MARK).write_text(_SAYS, "utf-8")
        part.replace(target)
        sync(folder)
    finally:
        part.unlink(missing_ok=True)
    return BackupResult(target, target.stat().st_size, held["snapshot"], held["change"])


def _contents(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows there are of what is only ever added to."""
    there = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of ours
        for table in _GROWING
        if table in there
    }


def _no_less(target: Path, held: dict[str, int]) -> None:
    """Raises UsageError where the copy that is there holds more than the new one. One that cannot be read holds nothing."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as old:
            kept = _contents(old)
    except sqlite3.DatabaseError:
        return
    for table, number in kept.items():
        if held.get(table, 0) < number:
            raise UsageError(
                f"{target} holds {number} rows of {table}, the state {held.get(table, 0)}: the better copy stays",
                cure="is --state the right one? give another folder for this copy, or move that one away",
            )


def sync(path: Path) -> None:
    """What was written to a file, or renamed in a folder, is on the disk afterwards."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; the lock ends with its process, however that ends."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder}: another backup is being written there", cure="wait for it") from None
        yield
