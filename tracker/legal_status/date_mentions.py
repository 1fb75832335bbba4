"""Days as they are written in a text: calendar dates, and days that are counted from the publication or the signing
of the document, with the time of day and the zone where these are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from tracker.legal_status.relative_days import Base, number_of, relative_days

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
MONTH = r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
_YEAR = r"(?:19|20)\d\d(?!\d)"
DATE = re.compile(
    rf"\b(?:(?P<m>{MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>{_YEAR})"
    rf"|(?P<d2>\d{{1,2}})(?:(?:st|nd|rd|th)(?:\s+day)?(?:\s+of)?)?\s+(?P<m2>{MONTH})\.?,?\s+(?P<y2>{_YEAR})"
    rf"|(?P<mn>\d{{1,2}})/(?P<dn>\d{{1,2}})/(?P<yn>{_YEAR}|\d\d(?!\d))"
    rf"|(?P<iso>{_YEAR}-\d\d-\d\d)(?!\d|-))",
    re.IGNORECASE,
)
# Days that share a month or a year: "May 6 and 7, 2030", "May 6-8, 2030", "May 31 through June 1, 2030".
_JOIN = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+and,?\s+if\s+(?:necessary|needed),?\s+|\s+(?:and|or|to|through|until|&)\s+|\s*[-–—]\s*)"
_SHARED = re.compile(
    rf"\b(?P<m>{MONTH})\.?\s+(?P<days>\d{{1,2}}(?:{_JOIN}\d{{1,2}}\b)*)"
    rf"(?:{_JOIN}(?P<last>{MONTH})\.?\s+\d{{1,2}})?,?\s+(?P<y>{_YEAR})",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:19|20)\d\d|/\d")  # in every date and list of dates
_IN_WORDS = re.compile(
    rf"\bthis\s+(?P<day>[\w-]+)\s+day\s+of\s+(?P<month>{MONTH}),?\s+in\s+the\s+year\s+of\s+our\s+Lord\s+"
    r"(?:(?P<year>\d{4})|two\s+thousand(?:\s+and)?\s+(?P<words>[a-z‐‑–-]+))",
    re.IGNORECASE,
)
_TIME = r"(?P<time>\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\b\.?|noon|midnight)"
_ZONE = (
    r"(?:[\s,(]+(?P<zone>(?:u\.?s\.?\s+)?(?:eastern|central|mountain|pacific)(?:\s+(?:standard|daylight|savings?|prevailing))*"
    r"(?:\s+time)?|[ECMP][SD]?T|UTC|GMT|JST|local\s+time)\b\)?(?:\s*\([A-Z]{2,4}\))?)?"
)
_TIME_BEFORE = re.compile(rf"\b{_TIME}{_ZONE}[\s,]*(?:on\s+)?(?:\w+day,?\s+)?$", re.IGNORECASE)
_TIME_AFTER = re.compile(
    rf",?\s*\(?(?:(?:at|by|from|until|before|no later than)\s+)?{_TIME}{_ZONE}", re.IGNORECASE
)
_TIME_GIVEN = re.compile(rf"\b(?:at|from)\s+{_TIME}{_ZONE}", re.IGNORECASE)
_CLOCK = re.compile(r"[ap]\.?\s?m\b|noon|midnight", re.IGNORECASE)
_CLOSE = 90  # characters before or after a date in which its time may be


@dataclass(frozen=True, slots=True)
class Mention:
    """One day as written: `sentence[start:end]`, a time before it included. `counted` says how a relative day was
    counted out: `7 days after 2025-07-31`."""

    day: date
    start: int
    end: int
    time: str = ""
    zone: str = ""
    counted: str = ""


def mentions(text: str, base: Base | None = None) -> Iterator[Mention]:
    """Every day written in a text, in its order; impossible ones (February 30) are no days. Relative days are read
    where their base is known."""
    found: list[Mention] = []
    if _DATED.search(text):
        found += [
            Mention(day, match.start(), match.end())
            for match in DATE.finditer(text)
            if (day := _calendar(match)) is not None
        ]
        found += [mention for match in _SHARED.finditer(text) for mention in _sharing(match)]
    if base is not None:
        found += [
            Mention(day.day, day.start, day.end, counted=day.counted) for day in relative_days(text, base)
        ]
    found.sort(key=lambda mention: mention.start)
    for mention in found:
        yield _timed(text, mention)


def day_in_words(text: str) -> date | None:
    """The day of signing as proclamations write it: `this first day of May, in the year of our Lord two thousand
    twenty-seven`; None where the text has no such day."""
    match = _IN_WORDS.search(text)
    if match is None:
        return None
    try:
        year = int(match["year"]) if match["year"] else 2000 + number_of(re.sub("[‐‑–]", "-", match["words"]))
        return date(year, _MONTHS[match["month"].lower()], number_of(match["day"]))
    except ValueError:
        return None


def time_in(text: str) -> tuple[str, str]:
    """The first time of day that a text gives after `at` or `from`, and its zone; both empty where it gives none."""
    match = _TIME_GIVEN.search(text)
    return _read_time(match) if match else ("", "")


def _sharing(match: re.Match[str]) -> Iterator[Mention]:
    """The days of a list that shares its month or its year, without the one that is written in full."""
    month, year = _MONTHS[match["m"].lower()], int(match["y"])
    last = _MONTHS[match["last"].lower()] if match["last"] else month
    numbers = list(re.finditer(r"\d+", match["days"]))
    if match["last"] is None and len(numbers) == 1:
        return
    for place, number in enumerate(numbers):
        try:
            day = date(year - (month > last), month, int(number[0]))
        except ValueError:
            continue
        ends = match.end() if match["last"] is None and place == len(numbers) - 1 else None
        left = match.start("days") + number.start()
        right = ends or match.start("days") + number.end()
        yield Mention(day, match.start() if place == 0 else left, right)


def _calendar(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["mn"]:
            year = int(match["yn"])
            return date(year if year > 99 else 2000 + year, int(match["mn"]), int(match["dn"]))
        month = (match["m"] or match["m2"]).lower().rstrip(".")
        return date(int(match["y"] or match["y2"]), _MONTHS[month], int(match["d"] or match["d2"]))
    except (ValueError, KeyError):
        return None


def _timed(text: str, mention: Mention) -> Mention:
    """With the time of day before it ("12:01 a.m. eastern time on ..."), or after it ("..., at 5 p.m.")."""
    left = max(0, mention.start - _CLOSE)
    window = text[left : mention.start]
    if _CLOCK.search(window) and (match := _TIME_BEFORE.search(window)):
        time, zone = _read_time(match)
        return replace(mention, start=left + match.start(), time=time, zone=zone)
    if match := _TIME_AFTER.match(text[mention.end : mention.end + _CLOSE]):
        time, zone = _read_time(match)
        return replace(mention, time=time, zone=zone)
    return mention


def _read_time(match: re.Match[str]) -> tuple[str, str]:
    time = re.sub(r"\s?([ap])\.?\s?m\.?$", r" \1.m.", match["time"].lower())
    zone = " ".join((match["zone"] or "").split())
    return time, zone if zone.isupper() else zone.lower()
