"""The database: one SQLite file in the state folder (WAL), or a PostgreSQL database (`location`).

All writers take turns, so that the hash chains cannot fork. The writers of one process take turns by a lock; between
processes SQLite's own lock and `busy_timeout` do the same, and in PostgreSQL an advisory lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Transaction, create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from tracker.errors import StoreError
from tracker.storage import location, presence, row_log, schema_version

BUSY_SECONDS = 30
FILE = presence.FILE
_CURE = "is the state folder writable and the disk not full?"


class Store:
    """The engine. `read()` and `write()` return connections; a `write()` is one transaction, all or nothing."""

    def __init__(self, state: Path) -> None:
        try:
            state.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{state}: cannot be made: {error.strerror}",
                cure="give --state a folder that you may write to",
            ) from error
        self.state = state
        self.path = state / FILE
        self.url = location.url_of(state)
        self._writer = threading.Lock()
        self._open = threading.local()
        if self.url is None:
            if not presence.check(state):
                # SQLite would create it readable for everybody; its log and index take over the mode of the file.
                self.path.touch(mode=0o640)
            self.engine = _engine(self.path)
            self._reading: dict[str, Any] = {"tracker_read": True}
        else:
            from tracker.storage import postgres

            self.engine = postgres.engine(self.url)
            self._reading = postgres.READING
        try:
            self._migrate()
        except DBAPIError as error:
            raise self._trouble(error) from error
        self._identity: presence.Identity | None = None
        if self.url is None:
            presence.mark(state)
            self._identity = presence.identity(self.path)
        with self.read() as connection:
            adopted = row_log.adopted(connection, schema_version.HEAD)
        if not adopted:
            with self.write() as connection:
                if not row_log.adopted(connection, schema_version.HEAD) and row_log.may_adopt(connection):
                    row_log.adopt(connection, schema_version.HEAD)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading. Inside a `write()` of the same thread, that transaction with what it has
        written so far."""
        joined = self._current()
        if joined is not None:
            yield joined
            return
        try:
            with self.engine.execution_options(**self._reading).connect() as connection:
                yield connection
        except DatabaseError as error:
            away = self.url is not None and isinstance(error, OperationalError)
            if away or error.connection_invalidated or presence.is_damage(error.orig):
                raise self._trouble(error) from error
            raise

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction. Inside another `write()` of the same thread it joins that one. A power failure may lose
        the last transactions whole, but not a `durable` one, nor any before it: they are on the disk when it ends.
        Raises StoreError, and nothing is written, where the disk is full, the folder read only or the database
        locked; StateLost where the file was removed or replaced since it was opened; StateDamaged."""
        joined = self._current()
        if joined is not None:
            yield joined
            return
        self.still_there()
        try:
            with (
                self._writer,
                self.engine.execution_options(tracker_durable=durable).connect() as connection,
                self._begun(connection),
            ):
                self._open.connection = connection
                try:
                    yield connection
                    row_log.write_entries(connection)
                finally:
                    self._open.connection = None
        except DatabaseError as error:
            temporary = isinstance(error, OperationalError) or error.connection_invalidated
            if temporary or presence.is_damage(error.orig):
                raise self._trouble(error) from error
            raise

    @staticmethod
    def _begun(connection: Connection) -> Transaction:
        if "row_log" not in connection.info and connection.dialect.name == "sqlite":
            row_log.prepare(connection.connection.dbapi_connection)  # type: ignore[arg-type]
            connection.info["row_log"] = True
        return connection.begin()

    def still_there(self) -> None:
        """Raises StateLost where the file was removed, emptied or replaced since it was opened."""
        if self.url is None:
            presence.still(self.path, self._identity)

    def _trouble(self, error: DBAPIError) -> StoreError:
        if self.url is not None:
            from tracker.storage import postgres

            return postgres.trouble(self.url, error.orig)
        if presence.is_damage(error.orig):
            return presence.damaged(self.path, str(error.orig))
        return StoreError(f"{self.path}: {error.orig}", cure=_CURE)

    def is_writing(self) -> bool:
        """Whether this thread is inside a `write()`, in which nothing may be fetched or waited for."""
        return self._current() is not None

    def _current(self) -> Connection | None:
        return getattr(self._open, "connection", None)

    def close(self) -> None:
        self.engine.dispose()

    @property
    def name(self) -> str:
        """The database in messages: its file, or its address without the password."""
        return str(self.path) if self.url is None else self.engine.url.render_as_string(hide_password=True)

    def _migrate(self) -> None:
        with self.read() as connection:
            version = _version(connection)
        if version == schema_version.HEAD:
            return
        from tracker.storage.migrations.run import revisions, upgrade

        if version is not None and version not in revisions():
            self.engine.dispose()
            raise StoreError(
                f"{self.name} has schema {version!r:.20}; this program knows schemas up to {schema_version.HEAD}",
                cure="use a program as new as the one that wrote it, or a backup from before",
            )
        upgrade(self.engine)


def _version(connection: Connection) -> str | None:
    known = (
        "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        if connection.dialect.name == "sqlite"
        else "SELECT to_regclass('alembic_version')"
    )
    found = connection.execute(text(known)).first()
    if found is None or found[0] is None:
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        # pysqlite's own transaction handling begins too late for a consistent read-then-write
        # (https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable)
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("tracker_read"):
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql(
            f"PRAGMA synchronous={'FULL' if options.get('tracker_durable') else 'NORMAL'}"
        )
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
