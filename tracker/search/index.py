"""Words of all stored versions of all texts, found again: an index beside the store, made from it and thrown away freely.

A unit that reads the same in a hundred versions stands in it once, with the first and the last version that has it.
"""

from __future__ import annotations

import fcntl
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from tracker.errors import ParseError
from tracker.model import Document
from tracker.rendering.redlines.stored import document_of
from tracker.search.query import Terms
from tracker.storage import versions
from tracker.storage.database import Store
from tracker.storage.presence import is_damage
from tracker.text import index_form

FILE = "law-search.db"
FORM = 2  # of the tables below; an index of another form is made anew
_TABLES = (
    "CREATE TABLE unit (id INTEGER PRIMARY KEY, identity TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER)",  # last NULL: the newest version that was read still has it
    "CREATE INDEX unit_open ON unit (identity, last)",
    "CREATE TABLE read (identity TEXT, ordinal INTEGER, PRIMARY KEY (identity, ordinal))",
    "CREATE VIRTUAL TABLE unit_fts USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2')",
    f"PRAGMA user_version = {FORM}",
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A unit as it read from version `first` to `last`; None: to this day."""

    identity: str
    path: str
    text: str
    first: int
    last: int | None


class SearchIndex:
    """One for a state folder. `refresh` reads what is new in the store; `find` asks."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.path = store.state / FILE
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def catch_up(self, sources: Sequence[str], seconds: float) -> int:
        """Reads what is new in a thread of its own and waits so long for it; how many versions are left."""
        if not self.unread(sources):
            return 0
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self.refresh, args=(tuple(sources),), name="law-search", daemon=True
                )
                self._thread.start()
            thread = self._thread
        thread.join(seconds)
        return len(self.unread(sources))

    def refresh(self, sources: Sequence[str], seconds: float = 3_600.0) -> int:
        """Reads versions that have not been read, for so long; how many are left."""
        ends = time.monotonic() + seconds
        with self._writing, self._opened() as index:
            todo = self.unread(sources)
            for done, (identity, ordinal) in enumerate(todo):
                if time.monotonic() > ends:
                    return len(todo) - done
                try:
                    with self.store.read() as connection:
                        version = versions.get(connection, identity, ordinal)
                        document = version and document_of(connection, version, version.volatile_patterns)
                except ParseError as error:
                    # What cannot be read is not there to be found; the page of the text says why.
                    log.warning("not searched", text=identity, version=ordinal, reason=error.line())
                    document = None
                with index:
                    _take(index, identity, ordinal, document or None)
        return 0

    def unread(self, sources: Sequence[str]) -> list[tuple[str, int]]:
        """The versions of these sources' texts that have not been read, oldest first."""
        with self.store.read() as connection:
            stored = versions.ordinals(connection, sources)
        with self._opened() as index:
            known = set(index.execute("SELECT identity, ordinal FROM read").fetchall())
        return [pair for pair in stored if pair not in known]

    def find(
        self, wanted: Terms, *, today_only: bool = False, limit: int = 50, offset: int = 0
    ) -> tuple[int, list[SearchHit]]:
        """How many units there are in which all terms occur, and some of them: those in force first."""
        question = " AND ".join(
            f"({' OR '.join(map(_phrase, group))})" for group in map(_askable, wanted) if group
        )
        if not question or any(not _askable(group) for group in wanted):
            return 0, []
        where = "id IN (SELECT rowid FROM unit_fts WHERE unit_fts MATCH ?)"
        if today_only:
            where += " AND last IS NULL"
        with self._opened() as index:
            total = index.execute(f"SELECT count(*) FROM unit WHERE {where}", [question]).fetchone()[0]  # noqa: S608
            rows = index.execute(
                f"SELECT identity, path, text, first, last FROM unit WHERE {where}"  # noqa: S608 - ours; values are bound
                " ORDER BY last IS NOT NULL, identity, id LIMIT ? OFFSET ?",
                [question, limit, offset],
            ).fetchall()
        return total, [SearchHit(*row) for row in rows]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(_connect(self.path)) as connection:
            yield connection


def _connect(path: Path) -> sqlite3.Connection:
    """Makes the index where there is none, or one of another form. Processes and threads do that one at a time, inside
    the file that others may have open: a file that is removed under them would be an error in their search."""
    connection = sqlite3.connect(path, timeout=30)
    try:
        if _form(connection) == FORM:
            return connection
        damaged = False
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            connection.close()
            raise
        damaged = True
    connection.close()
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if damaged:
            _remove_damaged(path)
        connection = sqlite3.connect(path, timeout=30)
        try:
            if _form(connection) != FORM:
                _make(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _form(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("BEGIN IMMEDIATE")
    for kind in ("CREATE VIRTUAL%", "CREATE TABLE%"):
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE ? AND name NOT LIKE 'sqlite%'",
            [kind],
        ).fetchall()
        for (name,) in found:
            connection.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.isolation_level = "DEFERRED"


def _remove_damaged(path: Path) -> None:
    """Under the lock; where somebody else has made it anew meanwhile, nothing is done."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            _form(connection)
        except sqlite3.DatabaseError:
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)


def _take(index: sqlite3.Connection, identity: str, ordinal: int, document: Document | None) -> None:
    known = index.execute("INSERT OR IGNORE INTO read VALUES (?, ?)", [identity, ordinal]).rowcount == 0
    if known or document is None:  # known: another process has read it meanwhile
        return
    rows = index.execute("SELECT path, text, id FROM unit WHERE identity = ? AND last IS NULL", [identity])
    standing = {(path, text): number for path, text, number in rows}
    present: set[tuple[str, str]] = set()
    for unit in document.units:
        place = (unit.path, unit.text)
        if place not in standing and place not in present and unit.text:
            row = index.execute(
                "INSERT INTO unit (identity, path, text, first) VALUES (?, ?, ?, ?)",
                [identity, unit.path, unit.text, ordinal],
            )
            index.execute(
                "INSERT INTO unit_fts (rowid, words) VALUES (?, ?)",
                [row.lastrowid, index_form(f"{unit.path} | {unit.text}")],
            )
        present.add(place)
    gone = [number for place, number in standing.items() if place not in present]
    index.executemany("UPDATE unit SET last = ? WHERE id = ?", [(ordinal - 1, number) for number in gone])


def _askable(group: Iterable[str]) -> list[str]:
    """Forms that hold a letter or a digit; the texts are English, so Japanese comes through its synonyms."""
    return [form for form in map(index_form, group) if re.search(r"\w", form)]


def _phrase(form: str) -> str:
    return '"' + form.replace('"', '""') + '"'
