"""Takes the pages out of the text of a public-inspection document: numbers of pages, and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"\s{15,}[-–—]?\s?(\d{1,4})\s?[-–—]?\s*\Z")
_MARK = re.compile(r"\s*\[\[Page \d{1,6}\]\]\s*\Z")  # of the published text
# A line with a wide gap between words is a row of a table.
_ROW = re.compile(r"\s*\S(?:.*?\S)?\s{3,}\S")
_STARS = re.compile(r"\s*(?:\*\s*){3,}\Z")
_ENDS = (".", ":", ";", "?", "!", "*", "”", ",")
ROW_MARK = "\x03"


def without_pages(lines: Iterable[str]) -> list[str]:
    """Return the lines without the numbers of pages. A paragraph that goes on behind one goes on at once."""
    kept = [line.replace("\f", "") for line in lines]
    pages = _pages(kept)
    found: list[str] = []
    waiting = False  # a page has ended, and no line has come since
    for place, line in enumerate(kept):
        if place in pages or _MARK.match(line):
            while found and not found[-1].strip():
                found.pop()
            waiting = True
            continue
        if waiting and not line.strip():
            continue
        if waiting and not _goes_on(found, line):
            found.append("")
        waiting = False
        found.append(line)
    return found


def _pages(lines: Sequence[str]) -> set[int]:
    """Return the places of the numbers of pages, as far as they count up: each is the next one or the one after it,
    or the next number on a line of its own goes on from it.
    """
    numbers = [(place, int(match[1])) for place, line in enumerate(lines) if (match := _NUMBER.match(line))]
    found: set[int] = set()
    before = 0
    for at, (place, number) in enumerate(numbers):
        following = numbers[at + 1][1] if at + 1 < len(numbers) else None
        if before < number and (number <= before + 2 or following == number + 1):
            found.add(place)
            before = number
    return found


def _goes_on(found: Sequence[str], line: str) -> bool:
    """Return whether a line after a page goes on in the paragraph before it."""
    last = found[-1].rstrip() if found else ""
    return bool(last) and not line[:1].isspace() and not last.endswith(_ENDS) and not _STARS.match(line)


def with_marked_rows(lines: Iterable[str]) -> list[str]:
    """Return the lines with each row of a table as a paragraph of its own, which ROW_MARK opens."""
    found: list[str] = []
    for line in lines:
        if _ROW.match(line) and not _STARS.match(line):
            found += ["", ROW_MARK + " ".join(line.split()), ""]
        else:
            found.append(line)
    return found
