"""Every version of the tables that there ever was: its states are brought up, also when killed on the way, and its archives
are read."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.e2e.older import members_of, state_of
from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tests.unit.test_archive_backup import problems
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.errors import StoreError, TrackerError, UsageError
from tracker.storage.database import FILE
from tracker.storage.migrations import run
from tracker.storage.read_queries import ChangeQuery, open_reader
from tracker.storage.schema_version import HEAD


@pytest.fixture
def filled(world: World) -> World:
    world.use("page").poll()
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1, hours=1)
    world.poll()
    assert world.told
    return world


def test_the_versions_of_the_tables_are_one_line(filled: World) -> None:
    """Each follows exactly one other, whatever their numbers (several are written at the same time)."""
    found = run.revisions()
    script = ScriptDirectory.from_config(run.config())
    assert [script.get_revision(one).down_revision for one in found] == [None, *found[:-1]]
    assert script.get_heads() == [HEAD]
    assert found[-1] == HEAD


def test_a_state_of_every_version_is_brought_up_also_when_killed_on_the_way(
    filled: World, tmp_path: Path
) -> None:
    old = run.revisions()[:-1]
    for revision in old:
        state_of(revision, filled.state, tmp_path / "old" / revision)
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.killed_upgrade", tmp_path / "old", "1"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line.split(maxsplit=3) for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == sorted(old)  # folders come by name, and numbers are no order
    assert {row[3] for row in rows} == {"-"}, done.stdout + done.stderr
    assert all(row[2] == "1" for row in rows), done.stdout


def test_an_archive_of_every_version_is_read(filled: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(export_archive(filled.state, tmp_path / "now.zip").path) as archive:
        now = {name: archive.read(name) for name in archive.namelist()}
    for revision in run.revisions()[:-1]:
        file = packed(members_of(revision, now, tmp_path / "work" / revision), tmp_path / f"{revision}.zip")
        state = tmp_path / "state" / revision
        assert import_archive(file, state).rows["change"] == len(filled.changes())
        assert sorted(path.name for path in state.iterdir()) == [FILE]
        assert problems(state) == []
        with open_reader(state) as opened:
            assert opened.changes(ChangeQuery(limit=10_000)) == filled.changes()
            assert (
                opened.changes(ChangeQuery(query="vacuum valves"))
                == filled.changes(query="vacuum valves")
                != []
            )


def packed(members: dict[str, bytes], file: Path) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


@pytest.mark.parametrize(
    "schema", [f'"{max(map(int, run.revisions())) + 1:04}"', '"head"', '"../0001"', "1", "null", "[]"]
)
def test_an_archive_of_a_newer_or_unheard_of_version_is_refused_in_one_line(
    tmp_path: Path, schema: str
) -> None:
    manifest = f'{{"format": 1, "program": "tracker", "schema": {schema}, "tables": {{}}}}'
    file = packed({"manifest.json": manifest.encode()}, tmp_path / "new.zip")
    with pytest.raises(UsageError, match=f"schemas up to {HEAD}") as refused:
        import_archive(file, tmp_path / "there")
    assert "\n" not in refused.value.line()
    assert not (tmp_path / "there" / FILE).exists()


def test_a_state_of_a_newer_version_is_left_alone_and_said_in_one_line(filled: World, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled.state / FILE)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for use in (filled.poll, filled.changes, lambda: export_archive(filled.state, tmp_path / "x.zip")):
        with pytest.raises(TrackerError, match="9999") as refused:
            use()
        assert "\n" not in refused.value.line()


def test_rows_that_an_upgrade_cannot_take_are_refused_and_leave_nothing(
    filled: World, tmp_path: Path
) -> None:
    with zipfile.ZipFile(export_archive(filled.state, tmp_path / "now.zip").path) as archive:
        now = {name: archive.read(name) for name in archive.namelist()}
    now["tables/change.jsonl"] = now["tables/change.jsonl"].replace(b'"record":"{', b'"record":"[{')
    file = packed(members_of("0002", now, tmp_path / "work"), tmp_path / "0002.zip")
    with pytest.raises(StoreError) as refused:
        import_archive(file, tmp_path / "there")
    assert "\n" not in refused.value.line()
    assert list((tmp_path / "there").iterdir()) == []
