"""Federal Register citations as a legal text prints them at the end of a section or list row, with their days. Pure.

[73 FR 49321, Aug. 21, 2008, as amended at 90 FR 47212, Sept. 30, 2025]
90 FR [INSERT FR PAGE NUMBER], 10/9/25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tracker.legal_status.date_mentions import mentions

# The page is missing until the Federal Register prints it; "88 FR 73448, 73494" cites two pages.
_CITATION = re.compile(
    r"\b(?P<volume>\d{1,3}) FR (?:FR )?(?:(?P<page>\d{1,3},\d{3}|\d{1,6})(?P<more>(?:, \d{4,6}(?![\d/]))*)|\[?INSERT[^\]\d]{0,60}\]?)"
)
_FIRST_YEAR = 1935  # the year before volume 1; each year is one volume
_GAP = re.compile(r"[\s,;.()]*(?:Start:)?[\s,;.()]*")
_KEPT_CHARACTERS = 6_000  # so that the kept ones are 25 MB at most
_LATEST_YEAR = 2059  # "3/10/98" is 1998: the Code prints two digits of a year


@dataclass(frozen=True, slots=True)
class PrintedCitation:
    """`citation` is empty where the page is not printed yet; `day` is the day printed after it, that of publication."""

    citation: str
    day: date | None
    quote: str

    @property
    def misprinted(self) -> bool:
        """Whether volume and day contradict each other: "83 FR 61541, Nov. 13, 2019" (the volume of 2019 is 84)."""
        return self.volume_of_day is not None

    @property
    def volume_of_day(self) -> str | None:
        """The citation with the volume of its day, where the printed volume is that of another year."""
        volume, _, page = self.citation.partition(" FR ")
        if self.day is None or not page or int(volume) == self.day.year - _FIRST_YEAR:
            return None
        return f"{self.day.year - _FIRST_YEAR} FR {page}"


def printed_citations(text: str) -> tuple[PrintedCitation, ...]:
    """Return every citation of a text, in its order."""
    return tuple(_citations(text))


def new_citations(before: str, after: str) -> tuple[PrintedCitation, ...]:
    """Return the citations of a text that its earlier words did not have."""
    # Of a row or section the answer is kept: a page of a change with 1,000 rows asks twice, and each later one again.
    return (_new_kept if len(before) + len(after) <= _KEPT_CHARACTERS else _new)(before, after)


def _new(before: str, after: str) -> tuple[PrintedCitation, ...]:
    known = {(entry.citation, entry.day) for entry in printed_citations(before)}
    return tuple(entry for entry in printed_citations(after) if (entry.citation, entry.day) not in known)


_new_kept = lru_cache(maxsize=4_096)(_new)


def _citations(text: str) -> Iterator[PrintedCitation]:
    if " FR " not in text:
        return
    days = {mention.start: mention for mention in mentions(text)}
    for match in _CITATION.finditer(text):
        gap = _GAP.match(text, match.end())
        mention = days.get(gap.end() if gap else match.end())
        day = None if mention is None else _past(mention.day)
        quote = text[match.start() : mention.end if mention else match.end()]
        pages = [match["page"], *re.findall(r"\d+", match["more"] or "")] if match["page"] else [""]
        for page in pages:
            name = f"{match['volume']} FR {page.replace(',', '')}" if page else ""
            yield PrintedCitation(name, day, quote)


def _past(day: date) -> date:
    return day.replace(year=day.year - 100) if day.year > _LATEST_YEAR else day
