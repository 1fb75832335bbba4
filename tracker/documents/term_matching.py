"""Compiles the terms of the rules file to patterns.

A term in lower case matches any case; a term with a capital letter matches as written. `*` leaves the end of a
word open (`semiconductor*`), `$` is the end of the text, ` .. ` allows some words between, in one sentence.
Space and hyphen match each other, because the Federal Register breaks lines after hyphens ("end- use").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

_GAP = r"[^.;]{0,110}?"
_PIECES = re.compile(r"\s*\.\.\s*|\s+|-|\*|['’]")


@dataclass(frozen=True)
class Term:
    """A term. `needles` are the lower-case parts of every match, the longest first: a cheap test before the pattern, which
    is compiled at the first text that passes. A run uses a few dozen of about a thousand terms. `head` begins every match:
    the pattern is tried only where it occurs, because a search in any case looks at each character.
    """

    text: str
    needles: tuple[str, ...]
    head: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return _pattern(self.text)

    @cached_property
    def as_written(self) -> bool:
        return _as_written(self.text)

    def may_be_in(self, lowered: str) -> bool:
        """Return whether a text in lower case has all words of the term, in whatever place."""
        for needle in self.needles:  # noqa: SIM110 (a generator takes three times as long)
            if needle not in lowered:
                return False
        return True

    def find(self, text: str, lowered: str) -> re.Match[str] | None:
        if not self.may_be_in(lowered):
            return None
        if len(lowered) != len(text):  # a capital whose lower case has two characters: İ
            return self.pattern.search(text)
        words = text if self.as_written else lowered
        at = words.find(self.head)
        while at >= 0:
            if match := self.pattern.match(text, at):
                return match
            at = words.find(self.head, at + 1)
        return None


@lru_cache(maxsize=8192)
def compile_term(text: str) -> Term:
    pieces = _PIECES.split(text.removesuffix("$"))
    needles = dict.fromkeys(piece.lower() for piece in pieces if piece)
    return Term(text, tuple(sorted(needles, key=len, reverse=True)), pieces[0])


def _as_written(text: str) -> bool:
    return any(c.isupper() for c in text)


def _pattern(text: str) -> re.Pattern[str]:
    flags = 0 if _as_written(text) else re.IGNORECASE
    at_end = text.endswith("$")
    text = text.removesuffix("$")
    parts: list[str] = []
    for chunk in re.split(r"(\s*\.\.\s*|[\s-]+|\*|['’])", text):
        if not chunk:
            continue
        if ".." in chunk:
            parts.append(_GAP)
        elif chunk.isspace():
            parts.append(r"[\s-]+")
        elif "-" in chunk:
            parts.append(r"[\s-]*[-‑–\s]\s?")
        elif chunk == "*":
            parts.append(r"\w*")
        elif chunk in "'’":
            parts.append("['’]")
        else:
            parts.append(re.escape(chunk))
    body = "".join(parts)
    start = r"(?<!\w)" if text[0].isalnum() else ""
    end = r"(?!\w)" if text[-1].isalnum() else ""
    if at_end:
        end = r"\W*$"
    return re.compile(start + body + end, flags)


def compile_terms(texts: object) -> tuple[Term, ...]:
    return tuple(compile_term(str(text)) for text in texts) if isinstance(texts, list) else ()
