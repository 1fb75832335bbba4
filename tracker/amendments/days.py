"""Days that a DATES section gives to single instructions: "except for amendatory instruction 5, effective ..."."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tracker.amendments.instruction_words import DAY, read_day

_SENTENCE = re.compile(r"(?<=[a-z0-9)])[.;]\s+(?=[A-Z])")
_INSTRUCTIONS = re.compile(
    r"(?:amendatory\s+)?instructions?\s+(?:nos?\.\s*)?(?P<list>\d{1,3}(?:\.?[a-z]{1,2}(?![a-z]))?(?:(?:,\s*and|,|\s+and|\s+through)\s+\d{1,3}(?:\.?[a-z]{1,2}(?![a-z]))?)*)",
    re.IGNORECASE,
)
_MEMBER = re.compile(r"(?P<through>through\s+)?(?P<number>\d{1,3})\.?(?P<letter>[a-z]{1,2})?(?![a-z\d])")
_EFFECTIVE = re.compile(
    rf"(?:effective|delayed\s+until|stayed\s+until)\W+(?:on\s+|from\s+|date:?\s+|dates:?\s+)*(?P<from>{DAY})(?:,?\s+(?:to|until|through)\s+(?P<to>{DAY}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RuleDays:
    """`effective` is the day of the instructions that have none of their own; None where that is not clear.
    `of` gives first and last day by instruction number: `5`, `7.b`. `unknown` are instructions that the section
    sets apart without a day.
    """

    effective: date | None
    of: dict[str, tuple[date, date | None]]
    unknown: frozenset[str] = frozenset()

    def day(self, number: str) -> tuple[date | None, date | None]:
        """Return the days of an instruction, or of the one that it belongs to."""
        found = next((self.of[name] for name in _and_above(number) if name in self.of), None)
        return found or (None, None)

    def is_unknown(self, number: str) -> bool:
        return any(name in self.unknown for name in _and_above(number))


def read_days(text: str) -> RuleDays:
    """Return the days in the DATES section. Named instructions get the first day after their numbers; the day of
    the rest is the one before "except", or that of a sentence without numbers.
    """
    own: dict[str, tuple[date, date | None]] = {}
    general: list[date] = []
    unknown: set[str] = set()
    for sentence in _SENTENCE.split(" ".join(text.split())):
        named = list(_INSTRUCTIONS.finditer(sentence))
        days = [
            (match.start(), day, read_day(match["to"] or ""))
            for match in _EFFECTIVE.finditer(sentence)
            if (day := read_day(match["from"]))
        ]
        given: set[int] = set()
        for match in named:
            numbers = _numbers(match["list"])
            after = next(((place, day, to) for place, day, to in days if place >= match.end()), None)
            if after is None:
                unknown.update(numbers)
                continue
            given.add(after[0])
            own |= dict.fromkeys(numbers, (after[1], after[2]))
        general += [day for place, day, _ in days if place not in given]
    return RuleDays(general[0] if len(set(general)) == 1 else None, own, frozenset(unknown))


def _and_above(number: str) -> list[str]:
    steps = number.split(".")
    return [".".join(steps[:count]) for count in range(len(steps), 0, -1)]


def _numbers(text: str) -> list[str]:
    found: list[str] = []
    for match in _MEMBER.finditer(text):
        if match["through"] and found and found[-1].isdigit():
            found += [str(number) for number in range(int(found[-1]) + 1, min(int(match["number"]), 999))]
        found.append(match["number"] + (f".{match['letter']}" if match["letter"] else ""))
    return found
