"""Workers: what ends them, what they may do, and that none is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from tests.unit import harm
from tests.unit.test_parsing_dispatch import fetched
from tracker import diffing, parsing
from tracker.errors import OutOfTime, ParserCrashed, ReaderKilled, TrackerError, UnexpectedResponse
from tracker.model import ResourceType
from tracker.parsing import dispatch
from tracker.sandbox import pool as pools
from tracker.sandbox.pool import Pool
from tracker.sandbox.worker import LARGE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no workers on this system")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(size=1, memory=600_000_000, seconds=0.2, patience=10)
    yield made
    made.close()


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_is_reused_and_returns_the_functions_result(pool: Pool) -> None:
    assert pool.run(harm.add, 1, 2) == 3
    assert pool.run(harm.own_number) == pool.run(harm.own_number) != os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="the inheritance is Linux's")
def test_a_large_tracker_does_not_make_its_workers_look_large() -> None:
    """Linux hands down `ru_maxrss`: each document would start a worker of its own under a tracker of 400 MB."""
    large = bytearray(LARGE + 50_000_000)
    large[::4096] = b"x" * len(large[::4096])  # touched, so that it is really there
    beside = Pool(size=1)
    try:
        assert beside.run(harm.own_number) == beside.run(harm.own_number)
    finally:
        beside.close()


@pytest.mark.parametrize(
    ("harmful", "output"),
    [(harm.segfault, "SIGSEGV"), (harm.endless, "too long"), (harm.allocate, "more than 0.6 GB"), (harm.squeezed, "more than 0.6 GB")],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_a_job_that_crashes_its_worker_is_reported_and_the_next_is_done(
    pool: Pool, harmful: object, output: str
) -> None:
    with pytest.raises(ParserCrashed, match=output):
        pool.run(harmful)  # type: ignore[arg-type]
    assert pool.run(harm.add, 2, 2) == 4


def test_a_reader_that_only_waits_is_ended_by_the_clock() -> None:
    impatient = Pool(size=1, patience=0.2)
    with pytest.raises(ParserCrashed, match="too long"):
        impatient.run(harm.asleep)


def test_a_worker_killed_from_outside_is_not_the_documents_fault(pool: Pool, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    marker.touch()
    assert pool.run(harm.killed_once, str(marker)) == "well"
    number = pool.run(harm.own_number)
    os.kill(number, signal.SIGKILL)
    assert pool.run(harm.own_number) != number


def test_a_worker_killed_from_outside_each_time_leaves_its_document_undecided(pool: Pool) -> None:
    with pytest.raises(ReaderKilled, match="SIGKILL"):
        pool.run(harm.killed)
    with pytest.raises(ReaderKilled, match="SIGTERM"):
        pool.run(harm.terminated)
    assert pool.run(harm.add, 2, 2) == 4


def test_a_job_ends_with_the_time_of_its_source_and_those_after_it_are_not_begun() -> None:
    beside = Pool(size=1)
    with pools.bounded(seconds=0.5):
        with pytest.raises(ParserCrashed, match="did not end within"):
            beside.run(harm.asleep)  # alone, it took all the time that its source has
        with pytest.raises(OutOfTime, match=r"0\.5 s"):
            beside.run(harm.add, 1, 1)
    assert beside.run(harm.add, 1, 1) == 2
    beside.close()


def test_slow_sources_leave_a_worker_to_the_others(tmp_path: Path) -> None:
    shared, end = Pool(size=2), tmp_path / "end"

    def slow() -> str:
        with pools.bounded(seconds=60, slow=True):
            return shared.run(harm.until, str(end))

    with ThreadPoolExecutor(8) as threads:
        jobs = [threads.submit(slow) for _ in range(8)]
        assert shared.run(harm.add, 1, 1) == 2
        assert not any(job.done() for job in jobs)
        end.touch()
        assert [job.result() for job in jobs] == ["ended"] * 8
    shared.close()


def test_a_large_comparison_is_the_same_in_a_worker_and_in_process() -> None:
    beside = Pool(size=1)
    one, other = (
        parsing.read(
            fetched(ResourceType.PAGE, f"<html><body><main><p>{text}</p></main></body></html>".encode())
        )
        for text in ("A license is required.", "No license is required.")
    )
    assert beside.run(diffing.compare, one, other) == diffing.compare(one, other) != ()
    beside.close()


def test_a_day_with_a_zone_is_a_plain_date_that_leaves_the_worker(pool: Pool) -> None:
    entry = {
        "title": "A rule",
        "link": "https://www.example.gov/rule",
        "summary": "<p>The Bureau amends a rule.</p>",
        "published": "2026-06-10T02:00:00+00:00",
    }
    one = fetched(ResourceType.FEED_ENTRY, json.dumps(entry).encode())
    document = pool.run(dispatch.read, one)
    assert document.published == date(2026, 6, 9)
    assert type(document.published) is date


def test_our_errors_are_passed_on_and_defects_with_their_trace(pool: Pool) -> None:
    with pytest.raises(UnexpectedResponse) as ours:
        pool.run(harm.wrong_shape)
    assert (ours.value.cause, ours.value.cure, ours.value.url, ours.value.status) == (
        "no feed", "ask again", "https://x.gov", 200,
    )  # fmt: skip
    with pytest.raises(AttributeError, match="no such thing") as defect:
        pool.run(harm.defect)
    assert "harm.py" in defect.value.__notes__[0]  # what a log shows below the error


def test_a_worker_knows_no_secrets_and_writes_no_files(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SLACK_URL", "slack://secret")
    fresh = Pool(size=1)
    assert "SLACK_URL" not in fresh.run(harm.own_surroundings)
    fresh.close()
    with pytest.raises(OSError, match="too large"):
        pool.run(harm.writing, str(tmp_path / "written"))


def test_an_answer_that_would_call_something_is_not_believed(pool: Pool) -> None:
    with pytest.raises(ParserCrashed, match="is invalid"):
        pool.run(harm.forged)


def test_many_threads_share_the_workers() -> None:
    shared = Pool(size=2)
    with ThreadPoolExecutor(8) as threads:
        numbers = set(threads.map(lambda _: shared.run(harm.own_number), range(40)))
    assert len(numbers) <= 2
    shared.close()
    assert not [number for number in numbers if alive(number)]


def test_a_pool_that_cannot_start_workers_blames_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(TrackerError, match="cannot be started") as error:
        Pool(size=1).run(harm.add, 1, 1)
    assert not isinstance(error.value, ParserCrashed)


def test_when_the_tracker_is_killed_its_workers_end(tmp_path: Path) -> None:
    code = "from tests.unit import harm\nfrom tracker.sandbox import pool\nprint(pool.run(harm.own_number), flush=True)\ninput()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    number = int(process.stdout.readline())
    assert alive(number)
    process.send_signal(signal.SIGINT)  # the worker has no part in a Ctrl-C
    process.kill()
    process.communicate()
    while alive(number):  # it detects that its parent is gone
        os.sched_yield()


def test_records_of_json_are_read_here_and_markup_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    apart: list[object] = []

    def noted(function: Callable[..., object], *arguments: object) -> object:
        apart.append(function)
        return function(*arguments)

    monkeypatch.setattr(pools, "run", noted)
    parsing.read(fetched(ResourceType.FR_RECORD, b'{"document_number":"2025-19001","title":"T"}'))
    parsing.read(fetched(ResourceType.FEED_ENTRY, b'{"title":"T","summary":"plain"}'))
    assert apart == []
    parsing.read(fetched(ResourceType.FEED_ENTRY, b'{"title":"T","summary":"<p>x</p>"}'))
    parsing.read(fetched(ResourceType.PAGE, b"<html><body><p>Text of the law.</p></body></html>"))
    assert apart == [dispatch.read, dispatch.read]
