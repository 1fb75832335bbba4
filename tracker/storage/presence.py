"""Checks that the database of a state folder is still the same file: not removed, emptied, replaced under a running
program, or damaged. Of a state in PostgreSQL only whether there is one.

A folder that once had a database is never taken for a new one: everything would become the baseline again, and
changes since then would not be reported.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

from tracker.errors import StateDamaged, StateLost, StoreError, UsageError
from tracker.storage import location

FILE = "tracker.db"
MARKER = "STATE.txt"
# Files that other parts of the program write beside a database.
_BESIDE = (MARKER, f"{FILE}-wal", f"{FILE}-shm", "law-search.db")
_BACKUP = "BACKUP.txt"
_CURE = "restore a backup (docs/running.md); to start over on purpose, give --state another folder, or empty this one"
_OUR_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
_DAMAGE = ("malformed", "not a database", "database corruption", "disk image")
_SAYS = """A tracker keeps its state in this folder, in tracker.db. While this file is here, a folder without tracker.db, or with an
empty one, is refused: it would start over, and nobody would learn what happened meanwhile.
"""

Identity = tuple[int, int]


def check(state: Path) -> bool:
    """Whether there is a database; False in a new folder. Raises StateLost where there was one and it is gone or
    empty, StateDamaged where the file is not a database."""
    url = location.url_of(state)
    if url is not None:
        from tracker.storage.postgres import has_state

        return has_state(url)
    path = state / FILE
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        size = -1
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}", cure="give --state a folder that you may use"
        ) from error
    if path.is_dir():
        raise StoreError(f"{path} is a folder", cure="move it away: the database has this name")
    if size > 0 and _is_ours(path):
        return True
    found = _trace(state, empty=size >= 0)
    if found:
        what = {-1: "is not there", 0: "is empty"}.get(size, "is not a tracker's database")
        raise StateLost(f"{path} {what}, but there was one ({found} is beside it)", cure=_CURE)
    return False


def _is_ours(path: Path) -> bool:
    """Whether the file has the tracker's tables; also True where that is unknown because it is locked. Raises
    StateDamaged where it is not a database.

    SQLite opens the file, not this program: closing a descriptor of its own would release all locks that SQLite
    holds on the file in this process (fcntl(2)), and the next process to close the database would remove its log.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(_OUR_TABLE).fetchone() is not None
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise damaged(path, "it is not a database") from error
        return True


def required(state: Path) -> None:
    """Raises UsageError in a folder without a database, and the errors of `check`."""
    if not check(state):
        raise UsageError(f"{state}: nothing is stored yet", cure="run `tracker poll` first, or give --state")


def mark(state: Path) -> None:
    """Writes the marker once there is a database."""
    marker = state / MARKER
    if marker.exists():
        return
    try:
        marker.write_text(_SAYS, "utf-8")
    except OSError as error:
        # With read access only, the database can neither be lost nor created.
        if error.errno not in {errno.EACCES, errno.EROFS, errno.EPERM}:
            raise StoreError(
                f"{marker}: cannot be written: {error.strerror}", cure="is the disk full?"
            ) from error


def identity(path: Path) -> Identity | None:
    """Device and inode of the file; None where it is gone or empty."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_size else None


def still(path: Path, opened: Identity | None) -> None:
    """Raises StateLost where the path no longer leads to the opened file: writes would be lost."""
    now = identity(path)
    if now != opened:
        what = "was removed or emptied" if now is None else "was replaced by another file"
        raise StateLost(
            f"{path} {what} while it was in use; nothing more is written",
            cure="put it back, or restore a backup (docs/running.md), and start again",
        )


def is_damage(error: BaseException | None) -> bool:
    """Whether this is an SQLite error about the file itself."""
    return isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in _DAMAGE)


def damaged(path: Path, said: str) -> StateDamaged:
    return StateDamaged(f"{path}: damaged: {said}", cure="restore a backup: docs/running.md")


def integrity(path: Path) -> list[str]:
    """The result of SQLite's own check in one line; empty where the file is sound."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        try:
            rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise StoreError(f"{path}: {error}") from error
        rows = [str(error)]
    if rows == ["ok"]:
        return []
    said = " ".join(rows[0].split())
    more = f", and {len(rows) - 1} more" if len(rows) > 1 else ""
    return [damaged(path, f"{said}{more}").line()]


def _trace(state: Path, *, empty: bool) -> str:
    """A sign that there was a database; empty in a new folder. Beside an empty file, SQLite's own files are no
    sign: another process may be creating it."""
    for name in _BESIDE:
        if not (empty and name.startswith(FILE)) and (state / name).exists():
            return name
    if state.is_dir():
        for folder in sorted(state.iterdir()):
            if folder.is_dir() and (folder / _BACKUP).is_file():
                return f"{folder.name}/{_BACKUP}"
    return ""
