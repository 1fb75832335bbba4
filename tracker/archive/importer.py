"""Imports an archive into an empty state: everything is checked first, then put in place in one step.

An archive may come from anywhere, so nothing in it is trusted: names, sizes, hashes, columns and the hash
chains are checked, and decompression is limited. Until every check passes there is no state.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import zstandard
from sqlalchemy import Column, MetaData, Table, create_engine, inspect
from sqlalchemy.exc import DBAPIError

from tracker.archive import transfer
from tracker.archive.backup import backup, sync
from tracker.archive.exporter import (
    BLOBS,
    CREDENTIALS,
    FORMAT,
    MANIFEST,
    ExportResult,
    blob_member,
    is_exported,
    known_name,
    member,
    stored_values,
)
from tracker.archive.rows import opened_file
from tracker.archive.verification import verify
from tracker.errors import StoreError, UsageError
from tracker.storage import location, row_log, schema_version, snapshots
from tracker.storage.database import FILE, Store
from tracker.storage.migrations import run
from tracker.storage.sqlite_objects import is_shadow, rebuild_search

WORK = ".importing"
MAX_BLOB = 256_000_000  # bytes of one decompressed blob; answers are accepted up to 60 MB
MAX_LINE = 64_000_000
MAX_RATIO = 200  # highest ratio of a table's file to its compressed size
_SOME = 500  # rows per statement
_DAMAGED = "the archive is damaged, or another program made it"


def import_archive(file: Path, state: Path) -> ExportResult:
    """Read an archive into a state folder that is still empty.

    Raises UsageError when the state is not empty, the file is not an archive, or its version is not supported;
    StoreError, with the state left empty, when a check fails.
    """
    url = location.url_of(state)
    if url is None and (state / FILE).exists():
        raise UsageError(f"{state}: the state is not empty", cure="give --state an empty folder")
    work = state / WORK
    try:
        shutil.rmtree(work, ignore_errors=True)  # left by an interrupted import
        work.mkdir(parents=True)
        with zipfile.ZipFile(file) as archive:
            rows = _read(archive, file, work)
        _check(work, file)
        if url is None:
            (work / FILE).replace(state / FILE)
            sync(state)
        else:
            _move(work, state)
        size = (work if url else state) / FILE
        size_in_bytes = size.stat().st_size
    except zipfile.BadZipFile as error:
        raise UsageError(f"{file} is not an archive of `tracker export`: {error}") from error
    except (
        zlib.error,
        zstandard.ZstdError,
        ValueError,
        EOFError,
        NotImplementedError,  # raised by zipfile for a compression or encryption it does not support
        RuntimeError,
    ) as error:
        raise StoreError(f"{file}: {error}", cure=_DAMAGED) from error
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise StoreError(
            f"{file}: not imported: {error}", cure="check free space and write permission"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return ExportResult(file, rows, size_in_bytes)


def import_state(folder: Path, state: Path) -> ExportResult:
    """Move a state or a backup in SQLite into the empty PostgreSQL database of `[store] url`, accounts included, and prove
    that each row is the same. The folder stays as it is.

    Raises UsageError when the database is not empty or there is none; StoreError, with the database left empty, when
    a check fails.
    """
    if location.url_of(state) is None:
        raise UsageError(
            "a folder is imported into PostgreSQL only, and [store] names no database",
            cure=f"use the folder itself: --state {folder}",
        )
    work = state / WORK
    try:
        shutil.rmtree(work, ignore_errors=True)
        backup(folder, work)
        found = verify(work, {}, lambda _: None)
        if found.problems:
            raise StoreError(f"{folder}: {len(found.problems)} problems, the first: {found.problems[0]}")
        rows = _move(work, state)
        return ExportResult(folder, rows, (work / FILE).stat().st_size)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _move(work: Path, state: Path) -> dict[str, int]:
    """Copy the checked state to the PostgreSQL database of another one."""
    with closing(Store(state)) as store, opened_file(work / FILE) as rows:
        return transfer.into_postgres(rows, store)


def _read(archive: zipfile.ZipFile, file: Path, work: Path) -> dict[str, int]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if not known_name(info.filename):
            raise StoreError(f"{file}: {info.filename[:80]!r} is not part of an archive", cure=_DAMAGED)
        if info.filename in members:
            raise StoreError(f"{file}: {info.filename} occurs twice", cure=_DAMAGED)
        members[info.filename] = info
    schema, promised = _manifest(archive, members, file)
    found = tables_of(work, schema)
    if promised.keys() != {table.name for table in found}:
        raise StoreError(f"{file}: the tables differ from those in the manifest", cure=_DAMAGED)
    with closing(sqlite3.connect(work / FILE)) as connection:
        connection.execute(
            "PRAGMA synchronous=OFF"
        )  # no durability needed before the end; the finished file is synced
        connection.execute("BEGIN")
        for table in found:
            _fill(connection, archive, members, table, promised[table.name])
        connection.execute("COMMIT")
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise StoreError(f"{file}: a row of {broken[0]} refers to a missing row", cure=_DAMAGED)
    return {name: int(found["rows"]) for name, found in promised.items()}


def tables_of(work: Path, schema: str) -> list[Table]:
    """Create an empty database of that schema version, and return its exported tables, referenced tables first."""
    engine, made = create_engine(f"sqlite:///{work / FILE}"), MetaData()
    try:
        run.upgrade(engine, schema)
        found = inspect(engine)
        return [
            Table(name, made, *(Column(column["name"], column["type"]) for column in found.get_columns(name)))
            for name, _ in found.get_sorted_table_and_fkc_names()
            if name and is_exported(name) and not is_shadow(name) and not name.startswith("alembic_")
        ]
    finally:
        engine.dispose()


def _manifest(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], file: Path
) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the schema version of the archive, and the rows and hash of each table."""
    if MANIFEST not in members or members[MANIFEST].file_size > 1_000_000:
        raise UsageError(f"{file} is not an archive of `tracker export`: it has no {MANIFEST}")
    found = json.loads(archive.read(MANIFEST))
    if not isinstance(found, dict) or found.get("program") != "tracker":
        raise UsageError(f"{file} is not an archive of `tracker export`")
    schema, promised = found.get("schema"), found.get("tables")
    if found.get("format") != FORMAT or schema not in run.revisions():
        raise UsageError(
            f"{file} has format {found.get('format')!r:.20} and schema {schema!r:.20}; this program reads format {FORMAT} and schemas up to {schema_version.HEAD}",
            cure="import it with the version that made it, or a newer one",
        )
    if not isinstance(promised, dict) or not all(
        isinstance(entry, dict)
        and isinstance(entry.get("rows"), int)
        and isinstance(entry.get("sha256"), str)
        for entry in promised.values()
    ):
        raise StoreError(f"{file}: the manifest is invalid", cure=_DAMAGED)
    return schema, promised


def _fill(
    connection: sqlite3.Connection,
    archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    table: Table,
    promised: dict[str, Any],
) -> None:
    name = member(table.name)
    info = members.get(name)
    if info is None:
        raise StoreError(f"{name} is missing", cure=_DAMAGED)
    if info.file_size > MAX_RATIO * info.compress_size + 1_000_000:
        raise StoreError(
            f"{name} would unpack to {info.file_size / 1e6:.0f} MB, which is over the limit", cure=_DAMAGED
        )
    digest, count = hashlib.sha256(), 0
    batch: list[dict[str, Any]] = []
    for line in _lines(archive, info):
        digest.update(line)
        row = json.loads(line)
        if not isinstance(row, dict):
            raise StoreError(f"{name}: line {count + 1} is not a row", cure=_DAMAGED)
        batch.append(_with_bytes(archive, members, row) if table.name == BLOBS else row)
        count += 1
        if len(batch) == (1 if table.name == BLOBS else _SOME):
            _insert(connection, table, batch)
            batch = []
    _insert(connection, table, batch)
    if count != promised["rows"] or digest.hexdigest() != promised["sha256"]:
        raise StoreError(f"{name} differs from the manifest", cure=_DAMAGED)


def _lines(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as stream:
        while line := stream.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise StoreError(
                    f"{info.filename}: a line of more than {MAX_LINE // 1_000_000} MB", cure=_DAMAGED
                )
            yield line


def _with_bytes(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], row: dict[str, Any]
) -> dict[str, Any]:
    """Add the compressed bytes to their row, once it is certain that they decompress to the stated size at most."""
    name = blob_member(str(row.get("sha256")))
    info, size = members.get(name), row.get("size")
    if info is None or not isinstance(size, int):
        raise StoreError(f"{name} is missing", cure=_DAMAGED)
    if info.file_size > MAX_BLOB or not 0 <= size <= MAX_BLOB:
        raise StoreError(f"{name} would unpack to {size / 1e6:.0f} MB", cure=_DAMAGED)
    packed = archive.read(info)
    if not packed:
        return {**row, "data": packed}  # removed by policy; `_check` requires the record of that
    # Python's zstandard trusts the size in the frame header over any limit that it is given.
    if zstandard.frame_content_size(packed) != size:
        raise StoreError(f"{name} does not have the stated size", cure=_DAMAGED)
    return {**row, "data": packed}


def _insert(connection: sqlite3.Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    columns = [column.name for column in table.columns]
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608 - names are the schema's own
        [[values.get(name) for name in columns] for values in stored_values(table, rows)],
    )


def _check(work: Path, file: Path) -> None:
    """Upgrade to this version, build the indexes, hash all bytes again and check the chains, as `tracker
    verify` does. Raises StoreError.
    """
    try:
        store = Store(work)
    except StoreError as error:
        raise StoreError(
            f"{file}: its rows cannot be upgraded to schema {schema_version.HEAD}", cure=_DAMAGED
        ) from error
    try:
        with store.write() as connection:
            rebuild_search(connection)
            row_log.leave_behind(connection, CREDENTIALS)
        problems = [found for found in snapshots.verify(store) if isinstance(found, str)]
        with store.read() as connection:
            problems.extend(row_log.verify(connection))
    finally:
        store.close()
    with closing(sqlite3.connect(work / FILE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    if problems:
        raise StoreError(f"{file}: {len(problems)} problems, the first: {problems[0]}", cure=_DAMAGED)
    sync(work / FILE)
