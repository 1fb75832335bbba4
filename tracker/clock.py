"""The time, for the edges of the program. Stages get `now` passed in and never look here.

`TRACKER_NOW` (an ISO instant) sets the clock, so that days can be replayed; it then runs on from
there with the machine's own seconds.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.errors import UsageError

NEW_YORK = ZoneInfo("America/New_York")
SKEW = timedelta(
    minutes=1
)  # a stored moment may be this far ahead: clocks are corrected by seconds all the time
_started = time.monotonic()


def now() -> datetime:
    """The current instant in UTC. Raises UsageError when TRACKER_NOW is no ISO instant."""
    wanted = os.environ.get("TRACKER_NOW")
    if not wanted:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(wanted)
    except ValueError as error:
        raise UsageError(
            f"TRACKER_NOW={wanted!r} is not an ISO instant", cure="write 2026-11-22T08:00:00+09:00"
        ) from error
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC) + timedelta(seconds=time.monotonic() - _started)


def legal_day(instant: datetime) -> date:
    """The day in New York's calendar, which the Federal Register counts by."""
    return instant.astimezone(NEW_YORK).date()


def within(moment: datetime, now: datetime, span: timedelta) -> bool:
    """Whether a stored moment is less than `span` ago. False for one in the future: it was written while the clock was
    wrong, and nothing may wait for it."""
    return now - span < moment <= now + SKEW


def ahead(moment: datetime, now: datetime) -> bool:
    """Whether something that is stored as past is in the future: the clock was wrong when it was written."""
    return moment > now + SKEW
