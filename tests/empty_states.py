"""What makes the tests cheap without changing what they prove.

A new SQLite state is a copy of one empty database: the migrations take 0.1 s, the copy 2 ms, and the rows are the same.
Each statement is compiled once in a process and not once for each store. Temporary folders are in memory where there is room.
Tracebacks of logged errors are plain: the values of all variables, in frames, take half a second each.
The half a million objects that the modules and tests make are not searched for garbage again and again.
"""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

from tracker.storage import database, postgres
from tracker.storage.database import FILE, Store
from tracker.storage.migrations import run

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
_upgrade = run.upgrade
_STATEMENTS = 3_000
_taking_turns = threading.Lock()


def temporary_folders_in_memory() -> None:
    """Of this process and of those that it starts. Nothing where TMPDIR is set, or where the memory has no room."""
    if "TMPDIR" in os.environ or not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def rare_collections() -> None:
    """Look for garbage after 100,000 new objects and not after 700."""
    gc.set_threshold(100_000, 10, 5)


def plain_tracebacks() -> None:
    """As the log of a command has them."""
    renderer = structlog.get_config()["processors"][-1]
    assert isinstance(renderer, structlog.dev.ConsoleRenderer)
    renderer.exception_formatter = structlog.dev.plain_traceback


def copies_of_one_empty_state() -> None:
    """From now on a new SQLite database of this process is a copy of one that the migrations made."""
    _empty()
    run.upgrade = _copied_or_upgraded


def one_compilation_for_all_stores() -> None:
    """SQLAlchemy keeps compiled statements by engine and dialect; from now on the engines of a database share both."""
    for module, name in ((database, "_engine"), (postgres, "engine")):
        setattr(module, name, _sharing(getattr(module, name)))


def _sharing(make: Callable[[Any], Engine]) -> Callable[[Any], Engine]:
    """`make`, whose engines take over dialect and statements of the first one that connected."""
    connected: list[Engine] = []

    def made(address: Any) -> Engine:
        engine = make(address)
        if connected:
            engine.dialect, engine._compiled_cache = connected[0].dialect, connected[0]._compiled_cache
        else:
            engine._compiled_cache = LRUCache(_STATEMENTS)
            event.listen(engine.pool, "first_connect", lambda *_: connected.append(engine))
        return engine

    return made


def _copied_or_upgraded(engine: Engine, revision: str = "head") -> None:
    if engine.dialect.name == "sqlite" and revision == "head" and len(run.FOLDERS) == 1:
        with _taking_turns, engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            if raw.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                with sqlite3.connect(":memory:") as made:
                    made.deserialize(_empty())
                    made.backup(raw)
                made.close()
                return
    _upgrade(engine, revision)


@cache
def _empty() -> bytes:
    """The database of a new state, as a store makes it."""
    run.upgrade = _upgrade
    try:
        with tempfile.TemporaryDirectory() as folder:
            Store(Path(folder)).close()
            path = Path(folder) / FILE
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
            connection.close()
            return path.read_bytes()
    finally:
        run.upgrade = _copied_or_upgraded
