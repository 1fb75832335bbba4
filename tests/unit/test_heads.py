"""Newest entries that were cut off leave a chain whole: a note kept elsewhere shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tracker.cli import running  # noqa: F401 - it registers the command
from tracker.cli.app import app
from tracker.errors import UsageError
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.storage import audit_log, snapshots
from tracker.storage.audit_log import Event
from tracker.storage.database import Store

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    store = Store(state)
    for number in range(3):
        add_entry(store, number)
    with store.write() as connection:
        answer = HttpResponse("https://example.gov/a", 200, (), b"<p>text</p>", NOW)
        snapshots.save(connection, "page", Fetched("https://example.gov/a", ResourceType.PAGE, answer))
    yield store
    store.close()


def add_entry(store: Store, number: int) -> None:
    with store.write() as connection:
        audit_log.add(connection, NOW, "operator", Event.POLL, f"source-{number}")


def verify(state: Path, note: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", "--state", str(state), "--head", str(note)])
    return done.exit_code, done.output


def test_a_truncation_is_shown_next_to_an_earlier_note(store: Store, state: Path, tmp_path: Path) -> None:
    note = tmp_path / "elsewhere.json"
    assert verify(state, note)[0] == 0
    add_entry(store, 3)
    assert verify(state, note)[0] == 0, "and the note is newer"
    kept = note.read_bytes()
    with store.write() as connection:
        connection.execute(text("DELETE FROM audit_log WHERE id = 4"))
    code, shown_text = verify(state, note)
    assert code == 1
    assert "audit_log: 4 rows were noted, 3 are there" in shown_text
    assert "audit_log 4: the entry that was noted as the newest is gone or another" in shown_text
    assert note.read_bytes() == kept, "a note is not renewed by what is wrong"


@pytest.mark.parametrize(
    "words", ["", "[]", '{"audit_log": 3}', '{"audit_log": {"rows": 1, "chain": "ab"}}', "no JSON"]
)
def test_another_file_is_not_a_note(store: Store, state: Path, tmp_path: Path, words: str) -> None:
    note = tmp_path / "letter.txt"
    note.write_text(words)
    done = CliRunner().invoke(app, ["verify", "--state", str(state), "--head", str(note)])
    assert isinstance(done.exception, UsageError)
    assert "was not written by `tracker verify --head`" in str(done.exception)
    assert note.read_text() == words


def test_a_note_that_cannot_be_written_reports_why(store: Store, state: Path, tmp_path: Path) -> None:
    note = tmp_path / "nowhere" / "note.json"
    done = CliRunner().invoke(app, ["verify", "--state", str(state), "--head", str(note)])
    assert isinstance(done.exception, UsageError)
    assert f"{note} cannot be written: No such file or directory" in str(done.exception)
