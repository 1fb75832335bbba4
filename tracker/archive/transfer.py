"""Moves all rows of a state from one database to another, and proves that each row is the same.

The rows are copied as they are stored, with their numbers and hash chains, while the triggers are off; what triggers count
is copied like other rows. The search index is built again.
"""
# ruff: noqa: S608 - table and column names in the statements are those of the schema

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Table, text

from tracker.archive import rows as stored
from tracker.archive.rows import Rows
from tracker.errors import StoreError, UsageError
from tracker.storage import postgres_objects, row_log, text_index, triggers
from tracker.storage.database import Store
from tracker.storage.schema import metadata

_SOME = 200  # rows per statement
# A new database has rows of its own in these tables.
_PREPARED = frozenset({"row_event", "data_version", "kept_count"})


def into_postgres(rows: Rows, store: Store) -> dict[str, int]:
    """Fills an empty database in one transaction, and returns the number of rows by table. Raises UsageError where it is
    not empty, StoreError where a row differs afterwards; nothing is written then."""
    with store.write(durable=True) as connection:
        _require_empty(connection)
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
            connection.exec_driver_sql(f"DELETE FROM {table.name}")

        def insert(table: Table, some: Sequence[tuple[Any, ...]]) -> None:
            marks = ", ".join(["%s"] * len(table.columns))
            connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})", list(some)
            )

        counted = {table.name: _copied(rows, table, insert) for table in metadata.sorted_tables}
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
        postgres_objects.set_sequences(connection)
        text_index.rebuild(connection)
        _prove(rows, _Written(connection))
    return counted


def into_sqlite(rows: Rows, folder: Path) -> dict[str, int]:
    """Makes a state in SQLite in an empty folder, and returns the number of rows by table. Raises StoreError where a row
    differs afterwards."""
    made = Store(folder)
    made.close()
    with closing(sqlite3.connect(made.path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # the finished file is synced
        for trigger in triggers.all_triggers():
            connection.execute(f"DROP TRIGGER {trigger.name}")
        for table in metadata.sorted_tables:
            connection.execute(f"DELETE FROM {table.name}")

        def insert(table: Table, some: Sequence[tuple[Any, ...]]) -> None:
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})", some)

        counted = {table.name: _copied(rows, table, insert) for table in metadata.sorted_tables}
        for trigger in triggers.all_triggers():
            connection.execute(trigger.for_sqlite())
        connection.commit()
    store = Store(folder)
    try:
        with store.write() as opened:
            text_index.rebuild(opened)
        with store.read() as opened:
            _prove(rows, _Written(opened))
    finally:
        store.close()
    with closing(sqlite3.connect(made.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    return counted


class _Written:
    """The rows of the new database, before its transaction ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def each(self, query: str) -> Iterator[Any]:
        yield from self._connection.execute(text(query).execution_options(yield_per=_SOME))


def _require_empty(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if table.name in _PREPARED:
            continue
        if connection.exec_driver_sql(f"SELECT 1 FROM {table.name} LIMIT 1").first() is not None:
            raise UsageError(
                f"the database of [store] url is not empty: {table.name} has rows", cure="name a new database"
            )
    logged = connection.execute(
        text("SELECT 1 FROM row_event WHERE name <> :schema LIMIT 1"), {"schema": row_log.SCHEMA}
    )
    if logged.first() is not None:
        raise UsageError("the database of [store] url was used before", cure="name a new database")


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _copied(rows: Rows, table: Table, insert: Callable[[Table, Sequence[tuple[Any, ...]]], None]) -> int:
    truths = [isinstance(column.type, Boolean) for column in table.columns]
    count, found = 0, iter(stored.all_of(rows, table))
    while some := list(islice(found, _SOME)):
        insert(table, [_typed(row, truths) for row in some])
        count += len(some)
    return count


def _typed(row: Any, truths: Sequence[bool]) -> tuple[Any, ...]:
    """PostgreSQL takes no 0 for false."""
    return tuple(
        bool(value) if truth and value is not None else value
        for value, truth in zip(row, truths, strict=True)
    )


def _prove(one: Rows, other: Rows) -> None:
    """Raises StoreError for the first row that is not the same in both."""
    for table in metadata.sorted_tables:
        truths = [isinstance(column.type, Boolean) for column in table.columns]
        for place, (here, there) in enumerate(
            zip_longest(stored.all_of(one, table), stored.all_of(other, table)), 1
        ):
            if here is None or there is None or _typed(here, truths) != _typed(there, truths):
                raise StoreError(f"{table.name}: row {place} is not the same in both databases")
