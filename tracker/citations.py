"""Finds citations in running text, orders them, and writes them as a lawyer does in either language.

The canonical (English) forms are those of the unit paths: `15 CFR 744.23(a)(2)(i)`, `15 CFR 744`, `Supp. No. 4
to Part 744`, `3B001.c.1.a`, `90 FR 47201`, `E.O. 14320`, `Proclamation 10908`, `D:5`.

A section or part without a title belongs to the EAR (15 CFR) when its number is from 730 to 774, because BIS
writes it like that; any other stays `§ 1026.19`, for the caller to resolve. Federal Register document numbers
changed form several times (`94-16174`, `E9-12940`, `2025-19001`, `C1-2025-19001`): ambiguous forms are accepted
only after the words "FR Doc.".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal[
    "cfr",  # 15 CFR 744.23(a)(2)(i); a range: 15 CFR 744.2-744.4
    "cfr-part",  # 15 CFR 744; a range: 15 CFR 730-774
    "section",  # § 1026.19(a): the title is not given
    "supplement",  # Supp. No. 4 to Part 744
    "eccn",  # 3B001.c.1.a
    "eccn-family",  # 9x515
    "hts",  # 9903.01.25
    "executive-order",  # E.O. 14320
    "proclamation",  # Proclamation 10908
    "fr",  # 90 FR 47201
    "document-number",  # 2025-19001
    "docket",  # BIS-2025-0001
    "rin",  # 0694-AJ87
    "country-group",  # D:5
]

EAR_PARTS = range(730, 775)


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation and its location: `text[start:end]` are the words of the citation.

    In a list (`§§ 740.5 and 746.1`) each member is found separately, at its own place; a range is one citation.
    Supplements named together (`Supplement Nos. 1 and 2 to part 734`) share one place.
    """

    kind: Kind
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CfrCitation:
    """A place in the Code of Federal Regulations. `section` is empty for a whole part; `levels`
    are the designators without brackets: `("a", "2", "i")`."""

    title: int
    part: str
    section: str = ""
    levels: tuple[str, ...] = ()


# --- finding

_LEVELS = r"(?:\((?:[a-z]{1,5}|[A-Z]{1,5}|\d{1,3})\))"
_SECTION = rf"\d{{1,4}}\.\d{{1,5}}[a-z]?(?:[-–]\d{{1,3}}[a-z]?(?![\d.]))?(?:[ ]?{_LEVELS}(?:[ ]?{_LEVELS})*)?"
_DASH = r"[-‑–—]"
_YEAR = r"(?:19|20)\d\d"

# The first character is one set, so that the engine skips to it; the word boundary is looked at
# next, and each branch then looks back at that one character. That keeps a text without citations
# near the speed of a plain scan.
_PATTERN = re.compile(
    rf"""[0-9A-Z§seps](?<![\w.].)(?:
    (?<=[0-9])(?:
        (?P<eccn>(?<=[0-9])[A-E]\d{{3}}(?:\.(?:[a-z]|\d{{1,2}})(?![a-z0-9]))*)(?![\w])
      | (?P<family>(?<=[0-9])[xX](?:\d{{3}}|5zz|9zz))\b
      | (?P<fr>\d{{0,2}}\s(?:FR|F\.R\.|Fed\.\s?Reg\.)\s(?:\d{{1,3}},\d{{3}}|\d{{1,6}})\b)
      | (?P<cfr>\d?\s(?:CFR|C\.F\.R\.)\s(?:[Pp]arts?\s|§{{1,2}}\s?|[Ss]ections?\s)?(?:{_SECTION}|\d{{1,4}}\b))
      | (?P<rin>\d{{3}}{_DASH}[A-Z]{{2}}\d{{2}})\b
      | (?P<hts>\d{{3}}\.\d{{2}}(?:\.\d{{2}}(?:\.?\d{{2}})?|\.\d{{4}})?)(?![\d.]?\d)
      | (?P<number>\d{{3}}{_DASH}\d{{5}})(?![\d]|{_DASH}\d)
      | (?P<bisdocket>\d{{5}}{_DASH}\d{{4}})(?![\d]|{_DASH}\d)
    )
  | (?<=§)(?P<sections>§?\s?(?:{_SECTION}))
  | (?<=[Ss])(?:
        (?P<sectionword>ections?\s(?:{_SECTION}))
      | (?P<supplement>upp(?:lements?|\.)\s[Nn]os?\.?\s?\d{{1,2}}(?:(?:,|\sand|,\sand|\sor|\sthrough)\s(?:\d{{1,2}}))*
            \s(?:to|of)\s[Pp]art\s\d{{3,4}})\b
    )
  | (?<=[Pp])(?:
        (?P<parts>arts?\s\d{{3}}\b(?!\.\d))
      | (?P<proclamation>roc(?:lamations?|\.)\s(?:[Nn]os?\.\s?)?\d{{4,5}})\b
    )
  | (?<=[Ee])(?:
        (?P<order>(?:\.\s?O\.s?|O|xec(?:utive|\.)\s[Oo]rders?|XECUTIVE\sORDERS?)\s?(?:\(E\.?O\.?\)\s?)?(?:[Nn]os?\.\s?)?\d{{4,5}})\b
    )
  | (?<=F)(?P<frdoc>R\sDoc\.?\s?(?:[Nn]os?\.?\s)?(?:[A-Z]\d{{0,2}}{_DASH})?\d{{2,4}}{_DASH}\d{{1,6}})\b
  | (?<=[A-Z])(?:
        (?P<oldnumber>\d{_DASH}(?:{_YEAR}{_DASH}\d{{4,5}}|\d{{4,5}}))(?![\d]|{_DASH}\d)
      | (?P<docket>[A-Z]{{1,5}}(?:-[A-Z]{{2,6}}){{0,2}}{_DASH}{_YEAR}{_DASH}\d{{4}})(?!\d)
      | (?P<group>(?<=[ABDE]):[1-6])(?![\w:])
      | (?P<groupword>ountry\s[Gg]roups?\s[A-E])\b(?!:)
    )
    )""",
    re.VERBOSE,
)

_NEXT = re.compile(r"(?P<gap>,\s(?:and|or|through|to)\s|,\s|\s(?:and|or|through|to)\s|–|-)")
_RANGE = re.compile(r"through|to|–|-")
_NEXT_SECTION = re.compile(rf"(?:§{{1,2}}\s?)?(?P<number>{_SECTION})(?![\d])")
_NEXT_PART = re.compile(r"(?P<number>\d{3,4})\b(?!\.\d|,\d|[-–]\d)")
_NEXT_LEVELS = re.compile(rf"(?P<levels>{_LEVELS}+)")
_NEXT_ORDER = re.compile(r"(?P<number>\d{4,5})\b(?!,\d|[-–.]\d)")
_NEXT_ITEM = re.compile(r"\.(?P<item>[a-z](?:\.(?:[a-z]|\d{1,2})(?![a-z0-9]))*)(?!\w)")
_NUMBER = re.compile(r"\d+")
_HTS_WORD = re.compile(r"heading|HTS|Harmonized Tariff", re.IGNORECASE)


def find_citations(text: str) -> list[Citation]:
    """Return every citation in `text`, in reading order, none inside another. Shapes: see `Kind`."""
    found: list[Citation] = []
    end = 0
    for match in _PATTERN.finditer(text):
        if match.start() < end:
            continue
        for hit in _READERS[match.lastgroup or ""](text, match):
            found.append(hit)
            end = hit.end
    return found


def citation_values(text: str, *kinds: Kind) -> list[str]:
    """Return the distinct values of some kinds in `text`, in the order of their first appearance."""
    return list(dict.fromkeys(hit.value for hit in _citations_of(text) if hit.kind in kinds))


@lru_cache(maxsize=16)
def _citations_of(text: str) -> tuple[Citation, ...]:
    """The citations of the sentences that were read last: an act asks for one kind after the other."""
    return tuple(find_citations(text))


def _one(kind: Kind, value: str, match: re.Match[str]) -> Iterator[Citation]:
    yield Citation(kind, value, match.start(), match.end())


def _dashes(text: str) -> str:
    return re.sub(_DASH, "-", text)


def _following(text: str, end: int, member: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the members of a list after its first: what joins each to the last, and its match."""
    while (gap := _NEXT.match(text, end)) and (match := member.match(text, gap.end())):
        yield gap["gap"], match
        end = match.end()


def _read_section(text: str, match: re.Match[str], title: str) -> Iterator[Citation]:
    """Return a section and the members of its list: further sections, or paragraphs of the same."""
    begin = _NUMBER.search(text, match.start() + len(title))
    assert begin is not None
    number, levels = _split(text[begin.start() : match.end()])
    hits = [_cfr(title, number, levels, match.start(), match.end())]
    while gap := _NEXT.match(text, hits[-1].end):
        if following := _NEXT_SECTION.match(text, gap.end()):
            first, number_only = number, not levels
            number, levels = _split(following["number"])
            if _RANGE.search(gap["gap"]) and number_only:
                hits.append(_cfr(title, first, (), hits.pop().start, following.end(), last=number))
                continue
        elif levels and (following := _NEXT_LEVELS.match(text, gap.end())):
            levels = next_designators(levels, _levels(following["levels"]))
        else:
            break
        hits.append(_cfr(title, number, levels, following.start(), following.end()))
    yield from hits


def _split(place: str) -> tuple[str, tuple[str, ...]]:
    number, _, levels = place.partition("(")
    return number.strip().replace("–", "-"), _levels(f"({levels}") if levels else ()


def _cfr(
    title: str, number: str, levels: tuple[str, ...], start: int, end: int, *, last: str = ""
) -> Citation:
    part = int(number.partition(".")[0])
    tail = "".join(f"({level})" for level in levels) + (f"-{last}" if last else "")
    if not title and part in EAR_PARTS:
        title = "15"
    if title:
        return Citation("cfr", f"{title} CFR {number}{tail}", start, end)
    return Citation("section", f"§ {number}{tail}", start, end)


def _levels(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\(([^)]*)\)", text))


def next_designators(levels: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Return the next designators: `(a)(1)` followed by "and (2)" is `(a)(2)`; by "and (b)" it is `(b)`: a
    member of a list replaces the deepest designator of its own sort. Several of the sorts of the first levels
    replace all: `(b)(1)(vii)` followed by "and (c)(1)" is `(c)(1)`.
    """
    if len(more) > 1 and [_sort(one) for one in more] == [_sort(one) for one in levels[: len(more)]]:
        return more
    sort = _sort(more[0])
    for depth in range(len(levels) - 1, -1, -1):
        if _sort(levels[depth]) == sort:
            return (*levels[:depth], *more)
    return more


def _sort(level: str) -> str:
    return "1" if level.isdigit() else "A" if level.isupper() else "a"


def _read_cfr(text: str, match: re.Match[str]) -> Iterator[Citation]:
    title, _, rest = match.group().partition("C")
    title = title.strip()
    numbers = _NUMBER.findall(rest)
    if "." in rest.replace("C.F.R.", "").replace(".F.R.", ""):
        yield from _read_section(text, match, title)
    else:
        yield from _read_list(text, match, f"{title} CFR ", numbers[-1], "cfr-part", _NEXT_PART)


def _read_list(
    text: str, match: re.Match[str], prefix: str, number: str, kind: Kind, member: re.Pattern[str]
) -> Iterator[Citation]:
    hits = [Citation(kind, prefix + number, match.start(), match.end())]
    for gap, following in _following(text, match.end(), member):
        last = following["number"]
        if _RANGE.search(gap) and int(last) > int(number):
            hits.append(Citation(kind, f"{prefix}{number}-{last}", hits.pop().start, following.end()))
        else:
            hits.append(Citation(kind, prefix + last, following.start(), following.end()))
        number = last
    yield from hits


def _read_bare_section(text: str, match: re.Match[str]) -> Iterator[Citation]:
    return _read_section(text, match, "")


def _read_parts(text: str, match: re.Match[str]) -> Iterator[Citation]:
    number = _NUMBER.findall(match.group())[-1]
    if int(number) in EAR_PARTS:
        yield from _read_list(text, match, "15 CFR ", number, "cfr-part", _NEXT_PART)


def _read_supplement(_: str, match: re.Match[str]) -> Iterator[Citation]:
    *numbers, part = _NUMBER.finditer(match.group())
    names = [int(number.group()) for number in numbers]
    if len(names) == 2 and "through" in match.group():
        names = list(range(names[0], names[1] + 1))
    for name in names:
        yield Citation("supplement", f"Supp. No. {name} to Part {part.group()}", match.start(), match.end())


def _read_eccn(text: str, match: re.Match[str]) -> Iterator[Citation]:
    value = match.group()
    yield Citation("eccn", value, match.start(), match.end())
    for _, following in _following(text, match.end(), _NEXT_ITEM):
        yield Citation("eccn", f"{value[:5]}.{following['item']}", following.start(), following.end())


def _read_hts(text: str, match: re.Match[str]) -> Iterator[Citation]:
    code = match.group()
    # Four digits, a point and two more may also be a section of the CFR: words must decide.
    if len(code) > 7 or _HTS_WORD.search(text, max(0, match.start() - 160), match.start()):
        yield from _one("hts", code, match)


def _read_order(text: str, match: re.Match[str]) -> Iterator[Citation]:
    number = _NUMBER.findall(match.group())[-1]
    return _read_list(text, match, "E.O. ", number, "executive-order", _NEXT_ORDER)


def _read_proclamation(text: str, match: re.Match[str]) -> Iterator[Citation]:
    number = _NUMBER.findall(match.group())[-1]
    return _read_list(text, match, "Proclamation ", number, "proclamation", _NEXT_ORDER)


def _read_fr(_: str, match: re.Match[str]) -> Iterator[Citation]:
    numbers = _NUMBER.findall(match.group().replace(",", ""))
    return _one("fr", f"{numbers[0]} FR {numbers[-1]}", match)


def _read_group(_: str, match: re.Match[str]) -> Iterator[Citation]:
    return _one("country-group", match.group().split()[-1], match)


def _read_number(_: str, match: re.Match[str]) -> Iterator[Citation]:
    return _one("document-number", _dashes(match.group().split()[-1].removeprefix("Doc.")), match)


_READERS = {
    "eccn": _read_eccn,
    "family": lambda _, match: _one("eccn-family", match.group().replace("X", "x"), match),
    "fr": _read_fr,
    "cfr": _read_cfr,
    "rin": lambda _, match: _one("rin", _dashes(match.group()), match),
    "hts": _read_hts,
    "number": _read_number,
    "oldnumber": _read_number,
    "frdoc": _read_number,
    "bisdocket": lambda _, match: _one("docket", _dashes(match.group()), match),
    "docket": lambda _, match: _one("docket", _dashes(match.group()), match),
    "sections": _read_bare_section,
    "sectionword": _read_bare_section,
    "parts": _read_parts,
    "supplement": _read_supplement,
    "proclamation": _read_proclamation,
    "order": _read_order,
    "group": _read_group,
    "groupword": _read_group,
}


def find_docket(raw: str) -> str:
    """Return a docket id in its normal form: `ITA-ITA-2025-0070`, as the Federal Register once printed it, is
    `ITA-2025-0070` at regulations.gov; dashes are hyphens.
    """
    agency, _, rest = _dashes(raw.strip()).partition("-")
    return f"{agency}-{rest.removeprefix(f'{agency}-')}" if rest else agency


# --- order

# An unbounded run of digits would be searched again from each of its digits.
_CFR = re.compile(
    r"(?<!\d)(\d{1,3}) CFR (\d{1,6})(?:\.(\d+[a-z]?(?:-\d+[a-z]?(?![\d.]))?))?((?:\([A-Za-z0-9]+\))*)"
)
_WORD = re.compile(r"\d+|[^\W\d]+|[^\w\s]")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}

Key = tuple[tuple[int, int, str], ...]


def parse_cfr(path: str) -> CfrCitation | None:
    """Return the CFR place that a path begins with: `15 CFR 744.21(b)(2) › Note 1` gives that of (b)(2). None
    where there is none.
    """
    match = _CFR.match(path)
    if match is None:
        return None
    title, part, section, levels = match.groups()
    return CfrCitation(int(title), part, f"{part}.{section}" if section else "", _levels(levels))


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral (either case); None for anything else."""
    total = last = 0
    for letter in reversed(text.lower()):
        value = _ROMAN.get(letter)
        if value is None:
            return None
        total += value if value >= last else -value
        last = max(last, value)
    return total if total and to_roman(total) == text.lower() else None


def to_roman(number: int) -> str:
    """Return 1 to 3999 as a lower-case Roman numeral."""
    out = []
    for value, letters in (
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        count, number = divmod(number, value)
        out.append(letters * count)
    return "".join(out)


def sort_key(path: str) -> Key:
    """Return a key that orders paths as a book prints them: (2) before (10), (iv) before (ix), (z) before (aa),
    sections by number, a unit before its children.
    """
    place = parse_cfr(path)
    key: list[tuple[int, int, str]] = []
    rest = path
    if place is not None:
        match = _CFR.match(path)
        assert match is not None
        rest = path[match.end() :]
        key.append((0, place.title, ""))
        key.extend(_words(place.part))
        key.extend(_words(place.section.partition(".")[2]))
        for depth, level in enumerate(place.levels):
            key.append((3, _rank(level, depth), level))
    key.extend(_words(rest))
    return tuple(key)


def _rank(level: str, depth: int) -> int:
    if level.isdigit():
        return int(level)
    number = roman(level) if depth % 3 == 2 else None  # (a)(1)(i)(A)(1)(i)
    if number is not None:
        return number
    return len(level) * 100 + ord(level[0].lower()) - 96


# A longer number is not a count, and Python refuses to parse thousands of digits.
_DIGITS = 18


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    for word in _WORD.findall(text):
        if word == "¶":
            yield (1, 0, "")  # running text before what is designated
        elif word.isdecimal():
            yield (2, int(word[:_DIGITS]), "")
        else:
            yield (4 if word == "›" else 5, 0, word.casefold())


# --- Japanese

_JAPANESE_WORDS = (
    (re.compile(r"¶(\d+)"), r"第\1段落"),
    (re.compile(r"(?<=› )Authority\b"), "根拠法令"),
    (re.compile(r"(?<=› )Source\b"), "出典"),
    (re.compile(r"(?<=› )History\b"), "改正履歴"),
    (re.compile(r"(?<=› )Editorial Note\b"), "編集注"),
    (re.compile(r"(?<=› )Effective Date Note\b"), "施行日注記"),
    (re.compile(r"(?<=› )License Requirements\b"), "許可要件"),
    (re.compile(r"(?<=› )List Based License Exceptions\b"), "リストに基づく許可例外"),
    (re.compile(r"(?<=› )List of Items Controlled\b"), "規制品目リスト"),
    (re.compile(r"\b(?:Table) (\d+)"), r"表\1"),
    (re.compile(r"\b(?:Footnote) (\d+)"), r"脚注\1"),
    (re.compile(r"\b(?:Note) (\d+)"), r"注\1"),
    (re.compile(r"\binstruction (\d+)"), r"改正指示\1"),
)
_CFR_RANGE = re.compile(_CFR.pattern + r"(?:-(\d+(?:\.\d+)?))?")
_SUPPLEMENT = re.compile(r"Supp\. No\. (\d{1,3}) to Part (\d{1,6})")
_FR = re.compile(r"(?<!\d)(\d{1,3}) FR (\d{1,7})")
_ORDER = re.compile(r"E\.O\. (\d+)")
_PROCLAMATION = re.compile(r"Proclamation (\d+)")
_ECCN = re.compile(r"\d[A-E]\d{3}(?:\.[a-z0-9]+)*\Z")
_GROUP = re.compile(r"[A-E](?::\d)?\Z")


def format_japanese(path: str) -> str:
    """Return a path or citation as a Japanese lawyer writes it: `EAR第744.21条(b)(2)`, `EAR第744部補遺第4号 › JAPAN ›
    ...`, `連邦官報第90巻47201頁`, `大統領令第14320号`. Names of parties, countries and headings stay as printed: they are
    quotations.
    """
    if _ECCN.match(path):
        return f"ECCN {path}"
    if _GROUP.match(path):
        return f"カントリーグループ{path}"
    for pattern, word in _JAPANESE_WORDS:
        path = pattern.sub(word, path)
    path = _SUPPLEMENT.sub(lambda m: f"{_book(15, m[2])}第{m[2]}部補遺第{m[1]}号", path)
    path = _FR.sub(r"連邦官報第\1巻\2頁", path)
    path = _ORDER.sub(r"大統領令第\1号", path)
    path = _PROCLAMATION.sub(r"大統領布告第\1号", path)
    return _CFR_RANGE.sub(_japanese_cfr, path)


def _japanese_cfr(match: re.Match[str]) -> str:
    title, part, section, levels, last = match.groups()
    book = _book(int(title), part)
    place = f"{book}第{part}.{section}条{levels}" if section else f"{book}第{part}部"
    return f"{place}から第{last}{'条' if section else '部'}まで" if last else place


def _book(title: int, part: str) -> str:
    return "EAR" if title == 15 and int(part) in EAR_PARTS else f"連邦規則集第{title}編"
