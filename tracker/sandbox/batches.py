"""Small jobs of several threads, sent to a worker together: a round trip costs more than such a job.

The first thread that asks sends its job and those that have arrived by then; the others wait for their results. A large
job, and one of a slow source, is sent alone. Where a batch fails, each of its jobs is sent alone, so that a document
that crashes its parser harms no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tracker.errors import OutOfTime
from tracker.sandbox import pool

SMALL = 500_000  # bytes of one job
MOST = 16  # jobs of a batch
MOST_BYTES = 2_000_000  # of a batch

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


@dataclass(slots=True, eq=False)
class _Job:
    function: Callable[[Sequence[Any]], list[Any]]
    item: Any
    size: int
    woken: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    alone: bool = False  # its batch failed
    result: Any = None


class Batches:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[_Job] = []
        self._led = False  # a thread is sending a batch, or has been asked to

    def run(self, function: Callable[[Sequence[I]], list[R]], item: I, size: int) -> R:
        """Return the result for `item` of `function`, which gets several items and returns their results in order.
        `size` is that of the item in bytes. Raises like `pool.run`.
        """
        if size > SMALL or pool.is_slow():
            return pool.run(function, [item])[0]
        job = _Job(function, item, size)
        with self._guard:
            self._waiting.append(job)
            leads, self._led = not self._led, True
        while not job.done and not job.alone:
            if leads or self._woken_to_lead(job):
                self._lead(job)
        if job.alone:
            return pool.run(function, [item])[0]
        result: R = job.result
        return result

    def _woken_to_lead(self, job: _Job) -> bool:
        """Wait for the result, or for the turn to send the next batch. Raises OutOfTime."""
        woken = job.woken.wait(pool.seconds_left())
        if not woken:
            with self._guard:
                woken = job.woken.is_set()  # meanwhile
                if not woken and job in self._waiting:
                    self._waiting.remove(job)
            if not woken:
                raise OutOfTime("no parser was free within its time limit", cure="it is polled again")
        return not job.done and not job.alone

    def _lead(self, own: _Job) -> None:
        batch = [own]
        with self._guard:
            self._waiting.remove(own)
            size = own.size
            for job in list(self._waiting):
                if job.function is own.function and len(batch) < MOST and size + job.size <= MOST_BYTES:
                    size += job.size
                    batch.append(job)
                    self._waiting.remove(job)
        results: list[Any] = []
        try:
            results = pool.run(own.function, [job.item for job in batch])
        except Exception:  # noqa: BLE001 - each job meets it again alone, if it is its own
            results = []
        finally:
            with self._guard:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
                for job, result in zip(batch, results, strict=False):
                    job.result, job.done = result, True
                for job in batch:
                    job.alone = not job.done
                    job.woken.set()
                if following is not None:
                    following.woken.set()


_batches = Batches()
run = _batches.run
