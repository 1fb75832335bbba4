"""Days that a text counts from another day: from publication, from signing, or by the calendar of a later month.

`30 days after the date of this order`, `the first day of the second month following publication`, `effective immediately`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tracker.legal_status.holidays import add_business_days, is_business_day

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ORDINAL_ONES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_TENS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"


def _number_words() -> dict[str, int]:
    """Cardinal and ordinal words from one to ninety-nine, and the usual spans of days above these."""
    found = {"one-hundred-twenty": 120, "one-hundred-eighty": 180}
    pairs = list(zip(_ONES.split(), _ORDINAL_ONES.split(), strict=True))
    for number, (cardinal, ordinal) in enumerate(pairs, start=1):
        found[cardinal] = found[ordinal] = number
    for number, (ten, tenth) in enumerate(zip(_TENS.split(), _ORDINAL_TENS.split(), strict=True), start=2):
        found[ten] = found[tenth] = 10 * number
        for one, (cardinal, ordinal) in enumerate(pairs[:9], start=1):
            found[f"{ten}-{cardinal}"] = found[f"{ten}-{ordinal}"] = 10 * number + one
    return found


NUMBER_WORDS = _number_words()
_SMALL = "|".join(sorted(f"{_ONES} {_ORDINAL_ONES}".split(), key=len, reverse=True))
_LARGE = "|".join(f"{_TENS} {_ORDINAL_TENS}".split())
_NUMBER = rf"\d{{1,4}}|(?:{_LARGE})(?:-(?:{_SMALL}))?|{_SMALL}|one-hundred-(?:twenty|eighty)"
_THIS = r"(?:this|the\s+present)\s+(?:\w+\s+){0,3}?"
_SIGNED = r"(?:order|proclamation|memorandum|directive|determination)"
_BASE = (
    r"(?:(?P<signed>(?:the\s+)?(?:date\s+(?:of|on\s+which)\s+)?(?:(?:the\s+)?(?:signature|signing|issuance)\s+of\s+)?"
    rf"(?<!publication\sof\s){_THIS}{_SIGNED}\b(?!\s+(?:is|are|has\s+been)\s+published)|its\s+date\b|the\s+date\s+hereof\b)"
    r"|(?P<published>(?:the\s+)?(?:date\s+of\s+)?(?:its\s+|the\s+)?(?:date\s+of\s+)?publication\b"
    rf"(?:\s+of\s+(?:{_THIS}\w+|these\s+(?:\w+\s+)?\w+|the\s+(?:notice|document|rule)\b)|(?!\s+of\b))"
    rf"|(?:the\s+)?date\s+(?:of|on\s+which)\s+{_THIS}(?:rule|notice|document|action|{_SIGNED})\b(?:\s+is\s+published)?))"
)
_AFTER = r"(?:after|following|from)\s+"
_AFTER_WORDS = re.compile(
    r"\b(?:days?|weeks?|months?|years?)\s+(?:after|following|from)\b|\bday\s+of\s+the\b", re.IGNORECASE
)
_UNIT = r"(?:calendar\s+|business\s+|working\s+)?days?|weeks?|months?|years?"
_COUNTED = (
    rf"\b(?:(?P<n>{_NUMBER})(?:\s*\(\w[\w -]*\))?[\s-]+(?P<unit>{_UNIT})"
    rf"|(?:the\s+)?(?P<nth>\d{{1,3}}(?:st|nd|rd|th)|{_NUMBER})\s+(?P<nth_unit>(?:calendar\s+|business\s+|working\s+)?day)"
    rf"(?P<month>\s+of\s+the\s+(?:first\s+|next\s+)?(?:calendar\s+)?month)?)\s+{_AFTER}{_BASE}"
)
# "the first day of the second month following publication", "the 5th day of the first month that begins at least 30 days
# after publication", "the 15th day of the month following the month in which this notice is published".
_OF_MONTH = (
    rf"\b(?:the\s+)?(?P<nth>\d{{1,2}}(?:st|nd|rd|th)|{_NUMBER})\s+(?P<nth_unit>(?:calendar\s+|business\s+|working\s+)?day)\s+of\s+"
    rf"the\s+(?:(?P<which>\d{{1,2}}(?:st|nd|rd|th)|{_NUMBER}|next)\s+)?(?:full\s+)?(?:calendar\s+)?month\s+"
    rf"(?:that\s+|which\s+)?(?:begins?\s+|beginning\s+|starts?\s+|starting\s+|commenc\w+\s+)?"
    rf"(?:(?:at\s+least|not\s+(?:less|earlier|sooner)\s+than|no\s+(?:less|earlier|sooner)\s+than|more\s+than)\s+(?P<n>{_NUMBER})"
    rf"(?:\s*\(\w[\w -]*\))?\s+(?P<unit>{_UNIT})\s+)?{_AFTER}"
    rf"(?:the\s+month\s+(?:of\s+|in\s+which\s+)(?P<month>(?:the\s+)?publication\b(?!\s+of\s+(?:the\s+proposed|an?\b))"
    rf"|{_THIS}\w+\s+is\s+published)|{_BASE})"
)
# "effective on the date of this order", "takes effect immediately", "effective upon signature".
_AT_ONCE = re.compile(
    r"\b(?:effective|effect|applicable|force)\s+(?:[^.;,\d]{0,30}\s)??(?P<words>immediately(?!\s+(?:up)?on\s+(?:the\s+date\s+of\s+)?publication)(?!\s+(?:after|following|before|prior|preceding))"
    rf"|(?:up)?on\s+(?:my\s+|its\s+)?(?:signature|signing)\b(?!\s+of\s+(?:an?|the)\b)|(?:on|as\s+of)\s+(?:the\s+)?date\s+of\s+{_THIS}{_SIGNED}\b"
    r"|(?:on|as\s+of)\s+(?:its\s+date|the\s+date\s+hereof)\b)",
    re.IGNORECASE,
)
_INSERT_PUBLICATION = re.compile(
    r"\[\s*insert\s+(?:the\s+)?date\s+of\s+publication\b[^\]]{0,60}\]", re.IGNORECASE
)
# Words before a counted day that belong to it: "the date that is 10 days after", "[INSERT DATE 30 DAYS AFTER".
_LEAD = re.compile(
    r"(?:\bthe\s+(?:date|day)\s+(?:that|which)\s+(?:is|falls|occurs)\s+|\[\s*insert\s+(?:the\s+)?date\s+(?:that\s+is\s+)?)$",
    re.IGNORECASE,
)
_LEAD_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Base:
    """The days from which relative days are counted; None where the document does not have one."""

    published: date | None = None
    signed: date | None = None


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """A day that is counted: `text[start:end]` are its words, `counted` says how it was counted."""

    day: date
    start: int
    end: int
    counted: str


def relative_days(text: str, base: Base) -> list[RelativeDay]:
    """Every day that the text counts from a known base, in its order, none of them within another."""
    if not _may_count(text):
        return []
    found: list[RelativeDay] = []
    for day in (*_days_of_months(text, base), *_counted_days(text, base), *_days_at_once(text, base)):
        if not any(day.start < other.end and other.start < day.end for other in found):
            found.append(day)
    return sorted(found, key=lambda day: day.start)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A large pattern, compiled for the first text that may need it: the two take 0.05 s."""
    return re.compile(pattern, re.IGNORECASE)


def _may_count(text: str) -> bool:
    """Whether a text may have a relative day: a look that is cheaper than the expressions."""
    lowered = text.lower()
    if "immediately" in lowered or "signature" in lowered or "signing" in lowered or "hereof" in lowered:
        return True
    return any(word in lowered for word in ("after", "following", "from", "date of", "its date")) and any(
        word in lowered for word in ("publication", "this", "present", "these", "its date")
    )


def _counted_days(text: str, base: Base) -> Iterator[RelativeDay]:
    if _AFTER_WORDS.search(text) is None:
        return
    for match in _compiled(_COUNTED).finditer(text):
        start = base.signed if match["signed"] else base.published
        if start is None:
            continue
        unit = _unit(match["unit"] or match["nth_unit"])
        business = unit.startswith(("business", "working"))
        try:
            count = number_of(match["n"] or match["nth"])
            if match["month"]:
                day = _in_month(_first_of_month(start, 1), count, business=business)
                counted = f"{unit} {count} of the month after {start}"
            else:
                day = _later(start, count, unit)
                counted = f"{count} {unit}{'s' if count > 1 else ''} after {start}"
        except (ValueError, OverflowError):
            continue
        if business:
            counted += ", without Saturdays, Sundays and federal holidays"
        yield RelativeDay(day, _with_lead(text, match.start()), match.end(), counted)


def _days_of_months(text: str, base: Base) -> Iterator[RelativeDay]:
    if _AFTER_WORDS.search(text) is None or "month" not in text.lower():
        return
    for match in _compiled(_OF_MONTH).finditer(text):
        start = base.signed if match["signed"] else base.published
        if start is None:
            continue
        unit = _unit(match["nth_unit"])
        after = f"after {start}"
        business = unit.startswith(("business", "working"))
        try:
            count = number_of(match["nth"])
            which = (
                1 if match["which"] is None or match["which"].lower() == "next" else number_of(match["which"])
            )
            if match["n"]:
                span, span_unit = number_of(match["n"]), _unit(match["unit"])
                earliest = _later(start, span, span_unit)
                first = _first_of_month(earliest, which - (earliest.day == 1))
                after = f"that begins at least {span} {span_unit}{'s' if span > 1 else ''} {after}"
            else:
                first = _first_of_month(start, which)
            day = _in_month(first, count, business=business)
        except (ValueError, OverflowError):
            continue
        month = "the month" if which == 1 else f"month {which}"
        counted = f"{unit} {count} of {month} {after}"
        if business:
            counted += ", without Saturdays, Sundays and federal holidays"
        yield RelativeDay(day, match.start(), match.end(), counted)


def _days_at_once(text: str, base: Base) -> Iterator[RelativeDay]:
    at_once = base.signed or base.published
    if at_once is not None:
        for match in _AT_ONCE.finditer(text):
            yield RelativeDay(at_once, match.start("words"), match.end(), f"0 days after {at_once}")
    if base.published is not None:
        for match in _INSERT_PUBLICATION.finditer(text):
            yield RelativeDay(base.published, match.start(), match.end(), f"0 days after {base.published}")


def _with_lead(text: str, start: int) -> int:
    lead = _LEAD.search(text[max(0, start - _LEAD_LENGTH) : start])
    return start - len(lead[0]) if lead else start


def number_of(words: str) -> int:
    """The number that figures or words say: `30`, `5th`, `twenty-first`. Raises ValueError for other words."""
    lowered = words.lower()
    return NUMBER_WORDS[lowered] if lowered in NUMBER_WORDS else int(lowered.rstrip("stndrh"))


def _unit(words: str) -> str:
    return " ".join(words.lower().split()).rstrip("s")


def _later(start: date, count: int, unit: str) -> date:
    if unit.startswith(("business", "working")):
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


def _first_of_month(day: date, months: int) -> date:
    """The first day of the month that lies `months` months after that of the day."""
    return _months_later(day.replace(day=1), months)


def _in_month(first: date, count: int, *, business: bool) -> date:
    """The day or business day of that number in the month. Raises ValueError where the month has no such day."""
    if not business:
        return first.replace(day=count)
    return add_business_days(first, count - is_business_day(first))
