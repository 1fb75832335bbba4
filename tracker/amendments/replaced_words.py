"""Reads changes of words: "removing the phrase “X” wherever it appears and adding in its place “Y”"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tracker.amendments.actions import Order, Verb, WordChange
from tracker.amendments.cursor import Cursor
from tracker.amendments.named_entries import Entries
from tracker.amendments.units import Group, UnitReader

V = Verb


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_KIND = _re(
    r"(?:(?:the|an?|each|every|all|any)\s+)?(?:(?:occurrences?|instances?)\s+of\s+)?(?:the\s+)?(?:(?:words?|phrases?|terms?|references?|citations?|cross-references?|numbers?|text|language|abbreviations?|acronyms?|dates?|figures?|amounts?|parentheticals?|email\s+address|address(?:es)?|telephone\s+number|URL)\b(?:\s+(?:and|or)\s+(?:words?|phrases?|numbers?))?(?:\s+(?:to|of)\b)?[:,]?\s*)?(?=[\x01\x02\s]*[“\"‘])"
)
_ALL = _re(r"(?:each|every|all|any)\b")
_MARK = _re(r"(?:(?:the|an?)\s+)?(?P<name>period|semi-?colon|comma|colon)s?\b(?!\s+and\s+the\s+word)")
_MARKS = {"period": ".", "semicolon": ";", "comma": ",", "colon": ":"}
_ALSO = _re(r"(?:,\s*)?(?:and|or)\b|,(?=[\s\x01\x02]*[“\"])")
_EVERY = _re(
    r",?\s*(?:wherever|whenever|everywhere|each\s+(?:place|time|instance)|every\s+(?:place|time|instance)|in\s+(?:each|every|all)\s+(?:places?|instances?|occurrences?)(?:\s+in\s+which)?|all\s+(?:places|times|instances)|throughout)(?:\s+(?:that|where|in\s+which))?(?:\s+(?:it|they|the\s+(?:words?|phrases?|terms?|references?)|such\s+\w+)\s+(?:appears?|occurs?|is\s+used))?,?"
)
_BOTH = _re(
    r",?\s*(?:in\s+)?(?:(?P<both>both)|(?:each\s+of\s+)?the\s+(?P<count>two|three|four|five|six)|(?P<two>two)(?=\s+places))\s+(?:places|times|instances)"
    r"(?:\s+(?:that|where|in\s+which))?(?:\s+(?:it|they|the\s+(?:words?|phrases?|terms?|references?))\s+(?:appears?|occurs?|is\s+used))?,?"
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_ITS_PLACE = _re(r",?\s*in\s+(?:its|their)\s+places?,?|,?\s*in\s+(?:lieu|place)\s+thereof,?")
_THEN_ADD = _re(r",?\s*(?:and\s+)?(?:by\s+)?(?:add|adding|insert|inserting|substitute|substituting)\b")
_EDGE = _re(r"(?:at|from|to)\s+the\s+(?P<edge>end|beginning)s?\b(?:\s+of\b)?")
_ANCHOR = _re(r"(?:immediately\s+)?(?P<side>after|following|before|preceding)\b")
_LOCATION = _re(r"(?:in|from|of|to|at)\b")
_WITH = _re(r"with\b")
_FOR = _re(r"for\b")
_TO_READ = _re(r"to\s+read\b")


@dataclass(slots=True)
class Located:
    """A change of words, and the units that the words are in where the clause names them."""

    verb: Verb
    change: WordChange
    groups: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class _Circumstances:
    groups: list[Group] = field(default_factory=list)
    every: bool = False
    times: int | None = None
    in_place: bool = False
    side: Order | None = None
    anchor: str = ""


class Replacements:
    def __init__(self, cursor: Cursor, units: Callable[[], UnitReader]) -> None:
        self.cursor = cursor
        self.units = units
        self.quote = Entries(cursor).quote
        self.every = False  # "all references to"

    def read(self, verb: Verb) -> list[Located]:
        """Return the changes that a clause with this verb makes, after the verb; empty where it changes units."""
        start = self.cursor.position
        found = self._read(verb)
        if not found:
            self.cursor.position = start
        return found

    def _read(self, verb: Verb) -> list[Located]:
        words = self._words(several=verb is V.REMOVE)
        if not words:
            return []
        if verb is V.REPLACE:
            return self._replace(words[0])
        around = self._around()
        if verb in (V.REVISE, V.CORRECT):
            new = self._words() if self.cursor.take(_TO_READ) else []
            return [self._located(V.REPLACE, words[0], new[0], around)] if new else []
        if verb is V.ADD:
            if around.in_place:
                return []
            change = WordChange("", words[0], anchor=around.anchor, side=around.side)
            return [Located(V.ADD, change, around.groups)]
        start = self.cursor.position
        if self.cursor.take(_THEN_ADD):
            before = self.cursor.take(_ITS_PLACE)
            new = self._words()
            after = self._around() if new else _Circumstances()
            if new and (before or around.in_place or after.in_place) and len(words) == 1:
                after.every |= around.every
                after.times = after.times or around.times
                after.groups = around.groups or after.groups
                after.side = around.side or after.side
                return [self._located(V.REPLACE, words[0], new[0], after)]
            self.cursor.position = start
        return [self._located(V.REMOVE, word, "", around) for word in words]

    def _replace(self, first: str) -> list[Located]:
        """Read "replacing X with Y", "substituting Y for X"."""
        around = self._around()
        if self.cursor.take(_WITH):
            new = self._words()
            pair = (first, new[0]) if new else None
        else:
            old = self._words() if self.cursor.take(_FOR) else []
            pair = (old[0], first) if old else None
        if pair is None:
            return []
        after = self._around()
        after.every |= around.every
        after.groups = around.groups or after.groups
        after.side = around.side or after.side
        return [self._located(V.REPLACE, *pair, after)]

    def _located(self, verb: Verb, old: str, new: str, around: _Circumstances) -> Located:
        change = WordChange(old, new, around.every or self.every, around.anchor, around.side, around.times)
        return Located(verb, change, around.groups)

    def _words(self, *, several: bool = False) -> list[str]:
        found: list[str] = []
        while True:
            start = self.cursor.position
            if found and not (several and self.cursor.take(_ALSO)):
                break
            word = self._one()
            if word is None:
                self.cursor.position = start
                break
            found.append(word)
        return found

    def _one(self) -> str | None:
        if mark := self.cursor.take(_MARK):
            return _MARKS[mark["name"].lower().replace("-", "")]
        start = self.cursor.position
        kind = self.cursor.take(_KIND)
        if kind and _ALL.match(kind[0]):
            self.every = True
        word = self.quote()
        if word is None:
            self.cursor.position = start
        return word

    def _around(self) -> _Circumstances:
        """Read how often, where and beside what the words are, in any order."""
        found = _Circumstances()
        cursor = self.cursor
        while True:
            start = cursor.position
            if cursor.take(_ITS_PLACE):
                found.in_place = True
            elif count := cursor.take(_BOTH):
                found.every, found.times = True, _COUNTS.get((count["count"] or "two").lower(), 2)
            elif cursor.take(_EVERY):
                found.every = True
            elif found.side is None and (edge := cursor.take(_EDGE)):
                found.side = Order.END if edge["edge"].lower() == "end" else Order.BEGINNING
                found.groups = found.groups or self._groups()
            elif found.side is None and not found.anchor and (beside := cursor.take(_ANCHOR)):
                words = self._words()
                if not words:
                    cursor.position = start
                    return found
                found.anchor = words[0]
                found.side = Order.AFTER if beside["side"].lower() in ("after", "following") else Order.BEFORE
            elif not found.groups and cursor.take(_LOCATION):
                found.groups = self._groups()
                if not found.groups:
                    cursor.position = start
                    return found
            else:
                return found

    def _groups(self) -> list[Group]:
        return self.units().groups()
