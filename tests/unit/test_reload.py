"""New settings for a running tracker: a failing store loses none, and settings that would end the watch are refused."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from tracker.alerts import incidents
from tracker.alerts.incidents import SubjectHealth
from tracker.errors import StoreError
from tracker.ingest.poll import PollContext
from tracker.scheduler import self_check
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.reminders import send_reminders
from tracker.scheduler.schedule import load_checked
from tracker.storage import accounts, database, source_state
from tracker.storage.database import Store
from tracker.storage.schema import INCIDENT

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HEAD = '[tracker]\ncontact = "x@example.com"\n'
SOURCE = '[[source]]\nid = "{}"\nkind = "page"\nurl = "https://example.gov/{}"\n'
CHANNEL = '[[channel]]\nid = "file"\nurl = "tofile:///tmp/none.txt"\n'
SIGN_IN = '[viewer]\nsign_in = "accounts"\n'
FULL = HEAD + SIGN_IN + SOURCE.format("a", "a") + SOURCE.format("b", "b") + CHANNEL


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(FULL)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
def daemon(config: Path, store: Store) -> Daemon:
    return Daemon(load_checked(config), store, lambda: NOW)


def ids(daemon: Daemon) -> list[str]:
    return daemon.enabled()


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("", "it enables no source, and 2 are watched now"),
        (HEAD, "it enables no source, and 2 are watched now"),
        (HEAD + SIGN_IN + CHANNEL + SOURCE.format("other", "a"), "it enables none of the 2 sources"),
        (HEAD + SIGN_IN + SOURCE.format("a", "a"), "it names no channel, and 1 get alerts now"),
        (HEAD + CHANNEL + SOURCE.format("a", "a"), "it has no sign_in in [viewer], which is accounts now"),
    ],
)
def test_settings_that_would_end_the_watch_or_the_sign_in_are_refused(
    daemon: Daemon, config: Path, text: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    running = daemon.context
    config.write_text(text)
    for _ in range(3):
        daemon.reload_if_changed()
    assert daemon.context is running
    assert capsys.readouterr().out.count(output) == 1, "once, not every two seconds"
    config.write_text(FULL + SOURCE.format("c", "c"))
    daemon.reload_if_changed()
    assert ids(daemon) == ["a", "b", "c"]


def test_an_empty_list_of_sources_is_accepted_when_allowed(config: Path, store: Store) -> None:
    daemon = Daemon(load_checked(config), store, lambda: NOW, allow_empty=True)
    config.write_text(HEAD)
    daemon.reload_if_changed()
    assert ids(daemon) == []


def test_some_sources_less_is_an_ordinary_edit(daemon: Daemon, config: Path) -> None:
    config.write_text(HEAD + SIGN_IN + SOURCE.format("b", "b") + CHANNEL)
    daemon.reload_if_changed()
    assert ids(daemon) == ["b"]


def test_a_locked_store_delays_a_reload_and_loses_none(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with closing(Store(tmp_path / "busy")) as store:
        daemon = Daemon(load_checked(config), store, lambda: NOW)
        config.write_text(FULL + SOURCE.format("c", "c"))
        with closing(sqlite3.connect(store.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            daemon.reload_if_changed()
            daemon.reload_if_changed()
            assert ids(daemon) == ["a", "b"]
            other.rollback()
        daemon.reload_if_changed()
        assert ids(daemon) == ["a", "b", "c"], "although the file did not change again"


def test_a_full_disk_delays_a_reload_by_signal(
    daemon: Daemon, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("tracker.db: database or disk is full")

    running = daemon.context
    daemon._reload_wanted.set()
    with monkeypatch.context() as broken:
        broken.setattr(source_state, "ensure", full)
        daemon.reload_if_changed()
    assert daemon.context is running
    daemon.reload_if_changed()
    assert daemon.context is not running
    settled = daemon.context
    daemon.reload_if_changed()
    assert daemon.context is settled, "and then it is over"


def test_a_file_that_was_wrong_is_read_again_although_its_own_bytes_stay(
    daemon: Daemon, config: Path, tmp_path: Path
) -> None:
    """A secret that is named with `file:` may be written after the settings that name it."""
    secret = tmp_path / "secret"
    config.write_text(FULL.replace('url = "tofile:///tmp/none.txt"', f'url = "file:{secret}"'))
    daemon.reload_if_changed()
    assert daemon.context.settings.channels[0].url == "tofile:///tmp/none.txt"
    secret.write_text("tofile:///tmp/other.txt\n")
    daemon.reload_if_changed()
    assert daemon.context.settings.channels[0].url == "tofile:///tmp/other.txt"


def less(config: Path, text: str, state: Path, *, allow_empty: bool = False) -> list[str]:
    config.write_text(text)
    found = self_check.run_self_check(load_checked(config), state, lambda: NOW, allow_empty=allow_empty)
    return [one["said"] for one in found if one["what"] == "settings" and not one["ok"]]


def test_check_reports_what_a_running_tracker_would_refuse(config: Path, store: Store) -> None:
    assert less(config, HEAD, store.state) == [
        "it enables no source: nothing is watched; a running tracker refuses such settings (put it back; if it is"
        " meant, restart with --allow-empty)"
    ]
    source_state.ensure(store, ["a"])
    outcome = source_state.Outcome("a", "ok", "", ok=True, at=NOW, next_poll_at=NOW, report={})
    source_state.record_outcomes(store, [outcome], owner="me")
    with store.write() as connection:
        accounts.add(connection, "Sato", accounts.UserRole.ADMIN, "", NOW)
    no_source, no_sign_in = less(config, HEAD, store.state)
    assert "no source, and 1 are watched now" in no_source
    assert "no sign_in in [viewer]" in no_sign_in
    assert less(config, HEAD, store.state, allow_empty=True) == []


def test_the_incident_of_a_removed_source_ends(daemon: Daemon, store: Store, config: Path) -> None:
    with store.write() as connection:
        for subject in ("source:a", "source:gone", "quiet:gone", "gap:gone", "channel:gone", "channel:file"):
            incidents.observe(connection, [SubjectHealth(subject, 2, "failing", "x")], [], NOW)
    send_reminders(PollContext(load_checked(config), store, daemon.context.client, lambda: NOW))
    with store.read() as connection:
        lasting = connection.execute(select(INCIDENT.c.subject).where(INCIDENT.c.closed_at.is_(None)))
        assert sorted(lasting.scalars()) == ["channel:file", "source:a"]


def test_the_end_of_the_process_waits_for_nothing_that_a_reload_left(daemon: Daemon, config: Path) -> None:
    before, running = set(threading.enumerate()), daemon.context
    config.write_text(FULL + SOURCE.format("c", "c"))
    daemon.reload_if_changed()
    assert daemon.context is not running
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert left
    assert all(thread.daemon for thread in left)
