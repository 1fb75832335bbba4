"""Federal holidays of the United States (5 U.S.C. 6103), and counting of business days.

A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after, as federal offices keep
them. Days that an executive order gives off are not known here.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
_JUNETEENTH = (6, 19)
_SINCE = 2021  # the year from which Juneteenth is a federal holiday
_MONDAY, _THURSDAY = 0, 3


@lru_cache(maxsize=16)
def federal_holidays(year: int) -> frozenset[date]:
    """The days of a calendar year on which federal offices are closed; New Year's Day of the next year may be one."""
    fixed = [
        date(y, month, day)
        for y in (year, year + 1)
        for month, day in _FIXED
        if (month, day) != _JUNETEENTH or y >= _SINCE
    ]
    moving = [
        _nth(year, 1, _MONDAY, 3),
        _nth(year, 2, _MONDAY, 3),
        _nth(year, 6, _MONDAY, 1) - 7 * _DAY,  # the last Monday of May
        _nth(year, 9, _MONDAY, 1),
        _nth(year, 10, _MONDAY, 2),
        _nth(year, 11, _THURSDAY, 4),
    ]
    return frozenset(day for day in (*map(_observed, fixed), *moving) if day.year == year)


def is_business_day(day: date) -> bool:
    """Whether a day is neither a Saturday, a Sunday nor a federal holiday."""
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def add_business_days(day: date, count: int) -> date:
    """The `count`th business day after a day."""
    while count > 0:
        day += _DAY
        count -= is_business_day(day)
    return day


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (count - 1))


def _observed(day: date) -> date:
    if day.weekday() == 5:
        return day - _DAY
    return day + _DAY if day.weekday() == 6 else day
