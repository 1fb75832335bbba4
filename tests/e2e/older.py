"""States and archives as older versions wrote them: of what is stored, what their tables had."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tracker.archive.importer import tables_of
from tracker.storage.database import FILE


def empty(state: Path, revision: str) -> dict[str, list[str]]:
    """Makes an empty database of that version, and gives the columns of its tables, those first that others point at."""
    state.mkdir(parents=True)
    return {table.name: [column.name for column in table.columns] for table in tables_of(state, revision)}


def state_of(revision: str, now: Path, there: Path) -> Path:
    """The state `now` as that version would have kept it."""
    columns = empty(there, revision)
    with closing(sqlite3.connect(there / FILE, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS now", [str(now / FILE)])
        connection.execute("BEGIN")
        for table, names in columns.items():
            listed = ", ".join(f'"{name}"' for name in names)
            connection.execute(f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM now.{table}")
        connection.execute("COMMIT")
    return there


def members_of(revision: str, now: Mapping[str, bytes], there: Path) -> dict[str, bytes]:
    """The members of an archive as that version would have written them. `there` is a folder to work in."""
    columns = empty(there, revision)
    found = {name: data for name, data in now.items() if name.startswith("blobs/")}
    promised = {}
    for table, names in columns.items():
        rows = [json.loads(line) for line in now[f"tables/{table}.jsonl"].splitlines()]
        if table == "blob":
            names.remove("data")
        body = b"".join(json.dumps({name: row[name] for name in names}).encode() + b"\n" for row in rows)
        found[f"tables/{table}.jsonl"] = body
        promised[table] = {"rows": len(rows), "sha256": hashlib.sha256(body).hexdigest()}
    manifest = {"format": 1, "program": "tracker", "schema": revision, "tables": promised}
    return {**found, "manifest.json": json.dumps(manifest).encode()}
