"""When a source is polled next. Pure: `now` is passed in."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tracker import retry
from tracker.config.loader import load
from tracker.config.models import Settings, Source
from tracker.errors import SettingsError

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
_SPREAD = 0.05  # of the interval: sources with the same interval are not polled all at once


def trigger(source: Source) -> CronTrigger:
    """The trigger of a cron line. Raises ValueError for one that never fires."""
    # Its import takes 35 ms, and few sources have a cron line.
    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = (source.cron or "").split()
    return CronTrigger(
        minute=minute,
        hour=hour,
        day=day,
        month=month,
        day_of_week=weekday,
        timezone=ZoneInfo(source.timezone),
    )


def next_poll_at(
    source: Source,
    now: datetime,
    *,
    failures: int = 0,
    retry_after: float = 0.0,
    spread: float | None = None,
) -> datetime:
    """The instant of the next poll. After a failure it comes 1, 2, 4 ... minutes later, at most an hour and never later
    than planned. It waits for the seconds that the server asked for (`retry_after`), up to two intervals. `spread` from
    -1 to 1 replaces chance in tests."""
    if source.cron:
        planned = trigger(source).get_next_fire_time(None, now) or now + timedelta(days=1)
    else:
        every = source.every or timedelta(minutes=30)
        chance = random.uniform(-1, 1) if spread is None else spread  # noqa: S311 - not a secret
        planned = now + every * (1 + _SPREAD * chance)
    if failures:
        planned = now + retry.delay(
            failures,
            base=FIRST_RETRY,
            cap=min(LONGEST_RETRY, planned - now),
            retry_after=min(timedelta(seconds=retry_after), _longest(source)),
        )
    return planned.astimezone(now.tzinfo)


def _longest(source: Source) -> timedelta:
    """The longest wait that a server may ask for. `overdue` takes a longer one for a clock that was set back."""
    return timedelta(days=1) if source.cron else (source.every or timedelta(minutes=30)) * 2


def load_checked(path: Path) -> Settings:
    """The settings, with each cron line tried. Raises SettingsError."""
    settings = load(path)
    problems = []
    for source in settings.sources:
        if source.cron:
            try:
                trigger(source)
            except ValueError as error:
                problems.append(f"{path}:{source.line}: cron: {error}")
    if problems:
        raise SettingsError(problems)
    return settings


def overdue(next_poll_at: datetime | None, now: datetime, source: Source) -> bool:
    """Whether a poll is due, or is planned later than a poll now would plan it, because the clock was set back or
    the settings have shorter intervals since."""
    if next_poll_at is None or next_poll_at <= now:
        return True
    if next_poll_at - now <= _longest(source):
        return False
    if not source.cron:
        return True
    planned = trigger(source).get_next_fire_time(None, now)
    return planned is None or next_poll_at > planned
