"""The digest as people meet it: the command, the daemon at its hour, and processes killed while they send."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import forked
from tests.postgres_server import store_section
from tests.unit.digest_samples import MONDAY, PERIOD, full_week
from tests.unit.notifications_sinks import HttpSink, http_sink
from tracker.storage import changes as stored
from tracker.storage import source_state
from tracker.storage.database import Store

BOOK = """
[[source]]
id = "fr-bis"
kind = "page"
url = "http://127.0.0.1:9/"
enabled = false
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state with a full week in it, and settings that send nothing yet."""
    store = Store(tmp_path / "state")
    source_state.ensure(store, ["fr-bis"])
    with store.write() as connection:
        source_state.set_baseline(connection, "fr-bis", PERIOD.start - timedelta(days=30))
        for item in full_week().items:
            stored.save(connection, stored.ChangeEntry(item.change, item.change.id, 1))
    store.close()
    (tmp_path / "sources.toml").write_text(BOOK, "utf-8")
    return tmp_path


def sending_to(folder: Path, url: str, more: str = "") -> None:
    (folder / "sources.toml").write_text(
        f'{BOOK}{store_section(folder, folder / "state")}[[channel]]\nid = "it"\nurl = "{url}"\n[digest]\nto = ["it"]\n{more}',
        "utf-8",
    )


def arguments(folder: Path, *words: str) -> list[str]:
    return [
        sys.executable, "-m", "tracker", *words,
        "--config", str(folder / "sources.toml"), "--state", str(folder / "state"),
    ]  # fmt: skip


def at(now: datetime) -> dict[str, str]:
    return {**os.environ, "TRACKER_NOW": now.isoformat()}


def tracker(
    folder: Path, *words: str, now: datetime = MONDAY, code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = forked.run(*arguments(folder, *words)[3:], env=at(now))
    assert done.returncode == code, done.stdout + done.stderr
    return done


# --- the command --------------------------------------------------------------------------------


def test_the_command_gives_the_last_week_in_every_form(folder: Path) -> None:
    text = tracker(folder, "digest").stdout
    assert text.startswith("# 週報 2026年第20週\n")
    assert tracker(folder, "digest", "--lang", "en", "--format", "html").stdout.startswith("<!DOCTYPE html>")
    pytest.importorskip("weasyprint")
    paper = folder / "week.pdf"
    tracker(folder, "digest", "--format", "pdf", "-o", str(paper))
    assert paper.read_bytes().startswith(b"%PDF-")


@pytest.mark.databases
def test_a_past_week_can_be_sent_again_and_reads_the_same(folder: Path) -> None:
    first = tracker(folder, "digest", "--lang", "en").stdout
    later = tracker(
        folder, "digest", "--lang", "en", "--week", "2026-W20", now=MONDAY + timedelta(days=200)
    ).stdout
    made = "Made May 18, 2026, 08:00 JST"
    assert made in first
    assert first.replace(made, "") == later.replace("Made December 4, 2026, 08:00 JST", "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--week", "2026-W60"], "--week: '2026-W60': that year has no such week"),
        (["--week", "yesterday"], "--week: 'yesterday' is not a week such as 2026-W47"),
        (["--week", "2026-W30"], "--week: 2026-W30 has not begun"),
        (["--format", "docx"], "--format: 'docx' is not one of html, md, pdf"),
        (["--send"], "there is no [digest] table, so no channel gets a digest"),
        (["--send", "--lang", "en"], "--send goes to the readers in [digest]"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(folder: Path, words: list[str], expected: str) -> None:
    output = tracker(folder, "digest", *words, code=2).stderr
    assert expected in output
    assert output.count("\n") == 1


def test_without_the_extra_a_pdf_is_one_line_and_exit_2(folder: Path) -> None:
    (folder / "weasyprint.py").write_text("raise ImportError('not here')", "utf-8")
    done = subprocess.run(
        arguments(folder, "digest", "--format", "pdf", "-o", str(folder / "x.pdf")),
        capture_output=True, env={**at(MONDAY), "PYTHONPATH": f"{folder}:{Path.cwd()}"}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode().startswith("a PDF needs the extra `pdf` (pip install 'tracker[pdf]'")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.databases
def test_sending_by_hand_sends_once_and_prints_the_state(folder: Path) -> None:
    letters = folder / "letters.txt"
    sending_to(folder, f"tofile://{letters}")
    assert "it ja: sent: " in tracker(folder, "digest", "--send").stdout
    assert "it ja: sent already, 2026-05-17 23:00 UTC" in tracker(folder, "digest", "--send").stdout
    assert letters.read_text("utf-8").count("# 週報 2026年第20週") == 1
    assert f"sent     2026-05-18 08:00  it  {PERIOD.name} digest ja" in (tracker(folder, "deliveries").stdout)
    (row,) = json.loads(tracker(folder, "deliveries", "--json").stdout)
    assert (row["kind"], row["change_id"], row["language"], row["state"]) == (
        "digest", PERIOD.name, "ja", "sent",
    )  # fmt: skip


# --- crashes ------------------------------------------------------------------------------------


def begun(folder: Path, now: datetime = MONDAY) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        arguments(folder, "digest", "--week", PERIOD.name, "--send"),
        env=at(now), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def marks(sink: HttpSink) -> list[bool]:
    """Return for each received digest whether it is marked as a possible repeat."""
    return ["再送の可能性あり" in body["alert"]["subject"] for body in sink.bodies]


@pytest.mark.databases
def test_a_process_killed_after_the_data_leads_to_one_marked_repeat(folder: Path) -> None:
    replies: list[Any] = ["hang", 200]
    with http_sink(lambda number: replies[number - 1]) as sink:
        sending_to(folder, f"json://127.0.0.1:{sink.port}/x")
        process = begun(folder)
        end = time.monotonic() + 30
        while not sink.bodies:
            assert time.monotonic() < end
            time.sleep(0.02)
        kill(process)
        sink.release.set()
        tracker(folder, "digest", "--send", now=MONDAY + timedelta(minutes=1), code=1)  # it may be on its way
        tracker(folder, "digest", "--send", now=MONDAY + timedelta(minutes=6))
    assert marks(sink) == [False, True]
    assert len({body["alert"]["key"] for body in sink.bodies}) == 1


@pytest.mark.databases
@pytest.mark.parametrize("seconds", [0.4, 0.9])
def test_a_process_killed_at_any_moment_loses_nothing(folder: Path, seconds: float) -> None:
    with http_sink() as sink:
        sending_to(folder, f"json://127.0.0.1:{sink.port}/x")
        process = begun(folder)
        time.sleep(seconds)
        kill(process)
        tracker(folder, "digest", "--week", PERIOD.name, "--send", now=MONDAY + timedelta(minutes=6))
    assert marks(sink) in ([False], [True], [False, True])


def test_the_daemon_sends_the_digest_at_its_hour_once_across_restarts(folder: Path) -> None:
    letters = folder / "letters.txt"
    sending_to(folder, f"tofile://{letters}", 'languages = ["ja", "en"]\n')

    def daemon(now: datetime, until: str) -> str:
        process = subprocess.Popen(
            arguments(folder, "run", "--listen", "127.0.0.1:0"),
            env=at(now), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 60
        while time.monotonic() < end and not (letters.exists() and until in letters.read_text("utf-8")):
            time.sleep(0.1)
        process.terminate()
        assert process.wait(20) == 0
        return letters.read_text("utf-8")

    daemon(MONDAY + timedelta(minutes=1), "# Weekly digest 2026, week 20")
    text = daemon(MONDAY + timedelta(days=7, minutes=1), "# Weekly digest 2026, week 21")
    assert text.count("# 週報 2026年第20週") == 1
    assert text.count("# Weekly digest 2026, week 20") == 1


def test_the_digest_of_another_zone_is_of_its_own_week(folder: Path) -> None:
    config = folder / "sources.toml"
    config.write_text('[tracker]\ntimezone = "America/New_York"\nlanguages = ["en"]\n' + BOOK, "utf-8")
    text = tracker(folder, "digest", "--format", "md", now=datetime(2026, 5, 18, 3, tzinfo=UTC)).stdout
    assert text.startswith("# Weekly digest 2026, week 19\n")  # it is Sunday there still
