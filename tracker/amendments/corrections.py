"""Reads corrections of what the Register printed: "On page 70113, in the third column, in § 744.23(c), in the first
line, “Aplications” should read “Applications”", and instructions that change an earlier rule's instructions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tracker.amendments.actions import Action, EarlierInstruction, Step, Target, Verb, WordChange
from tracker.amendments.cursor import Cursor
from tracker.amendments.named_entries import Entries
from tracker.amendments.unit_patterns import ORDINAL
from tracker.amendments.units import Group, UnitReader

Resolve = Callable[[Sequence[Target], Sequence[Group]], list[Target]]


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_COUNT = rf"(?:{ORDINAL}|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)(?:y|ieth)(?:[- ]{ORDINAL})?|eleventh|twelfth|\w+teenth|\d{{1,3}}(?:st|nd|rd|th)|left|right|middle|center)"
_COLUMN = rf"(?:(?:in|of)\s+(?:the\s+)?{_COUNT}(?:-hand)?\s+columns?)"
_LINE = rf"(?:(?:in|of|on|at|beginning\s+(?:in|on|at))\s+(?:the\s+)?(?:{_COUNT}(?:\s+and\s+{_COUNT})?\s+)?(?:lines?|(?:full\s+|complete\s+)?paragraphs?)(?:\s+\d{{1,3}}(?:\s+and\s+\d{{1,3}})?)?(?:\s+(?:from\s+the\s+(?:top|bottom)|down|up))?(?!\s*\())"
_PAGE = r"(?:on\s+pages?\s+[\d,]+(?:\s+(?:and|through)\s+[\d,]+)?)"
_PRINTED = _re(rf"(?:{_PAGE}|{_COLUMN}|{_LINE})\b(?:\s*\([^()]{{1,40}}\))?[,:]?")
_STARTS = _re(rf"{_PAGE}\b")
_DOCUMENT = _re(
    r"in\s+(?:the\s+)?(?:(?:final\s+|interim\s+final\s+)?rule\s+)?(?:FR\s+Doc(?:ument)?\.?|document|rule|notice)\s+(?:no\.\s+)?(?P<number>(?:[A-Z]\d{0,2}-)?\d{2,4}-\d{3,6})\b"
)
_ABOUT = _re(
    r"[,(]?\s*(?:(?:published|appearing|beginning|issued|filed)\s+)?(?:(?:on|at|in)\s+)?(?:page\s+\d+|the\s+(?:issue\s+of\s+\w+,?|Federal\s+Register)|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2},\s+\d{4}|\d{1,3}\s+FR\s+\d+|of)[,)]*"
)
_INSTRUCTION = _re(
    r"(?:the\s+)?(?:amendatory\s+)?instructions?\s+(?:no\.\s+)?(?P<number>\d{1,3}(?:\.?[a-z]{1,4}){0,3})\.?(?![\w])(?:\s+(?:on\s+page\s+\d+))?"
)
_READING = _re(r",?\s*(?:reading|which\s+reads|that\s+reads)?[:,]?(?=\s*[“\"])")
_SHOULD_READ = _re(
    r",?\s*(?:should\s+(?:have\s+)?(?:read|been)|(?:is|are)\s+(?:corrected|revised|changed)\s+to(?:\s+read)?)(?:\s+as\s+follows)?[:,]?"
)
_CHANGED = (
    (Verb.CORRECT, _re(r",?\s*(?:is|are)\s+corrected\b")),
    (Verb.REVISE, _re(r",?\s*(?:is|are)\s+revised\b")),
    (Verb.REMOVE, _re(r",?\s*(?:is|are)\s+(?:removed|withdrawn)\b")),
    (Verb.ADD, _re(r",?\s*(?:is|are)\s+added\b")),
)
_VERBS = (
    (Verb.CORRECT, _re(r"correct(?:ing)?\b")),
    (Verb.REVISE, _re(r"revis(?:e|ing)\b")),
    (Verb.REMOVE, _re(r"(?:remov(?:e|ing)|withdraw(?:ing)?)\b")),
    (Verb.ADD, _re(r"add(?:ing)?\b")),
)
_PLACE = _re(r"(?:in|under|of|to)\b")
_SOFT = _re(r"[,;]")
_KIND = _re(
    r"(?:the\s+)?(?:(?:words?|phrases?|terms?|references?|citations?|numbers?|dates?|figures?|entry|text)\s+)?(?=[\x01\x02\s]*[“\"])"
)
_QUOTE = re.compile(r"[\x01\x02\s]*[“\"]")


class Correction:
    """What a correction orders: words in a unit, or an earlier rule's instruction."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.earlier: EarlierInstruction | None = None
        self.verb = Verb.CORRECT


def is_correction(body: str) -> bool:
    return bool(_STARTS.match(body) or _DOCUMENT.match(body) or _INSTRUCTION.match(body))


def past_the_page(body: str) -> str:
    """Return the words of a correction after the page, column and line that they begin with."""
    cursor = Cursor(body)
    while cursor.take(_PRINTED):
        pass
    return body[cursor.position :]


def read_correction(body: str, contexts: Sequence[Target], resolve: Resolve) -> Correction | None:
    """Return what a correction orders; None where that is not a replacement of printed words or an instruction."""
    cursor = Cursor(body)
    quote = Entries(cursor).quote
    found = Correction()
    document = ""
    if named := cursor.take(_DOCUMENT):
        document = named["number"]
        while cursor.take(_ABOUT):
            pass
        cursor.take(_SOFT)
    targets = tuple(contexts)
    while True:
        if cursor.take(_PRINTED) or cursor.take(_SOFT):
            continue
        start = cursor.position
        steps: tuple[Step, ...] = targets[0].steps if targets else ()
        groups = UnitReader(cursor, steps).groups() if cursor.take(_PLACE) else []
        if not groups:
            cursor.position = start
            break
        targets = tuple(resolve(targets, groups))
    verb = next((verb for verb, pattern in _VERBS if cursor.take(pattern)), None)
    if instruction := cursor.take(_INSTRUCTION):
        return _instruction(
            cursor, found, EarlierInstruction(document, instruction["number"].strip(".")), verb
        )
    if verb is not None:
        return None
    cursor.take(_KIND)
    old = quote()
    new = quote() if old is not None and cursor.take(_SHOULD_READ) else None
    if old is None or new is None or not cursor.at_end() or not any(target.steps for target in targets):
        return None
    found.actions = [Action(Verb.CORRECT, target, words=WordChange(old, new)) for target in targets]
    return found


def _instruction(
    cursor: Cursor, found: Correction, earlier: EarlierInstruction, verb: Verb | None
) -> Correction | None:
    quote = Entries(cursor).quote
    old = quote() if cursor.take(_READING) else None
    cursor.take(_SOFT)
    new = None
    if verb is None:
        if cursor.take(_SHOULD_READ):
            new = quote()
            verb = Verb.CORRECT
        else:
            verb = next((done for done, pattern in _CHANGED if cursor.take(pattern)), None)
    if verb is None or not cursor.at_end():
        return None
    found.verb = verb
    found.earlier = replace(earlier, old=old or "", new=new or "")
    return found


def is_quoted(text: str) -> bool:
    """Return whether a line is the text of an instruction that another one sets out."""
    return _QUOTE.match(text) is not None
