"""Everything as one portable file: a zip with the tables as JSON lines and the kept bytes, each by its SHA-256.

    manifest.json           format, schema, rows and SHA-256 of each table's file
    tables/NAME.jsonl       one row a line; instants as ISO text in UTC, days as ISO text
    blobs/SHA256.zst        bytes kept: zstd; where `dictionary_sha256` is set in tables/blob.jsonl, with that blob's bytes as
                            dictionary (`zstd -d -D BASE`)

What is read from an archive is never a path: members are asked for by names that are made here, and any other name
is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Table

from tracker.archive.backup import sync
from tracker.errors import StoreError, UsageError
from tracker.storage import presence, schema_version
from tracker.storage.database import FILE
from tracker.storage.schema import metadata

FORMAT = 1
MANIFEST = "manifest.json"
BLOBS = "blob"
DOORS = frozenset({"account", "session", "api_key", "saved_search"})
DERIVED = frozenset(
    {"delivery_count", "data_version", "source_disk"}
)  # made again from the rows that they count
_NAME = re.compile(r"manifest\.json|tables/[a-z_]+\.jsonl|blobs/[0-9a-f]{64}\.zst")


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What an archive holds: rows by table, bytes of the file."""

    path: Path
    rows: dict[str, int]
    bytes: int


def tables() -> list[Table]:
    """All tables that travel, those first that others point at."""
    return [table for table in metadata.sorted_tables if is_exported(table.name)]


def is_exported(table: str) -> bool:
    """Not what lets people in: a file that travels opens no door."""
    return table not in DOORS | DERIVED


def member(table: str) -> str:
    return f"tables/{table}.jsonl"


def blob_member(sha256: str) -> str:
    return f"blobs/{sha256}.zst"


def known_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def export_archive(state: Path, file: Path) -> ExportResult:
    """Writes everything, as of one moment, into a file that must not exist yet; it is there whole or not at all.

    Raises UsageError when there is nothing to move or the file exists, StoreError when it cannot be written.
    """
    source = state / FILE
    presence.required(state)
    if file.exists():
        raise UsageError(f"{file} exists", cure="give a file that does not, or remove it")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        with closing(
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        ) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if schema != schema_version.HEAD:
                raise UsageError(
                    f"{state} has schema {schema}, this program writes {schema_version.HEAD}",
                    cure="run `tracker verify` once with this version, which brings an older state up",
                )
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                rows = _write(connection, archive)
        sync(part)
        part.replace(file)
        sync(file.absolute().parent)
    except (OSError, sqlite3.Error, zipfile.LargeZipFile) as error:
        if presence.is_damage(error):
            raise presence.damaged(source, str(error)) from error
        raise StoreError(
            f"{file}: not written: {error}", cure="is there room, and may you write there?"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return ExportResult(file, rows, file.stat().st_size)


def _write(connection: sqlite3.Connection, archive: zipfile.ZipFile) -> dict[str, int]:
    counts: dict[str, dict[str, Any]] = {}
    for table in tables():
        count, digest = 0, hashlib.sha256()
        with archive.open(member(table.name), "w", force_zip64=True) as out:
            for line in _lines(connection, table):
                out.write(line)
                digest.update(line)
                count += 1
        counts[table.name] = {"rows": count, "sha256": digest.hexdigest()}
    for row in connection.execute(
        "SELECT sha256, data FROM blob ORDER BY dictionary_sha256 IS NOT NULL, rowid"
    ):
        # What is packed already is stored as it is.
        archive.writestr(blob_member(row["sha256"]), row["data"], zipfile.ZIP_STORED)
    manifest = {"format": FORMAT, "program": "tracker", "schema": schema_version.HEAD, "tables": counts}
    archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
    return {name: found["rows"] for name, found in counts.items()}


def _lines(connection: sqlite3.Connection, table: Table) -> Iterator[bytes]:
    columns = [column for column in table.columns if (table.name, column.name) != (BLOBS, "data")]
    names = ", ".join(f'"{column.name}"' for column in columns)
    for row in connection.execute(f"SELECT {names} FROM {table.name} ORDER BY rowid"):  # noqa: S608
        values = {column.name: _plain(column.type, row[column.name]) for column in columns}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(kind: object, value: Any) -> Any:
    """A value as JSON means it, whatever SQLite keeps it as."""
    if value is None:
        return None
    if isinstance(kind, JSON):
        return json.loads(value)
    return bool(value) if isinstance(kind, Boolean) else value


def stored_values(table: Table, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The way back from `_plain`. Raises StoreError for a column that the table does not have, or a value that
    is none."""
    kinds = {column.name: column.type for column in table.columns}
    for row in rows:
        unknown = row.keys() - kinds.keys()
        if unknown:
            raise StoreError(f"{member(table.name)}: unknown column {min(unknown)!r}")
        values = {}
        for name, value in row.items():
            if isinstance(kinds[name], JSON) and value is not None:
                values[name] = json.dumps(value)
            elif isinstance(value, dict | list):
                raise StoreError(f"{member(table.name)}: {name} is no plain value")
            else:
                values[name] = value
        yield values
