"""Prepares the words of an instruction: takes out its number, its days, references to earlier rules, and set
phrases, so that what it orders is left. What is taken out becomes spaces: positions stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tracker.amendments.actions import Order

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
DAY = rf"(?:{_MONTH}\s+\d{{1,2}},\s+\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}})"
NUMBER = re.compile(
    r"[\s■▪•]*(?:0\s+)?(?P<number>\d{1,3}|[a-z]{1,2}|[ivx]{1,5}|[A-Z]{1,2})\.(?=[\s\x01\x02]|[A-Z]|\d{1,3}\()\s*"
)
_PAGE = re.compile(r"\(\s?printed page \d+\s?\)|\[\[Page \d+\]\]")
_EFFECTIVE = re.compile(
    rf"(?:^|,\s*)effective\s+(?:on\s+)?(?P<from>{DAY})(?:,?\s+(?:through|until|to)\s+(?P<to>{DAY}))?,?",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    rf",?\s?(?:(?:from|beginning(?:\s+on)?|effective)\s+(?P<from>{DAY}),?\s+)?(?P<how>until|through|to)\s+(?P<to>{DAY}|further\s+notice)|,?\s?\bindefinitely\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    rf",?\s?\(?\bas\s+(?:(?:further|newly|last|most\s+recently)\s+)*(?:amended|added|revised|republished|redesignated|published|corrected)\b"
    rf"(?:[\s,;()\x01\x02]+|\b(?:by|in|at|on|the|an?|final|interim|rules?|document|published|effective|and|further|amended|Federal|Register|FR|pages?)\b|{_MONTH}|\d[\d,]*)*",
    re.IGNORECASE,
)
_CITED = re.compile(r"\d{1,3}\s+FR\s+\d{1,6}")
_FOLLOWS = re.compile(
    r"(?:,?\s?(?:(?:so\s+as\s+|both\s+|all\s+)?to\s+read(?:\s+(?:as\s+)?(?:follows|set\s+forth\s+(?:above|below)))?|as\s+follows|as\s+set\s+forth\s+below|reads?\s+as\s+follows))\s*[:.]?[\s\x01\x02]*$",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"[.;:]?\s?\bThe\s+(?:(?:revis|addit|amend|republic|correct|text|redesignat|remov|new|introductory)\w*|and|,|\s)+(?:reads?|is|are)\s+(?:set\s+forth\s+)?(?:as\s+follows|below)\s*[:.]?[\s\x01\x02]*$",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r",?\s?\b(?P<adverb>alphabetical|numerical)ly\b,?|,?\s?\b(?:by|in)\s+(?:the\s+)?(?:appropriate\s+|proper\s+|correct\s+)?(?P<order>alphabetical|numerical|alpha-?numerical|alpha-?numeric|alphabetic|numeric)\s+(?:order|sequence)\b,?",
    re.IGNORECASE,
)
_ORDERS = {"alphabetic": Order.ALPHABETICAL, "numeric": Order.NUMERICAL, "alphanumeric": Order.ALPHANUMERICAL}
_FILLERS = re.compile(
    r"\bto\s+chapter\s+[IVXLC]+\s+(?:in|of)\s+title\s+\d{1,2}(?:\s+of\s+the\s+Code\s+of\s+Federal\s+Regulations)?|\b(?:hereby|respectively)\b|,?\s?\bunder\s+(?:that|the|this)\s+subheading\b(?=\s+(?:is|are)\b)|,?\s?\b(?:under\s+)?the\s+heading\s+set\s+forth\s+(?:above|below)|\((?:the\s+)?(?:Commerce\s+Control\s+List|Entity\s+List|CCL)\)|,?\s?under\s+the\s+heading\s+set\s+forth\s+above",
    re.IGNORECASE,
)
_ISSUANCE = re.compile(
    r"(?:For\s+the\s+reasons|Accordingly|In\s+consideration|Under\s+the\s+authority)\b[^“”]{0,500}?\b(?=(?:adds|amends|revises|removes)\s)"
)
_UNDATED = re.compile(r"(?:Effective\s+date\s+)?(?:Delayed|Stayed)\s+indefinitely,", re.IGNORECASE)
_QUOTED = re.compile(r"“[^“”]*[“”]?|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class InstructionWords:
    """What an instruction orders. `orders` are the places in `body` where it says in which order to add."""

    marker: str
    body: str
    sets_out: bool = False  # "to read as follows"
    amended_at: tuple[str, ...] = ()
    effective: date | None = None
    until: date | None = None
    orders: tuple[tuple[int, Order], ...] = ()
    is_undated: bool = False  # "Delayed indefinitely"


def prepare(text: str) -> InstructionWords:
    """Return the wording of an instruction, from its words with italics between \\x01 and \\x02."""
    text = " ".join(_PAGE.sub(" ", text).split())
    marker = NUMBER.match(text)
    body = text[marker.end() :] if marker else text.lstrip(" ■▪•")
    quotes = [match.span() for match in _QUOTED.finditer(body)]
    if match := _ISSUANCE.match(body):
        body = _blank(body, match)
    undated = _UNDATED.match(body)
    if undated:
        body = _blank(body, undated)
    effective = until = None
    cited: list[str] = []
    orders: list[tuple[int, Order]] = []
    sets_out = False
    for match in _outside(_EARLIER, body, quotes):
        if not any(letter.isdigit() for letter in match[0]):
            continue
        cited += _CITED.findall(match[0]) or [" ".join(match[0].strip(" ,;()").split())]
        ends = body[: match.start()].rstrip(" \x01\x02").endswith(",")
        body = _blank(body, match, keep="" if ends else ",")
    for match in _outside(_EFFECTIVE, body, quotes):
        effective, until = read_day(match["from"]), read_day(match["to"] or "")
        body = _blank(body, match)
    for pattern in (_ANNOUNCED, _FOLLOWS):
        for match in _outside(pattern, body, quotes):
            sets_out = True
            body = _blank(body, match)
    for match in _outside(_ORDER, body, quotes):
        name = (match["order"] or match["adverb"]).lower().replace("-", "").removesuffix("al")
        orders.append((match.start(), _ORDERS.get(name, Order.ALPHABETICAL)))
        body = _blank(body, match)
    for match in _outside(_FILLERS, body, quotes):
        body = _blank(body, match)
    return InstructionWords(
        marker["number"] if marker else "",
        body,
        sets_out,
        tuple(dict.fromkeys(cited)),
        effective,
        until,
        tuple(orders),
        undated is not None,
    )


def _outside(pattern: re.Pattern[str], body: str, quotes: list[tuple[int, int]]) -> list[re.Match[str]]:
    return [
        match
        for match in pattern.finditer(body)
        if not any(start < match.end() and match.start() < end for start, end in quotes)
    ]


def _blank(body: str, match: re.Match[str], keep: str = "") -> str:
    return (
        f"{body[: match.start()]}{keep}{' ' * (match.end() - match.start() - len(keep))}{body[match.end() :]}"
    )


def period(words: str) -> tuple[date | None, date | None, int] | None:
    """Return from when, until when, and how many characters say so: "from DAY until DAY", "indefinitely"."""
    match = _PERIOD.match(words)
    if match is None:
        return None
    return read_day(match["from"] or ""), read_day(match["to"] or ""), match.end()


def read_day(text: str) -> date | None:
    """Return the day of "November 25, 2024" or "11/25/2024"; None for anything else."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip())
    if found:
        return _date(int(found[3]), int(found[1]), int(found[2]))
    found = re.fullmatch(r"([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),\s+(\d{4})", text.strip())
    if found is None:
        return None
    month = next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(found[1].lower())), 0)
    return _date(int(found[3]), month, int(found[2]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
