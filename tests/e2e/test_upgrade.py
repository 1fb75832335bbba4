"""Upgrades from the first schema on: a state of it is opened by a program with one more migration (`later_schema`), also
when killed on the way, and its archives are read. States and archives of an unknown schema are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.e2e import later_schema
from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tests.unit.test_archive_backup import problems
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.errors import StoreError, TrackerError, UsageError
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import FILE
from tracker.storage.migrations import run
from tracker.storage.read_queries import open_reader
from tracker.storage.schema_version import HEAD

MORE = " A license is also required for valve controllers."


@pytest.fixture
def filled(world: World) -> World:
    world.use("page").poll()
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1, hours=1)
    world.poll()
    assert world.alerted
    return world


def test_the_migrations_are_one_line_that_ends_at_head() -> None:
    found = run.revisions()
    script = ScriptDirectory.from_config(run.config())
    assert [script.get_revision(one).down_revision for one in found] == [None, *found[:-1]]
    assert script.get_heads() == [HEAD]
    assert found[-1] == HEAD


def test_a_state_of_the_first_schema_is_upgraded_also_when_killed_on_the_way(
    filled: World, tmp_path: Path
) -> None:
    shutil.copytree(filled.state, tmp_path / "old" / "first")
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.killed_upgrade", tmp_path / "old", "12"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (row,) = [line.split(maxsplit=3) for line in done.stdout.splitlines()]
    assert (row[0], row[2], row[3]) == ("first", "12", "-"), done.stdout + done.stderr


def test_an_upgraded_state_is_polled_on(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = filled.changes()
    later_schema.install(monkeypatch)
    filled.standin.edit_page("/news/rule", RULE + NEWS, RULE + NEWS + MORE)
    filled.later(days=1, hours=1)
    filled.poll()
    assert len(filled.changes()) == len(before) + 1
    assert problems(filled.state) == []


def test_an_archive_of_the_first_schema_is_read(
    filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = export_archive(filled.state, tmp_path / "first.zip").path
    changes, found = filled.changes(), filled.changes(query="vacuum valves")
    later_schema.install(monkeypatch)
    state = tmp_path / "there"
    assert import_archive(file, state).rows["change"] == len(changes)
    assert sorted(path.name for path in state.iterdir()) == [FILE]
    assert problems(state) == []
    with open_reader(state) as opened:
        assert opened.changes(ChangeQuery(limit=10_000)) == changes
        assert opened.changes(ChangeQuery(query="vacuum valves")) == found != []


def packed(members: dict[str, bytes], file: Path) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


@pytest.mark.parametrize("schema", ['"9999"', '"head"', '"../0001"', "1", "null", "[]"])
def test_an_archive_of_an_unknown_schema_is_refused_in_one_line(tmp_path: Path, schema: str) -> None:
    manifest = f'{{"format": 1, "program": "tracker", "schema": {schema}, "tables": {{}}}}'
    file = packed({"manifest.json": manifest.encode()}, tmp_path / "new.zip")
    with pytest.raises(UsageError, match=f"schemas up to {HEAD}") as refused:
        import_archive(file, tmp_path / "there")
    assert "\n" not in refused.value.line()
    assert not (tmp_path / "there" / FILE).exists()


def test_a_state_of_a_newer_schema_is_refused_in_one_line(filled: World, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled.state / FILE)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for use in (filled.poll, filled.changes, lambda: export_archive(filled.state, tmp_path / "x.zip")):
        with pytest.raises(TrackerError, match="9999") as refused:
            use()
        assert "\n" not in refused.value.line()


def test_rows_that_a_migration_cannot_read_are_refused_and_leave_nothing(
    filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(export_archive(filled.state, tmp_path / "now.zip").path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = "tables/change.jsonl"
    manifest = json.loads(members["manifest.json"])
    members[name] = members[name].replace(b'"record":"{', b'"record":"[{')
    manifest["tables"]["change"]["sha256"] = hashlib.sha256(members[name]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    later_schema.install(monkeypatch)
    with pytest.raises(StoreError, match="cannot be") as refused:
        import_archive(packed(members, tmp_path / "bad.zip"), tmp_path / "there")
    assert "\n" not in refused.value.line()
    assert list((tmp_path / "there").iterdir()) == []
