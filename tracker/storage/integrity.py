"""The hash chain of all chained tables, the hash of a change's row, and the checks of rows against both.

Hashes are of values as the database stores them (`instants`, ISO days, 0 and 1). They detect alterations by other
tools; a writer that uses this program also writes the hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, select, text

from tracker.model import Level
from tracker.model.corrections import leading_fields
from tracker.storage import corrections
from tracker.storage.deliveries import Attempt
from tracker.storage.instants import to_text
from tracker.storage.schema import ATTEMPT, metadata

START = "0" * 64  # what the first entry of a chain is linked to

_CHANGE = (
    "id", "document_id", "version", "source", "kind", "document_number", "citation", "level", "direction", "published",
    "detected_at", "baseline", "editorial", "revision", "operations", "record",
)  # fmt: skip
_MADE = {"change_status": "state, since, until", "legal_date": "type, day, superseded"}
_LOST = 20  # the most rows without a parent that are named
_ATTEMPT = ("delivery_id", "at", "ok", "answer", "seconds")


def link(before: str, values: Iterable[Any]) -> str:
    """The SHA-256 that links an entry with these values to the entry before it, whose own link is `before`. All chains
    of the database use it."""
    return _hash([before, *map(_plain, values)])


def last_link(connection: Connection, table: Table) -> str:
    """The link of the newest entry of a chain; `START` where it has none."""
    found = connection.execute(select(table.c.chain).order_by(table.c.id.desc()).limit(1)).scalar()
    return str(found or START)


def change_hash(row: Mapping[Any, Any]) -> str:
    """The hash of a row of `change`."""
    return _hash([_plain(row[name]) for name in _CHANGE])


def attempt_hash(before: str, row: Mapping[Any, Any]) -> str:
    """The link of a row of `attempt` to the one before."""
    return link(before, (row[name] for name in _ATTEMPT))


def add_attempts(connection: Connection, delivery_ids: Sequence[int], attempt: Attempt) -> None:
    """Adds one row for each delivery that an attempt was for."""
    chain, rows = last_link(connection, ATTEMPT), list[dict[str, Any]]()
    for name in delivery_ids:
        row: dict[str, Any] = {
            "delivery_id": name, "at": attempt.at, "ok": attempt.ok, "answer": attempt.answer,
            "seconds": float(attempt.seconds),
        }  # fmt: skip
        chain = attempt_hash(chain, row)
        rows.append({**row, "chain": chain})
    connection.execute(insert(ATTEMPT), rows)


def verify(connection: Connection) -> Iterator[str | int]:
    """Yields a line for each altered change or attempt, and at the end the number of rows checked."""
    checked = 0
    made = {name: _Made(connection, name, columns) for name, columns in _MADE.items()}
    corrected = corrections.newest(connection)
    for row in _rows(connection, "SELECT seq, row_hash, {} FROM change ORDER BY seq", _CHANGE):
        checked += 1
        if row["row_hash"] != change_hash(row):
            yield f"change {row['id']}: the record, or what it is found by, was altered"
        elif differing := _differing(
            row,
            {name: rows.of(row["seq"]) for name, rows in made.items()},
            corrected.get(row["id"], []),
        ):
            yield f"change {row['id']}: {differing} is not what its record says"
    yield from verify_attempts(connection)
    checked += int(connection.execute(text("SELECT count(*) FROM attempt")).scalar_one())
    yield from _orphans(connection)
    yield checked


def _orphans(connection: Connection) -> Iterator[str]:
    """Yield rows whose parent is missing: other tools can switch off the checks of both databases."""
    left = _LOST
    for name, parent, query in _without_parent():
        for row in connection.execute(query.limit(left)):
            left -= 1
            yield f"{name} {' '.join(map(str, row))}: the {parent} that it belongs to was taken away"


@cache
def _without_parent() -> list[tuple[str, str, Select[Any]]]:
    """Return for each reference the tables of both rows, and the query of the rows whose parent is missing."""
    found = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            for reference in column.foreign_keys:
                parent = reference.column.table.alias("parent")
                has_parent = select(1).where(parent.c[reference.column.name] == column).exists()
                key = table.primary_key.columns
                query = select(*key).where(column.is_not(None), ~has_parent).order_by(*key)
                found.append((table.name, reference.column.table.name, query))
    return found


def verify_change(connection: Connection, change_id: str) -> Iterator[str]:
    """Yields a line where the row of this change was altered."""
    statement = text(f"SELECT row_hash, {', '.join(_CHANGE)} FROM change WHERE id = :id")  # noqa: S608 - names of ours
    row = connection.execute(statement, {"id": change_id}).mappings().one()
    if row["row_hash"] != change_hash(row):
        yield f"change {change_id}: the record, or what it is found by, was altered"


def verify_attempts(connection: Connection) -> Iterator[str]:
    """Yields a line for each attempt that was altered, or does not follow the one before."""
    chain = START
    for row in _rows(connection, "SELECT id, chain, {} FROM attempt ORDER BY id", _ATTEMPT):
        if row["chain"] != attempt_hash(chain, row):
            yield (
                f"attempt {row['id']} (delivery {row['delivery_id']}): the entry, or one before it, was altered or taken away"
            )
        chain = row["chain"]
    sent = connection.execute(
        text(
            "SELECT id, subject_id FROM delivery WHERE state = 'sent'"
            " AND id NOT IN (SELECT delivery_id FROM attempt) ORDER BY id LIMIT :most"
        ),
        {"most": _LOST},
    )
    for delivery in sent:
        yield f"delivery {delivery.id} ({delivery.subject_id}): it was sent, but no attempt is stored"


class _Made:
    """The rows of a table that are derived from records, read beside the changes and in their order."""

    def __init__(self, connection: Connection, table: str, columns: str) -> None:
        rows = connection.execute(text(f"SELECT seq, {columns} FROM {table} ORDER BY seq, id"))  # noqa: S608
        self._groups = groupby(rows, key=lambda row: int(row[0]))
        self._next = self._read()

    def _read(self) -> tuple[int, list[list[Any]]] | None:
        group = next(self._groups, None)
        return group and (group[0], [[*map(_plain, row[1:])] for row in group[1]])

    def of(self, seq: int) -> list[list[Any]]:
        """The rows of a change. Ask in the order of the changes."""
        while self._next is not None and self._next[0] < seq:
            self._next = self._read()
        return self._next[1] if self._next is not None and self._next[0] == seq else []


def _differing(
    row: Mapping[str, Any], made: Mapping[str, list[list[Any]]], corrected: Sequence[Mapping[str, Any]]
) -> str:
    """The column or derived table that differs from the record and its newest correction; empty
    where none does."""
    try:
        record = json.loads(row["record"])
        lead = leading_fields(corrected, row["revision"])
        said = {
            "level": (lead.level or Level(record["level"])).rank,
            "direction": lead.direction.value if lead.direction else record["direction"],
            **{name: record[name] for name in ("document_number", "published")},
        }
        rows = {
            "change_status": [[one["state"], one["from"], one["until"]] for one in record["status"]],
            "legal_date": [
                [one["type"], one["date"], int(one.get("superseded", False))] for one in record["dates"]
            ],
        }
    except (ValueError, KeyError, TypeError):
        return "the record"
    wrong = (name for name, value in said.items() if row[name] != value)
    return next(
        wrong,
        next((f"a row of {name}" for name, value in rows.items() if made[name] != value), ""),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _hash(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _rows(connection: Connection, statement: str, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows in batches, because records are long."""
    found = text(statement.format(", ".join(names))).execution_options(yield_per=500)
    for row in connection.execute(found).mappings():
        yield dict(row)
