"""What fuzzing found once is never found again; and fuzzing sees what it is there to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.corpus import SEEDS
from fuzz.mutator import LIMIT, Mutator
from fuzz.targets import TARGETS, in_process
from fuzz.trial import STUCK, arm, trial
from tracker.errors import ParseError
from tracker.sandbox import pool

FOUND = sorted(SEEDS.glob("*/*"))


@pytest.mark.parametrize("seed", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_input_that_once_broke_something_breaks_nothing(
    seed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "run", pool.run)  # what in_process changes is put back
    in_process()
    verdict = trial(TARGETS[seed.parent.name], seed.read_bytes())
    assert verdict.kind != "crash", verdict.output


def test_each_seed_belongs_to_a_target_and_is_small() -> None:
    assert FOUND
    assert {path.parent.name for path in FOUND} <= TARGETS.keys()
    assert max(path.stat().st_size for path in FOUND) < LIMIT


def test_a_trial_distinguishes_a_crash_from_an_error_of_ours() -> None:
    def broken(data: bytes) -> None:
        raise RecursionError("deep")

    def refused(data: bytes) -> None:
        raise ParseError("no")

    assert trial(broken, b"").kind == "crash"
    assert trial(broken, b"").output == "RecursionError: deep"
    assert trial(refused, b"").kind == "ok"


def test_a_trial_ends_endless_jobs_and_reports_memory_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    arm()
    monkeypatch.setattr("fuzz.trial.STUCK", 0.05)
    assert STUCK > 1

    def endless(data: bytes) -> None:
        while True:
            pass

    assert trial(endless, b"").kind == "slow"
    monkeypatch.setattr("fuzz.trial.GROWTH", 10_000_000)
    assert trial(lambda data: bytearray(80_000_000).clear(), b"").kind == "big"


def test_a_seed_number_gives_the_same_inputs_again() -> None:
    corpus = [b"<P>(a) Text</P>", b'{"title": "x", "agencies": []}']
    first, second = (Mutator(corpus, 7) for _ in range(2))
    made = [first.next() for _ in range(200)]
    assert made == [second.next() for _ in range(200)]
    assert len(set(made)) > 150
    assert max(map(len, made)) <= LIMIT
