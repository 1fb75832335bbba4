"""Formats days and instants for readers: 2026年11月9日, November 9, 2026, in the reader's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.clock import reader_day
from tracker.model import Language

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def format_day(value: date, language: Language) -> str:
    """Return `2026年11月9日` or `November 9, 2026`."""
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"


def format_instant(value: datetime, language: Language, timezone: str) -> str:
    """Return an instant in the reader's zone, to the minute: 2025年9月29日 21:45 JST."""
    local = value.astimezone(ZoneInfo(timezone))
    return f"{format_minute(value, language, timezone)} {local.tzname()}"


def format_minute(value: datetime, language: Language, timezone: str) -> str:
    """Return an instant in the reader's zone, to the minute and without the zone: 2025年9月29日 21:45."""
    day = format_day(reader_day(value, timezone), language)
    return f"{day}{'' if language == 'ja' else ','} {value.astimezone(ZoneInfo(timezone)):%H:%M}"


def format_timestamp(value: datetime, timezone: str) -> str:
    """Return an instant in the reader's zone for tables: 2025-09-29 21:45."""
    return f"{value.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


_UNITS = (("日", "day", 86_400), ("時間", "hour", 3_600), ("分", "minute", 60), ("秒", "second", 1))


def format_span(value: timedelta, language: Language) -> str:
    """Return a time span in the largest unit that leaves nothing over: `30分`, `4 hours`."""
    seconds = int(value.total_seconds())
    ja, en, size = next(unit for unit in _UNITS if seconds % unit[2] == 0)
    count = seconds // size
    return f"{count}{ja}" if language == "ja" else f"{count} {en}{'' if count == 1 else 's'}"
