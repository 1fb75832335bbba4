"""What is in force until a day has expired on the next one, whether or not a document says so again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from tracker.model import Status

_DAY = timedelta(days=1)


def expired_after(statuses: Iterable[Status]) -> Iterator[Status]:
    """Yield the expiry of a whole document whose force ends, where nothing else begins on the next day."""
    known = [one for one in statuses if not one.units]
    force = [one for one in known if one.state == "in-force"]
    last = max(force, key=lambda one: one.until or date.max, default=None)
    if last is None or last.until is None or last.until == date.max:
        return
    day = last.until + _DAY
    if not any(one.since == day or one.state == "expired" for one in known):
        yield replace(last, state="expired", since=day, until=None)
