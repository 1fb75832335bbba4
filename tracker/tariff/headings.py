"""Reads the words of a heading of chapter 99: whose goods it is about, from when until when, which headings it
excepts, which notes and subheadings say which goods. What is not read stays in `rest`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from tracker.countries import countries_in
from tracker.text import fold_space

# General note 3(b) names the countries whose goods pay the rates of column 2.
COLUMN_2 = ("belarus", "cuba", "north-korea", "russia")
_ANY = re.compile(r"\b(?:of|from) (?:any|all|every) countr(?:y|ies)\b", re.IGNORECASE)
_WORD = r"[A-Z][\w.'’-]*"
_NAME = rf"(?:the )?{_WORD}(?: (?:(?:of|and) (?:the )?)?{_WORD})*"
_NAMES = rf"(?P<names>{_NAME}(?:(?:,? (?:and|or) |, ){_NAME})*)"
# The clause that names the origin: `the product of X`, `products of X or Y`.
_ORIGIN = re.compile(
    rf"\b(?:(?:(?i:that (?:are|is) ))?(?i:the )?(?i:products? of)|(?i:originating in))\s+{_NAMES}"
)
_OF_COUNTRY = re.compile(rf",? of {_NAMES}")
_HEADING = r"99\d{2}\.\d{2}\.\d{2}"
_TO = r"(?:–|—|-|‑|\xad|through|to)"
_RANGE = re.compile(rf"({_HEADING})(?:\s*{_TO}\s*({_HEADING}))?")
_EXCEPT = re.compile(
    rf"\b(?:except|other than)\b(?:[\s,;]|{_HEADING}|–|—|-|\xad|\b(?:for|as|products?|goods|articles|those|described|provided|specified|"
    rf"in|under|headings?|subheadings?|and|or|through|to|the|with respect to|classified|entered|of|this|subchapter|by)\b)*{_HEADING}",
    re.IGNORECASE,
)
# An exception for goods that were on their way: a fact of the entry, with days of its own.
_EXCEPT_TRANSIT = re.compile(
    r"\bexcept for (?:goods|products|articles) loaded onto .*?\b\d{4}\b(?:,? and (?:are |were )?entered .*?\b\d{4}\b)?,?",
    re.IGNORECASE,
)
_COLUMN_2 = re.compile(r"\b(?:of|from) any countr(?:y|ies) identified in general note 3\(b\)", re.IGNORECASE)
_GENERAL_NOTE = re.compile(r"\bgeneral notes? \d{1,2}(?:\([a-z]{1,4}\))*", re.IGNORECASE)
_LABELS = r"(?:\((?:[a-z]{1,5}|[A-Z]{1,4}|\d{1,3})\)\s?)+"
_NOTE = re.compile(
    rf"(?:subdivisions? (?P<labels>{_LABELS})(?P<more>(?:\s*(?:,|and|or|through|to|–|—|-|\xad)+\s*(?:subdivisions? )?{_LABELS})*)\s*(?:of|to)\s+)?"
    rf"(?:U\.\s?S\. )?\bnotes? (?P<note>\d{{1,3}})(?P<own>{_LABELS})?(?: (?:of|to) this sub-?\s?chapter)?",
    re.IGNORECASE,
)
_GOODS = re.compile(r"(?<![\d.])\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2,4})?)?)?(?![\d.]*\d)")
_GOODS_LIST = re.compile(
    r"\b(?:sub)?headings? (?:\d{4}[\d.]*(?:,? (?:and|or|through|to) |, )?)+", re.IGNORECASE
)
_ENDED = re.compile(
    r"\[?Compiler[’']s note:[^\]]*\b(?:terminated|suspended|expired|deleted|no longer in effect)\b",
    re.IGNORECASE,
)
_CLOSE = re.compile(r"expired at the close of (?P<day>[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})", re.IGNORECASE)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = re.compile(rf"\b((?:{_MONTHS}) \d{{1,2}}, \d{{4}})")
_FROM = re.compile(
    r"\b(?:on or after|beginning (?:on )?|effective (?:on )?|after)\W[^,;()]{0,60}$", re.IGNORECASE
)
_BEFORE = re.compile(r"\b(?:before|prior to)\W[^,;()]{0,60}$", re.IGNORECASE)
_THROUGH = re.compile(r"\b(?:through|on or before|until|no later than)\W[^,;()]{0,60}$", re.IGNORECASE)
_TRANSIT = re.compile(
    r"\(?1?\)?\s*(?:were )?loaded onto .*?(?:;? and (?:\(?2\)?|are entered)|; |$)|in transit\b[^;]*?before [^;]*?\d{4}",
    re.IGNORECASE,
)
_COLUMN_1 = re.compile(
    r"with an ad valorem\b.*?rate of duty under column ?1\S*(?: or column ?1\S*)? "
    r"(?P<how>equal to or greater than|at least|less than|greater than) (?P<rate>\d+(?:\.\d+)?)(?: percent|%)"
    r"(?: as provided for in subdivisions? (?:\([a-z]{1,4}\))+ of (?:U\.\s?S\. )?note \d{1,3}(?: to this subchapter)?)?",
    re.IGNORECASE,
)
_ROMAN = (
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
    "xvi",
    "xvii",
    "xviii",
    "xix",
    "xx",
)
# What an entry is, not what its goods are called in the tariff: the importer knows it and declares the heading.
_ENTRY = re.compile(
    r"\bdonations?\b|\binformational materials\b|\bpersonal use\b|\baccompanied baggage\b|\bloaded onto\b|\bin transit\b|"
    r"\bentered free of duty (?:as )?under\b|\bU\.S\. content\b|\btemporary importation bond\b|"
    r"\bdetermined by U\.S\. Customs and Border Protection to have been\b",
    re.IGNORECASE,
)
# The same in the words of a note: what the importer certifies, or an agency approves for this importer.
_ENTRY_OF_NOTE = re.compile(
    r"\bcertified by the importer\b|\bupon approval (?:from|of|by) the Secretary\b|\bcriteria of general note 6\b|\bonly products that are "
    r"donations\b|\bentered free of duty (?:as )?under\b|\bsubject to an import adjustment offset\b",
    re.IGNORECASE,
)
_CHAPTERS = re.compile(
    r"\b(?:provided for|classifiable|classified) in (?:HTSUS )?chapters? (?P<list>\d{1,2}(?:(?:,? (?:and|or) |, )\d{1,2})*)\b",
    re.IGNORECASE,
)
_BUT_NOT = re.compile(
    r"\bexcept for (?:articles|products|goods) (?:provided for|classifiable|classified) in chapters? \d[^;:]*?,(?= [a-z])",
    re.IGNORECASE,
)
_THIS_NOTE = re.compile(r"\b(?:this|the) note\b", re.IGNORECASE)
_GENERAL = re.compile(
    r"(?:articles?|products?|goods|all|any|the|imported|merchandise|a|which|that|are|is|of|as|provided|for|in|to|this|subchapter|and|or|"
    r"classified|classifiable|described|enumerated|specified|subheadings?|headings?|provisions?|effective|with|respect|entries|on|"
    r"after|before|under|entered|consumption|withdrawn|from|warehouse|eastern|standard|daylight|time|m|by|those|covered|such|"
    r"certain|when|terms|country|countries|January|February|March|April|May|June|July|August|September|October|November|December)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NoteReference:
    """A note of subchapter III, or one of its subdivisions, that a heading refers to: `33`, `33(b)`."""

    place: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the words of a heading say. `of` are ids of places, `("all",)` for any country, empty where no origin is
    named; `other_origin`: the clause names a place that is not known here. `named` are all places in the words. `excepted` are the headings that it yields to. `notes` and `goods` are
    the notes and the HTS numbers that its goods are provided for in. `since` is its first day and `until` its last.
    `ended`: a compiler's note says that it ended. `is_entry_fact`: its goods are those of an entry that the importer
    declares so, such as donations. `unless`: an exception of such a kind in its own words. `but_not`: the chapters whose
    goods it does not cover. `rest` are words on goods that a number does not decide.
    """

    of: tuple[str, ...] = ()
    other_origin: bool = False
    named: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    notes: tuple[NoteReference, ...] = ()
    goods: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    ended: bool = False
    column_1: tuple[str, Decimal] | None = None
    is_entry_fact: bool = False
    unless: str = ""
    but_not: tuple[str, ...] = ()
    rest: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """Return the places of its notes: a whole note only where none of its subdivisions is named too."""
        places = tuple(dict.fromkeys(note.place for note in self.notes))
        return tuple(
            place
            for place in places
            if "(" in place or not any(other.startswith(f"{place}(") for other in places)
        )


def origins(words: str) -> tuple[str, ...]:
    """Return whose goods a heading is about: ids of places, `("all",)` for any country, empty where it names none."""
    if _ANY.search(words):
        return ("all",)
    names = [found["names"] for found in _ORIGIN.finditer(words)] or [
        found["names"] for found in _OF_COUNTRY.finditer(words)
    ]
    return tuple(dict.fromkeys(country.id for text in names for country in countries_in(text)))


def headings_in(text: str) -> tuple[str, ...]:
    """Return the headings of chapter 99 that a text names, each range by its last two digits."""
    found: list[str] = []
    for first, last in _RANGE.findall(text):
        found.append(first)
        if last and last[:7] == first[:7] and last > first:
            found += [f"{first[:8]}{number:02d}" for number in range(int(first[8:]) + 1, int(last[8:]) + 1)]
        elif last:
            found.append(last)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def read_heading(words: str) -> Heading:
    """Read the description of a heading of chapter 99."""
    text = fold_space(words)
    ended = _ENDED.search(text) is not None
    closed = _CLOSE.search(text)
    body = re.sub(r"\[Compiler[’']s note:[^\]]*\]?", " ", text)
    excepted = tuple(dict.fromkeys(one for found in _EXCEPT.finditer(body) for one in headings_in(found[0])))
    body = _EXCEPT.sub(" ", body)
    but_not = _BUT_NOT.search(body)
    body = _BUT_NOT.sub(" ", body)
    transit = _EXCEPT_TRANSIT.search(body)
    body = _EXCEPT_TRANSIT.sub(" ", body)
    of = COLUMN_2 if _COLUMN_2.search(body) else origins(body)
    body = _GENERAL_NOTE.sub(" ", body)
    named = tuple(country.id for country in countries_in(body))
    entry = _ENTRY.search(body) is not None
    since, until = _days(_TRANSIT.sub(" ", body))
    if closed and (day := _day_of(closed["day"].replace(".", ""))):
        until, ended = day, False
    column = _COLUMN_1.search(body)
    body = _COLUMN_1.sub(" ", body)
    notes = tuple(dict.fromkeys(_notes(body)))
    body = _NOTE.sub(" ", body)
    goods = tuple(dict.fromkeys(_goods(body)))
    return Heading(
        of=of,
        other_origin=any(found["names"][:1].isupper() for found in _ORIGIN.finditer(body)),
        named=named,
        excepted=excepted,
        notes=notes,
        goods=goods,
        since=since,
        until=until,
        ended=ended,
        column_1=(column["how"].lower(), Decimal(column["rate"])) if column else None,
        is_entry_fact=entry,
        unless=fold_space(transit[0]).strip(" ,") if transit else "",
        but_not=tuple(_goods(but_not[0])) if but_not else (),
        rest=_rest(body),
    )


def is_fact_of_note(text: str) -> bool:
    """Return whether words of a note are about what the importer certifies or was granted, not about goods."""
    return _ENTRY_OF_NOTE.search(text) is not None


def places_in(text: str, note: str) -> list[str]:
    """Return the places that words of a note refer to; `this note` is the one that they stand in."""
    own = _THIS_NOTE.sub(f"U.S. note {note}", text)
    own = re.sub(
        rf"(\bsubdivisions? {_LABELS}(?:(?:,|and|or|through|to|–|—|-|\xad|\s)+{_LABELS})*)(?!\s*(?:,|and|or|through|of|to|–|—|-|\xad|\())",
        rf"\1 of U.S. note {note} ",
        own,
    )
    return list(dict.fromkeys(one.place for one in _notes(own)))


def goods_in(text: str) -> tuple[str, ...]:
    """Return the HTS numbers and chapters that goods are provided for in, without those of chapters 98 and 99."""
    return tuple(dict.fromkeys(one for one in _goods(text) if not one.startswith("98")))


def days_in(text: str) -> tuple[date | None, date | None]:
    """Return the first and the last day that words name."""
    return _days(_TRANSIT.sub(" ", text))


def _rest(body: str) -> str:
    """Return the words that say which goods, without origin, days, numbers and words of any heading."""
    body = _ANY.sub(" ", body)
    body = _ORIGIN.sub(" ", body)
    body = _OF_COUNTRY.sub(" ", body)
    body = re.sub(
        r"\b(?:on or after|before|prior to|through|effective)?\s*(?:12:01 a\.m\. [a-z ]*time on )?", " ", body
    )
    body = _DAY.sub(" ", body)
    left = [word for word in re.findall(r"[A-Za-z][\w'-]*", body) if not _GENERAL.fullmatch(word)]
    return " ".join(left)


def _notes(body: str) -> Iterator[NoteReference]:
    for found in _NOTE.finditer(body):
        number = found["note"]
        labels = found["labels"] or found["own"]
        if not labels:
            yield NoteReference(number)
            continue
        yield NoteReference(f"{number}{labels.replace(' ', '')}")
        yield from _more(number, labels.replace(" ", ""), found["more"] or "")


def _goods(body: str) -> Iterator[str]:
    """Yield the HTS numbers that goods are provided for in; four digits count after `heading`."""
    for found in _CHAPTERS.finditer(body):
        yield from (f"{int(number):02d}" for number in re.findall(r"\d+", found["list"]))
    for found in _GOODS_LIST.finditer(body):
        yield from (code for code in _GOODS.findall(found[0]) if not code.startswith("99"))
    yield from (code for code in _GOODS.findall(body) if "." in code and not code.startswith("99"))


def _more(number: str, first: str, text: str) -> Iterator[NoteReference]:
    """Yield the further subdivisions of `(c)(i), (iv)–(vi) and (d)`: a number is below the letter before it. A range is
    spelled out where both ends are numbers.
    """
    above = first[: first.rindex("(")] if first.count("(") > 1 else ""
    last = first
    for sign, labels in re.findall(
        rf"((?:,|and|or|through|to|–|—|-|\xad|subdivisions?|\s)+)({_LABELS})", text
    ):
        place = labels.replace(" ", "")
        alone = place.strip("()")
        above = "" if "subdivision" in sign else above
        if place.count("(") == 1 and above and alone in _ROMAN:
            place = f"{above}{place}"
        if re.search(r"through|to|–|—|-|\xad", sign):
            ends = [one[one.rindex("(") + 1 : -1] for one in (last, place)]
            if all(end in _ROMAN for end in ends):
                head = place[: place.rindex("(")]
                for middle in _ROMAN[_ROMAN.index(ends[0]) + 1 : _ROMAN.index(ends[1])]:
                    yield NoteReference(f"{number}{head}({middle})")
            else:
                yield NoteReference(f"{number}?")  # what the range contains is not read
        yield NoteReference(f"{number}{place}")
        if place.count("(") > 1:
            above = place[: place.rindex("(")]
        last = place


def _days(body: str) -> tuple[date | None, date | None]:
    since: date | None = None
    until: date | None = None
    for found in _DAY.finditer(body):
        day = _day_of(found[1])
        if day is None:
            continue
        lead = body[max(0, found.start() - 90) : found.start()]
        if _FROM.search(lead):
            since = day
        elif _THROUGH.search(lead):
            until = day
        elif _BEFORE.search(lead):
            until = day - timedelta(days=1)
    return since, until


def _day_of(text: str) -> date | None:
    for form in ("%B %d, %Y", "%b %d, %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return None
