"""Computes the wait before a retry: one formula for sources, requests, alerts and digests. Pure."""

from __future__ import annotations

from datetime import timedelta

_MOST = 30  # attempts after which any cap has long been reached


def delay(
    attempt: int,
    *,
    base: timedelta,
    cap: timedelta,
    growth: float = 2.0,
    retry_after: timedelta | None = None,
    jitter: float = 0.0,
) -> timedelta:
    """Return the wait after failed attempt number `attempt`, which counts from 1.

    It is `base` after the first and grows by the factor `growth`, up to `cap`. It is never shorter than
    `retry_after`, which the other side requested. `jitter` is a random share of the wait drawn by the caller,
    so that simultaneous failures are not retried simultaneously; it only lengthens `retry_after`, by half at
    most.
    """
    if attempt < 1:
        raise ValueError(f"attempt {attempt} is before the first")
    seconds = base.total_seconds() * growth ** min(attempt - 1, _MOST)
    wait = timedelta(seconds=min(seconds, cap.total_seconds())) * (1 + jitter)
    if retry_after is not None:
        wait = max(wait, retry_after * (1 + abs(jitter) / 2))
    return wait
