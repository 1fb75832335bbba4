"""The days from and until which the words of one sentence let an effect hold."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from tracker.clock import legal_instant, reader_instant
from tracker.legal_status.date_mentions import Mention as Day
from tracker.legal_status.date_mentions import mentions as days_in
from tracker.legal_status.relative_days import Base

_ZONES = {"eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver", "pacific": "America/Los_Angeles", "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York", "utc": "UTC", "gmt": "UTC", "jst": "Asia/Tokyo"}  # fmt: skip
_UNTIL = re.compile(r"\b(?:until|through|to|ending(?: on)?|expires?(?: on| at)?|(?:and )?before|not later than|up to)\s*$", re.I)  # fmt: skip
# Of what moves a day, the words before the day that applied until now.
_EARLIER = re.compile(r"(?<!effective )(?<!beginning )\b(?:from|on|at|after)\s*$", re.I)
_FROM = re.compile(
    r"\b(?:on or after|effective(?: (?:on|as of|at))?|beginning(?: on)?|starting(?: on)?|as of|from|on|at|takes? effect(?: on)?|in effect on|after)\s*$",
    re.I,
)
# The first day of what an agency does: at the head of a clause, or after its verb; not that of the other document.
_OWN_START = re.compile(
    r"(?:^|[,;(]\s*)(?:is\s+)?(?:effective|beginning|starting|as of)(?:\s+(?:on|as of|at|from))?\s+$|\b(?:is|are|will be|shall be)\s+(?:hereby\s+)?(?:\w+(?:ed|n)\s+)?(?:effective|beginning|as of)(?:\s+(?:on|as of))?\s+$",
    re.I,
)
_OF_THE_OTHER = re.compile(
    r"\b(?:published|issued|appear(?:ed|ing)|released|that|which|originally|current(?:ly)?|with an?)\b[^;]*$|\beffective dates?\b[^;]*$",
    re.I,
)
_CLAUSE = 200  # characters before a day in which the verb of its clause may be


def days_of(
    sentence: str, base: Base | None, *, moves: bool = False
) -> tuple[date | datetime | None, date | datetime | None]:
    """The days from and until which the words of a sentence let it hold. `moves`: it moves a day, so that the day after
    "from" is the earlier one."""
    start = until = None
    for day in days_in(sentence, base):
        before = sentence[max(0, day.start - 80) : day.start]
        if re.search(
            r"\b(?:of|dated|(?:became|was|were|went|took) (?:into )?(?:effective|effect|applicable)(?: on)?|(?:published|issued|released|announced|amended|revised|corrected)\b(?:(?!\b(?:until|through|to|effective|beginning)\b)[^,;.()]){0,60}|published(?: (?:in|by) [^,;]{3,60}?)?(?: on)?|appear(?:ed|ing) in [^,;]{3,40}|issued(?: on)?|signed(?: on)?)\s*$",
            before,
        ) and not (re.search(r"\bas of\s*$", before)):
            continue
        if _UNTIL.search(before):
            until = until or instant(day)
        elif _FROM.search(before) and not (moves and _EARLIER.search(before)):
            start = start or instant(day)
    return start, until


def instant(day: Day) -> date | datetime:
    """A day, with its time and zone where the text gives both or the time alone, which is eastern time."""
    match = re.match(r"(?P<h>\d{1,2})(?::(?P<m>\d\d))? (?P<half>[ap])\.m\.", day.time)
    if match is None and day.time not in ("noon", "midnight"):
        return day.day
    clock = (
        time(12 if day.time == "noon" else 0)
        if match is None
        else time(int(match["h"]) % 12 + (12 if match["half"] == "p" else 0), int(match["m"] or 0))
    )
    zone = _ZONES.get(day.zone.lower().split(" ")[0].removeprefix("u.s."), "")
    return reader_instant(day.day, zone, clock) if zone else legal_instant(day.day, clock)


def agency_start(sentence: str, base: Base | None) -> date | datetime | None:
    """The day from which an agency's sentence lets its own act apply; None where it gives none, or only days of the other
    document: "corrects a final rule that will become effective on March 22"."""
    for day in days_in(sentence, base):
        before = sentence[max(0, day.start - _CLAUSE) : day.start]
        if _OWN_START.search(before) and not _OF_THE_OTHER.search(before):
            return instant(day)
    return None
