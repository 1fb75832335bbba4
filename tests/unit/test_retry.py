"""The one formula for retries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tracker import retry

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("attempt", "growth", "expected"),
    [(1, 2.0, 1), (2, 2.0, 2), (5, 2.0, 16), (3, 4.0, 16), (40, 2.0, 3600), (1_000_000, 4.0, 3600)],
)
def test_the_wait_grows_up_to_the_cap(attempt: int, growth: float, expected: int) -> None:
    assert retry.delay(attempt, base=SECOND, cap=HOUR, growth=growth) == timedelta(seconds=expected)


def test_jitter_spreads_the_wait() -> None:
    assert retry.delay(1, base=HOUR, cap=HOUR, jitter=-0.2) == timedelta(minutes=48)
    assert retry.delay(1, base=HOUR, cap=HOUR, jitter=0.2) == timedelta(minutes=72)


@pytest.mark.parametrize("jitter", [-0.2, 0.0, 0.2])
def test_a_retry_is_never_earlier_than_the_server_requested(jitter: float) -> None:
    asked = timedelta(hours=2)
    assert asked <= retry.delay(1, base=SECOND, cap=HOUR, retry_after=asked, jitter=jitter) <= asked * 1.1
    assert retry.delay(1, base=HOUR, cap=HOUR, retry_after=SECOND) == HOUR


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="before the first"):
        retry.delay(0, base=SECOND, cap=HOUR)
