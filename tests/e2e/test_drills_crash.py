"""Kills, a full disk, a state that cannot be written, a clock set back, two processes, a document that crashes the parser: afterwards
`verify` is clean, and what is expected is there once."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests import forked
from tests.e2e.test_process import NEWS, RULE, environment, started, stored, tracker, until
from tests.e2e.world import World
from tracker.archive.backup import backup
from tracker.archive.exporter import export_archive
from tracker.errors import StoreError
from tracker.parsing import dispatch
from tracker.storage.database import FILE

SEED = 7
FABRICATION = ("fabrication facility", "fabrication plant")


def killed(
    world: World, at: int, *arguments: str, state: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return forked.run(
        str(at), *arguments, "--config", world.config, "--state", state or world.state,
        env=environment(world), module="tests.e2e.killed",
    )  # fmt: skip


def statements(done: subprocess.CompletedProcess[str]) -> int:
    return int(done.stderr.split()[-1])


def points(last: int, number: int) -> list[int]:
    """So many points at which to die, spread over the whole run, none twice."""
    dice = random.Random(SEED)
    return sorted(dice.sample(range(1, last + 1), min(number, last)))


def clean(world: World) -> bool:
    return "0 problems" in tracker(world, "verify")


def changed(world: World) -> None:
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.standin.edit_part(15, "744", *FABRICATION)
    world.later(days=1, hours=1)


def test_killed_anywhere_in_a_poll_nothing_is_lost_and_nothing_doubled(world: World, tmp_path: Path) -> None:
    world.use("page", "ear", "list").poll()
    before = (world.state / FILE).read_bytes()
    changed(world)
    last = statements(killed(world, 0, "poll"))
    assert world.alerted == 2
    for at in points(last, 6):
        for file in world.state.iterdir():
            file.unlink()
        (world.state / FILE).write_bytes(before)
        (world.folder / "alerts.txt").unlink(missing_ok=True)
        assert killed(world, at, "poll").returncode == -signal.SIGKILL
        world.later(hours=1)
        world.poll()
        world.later(hours=1)
        world.poll()
        news = {change["id"] for change in world.changes() if not change["baseline"]}
        assert len(news) == 2, at
        alerted = [alert for alert in world.alerts if any(name in alert for name in news)]
        # A kill between the claim and the record of the channel's yes cannot be known: then, and only then, what is sent says
        # that it may repeat, whether the channel had it or the kill was just before.
        again = len(alerted) - 2
        assert again in (0, 1), (at, world.alerts)
        assert again <= sum("再送" in alert or "repeat" in alert.lower() for alert in alerted) <= 1, at
        assert clean(world), at


def test_killed_anywhere_in_the_first_poll_it_is_still_a_baseline(world: World) -> None:
    world.use("page", "fr-bis")
    for at in (3, 40, 70, 110):
        killed(world, at, "poll")
    world.later(hours=1)
    world.poll()
    assert world.alerted == 0
    assert world.changes()
    assert clean(world)


def test_killed_anywhere_in_an_import_there_is_no_state_or_all_of_it(world: World, tmp_path: Path) -> None:
    world.use("page", "fr-bis", "list").poll()
    file = export_archive(world.state, tmp_path / "all.zip").path
    there = tmp_path / "there"
    last = statements(killed(world, 0, "import", str(file), state=tmp_path / "whole"))
    for at in points(last, 4):
        assert killed(world, at, "import", str(file), state=there).returncode == -signal.SIGKILL
        assert not (there / FILE).exists()
    assert killed(world, 0, "import", str(file), state=there).returncode == 0
    assert sorted(path.name for path in there.iterdir()) == [FILE]


def test_a_killed_backup_leaves_the_earlier_one(world: World, tmp_path: Path) -> None:
    world.use("page", "list").poll()
    folder = tmp_path / "kept"
    earlier = backup(world.state, folder).path.read_bytes()
    for delay in (0.0, 0.3, 0.5, 0.7):
        process = started(world, "backup", str(folder))
        time.sleep(delay)
        process.kill()
        process.communicate()
        assert (folder / FILE).stat().st_size == len(earlier)
    assert backup(world.state, folder).changes == len(world.changes())
    assert not list(folder.glob("*.part*"))


def test_a_full_disk_is_reported_and_once_there_is_room_nothing_is_missing(world: World) -> None:
    world.use("page").poll()
    world.standin.put_page(
        "/news/rule",
        f"<html><body><main><h1>Rule</h1><p>{RULE}{NEWS}</p>{os.urandom(400_000).hex()}</main></body></html>",
    )
    world.later(days=1, hours=1)
    # No file may grow beyond what the database has now: SQLite is sent so as it is by a full disk.
    limit = (world.state / FILE).stat().st_size + 20_000

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "tracker", "poll", "--config", world.config, "--state", world.state],
        capture_output=True, text=True, check=False, env=environment(world), timeout=120, preexec_fn=small,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert clean(world)
    world.later(hours=1)
    world.poll()
    assert len([change for change in world.changes() if not change["baseline"]]) == 1
    assert world.alerted == 1
    assert clean(world)


# Root writes anywhere, unless it gives that right away.
BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"] if os.geteuid() == 0 else []


@pytest.mark.skipif(
    bool(BOUND) and shutil.which("setpriv") is None, reason="root may write anywhere, and there is no setpriv"
)
def test_a_state_that_cannot_be_written_is_reported_in_one_line(world: World) -> None:
    world.use("page").poll()
    for path in (world.state, *world.state.iterdir()):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        done = subprocess.run(
            [*BOUND, sys.executable, "-m", "tracker", "poll", "--config", world.config, "--state", world.state],
            capture_output=True, text=True, check=False, env=environment(world), timeout=60,
        )  # fmt: skip
    finally:
        for path in (world.state, *world.state.iterdir()):
            path.chmod(0o700)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert clean(world)


def test_a_clock_set_back_neither_doubles_nor_stops_anything(world: World) -> None:
    world.use("page", "fr-bis").poll()
    changed_at = world.now
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=2)
    world.poll()
    alerted = world.alerted
    assert alerted >= 1
    world.now = changed_at  # the tracker's clock alone
    for _ in range(3):
        world.poll()
    assert world.alerted == alerted
    world.standin.edit_page("/news/rule", NEWS, NEWS + " It takes effect at once for ECCN 3B001.")
    for _ in range(3):
        world.later(hours=13)
        world.standin.now = changed_at.replace(day=changed_at.day + 5)
        world.poll()
    assert world.alerted == alerted + 1
    assert clean(world)


def test_a_clock_a_year_ahead_and_corrected_neither_floods_nor_blocks_channels(world: World) -> None:
    world.use("page", "fr-bis").poll()
    right = world.now
    world.now += timedelta(days=365)  # the tracker's clock alone
    world.poll()
    alerted = world.alerted
    assert not [alert for alert in world.alerts if "chg_" in alert], (
        "no day that has passed in the meantime is sent as news"
    )
    world.now = right
    world.later(hours=25)
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    for _ in range(2):
        world.poll()
        world.later(hours=1)
    news = [change["id"] for change in world.changes() if not change["baseline"]]
    assert len(news) == 2, "the page, and a notice of that day"
    assert [sum(name in alert for alert in world.alerts) for name in news] == [1, 1]
    assert world.alerted == alerted + 2
    assert clean(world)


def test_a_log_truncated_by_a_power_failure_loses_only_the_last_steps(world: World) -> None:
    world.use("page", "ear").poll()
    changed(world)
    assert killed(world, 60, "poll").returncode == -signal.SIGKILL
    database, log = world.state / FILE, world.state / f"{FILE}-wal"
    kept = database.read_bytes(), log.read_bytes()
    assert kept[1]
    for part in (0.66, 0.33, 0.001):
        for file in world.state.iterdir():
            file.unlink()
        database.write_bytes(kept[0])
        log.write_bytes(kept[1][: int(len(kept[1]) * part)])
        assert clean(world), part
    for _ in range(2):
        world.later(hours=1)
        world.poll()
    assert len([change for change in world.changes() if not change["baseline"]]) == 2
    assert world.alerted == 2
    assert clean(world)


def test_lost_bytes_are_named_and_the_rest_is_processed(world: World) -> None:
    world.use("page", "ear").poll()
    with closing(sqlite3.connect(world.state / FILE)) as connection:
        digest = connection.execute(
            "SELECT sha256 FROM snapshot WHERE key LIKE '%/news/rule' AND role = 'page'"
        ).fetchone()[0]
        connection.execute(
            "UPDATE blob SET data = substr(data, 1, length(data) / 2) WHERE sha256 = ?", [digest]
        )
        connection.commit()
    assert digest in tracker(world, "verify", code=1)
    changed(world)
    reports = world.poll()
    assert len(reports["ear"].changes) == 1
    assert reports["ear"].ok
    world.later(hours=1)
    world.poll()
    assert [change["source"] for change in world.changes() if not change["baseline"]].count("ear") == 1


def test_two_daemons_on_one_state_share_the_work(world: World) -> None:
    world.use("page", "ear", "list").poll()
    changed(world)
    daemons = [started(world, "run"), started(world, "run")]
    try:
        until(lambda: world.alerted >= 2)
        time.sleep(2)
    finally:
        for daemon in daemons:
            daemon.send_signal(signal.SIGTERM)
        for daemon in daemons:
            daemon.communicate(timeout=20)
    assert world.alerted == 2
    assert len([change for change in world.changes() if not change["baseline"]]) == 2
    assert clean(world)


def test_a_document_that_crashes_the_parser_is_kept_and_the_rest_is_processed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("news", "ear").poll()
    honest: Callable[..., object] = dispatch.read

    def poisoned(fetched: object) -> object:
        if getattr(fetched, "key", "").endswith("/news/rule"):
            raise RecursionError("a document that always breaks its reader")
        return honest(fetched)

    monkeypatch.setattr("tracker.parsing.read", poisoned)
    changed(world)
    world.standin.edit_page(
        "/news/guidance", "guidance on red flags", "guidance on red flags for ECCN 3B001 in China"
    )
    reports = world.poll()
    assert len(reports["ear"].changes) == 1
    assert len(reports["news"].changes) == 1, "the other page of the same source is read"
    assert not reports["news"].ok
    assert "rule" in reports["news"].reason
    monkeypatch.setattr("tracker.parsing.read", honest)
    world.later(days=1, hours=1)
    assert len(world.poll()["news"].changes) == 1, "a fixed reader finds what was held"
    assert world.alerted == 3
    assert clean(world)


def test_a_state_that_is_no_database_is_reported_and_left_alone(world: World) -> None:
    world.use("page")
    world.state.mkdir()
    (world.state / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError):
        world.poll()
    assert stored(world) == 0
    assert (world.state / FILE).read_bytes().startswith(b"not a database")
