"""Reads amendatory instructions: the units that a document changes, as far as the words name them.

It only locates units and never computes text. Instructions inherit their place ("b. Revising paragraph (c)"
after "Section 744.11 is amended by:"), as the Document Drafting Handbook allows. In a text without markup,
instructions are recognized by the words of issuance ("are amended as follows").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker import citations
from tracker.amendments.instruction_signs import is_instruction, start_of
from tracker.model import Document, Unit, UnitKind
from tracker.text import fold_space

_AUTHORITY = re.compile(r"\bauthority citations?\b", re.IGNORECASE)
_NUMBER = re.compile(r"^(\d{1,3})\.\s")
_LEVELS = r"(?:\((?:[a-z]{1,5}|\d{1,3}|[A-Z]{1,5})\))+"
_PARAGRAPHS = re.compile(
    rf"\bparagraphs?\s+(?P<list>{_LEVELS}(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s+through\s+){_LEVELS})*)"
)
_ONE = re.compile(_LEVELS)
_PART = re.compile(r"\bpart\s+(\d{3,4})\b", re.IGNORECASE)
_TITLE = re.compile(r"\b(\d{1,2})\s+CFR\b")
_BARE_SUPPLEMENT = re.compile(
    r"\bsupplements?\s+nos?\.?\s*(?P<list>\d{1,2}(?:(?:,|\s+and|,\s+and|\s+through)\s+\d{1,2})*)(?!\s+(?:to|of)\s+part)",
    re.IGNORECASE,
)
_BARE_SECTION = re.compile(r"\b[Ss]ections?\s+(\d{1,4}\.\d{1,5}(?:-\d+)?)")
_COUNTRY = re.compile(
    r"\b(?:[Uu]nder|[Ff]or|in)\s+(?:the\s+(?:country|destination)\s+(?:of\s+)?)?(?P<name>[A-Z][A-Z]{3,}(?:[A-Z,'’ .()-]*[A-Z)])?)"
)
_NAMES = re.compile(r"“([^“”]{3,200}?)[,;]?”")
_LISTS = ("Supp. No. 4 to Part 744", "Supp. No. 6 to Part 744", "Supp. No. 7 to Part 744")
_LIST_NAMES = (
    ("Entity List", _LISTS[0]),
    ("Unverified List", _LISTS[1]),
    ("Military End-User", _LISTS[2]),
)
_CCL = "Supp. No. 1 to Part 774"
_OPENING = 40


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `number` is its printed number, inherited by its lettered parts."""

    text: str
    where: str
    paths: tuple[str, ...]
    number: str = ""


@dataclass(slots=True)
class _Place:
    """The title, part and section of earlier instructions, which later ones leave out."""

    title: str = ""
    part: str = ""
    base: str = ""  # the section or supplement that is being amended
    country: str = ""
    number: str = ""
    supplement: str = ""  # the party list that the preamble speaks of


def read_instructions(document: Document) -> tuple[Instruction, ...]:
    """Return every instruction of a document with the citation paths that it names, in order."""
    place = _start(document)
    orders: list[Instruction] = []
    for unit in _instructions(document, place):
        text = fold_space(unit.text)
        if match := _NUMBER.match(text):
            place.number, place.base, place.country = match[1], "", ""
        if match := _TITLE.search(text):
            place.title = match[1]
        if match := _PART.search(text):
            place.part = match[1]
        authority = _AUTHORITY.search(text) is not None and "amend" not in text.lower()
        paths = () if authority else tuple(dict.fromkeys(_paths(text, place)))
        orders.append(Instruction(text, unit.path, paths, place.number))
    return tuple(orders)


def _start(document: Document) -> _Place:
    """Return the place in a document's own heading or opening, for instructions that omit it."""
    for reference in document.cfr_references:
        if match := re.match(r"(\d{1,2}) CFR (?:[Pp]arts? )?(\d{1,4})(?![\d.])", reference):
            return _Place(title=match[1], part=match[2])
    opening = [document.title, document.abstract, *(unit.text for unit in document.units[:_OPENING])]
    for text in opening:
        for value in citations.citation_values(text, "supplement"):
            if value in _LISTS:
                return _Place(title="15", part="744", supplement=value)
    for words, supplement in _LIST_NAMES:
        if any(words in text for text in opening):
            return _Place(supplement=supplement)
    return _Place()


def _instructions(document: Document, place: _Place) -> Iterator[Unit]:
    marked = [unit for unit in document.units if unit.kind in (UnitKind.INSTRUCTION, UnitKind.HEADING)]
    if any(unit.kind is UnitKind.INSTRUCTION for unit in marked):
        place.title = place.title or _title_before(document)
        for unit in marked:
            if unit.kind is UnitKind.INSTRUCTION:
                yield unit
            elif match := re.match(r"PART\s+(\d{3,4})\b", unit.text):
                place.part, place.base = match[1], ""
        return
    start = start_of([unit.text for unit in document.units])
    if start is None:
        return
    opening = document.units[start - 1].text if start else ""
    if match := _TITLE.search(opening):
        place.title = match[1]
    if match := _PART.search(opening):
        place.part = match[1]
    for unit in document.units[start:]:
        if unit.kind is UnitKind.PARAGRAPH and is_instruction(unit.text):
            yield unit


def _title_before(document: Document) -> str:
    """Return the title in the words of issuance, the last before the first instruction: "amend 45 CFR parts 309
    and 310 as follows".
    """
    first = next(n for n, unit in enumerate(document.units) if unit.kind is UnitKind.INSTRUCTION)
    lead = [unit.text for unit in document.units[max(0, first - _OPENING) : first]]
    titles = [match[1] for text in lead for match in _TITLE.finditer(text)]
    return titles[-1] if titles else ""


def _paths(text: str, place: _Place) -> Iterator[str]:
    """Return the units that one instruction names; where it names none, those of the one before."""
    named = [
        _titled(hit, place)
        for hit in citations.find_citations(text)
        if hit.kind in ("cfr", "section", "supplement")
    ]
    if not named and place.part:
        named = [f"Supp. No. {n} to Part {place.part}" for n in _supplements(text)]
    if not named and place.title:
        named = [f"{place.title} CFR {match[1]}" for match in _BARE_SECTION.finditer(text)]
    if named:
        place.base = named[0].split("(")[0]
        place.country = ""
    if (
        not place.base
        and place.part == "744"
        and place.supplement
        and _COUNTRY.search(text)
        and "entr" in text
    ):
        place.base = place.supplement
    base = place.base
    if not base:
        return
    if base in _LISTS:
        yield from _entries(text, base, place)
    elif base == _CCL:
        eccns = list(citations.citation_values(text, "eccn"))
        yield from (f"{_CCL} › {eccn.split('.')[0]}" for eccn in eccns)
        if not eccns:
            yield base
    elif len(named) <= 1 and "(" not in (named[0] if named else "") and " CFR " in base:
        inner = list(_within(text, base))
        yield from inner or [base]
    else:
        yield from named


def _titled(hit: citations.Citation, place: _Place) -> str:
    if hit.kind == "section" and place.title:
        return f"{place.title} CFR {hit.value.removeprefix('§ ')}"
    return hit.value


def _supplements(text: str) -> Iterator[str]:
    for match in _BARE_SUPPLEMENT.finditer(text):
        numbers = [int(n) for n in re.findall(r"\d+", match["list"])]
        if "through" in match["list"] and len(numbers) == 2:
            numbers = list(range(numbers[0], numbers[1] + 1))
        yield from (str(n) for n in numbers)


def _within(text: str, section: str) -> Iterator[str]:
    """Return the paragraphs in "revising paragraphs (a)(1) and (2) and (b)", within the amended section."""
    for match in _PARAGRAPHS.finditer(text):
        before: tuple[str, ...] = ()
        for levels in _ONE.findall(match["list"]):
            own = tuple(re.findall(r"\(([^)]*)\)", levels))
            if before and len(own) < len(before):
                own = citations.next_designators(before, own)
            before = own
            yield section + "".join(f"({level})" for level in own)


def _entries(text: str, base: str, place: _Place) -> Iterator[str]:
    """Return entries of a party list: by country, and by name where the instruction quotes names."""
    if match := _COUNTRY.search(text):
        place.country = match["name"].strip(" ,.")
    if not place.country:
        yield base
        return
    names = _NAMES.findall(text)
    if not names:
        yield f"{base} › {place.country}"
    for name in names:
        yield f"{base} › {place.country} › {name.strip()}"
