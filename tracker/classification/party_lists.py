"""Who is put on a party list, taken off it or revised, and under which destinations.

Read from the words of the abstract sentence by sentence ("adding 28 entities ... under the destination
of China"), from added rows of a list (`Supp. No. 4 to Part 744 › JAPAN › Party`), and from the
instructions of a full text ("under JAPAN, ...").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.countries import Country, countries_in, nationalities_in
from tracker.documents.text_view import Section, TextView, clip_quote
from tracker.locations import removed_from
from tracker.model import DocumentKind, Evidence, Op, UnitKind
from tracker.text import NUMBER_WORDS

_LIST_WORDS = re.compile(
    r"Entity List|Unverified List|\bUVL\b|\bMEU\b|Military End.User|SDN List|Specially Designated Nationals|destinations? of|under \d+ entries|[Ss]upplement [Nn]o\. [467]\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.;])(?<!U\.S\.)(?<!Ltd\.)(?<!Co\.)(?<!Inc\.)(?<!No\.)\s+(?=[A-Z(])")
_CHINESE = re.compile(r"\b(?:Chinese|Huawei|SMIC|PRC)\b")
_ADDS = re.compile(
    r"\b(?:add(?:s|ed|ing)|plac(?:es|ed|ing)|bring(?:s|ing)?|(?<!the )nam(?:es|ing)(?! (?:of|whose|withdrawn|removed|notified|taken)\b)|list(?:s|ing)|enter(?:s|ing)?|put(?:s|ting)?|inscrib(?:es|ing)|includ(?:es|ing)|designat(?:es|ing))\b(?=[^;]{0,90}?\b(?:entit(?:y|ies)|persons?|part(?:y|ies)|entr(?:y|ies)|compan(?:y|ies)|firms?|institut(?:es?|ions?)|universit(?:y|ies)|affiliates|addresses|individuals)\b)"
    r"|\b(?:entit(?:y|ies)|persons|entries) (?:being |to be |that (?:are|were|have been) |have been |has been )?added\b"
    r"|\b(?:entit(?:y|ies)|persons|parties|compan(?:y|ies)|firms) (?:\w+ ){0,12}?(?:have been|has been|are|were) (?:entered|named|placed|listed|put)\b|\bparties may no longer obtain\b|\bwill be listed\b|\bhave been placed\b|\bnames? (?:has|have|is|are) (?:been |being )?(?:added|placed)\b|\b(?:persons?|individuals?|entit(?:y|ies)|vessels?|aircraft)\b[^.;]{0,40}\bwhose property\b(?:(?!\bun)[^.;]){0,90}\bblocked\b",
    re.I,
)
_TITLE_ADDS = re.compile(r"\b(?:additions?|adding)\b", re.I)
_REMOVES = re.compile(
    r"\b(?:strik(?:es?|ing)|struck|drop(?:s|ped|ping)?|delist(?:s|ed|ing)?|withdraw(?:s|n|ing)?|tak(?:es|en|ing) off|taken out|remov(?:es?|ed|ing|als?)|delet(?:es?|ed|ing)|taking .{0,20} off)\b",
    re.I,
)
_REVISES = re.compile(
    r"\b(?:updat(?:e|es|ed|ing)|revis(?:es?|ed|ing|ions?)|modif(?:y|ies|ied|ying|ications?)|correct(?:s|ed|ing|ions?)?|amend(?:s|ing)? .{0,30}entr)\b",
    re.I,
)
_NOT_ADDING = re.compile(
    r"^\W*(?:(?:this|the) (?:final )?rule (?:also )?|lastly,? |in addition,? |it also |as a conforming change.{0,90})?(?:also )?"
    r"(?:remov|revis|modif|correct|clarif)",
    re.I,
)
_COUNT = re.compile(
    r"\b(?:add(?:s|ed|ing)?|plac(?:es|ed|ing))\s+(?:the following\s+|an?other\s+|an?\s+|inadvertently omitted\s+)*([\w-]+(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)\s+(?:\w+\s+){0,3}?(entit|person|part|entr|compan|affiliate|firm|institut|universit|individual|vessel|aircraft)",
    re.I,
)
_REMOVED_COUNT = re.compile(
    r"\bremov(?:es|ed|ing)\s+([\w-]+)\s+(?:\w+\s+){0,3}?(entit|person|part|entr|compan)", re.I
)
_MORE_COUNT = re.compile(
    r"[a-z]*(?: \([^)]*\))?,?(?: and)? ([\w-]+) (?:entit|person|part|compan|individual|vessel|aircraft)", re.I
)
_ANY_COUNT = re.compile(
    rf"\b((?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|\d{{1,3}})\s+(?!or more\b)(?:[\w’'-]+\s+){{0,4}}?(?:entities|persons|companies|parties|firms|institutions|individuals|organizations|vessels)\b",
    re.IGNORECASE,
)
_EXISTING = re.compile(r"\b(?:existing|previously|other)\b", re.IGNORECASE)
_REST = 120  # characters after a counted noun in which others are counted with it
_OPENING = 2_000  # characters of a section in which the number of parties is named
_PAST = re.compile(r"\b(?:published|appeared|previously|that final rule amended|since)\b", re.I)
_NUMBERS = NUMBER_WORDS | {"a": 1, "an": 1}
LISTS = ("Supp. No. 4 to Part 744", "Supp. No. 6 to Part 744", "Supp. No. 7 to Part 744")


@dataclass
class PartyListAct:
    """`facts` as the rules name them; `count` of parties added (or removed); `places` they are in."""

    facts: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    count: int | None = None
    places: tuple[Country, ...] = ()
    parties: tuple[str, ...] = ()


def read_party_list_act(reading: TextView) -> PartyListAct:
    """What a reading says about party lists; empty where it says nothing."""
    if reading.is_change and reading.document.kind is DocumentKind.PAGE:
        came = tuple(each for each in reading.changed if not each.removed)
        return _from_words(came)
    if reading.is_change:
        return _from_rows(reading)
    listing = _from_words(reading.text)
    _add_instructions(reading, listing)
    return listing


def parse_count(word: str) -> int | None:
    """ "twenty-four", "120", "a": a count in words or digits."""
    word = word.lower().replace(",", "")
    if word.isdigit():
        return int(word)
    parts = re.split(r"[ -]", word)
    values = [_NUMBERS.get(part) for part in parts]
    return sum(v for v in values if v is not None) if all(v is not None for v in values) else None


def _from_words(sections: Sequence[Section]) -> PartyListAct:
    listing = PartyListAct()
    if not _LIST_WORDS.search("\n".join(section.text for section in sections)):
        return listing
    added: list[Country] = []
    touched: list[Country] = []
    of_nation: dict[Country, tuple[Evidence, ...]] = {}
    adding = False
    for section in sections:
        for sentence in _SENTENCE.split(section.text):
            adds = (
                _ADDS.search(sentence) is not None
                or (section.where == "title" and _TITLE_ADDS.search(sentence) is not None)
            ) and not _NOT_ADDING.match(sentence)
            removes = _REMOVES.search(sentence) is not None
            revises = _REVISES.search(sentence) is not None
            evidence = (Evidence(clip_quote(sentence), section.where),)
            found = countries_in(_clean(sentence)) if "country" not in sentence[:0] else ()
            if adds:
                of_nation |= {
                    place: evidence
                    for place in nationalities_in(_adding_part(sentence))
                    if place not in of_nation
                }
            if section.where == "title":
                if adds:
                    listing.facts.setdefault("adds-parties", evidence)
                    listing.count = listing.count or _count(_COUNT, sentence)
            elif adds and not _PAST.search(sentence[:80]):
                adding = True
                if all(each.where == "title" for each in listing.facts.get("adds-parties", ())):
                    listing.facts["adds-parties"] = evidence
                part = _adding_part(sentence)
                added.extend(countries_in(_clean(part)))
                listing.count = listing.count or _count(_COUNT, sentence)
                if any(p.id == "japan" for p in countries_in(_clean(part))):
                    listing.facts.setdefault("adds-japan", evidence)
            elif (
                adding
                and not (removes or revises)
                and re.search(r"\b(?:these|those|they|under|listed|entit|person)", sentence[:120], re.I)
            ):
                added.extend(found)
                if any(p.id == "japan" for p in found):
                    listing.facts.setdefault("adds-japan", evidence)
            if removes:
                listing.facts.setdefault("removes-parties", evidence)
                listing.count = listing.count or _count(_REMOVED_COUNT, sentence)
            if revises:
                listing.facts.setdefault("revises-parties", evidence)
            touched.extend(found)
    if not added and "adds-parties" in listing.facts:
        # No destination is named, but whose companies they are.
        added.extend(of_nation)
        for place, words in of_nation.items():
            if place.id == "japan":
                listing.facts.setdefault("adds-japan", words)
    chinese = next((s for s in sections if s.where != "title" and _CHINESE.search(s.text)), None)
    china = [place for place in added if place.id in ("china", "hong-kong")]
    if not added and chinese is not None and "adds-parties" in listing.facts:
        listing.facts["adds-china"] = listing.facts["adds-parties"]
    if china and "adds-parties" in listing.facts:
        listing.facts["adds-china"] = next(
            (
                (Evidence(clip_quote(sentence), section.where),)
                for section in sections
                for sentence in _SENTENCE.split(section.text)
                if section.where != "title" and any(p in china for p in countries_in(_clean(sentence)))
            ),
            listing.facts["adds-parties"],
        )
    listing.places = tuple(dict.fromkeys(added or touched))
    if listing.count is None and {"adds-parties", "removes-parties"} & listing.facts.keys():
        listing.count = next(
            (n for section in sections if (n := _named_count(section.text)) is not None), None
        )
    return listing


def _named_count(text: str) -> int | None:
    """The number of parties where another sentence than the adding one says it: "twenty-seven entities in ... act contrary to"."""
    for match in _ANY_COUNT.finditer(text[:_OPENING]):
        if not _EXISTING.search(text[max(0, match.start() - 30) : match.end()]):
            return _count(_ANY_COUNT, text[match.start() : match.end() + _REST])
    return None


def _adding_part(sentence: str) -> str:
    """The clause that adds, without a trailing "and by revising ..."."""
    match = re.search(
        r"(?:,? and (?:by |also )?|; )(?:revis(?:ing|es)|remov(?:ing|es)|modif(?:ying|ies)|correct(?:ing|s)|delet(?:ing|es))\b",
        sentence,
    )
    return sentence[: match.start()] if match else sentence


def _clean(text: str) -> str:
    """Adjectives and set phrases that name a country without placing a party there."""
    return re.sub(
        r"United States|U\.S\. Government|Russia'?s?(?:'s)? (?:military|further|ongoing|defense)[^.;]*|Russia/Belarus|"
        r"Russian Federation's \(Russia's\)[^,]*,?|invasion of Ukraine[^,.]*",
        " ",
        text,
    )


def _count(pattern: re.Pattern[str], sentence: str) -> int | None:
    """The number of parties that a sentence adds or removes: "three individuals, one entity, and two vessels" are six."""
    match = pattern.search(sentence)
    total = parse_count(match[1]) if match else None
    while match and total is not None and (match := _MORE_COUNT.match(sentence, match.end())):
        total += parse_count(match[1]) or 0
    return total


def _from_rows(reading: TextView) -> PartyListAct:
    """Rows added to or taken from a list; the path contains the country."""
    listing = PartyListAct()
    added: list[tuple[str, Evidence]] = []
    removed: list[tuple[str, Evidence]] = []
    for operation in reading.operations:
        if operation.kind is not UnitKind.ROW and not operation.path.startswith(LISTS):
            continue
        steps = [step.strip() for step in operation.path.split("›")]
        if operation.kind is not UnitKind.ROW and len(steps) < 3:
            continue
        if operation.op is Op.ADDED:
            added.append((operation.path, Evidence(clip_quote(operation.after), operation.path)))
        elif operation.op is Op.REMOVED:
            removed.append(
                (operation.path, Evidence(clip_quote(operation.before), removed_from(operation.path)))
            )
        elif operation.op is Op.CHANGED:
            listing.facts.setdefault(
                "revises-parties", (Evidence(clip_quote(operation.after), operation.path),)
            )
    chosen = added or removed
    if added:
        listing.facts["adds-parties"] = tuple(evidence for _, evidence in added[:3])
    if removed:
        listing.facts["removes-parties"] = tuple(evidence for _, evidence in removed[:3])
    found: list[Country] = []
    for path, evidence in chosen:
        steps = [step.strip() for step in path.split("›")]
        country = " ".join(steps[1:-1]) or evidence.quote
        here = countries_in(country) or countries_in(evidence.quote)
        found.extend(here)
        if added and any(place.id in ("china", "hong-kong") for place in here):
            listing.facts.setdefault("adds-china", (evidence,))
        if added and any(place.id == "japan" for place in here):
            listing.facts.setdefault("adds-japan", (evidence,))
    listing.count = len(chosen) or None
    listing.places = tuple(dict.fromkeys(found))
    listing.parties = tuple(path.split("›")[-1].strip() for path, _ in chosen)
    return listing


def _add_instructions(reading: TextView, listing: PartyListAct) -> None:
    """ "Adding, under JAPAN, in alphabetical order, ..." in the instructions of a full text."""
    for order in reading.orders:
        entries = [path for path in order.paths if path.startswith(LISTS) and path.count(" › ") == 2]
        if not entries or not re.search(r"\badd(?:ing|ed)?\b", order.text, re.I):
            continue
        found = countries_in(order.text)
        listing.places = tuple(dict.fromkeys((*listing.places, *found)))
        for place in found:
            evidence = (Evidence(clip_quote(order.text), order.where),)
            if place.id == "japan":
                listing.facts.setdefault("adds-japan", evidence)
            if place.id in ("china", "hong-kong"):
                listing.facts.setdefault("adds-china", evidence)
            listing.facts.setdefault("adds-parties", evidence)
