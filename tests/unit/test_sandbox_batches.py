"""Small jobs of several threads go to a worker together, and each gets its own result."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tracker.errors import OutOfTime, ParserCrashed
from tracker.sandbox import pool
from tracker.sandbox.batches import MOST, SMALL, Batches


def doubled(numbers: Sequence[int]) -> list[int]:
    return [number * 2 for number in numbers]


class Worker:
    """Takes the place of the pool: notes each call, and waits until it may go on."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.free = threading.Event()
        self.poison: int | None = None

    def run(self, function: Callable[..., Any], items: list[int]) -> Any:
        self.calls.append(items)
        assert self.free.wait(30)
        if self.poison in items:
            raise ParserCrashed("this document crashed its parser")
        return function(items)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    made = Worker()
    monkeypatch.setattr(pool, "run", made.run)
    yield made
    made.free.set()


def results(worker: Worker, number: int) -> list[int | str]:
    """The results of so many threads, of which the first has sent its job before the others ask."""
    batches = Batches()

    def one(item: int) -> int | str:
        try:
            return batches.run(doubled, item, 10)
        except ParserCrashed as error:
            return error.cause

    with ThreadPoolExecutor(number) as threads:
        first = threads.submit(one, 0)
        while not worker.calls:
            pass
        others = [threads.submit(one, item) for item in range(1, number)]
        while len(batches._waiting) < number - 1:
            pass
        worker.free.set()
        return [future.result(30) for future in (first, *others)]


def test_jobs_that_wait_are_sent_together(worker: Worker) -> None:
    assert results(worker, 9) == [number * 2 for number in range(9)]
    assert [len(call) for call in worker.calls] == [1, 8]


def test_a_batch_has_a_bound(worker: Worker) -> None:
    assert results(worker, MOST + 5) == [number * 2 for number in range(MOST + 5)]
    assert max(len(call) for call in worker.calls) == MOST


def test_a_job_that_crashes_its_parser_harms_no_other(worker: Worker) -> None:
    worker.poison = 3
    found = results(worker, 6)
    assert found == [0, 2, 4, "this document crashed its parser", 8, 10]
    assert [3] in worker.calls


def test_a_large_job_and_one_of_a_slow_source_are_sent_alone(worker: Worker) -> None:
    worker.free.set()
    batches = Batches()
    assert batches.run(doubled, 1, SMALL + 1) == 2
    with pool.bounded(seconds=60, slow=True):
        assert batches.run(doubled, 2, 10) == 4
    assert not batches._led


def test_a_job_that_waits_longer_than_its_source_may_is_given_up(worker: Worker) -> None:
    batches = Batches()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(batches.run, doubled, 1, 10)
        while not worker.calls:
            pass
        with pool.bounded(seconds=0.05), pytest.raises(OutOfTime):
            batches.run(doubled, 2, 10)
        worker.free.set()
        assert first.result(30) == 2
    assert batches.run(doubled, 3, 10) == 6
