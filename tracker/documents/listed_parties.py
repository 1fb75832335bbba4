"""The parties of the lists as they are stored: each with its list, what it requires, since when and by which rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.model import Document, Unit, UnitKind

_STEP = " › "
# The supplements that list parties, by their paths, each with the id of its list.
PARTY_LISTS = {
    "Supp. No. 4 to Part 744": "entity-list",
    "Supp. No. 6 to Part 744": "unverified-list",
    "Supp. No. 7 to Part 744": "military-end-user-list",
}
_LABELS = (
    "Programs|Federal Register notice|Effective|Start|End|Standard order|License requirement|License policy|Call sign|Vessel type|"
    "Nationalities|Dates of birth|Remarks|Notes|Title"
)
_LABELED = re.compile(rf"(?:\A|\. )({_LABELS}): (.*?)(?=\.* (?:{_LABELS}): |\Z)", re.DOTALL)
_FR = re.compile(
    r"\b(\d{1,3}) F\.?\s?R\.? (\d{1,6})(?:\D{0,30}?((?:\d{1,2}/\d{1,2}/\d{2,4})|(?:[A-Z][a-z]+\.? \d{1,2}, \d{4})))?"
)
_LABEL_ORDER = ("", *_LABELS.split("|"))
REQUIREMENT, POLICY, NOTICE = "License requirement", "License policy", "Federal Register notice"
_RESERVED = re.compile(r"\[?reserved\]?\.?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Party:
    """A listed party. `list` is the list's id, or its printed name where it is none of part 744; `rules` are the Federal
    Register citations of its row, the first listing first."""

    name: str
    aliases: tuple[str, ...]
    list: str
    path: str
    country: str = ""
    address: str = ""
    requirement: str = ""
    policy: str = ""
    since: str = ""
    rules: tuple[str, ...] = ()


def labeled_words(text: str) -> dict[str, str]:
    """Return the words of a row of a screening list by their labels, in the order of the labels; the name, aliases and
    addresses, which have none, under "". Empty where the row has no two labels."""
    found = list(_LABELED.finditer(text))
    if len(found) < 2:
        return {}
    words = {one[1]: one[2].strip() for one in found}
    words[""] = text[: found[0].start()].strip().replace(".. ", ". ")
    return {label: words[label] for label in _LABEL_ORDER if words.get(label)}


def party_to_json(party: Party) -> list[Any]:
    return [getattr(party, name) for name in Party.__slots__]


def party_from_json(values: list[Any]) -> Party:
    fields: list[Any] = [tuple(value) if isinstance(value, list) else value for value in values]
    return Party(*fields)


def parties_of(document: Document) -> Iterator[Party]:
    """Yield the parties of a part of the CFR or of a list."""
    for unit in document.units:
        if unit.kind is UnitKind.ROW and (party := _party(unit)) is not None:
            yield party


def _party(unit: Unit) -> Party | None:
    meta = dict(reversed(unit.meta))  # the first of each name
    name = meta.get("party", "")
    first = unit.path.partition(_STEP)[0]
    if not name or _RESERVED.match(name) or ("list" not in meta and first not in PARTY_LISTS):
        return None
    labeled = (
        {label: words.strip(" .") for label, words in _LABELED.findall(unit.text)} if "list" in meta else {}
    )
    cited = meta.get("citation", "") or labeled.get("Federal Register notice", "")
    citations = list(_FR.finditer(cited))
    return Party(
        name,
        tuple(dict.fromkeys(words for kind, words in unit.meta if kind == "alias")),
        PARTY_LISTS.get(first) or meta["list"],
        unit.path,
        meta.get("country", ""),
        "; ".join(words for kind, words in unit.meta if kind == "address"),
        meta.get("license-requirement", "")
        or labeled.get("License requirement", "")
        or labeled.get("Programs", ""),
        meta.get("license-policy", "") or labeled.get("License policy", ""),
        meta.get("since", "")
        or labeled.get("Start", "")
        or labeled.get("Effective", "")
        or (_day(citations[0][3]) if citations else ""),
        tuple(dict.fromkeys(f"{one[1]} FR {one[2]}" for one in citations)),
    )


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _day(printed: str | None) -> str:
    """`12/5/24` and `December 20, 2023` as ISO; empty where no day is printed."""
    if not printed:
        return ""
    if "/" in printed:
        month, day, year = (int(part) for part in printed.split("/"))
        year += 0 if year > 99 else 1900 if year > 60 else 2000
        return f"{year:04}-{month:02}-{day:02}"
    name, number, year_text = printed.replace(",", "").replace(".", "").split()
    return (
        f"{year_text}-{_MONTHS.index(name[:3].lower()) + 1:02}-{int(number):02}"
        if name[:3].lower() in _MONTHS
        else ""
    )
