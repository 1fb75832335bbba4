"""Short names of ECCNs, and of parts, sections, paragraphs and supplements of the CFR."""

from __future__ import annotations

import re

from tracker.citations import format_japanese, parse_cfr
from tracker.countries import countries_in
from tracker.model import Language
from tracker.terms.table import tables

_STEP = " › "
_ECCN = re.compile(r"(?P<base>[0-9][A-E][0-9]{3})(?P<item>(?:\.[a-z0-9]+)*)\b")
_WHOLE_ECCN = re.compile(rf"(?:ECCN\s+)?{_ECCN.pattern}\Z")
_SUPPLEMENT = re.compile(
    r"Supp(?:lement|\.)?\s+No\.\s*(?P<number>\d+)\s+to\s+Part\s+(?P<part>\d{3})", re.IGNORECASE
)
_SECTION = re.compile(
    r"(?:§{1,2}\s*)?(?P<section>\d{3}\.\d{1,3})(?P<levels>(?:\([A-Za-z0-9]{1,5}\))*)(?![\d.])"
)
_PART = re.compile(r"(?:15 CFR |Part )(?P<part>\d{3})(?![\d.])", re.IGNORECASE)
_LISTS = frozenset(
    {
        "Supp. No. 4 to Part 744",
        "Supp. No. 6 to Part 744",
        "Supp. No. 7 to Part 744",
        "Supp. No. 7 to Part 748",
    }
)
_CCL = "Supp. No. 1 to Part 774"


def eccn_name(eccn: str, language: Language = "ja") -> str:
    """What an ECCN covers, in a few words; that of the entry for an item such as `3B001.c.1`. In English, and for an
    entry without a name of its own, what its category and group cover. Empty where it is no ECCN."""
    found = _WHOLE_ECCN.match(eccn.strip())
    if found is None:
        return ""
    base = found["base"]
    data = tables("ccl_names")
    if language == "ja" and base in data["names"]:
        return data["names"][base][0]
    column = 0 if language == "ja" else 1
    category, group = data["categories"].get(base[0]), data["groups"][base[1]]
    if category is None:
        return ""
    if language == "ja":
        return f"{category[column]}の{group[column]}"
    return f"{category[column].lower()}: {group[column]}"


def eccn_label(eccn: str, language: Language) -> str:
    """`ECCN 3B001(半導体製造装置)`; in English `ECCN 3B001 (electronics: test, inspection, and production equipment)`."""
    code = eccn.strip().removeprefix("ECCN ")
    name = eccn_name(code, language)
    if not name:
        return f"ECCN {code}"
    return f"ECCN {code}({name})" if language == "ja" else f"ECCN {code} ({name})"


def section_name(path: str, language: Language = "ja") -> str:
    """What the place of a citation path is about, by its nearest named paragraph, section, supplement or part; empty
    where none is named. `15 CFR 744.21(b)(2)`, `§ 744.21` and `Supp. No. 4 to Part 744 › JAPAN` are understood."""
    data = tables("ear_names")
    column = 0 if language == "ja" else 1
    if found := _SUPPLEMENT.match(path):
        names = data["supplements"].get(f"Supp. No. {found['number']} to Part {found['part']}")
        return names[column] if names else ""
    place = parse_cfr(path)
    if place is not None:
        title, section, levels, part = str(place.title), place.section, place.levels, place.part
    elif found := _SECTION.match(path):
        title, section, part = "15", found["section"], found["section"][:3]
        levels = tuple(re.findall(r"\(([^)]+)\)", found["levels"]))
    elif found := _PART.match(path):
        title, section, part, levels = "15", "", found["part"], ()
    else:
        return ""
    stem = f"{title} CFR {section}"
    for length in range(len(levels), 0, -1):
        key = stem + "".join(f"({level})" for level in levels[:length])
        if key in data["paragraphs"]:
            return data["paragraphs"][key][column]
    if section:
        names = data["sections"].get(stem)
        return names[column] if names else ""
    names = data["parts"].get(f"{title} CFR {part}")
    return names[column] if names else ""


def is_party_list(path: str) -> bool:
    """Return whether a path is that of a supplement whose rows are parties under their countries."""
    return path in tables("ear_names")["list_columns_en"]


def list_columns(path: str, language: Language) -> tuple[str, ...]:
    """Return the heads of such a supplement, the country first; empty for any other path."""
    return tables("ear_names")[f"list_columns_{language}"].get(path, ())


def place_label(path: str, language: Language) -> str:
    """A unit as a headline names it: `EAR第744.21条(b)(2)(軍事最終用途・軍事最終使用者規制)`,
    `ECCN 3B001.c.1(半導体製造装置)`, `エンティティー・リスト:Some Co., Ltd.(中国)`."""
    first, *rest = path.split(_STEP)
    supplement = _SUPPLEMENT.match(first)
    standard = f"Supp. No. {supplement['number']} to Part {supplement['part']}" if supplement else ""
    code = (
        _item(rest if standard == _CCL else [first]) if standard == _CCL or _WHOLE_ECCN.match(first) else ""
    )
    if code:
        return eccn_label(code, language)
    if standard in _LISTS and rest:
        return _row(section_name(first, language), rest, language)
    name = section_name(first, language)
    place = _citation(first, language)
    if not name or name == place:
        return place
    if language == "en":
        return f"{place} ({name})"
    return f"{name[:-1]}、{place})" if name.endswith(")") else f"{place}({name})"


def _citation(path: str, language: Language) -> str:
    if parse_cfr(path) is None and (found := _SECTION.match(path)):
        path = f"15 CFR {path[found.start('section') :]}"
    elif found := _PART.match(path):
        path = f"15 CFR {found['part']}"
    return format_japanese(path) if language == "ja" else path


def _item(steps: list[str]) -> str:
    """The ECCN that the steps of a path below the list name, with its item: `3B001`, `c.1.a` give `3B001.c.1.a`."""
    for number, step in enumerate(steps):
        if found := _WHOLE_ECCN.match(step):
            below = steps[number + 1] if len(steps) > number + 1 else ""
            item = below.rstrip(".") if re.fullmatch(r"[a-z](?:\.[a-z0-9]+)*\.?", below) else ""
            code = found["base"] + found["item"]
            return f"{code}.{item}" if item else code
    return ""


def _row(name: str, steps: list[str], language: Language) -> str:
    country = countries_in(steps[0])
    party = steps[1] if len(steps) > 1 else ""
    where = country[0].name(language).removeprefix("the ") if country else ""
    mark = ":" if language == "ja" else ": "
    if not party:
        return name + mark + (where or steps[0])
    if not where:
        return name + mark + party
    return f"{name}{mark}{party}({where})" if language == "ja" else f"{name}{mark}{party} ({where})"
