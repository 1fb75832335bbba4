"""Japanese for English noun phrases and titles, put together from a dictionary.

English puts the head first and Japanese puts it last: "Adjusting Imports of Timber into the United States" is
「米国への木材の輸入の調整」. A phrase is translated only where every word of it is known, names and numbers apart; otherwise the
answer is empty. The words are data (`words.toml`, `goods.toml`); none is an official translation.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.terms.law import agency_id
from tracker.terms.phrase_items import UnknownWordError, items_of
from tracker.terms.phrase_order import compose, core_of
from tracker.terms.phrase_words import dictionary

_LONGEST = 420  # characters
_ASIDE = re.compile(r",? as (?:further )?amended\b(?! by)", re.IGNORECASE)
_SITE = re.compile(r"\s+[–—|]\s+(?:The White House|Bureau of Industry and Security|Federal Register)\s*\Z")
_SEPARATOR = re.compile(r"(\s*[;:]\s+(?:and\s+)?|\s[–—-]\s)")
_SEPARATED = {":": ":", "-": ":", "–": ":", "—": ":"}
_LIFTED = re.compile(r"(閾値|関税|要件|制限|規制|税率|障壁|基準)の削除")
_REPORT = re.compile(
    r"\A(?P<who>(?:[A-Z][\w.’']*\s|of\s|and\s|the\s){1,9}?)(?P<verb>[A-Z]?[a-z]+s)\s(?P<rest>\S.+)\Z"
)
_RULERS = (
    "President",
    "White House",
    "Commerce",
    "Treasury",
    "United States",
    "U.S.",
    "Administration",
    "State Department",
    "Homeland Security",
)


@lru_cache(maxsize=4_096)
def phrase_ja(words: str) -> str:
    """A noun phrase or a title in Japanese; empty where a word of it is unknown or it is a sentence."""
    plain = _plain(words)
    if not plain or len(plain) > _LONGEST:
        return ""
    try:
        joined = "".join(
            _SEPARATED.get(part.strip(), ";") if number % 2 else compose(tuple(items_of(part)))
            for number, part in enumerate(_SEPARATOR.split(plain))
        )
    except UnknownWordError:
        return ""
    joined = _LIFTED.sub(r"\1の撤廃", joined)
    return joined if re.search(r"[ぁ-んァ-ヶ一-龠]", joined) else ""


_OF_THINGS = re.compile(r"(?<!Department)(?<!Bureau)(?<!Office)(?<!Secretary) of ")


def _plain(words: str) -> str:
    """The phrase without the name of a site and asides; the title of a press release ("BIS Adds Entities to the Entity List") as
    what is done ("Adding Entities to the Entity List")."""
    plain = _ASIDE.sub("", _SITE.sub("", " ".join(words.split()))).strip(" .")
    match = _REPORT.match(plain)
    if match is None:
        return plain
    who, verb = match["who"].strip(), match["verb"].lower()
    base = next(
        (form for form in (verb[:-1], verb[:-2], f"{verb[:-3]}y") if form in dictionary()["action"]), ""
    )
    if (
        not base
        or _OF_THINGS.search(who)
        or not (agency_id(who) or who.endswith(_RULERS) or who.startswith(("President ", "The President")))
    ):
        return plain
    return f"{base.removesuffix('e')}ing {match['rest']}"


@lru_cache(maxsize=4_096)
def names_action(words: str) -> bool:
    """Whether a title or phrase says what is done: its head is a gerund or a noun for an action ("Additions to the Entity List")."""
    plain = _plain(words)
    try:
        items = [item for item in items_of(_SEPARATOR.split(plain)[0]) if item.part != "drop"]
    except UnknownWordError:
        return False
    core = [item for item in core_of(items) if item.part != "m"] if items else []
    return bool(core) and (core[0].part == "g" or core[-1].deed)


def leading_phrase(words: str, least: int) -> str:
    """The longest beginning of `words` that is one noun phrase and can be translated, at least `least` characters long; else empty."""
    return _cut(words, least, from_start=True)


def trailing_phrase(words: str, least: int) -> str:
    """The longest end of `words` that is one noun phrase and can be translated, at least `least` characters long; else empty."""
    return _cut(words, least, from_start=False)


_CLAUSE_END = re.compile(
    r"[.;:](?=\s|\Z)|,? (?:which|that|who|whose|if|when|where|unless|while|whether|is|are|shall|will|would|may|must|has|have|was|were|effective|pursuant|provided|beginning|entered|so|in order|on or after)\b|,? (?:and|or|by|to) (?:\w+ly )?(?=[a-z]+(?:ing|s) (?:the|a|an|certain|any|all|its|their)\b)"
)
# How much, how long, and until when: facts of the act, and no part of what it acts on.
_MEASURED = re.compile(
    r",? (?:from|to|by|until|till|through|for|within|after|before|as of)(?: an?| the| about)?(?: (?:additional|further|period of|initial|total of))* "
    r"(?:(?:\d[\d,.]*|[a-z]+(?:-[a-z]+)?)[ -](?:percent|per cent|days?|months?|years?|weeks?|hours?)\b|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d|(?:19|20)\d\d\b)"
)
_CLAUSE_START = re.compile(
    r"[.;:,]\s|\((?:[a-z\d]{1,4}|[ivx]+)\)\s|\b(?:that|which|who|if|when|where|unless|while|and the|whether)\s|^(?:For|On|In|Of|Under)\s"
)
_CUT = re.compile(
    r"\s(?=(?:of|to|for|from|on|in|by|with|under|at|as|through|against|into|and|or|related|relating|regarding|concerning)\b)|(?=,\s)|(?=\s\()"
)
_ANAPHORA = re.compile(
    r"\b(?:this|that|these|those|such|said) (?:order|section|proclamation|rule|notice|subsection|clause|paragraph|memorandum|document)\b|\b(?:sub)?section \(|\bU\.S\.C\b|\bclause\b|\bsubdivision\b",
    re.IGNORECASE,
)
_MOST_WORDS = 18


def _cut(words: str, least: int, *, from_start: bool) -> str:
    phrase = _longest_phrase(words, least, from_start=from_start)
    return "" if _ANAPHORA.search(phrase) or len(phrase.split()) > _MOST_WORDS else phrase


def _longest_phrase(words: str, least: int, *, from_start: bool) -> str:
    if from_start:
        end = next(
            (match.start() for match in _CLAUSE_END.finditer(words) if match.start() >= least), len(words)
        )
        end = next(
            (
                match.start()
                for match in _MEASURED.finditer(words, 0, end)
                if match.end() > least and match.start() >= least - len(" for")
            ),
            end,
        )
        for at in sorted({end, *(match.start() for match in _CUT.finditer(words, 0, end))}, reverse=True):
            piece = words[:at].strip(" ,")
            if at >= min(least, end) and piece and phrase_ja(piece):
                return piece
        return ""
    starts = [match.end() for match in _CLAUSE_START.finditer(words) if len(words) - match.end() >= least]
    for at in [0, *starts]:
        piece = words[at:].strip(" ,")
        if piece and len(words) - at >= least and phrase_ja(piece):
            return piece
    return ""
