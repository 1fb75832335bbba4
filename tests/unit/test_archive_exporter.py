"""Export and import of everything in one file, and forged archives."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from bench.drill_kit import new_world
from tests.e2e.world import World
from tests.unit.test_archive_backup import problems
from tracker.archive import importer
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.errors import StoreError, TrackerError, UsageError
from tracker.model import Level
from tracker.storage import integrity
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import FILE
from tracker.storage.read_queries import open_reader


@pytest.fixture
def exported(world: World, tmp_path: Path) -> Path:
    world.use("fr-bis", "ear", "page", "list").poll()
    world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
    world.later(days=3)
    world.poll()
    assert world.alerted >= 2
    return export_archive(world.state, tmp_path / "all.zip").path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all who only read it."""
    with new_world() as world:
        world.use("page", "list").poll()
        world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
        world.later(days=3)
        world.poll()
        return export_archive(world.state, tmp_path_factory.mktemp("archive") / "all.zip").path


def test_an_export_is_imported_unchanged(world: World, exported: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    moved = import_archive(exported, there)
    assert moved.rows["change"] == len(world.changes())
    assert problems(there) == []
    with open_reader(there) as opened:
        assert opened.changes(ChangeQuery(limit=10_000)) == world.changes()
        assert len(opened.changes(ChangeQuery(query="etching"))) == len(world.changes(query="etching")) > 0
        assert opened.deliveries(world.changes()[0]["id"]) == _deliveries(world)
    again = export_archive(there, tmp_path / "again.zip")
    with zipfile.ZipFile(exported) as one, zipfile.ZipFile(again.path) as two:
        assert {name: one.read(name) for name in one.namelist()} == {
            name: two.read(name) for name in two.namelist()
        }
    assert not (there / importer.WORK).exists()


def _deliveries(world: World) -> list[dict[str, Any]]:
    with open_reader(world.state) as opened:
        return opened.deliveries(world.changes()[0]["id"])


def test_the_imported_state_continues_where_the_other_ended(
    world: World, exported: Path, tmp_path: Path
) -> None:
    other = World(tmp_path / "other", world.standin, world.now).use(*world.sources)
    other.folder.mkdir()
    import_archive(exported, other.state)
    other.later(hours=1)
    assert all(report.ok and not report.changes for report in other.poll().values())
    other.standin.edit_page("/news/rule", "ECCN 3B002", "ECCN 3B003")
    other.later(days=1)
    assert len(other.poll()["page"].changes) == 1
    assert other.alerted == 1


def test_only_into_an_empty_state(world: World, exported: Path, tmp_path: Path) -> None:
    before = (world.state / FILE).read_bytes()
    with pytest.raises(UsageError, match="the state is not empty"):
        import_archive(exported, world.state)
    assert (world.state / FILE).read_bytes() == before
    with pytest.raises(UsageError, match="exists"):
        export_archive(world.state, exported)


Members = dict[str, bytes]


def _first(members: Members, start: str) -> str:
    return next(name for name in members if name.startswith(start))


def _traversal(members: Members) -> None:
    members["../../evil.txt"] = b"out"


def _absolute(members: Members) -> None:
    members["/tmp/evil.txt"] = b"out"


def _inner(members: Members) -> None:
    members["blobs/../evil.zst"] = b"out"


def _other_bytes(members: Members) -> None:
    members[_first(members, "blobs/")] = zstandard.compress(b"other")


def _lost_blob(members: Members) -> None:
    del members[_first(members, "blobs/")]


def _edited_row(members: Members) -> None:
    members["tables/snapshot.jsonl"] = members["tables/snapshot.jsonl"].replace(b"200", b"201", 1)


def _edited_with_its_hash(members: Members) -> None:
    """A forger who knows the format recomputes the manifest; the chain still differs."""
    _edited_row(members)
    manifest = json.loads(members["manifest.json"])
    manifest["tables"]["snapshot"]["sha256"] = hashlib.sha256(members["tables/snapshot.jsonl"]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


def _rewritten(members: Members, table: str, edit: Callable[[dict[str, Any]], None]) -> None:
    rows = [json.loads(line) for line in members[f"tables/{table}.jsonl"].splitlines()]
    edit(rows[0])
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    members[f"tables/{table}.jsonl"] = body
    manifest = json.loads(members["manifest.json"])
    manifest["tables"][table]["sha256"] = hashlib.sha256(body).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


def _unknown_column(members: Members) -> None:
    _rewritten(members, "change", lambda row: row.update({'id") VALUES (1); DROP TABLE change; --': 1}))


def _blob_bomb(members: Members) -> None:
    """A frame whose header promises eight gigabytes of zeros."""
    frame = b"\x28\xb5\x2f\xfd\xe0" + (8 << 30).to_bytes(8, "little") + b"\x02\x00\x00\x00"
    members[_first(members, "blobs/")] = frame


def _size_bomb(members: Members) -> None:
    _rewritten(members, "blob", lambda row: row.update(size=8 << 30))


def _base_of_itself(members: Members) -> None:
    _rewritten(members, "blob", lambda row: row.update(dictionary_sha256=row["sha256"]))


def _text_bomb(members: Members) -> None:
    members["tables/mute.jsonl"] = b" " * 60_000_000


def _not_json(members: Members) -> None:
    members["manifest.json"] = b"{"


def _deep(members: Members) -> None:
    members["manifest.json"] = b"[" * 100_000


def _no_table(members: Members) -> None:
    del members["tables/change.jsonl"]


def _edited_change(members: Members) -> None:
    """Another level, with the manifest fixed: the row hash still differs."""
    _rewritten(members, "change", lambda row: row.update(level=_other_level(row)))


def _other_level(row: dict[str, Any]) -> int:
    return int((row["level"] + 1) % len(Level))


def _sealed_change(members: Members) -> None:
    """The same with a recomputed row hash: the row's column differs from its record."""

    def edit(row: dict[str, Any]) -> None:
        row["level"] = _other_level(row)
        row["row_hash"] = integrity.change_hash(row)

    _rewritten(members, "change", edit)


def _newer(members: Members) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b'"format": 1', b'"format": 9')


ATTACKS = [
    _traversal, _absolute, _inner, _other_bytes, _lost_blob, _edited_row, _edited_with_its_hash, _unknown_column,
    _blob_bomb, _size_bomb, _base_of_itself, _text_bomb, _not_json, _deep, _no_table, _newer,
    _edited_change, _sealed_change,
]  # fmt: skip


def attacked(exported: Path, attack: Callable[[Members], None], hostile: Path) -> Path:
    """An archive that was opened, altered and packed again."""
    with zipfile.ZipFile(exported) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    attack(members)
    with zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return hostile


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_a_hostile_archive_is_refused_and_leaves_nothing(
    archive: Path, tmp_path: Path, attack: Callable[[Members], None]
) -> None:
    hostile = attacked(archive, attack, tmp_path / "hostile.zip")
    there = tmp_path / "a" / "b" / "there"
    with pytest.raises(TrackerError) as refused:
        import_archive(hostile, there)
    assert "\n" not in refused.value.line()
    assert list(there.iterdir()) == []
    assert not list(tmp_path.rglob("evil*"))


def test_a_file_that_is_no_archive_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "no.zip"
    file.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(UsageError, match="is not an archive"):
        import_archive(file, tmp_path / "there")


def test_an_archive_cut_off_anywhere_is_refused(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    for part in (10, len(whole) // 3, len(whole) - 30):
        file = tmp_path / f"{part}.zip"
        file.write_bytes(whole[:part])
        with pytest.raises(TrackerError):
            import_archive(file, tmp_path / "there")
        assert not (tmp_path / "there" / FILE).exists()


def test_a_name_that_occurs_twice_is_refused(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "twice.zip"
    file.write_bytes(archive.read_bytes())
    with (
        zipfile.ZipFile(file, "a") as opened,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        opened.writestr("tables/change.jsonl", b"")
    with pytest.raises(StoreError, match="twice"):
        import_archive(file, tmp_path / "there")


def test_a_link_in_an_archive_leads_nowhere(archive: Path, tmp_path: Path) -> None:
    """A member marked as a symbolic link, under a permitted name: it is read as a file."""
    with zipfile.ZipFile(archive) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    file = tmp_path / "link.zip"
    with zipfile.ZipFile(file, "w") as opened:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            linked = name == "tables/change.jsonl"
            info.external_attr = (stat.S_IFLNK | 0o777 if linked else stat.S_IFREG | 0o600) << 16
            opened.writestr(info, b"/etc/hostname" if linked else data)
    with pytest.raises(StoreError):
        import_archive(file, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []
