"""Japanese for goods, technologies and programs that an English text names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.countries import foreign_names, national_adjectives
from tracker.model import Language
from tracker.terms.table import tables

_TOKEN = re.compile(r"[A-Za-z0-9]+|[,;/&]")
_JOINTS = frozenset({",", ";", "/", "&", "and", "or"})
_FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "certain",
        "all",
        "any",
        "other",
        "such",
        "its",
        "their",
        "of",
        "for",
        "from",
        "in",
        "to",
        "imported",
        "import",
        "foreign",
        "made",
        "new",
        "specified",
        "covered",
        "origin",
        "country",
        "various",
        "various",
        "particular",
        "some",
        "these",
        "those",
        "this",
        "that",
        "on",
        "with",
        "thereof",
        "related",
        "including",
    ]
)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Goods:
    """What a phrase names: the Japanese names in its order, and whether they say all of it."""

    names: tuple[str, ...]
    whole: bool
    generic: bool = False  # nothing but "articles", "products", "goods"


def goods_of(words: str) -> Goods:
    """The goods that a phrase names; the longest entry wins. "certain steel articles" is 鉄鋼, all of it."""
    plain = _origins().sub(" ", words.replace("’", "'")).replace("'s", "")
    tokens = [_singular(token.lower()) for token in _TOKEN.findall(plain)]
    entries, longest = _entries()
    found: list[tuple[str, bool]] = []
    whole = True
    at = 0
    while at < len(tokens):
        for length in range(min(longest, len(tokens) - at), 0, -1):
            entry = entries.get(tuple(tokens[at : at + length]))
            if entry is not None:
                found.append(entry)
                at += length
                break
        else:
            whole = whole and (tokens[at] in _JOINTS or tokens[at] in _FILLERS)
            at += 1
    particular = tuple(dict.fromkeys(ja for ja, generic in found if not generic))
    if particular:
        return Goods(particular, whole)
    general = tuple(dict.fromkeys(ja for ja, _ in found))
    return Goods(general, whole and bool(general), generic=bool(general))


def goods_ja(words: str) -> str:
    """Japanese for the goods of a phrase. Where the dictionary has not all of it, the English words follow in 「」."""
    plain = " ".join(words.split()).strip(" .,;:")
    if not plain:
        return ""
    if not plain.isascii() and re.search(r"[ぁ-んァ-ヶ一-龠]", plain):
        return plain
    goods = goods_of(plain)
    joined = "・".join(goods.names[:_SHOWN]) + ("等" if len(goods.names) > _SHOWN else "")
    if goods.whole:
        return joined
    if goods.generic or not joined:
        return f"「{plain}」"
    return f"{joined}関連(「{plain}」)"


def goods_name(words: str, language: Language) -> str:
    """The goods of a phrase in either language."""
    return goods_ja(words) if language == "ja" else " ".join(words.split()).strip(" .,;:")


@lru_cache(maxsize=1)
def _origins() -> re.Pattern[str]:
    """Words that only say of which country goods are: "Russian Federation origin", "Brazilian"."""
    names = sorted((*foreign_names(), *national_adjectives(), "Japan"), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w])(?:{'|'.join(map(re.escape, names))})(?:'s)?(?:[- ]origin)?(?!\w)", re.IGNORECASE
    )


@lru_cache(maxsize=1)
def _entries() -> tuple[dict[tuple[str, ...], tuple[str, bool]], int]:
    entries = {
        tuple(_singular(token.lower()) for token in _TOKEN.findall(words)): (names[0], table == "generic")
        for table, listed in tables("goods").items()
        for words, names in listed.items()
    }
    return entries, max(map(len, entries))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ics")):
        return word[:-1]
    return word
