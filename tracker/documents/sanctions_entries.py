"""The parties that a notice puts on a sanctions list or takes off it, by the entries that it prints: `SAMPLE TRADING CO., LTD.
(a.k.a. ...), Osaka, Japan [EXAMPLE-EO].`"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.model import Document, DocumentKind

_LIST = re.compile(r"\bSDN List\b|\bSpecially Designated Nationals\b|\bSectoral Sanctions Identifications\b|\bNS-MBS List\b", re.I)  # fmt: skip
_LISTS = re.compile(
    r"\b(?:is|are) (?:hereby )?blocked\b|\b(?:plac|add)(?:ed|ing)\b[^.;]{0,80}\b(?:on|to)\b[^.;]{0,60}\blist\b|"
    r"\b(?:designated|identified) (?:the following|pursuant to)\b",
    re.IGNORECASE,
)
_REMOVES = re.compile(
    r"\b(?:remov|delet)(?:ed|es|ing)\b[^.;]{0,120}\blist\b|\bdelist(?:ed|s|ing)\b|\bunblocked\b|\bno longer\b[^.;]{0,60}\b(?:blocked|subject)\b",
    re.IGNORECASE,
)
_WORD = r"[A-Z0-9&][A-Z0-9&.'’/()-]*"
_SUFFIX = r"(?:CO|LTD|LIMITED|INC|LLC|L\.L\.C|CORP|CORPORATION|S\.A|S\.R\.L|GMBH|PLC|JSC|PJSC|OOO|AG|B\.V|N\.V|LP|LLP|PTE|PTY|KK|K\.K)\b\.?"
_ENTRY = re.compile(
    rf"(?:^|:\s+|;\s+|\]\.?\s+)(?:\d{{1,3}}\.\s+)?"
    rf"(?P<name>[A-Z0-9][A-Z0-9&.'’/-]*(?: {_WORD})*(?:, {_SUFFIX})*)"
    r"(?P<rest>(?:,| \()[^\[\]]{0,4000}?)?\s*(?P<programs>\[[A-Z0-9][A-Z0-9-]+\](?:\s*\[[A-Z0-9][A-Z0-9-]+\])*)"
)
_LETTERS = re.compile(r"[A-Z]{2}")
_GIVEN = re.compile(r",\s+(?P<given>[A-Z][a-z’'-]+(?: [A-Z][A-Za-z.’'-]*)*)\s*(?=[,;(])")
_PERSON = re.compile(r"\bDOB\b|\(individual\)")
_PROGRAM = re.compile(r"\[([A-Z0-9][A-Z0-9-]+)\]")
_DAY = re.compile(r"^[^.;]{0,20}\bOn (?P<day>[A-Z][a-z]+ \d{1,2}, \d{4})\b")


@dataclass(frozen=True, slots=True)
class SanctionsEntry:
    """A party with the programs under which it is listed. `quote` are the words that list or remove it, `day` the day on
    which these say that it was done, `entry` the printed entry of the party."""

    name: str
    programs: tuple[str, ...]
    removed: bool
    quote: str
    where: str
    day: str = ""
    entry: str = ""


def sanctions_entries(document: Document) -> Iterator[SanctionsEntry]:
    """Yield the parties that a notice lists or removes. An entry under words that say neither, or both, is neither."""
    if document.kind is not DocumentKind.NOTICE:
        return
    said = (document.title, document.abstract, *(unit.text for unit in document.units))
    if not any(map(_LIST.search, said)):
        return
    acts = _act(document.abstract)
    day, quote, where = "", document.abstract, "abstract"
    for unit in document.units:
        named = _ENTRY.finditer(unit.text) if "[" in unit.text else ()
        entries = [match for match in named if _LETTERS.search(match["name"])]
        before = unit.text[: entries[0].start()] if entries else unit.text
        if (stated := _act(before)) is not None or _both(before):
            acts, quote, where = stated, unit.text, unit.path
            day = match["day"] if (match := _DAY.match(before)) else ""
        if acts is None:
            continue
        for entry in entries:
            name = entry["name"]
            if _PERSON.search(entry["rest"] or "") and (given := _GIVEN.match(entry["rest"])):
                name = f"{name}, {given['given']}"
            yield SanctionsEntry(
                name,
                programs_in(entry["programs"]),
                acts,
                quote,
                where,
                day,
                entry[0].lstrip(" :;].").rstrip(" ;"),
            )


def programs_in(words: str) -> tuple[str, ...]:
    """Return the programs that an entry names in brackets."""
    return tuple(dict.fromkeys(_PROGRAM.findall(words)))


def _act(words: str) -> bool | None:
    """Whether words remove parties from a list; None where they say nothing of it, or both."""
    removes, lists = _REMOVES.search(words) is not None, _LISTS.search(words) is not None
    return removes if removes != lists else None


def _both(words: str) -> bool:
    return _REMOVES.search(words) is not None and _LISTS.search(words) is not None
