"""Amendatory instructions: which units a document orders changed, as far as their words say.

Reading only locates: it never computes text. Instructions carry their place forward ("b. Revising
paragraph (c)" after "Section 744.11 is amended by:"), as the Document Drafting Handbook allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker import citation
from tracker.model import Document, Unit, UnitKind

# "5. Section 744.11 is amended by ...", "a. Revising paragraph (b);": how instructions begin in a
# text that was recorded without its markup.
_NUMBERED = re.compile(r"^(?:\d{1,3}|[a-z]{1,2}|[ivx]{1,5})\.\s+")
_VERB = re.compile(
    r"\b(?:amend(?:ed|ing|s)?|revis(?:e|ed|es|ing)|add(?:ed|ing|s)?|remov(?:e|ed|es|ing)|redesignat\w+|"
    r"republish\w*|reserv(?:e|ed|ing)|stay(?:ed)?|suspend(?:ed|ing)?|correct(?:ed|ing|ly)?|"
    r"lift(?:ed|ing)?|withdraw\w*|transfer\w*|designat\w+|continues to read|as follows)\b",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"\bauthority citation\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"\bparagraphs?\s+((?:\((?:[a-z]{1,4}|\d{1,3}|[A-Z]{1,3})\))+)", re.IGNORECASE)
_NUMBER = re.compile(r"^(\d{1,3})\.\s")
_ENTITY_COUNTRY = re.compile(r"\bunder ((?:the destination of )?[A-Z][A-Z ,.'’()&-]{2,60})")


@dataclass(frozen=True, slots=True)
class Order:
    """One instruction. `number` is its printed number, inherited by its lettered parts."""

    text: str
    where: str
    paths: tuple[str, ...]
    number: str = ""


def read(document: Document) -> tuple[Order, ...]:
    """Every instruction of a document with the citation paths that it names, in order."""
    orders: list[Order] = []
    current = ""
    number = ""
    for unit in document.units:
        if not _is_instruction(unit):
            continue
        text = unit.text.strip()
        if match := _NUMBER.match(text):
            number = match[1]
            current = ""
        if _AUTHORITY.search(text) and "amended by" not in text:
            orders.append(Order(text, unit.path, (), number))
            continue
        paths = [hit.value for hit in citation.find(text) if hit.kind in ("cfr", "supplement")]
        if paths:
            current = paths[-1]
        elif current.startswith("15 CFR") and (match := _PARAGRAPH.search(text)):
            paths = [current.split("(")[0] + match[1]]
        elif current:
            paths = [current]
        orders.append(Order(text, unit.path, tuple(dict.fromkeys(paths)), number))
    return tuple(orders)


def _is_instruction(unit: Unit) -> bool:
    if unit.kind is UnitKind.INSTRUCTION:
        return True
    return (
        unit.kind is UnitKind.PARAGRAPH
        and len(unit.text) < 2_000
        and _NUMBERED.match(unit.text) is not None
        and _VERB.search(unit.text[:400]) is not None
        and (citation.find(unit.text[:400]) != [] or _PARAGRAPH.search(unit.text[:400]) is not None)
    )
