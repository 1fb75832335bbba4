"""Effects of a presidential document on headings of the tariff schedule: `heading 9903.01.25 is amended by`, `the HTSUS shall be
modified by continuing to suspend headings 9903.01.43 through 9903.01.62`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.effects import EffectVerb

_CODE = r"\d{4}\.\d{2}\.\d{2}(?:\.?\d{2})?"
_JOIN = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s+through\s+|\s*[-–—]\s*)"
_HEADINGS = rf"(?:sub)?headings?\s+(?P<list>{_CODE}(?:{_JOIN}(?:(?:sub)?headings?\s+)?{_CODE})*)"
_VERBS: tuple[tuple[EffectVerb, str, str], ...] = (
    (EffectVerb.AMENDS, "amended|modified|revised", "amending|modifying|revising"),
    (EffectVerb.ENDS, "terminated", "terminating"),
    (EffectVerb.REMOVES, "deleted|removed|stricken", "deleting|removing|striking"),
    (EffectVerb.ADDS, "inserted|added", "inserting|adding"),
    (EffectVerb.SUSPENDS, "suspended", "suspending|continuing to suspend"),
    (EffectVerb.CORRECTS, "corrected", "correcting"),
)
_PASSIVE = re.compile(
    rf"\b{_HEADINGS}(?:\s+(?:of|to|in)\s+(?:the\s+)?(?:HTSUS|Harmonized Tariff Schedule[\w ]*))?\s*,?\s+(?:is|are|shall be|shall each be)\s+(?:hereby\s+|further\s+|also\s+|each\s+)*"
    rf"(?P<verb>{'|'.join(passive for _, passive, _ in _VERBS)})\b",
    re.I,
)
_ACTIVE = re.compile(
    rf"\b(?P<verb>{'|'.join(active for _, _, active in _VERBS)})\s+(?:the\s+)?(?:following\s+)?(?:new\s+)?(?:tariff\s+)?{_HEADINGS}",
    re.I,
)
# The schedule is changed here: an active verb counts only after these words.
_CHANGES_SCHEDULE = re.compile(
    r"\b(?:HTSUS|Harmonized Tariff Schedule|chapter 99|subchapter [IVX]+)\b[^.]{0,120}\b(?:is|are|shall(?: also)? be)\s+(?:hereby\s+|also\s+|further\s+|accordingly\s+)*(?:modified|amended)\b",
    re.I,
)
_CONDITIONAL = re.compile(r"\b(?:if|unless|whether|when|may|would|should)\b[^;:]{0,80}$", re.I)
_MOST = 60  # headings that a range may span


def heading_acts(sentence: str) -> Iterator[tuple[EffectVerb, tuple[str, ...]]]:
    """Each verb of a sentence that acts on headings, with the headings."""
    if "eading" not in sentence:
        return
    changes = _CHANGES_SCHEDULE.search(sentence)
    for pattern in (_PASSIVE, _ACTIVE):
        for match in pattern.finditer(sentence):
            before = sentence[: match.start()]
            if _CONDITIONAL.search(before) or before.count("“") > before.count("”"):
                continue
            if pattern is _ACTIVE and (changes is None or changes.end() > match.start()):
                continue
            yield _verb(match["verb"].lower()), tuple(_codes(match["list"]))


def _verb(word: str) -> EffectVerb:
    return next(verb for verb, passive, active in _VERBS if word in f"{passive}|{active}".split("|"))


def _codes(text: str) -> Iterator[str]:
    """The headings of a list, a range with every heading between its ends."""
    last = ""
    end = 0
    for match in re.finditer(_CODE, text):
        code = match[0]
        ranged = re.search(r"through|[-–—]", text[end : match.start()]) is not None and last[:8] == code[:8]
        if ranged and len(code) == len(last) == 10 and 0 < int(code[8:]) - int(last[8:]) <= _MOST:
            yield from (f"{code[:8]}{number:02d}" for number in range(int(last[8:]) + 1, int(code[8:])))
        yield code
        last, end = code, match.end()
