"""A position in the words of an instruction, from which patterns are matched one after another.

The words are those of an element with its italics between \\x01 and \\x02. Work is bounded: a text that needs more
matches than its length allows raises TooIntricateError, and is not read.
"""

from __future__ import annotations

import re

_SPACE = re.compile(r"[\s\x01\x02]*")
MAX_CHARACTERS = 40_000
_MATCHES_PER_CHARACTER = 25
_MATCHES = 4_000


class TooIntricateError(ValueError):
    """The words need more work than their length allows."""


class Cursor:
    """`take` moves over what it matches, `peek` does not. White space and italic marks before it are skipped."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._left = _MATCHES + _MATCHES_PER_CHARACTER * len(text)

    def peek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        skipped = _SPACE.match(self.text, self.position)
        begin = skipped.end() if skipped else self.position
        self.charge(1 + (begin - self.position) // 50)
        return pattern.match(self.text, begin)

    def charge(self, work: int) -> None:
        """Count work against the bound. Raises TooIntricateError where nothing is left."""
        self._left -= work
        if self._left < 0:
            raise TooIntricateError("it is too intricate")

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = self.peek(pattern)
        if found is not None:
            self.position = found.end()
        return found

    def is_italic(self) -> bool:
        """Return whether the position is between italic marks."""
        return self.text.rfind("\x01", 0, self.position) > self.text.rfind("\x02", 0, self.position)

    def at_end(self) -> bool:
        return not self.text[self.position :].strip(" \t\r\n\x01\x02.,;:—–-")

    @property
    def rest(self) -> str:
        return " ".join(self.text[self.position :].replace("\x01", "").replace("\x02", "").split())
