"""Opens a state for the readers of plain SQL. A state of an older version is upgraded first."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tracker.errors import StoreError
from tracker.storage import location, presence
from tracker.storage.reading import ReadConnection
from tracker.storage.schema_version import HEAD

_NOTHING = "nothing is stored yet"


def opened(state: Path) -> ReadConnection:
    """Raises StoreError where there is no state, or where it cannot be read."""
    url = location.url_of(state)
    return _sqlite(state) if url is None else _postgres(state, url)


def _sqlite(state: Path) -> ReadConnection:
    path = state / presence.FILE
    if not presence.check(state):
        raise StoreError(f"{state}: {_NOTHING}", cure="run `tracker poll` first, or give --state")
    try:
        connection = _connect(path)
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        if not known or _version(connection) != HEAD:
            connection.close()
            _upgrade(state)
            connection = _connect(path)
    except sqlite3.Error as error:
        if presence.is_damage(error):
            raise presence.damaged(path, str(error)) from error
        raise StoreError(f"{path}: {error}") from error
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA mmap_size=268435456")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30, check_same_thread=False)


def _postgres(state: Path, url: str) -> ReadConnection:
    from tracker.storage.postgres import require_driver

    require_driver()
    from tracker.storage.postgres_reader import PostgresConnection

    connection = PostgresConnection(url)
    known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    if known is None or known[0] is None:
        raise StoreError(f"the database of [store] url: {_NOTHING}", cure="run `tracker poll` first")
    if _version(connection) != HEAD:
        _upgrade(state)
    return connection


def _version(connection: ReadConnection) -> str | None:
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _upgrade(state: Path) -> None:
    from tracker.storage.database import Store

    Store(state).close()
