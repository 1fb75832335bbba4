"""All rows of a state at one moment, as both databases store them: text, numbers, bytes, 0 and 1."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Table

from tracker.storage import location, schema_version
from tracker.storage.presence import FILE

_SOME = 200  # rows that PostgreSQL sends at a time


class Rows(Protocol):
    """`each` yields the rows of a query; the same moment for all of them."""

    def each(self, query: str) -> Iterator[Any]: ...


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def each(self, query: str) -> Iterator[Any]:
        yield from self._connection.execute(query)


class _Postgres:
    def __init__(self, url: str) -> None:
        from tracker.storage.postgres_reader import PostgresConnection

        self.connection = PostgresConnection(url)
        self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def each(self, query: str) -> Iterator[Any]:
        yield from self.connection.streamed(query, _SOME)


@contextmanager
def opened(state: Path) -> Iterator[Rows]:
    """Reads a state where its settings keep it. Raises sqlite3.Error or StoreError."""
    url = location.url_of(state)
    if url is None:
        with opened_file(state / FILE) as rows:
            yield rows
        return
    found = _Postgres(url)
    try:
        yield found
    finally:
        found.connection.close()


@contextmanager
def opened_file(file: Path) -> Iterator[Rows]:
    """Reads a database of SQLite."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        yield _Sqlite(connection)


def all_of(rows: Rows, table: Table, columns: list[str] | None = None) -> Iterator[Any]:
    """The rows of a table in the order of its primary key, which both databases have alike."""
    names = ", ".join(f'"{name}"' for name in columns or [column.name for column in table.columns])
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return rows.each(f"SELECT {names} FROM {table.name} ORDER BY {order}")  # noqa: S608 - names of the schema


def schema_of(rows: Rows) -> str:
    return str(next(iter(rows.each("SELECT version_num FROM alembic_version")))[0])


def is_current(rows: Rows) -> bool:
    return schema_of(rows) == schema_version.HEAD
