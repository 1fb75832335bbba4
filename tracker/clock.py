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
