"""Names of bills: `119/hr/8170`, as the API's addresses have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_BILL = re.compile(r"(\d{2,3})/(hr|s|hjres|sjres|hconres|sconres|hres|sres)/(\d{1,5})")
_FIRST_YEAR = 1789


def bill_list(value: Any) -> tuple[str, ...]:
    """Return a setting of bills. Raises ValueError for anything but their names."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of strings")
    names = tuple(item.strip().lower() for item in value)
    for name in names:
        if _BILL.fullmatch(name) is None:
            raise ValueError(f'{name!r} is not a bill such as "119/hr/8170"')
    return names


def name_of(record: Mapping[str, Any]) -> str:
    """Return the name of a bill in a list; empty where the record is none."""
    name = f"{record.get('congress')}/{record.get('type')}/{record.get('number')}".lower()
    return name if _BILL.fullmatch(name) else ""


def congress_on(day: date) -> int:
    """Return the number of the Congress that sits on a day: a new one begins on January 3 of each odd year."""
    year = day.year - (1 if (day.month, day.day) < (1, 3) else 0)
    return (year - _FIRST_YEAR) // 2 + 1
