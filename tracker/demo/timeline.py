"""Values that apply from an instant on, so that the server's clock alone decides what exists."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from datetime import datetime
from typing import Generic, TypeVar

from tracker.demo.http_messages import utc

T = TypeVar("T")


class Timeline(Generic[T]):
    """The values of something, each by the instant from which it applies."""

    def __init__(self, states: Iterable[tuple[datetime, T]] = ()) -> None:
        self._states: list[tuple[datetime, T]] = []
        for instant, value in states:
            self.put(instant, value)

    def put(self, instant: datetime, value: T) -> None:
        """Set a value. A later call for the same instant replaces the earlier one."""
        instant = utc(instant)
        self._states = [state for state in self._states if state[0] != instant]
        insort(self._states, (instant, value), key=lambda state: state[0])

    def state(self, now: datetime) -> tuple[datetime, T] | None:
        """Return the value at `now`, and its start; None before the first value."""
        index = bisect_right(self._states, now, key=lambda state: state[0])
        return self._states[index - 1] if index else None

    def at(self, now: datetime) -> T | None:
        found = self.state(now)
        return found[1] if found else None

    def instants(self) -> list[datetime]:
        return [instant for instant, _ in self._states]

    def earliest(self) -> T:
        """Return the first value. Raises IndexError where there is none."""
        return self._states[0][1]

    def latest(self) -> T:
        """Return the last value. Raises IndexError where there is none."""
        return self._states[-1][1]
