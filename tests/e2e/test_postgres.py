"""A state moves from SQLite to PostgreSQL and back, and each record is the same."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.drill_kit import new_world
from tests.postgres_server import Databases, databases
from tracker.archive.backup import backup
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive, import_state
from tracker.archive.verification import verify
from tracker.errors import UsageError
from tracker.storage import audit_log, location
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state in SQLite with changes, alerts, an account and audit entries."""
    with new_world() as world:
        world.use("fr-bis", "ear", "page", "list").poll()
        world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
        world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
        world.later(days=3)
        world.poll()
        yield backup(world.state, tmp_path_factory.mktemp("played") / "state").path.parent


@pytest.fixture
def server() -> Iterator[Databases]:
    with databases() as found:
        yield found


def bound(folder: Path, url: str) -> Path:
    folder.mkdir()
    location.bind(folder, url)
    return folder


def members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def problems(state: Path) -> list[str]:
    return verify(state, {}, lambda _: None).problems


def test_a_state_moves_to_postgres_and_back_unchanged(
    played: Path, server: Databases, tmp_path: Path
) -> None:
    there = bound(tmp_path / "there", server.empty())
    moved = import_state(played, there)
    assert moved.rows["change"] > 0
    assert problems(there) == []
    back = backup(there, tmp_path / "back").path.parent
    assert problems(back) == []
    archives = [
        members(export_archive(state, tmp_path / f"{number}.zip").path)
        for number, state in enumerate((played, there, back))
    ]
    assert archives[0] == archives[1] == archives[2]
    for query in ("etching", "semiconductor equipment", "3B0", "半導体", "規則", '"export administration"'):
        asked = ChangeQuery(query=query, limit=1_000)
        with open_reader(played) as one, open_reader(there) as other:
            assert one.changes(asked) == other.changes(asked), query
            assert one.levels() == other.levels()
            assert one.channels() == other.channels()
            assert one.disk() == other.disk()


def test_an_export_is_imported_into_postgres_and_exported_unchanged(
    played: Path, server: Databases, tmp_path: Path
) -> None:
    exported = export_archive(played, tmp_path / "all.zip").path
    there = bound(tmp_path / "there", server.empty())
    import_archive(exported, there)
    assert problems(there) == []
    assert members(export_archive(there, tmp_path / "again.zip").path) == members(exported)
    with pytest.raises(UsageError, match="is not empty"):
        import_archive(exported, there)


def test_writers_of_several_processes_do_not_fork_a_chain(server: Databases, tmp_path: Path) -> None:
    state = bound(tmp_path / "state", server.empty())
    Store(state).close()
    each, processes = 15, 3
    program = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime;"
        "from tracker.storage import audit_log, location; from tracker.storage.database import Store;"
        f"state = Path({str(state)!r}); location.bind(state, sys.argv[1]); store = Store(state)\n"
        f"for number in range({each}):\n"
        "    with store.write() as connection:\n"
        "        audit_log.add(connection, datetime(2026, 11, 30, tzinfo=UTC), 'one', audit_log.Event.MUTED, str(number))\n"
    )
    url = location.url_of(state)
    assert url is not None
    running = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(processes)]
    assert [one.wait(60) for one in running] == [0] * processes
    with closing(Store(state)) as store, store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_log")).scalar() == each * processes
        assert list(audit_log.verify(connection)) == []
