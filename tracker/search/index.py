"""Indexes the words of all stored versions of all texts. The index file is derived from the database and may be
deleted at any time.

A unit that reads the same in a hundred versions has one row, with the first and the last version that contains
it.
"""

from __future__ import annotations

import fcntl
import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker.documents.listed_parties import Party, parties_of, party_from_json, party_to_json
from tracker.errors import ParseError
from tracker.logs import Logger
from tracker.model import Document, Unit, UnitKind
from tracker.rendering.redlines.stored import document_of
from tracker.search.near import Fts5Words, Near, Words, near
from tracker.search.query import Terms
from tracker.storage import versions
from tracker.storage.database import Store
from tracker.storage.presence import is_damage
from tracker.terms import place_label
from tracker.text import index_form
from tracker.text.words import JAPANESE, expression, index_words

FILE = "law-search.db"
INDEX_VERSION = 4  # version of the tables below; an index of another version is rebuilt
_TABLES = (
    # last NULL: the newest indexed version still has it. weight: 2 for a heading, 1 for a rule's words, 0.5 for a note.
    "CREATE TABLE unit (id INTEGER PRIMARY KEY, identity TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER, weight REAL NOT NULL)",
    "CREATE INDEX unit_open ON unit (identity, last)",
    # The listed parties of the newest indexed version of each text, as JSON.
    "CREATE TABLE party (identity TEXT NOT NULL, ordinal INTEGER NOT NULL, data TEXT NOT NULL)",
    "CREATE INDEX party_identity ON party (identity)",
    "CREATE TABLE read (identity TEXT, ordinal INTEGER, PRIMARY KEY (identity, ordinal))",
    # All versions of this source up to this row of the store are indexed; mark: of that row, as a restored store has others.
    "CREATE TABLE done (source TEXT PRIMARY KEY, version INTEGER NOT NULL, mark TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE unit_fts USING fts5(path, words, ja, context, content='', tokenize='porter unicode61 remove_diacritics 2')",
    f"PRAGMA user_version = {INDEX_VERSION}",
)
_HEADINGS = frozenset({UnitKind.HEADING, UnitKind.ECCN})
_STEP = re.compile(r" › |(?=\()|(?= ¶)|\.(?=\d+(?:[( ]|\Z))")
# How much a unit of a kind counts when hits are ranked.
_WEIGHTS = {
    UnitKind.HEADING: 2.0,
    UnitKind.ECCN: 2.0,
    UnitKind.NOTE: 0.7,
    UnitKind.CITATION: 0.5,
    UnitKind.AUTHORITY: 0.5,
    UnitKind.EFFECTIVE_NOTE: 0.5,
    UnitKind.EDITORIAL_NOTE: 0.5,
}
# bm25 is below zero, the best first.
_MATCHES = (
    "(SELECT rowid AS hit, bm25(unit_fts, 4.0, 1.0, 4.0, 0.3) AS score FROM unit_fts WHERE unit_fts MATCH ?)"
    " JOIN unit ON unit.id = hit"
)
# Whether a unit is in the newest version of its text, or in the one in force where newer ones are still to come.
_CURRENT = (
    "CASE WHEN force.number IS NULL THEN last IS NULL"
    " ELSE first <= force.number AND (last IS NULL OR last >= force.number) END"
)
log = Logger()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A unit as it read from version `first` to version `last`; None where it is current."""

    identity: str
    path: str
    text: str
    first: int
    last: int | None


class SearchIndex:
    """The index of one state folder. `refresh` indexes new versions; `find` answers queries."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.path = store.state / FILE
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def catch_up(self, sources: Sequence[str], seconds: float) -> int:
        """Index new versions in a thread, wait up to the given seconds, and return how many versions are left."""
        if not self._unread(sources, note=True):
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
        """Index new versions for the given seconds, and return how many are left."""
        ends = time.monotonic() + seconds
        with self._writing, self._open() as index:
            todo = self.unread(sources)
            for done, (identity, ordinal) in enumerate(todo):
                if time.monotonic() > ends:
                    return len(todo) - done
                try:
                    with self.store.read() as connection:
                        version = versions.get(connection, identity, ordinal)
                        document = version and document_of(connection, version, version.volatile_patterns)
                except ParseError as error:
                    # A version that cannot be parsed is not searchable; the page of the text gives the reason.
                    log.warning("not searched", text=identity, version=ordinal, reason=error.line())
                    document = None
                with index:
                    _index_version_text(index, identity, ordinal, document or None)
        return len(self._unread(sources, note=True))

    def unread(self, sources: Sequence[str]) -> list[tuple[str, int]]:
        """Return the versions of these sources' texts that are not indexed, oldest first."""
        return self._unread(sources, note=False)

    def _unread(self, sources: Sequence[str], *, note: bool) -> list[tuple[str, int]]:
        """As `unread`. Only versions that are newer than those of the last complete round are looked at; `note`: where none
        is left, the next round begins here."""
        with self._open() as index:
            with self.store.read() as connection:
                last, mark = versions.last(connection)
                done = index.execute(
                    "SELECT min(version), mark, count(*) FROM done WHERE source IN (SELECT value FROM json_each(?))",
                    [json.dumps(list(sources))],
                ).fetchone()
                after = done[0] if done[2] == len(set(sources)) and done[2] else 0
                if after and versions.mark(connection, after) != done[1]:
                    after = 0
                stored = versions.ordinals(connection, sources, after)
            left = [
                pair
                for pair in stored
                if not index.execute("SELECT 1 FROM read WHERE identity = ? AND ordinal = ?", pair).fetchone()
            ]
            if note and not left and last > after:
                with index:
                    index.executemany(
                        "INSERT OR REPLACE INTO done VALUES (?, ?, ?)",
                        [(source, last, mark) for source in sources],
                    )
        return left

    def find(
        self,
        wanted: Terms,
        *,
        today_only: bool = False,
        limit: int = 50,
        offset: int = 0,
        in_force: Mapping[str, int] | None = None,
    ) -> tuple[int, list[SearchHit]]:
        """Return the number of units in which all terms occur, and one page of them: current ones first, then by rank. `in_force`: the
        version in force of texts whose newest version is still to come."""
        question = expression(wanted)
        if not question or any(not expression([group]) for group in wanted):
            return 0, []
        where = _CURRENT if today_only else "1"
        found = f"{_MATCHES} LEFT JOIN (SELECT key AS name, value AS number FROM json_each(?)) AS force ON force.name = identity WHERE {where}"  # noqa: S608 - ours; values are bound
        values = [question, json.dumps(dict(in_force or {}))]
        with self._open() as index:
            total = index.execute(f"SELECT count(*) FROM {found}", values).fetchone()[0]  # noqa: S608 - ours; values are bound
            rows = index.execute(
                f"SELECT identity, path, text, first, CASE WHEN {_CURRENT} THEN NULL ELSE last END FROM {found}"  # noqa: S608 - as above
                f" ORDER BY NOT ({_CURRENT}), score * weight, identity, unit.id LIMIT ? OFFSET ?",
                [*values, limit, offset],
            ).fetchall()
        return total, [SearchHit(*row) for row in rows]

    def lists(self) -> dict[str, int]:
        """Return the texts that list parties, each with its newest indexed version."""
        with self._open() as index:
            return dict(
                index.execute("SELECT identity, max(ordinal) FROM party GROUP BY identity").fetchall()
            )

    def parties(self, identity: str) -> list[Party]:
        """Return the listed parties of the newest indexed version of a text."""
        with self._open() as index:
            rows = index.execute("SELECT data FROM party WHERE identity = ? ORDER BY rowid", [identity])
            return [party_from_json(json.loads(data)) for (data,) in rows]

    def near(self, query: str, *, today_only: bool = False) -> tuple[Near, ...]:
        """Return questions near one that finds nothing."""
        with self._open() as index:
            text_of = "SELECT path || ' ' || text FROM unit WHERE id = ?"
            words = Words(
                Fts5Words(index, "unit_fts", lambda row: str(index.execute(text_of, [row]).fetchone()[0]))
            )
            return near(query, lambda wanted: self.find(wanted, today_only=today_only, limit=0)[0], words)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(_connect(self.path)) as connection:
            yield connection


def _connect(path: Path) -> sqlite3.Connection:
    """Open the index, and create it where it is missing or of another version.

    Processes and threads create it one at a time, inside the existing file: deleting the file would break the
    searches that have it open.
    """
    connection = sqlite3.connect(path, timeout=30)
    try:
        if _index_version(connection) == INDEX_VERSION:
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
            if _index_version(connection) != INDEX_VERSION:
                _make(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _index_version(connection: sqlite3.Connection) -> int:
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
    """Delete a damaged index, under the lock. Nothing is deleted where another process has rebuilt it already."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            _index_version(connection)
        except sqlite3.DatabaseError:
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)


def _index_version_text(
    index: sqlite3.Connection, identity: str, ordinal: int, document: Document | None
) -> None:
    already_indexed = (
        index.execute("INSERT OR IGNORE INTO read VALUES (?, ?)", [identity, ordinal]).rowcount == 0
    )
    if already_indexed or document is None:  # already_indexed: by another process
        return
    rows = index.execute("SELECT path, text, id FROM unit WHERE identity = ? AND last IS NULL", [identity])
    open_units = {(path, text): number for path, text, number in rows}
    present: set[tuple[str, str]] = set()
    headings = {unit.path: unit.text for unit in document.units if unit.kind in _HEADINGS}
    for unit in document.units:
        place = (unit.path, unit.text)
        if place not in open_units and place not in present and unit.text:
            row = index.execute(
                "INSERT INTO unit (identity, path, text, first, weight) VALUES (?, ?, ?, ?, ?)",
                [identity, unit.path, unit.text, ordinal, _WEIGHTS.get(unit.kind, 1.0)],
            )
            index.execute(
                "INSERT INTO unit_fts (rowid, path, words, ja, context) VALUES (?, ?, ?, ?, ?)",
                [
                    row.lastrowid,
                    index_form(unit.path),
                    index_form(unit.text),
                    index_words(_japanese_of(unit)),
                    index_form(_context(unit, headings)),
                ],
            )
        present.add(place)
    _index_parties(index, identity, ordinal, document)
    gone = [number for place, number in open_units.items() if place not in present]
    index.executemany("UPDATE unit SET last = ? WHERE id = ?", [(ordinal - 1, number) for number in gone])


def _index_parties(index: sqlite3.Connection, identity: str, ordinal: int, document: Document) -> None:
    newest = index.execute("SELECT max(ordinal) FROM party WHERE identity = ?", [identity]).fetchone()[0]
    if newest is not None and newest > ordinal:
        return
    index.execute("DELETE FROM party WHERE identity = ?", [identity])
    index.executemany(
        "INSERT INTO party VALUES (?, ?, ?)",
        (
            [identity, ordinal, json.dumps(party_to_json(party), ensure_ascii=False)]
            for party in parties_of(document)
        ),
    )


def _context(unit: Unit, headings: Mapping[str, str]) -> str:
    """Return the headings above a unit: a paragraph rarely repeats what its section or entry is about."""
    above = (unit.path[: found.start()] for found in _STEP.finditer(unit.path))
    return " | ".join(headings[path] for path in above if path in headings)


def _japanese_of(unit: Unit) -> str:
    """Return the Japanese words of a unit: a heading's name, as the program names sections and ECCNs; the text of a page that
    has Japanese words.
    """
    name = place_label(unit.path, "ja") if unit.kind in _HEADINGS else ""
    return f"{name} {unit.text}" if JAPANESE.search(unit.text) else name
