"""A state that is not there is not a new state; a damaged one is reported in one line by every command."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tracker.alerts import mutes
from tracker.archive.backup import backup
from tracker.archive.exporter import export_archive
from tracker.cli import app
from tracker.config.models import Settings
from tracker.errors import StateDamaged, StateLost, StoreError, UsageError
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.storage import presence, snapshots
from tracker.storage.database import FILE, Store
from tracker.storage.read_queries import open_reader
from tracker.web.server import Viewer

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def filled(state: Path, answers: int = 3) -> None:
    store = Store(state)
    with store.write() as connection:
        for number in range(answers):
            answer = HttpResponse(f"https://example.gov/{number}", 200, (), os.urandom(20_000), NOW)
            snapshots.save(connection, "page", Fetched(answer.url, ResourceType.PAGE, answer))
    store.close()


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Tracker = Callable[..., Done]


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    """A command, as the program runs it."""

    def run(state: Path, *arguments: str) -> Done:
        config = state.parent / "sources.toml"
        config.write_text(
            '[tracker]\ncontact = "x@example.com"\n[[source]]\nid = "fr"\nkind = "federal-register"\nbase_url = "http://127.0.0.1:9"\n'
        )
        monkeypatch.setenv("TRACKER_CONFIG", str(config))
        monkeypatch.setenv("TRACKER_STATE", str(state))
        monkeypatch.setattr(sys, "argv", ["tracker", *arguments])
        code = app.run()
        return Done(code, *capsys.readouterr())

    return run


def lose(state: Path, how: str) -> None:
    (state / FILE).unlink()
    for name in (f"{FILE}-wal", f"{FILE}-shm"):
        (state / name).unlink(missing_ok=True)
    if how == "emptied":
        (state / FILE).touch()


@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_a_database_that_was_there_is_never_made_again(tmp_path: Path, how: str) -> None:
    state = tmp_path / "state"
    filled(state)
    lose(state, how)
    for use in (Store, lambda folder: open_reader(folder).__enter__()):
        with pytest.raises(StateLost, match="but there was one"):
            use(state)
    for move in (
        lambda: backup(state, tmp_path / "copy"),
        lambda: export_archive(state, tmp_path / "out.zip"),
    ):
        with pytest.raises(StateLost):
            move()
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize("beside", ["law-search.db", "tracker.db-wal", "copies/BACKUP.txt"])
def test_a_state_of_an_older_version_is_detected_by_its_files(tmp_path: Path, beside: str) -> None:
    (tmp_path / beside).parent.mkdir(exist_ok=True)
    (tmp_path / beside).write_text("x")
    with pytest.raises(StateLost, match=f"{beside} is beside it"):
        Store(tmp_path)


def test_a_new_folder_and_an_empty_file_alone_begin_a_state(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    Store(tmp_path).close()
    assert (tmp_path / presence.MARKER).exists()
    Store(tmp_path / "new").close()


COMMANDS = (
    ["poll"], ["run"], ["status"], ["changes"], ["verify"], ["backup", "B"], ["export", "E.zip"], ["prune", "--older-than", "9d"],
    ["deliveries"], ["audit", "--since", "2026-11-01"], ["mute"], ["digest"], ["users", "list"], ["reviews"],
    ["redeliver", "--dead"], ["show", "chg_1"],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_reports_a_missing_database_in_one_line(
    tmp_path: Path, tracker: Tracker, command: list[str]
) -> None:
    state = tmp_path / "state"
    filled(state)
    lose(state, "emptied")
    done = tracker(
        state, *(word.replace("B", str(tmp_path / "B")) if word == "B" else word for word in command)
    )
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()
    assert len(last) == 1, done.stderr
    assert "tracker.db is empty, but there was one (STATE.txt is beside it)" in last[0]
    assert "restore a backup" in last[0]
    assert done.returncode == 2
    assert (state / FILE).stat().st_size == 0


def harm(state: Path, how: str) -> None:
    path = state / FILE
    data = bytearray(path.read_bytes())
    if how == "header":
        data[:16] = b"not a database, "
    elif how == "cut":
        del data[len(data) // 2 :]
    else:
        for page in range(4096, len(data), 4096):  # every page but the first
            data[page : page + 64] = b"\xff" * 64
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("how", ["header", "cut", "pages"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_reports_a_damaged_file_in_one_line(
    tmp_path: Path, tracker: Tracker, command: list[str], how: str
) -> None:
    state = tmp_path / "state"
    filled(state)
    harm(state, how)
    arguments = [str(tmp_path / word) if word in {"B", "E.zip"} else word for word in command]
    done = tracker(state, *arguments)
    output = (done.stderr + done.stdout).strip().splitlines()
    assert "Traceback" not in done.stderr
    assert any("damaged" in line for line in output), output
    assert done.returncode in {1, 2}
    if command[0] != "verify":  # which counts them besides
        assert len(output) == 1, output


def test_verify_runs_the_check_of_the_database_itself(tmp_path: Path, tracker: Tracker) -> None:
    """A row that is missing in an index is not part of any hash."""
    state = tmp_path / "state"
    filled(state)
    with closing(sqlite3.connect(state / FILE)) as other:
        other.execute("PRAGMA writable_schema=ON")
        empty = "(SELECT rootpage FROM sqlite_master WHERE name = 'ix_version_source_key')"
        other.execute(f"UPDATE sqlite_master SET rootpage = {empty} WHERE name = 'ix_snapshot_source_key'")
        other.commit()
    assert tracker(state, "verify").returncode == 1
    assert "damaged" in tracker(state, "verify").stdout


def test_a_backup_never_replaces_one_that_holds_more(tmp_path: Path) -> None:
    state, copies = tmp_path / "state", tmp_path / "copies"
    filled(state)
    assert backup(state, copies).snapshots == 3
    shutil.rmtree(state)
    filled(state, 1)
    kept = (copies / FILE).read_bytes()
    with pytest.raises(UsageError, match="holds 3 rows of snapshot, the state 1"):
        backup(state, copies)
    assert (copies / FILE).read_bytes() == kept
    assert not list(copies.glob("*.part*"))
    filled(state, 2)
    assert backup(state, copies).snapshots == 3


@pytest.mark.parametrize("how", ["removed", "replaced", "emptied"])
def test_nothing_is_written_into_a_file_that_lost_its_name(tmp_path: Path, how: str) -> None:
    state = tmp_path / "state"
    filled(state)
    store = Store(state)
    other = tmp_path / "other.db"
    shutil.copy(state / FILE, other)
    if how == "removed":
        (state / FILE).unlink()
    elif how == "replaced":
        other.replace(state / FILE)
    else:
        os.truncate(state / FILE, 0)
    with pytest.raises(StateLost, match="while it was in use"), store.write():
        pass
    store.close()


def test_damage_that_shows_while_it_is_in_use_is_reported(tmp_path: Path) -> None:
    state = tmp_path / "state"
    filled(state)
    harm(state, "pages")
    with pytest.raises(StateDamaged, match="damaged"):
        Store(state)


def test_the_viewer_does_not_start_without_a_state(tmp_path: Path) -> None:
    state = tmp_path / "state"
    filled(state)
    lose(state, "removed")
    with pytest.raises(StateLost):
        Viewer(Settings(tmp_path / "sources.toml"), state, "127.0.0.1:0").start()


_OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM mute").fetchone()[0])
connection.execute("UPDATE mute SET scope = scope")
connection.commit()
connection.close()
"""


def test_a_look_at_the_file_leaves_it_to_those_who_have_it_open(tmp_path: Path) -> None:
    """A file that this process opens and closes itself takes SQLite's locks on it away (fcntl(2): "if a process closes any
    file descriptor referring to a file, then all of the process's locks on that file are released"). Another process then
    believes that the database is not open and removes its log, and what is written afterwards is lost."""

    def other() -> str:
        done = subprocess.run(
            [sys.executable, "-c", _OTHER, tmp_path / "tracker.db"],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    store = Store(tmp_path)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with store.read() as connection:  # an open connection, as a daemon and a viewer have
        connection.execute(text("SELECT 1 FROM mute")).all()
        assert presence.check(tmp_path)
        assert other() == "0"
        with store.write() as writing:
            mutes.add(
                writing,
                scope="source",
                value="ear",
                channel=None,
                hold=False,
                until=now + timedelta(days=1),
                now=now,
            )
        assert other() == "1", "what is written afterwards is there for others"
    store.close()


def test_a_database_of_another_program_is_not_treated_as_a_new_state(tmp_path: Path) -> None:
    Store(tmp_path).close()
    (tmp_path / "tracker.db").unlink()
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as foreign:
        foreign.execute("CREATE TABLE x (a)")
    with pytest.raises(StateLost, match="is not a tracker's database, but there was one"):
        Store(tmp_path)


def test_a_folder_in_place_of_the_database_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "tracker.db").mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        presence.check(tmp_path)


def test_the_database_is_not_readable_for_everybody(tmp_path: Path) -> None:
    filled(tmp_path)
    store = Store(tmp_path)
    with store.read():
        modes = {path.name: path.stat().st_mode & 0o007 for path in tmp_path.glob("tracker.db*")}
    store.close()
    assert modes.keys() >= {"tracker.db"}
    assert set(modes.values()) == {0}
