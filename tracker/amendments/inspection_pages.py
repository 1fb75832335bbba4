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
    """Return the lines without the numbers of pages, as far as they count up. A paragraph that goes on behind one
    goes on at once.
    """
    found: list[str] = []
    before = 0
    waiting = False  # a page has ended, and no line has come since
    for line in lines:
        number = _NUMBER.match(line.replace("\f", ""))
        counts_up = number is not None and before < int(number[1]) <= before + 2
        if counts_up or _MARK.match(line):
            before = int(number[1]) if number and counts_up else before
            while found and not found[-1].strip():
                found.pop()
            waiting = True
            continue
        if waiting and not line.strip():
            continue
        if waiting and not _goes_on(found, line):
            found.append("")
        waiting = False
        found.append(line.replace("\f", ""))
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
