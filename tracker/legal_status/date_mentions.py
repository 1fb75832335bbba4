"""Days as they are written in a text: calendar dates, and days that are counted from the publication or the signing
of the document, with the time of day and the zone where these are given."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.legal_status.holidays import add_business_days, is_business_day

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
_MONTH = r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
DATE = re.compile(
    rf"\b(?:(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)"
    rf"|(?P<d2>\d{{1,2}})\s+(?P<m2>{_MONTH})\.?,?\s+(?P<y2>(?:19|20)\d\d)"
    r"|(?P<mn>\d{1,2})/(?P<dn>\d{1,2})/(?P<yn>(?:19|20)\d\d|\d\d)"
    r"|(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?!\d|-))",
    re.IGNORECASE,
)
_NUMBERS = {
    word: number
    for number, words in {
        1: "one first", 2: "two second", 3: "three third", 4: "four fourth", 5: "five fifth", 6: "six sixth",
        7: "seven seventh", 8: "eight eighth", 9: "nine ninth", 10: "ten tenth", 12: "twelve twelfth",
        14: "fourteen fourteenth", 15: "fifteen fifteenth", 18: "eighteen eighteenth", 20: "twenty twentieth",
        21: "twenty-one twenty-first", 30: "thirty thirtieth", 45: "forty-five forty-fifth", 60: "sixty sixtieth",
        90: "ninety ninetieth", 120: "one-hundred-twenty", 180: "one-hundred-eighty",
    }.items()
    for word in words.split()
}  # fmt: skip
_NUMBER = rf"\d{{1,4}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_THIS = r"(?:this|the\s+present)\s+(?:\w+\s+){0,3}?"
_SIGNED = r"(?:order|proclamation|memorandum|directive|determination)"
_BASE = (
    r"(?:(?P<signed>(?:the\s+)?(?:date\s+(?:of|on\s+which)\s+)?(?:(?:the\s+)?(?:signature|signing|issuance)\s+of\s+)?"
    rf"(?<!publication\sof\s){_THIS}{_SIGNED}\b)(?!\s+(?:is|are|has\s+been)\s+published)"
    r"|(?P<published>(?:the\s+)?(?:date\s+of\s+)?(?:its\s+|the\s+)?(?:date\s+of\s+)?publication\b"
    rf"(?:\s+of\s+(?:{_THIS}\w+|these\s+(?:\w+\s+)?\w+|the\s+(?:notice|document|rule)\b)|(?!\s+of\b))"
    rf"|(?:the\s+)?date\s+(?:of|on\s+which)\s+{_THIS}(?:rule|notice|document|action|{_SIGNED})\b(?:\s+is\s+published)?))"
)
_AFTER = r"(?:after|following|from)\s+"
_COUNTED = re.compile(
    rf"\b(?:(?P<n>{_NUMBER})(?:\s*\(\w[\w -]*\))?[\s-]+(?P<unit>(?:calendar\s+|business\s+|working\s+)?days?|weeks?|months?|years?)"
    rf"|(?:the\s+)?(?P<nth>\d{{1,3}}(?:st|nd|rd|th)|{_NUMBER})\s+(?P<nth_unit>(?:calendar\s+|business\s+|working\s+)?day)"
    rf"(?P<month>\s+of\s+the\s+(?:first\s+|next\s+)?(?:calendar\s+)?month)?)\s+{_AFTER}{_BASE}",
    re.IGNORECASE,
)
_TIME = r"(?P<time>\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\b\.?|noon|midnight)"
_ZONE = (
    r"(?:[\s,(]+(?P<zone>(?:u\.?s\.?\s+)?(?:eastern|central|mountain|pacific)(?:\s+(?:standard|daylight|savings?|prevailing))*"
    r"(?:\s+time)?|[ECMP][SD]?T|UTC|GMT|JST|local\s+time)\b\)?(?:\s*\([A-Z]{2,4}\))?)?"
)
_TIME_BEFORE = re.compile(rf"\b{_TIME}{_ZONE}[\s,]*(?:on\s+)?(?:\w+day,?\s+)?$", re.IGNORECASE)
_TIME_AFTER = re.compile(rf",?\s*\(?(?:at|by|until|before|no later than)\s+{_TIME}{_ZONE}", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True)
class Base:
    """The days from which relative days are counted; None where the document does not have one."""

    published: date | None = None
    signed: date | None = None


def mentions(text: str, base: Base | None = None) -> Iterator[Mention]:
    """Every day written in a text, in its order; impossible ones (February 30) are no days. Relative days are read
    where their base is known."""
    found = [
        Mention(day, match.start(), match.end())
        for match in DATE.finditer(text)
        if (day := _calendar(match)) is not None
    ]
    if base is not None and _may_count(text):
        found += [mention for match in _COUNTED.finditer(text) if (mention := _relative(match, base))]
        found.sort(key=lambda mention: mention.start)
    for mention in found:
        yield _timed(text, mention)


def _may_count(text: str) -> bool:
    """Whether a text may have a relative day: a look that is cheaper than the expression."""
    lowered = text.lower()
    return any(word in lowered for word in ("after", "following", "from")) and any(
        word in lowered for word in ("publication", "this", "present", "these")
    )


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


def _relative(match: re.Match[str], base: Base) -> Mention | None:
    start = base.signed if match["signed"] else base.published
    if start is None:
        return None
    count = _number(match["n"] or match["nth"])
    unit = " ".join((match["unit"] or match["nth_unit"]).lower().split()).rstrip("s")
    business = unit.startswith(("business", "working"))
    try:
        if match["month"]:
            day = _in_month_after(start, count, business=business)
            counted = f"{unit} {count} of the month after {start}"
        else:
            day = _later(start, count, unit, business=business)
            counted = f"{count} {unit}{'s' if count > 1 else ''} after {start}"
    except (ValueError, OverflowError):
        return None
    if business:
        counted += ", without Saturdays, Sundays and federal holidays"
    return Mention(day, match.start(), match.end(), counted=counted)


def _number(words: str) -> int:
    lowered = words.lower()
    return _NUMBERS[lowered] if lowered in _NUMBERS else int(lowered.rstrip("stndrh"))


def _later(start: date, count: int, unit: str, *, business: bool) -> date:
    if business:
        return add_business_days(start, count)
    if unit.endswith("day"):
        return start + timedelta(days=count)
    if unit == "week":
        return start + timedelta(weeks=count)
    return _months_later(start, count * (12 if unit == "year" else 1))


def _months_later(start: date, months: int) -> date:
    """The same day of a later month, or the last one of a month that is too short."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _in_month_after(start: date, count: int, *, business: bool) -> date:
    first = _months_later(start.replace(day=1), 1)
    if not business:
        return first.replace(day=count)
    return add_business_days(first, count - is_business_day(first))


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
