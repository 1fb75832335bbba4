"""A state moves from SQLite to PostgreSQL and back, and each record is the same."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from bench.drill_kit import new_world
from tests.postgres_server import Databases, databases
from tracker.archive.backup import backup
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive, import_state
from tracker.archive.verification import verify
from tracker.digest.period import Period
from tracker.digest.queries import load_week
from tracker.errors import UsageError
from tracker.scheduler.schedule import load_checked
from tracker.storage import audit_log, location, row_log, schema_version
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.postgres import WRITER_LOCK
from tracker.storage.read_queries import open_reader
from tracker.web.app import create_app

_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
LATER = datetime(2026, 6, 20, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state in SQLite with changes, alerts, an account and audit entries."""
    with new_world() as world:
        world.use("fr-bis", "ear", "page", "list").poll()
        world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
        world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
        world.later(days=3)
        world.poll()
        folder = tmp_path_factory.mktemp("played")
        shutil.copy(world.config, folder / "sources.toml")
        yield backup(world.state, folder / "state").path.parent


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


PAGES = (
    "/", "/?level=none", "/?q=semiconductor", "/?q=744", "/?q=%E8%BC%B8%E5%87%BA", "/?topic=entity-list", "/?source=ear",
    "/?review=open", "/?status=effective", "/?status=expired", "/?kind=rule", "/?since=2026-05-01&until=2026-07-01",
    "/search?q=license", "/search?q=licemse", "/deliveries", "/deliveries?state=dead", "/calendar", "/calendar.ics",
    "/feed.atom", "/lists", "/law", "/law/search?q=license", "/watched", "/effects.atom", "/api/changes?level=none&limit=200", "/?queue=done", "/?queue=mine", "/?queue=unread", "/?queue=all",
    "/api/changes?q=license", "/api/deadlines", "/api/effects", "/api/status", "/readyz",
)  # fmt: skip


def test_the_viewer_and_the_digest_are_the_same_on_both(
    played: Path, server: Databases, tmp_path: Path
) -> None:
    there = bound(tmp_path / "there", server.empty())
    import_state(played, there)
    here = backup(played, tmp_path / "here").path.parent
    settings = load_checked(played.parent / "sources.toml")
    shown: list[dict[str, str]] = []
    for state in (here, there):
        with TestClient(
            create_app(settings, state, lambda: LATER), base_url="http://127.0.0.1:8000"
        ) as client:
            ids = [change["id"] for change in client.get("/api/changes?level=none&limit=20").json()]
            asked = [
                *PAGES,
                *(f"/changes/{one}" for one in ids),
                *(f"/changes/{one}/redline" for one in ids[:3]),
            ]
            shown.append({page: _stable(client.get(page).text) for page in asked})
        shown[-1]["digest"] = repr(load_week(state, Period(date(2026, 6, 8), "Asia/Tokyo"), now=LATER))
    assert len(shown[0]) > 40
    assert "3B002" in shown[0]["digest"]
    for page, words in shown[0].items():
        assert words == shown[1][page], page


def _stable(page: str) -> str:
    """Without what differs from one request to the next: form tokens, and the size of the database."""
    page = re.sub(r"[\w-]{12}\.[0-9a-f]{64}", "", page)
    return re.sub(r"tracker_database_bytes \d+", "", page)


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


def test_processes_that_start_at_once_make_one_schema_and_their_writers_do_not_fork_a_chain(
    server: Databases, tmp_path: Path
) -> None:
    state = bound(tmp_path / "state", server.empty())
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
    with psycopg.connect(url, autocommit=True) as held:
        held.execute("SELECT pg_advisory_lock(%s)", [WRITER_LOCK])
        running = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(processes)]
        end = time.monotonic() + 60
        while held.execute(_WAITING).fetchone() != (processes,):  # all have seen that there is no schema
            assert time.monotonic() < end
            assert {one.poll() for one in running} == {None}
            time.sleep(0.05)
    assert [one.wait(60) for one in running] == [0] * processes
    with closing(Store(state)) as store, store.read() as connection:
        adopted = connection.execute(
            text("SELECT key FROM row_event WHERE name = :name"), {"name": row_log.SCHEMA}
        )
        assert adopted.scalars().all() == [schema_version.HEAD]
        assert connection.execute(text("SELECT count(*) FROM audit_log")).scalar() == each * processes
        assert list(audit_log.verify(connection)) == []
