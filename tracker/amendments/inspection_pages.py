"""Takes the pages out of the text of a public-inspection document."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from tracker.amendments.layout_tables import PAGE_MARK, ROW_MARK
from tracker.parsing.line_unwrap import is_heading, opens

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
    margin = _margin(lines)
    waiting = False  # a page has ended, and no line has come since
    for line in lines:
        if line == PAGE_MARK:
            while found and not found[-1].strip():
                found.pop()
            waiting = True
            continue
        if waiting and not line.strip():
            continue
        if waiting and not _goes_on(found, line, margin):
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


def _margin(lines: Sequence[str]) -> int:
    """Return the length of a full line where paragraphs begin with an indented line; 0 where they do not."""
    firsts = [line for before, line in itertools.pairwise(lines) if line.strip() and not before.strip()]
    indented = sum(line[:3].isspace() for line in firsts)
    lengths = sorted(len(line) for line in lines if line.strip() and not line.startswith(ROW_MARK))
    return lengths[int(len(lengths) * 0.95)] if indented * 3 > len(firsts) else 0


def _goes_on(found: Sequence[str], line: str, margin: int) -> bool:
    """Return whether a line after a page goes on in the paragraph before it. After the end of a sentence it does where
    paragraphs are indented, the last line is full and the line is no heading.
    """
    last = found[-1].rstrip() if found else ""
    if line.startswith(ROW_MARK) or last.startswith(ROW_MARK):
        return False
    if not last or line[:1].isspace() or _STARS.match(line) or last.endswith("*"):
        return False
    if line[:1].islower():
        return True
    if opens(line):
        return False
    is_full = 0 < margin < len(last) + 1 + len(line.split(maxsplit=1)[0])
    return not last.endswith(_ENDS) or (is_full and not is_heading(line))
