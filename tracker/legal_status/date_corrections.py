"""Days that a correction of a printed document changes by their words: "“September 8, 2026” should read “September 28,
2026”". The type of such a day is that of the day in the corrected document; the correction often does not name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tracker.legal_status.date_mentions import MONTH, mentions

_OPEN, _CLOSE = r"[“\"‘`]{1,2}", r"[”\"’']{1,2}"
_WORDS = r"[^“”\"]{1,400}?"
_OLD, _NEW = rf"{_OPEN}(?P<old>{_WORDS}){_CLOSE}", rf"{_OPEN}(?P<new>{_WORDS}){_CLOSE}"
_FILL = r"[^“”\";]{0,100}?"
_READ = (
    r"(?:(?:should|must)\s+(?:have\s+)?(?:read|been|be)|(?:(?:is|are)\s+)?(?:hereby\s+)?"
    r"(?:corrected|revised|changed|amended)\s+(?:to\s+(?:read)?|by\s+(?:replacing|substituting)\s+it\s+with)|"
    r"(?:is|are)\s+(?:hereby\s+)?replaced\s+(?:with|by)|to\s+read)"
)
_INSTEAD = r"(?:instead\s+of|rather\s+than|in\s+place\s+of|and\s+not|,\s*not)"
_REPLACE = r"\b(?:correct|chang|replac|remov|delet|revis)(?:e|es|ed|ing)?\b"
_FOR = r"(?:(?:with|by|to(?:\s+read)?)|and\s+(?:add|insert|substitut|replac)(?:e|es|ing)?\b[^“”\";]{0,50}?)"
_DAY = rf"(?:(?:{MONTH})\.?\s+\d{{1,2}}(?:,\s*(?:19|20)\d\d)?|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})"
_PAIRS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"{_OLD}{_FILL}\b{_READ}(?:\s+as\s+follows)?[\s:,]*{_NEW}",
        rf"\b{_READ}[\s:,]*{_NEW}[\s,]*{_INSTEAD}\s*{_OLD}",
        rf"{_REPLACE}{_FILL}{_OLD}{_FILL}{_FOR}[\s:,]*{_NEW}",
        rf"(?P<old>{_DAY})[\s,]*\b{_READ}[\s:,]*(?P<new>{_DAY})",
        rf"\b{_READ}[\s:,]*(?P<new>{_DAY})[\s,]*{_INSTEAD}\s*(?P<old>{_DAY})",
        rf"{_REPLACE}\s+from\s+(?P<old>{_DAY})[\s,]*to\s+(?P<new>{_DAY})",
    )
)
_NO_YEAR = re.compile(rf"\b(?:{MONTH})\.?\s+\d{{1,2}}\b(?!,?\s*(?:19|20)\d\d)", re.IGNORECASE)
# How a correction names the day of each type.
_TYPES = (
    ("comments-close", re.compile(r"\bcomments?\b|\bsubmissions?\b", re.IGNORECASE)),
    ("applications-close", re.compile(r"\bapplications?\b", re.IGNORECASE)),
    ("effective", re.compile(r"\beffective\b|\bapplicab(?:le|ility)\b", re.IGNORECASE)),
    ("compliance", re.compile(r"\bcompl(?:y|iance)\b", re.IGNORECASE)),
    ("hearing", re.compile(r"\bhearings?\b|\bmeetings?\b", re.IGNORECASE)),
    ("expires", re.compile(r"\bexpir\w+", re.IGNORECASE)),
    ("stay-ends", re.compile(r"\bstay(?:ed|s)?\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class DayCorrection:
    """The printed words of a day or with days, and those that they should read."""

    old: str
    new: str


def day_corrections(text: str) -> Iterator[DayCorrection]:
    """Yield the corrections in a paragraph whose printed words and whose right words hold as many days, not all equal."""
    taken: list[tuple[int, int]] = []
    for pattern in _PAIRS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            # Which year is filled in does not matter for the comparison; a leap year has every day.
            old, new = _days(match["old"], 2000), _days(match["new"], 2000)
            if old and len(old) == len(new) and old != new:
                taken.append(match.span())
                yield DayCorrection(match["old"], match["new"])


def corrects_day(text: str) -> bool:
    """Return whether a paragraph corrects a day by its words."""
    return next(day_corrections(text), None) is not None


def corrected_day(text: str, day: date) -> date | None:
    """Return the day that a document's day should read by the words of a correction; None where it stays."""
    for one in day_corrections(text):
        for old, new in zip(_days(one.old, day.year), _days(one.new, day.year), strict=False):
            if old == day and new != day:
                return new
    return None


def day_pairs(text: str, year: int) -> list[tuple[date, date]]:
    """Return each printed day with the day that it should read; those without a year are of the given one."""
    return [
        (old, new)
        for one in day_corrections(text)
        for old, new in zip(_days(one.old, year), _days(one.new, year), strict=False)
        if old != new
    ]


def types_named(text: str) -> frozenset[str]:
    """Return the types of days that the words of a correction name."""
    return frozenset(name for name, pattern in _TYPES if pattern.search(text))


def _days(words: str, year: int) -> list[date]:
    complete = _NO_YEAR.sub(lambda match: f"{match[0]}, {year}", words)
    return [one.day for one in mentions(complete)]
