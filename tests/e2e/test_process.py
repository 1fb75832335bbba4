"""The tracker as a process: commands, the daemon, signals, kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import forked
from tests.e2e.world import World
from tests.recorded import recorded
from tests.standin.recorded_site import FIRST_STATE, recorded_archive
from tests.standin.server import StandIn
from tests.unit.notifications_sinks import http_sink, mail_sink
from tracker.demo.model import Archive, FrDocument
from tracker.errors import StoreError

RULE = "The Bureau published a rule on etching equipment."
NEWS = " The rule adds 12 entities in China to the Entity List and controls vacuum valves of ECCN 3B001."


def tracker(world: World, *arguments: str, code: int = 0) -> str:
    """Runs a command to its end and returns its standard output."""
    done = forked.run(*arguments, "--config", world.config, "--state", world.state, env=environment(world))
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout


def environment(world: World) -> dict[str, str]:
    return {**os.environ, "TRACKER_NOW": world.now.isoformat()}


def started(world: World, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tracker", *arguments, "--config", str(world.config), "--state", str(world.state)],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(world),
    )  # fmt: skip


def until(what: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.05)


def stored(world: World) -> int:
    if not (world.state / "tracker.db").exists():
        return 0
    try:
        return len(world.changes())
    except StoreError:
        return 0  # the schema is in the making


def test_recorded_input_gives_a_quiet_baseline_then_one_alert_a_channel(tmp_path: Path) -> None:
    """Issue 2, show 2: part 744 and 30 documents as recorded, a real mail server, a real webhook."""
    recorded("labels/dev.tsv")
    with http_sink() as hook, mail_sink() as mail, StandIn(recorded_archive(), now=FIRST_STATE) as site:
        world = World(tmp_path, site, site.now).use(
            "fr-bis", "ear",
            extra=f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{hook.port}/hook"\n'
            f'[[channel]]\nid = "mail"\nurl = "mailto://127.0.0.1:{mail.port}/?from=tracker@example.co.jp&to=legal@example.co.jp"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["hook", "mail"]\n',
        )  # fmt: skip
        first = world.poll()
        assert first["fr-bis"].baseline >= 1
        assert first["ear"].baseline == 1
        site.forget()
        world.later(minutes=30)
        assert all(report.changes == [] and report.not_modified for report in world.poll().values())
        assert all(asked.status == 304 for asked in site.asked("full/")), "unchanged text is not sent again"

        world.now = world.now.replace(month=7, day=24)
        world.later()
        report = world.poll()["ear"]
        assert (len(report.editorial), report.changes) == (1, [])
        assert (hook.bodies, mail.mails) == ([], [])
        (change,) = [found for found in world.changes() if found["editorial"]]
        operations = json.loads(tracker(world, "diff", change["id"], "--format", "json", code=1))
        assert len(operations) == 174
        assert all(operation["editorial"] for operation in operations)

        world.later(days=3)
        site.edit_part(
            15, "744", "Sections 744.2, 744.3, and 744.4 prohibit", "Sections 744.2 and 744.4 prohibit"
        )
        site.add_document(
            FrDocument("2026-15001", world.now.date(), "Additions to the Entity List", "RULE",
                       ("industry-and-security-bureau",), "BIS adds 12 entities in China to the Entity List.")
        )  # fmt: skip
        reports = world.poll()
        ids = {name: reports[name].changes for name in ("fr-bis", "ear")}
        assert [len(found) for found in ids.values()] == [1, 1]
        for _ in range(2):
            world.later(hours=1)
            world.poll()
        wanted = {found[0] for found in ids.values()}
        assert sorted(body["id"] for body in hook.bodies) == sorted(wanted)
        assert len(mail.mails) == 2


def test_the_daemon_polls_sends_and_ends_cleanly(world: World) -> None:
    world.use("page")
    config = world.config
    config.write_text(config.read_text().replace('content = "main"', 'content = "main"\nevery = "1s"'))
    command = [sys.executable, "-m", "tracker", "run", "--config", str(config), "--state", str(world.state)]
    daemon = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: stored(world) == 1)
        world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
        until(lambda: world.alerted == 1)
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(10)
        assert daemon.returncode == 0
        assert time.monotonic() - began < 8
    finally:
        daemon.kill()
        log = daemon.communicate()[1]
    assert "stopped" in log
    assert world.alerted == 1


def test_the_daemon_ends_within_seconds_while_a_source_hangs(world: World) -> None:
    world.standin.misbehave("/news/rule", "hang", seconds=60)
    daemon = started(world.use("page"), "run")
    until(lambda: bool(world.standin.asked("/news/rule")))
    daemon.send_signal(signal.SIGTERM)
    daemon.wait(12)
    assert daemon.returncode == 0
    daemon.communicate()


def test_a_killed_daemon_resumes(world: World) -> None:
    world.use("page", "feed", "list").poll()
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    for _ in range(3):
        world.later(hours=1)
        daemon = started(world, "run")
        time.sleep(1.2)
        daemon.kill()
        daemon.communicate()
    world.later(hours=1)
    daemon = started(world, "run")
    until(lambda: world.alerted >= 1)
    daemon.send_signal(signal.SIGTERM)
    daemon.communicate(timeout=15)
    assert len([change for change in world.changes() if not change["baseline"]]) == 1
    assert world.alerted == 1
    assert "0 problems" in tracker(world, "verify")


def test_settings_are_read_again_when_the_file_changes_and_kept_when_it_is_wrong(world: World) -> None:
    config = world.use("page").config
    daemon = subprocess.Popen(
        [sys.executable, "-m", "tracker", "run", "--config", str(config), "--state", str(world.state)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: stored(world) == 1)
        good = config.read_text()
        config.write_text(good.replace('kind = "page"', 'kind = "pag"'))
        time.sleep(3)
        assert daemon.poll() is None
        world.use("page", "feed")
        assert world.config == config
        until(lambda: stored(world) == 2)
    finally:
        daemon.terminate()
        log = daemon.communicate(timeout=15)[1]
    assert "settings not reloaded, the old ones stay" in log
    assert "'pag' is not one of" in log
    assert "settings reloaded" in log


def test_a_killed_backfill_continues_and_stores_everything_once(tmp_path: Path) -> None:
    archive = Archive()
    archive.documents.extend(
        FrDocument(f"2024-{number:05}", date(2024, 1, 1) + timedelta(days=number // 12), f"Notice {number} on etching", "NOTICE",
                   ("industry-and-security-bureau",), f"About item {number}.")
        for number in range(1200)
    )  # fmt: skip
    with StandIn(archive, now=FIRST_STATE) as site:
        world = World(tmp_path, site, site.now).use("fr-bis")
        first = started(world, "backfill", "fr-bis", "--since", "2024-01-01")
        until(lambda: stored(world) >= 300)
        first.kill()
        first.communicate()
        kept = stored(world)
        assert kept < 1200, "it was killed in the middle"
        site.forget()
        output = tracker(world, "backfill", "fr-bis", "--since", "2024-01-01")
        assert f"{1200 - kept} new" in output
        assert len({change["document_number"] for change in world.changes()}) == 1200
        assert tracker(world, "backfill", "fr-bis", "--since", "2024-01-01").count(" 0 new") == 1
        assert "0 problems" in tracker(world, "verify")


def test_commands_answer_in_both_forms(world: World) -> None:
    world.use("fr-bis", "page").poll()
    (rule,) = json.loads(tracker(world, "changes", "--query", "2026-11001", "--json"))
    assert rule["document_number"] == "2026-11001"
    assert "2026-11001" in tracker(world, "show", "2026-11001", "--lang", "en")
    assert json.loads(tracker(world, "show", rule["id"], "--json"))["deliveries"] == []
    status = json.loads(tracker(world, "status", "--json"))
    assert {source["id"]: source["healthy"] for source in status["sources"]} == {"fr-bis": True, "page": True}
    assert status["alerts"] == {"pending": 0, "sent": 0, "dead": 0, "withheld": 0}
    assert "BEGIN:VCALENDAR" in tracker(world, "deadlines", "--format", "ics")
    polled = json.loads(tracker(world, "poll", "page", "--json"))
    assert polled["sources"][0]["source"] == "page"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["show", "chg_ffff"], "no change is called"),
        (["poll", "nowhere"], "no source has the id 'nowhere'"),
        (["changes", "--level", "urgent"], "is not one of none, low"),
        (["changes", "--since", "yesterday"], "is not a day such as"),
        (["diff"], "name a CHANGE, or use both"),
        (["tag", "nowhere.xml"], "cannot be read"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(world: World, arguments: list[str], expected: str) -> None:
    world.use("page").poll()
    done = forked.run(*arguments, "--config", world.config, "--state", world.state)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_subject_is_reported_in_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped name must not read as "nothing has changed"."""
    from tracker.cli.app import run

    world.use("page", extra='[[profile]]\nid = "valves"\nproducts = ["etch"]\n').poll()
    place = ["--config", str(world.config), "--state", str(world.state)]
    for arguments, expected in (
        (["changes", "--source", "pag"], "no source has the id 'pag' (there are: page)"),
        (["changes", "--profile", "valvs"], "no profile has the id 'valvs' (there are: valves)"),
        (["digest", "--profile", "valvs"], "no profile has the id 'valvs' (there are: valves)"),
        (["audit"], "Missing option '--since' (see `tracker audit --help`)"),
        (["changes", "--bogus"], "No such option '--bogus' (see `tracker changes --help`)"),
        (["changes", "--limit", "0"], "(see `tracker changes --help`)"),
    ):
        monkeypatch.setattr("sys.argv", ["tracker", *arguments, *place])
        assert run() == 2, arguments
        output = capsys.readouterr()
        assert expected in output.err, arguments
        assert (output.err.count("\n"), output.out) == (1, ""), arguments
    for arguments in (["changes", "--profile", "valves"], ["changes", "--source", "page"], ["--help"]):
        monkeypatch.setattr(
            "sys.argv", ["tracker", *arguments, *(place if arguments[0] == "changes" else [])]
        )
        assert run() == 0, arguments


def test_check_tries_every_source_and_channel_for_real(world: World) -> None:
    output = tracker(world.use("fr-bis", "ear", "page", "feed", "list"), "check")
    assert output.count("ok   source") == 5
    assert "ok   channel file" in output
    assert world.alerted == 1, "the channel got its test message"
    world.standin.misbehave("/news/rule", "404")
    assert "FAIL source page" in tracker(world, "check", code=1)
