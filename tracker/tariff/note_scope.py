"""Decides whether a line is among the goods of a subdivision of the U.S. notes, and reads from the notes which headings
yield to which others.

A subdivision says which goods a heading covers in one of four ways: by a list of HTS numbers, by items that each name
their numbers or headings, by another subdivision, or by words alone. `NO` needs a list that lacks the line. `YES` needs a
list that has it. Everything else is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache

from tracker.tariff.headings import days_in, goods_in, headings_in, is_fact_of_note, places_in
from tracker.tariff.notes import Notes, Subdivision, enumerated, listed_numbers
from tracker.tariff.rows import digits

_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z(])")
_COMPILER = re.compile(r"\[Compiler[’']s note:[^\]]*\]", re.IGNORECASE)
# `Heading 9903.94.04 applies to all entries ...`, `headings ... set forth the ordinary customs duty treatment for ...`
_STATES_GOODS = re.compile(
    r"\b(?:appl(?:y|ies) to|provides? the ordinary|sets? forth|covers?|shall not apply to)\b|^For (?:any|all|each)\b",
    re.IGNORECASE,
)
_BY_NUMBERS = re.compile(
    r"\b(?:classifi(?:able|ed)|enumerated|listed|described|provided for|specified|identified|criteria|requirements)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|other than|except|excluding|unless)\b", re.IGNORECASE)
_DOES_NOT_APPLY = re.compile(r"\b(?:does|do|shall) not (?:apply|cover|include)\b", re.IGNORECASE)
_AS_PROVIDED = re.compile(r"As provided (?:for )?(?:in|by) (?:headings? )?", re.IGNORECASE)
_FOLLOWING = re.compile(
    r"\b(?:enumerated|listed) in the following (?:lists|subdivisions|tables)\b", re.IGNORECASE
)
_HEADING = r"99\d{2}\.\d{2}\.\d{2}"
_LIST = rf"(?:headings?|{_HEADING}|[\s,;]|–|—|-|‑|\xad|\band\b|\bor\b|\bthrough\b|\bto\b)+"
_CODES = rf"{_HEADING}(?:(?:[\s,;]|–|—|-|‑|\xad|\band\b|\bor\b|\bthrough\b|\bto\b)+{_HEADING})*"
# The headings after `Except as provided for in`; `, heading Y` after them is the one that they are excepted from.
_EXCEPTED = re.compile(
    rf"\bexcept(?: for)?(?: as)?(?: (?:provided|specified|described)(?: for)?)? (?:in|by|under) (?P<list>(?:headings? )?{_CODES}"
    rf"(?:,? (?:and )?in headings? {_CODES})*)(?: and in subdivisions? [^,]*? (?:of|to) this note)?,?\s*",
    re.IGNORECASE,
)
# `the additional duties imposed by headings X shall not apply to`
_NOT_IMPOSED = re.compile(
    rf"\badditional (?:ad valorem )?(?:dut(?:y|ies)|rates? of duty) imposed by (?P<list>{_LIST})shall not apply\b",
    re.IGNORECASE,
)
_VERB = re.compile(r"\b(?:appl(?:y|ies)|provides?|sets?|imposes?|covers?)\b", re.IGNORECASE)
_IN_HEADINGS = re.compile(rf"\bprovided for in (?:sub)?headings? {_HEADING}", re.IGNORECASE)
# An item that is another list and nothing else: `articles classifiable in the provisions of subdivision (g) of this note; or`
_ANOTHER_LIST = re.compile(
    r"(?:articles|products|goods) (?:classifiable|classified|enumerated|provided for) in (?:the )?(?:provisions (?:of )?)?(?:enumerated in )?"
    r"subdivisions? [^;.]*?note(?: \d+)?(?: to this subchapter)?[;.]?(?: (?:or|and))?",
    re.IGNORECASE,
)
_CHAPTERS_ALONE = re.compile(
    r"(?:articles|products|goods) (?:classifiable|classified) in (?:HTSUS )?chapters? [\d, andor]+[;.]?(?: or| and)?",
    re.IGNORECASE,
)
# `apply to the full customs value of articles classifiable in`, `applies to all imported products classified in`
_COVERS_ALL = re.compile(
    r"\bappl(?:y|ies) to (?:the full customs value of |all (?:imported )?)?(?:articles|products|goods)(?: of [A-Z]\w+)?(?: that are)? "
    r"(?:classified|classifiable|enumerated)\b",
    re.IGNORECASE,
)
# `For articles that are not in chapters 72 or 73 of the HTSUS, headings ... only apply where ...`
_ONLY_WHERE = re.compile(
    r"\bnot in chapters? (?P<chapters>[\d, andor]+?)(?: of the \w+)?, (?=[a-z]).*?\bonly apply where\b",
    re.IGNORECASE,
)


_CONDITIONS = ("that:", "which:", "where:", "if:")  # what follows is no list of goods


class Verdict(Enum):
    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether a line is in a subdivision. `is_unread`: the subdivision is missing, or not read to its end. `is_fact`: what is
    open is a fact of the entry that the importer declares. `covers_all`: its words add no condition to its numbers.
    `since`: the day from which its list applies.
    """

    verdict: Verdict
    is_unread: bool = False
    is_fact: bool = False
    covers_all: bool = False
    since: date | None = None


_NO, _OPEN, _UNREAD = Scope(Verdict.NO), Scope(Verdict.OPEN), Scope(Verdict.OPEN, is_unread=True)
_FACT = Scope(Verdict.OPEN, is_fact=True)


def listed(number: str, numbers: Sequence[str]) -> Verdict:
    """Return whether a line is among numbers: open where the numbers are of lines below it."""
    own = digits(number)
    codes = [digits(one) for one in numbers]
    if any(own.startswith(code) for code in codes):
        return Verdict.YES
    return Verdict.OPEN if any(code.startswith(own) for code in codes) else Verdict.NO


class NoteScope:
    """The notes as seen by one line. `of_heading` answers whether the goods are those of another heading."""

    def __init__(self, notes: Notes | None, number: str, of_heading: Callable[[str], Scope]) -> None:
        self._notes = notes or Notes("")
        self._number = number
        self._of_heading = of_heading
        self._under: list[str] = []

    def of(self, place: str, heading: str = "") -> Scope:
        """Return whether the line is in a subdivision, as this heading refers to it; without a heading, whether it is among
        the goods that the subdivision describes.
        """
        part = self._notes.get(place)
        if part is None or part.doubt:
            return _UNREAD
        if place in self._under:
            return _OPEN
        self._under.append(place)
        found = self._read(place, part, heading)
        self._under.pop()
        return found

    def _read(self, place: str, part: Subdivision, heading: str) -> Scope:
        own = _own(part)
        if (numbers := enumerated(part)) is not None:
            return self._in_list(place, own, heading, numbers)
        if (numbers := listed_numbers(part)) and listed(self._number, numbers) is Verdict.NO:
            return _NO
        children = self._notes.children(place)
        referred = self._by_reference(place, own, heading)
        items = self._of_items(own, children, heading) if children else None
        if referred == _NO or items is None:
            items = referred
        return items or Scope(Verdict.OPEN, is_fact=self._is_fact(own, heading))

    def _in_list(self, place: str, own: str, heading: str, numbers: Sequence[str]) -> Scope:
        verdict = listed(self._number, numbers)
        if verdict is Verdict.NO:
            return _NO
        if "criteria of general note" in own:
            return _FACT
        since, _ = days_in(own.rpartition(":")[0])
        return Scope(verdict, covers_all=self._covers_all(place, heading), since=since)

    def _covers_all(self, place: str, heading: str) -> bool:
        """Return whether a list, or a subdivision above it, says that the heading applies to all that is classified there."""
        above = place
        while above:
            part = self._notes.get(above)
            sentences = _SENTENCE.split(_own(part)) if part is not None and not part.doubt else []
            if any(_COVERS_ALL.search(one) and _names(one, heading) for one in sentences):
                return not any(self._is_conditional(one) for one in sentences)
            above = above[: above.rindex("(")] if "(" in above else ""
        return False

    def _is_conditional(self, sentence: str) -> bool:
        found = _ONLY_WHERE.search(sentence)
        if found is None:
            return "only apply" in sentence
        return self._number[:2] not in re.findall(r"\d{2}", found["chapters"])

    def _of_items(self, own: str, items: Sequence[str], heading: str) -> Scope | None:
        """Return what a list of items says; None where they are not its goods."""
        if not own.strip():
            return self._either([self.of(one, heading) for one in items]) if heading else None
        lead = _SENTENCE.split(own.strip())[-1].strip()
        if not lead.endswith((":", "—", "-")) or lead.endswith(_CONDITIONS):
            return self._either([self.of(one) for one in items]) if _FOLLOWING.search(own) else None
        found = [self._of_item(one) for one in items]
        if not (_STATES_GOODS.search(lead) or _DOES_NOT_APPLY.search(lead)):
            return None
        if _DOES_NOT_APPLY.search(lead) and not _is_exception(lead, heading):
            return _NO if any(one.verdict is Verdict.YES for one in found) else None
        return self._either(found)

    def _of_item(self, place: str) -> Scope:
        """Return whether the line is in one item of a list: `Etrogs (classifiable in subheading 0805.90.01)`."""
        part = self._notes.get(place)
        if part is None or part.doubt:
            return _UNREAD
        own = _own(part).strip()
        first = _SENTENCE.split(own)[0].strip()
        if _IN_HEADINGS.search(first):
            found = [self._of_heading(one) for one in headings_in(first)]
            return self._either([*found, *([_FACT] if is_fact_of_note(first) else [])])
        if _ANOTHER_LIST.fullmatch(first):
            lists = [self._notes.get(one) for one in places_in(first, _note(place))]
            numbers = [enumerated(one) for one in lists if one is not None]
            if numbers and len(numbers) == len(lists) and all(numbers):
                return Scope(listed(self._number, [code for one in numbers for code in one or ()]))
        codes = goods_in(first)
        if codes and not self._notes.children(place):
            verdict = listed(self._number, codes)
            return Scope(verdict) if verdict is Verdict.NO or _CHAPTERS_ALONE.fullmatch(first) else _OPEN
        return self.of(place)

    def _by_reference(self, place: str, own: str, heading: str) -> Scope | None:
        """Return what the sentences say that state goods by other subdivisions: `NO` where none of those has the line, a fact of
        the entry where nothing else is open; None for anything else.
        """
        sentences = _SENTENCE.split(own)
        is_plain = not headings_in(own)
        for at, sentence in enumerate(sentences):
            body = _without_exception(sentence)
            states = _STATES_GOODS.search(body) or (is_plain and at == 0)
            if not states or not _BY_NUMBERS.search(body) or not _names(body, heading):
                continue
            if _NEGATION.search(body.partition("subdivision")[0]) and not _is_exception(body, heading):
                continue
            places = [one for one in places_in(body, _note(place)) if one != place]
            left = [one for one in map(self.of, places) if one.verdict is not Verdict.NO]
            if places and not left:
                return _NO
            if places and all(one.is_fact for one in left):
                return _FACT
        return None

    def _is_fact(self, own: str, heading: str) -> bool:
        """Return whether the words that state the goods are about what the importer certifies or was granted."""
        sentences = _SENTENCE.split(own)
        is_plain = not headings_in(own)
        return any(
            is_fact_of_note(one)
            for at, one in enumerate(sentences)
            if (_STATES_GOODS.search(one) and _names(one, heading)) or (is_plain and at == 0)
        )

    def _either(self, found: Sequence[Scope]) -> Scope:
        if not found:
            return _OPEN
        left = [one for one in found if one.verdict is not Verdict.NO]
        if not left:
            return _NO
        if yes := next((one for one in left if one.verdict is Verdict.YES), None):
            return yes
        return Scope(
            Verdict.OPEN,
            is_unread=any(one.is_unread for one in left),
            is_fact=all(one.is_fact for one in left),
        )


@lru_cache(maxsize=4)
def exceptions_in(notes: Notes) -> dict[str, tuple[str, ...]]:
    """Return by heading those that the notes let go first: `Except as provided for in headings X, heading Y provides`, `As
    provided in heading X, the additional duties imposed by heading Y shall not apply to`.
    """
    found: dict[str, dict[str, None]] = {}
    for part in notes.parts.values():
        own = _own(part)
        if part.doubt or "99" not in own:
            continue
        for sentence in _SENTENCE.split(own):
            for excepted, headings in _pairs(sentence):
                for heading in headings:
                    names = found.setdefault(heading, {})
                    names.update((one, None) for one in excepted if one != heading)
    return {heading: tuple(excepted) for heading, excepted in found.items() if excepted}


def _pairs(sentence: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the headings that a sentence excepts, with those that they are excepted from."""
    if provided := _AS_PROVIDED.match(sentence):
        if imposed := _NOT_IMPOSED.search(sentence):
            yield headings_in(sentence[provided.end() : imposed.start()]), headings_in(imposed["list"])
        return
    found = _EXCEPTED.match(sentence)
    verb = _VERB.search(sentence, found.end()) if found else None
    if found and verb:
        yield headings_in(found["list"]), headings_in(sentence[found.end() : verb.start()])


def _own(part: Subdivision) -> str:
    return _COMPILER.sub(" ", " ".join(part.own))


def _note(place: str) -> str:
    return place.partition("(")[0]


def _without_exception(sentence: str) -> str:
    found = _EXCEPTED.match(sentence.strip())
    return sentence.strip()[found.end() :] if found else sentence.strip()


def _names(sentence: str, heading: str) -> bool:
    """Return whether a sentence is about a heading: it names it, or no heading."""
    named = headings_in(sentence)
    return not heading or not named or heading in named


def _is_exception(sentence: str, heading: str) -> bool:
    """Return whether a sentence begins with the heading whose goods it takes out of another: `As provided in heading X, ...`"""
    return (
        bool(heading)
        and _AS_PROVIDED.match(sentence) is not None
        and heading in headings_in(sentence.partition(", the ")[0])
    )
