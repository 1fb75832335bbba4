"""The names by which the register of effects finds documents and units, normalized for comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tracker import citations
from tracker.documents import japanese_law_paths
from tracker.documents.japanese_law_paths import is_japanese_law
from tracker.effects import Affected, Affecting
from tracker.text import fold_space, name_key

_LAST_LEVEL = re.compile(r"\([^()]*\)$")
_LIST_PART = re.compile(r"Supp\. No\. \d+ to Part (?P<part>\d+)$")
_ECCN = re.compile(r"(?P<eccn>\d[A-E]\d{3})(?:\.(?P<item>\S+))?$")
_PINNED = re.compile(
    r"^(\d{1,3} (?:FR|F\.R\.|Fed\. ?Reg\.) (?:\d{1,3},\d{3}|\d{1,6}))(?:,? at | ?[-–] ?|, )(?:\d{1,3},\d{3}|\d{1,6})$"
)
_COMMERCE_CONTROL_LIST = "Supp. No. 1 to Part 774"


@lru_cache(maxsize=8_192)
def canonical_path(path: str) -> str:
    """Return a unit path as the parsers write it: `Supp. No. 1 to Part 774 › 3B001 › c.1.a` of `3B001.c.1.a`."""
    path = fold_space(path)
    if is_japanese_law(path):
        return japanese_law_paths.canonical(path)
    eccn = _ECCN.fullmatch(path)
    if eccn is not None:
        return " › ".join(filter(None, (_COMMERCE_CONTROL_LIST, eccn["eccn"], eccn["item"])))
    hits = citations.find_citations(path)
    whole = [hit for hit in hits if (hit.start, hit.end) == (0, len(path))]
    return whole[0].value if len(whole) == 1 and whole[0].kind in ("cfr", "cfr-part", "supplement") else path


def ancestors(path: str) -> Iterator[str]:
    """Yield the path and the paths of all units that contain it, the innermost first, up to the CFR part."""
    while path:
        yield path
        path = _parent(path)


@lru_cache(maxsize=8_192)
def _parent(path: str) -> str:
    if is_japanese_law(path):
        return japanese_law_paths.parent(path)
    head, separator, last = path.rpartition(" › ")
    if separator:
        shorter, dot, _ = last.rpartition(".")
        if dot and head.startswith(_COMMERCE_CONTROL_LIST) and re.fullmatch(r"[a-z](?:\.\w+)*", last):
            return f"{head} › {shorter}"
        return head
    shorter = _LAST_LEVEL.sub("", path)
    if shorter != path:
        return shorter.rstrip()
    found = _LIST_PART.fullmatch(path)
    if found is not None:
        return f"15 CFR {found['part']}" if int(found["part"]) in citations.EAR_PARTS else ""
    section = re.fullmatch(r"(\d+ CFR \d+)\.[\w-]+", path)
    return section[1] if section else ""


def section_of(path: str) -> str:
    """Return the section, supplement or part of a path: `15 CFR 744.11` of `15 CFR 744.11(a)(1)`."""
    return path.split(" › ", 1)[0].split("(", 1)[0].strip()


def order_name(number: str, kind: str) -> str:
    """Return `E.O. 14257` of `14257`, as other documents write it."""
    return f"{kind} {number.removeprefix(kind).strip()}"


def affected_names(affected: Affected) -> tuple[str, ...]:
    """Return all names under which the affected document, unit, heading or party is looked up."""
    others = (affected.docket, affected.rin, affected.hts, affected.party)
    return _keys((*document_references(affected), *others, affected.path and canonical_path(affected.path)))


def document_references(affected: Affected) -> tuple[str, ...]:
    """Return the names of the affected document as they are written: number, order, citation, title."""
    names = (
        affected.document_number,
        affected.executive_order and order_name(affected.executive_order, "E.O."),
        affected.proclamation and order_name(affected.proclamation, "Proclamation"),
        affected.citation,
        affected.title,
    )
    return tuple(name for name in names if name)


def affecting_names(affecting: Affecting) -> tuple[str, ...]:
    """Return all names under which the affecting document is looked up."""
    return _keys(
        (
            affecting.document_number,
            affecting.executive_order and order_name(affecting.executive_order, "E.O."),
            affecting.proclamation and order_name(affecting.proclamation, "Proclamation"),
            affecting.citation,
            affecting.page,
        )
    )


def _keys(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name_key(name) for name in names if name and name_key(name)))


_FIELDS = {
    "document-number": "document_number",
    "executive-order": "executive_order",
    "proclamation": "proclamation",
    "fr": "citation",
    "docket": "docket",
    "rin": "rin",
    "hts": "hts",
    "cfr": "path",
    "cfr-part": "path",
    "supplement": "path",
    "eccn": "path",
}
_AFFECTING_FIELDS = frozenset({"document_number", "executive_order", "proclamation", "citation"})


def affected_of(name: str, part: str = "") -> Affected:
    """Return the affected side that a person names: a citation of any kind, a path, else a title or a party."""
    name = fold_space(name)
    if " › " in name:
        return Affected(path=canonical_path(name), part=part or None)
    field, value = _named(name)
    if field == "path":
        value = canonical_path(value)
    return Affected(**{field or "title": value}, part=part or None)


def affecting_of(name: str, quote: str = "") -> Affecting:
    """Return the affecting side that a person names: a citation, an address, else a case or title."""
    name = fold_space(name)
    if name.startswith(("http://", "https://")):
        return Affecting(page=name, quote=quote)
    field, value = _named(name)
    if field not in _AFFECTING_FIELDS:
        field, value = "citation", name
    return Affecting(**{field: value}, quote=quote)


def without_pin(name: str) -> str:
    """Return `90 FR 47201` of `90 FR 47201, 47205`: the page that is meant follows that on which the document begins."""
    return _PINNED.sub(r"\1", name)


def _named(name: str) -> tuple[str, str]:
    """The field and value of a name that is one citation as a whole; the name itself where it is none."""
    name = without_pin(name)
    hits = citations.find_citations(name)
    whole = [hit for hit in hits if (hit.start, hit.end) == (0, len(name)) and hit.kind in _FIELDS]
    if len(whole) != 1:
        return "", name
    value = whole[0].value
    return _FIELDS[whole[0].kind], value.removeprefix("E.O. ").removeprefix("Proclamation ")
