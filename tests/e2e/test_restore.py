"""The restore drill on both databases: a backup, the loss of the state, the restored state, and the next poll."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bench.drill_kit import new_world
from tests.e2e.world import World
from tests.postgres_server import Databases, databases, find_binaries
from tracker.archive.backup import backup
from tracker.archive.importer import import_state
from tracker.archive.verification import verify
from tracker.model import Level
from tracker.storage import location


def played(world: World) -> list[dict[str, object]]:
    """A state with a change that was sent."""
    world.use("page", "ear").poll()
    world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
    world.later(days=1)
    world.poll()
    assert world.alerted == 1
    return world.changes(level=Level.NONE)


def restored(world: World, before: list[dict[str, object]]) -> None:
    """The restored state is whole and the same, and finds what has been published since the backup."""
    assert verify(world.state, {}, lambda _: None).problems == []
    assert world.changes(level=Level.NONE) == before
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
    world.later(days=1)
    world.poll()
    assert world.alerted == 2
    assert verify(world.state, {}, lambda _: None).problems == []


def test_a_lost_state_in_sqlite_is_restored(tmp_path: Path) -> None:
    with new_world() as world:
        before = played(world)
        copy = backup(world.state, tmp_path / "copy").path
        shutil.rmtree(world.state)
        world.state.mkdir()
        shutil.copy(copy, world.state / copy.name)
        restored(world, before)


@pytest.mark.parametrize("by", ["tracker import", "pg_dump"])
def test_a_lost_database_is_restored(by: str, tmp_path: Path) -> None:
    with databases() as server, new_world() as world:
        world.state.mkdir()
        location.bind(world.state, server.empty())
        try:
            before = played(world)
            lost, new = location.url_of(world.state), server.empty()
            assert lost is not None
            if by == "pg_dump":
                dumped(lost, tmp_path / "dump")
            copy = backup(world.state, tmp_path / "copy").path.parent
            gone(server, lost)
            location.bind(world.state, new)
            if by == "pg_dump":
                loaded(tmp_path / "dump", new)
            else:
                import_state(copy, world.state)
            restored(world, before)
        finally:
            location.release(world.state)


def gone(server: Databases, url: str) -> None:
    name = make_url(url).database
    assert name is not None
    server.drop(name)


def dumped(url: str, file: Path) -> None:
    subprocess.run([tool("pg_dump"), "--format=custom", f"--file={file}", url], check=True, timeout=60)


def loaded(file: Path, url: str) -> None:
    subprocess.run([tool("pg_restore"), "--no-owner", f"--dbname={url}", str(file)], check=True, timeout=60)


def tool(name: str) -> str:
    folder = find_binaries()
    found = folder / name if folder is not None else None
    if found is None or not found.exists():
        pytest.skip(f"no {name} on this machine")
    return str(found)
