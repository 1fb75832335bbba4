"""The clock of the program. Only its edges read it: stages get `now` as a parameter.

A day belongs to a calendar. `legal_day` is the day in New York, by which the Federal Register
dates documents and closes comment periods; `reader_day` is the day in the time zone of the settings, by which a
digest counts its week and a list shows when something was seen; `day_in` is the day where a law of another country takes effect.
No other code turns an instant into a day.

`TRACKER_NOW` (an ISO instant) sets the clock, so that days can be replayed; it then advances with the
machine's own seconds.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from tracker.errors import UsageError

NEW_YORK = ZoneInfo("America/New_York")
TOKYO = "Asia/Tokyo"  # by which the laws of Japan take effect
YEARS = range(1900, 2201)  # that TRACKER_NOW may name, so that days before and after can be computed
SKEW = timedelta(
    minutes=1
)  # a stored moment may be this far ahead: clocks are corrected by seconds all the time
_started = time.monotonic()


def now() -> datetime:
    """Return the current instant in UTC. Raises UsageError when TRACKER_NOW is not an ISO instant, or out of
    range.
    """
    wanted = os.environ.get("TRACKER_NOW")
    if not wanted:
        return machine_now()
    try:
        instant = datetime.fromisoformat(wanted)
    except ValueError as error:
        raise UsageError(
            f"TRACKER_NOW={wanted!r} is not an ISO instant", cure="write 2026-11-22T08:00:00+09:00"
        ) from error
    if instant.year not in YEARS:
        raise UsageError(
            f"TRACKER_NOW={wanted!r} is not a year from {YEARS.start} to {YEARS.stop - 1}",
            cure="write 2026-11-22T08:00:00+09:00",
        )
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC) + timedelta(seconds=time.monotonic() - _started)


def machine_now() -> datetime:
    """Return the machine's own instant in UTC, regardless of TRACKER_NOW: for values that other machines
    compare with their clocks (signatures, mail headers, Retry-After) and for timers that sleep in real
    seconds.
    """
    return datetime.now(UTC)


class LegalDay(date):
    """A day in New York's calendar that knows its instant, so that `day_in` can give the day elsewhere."""

    instant: datetime | None = None


def legal_day(instant: datetime) -> date:
    """Return the day in New York's calendar, which the Federal Register uses."""
    there = published_day(instant)
    day = LegalDay(there.year, there.month, there.day)
    day.instant = instant
    return day


def published_day(instant: datetime) -> date:
    """Return the day in New York's calendar of something that happened then: a plain date, which records and parsers keep."""
    return instant.astimezone(NEW_YORK).date()


def day_in(today: date, zone: str) -> date:
    """Return the day of a time zone at the instant of a day that `legal_day` made; any other day as it is. The law of Japan is in
    force at midnight in Tokyo, which is still the day before in New York.
    """
    if not zone or not isinstance(today, LegalDay) or today.instant is None:
        return today
    return today.instant.astimezone(ZoneInfo(zone)).date()


def clamp_future(moment: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether a stored moment is less than `span` ago. False for one in the future: it was written while
    the clock was wrong, and must not delay anything.
    """
    return now - span < moment <= now + SKEW


def ahead(moment: datetime, now: datetime) -> bool:
    """Return whether a stored moment of the past is in the future: the clock was wrong when it was written."""
    return moment > now + SKEW


def legal_instant(day: date, at: time_of_day = time_of_day()) -> datetime:
    """Return the instant in UTC of a time of day in New York, midnight unless given."""
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


def end_of_legal_day(day: date) -> datetime:
    """Return the last instant in UTC of a day in New York, which has 23 or 25 hours where the clock changes."""
    return legal_instant(day + timedelta(days=1)) - timedelta(microseconds=1)


def reader_day(instant: datetime, timezone: str) -> date:
    """Return the day in the reader's calendar; `timezone` is the IANA name in the settings."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def reader_instant(day: date, timezone: str, at: time_of_day = time_of_day()) -> datetime:
    """Return the instant in UTC of a time of day on the reader's clock, midnight unless given."""
    return datetime.combine(day, at, ZoneInfo(timezone)).astimezone(UTC)
