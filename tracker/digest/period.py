"""The week of a digest: Monday 00:00 to Sunday 24:00 in the readers' time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.clock import reader_day, reader_instant

_NAME = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """One week, identified by its Monday (`first`). `start` and `end` are instants; daylight saving changes make the week
    an hour shorter or longer."""

    first: date
    timezone: str

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def name(self) -> str:
        """The week as `2026-W47` (ISO 8601), the format of `--week`."""
        year, number, _ = self.first.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        return self._midnight(self.first + _WEEK)

    def _midnight(self, day: date) -> datetime:
        return reader_instant(day, self.timezone)

    def shifted(self, weeks: int) -> Period:
        return Period(self.first + weeks * _WEEK, self.timezone)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def week_of(moment: datetime, timezone: str) -> Period:
    """The week of an instant in this time zone."""
    day = reader_day(moment, timezone)
    return Period(day - timedelta(days=day.weekday()), timezone)


def last_week(now: datetime, timezone: str) -> Period:
    """The last complete week before `now`."""
    return week_of(now, timezone).shifted(-1)


def read_week(text: str, timezone: str) -> Period:
    """The week named by a text such as `2026-W47`. Raises ValueError where the year has no such week."""
    found = _NAME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a week such as 2026-W47")
    try:
        return Period(date.fromisocalendar(int(found[1]), int(found[2]), 1), timezone)
    except ValueError as error:
        raise ValueError(f"{text!r}: that year has no such week") from error
