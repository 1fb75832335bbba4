"""A chained log of the rows that change during work (versions, deliveries, mutes, accounts, incidents, ...), so
that `verify` can compare each row with what this program last wrote.

Triggers note which rows a transaction of this program touches, with their earlier values: temporary ones on its
connections in SQLite, in PostgreSQL those of `postgres_objects`, which the writes of other tools do not fire. At the end of the transaction each touched row gets an entry: the hash of
its values (empty: deleted), and whether its earlier values agree with its last entry (`sound`). A row that other
tools altered differs from its last entry, or makes the next entry unsound. `chain` hashes each entry with the one
before. NULL columns are left out of a hash, so that a new column that may be NULL leaves hashes unchanged.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, text

from tracker.storage import integrity
from tracker.storage.schema import metadata
from tracker.storage.table_base import POSTGRES

SCHEMA = "(schema)"  # `name` of the entry with the schema for which all rows have entries

# Tables whose rows have entries, each with the columns that are left out and the reason.
EXEMPT_COLUMNS: dict[str, dict[str, str]] = {
    "version": {},
    "source": {
        "state": "the last poll's, written again by the next", "since": "as `state`", "reason": "as `state`",
        "next_poll_at": "bounded by the interval at every look", "lease_owner": "a lease, bounded by its time",
        "lease_until": "as `lease_owner`", "last_attempt_at": "the last poll's", "last_success_at": "the last poll's",
        "consecutive_failures": "the last poll's", "last_report": "the last poll's figures",
    },
    "resource": {
        "size": "a figure", "last_full_fetch_at": "bounded by full_fetch_every at every look", "extraction_config": "another one asks for the whole",
        "held_sha256": "until the next poll", "held_count": "until the next poll", "missing_count": "until the next poll",
    },
    "delivery": {"claimed_until": "a lease, bounded by its time"},
    "delivery_recipient": {}, "notice": {}, "incident": {}, "reconciliation": {}, "document_group": {}, "thread": {}, "mute": {},
    "account": {}, "api_key": {}, "saved_search": {}, "session": {}, "login_event": {}, "watch_entry": {},
    "change_topic": {}, "change_profile": {}, "document_relation": {}, "document_name": {}, "effect": {}, "effect_name": {}, "predicted_unit": {}, "flapping": {}, "absence": {},
}  # fmt: skip

# Tables without entries, and what detects an alteration instead, or why none matters.
EXEMPT_TABLES = {
    "blob": "hashed again byte by byte", "snapshot": "a chain of its own", "attempt": "a chain of its own",
    "review": "a chain of its own", "audit_log": "a chain of its own", "tombstone": "a chain of its own", "row_event": "this log",
    "change": "a seal in each row", "change_status": "compared with the record", "legal_date": "compared with the record",
    "change_text": "what is searched by; made again from the records", "delivery_count": "counts, kept by triggers",
    "kept_count": "counts, kept by triggers", "card": "levels, kept by triggers",
    "read_mark": "what a reader has opened; nothing depends on it",
    "data_version": "counts, kept by triggers", "source_disk": "counts, kept by triggers",
    "similarity_result": "never part of a finding; nothing depends on it", "model_summary": "as `similarity_result`",
}  # fmt: skip

# A claim is a lease on a pending row: it has no entry.
_STATE = "CASE {0} WHEN 'claimed' THEN 'pending' ELSE {0} END"
NOTED = "touched_rows"


def tables() -> list[Table]:
    return [metadata.tables[name] for name in EXEMPT_COLUMNS if name in metadata.tables]


def columns(table: Table) -> list[str]:
    """The columns that an entry covers."""
    return [column.name for column in table.columns if column.name not in EXEMPT_COLUMNS[table.name]]


def prepare(connection: sqlite3.Connection) -> None:
    """Creates the triggers on a connection to SQLite that writes, outside any transaction."""
    cursor = connection.cursor()
    for statement in _statements():
        cursor.execute(statement)
    cursor.close()


# The table of a connection to PostgreSQL that its triggers write to.
POSTGRES_NOTED = (
    f"CREATE TEMP TABLE IF NOT EXISTS {NOTED} (place bigint GENERATED ALWAYS AS IDENTITY, name text, key text, old text,"
    " PRIMARY KEY (name, key)) ON COMMIT DELETE ROWS"
)


def write_entries(connection: Connection) -> None:
    """Adds the entries of this transaction, as its last statement."""
    order = "place" if _is_postgres(connection) else "rowid"
    touched = connection.execute(text(f"SELECT name, key, old FROM {NOTED} ORDER BY {order}")).all()  # noqa: S608
    if not touched:
        return
    chain = _last_chain(connection)
    entries: list[dict[str, Any]] = []
    for name, key, old in touched:
        now = _now(connection, name, key)
        before, after = _hash(name, key, _plain(connection, name, old)), _hash(name, key, now)
        if before == after:
            continue
        last = _last(connection, name, key)
        chain = _entry(entries, chain, name, key, after, sound=before == last)
    _add(connection, entries)
    connection.execute(text(f"DELETE FROM {NOTED}"))  # noqa: S608


def adopted(connection: Connection, schema: str) -> bool:
    """Whether all rows have entries for this schema."""
    found = connection.execute(
        text("SELECT key FROM row_event WHERE name = :name ORDER BY id DESC LIMIT 1"), {"name": SCHEMA}
    ).scalar()
    return found == schema


def may_adopt(connection: Connection) -> bool:
    """Whether rows without entries may be adopted: in a database that an earlier schema logged, or without rows.
    Where the log of a database with rows is missing, it was deleted, and `verify` reports that."""
    logged = connection.execute(text("SELECT 1 FROM row_event LIMIT 1")).scalar()
    return bool(logged) or not any(
        connection.execute(text(f"SELECT 1 FROM {table.name} LIMIT 1")).scalar()  # noqa: S608 - names of the schema
        for table in (metadata.tables["snapshot"], *tables())
    )


def adopt(connection: Connection, schema: str) -> None:
    """Adds entries for all rows as they are: of a database without entries, or one that was upgraded to another
    schema."""
    chain, entries = _last_chain(connection), list[dict[str, Any]]()
    for table in tables():
        for key, now, last in list(_every(connection, table)):
            after = _hash(table.name, key, now)
            if after != (last or ""):
                chain = _entry(entries, chain, table.name, key, after, sound=True)
    _entry(entries, chain, SCHEMA, schema, hashlib.sha256(schema.encode()).hexdigest(), sound=True)
    _add(connection, entries)
    connection.execute(text(f"DELETE FROM {NOTED}"))  # noqa: S608


def leave_behind(connection: Connection, names: Collection[str]) -> None:
    """Adds entries for rows of these tables that an archive did not contain."""
    chain, entries = _last_chain(connection), list[dict[str, Any]]()
    for table in tables():
        if table.name in names:
            for (key,) in connection.execute(text(_gone(connection, table))).all():
                chain = _entry(entries, chain, table.name, key, "", sound=True)
    _add(connection, entries)


def verify(connection: Connection) -> Iterator[str]:
    """Yields a line for each entry that does not follow the one before, and for each row that differs from its last
    entry."""
    yield from verify_chain(connection)
    for table in tables():
        yield from verify_rows(connection, table.name)


def verify_chain(connection: Connection) -> Iterator[str]:
    """Yields a line for each entry that does not follow the one before, or is not sound."""
    chain = integrity.START
    found = connection.execute(
        text("SELECT id, name, key, after, sound, chain FROM row_event ORDER BY id").execution_options(
            yield_per=1000
        )
    )
    for row in found:
        if row.chain != integrity.link(chain, (row.name, row.key, row.after, row.sound)):
            yield f"row_event {row.id} ({row.name} {row.key}): the entry, or one before it, was altered or taken away"
        elif not row.sound:
            yield f"{row.name} {row.key}: the row was altered by other means before entry {row.id}"
        chain = row.chain


def verify_rows(connection: Connection, name: str, keys: Sequence[str] | None = None) -> Iterator[str]:
    """The rows of a table, or those with these keys (`key`)."""
    table = metadata.tables[name]
    for found, now, last in _every(connection, table):
        if keys is not None and found not in keys:
            continue
        if last is None or last == "":
            yield f"{name} {found}: the row was not written by this program"
        elif last != _hash(name, found, now):
            yield f"{name} {found}: the row was altered"
    for (found,) in connection.execute(text(_gone(connection, table))):
        if keys is None or found in keys:
            yield f"{name} {found}: the row was taken away"


def key(*values: Any) -> str:
    """The key of a row from its primary key, in the format of SQLite's `json_array`."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


# --- statements ---------------------------------------------------------------------------------------------------


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == POSTGRES


def _key(table: Table, row: str) -> str:
    return f"json_array({', '.join(f'{row}.{column.name}' for column in table.primary_key)})"


def _postgres_key(table: Table, row: str) -> str:
    parts = (f"to_json({row}.{column.name})::text" for column in table.primary_key)
    return f"'[' || concat_ws(',', {', '.join(parts)}) || ']'"


def _values(table: Table, row: str) -> str:
    pairs = []
    for name in columns(table):
        value = f'{row}."{name}"'
        if name == "state" and table.name == "delivery":
            value = _STATE.format(value)
        pairs.append(f"'{name}', {value}")
    return f"json_patch('{{}}', json_object({', '.join(pairs)}))"


def _plain(connection: Connection, name: str, values: str | None) -> str | None:
    """The values of a row as SQLite's `_values` writes them."""
    if values is None or not _is_postgres(connection):
        return values
    table, row = metadata.tables[name], json.loads(values)
    if name == "delivery" and row["state"] == "claimed":
        row["state"] = "pending"
    found = {column: row[column] for column in columns(table) if row.get(column) is not None}
    found = {column: int(value) if isinstance(value, bool) else value for column, value in found.items()}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1)
def _statements() -> tuple[str, ...]:
    made = [f"CREATE TEMP TABLE {NOTED} (name TEXT, key TEXT, old TEXT, PRIMARY KEY (name, key))"]
    for table in tables():
        of = ", ".join(f'"{name}"' for name in columns(table))
        for event, row, old in (
            ("INSERT", "NEW", "NULL"),
            (f"UPDATE OF {of}", "OLD", _values(table, "OLD")),
            ("DELETE", "OLD", _values(table, "OLD")),
        ):
            this = _key(table, row)
            made.append(
                f"CREATE TEMP TRIGGER touched_{table.name}_{event[:6].lower()} AFTER {event} ON main.{table.name} BEGIN"  # noqa: S608
                f" INSERT INTO {NOTED} SELECT '{table.name}', {this}, {old} WHERE NOT EXISTS"
                f" (SELECT 1 FROM {NOTED} WHERE name = '{table.name}' AND key = {this}); END"
            )
    return tuple(made)


def _now(connection: Connection, name: str, key: str) -> str | None:
    """The values of one row; None where it does not exist."""
    postgres = _is_postgres(connection)
    # Bound one by one: a value of JSON has no type that PostgreSQL compares with a column.
    given = (
        {f"part_{place}": value for place, value in enumerate(json.loads(key))} if postgres else {"key": key}
    )
    return _plain(connection, name, connection.execute(text(_one(name, postgres=postgres)), given).scalar())


@lru_cache(maxsize=64)
def _one(name: str, *, postgres: bool) -> str:
    table = metadata.tables[name]
    where = " AND ".join(
        f"r.{column.name} = " + (f":part_{place}" if postgres else f"json_extract(:key, '$[{place}]')")
        for place, column in enumerate(table.primary_key)
    )
    values = "row_to_json(r)::text" if postgres else _values(table, "r")
    return f"SELECT {values} FROM {name} AS r WHERE {where}"  # noqa: S608 - names of the schema


def _every(connection: Connection, table: Table) -> Iterator[tuple[str, str | None, str | None]]:
    """Key, values and last entry of every row."""
    last = f"(SELECT after FROM row_event WHERE name = '{table.name}' AND key = {{}} ORDER BY id DESC LIMIT 1) AS last"  # noqa: S608
    if _is_postgres(connection):
        rows = (
            f"SELECT {_postgres_key(table, 'r')} AS key, row_to_json(r)::text AS now FROM {table.name} AS r"  # noqa: S608
        )
        statement = f"SELECT key, now, {last.format('every.key')} FROM ({rows}) AS every"  # noqa: S608
    else:
        this = _key(table, "r")
        statement = (
            f"SELECT {this} AS key, {_values(table, 'r')} AS now, {last.format(this)} FROM {table.name} AS r"  # noqa: S608
        )
    for key, now, found in connection.execute(text(statement)):
        yield key, _plain(connection, table.name, now), found


def _gone(connection: Connection, table: Table) -> str:
    this = _postgres_key(table, "r") if _is_postgres(connection) else _key(table, "r")
    return (
        f"SELECT key FROM row_event AS e WHERE name = '{table.name}' AND after <> '' AND id = (SELECT max(id)"  # noqa: S608
        f" FROM row_event WHERE name = '{table.name}' AND key = e.key) AND key NOT IN (SELECT {this} FROM {table.name} AS r)"
    )


# --- entries ------------------------------------------------------------------------------------------------------


def _entry(entries: list[dict[str, Any]], chain: str, name: str, key: str, after: str, *, sound: bool) -> str:
    chain = integrity.link(chain, (name, key, after, sound))
    entries.append({"name": name, "key": key, "after": after, "sound": sound, "chain": chain})
    return chain


def _add(connection: Connection, entries: list[dict[str, Any]]) -> None:
    if entries:
        connection.execute(
            text(
                "INSERT INTO row_event (name, key, after, sound, chain) VALUES (:name, :key, :after, :sound, :chain)"
            ),
            entries,
        )


def _last_chain(connection: Connection) -> str:
    found = connection.execute(text("SELECT chain FROM row_event ORDER BY id DESC LIMIT 1")).scalar()
    return str(found or integrity.START)


def _last(connection: Connection, name: str, key: str) -> str:
    found = connection.execute(
        text("SELECT after FROM row_event WHERE name = :name AND key = :key ORDER BY id DESC LIMIT 1"),
        {"name": name, "key": key},
    ).scalar()
    return str(found or "")


def _hash(name: str, key: str, values: str | None) -> str:
    """The hash of a row's values; empty for a row that does not exist."""
    return "" if values is None else hashlib.sha256(f"{name}\n{key}\n{values}".encode()).hexdigest()
