"""Bounds what one answer holds: pages of a list, pages of a text, and long fields cut with a note of what is left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.errors import UsageError
from tracker.sanitize import shorten

MOST = 100_000  # bytes of one answer
ROWS = 60_000  # bytes of the rows of one page; the rest is for citations and notes
ROW = 20_000  # bytes of one row
TEXT = 50_000  # bytes of one page of a text
NOTED = 20  # cuts that are named one by one
_STEPS = ((8_000, 120), (3_000, 60), (1_200, 30), (500, 15), (200, 8), (80, 4), (40, 2))


def size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


@dataclass(slots=True)
class Cuts:
    """What was left out of an answer: by key, how many characters or entries."""

    found: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0

    def note(self, key: str, left_out: int, kind: str) -> None:
        if len(self.found) < NOTED:
            self.found.append({"key": key, kind: left_out})
        else:
            self.more += 1

    def add(self, other: Cuts) -> None:
        for one in other.found:
            if len(self.found) < NOTED:
                self.found.append(one)
            else:
                self.more += 1
        self.more += other.more


def fit(value: Mapping[str, Any], most: int, cuts: Cuts, name: str = "") -> dict[str, Any]:
    """Return an object of at most so many bytes: the longest texts and lists are cut first, and each cut is noted."""
    if size(value) <= most:
        return dict(value)
    for characters, entries in _STEPS:
        made = Cuts()
        found: dict[str, Any] = _cut(value, characters, entries, name, made)
        if size(found) <= most:
            cuts.add(made)
            return found
    raise UsageError(f"{name or 'the answer'} cannot be cut to {most} bytes", cure="open it in the viewer")


def _cut(value: Any, characters: int, entries: int, key: str, cuts: Cuts) -> Any:
    if isinstance(value, str) and len(value) > characters:
        short = shorten(value, characters)
        cuts.note(key, len(value) - len(short), "characters_left_out")
        return short
    if isinstance(value, list):
        if len(value) > entries:
            cuts.note(key, len(value) - entries, "entries_left_out")
        return [
            _cut(one, characters, entries, f"{key}[{place}]", cuts)
            for place, one in enumerate(value[:entries])
        ]
    if isinstance(value, Mapping):
        return {
            name: _cut(one, characters, entries, f"{key}.{name}" if key else name, cuts)
            for name, one in value.items()
        }
    return value


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, and the state of the data for which this holds."""

    offset: int = 0
    data: int | None = None

    @classmethod
    def of(cls, text: str) -> Cursor:
        """Raises UsageError for a text that no answer gave as `next_cursor`."""
        if not text:
            return cls()
        offset, _, data = text.partition(".")
        if not all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in (offset, data)):
            raise UsageError(
                f"cursor {text[:40]!r} is not one of ours", cure="give next_cursor of the last answer"
            )
        return cls(int(offset), int(data))


def page_of(
    rows: Iterable[Mapping[str, Any]], limit: int, cuts: Cuts, name: str, most: int = ROWS
) -> list[dict[str, Any]]:
    """Return the first rows that fit: at most `limit` of them and `most` bytes, but at least one."""
    found: list[dict[str, Any]] = []
    used = 0
    for row in rows:
        if len(found) == limit:
            break
        made = Cuts()
        shown = fit(row, ROW, made, f"{name}[{len(found)}]")
        used += size(shown)
        if found and used > most:
            break
        cuts.add(made)
        found.append(shown)
    return found


def head_within(text: str, most: int) -> str:
    """Return the longest beginning of a text that has at most so many bytes as JSON, where quotes count twice."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= most else (low, middle - 1)
    return text[:low]


def text_page(text: str, offset: int) -> str:
    """Return the part of a text from an offset on that fits in one answer, cut between lines where possible."""
    part = head_within(text[offset : offset + TEXT], TEXT)
    line_end = part.rfind("\n")
    return part if offset + len(part) == len(text) or line_end < len(part) // 2 else part[: line_end + 1]


def paging(offset: int, shown: int, total: int, data: int) -> dict[str, Any]:
    """Return the key `page` of an answer."""
    following = offset + shown
    return {
        "from": offset,
        "shown": shown,
        "total": total,
        "next_cursor": f"{following}.{data}" if following < total else None,
    }
