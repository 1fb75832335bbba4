"""Citations of units in the form of the Bluebook, with the day and the hash of the text that was cited.

    15 C.F.R. § 744.11(a)(1)
    15 C.F.R. pt. 744, supp. no. 4 (Japan: Some Co., Ltd.)
    15 C.F.R. pt. 774, supp. no. 1 (ECCN 3B001.c.1)
    90 Fed. Reg. 47,201; Exec. Order No. 14,257; HTSUS 9903.01.25

What a path names below a section or supplement (a note, a country and its party, a heading of a page) is in parentheses.
"""

from __future__ import annotations

import re
from datetime import date

from tracker.citations import parse_cfr
from tracker.countries import countries_in
from tracker.sanitize import sanitize_line

_STEP = " › "
_CCL_ENTRY = re.compile(r"\d[A-E]\d{3}\Z")
_ITEM = re.compile(r"(?P<item>[a-z](?:\.[a-z0-9]+)*)\.?(?P<rest>.*)\Z")
_SUPPLEMENT = re.compile(r"Supp\. No\. (?P<number>\d+) to Part (?P<part>\d+)(?P<rest>.*)\Z", re.DOTALL)
_APPENDIX = re.compile(r"Appendix (?P<name>\w+)\b", re.IGNORECASE)
_SUBPART = re.compile(r"Subpart (?P<name>\w+)\Z", re.IGNORECASE)
_REGISTER = re.compile(r"(?P<volume>\d{1,3}) FR (?P<page>\d{1,7})\Z")
_ORDER = re.compile(r"E\.O\. (?P<number>\d{1,6})\Z")
_PROCLAMATION = re.compile(r"Proclamation (?P<number>\d{1,6})\Z")
_ORDINAL = re.compile(r" ?¶(\d+)")
_CFR = re.compile(r"\d{1,3} CFR \d[\w.-]*(?:\([A-Za-z0-9]+\))*")
_ALONE = re.compile(r"\d[A-E]\d{3}(?:\.[a-z0-9]+)*\Z")
_TARIFF = re.compile(r"\d{4}(?:\.\d\d){0,4}(?= › |\Z)")
_TARIFF_NOTE = re.compile(r"Subchapter (?P<subchapter>[IVXL]+) › U\.S\. note (?P<note>.+)\Z")
_MONTHS = (
    "Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.",
)  # fmt: skip


def cite(path: str) -> str:
    """Return the citation of a unit path; a path outside the Code and the Register stays as it is."""
    path = sanitize_line(path)
    for pattern, form in ((_ORDER, "Exec. Order No. {}"), (_PROCLAMATION, "Proclamation No. {}")):
        if found := pattern.match(path):
            return form.format(_grouped(found["number"]))
    if found := _REGISTER.match(path):
        return f"{found['volume']} Fed. Reg. {_grouped(found['page'])}"
    if _TARIFF.match(path):
        number, *below = path.split(_STEP)
        return f"HTSUS {number}{_named(below)}"
    if found := _TARIFF_NOTE.match(path):
        return f"HTSUS ch. 99, subch. {found['subchapter']}, U.S. note {found['note']}"
    if _ALONE.match(path):
        return f"15 C.F.R. pt. 774, supp. no. 1 (ECCN {path})"
    first, *below = path.split(_STEP)
    if found := _SUPPLEMENT.match(first):
        base = f"15 C.F.R. pt. {found['part']}, supp. no. {found['number']}"
        return base + _named([*filter(None, [found["rest"].strip()]), *below])
    place = parse_cfr(first)
    head = _CFR.match(first)
    if place is None or head is None:
        return path
    rest = [*filter(None, [first[head.end() :].strip()]), *below]
    if place.section:
        levels = "".join(f"({level})" for level in place.levels)
        return f"{place.title} C.F.R. § {place.section}{levels}{_named(rest)}"
    base = f"{place.title} C.F.R. pt. {place.part}"
    for pattern, word in ((_SUBPART, "subpt."), (_APPENDIX, "app.")):
        if rest and (part := pattern.match(rest[0])):
            return f"{base}, {word} {part['name']}{_named(rest[1:])}"
    return base + _named(rest)


def cite_version(path: str, day: date | None, sha256: str = "", address: str = "") -> str:
    """Return the citation with what proves the words that were read: the day of the text, the SHA-256 of its bytes, and the
    address of the page where the path is no citation by itself."""
    cited = cite(path)
    known = [f"as of {day_words(day)}"] if day else []
    if sha256:
        known.append(f"SHA-256 {sha256}")
    proof = f" ({'; '.join(known)})" if known else ""
    return f"{cited}, {address}{proof}" if address and cited == sanitize_line(path) else cited + proof


def day_words(day: date) -> str:
    """Return a day with the months of the Bluebook: `Sept. 30, 2025`."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _named(steps: list[str]) -> str:
    """Return what a path names below its section or supplement, in parentheses."""
    if not steps:
        return ""
    names = [_ORDINAL.sub(r" ¶ \1", step).strip() for step in steps]
    if _CCL_ENTRY.match(names[0]):
        entry, *names = names
        found = _ITEM.fullmatch(names[0]) if names else None
        if found and found["item"] == names[0].rstrip("."):
            entry = f"{entry}.{found['item']}"
            names = names[1:]
        names = [f"ECCN {entry}", *names]
    elif names[0].isupper() and len(found_countries := countries_in(names[0])) == 1:
        names[0] = found_countries[0].en.removeprefix("the ")
    return f" ({': '.join(names)})"


def _grouped(number: str) -> str:
    """Return a number as the Bluebook prints it: a comma from five digits on."""
    return f"{int(number):,}" if len(number) > 4 else number
