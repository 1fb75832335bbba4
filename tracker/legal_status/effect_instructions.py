"""Effects of amendatory instructions: what a final rule does to each unit of the Code that an instruction names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from tracker.amendments.instructions import Instruction
from tracker.documents.text_view import TextView
from tracker.effects import Affected, Applied, Effect, EffectVerb, Extent
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.effect_sentences import affecting
from tracker.legal_status.legal_dates import confined_to, sentences
from tracker.text import fold_space

V = EffectVerb
# The words of an instruction that change a unit. Words, phrases and references inside a unit amend it.
_INSIDE = r"(?=\s+(?:in its place\b|(?:the\s+)?(?:words?|phrases?|terms?|references?|citations?|numbers?|commas?|periods?|semicolons?|text|quotation marks?|figure|date|entry date)\b|(?:an?|the|two|three|new)\s+(?:new\s+)?sentences?\b|the “|“))"
_INSTRUCTED: tuple[tuple[EffectVerb, re.Pattern[str]], ...] = (
    (V.LIFTS_STAY, re.compile(r"\blift\w*\b[^.;]{0,60}\bstay\b|\bstay\b[^.;]{0,80}\blifted\b", re.I)),
    (V.STAYS, re.compile(r"\bstay(?:ed|ing|s)?\b", re.I)),
    (V.SUSPENDS, re.compile(r"\bsuspend(?:ed|ing|s)?\b", re.I)),
    (V.DELAYS, re.compile(r"\b(?:delay|postpon)(?:ed|ing)\b", re.I)),
    (V.REDESIGNATES, re.compile(r"(?<!newly )\bredesignat\w+", re.I)),
    (V.AMENDS, re.compile(rf"\b(?:remov|delet|add|insert|strik|substitut)(?:e|es|ed|ing|s)?{_INSIDE}", re.I)),
    (V.REVISES, re.compile(r"\brevis\w+|\bto read as follows\b|\brepublish\w*", re.I)),
    (V.CORRECTS, re.compile(r"\bcorrect\w*", re.I)),
    (V.REMOVES, re.compile(r"\bremov\w+|\bdelet\w+|\breserving\b", re.I)),
    (V.ADDS, re.compile(r"\badd(?:s|ed|ing)?\b|\binsert\w*", re.I)),
)  # fmt: skip
_CHANGES = re.compile(
    "|".join(f"(?P<i{n}>{words.pattern})" for n, (_, words) in enumerate(_INSTRUCTED)), re.I
)
_CONTAINER = re.compile(
    r"\b(?:by|as follows|to read|adding|revising|removing|redesignating)\s*[:.—–-]?\s*$", re.I
)
_VERB_LAST = re.compile(r"\b(?:adding|revising|removing|redesignating)\s*[:.—–-]?\s*$", re.I)
_LETTERED = re.compile(r"^(?:[a-z]{1,2}|[ivx]{1,5}|[A-Z]|\d{1,2})\.\s+(?:Under|For|In|On)\b")
# The part of a unit that an instruction names before the unit: "the introductory text of", "note 1 to".
_PIECE = (
    r"(?:introductory text|(?:sub)?headings?|titles?|notes?(?:\s+\d+(?:(?:,? and|,|\s+through)\s+\d+)*)?|"
    r"(?:(?:first|second|third|fourth|fifth|sixth|last|final)(?:,? (?:and|through) (?:first|second|third|fourth|fifth|sixth|last))*)\s+sentences?|definitions?|tables?|entr(?:y|ies))"
)
_OF_UNIT = re.compile(
    rf"\b(?P<part>{_PIECE})\s+(?:of|to|in|for|from)\s+(?:(?:the\s+)?paragraphs?\s+)?(?:[\w().,\s]{{0,40}})$",
    re.I,
)
_AFTER_UNIT = re.compile(rf"^\s*(?P<part>{_PIECE})\b", re.I)
# What an instruction names inside a section or supplement whose path is all that could be read.
_WITHIN = re.compile(
    rf"\b(?P<part>paragraphs?\s+\([^;,:]{{1,60}}?\)(?=[\s,;:.]|$)|footnotes?\s+\d+(?:(?:,? and|,|\s+through)\s+\d+)*|{_PIECE})",
    re.I,
)
# The removal of a section or supplement itself: "Remove § 744.21", "Section 744.21 is removed and reserved".
_ITSELF = re.compile(
    r"\bremov\w+(?:\s+and\s+reserv\w+)?\s+(?:the\s+)?(?:§|sections?\b|supplements?\b|parts?\b|subparts?\b|appendix)|(?:§|\bsections?|\bsupplements?|\bparts?|\bsubparts?)\b[^,;]{0,60}\b(?:is|are)\s+removed",
    re.I,
)
_NUMBERED = re.compile(r"\d{1,3}")


def instruction_effects(view: TextView) -> Iterator[Effect]:
    """One effect for each unit and instruction, from the day that the instruction or the DATES section gives it."""
    document = view.document
    orders = view.orders
    later = _own_days(document.dates_text)
    lead: EffectVerb | None = None
    for place, order in enumerate(orders):
        if re.match(r"\d{1,3}\.\s", order.text):
            lead = _last_verb(order.text)
        if not order.paths or "authority citation" in order.text.lower() or _is_container(orders, place):
            continue
        start, until = _days(order.text)
        for path in order.paths:
            verb, part = _read(order.text, path)
            if verb is None:
                verb = lead if _LETTERED.match(order.text) else None
            if verb is not None:
                yield Effect(
                    verb,
                    affecting(document, order.text, order.where, order.number or None),
                    Affected(path=path, part=part),
                    start or later.get(order.number),
                    until,
                    applied=Applied.PENDING,
                    extent=Extent.PARTIAL if part else Extent.WHOLE,
                )


def _is_container(orders: Sequence[Instruction], place: int) -> bool:
    """Whether an instruction only introduces its lettered parts ("Section 744.11 is amended by:")."""
    order = orders[place]
    follows = place + 1 < len(orders) and orders[place + 1].number == order.number
    whole = all("(" not in path and " › " not in path for path in order.paths)
    if not follows or _CONTAINER.search(order.text) is None:
        return False
    return _last_verb(order.text) is None or (whole and _VERB_LAST.search(order.text) is not None)


def _last_verb(text: str) -> EffectVerb | None:
    found = [_verb(match) for match in _CHANGES.finditer(text)]
    return (
        found[-1]
        if found
        else V.AMENDS
        if re.search(r"\bamend\w*", text, re.I) and not _CONTAINER.search(text)
        else None
    )


def _verb(match: re.Match[str]) -> EffectVerb:
    return _INSTRUCTED[int((match.lastgroup or "i0")[1:])][0]


def _read(text: str, path: str) -> tuple[EffectVerb | None, str | None]:
    """The verb that governs a unit in an instruction, the last one before the unit's designator, else the first after it;
    and the part of the unit that the words name."""
    name = path.rsplit(" › ", 1)[-1]
    levels = re.search(r"(?:\(\w{1,5}\))+$", name)
    at = text.find(levels[0]) if levels else text.find(name)
    if levels and at < 0:
        at = text.rfind(f"({name.rsplit('(', 1)[-1]}")
    found = list(_CHANGES.finditer(text))
    if not found:
        return (V.AMENDS if re.search(r"\bamend(?:ed|ing)?\b", text, re.I) else None), None
    before = [match for match in found if match.start() < at]
    chosen = before[-1] if before and at >= 0 else found[0]
    return _verb(chosen), _part(text, path, chosen, at, whole=levels is None)


def _part(text: str, path: str, verb: re.Match[str], at: int, *, whole: bool) -> str | None:
    """The words for a part of the unit: before it, after it, or inside a section whose path is all that was read."""
    if not whole and at > verb.end():
        own = _OF_UNIT.search(text[verb.end() : at])
        if own is None and (end := text.find(")", at)) >= 0:
            own = _AFTER_UNIT.match(re.sub(r"^(?:\([^)]{1,5}\))*", "", text[end + 1 :]))
        return own["part"] if own else None
    if whole and " › " not in path and (inside := _WITHIN.search(text[verb.end() :])):
        return inside["part"]
    if whole and " › " not in path and _verb(verb) is V.REMOVES and not _ITSELF.search(text):
        return fold_space(text[verb.end() : verb.end() + 80]).strip(" .;,")
    return None


def _days(text: str) -> tuple[date | None, date | None]:
    """The days that an instruction itself gives: "Effective January 1, 2030, amend", "staying ... until"."""
    start = until = None
    for mention in mentions(text):
        before = text[max(0, mention.start - 30) : mention.start]
        if re.search(r"\beffective\s+(?:on\s+|from\s+)?$", before, re.I):
            start = start or mention.day
        elif re.search(r"\b(?:until|through|to)\s+$", before):
            until = until or mention.day
    return start, until


def _own_days(dates: str) -> dict[str, date]:
    """The days that the DATES section gives to single instructions, by number."""
    found: dict[str, date] = {}
    for sentence in sentences(dates):
        for mention in mentions(sentence):
            note = confined_to(sentence, mention.start)
            if note.startswith("instruction"):
                found |= dict.fromkeys(_NUMBERED.findall(note), mention.day)
    return found
