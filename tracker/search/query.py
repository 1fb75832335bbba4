"""Parses search queries: words, phrases, citations, codes, and their other names in the trade. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from tracker.search.names import names, names_of
from tracker.text import fold_space
from tracker.text.words import JAPANESE, PREFIX, folded, runs, stems

Terms = tuple[
    tuple[str, ...], ...
]  # all must occur, each in one of its forms; a form that ends with `*` is a prefix

_PIECE = re.compile(
    r'"(?P<quoted>[^"]+)"'
    r"|(?P<order>(?:\bE\.?\s?O\.?|\bExecutive Order|大統領令)\s*(?:No\.?\s*)?(?P<number>\d{4,5})(?!\d))"
    r"|(?P<cfr>\d+\s+C\.?F\.?R\.?\s+(?:parts?\s+)?(?:§\s*)?(?P<section>[\d.]+(?:\(\w+\))*))"
    r"|(?P<phrase>\d+\s+(?:FR|Fed\.\s?Reg\.|U\.?S\.?C\.?)\s+\d+\w*|Supp(?:lement|\.)?\s*No\.?\s*\d+\s+to\s+part\s+\d+|part\s+\d+)"
    r"|§+\s*(?P<sign>[\d.]+(?:\(\w+\))*)"
    r"|(?P<word>\S+)",
    re.IGNORECASE,
)
_SUPPLEMENT = re.compile(r"Supp(?:lement|\.)?\s*No\.?\s*(\d+)\s+to\s+part\s+(\d+)", re.IGNORECASE)
# The beginning of an ECCN (`3B0`, `3A`), and of a heading of the tariff schedule (`9903.01`).
_CODE = re.compile(r"\d[A-E]\d{0,2}|\d{4}\.(?:\d{1,2}|\d{2}\.\d{1,4}|\d{2}\.\d{2}\.\d{1,2})", re.IGNORECASE)
_COMMON_WORDS = """a an and are as at be been by do does for from has have how i in into is it its me my of on or our that the their there
these this to under was we what when where which who why will with"""
_COMMON = frozenset(_COMMON_WORDS.split())
_KANA = re.compile(r"[ぁ-ん、。]+")  # between the words of a Japanese sentence
_BRITISH = (
    (re.compile(r"(?<=\w)is(?=(?:e[drs]?|ing|ations?)\Z)"), "iz"),
    (re.compile(r"\Alicence"), "license"),
    (re.compile(r"\Adefence"), "defense"),
    (re.compile(r"\Aprogramme"), "program"),
    (re.compile(r"(?<=[a-z]{3})our(?=s?\Z|ed\Z|ing\Z)"), "or"),
    (re.compile(r"(?<=\w)tre(?=s?\Z)"), "ter"),
    (re.compile(r"fibre"), "fiber"),
)
_PREFIXED = re.compile(
    r"\A(re|non|anti|cyber|semi|multi|pre|post|co|micro|over|inter|counter|cross)([a-z]{4,})\Z"
)
MOST = 20  # terms of one query


def terms(query: str) -> Terms:
    """Return the terms of a query: `真空バルブ 744.23` gives (("真空バルブ", "vacuum valve", ...), ("744.23",)). A name of
    several words that the trade knows is one term; quoted words are taken as a phrase. Words that every sentence has are left out.
    """
    found: list[tuple[str, ...]] = []
    whole = fold_space(query.replace("\x00", " "))
    for is_word, pieces in groupby(_PIECE.finditer(whole), key=lambda piece: piece["word"] is not None):
        if is_word:
            found += _of_words([piece["word"] for piece in pieces])
        else:
            found += map(_of_citation, pieces)
    return tuple(dict.fromkeys(found))[:MOST]


def _of_citation(piece: re.Match[str]) -> tuple[str, ...]:
    if piece["quoted"]:
        return (piece["quoted"],)
    if piece["order"]:
        return (f"E.O. {piece['number']}", f"Executive Order {piece['number']}")
    if piece["cfr"]:
        # The legal text cites its own sections without the title and "CFR".
        section = piece["section"]
        return tuple(dict.fromkeys((piece["cfr"], section if "." in section else f"part {section}")))
    if piece["sign"]:
        return (piece["sign"],)
    numbers = _SUPPLEMENT.fullmatch(piece["phrase"])
    if numbers:
        return tuple(f"{word} No. {numbers[1]} to Part {numbers[2]}" for word in ("Supp.", "Supplement"))
    return (piece["phrase"],)


def _of_words(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the terms of words that follow each other: the longest known name from each word on."""
    found: list[tuple[str, ...]] = []
    common: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        if JAPANESE.search(words[at]):
            found += _of_japanese(words[at])
            at += 1
            continue
        name, length = _name_at(words, at)
        if length:
            found.append(name)
        elif folded(words[at]) in _COMMON:
            common.append((words[at],))
        else:
            found.append(_of_word(words[at]))
        at += length or 1
    return found or common


def _name_at(words: Sequence[str], at: int) -> tuple[tuple[str, ...], int]:
    """Return the forms of the longest known name that begins here, and the number of its words; 0 for none."""
    table = names()
    for length in range(min(table.longest, len(words) - at), 0, -1):
        name = " ".join(words[at : at + length])
        if stems(_american(name)) in table.by_stems:
            return names_of(_american(name)), length
    return (), 0


def _of_word(word: str) -> tuple[str, ...]:
    """Return the spellings of one word: American, in one word and with a hyphen; the beginning of a code as a prefix."""
    if _CODE.fullmatch(word):
        return (word + PREFIX,)
    forms = [word, _american(word)]
    if "-" in word and word.replace("-", "").isalpha():
        forms.append(word.replace("-", ""))
    elif split := _PREFIXED.match(folded(word)):
        forms.append(f"{split[1]}-{split[2]}")
    return tuple(dict.fromkeys(forms))


def _american(words: str) -> str:
    return " ".join(_american_word(word) for word in words.split(" "))


def _american_word(word: str) -> str:
    form = word.lower()
    for british, american in _BRITISH:
        form = british.sub(american, form)
    return word if form == word.lower() else form


def _of_japanese(word: str) -> Iterator[tuple[str, ...]]:
    """Return the terms of a word or sentence without spaces: the longest known name from each character on, and what is
    between, without the kana that join words."""
    table = names()
    text = folded(word)
    rest, at = "", 0
    while at < len(text):
        key = next(
            (
                text[at : at + length]
                for length in range(min(table.longest_japanese, len(text) - at), 1, -1)
                if text[at : at + length] in table.japanese
            ),
            "",
        )
        if key:
            yield from _between(rest, alone=False)
            yield names_of(word if key == text else key)
            rest = ""
        else:
            rest += text[at]
        at += len(key) or 1
    yield from _between(rest if rest != text else word, alone=rest == text)


def _between(rest: str, *, alone: bool) -> Iterator[tuple[str, ...]]:
    if alone and not _KANA.search(rest):
        yield _of_word(rest) if not JAPANESE.search(rest) else (rest,)
        return
    parts = [part for part in _KANA.split(rest) if runs(part)]
    if alone and not parts:
        yield (rest,)
        return
    for part in parts:
        yield names_of(part) if JAPANESE.search(part) else _of_word(part)
