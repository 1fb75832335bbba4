"""Takes the pages out of the text of a public-inspection document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tracker.amendments.layout_tables import PAGE_MARK, ROW_MARK
from tracker.parsing.line_unwrap import opens

_NUMBER = re.compile(r"\s{15,}[-–—]?\s?(\d{1,4})\s?[-–—]?\s*\Z")
_MARK = re.compile(r"\s*\[\[Page \d{1,6}\]\]\s*\Z")  # of the published text
_STARS = re.compile(r"\s*(?:\*\s*){3,}\Z")
_ENDS = (".", ":", ";", "?", "!", "”")


def with_marked_pages(lines: Iterable[str]) -> list[str]:
    """Return the lines with PAGE_MARK in the place of each number of a page. No other line holds a control
    character.
    """
    kept = [re.sub(r"[\x00-\x08\x0b-\x1f]", "", line) for line in lines]
    pages = _pages(kept)
    return [PAGE_MARK if place in pages or _MARK.match(line) else line for place, line in enumerate(kept)]


def without_pages(lines: Sequence[str]) -> list[str]:
    """Return marked lines without the marks. A paragraph that goes on behind one goes on at once."""
    found: list[str] = []
    waiting = False  # a page has ended, and no line has come since
    for line in lines:
        if line == PAGE_MARK:
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
    if line.startswith(ROW_MARK) or last.startswith(ROW_MARK):
        return False
    if not last or line[:1].isspace() or _STARS.match(line) or last.endswith("*"):
        return False
    return line[:1].islower() or not (last.endswith(_ENDS) or opens(line))
