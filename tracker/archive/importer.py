"""An archive back into a state: everything checked first, then put in place in one step. One that an older version
wrote is read into the tables of that version, which are then brought up as any older state is.

The archive may come from anywhere, so nothing in it is believed: names, sizes, hashes, columns and the chain of
records are checked, unpacking is bounded, and until all of it holds there is no state.
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

from tracker.archive.backup import sync
from tracker.archive.exporter import (
    BLOBS,
    DOORS,
    FORMAT,
    MANIFEST,
    ExportResult,
    blob_member,
    is_exported,
    known_name,
    member,
    stored_values,
)
from tracker.errors import StoreError, UsageError
from tracker.storage import row_log, schema_version, snapshots
from tracker.storage.database import FILE, Store
from tracker.storage.migrations import run
from tracker.storage.sqlite_objects import is_shadow, rebuild_search

WORK = ".importing"
MAX_BLOB = 256_000_000  # bytes of one blob, unpacked; an answer is taken up to 60 MB
MAX_LINE = 64_000_000
MAX_RATIO = 200  # of a table's file to what it takes up in the archive
_SOME = 500  # rows in one statement
_DAMAGED = "the archive is damaged, or was made by somebody else"


def import_archive(file: Path, state: Path) -> ExportResult:
    """Reads an archive into a state folder in which nothing is stored yet.

    Raises UsageError when something is stored there, when the file is no archive, or is of another version;
    StoreError, with the state left empty, when anything in it is not as it should be.
    """
    if (state / FILE).exists():
        raise UsageError(f"{state}: something is stored there already", cure="give --state an empty folder")
    work = state / WORK
    try:
        shutil.rmtree(work, ignore_errors=True)  # of an import that was cut off
        work.mkdir(parents=True)
        with zipfile.ZipFile(file) as archive:
            rows = _read(archive, file, work)
        _check(work, file)
        (work / FILE).replace(state / FILE)
        sync(state)
    except zipfile.BadZipFile as error:
        raise UsageError(f"{file} is no archive of `tracker export`: {error}") from error
    except (
        zlib.error,
        zstandard.ZstdError,
        ValueError,
        EOFError,
        NotImplementedError,  # zipfile, of a way to pack or to lock that it does not know
        RuntimeError,
    ) as error:
        raise StoreError(f"{file}: {error}", cure=_DAMAGED) from error
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise StoreError(
            f"{file}: not imported: {error}", cure="is there room, and may you write there?"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return ExportResult(file, rows, (state / FILE).stat().st_size)


def _read(archive: zipfile.ZipFile, file: Path, work: Path) -> dict[str, int]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if not known_name(info.filename):
            raise StoreError(f"{file}: {info.filename[:80]!r} does not belong into it", cure=_DAMAGED)
        if info.filename in members:
            raise StoreError(f"{file}: {info.filename} stands in it twice", cure=_DAMAGED)
        members[info.filename] = info
    schema, promised = _manifest(archive, members, file)
    found = tables_of(work, schema)
    if promised.keys() != {table.name for table in found}:
        raise StoreError(f"{file}: the manifest names other tables than there are", cure=_DAMAGED)
    with closing(sqlite3.connect(work / FILE)) as connection:
        connection.execute(
            "PRAGMA synchronous=OFF"
        )  # nothing counts until it is whole, and then it is synced
        connection.execute("BEGIN")
        for table in found:
            _fill(connection, archive, members, table, promised[table.name])
        connection.execute("COMMIT")
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise StoreError(f"{file}: a row of {broken[0]} points at what is not there", cure=_DAMAGED)
    return {name: int(found["rows"]) for name, found in promised.items()}


def tables_of(work: Path, schema: str) -> list[Table]:
    """Makes an empty database as it was in that version, and gives its tables that travel, those first that others
    point at."""
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
    """The version that wrote the archive, and what it promises of each table."""
    if MANIFEST not in members or members[MANIFEST].file_size > 1_000_000:
        raise UsageError(f"{file} is no archive of `tracker export`: it has no {MANIFEST}")
    found = json.loads(archive.read(MANIFEST))
    if not isinstance(found, dict) or found.get("program") != "tracker":
        raise UsageError(f"{file} is no archive of `tracker export`")
    schema, promised = found.get("schema"), found.get("tables")
    if found.get("format") != FORMAT or schema not in run.revisions():
        raise UsageError(
            f"{file} has format {found.get('format')!r:.20} and schema {schema!r:.20}; this program reads format {FORMAT} and schemas up to {schema_version.HEAD}",
            cure="import it with a program as new as the one that made it",
        )
    if not isinstance(promised, dict) or not all(
        isinstance(entry, dict)
        and isinstance(entry.get("rows"), int)
        and isinstance(entry.get("sha256"), str)
        for entry in promised.values()
    ):
        raise StoreError(f"{file}: the manifest is not as it should be", cure=_DAMAGED)
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
        raise StoreError(f"{name} would unpack to {info.file_size / 1e6:.0f} MB: a bomb", cure=_DAMAGED)
    digest, count = hashlib.sha256(), 0
    batch: list[dict[str, Any]] = []
    for line in _lines(archive, info):
        digest.update(line)
        row = json.loads(line)
        if not isinstance(row, dict):
            raise StoreError(f"{name}: line {count + 1} is no row", cure=_DAMAGED)
        batch.append(_with_bytes(archive, members, row) if table.name == BLOBS else row)
        count += 1
        if len(batch) == (1 if table.name == BLOBS else _SOME):
            _insert(connection, table, batch)
            batch = []
    _insert(connection, table, batch)
    if count != promised["rows"] or digest.hexdigest() != promised["sha256"]:
        raise StoreError(f"{name} is not what the manifest says", cure=_DAMAGED)


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
    """The packed bytes beside their row, once it is sure that they unpack to no more than they say."""
    name = blob_member(str(row.get("sha256")))
    info, size = members.get(name), row.get("size")
    if info is None or not isinstance(size, int):
        raise StoreError(f"{name} is missing", cure=_DAMAGED)
    if info.file_size > MAX_BLOB or not 0 <= size <= MAX_BLOB:
        raise StoreError(f"{name} would unpack to {size / 1e6:.0f} MB", cure=_DAMAGED)
    packed = archive.read(info)
    if not packed:
        return {**row, "data": packed}  # dropped by policy, or so it is said: `_check` asks for the tombstone
    # Python's zstandard believes the size in the frame's header before any bound that it is given.
    if zstandard.frame_content_size(packed) != size:
        raise StoreError(f"{name} is not of the size that it is said to have", cure=_DAMAGED)
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
    """Brought up to this version, made findable, all bytes re-hashed and the chains walked, as `tracker verify` does.
    Raises StoreError."""
    try:
        store = Store(work)
    except StoreError as error:
        raise StoreError(
            f"{file}: its rows cannot be brought to schema {schema_version.HEAD}", cure=_DAMAGED
        ) from error
    try:
        with store.write() as connection:
            rebuild_search(connection)
            row_log.leave_behind(connection, DOORS)
        problems = [found for found in snapshots.verify(store) if isinstance(found, str)]
        with store.read() as connection:
            problems.extend(row_log.verify(connection))
    finally:
        store.close()
    with closing(sqlite3.connect(work / FILE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    if problems:
        raise StoreError(f"{file}: {len(problems)} things are not as they were: {problems[0]}", cure=_DAMAGED)
    sync(work / FILE)
