"""Records the statements that this process sends to PostgreSQL, and names those whose plan reads a whole table that grows.

The planner of PostgreSQL chooses by size and statistics, and it rightly reads small tables whole. So the tables that grow are
filled first: each row is copied many times, as settled history spread over ten years, other sources and other readers, most of
it baseline, and `ANALYZE` looks at them. Each statement is then planned with the values with which it ran. Switching sequential scans off would only show that there is an
index, not that it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, Integer, Table
from sqlmodel import AutoString

from tests.statements import BOUNDED, shape
from tracker.storage.postgres_objects import WORDS
from tracker.storage.row_log import NOTED
from tracker.storage.schema import metadata
from tracker.storage.table_base import DayType, InstantType

COPIES = 3_000  # rows of each table that grows, at least
# Tables with short rows fit in few pages, which are rightly read whole where a hundred rows are wanted.
_MORE = {"document_group": 40_000, "card": 40_000, "delivery": 20_000, "attempt": 20_000}
_STEP = 100_000  # between the numbers of two copies of a row
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# Text columns with few values; the others name something, and each copy has its own name.
_FEW = frozenset(
    {"source", "kind", "state", "role", "channel", "verb", "profile", "topic", "type", "relation", "section", "recipient",
     "reader", "action", "who", "language", "outcome", "direction", "level", "model", "prompt", "made_with", "sound"}
)  # fmt: skip
_SETTLED = {
    "delivery": {"state": "'sent'", "claimed_until": "NULL", "batch": "NULL"},
    "delivery_recipient": {"state": "'sent'"},
    "incident": {"closed_at": "opened_at"},
    "change": {"level": "CASE WHEN i % 20 = 0 THEN level ELSE 0 END", "queue_level": "CASE WHEN i % 20 = 0 THEN queue_level ELSE 0 END",
               "handled": "true", "decided": "true", "baseline": "i % 10 > 0"},
    "predicted_unit": {"state": "'settled'"},
    "resource": {"held_count": "0", "held_sha256": "NULL"},
}  # fmt: skip


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[str, Any]]]:
    """Yields the statements that run meanwhile, by shape: one of each, with its values."""
    found: dict[str, tuple[str, Any]] = {}
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def note(query: Any, values: Any) -> None:
        statement = query.decode() if isinstance(query, bytes) else str(query)
        if statement.lstrip().upper().startswith(_VERBS) and NOTED not in statement:  # a temporary table
            found.setdefault(shape(statement), (statement, values))

    def one(self: Any, query: Any, params: Any = None, **named: Any) -> Any:
        note(query, params)
        return execute(self, query, params, **named)

    def many(self: Any, query: Any, params_seq: Any, **named: Any) -> None:
        values = list(params_seq)
        if values:
            note(query, values[0])
        executemany(self, query, values, **named)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", one)
        patch.setattr(psycopg.Cursor, "executemany", many)
        yield found


def fill(connection: psycopg.Connection[Any]) -> set[str]:
    """Copies the rows of each table that grows. Returns the names of the tables that have rows."""
    filled = set()
    connection.execute("SET session_replication_role = replica")  # no trigger, and no check of references
    for table in metadata.sorted_tables:
        row = connection.execute(f"SELECT count(*) FROM {table.name}".encode()).fetchone()
        if table.name in BOUNDED or row is None or not row[0]:
            continue
        filled.add(table.name)
        own = _SETTLED.get(table.name, {})
        columns = [f'"{column.name}"' for column in table.columns]
        values = [own.get(column.name) or _copied(table, column) for column in table.columns]
        connection.execute(
            f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table.name}, generate_series(1, {_MORE.get(table.name, COPIES) // row[0] + 1}) AS i".encode()
        )
    connection.execute(
        f"INSERT INTO {WORDS} SELECT seq + i * {_STEP}, replace(words, '>', i || '>'), length FROM {WORDS},"
        f" generate_series(1, (SELECT {COPIES} / count(*) + 1 FROM {WORDS})) AS i".encode()
    )
    connection.execute("SET session_replication_role = DEFAULT")
    connection.execute("ANALYZE")
    return filled


def _copied(table: Table, column: Column[Any]) -> str:
    """The value of a column in copy `i`, as SQL."""
    name = f'{table.name}."{column.name}"'
    if isinstance(column.type, InstantType | DayType):
        day = f"to_char(substr({name}, 1, 10)::date - i % 3650 - 30, 'YYYY-MM-DD')"
        return f"{day} || substr({name}, 11)"
    if column.foreign_keys or column.primary_key or column.name == "seq":
        if isinstance(column.type, Integer):
            return f"{name} + i * {_STEP}"
        few = column.name in _FEW - {"source", "reader"} and not column.foreign_keys
        return name if few else _renamed(name, column)
    if column.name in {"source", "reader"}:
        return f"{name} || '-' || i % 50"
    named = isinstance(column.type, AutoString) and column.name not in _FEW
    return _renamed(name, column) if named else name


def _renamed(name: str, column: Column[Any]) -> str:
    length = getattr(getattr(column.type, "impl", None), "length", None)
    return f"left(md5({name} || i) || md5(i || {name}), {length})" if length else f"{name} || '~' || i"


def scans(
    connection: psycopg.Connection[Any], statements: dict[str, tuple[str, Any]], filled: set[str]
) -> dict[str, list[str]]:
    """The statements that read a whole table of these, each with the steps of its plan that do."""
    found: dict[str, list[str]] = {}
    partial = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
    some = {
        str(row[0]) for row in connection.execute(partial)
    }  # indexes of some rows of their table stay small
    for made, (statement, values) in statements.items():
        row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode(), values).fetchone()
        assert row is not None
        plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
        whole = [
            step
            for step in _whole(plan[0]["Plan"], filled | {WORDS}, ends_early=False)
            if not some & {*step.split()}
        ]
        if whole:
            found[made] = whole
    return found


def _whole(step: dict[str, Any], filled: set[str], *, ends_early: bool) -> Iterator[str]:
    kind, table = step["Node Type"], step.get("Relation Name", "")
    by_index = kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in step
    if table in filled and (kind == "Seq Scan" or by_index) and not ends_early:
        yield f"{kind} of {table} {step.get('Index Name', '')} {step.get('Filter', '')}".strip()
    if kind == "Limit":
        ends_early = True
    elif kind in {"Sort", "Incremental Sort", "Hash", "Aggregate", "Unique", "WindowAgg"}:
        ends_early = False  # it takes all rows before it gives the first
    for inner in step.get("Plans", ()):
        yield from _whole(inner, filled, ends_early=ends_early)
