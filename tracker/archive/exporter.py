"""Exports everything to one portable zip file: the tables as JSON lines, and the stored bytes named by their SHA-256.

    manifest.json           format, schema, rows and SHA-256 of each table's file
    tables/NAME.jsonl       one row per line; instants as ISO text in UTC, days as ISO text
    blobs/SHA256.zst        stored bytes, zstd; where `dictionary_sha256` is set in tables/blob.jsonl,
                            with that blob's bytes as dictionary (`zstd -d -D BASE`)

Nothing read from an archive is used as a path: members are opened by names made here, and any other name is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Table

from tracker.archive import rows as stored
from tracker.archive.backup import sync
from tracker.archive.rows import Rows
from tracker.errors import StoreError, UsageError
from tracker.storage import presence, schema_version
from tracker.storage.schema import metadata
from tracker.storage.table_base import JsonType

FORMAT = 1
MANIFEST = "manifest.json"
BLOBS = "blob"
CREDENTIALS = frozenset({"account", "session", "api_key", "saved_search"})
DERIVED = frozenset(
    {"card", "delivery_count", "kept_count", "data_version", "source_disk"}
)  # derived from the rows that they count, so not exported
_NAME = re.compile(r"manifest\.json|tables/[a-z_]+\.jsonl|blobs/[0-9a-f]{64}\.zst")


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The content of an archive: rows by table, and the size of the file in bytes."""

    path: Path
    rows: dict[str, int]
    bytes: int


def tables() -> list[Table]:
    """Return all exported tables, referenced tables first."""
    return [table for table in metadata.sorted_tables if is_exported(table.name)]


def is_exported(table: str) -> bool:
    """Return whether a table is exported. Sessions and passwords are not: an exported file must not give access."""
    return table not in CREDENTIALS | DERIVED


def member(table: str) -> str:
    return f"tables/{table}.jsonl"


def blob_member(sha256: str) -> str:
    return f"blobs/{sha256}.zst"


def known_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def export_archive(state: Path, file: Path) -> ExportResult:
    """Write everything, at one moment, to a new file; an interrupted export leaves no file.

    Raises UsageError when nothing is stored or the file exists, StoreError when it cannot be written.
    """
    presence.required(state)
    if file.exists():
        raise UsageError(f"{file} exists", cure="use another name, or remove it")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        with stored.opened(state) as rows:
            if not stored.is_current(rows):
                raise UsageError(
                    f"{state} has schema {stored.schema_of(rows)}, this program writes {schema_version.HEAD}",
                    cure="run `tracker verify` once with this version to upgrade the state",
                )
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                counts = _write(rows, archive)
        sync(part)
        part.replace(file)
        sync(file.absolute().parent)
    except (OSError, sqlite3.Error, zipfile.LargeZipFile) as error:
        if presence.is_damage(error):
            raise presence.damaged(state / presence.FILE, str(error)) from error
        raise StoreError(
            f"{file}: not written: {error}", cure="check free space and write permission"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return ExportResult(file, counts, file.stat().st_size)


def _write(rows: Rows, archive: zipfile.ZipFile) -> dict[str, int]:
    counts: dict[str, dict[str, Any]] = {}
    for table in tables():
        count, digest = 0, hashlib.sha256()
        with archive.open(member(table.name), "w", force_zip64=True) as out:
            for line in _lines(rows, table):
                out.write(line)
                digest.update(line)
                count += 1
        counts[table.name] = {"rows": count, "sha256": digest.hexdigest()}
    for row in rows.each("SELECT sha256, data FROM blob ORDER BY dictionary_sha256 IS NOT NULL, sha256"):
        # Blobs are compressed already, so the zip stores them as they are.
        archive.writestr(blob_member(row["sha256"]), row["data"], zipfile.ZIP_STORED)
    manifest = {"format": FORMAT, "program": "tracker", "schema": schema_version.HEAD, "tables": counts}
    archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
    return {name: found["rows"] for name, found in counts.items()}


def _lines(rows: Rows, table: Table) -> Iterator[bytes]:
    columns = [column for column in table.columns if (table.name, column.name) != (BLOBS, "data")]
    for row in stored.all_of(rows, table, [column.name for column in columns]):
        values = {column.name: _json_value(column.type, row[column.name]) for column in columns}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _json_value(kind: object, value: Any) -> Any:
    """Return a value as JSON, whatever type the database stores."""
    if value is None:
        return None
    if isinstance(kind, JSON | JsonType):
        return json.loads(value)
    return bool(value) if isinstance(kind, Boolean) else value


def stored_values(table: Table, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Reverse `_json_value`. Raises StoreError for a column that the table does not have, or an invalid value."""
    kinds = {column.name: column.type for column in table.columns}
    for row in rows:
        unknown = row.keys() - kinds.keys()
        if unknown:
            raise StoreError(f"{member(table.name)}: unknown column {min(unknown)!r}")
        values = {}
        for name, value in row.items():
            if isinstance(kinds[name], JSON | JsonType) and value is not None:
                values[name] = json.dumps(value)
            elif isinstance(value, dict | list):
                raise StoreError(f"{member(table.name)}: {name}: not a plain value")
            else:
                values[name] = value
        yield values
