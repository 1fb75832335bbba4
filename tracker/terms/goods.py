"""Japanese for goods, technologies and programs that an English text names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.countries import foreign_names, national_adjectives
from tracker.model import Language
from tracker.terms.table import once, tables
from tracker.terms.translation import phrase_ja

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
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    ]
)
_SITE = re.compile(r"\s+[–—|-]\s+(?:The White House|U\.S\. Department.*|Bureau of .*|Federal Register.*)\Z")
_PIECE = re.compile(
    r"\A(?:into|by|in|under|to|from|at|on|with|pursuant|as|for|that|which|who|it|this|these|those|entered|the United States)\b"
    r"|\b(?:is|are|was|were|be|been|shall|will|may|must|should|has|have|had|subject(?! to the EAR\b)|assessed|pursuant|thereof shall)\b"
    r"|\A(?:heading|subheading|section|paragraph|subsection|note|annex|chapter)s?\b",
    re.IGNORECASE,
)
_LAW_WORDS = frozenset(
    [
        "action", "amendment", "application", "authorization", "category", "change", "condition", "control", "country", "decision", "destination",
        "determination", "entity", "entry", "list", "exception", "exclusion", "government", "invasion", "license", "measure", "part",
        "party", "person", "policy", "procedure", "provision", "region", "request", "requirement", "restriction", "revision",
        "rule", "sanction", "term", "time", "use", "user",
    ]
)  # fmt: skip
_SHOWN = 3
_ABBREVIATION = 5


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


def plain_goods(words: str) -> str:
    """The words of a phrase that can name goods, without a site's name after a dash; empty for a piece of a clause such as
    "into the United States" or "goods are not subject", which a reader may cut out of a sentence."""
    plain = _SITE.sub("", " ".join(words.split())).strip(" .,;:–-")
    if _PIECE.search(plain):
        return ""
    return "" if _is_of_law(plain) else plain


def _is_of_law(plain: str) -> bool:
    """Whether a phrase that no entry covers speaks of rules and procedures: its head is "requests", "revisions"."""
    head = re.split(r",|\s(?:of|for|on|to|under|as|in|that|with|at|by|from)\s", plain, maxsplit=1)[0].split()
    if not head or not set(map(_singular, head[-1].lower().split("-"))) & _LAW_WORDS:
        return False
    return not goods_of(plain).whole


def goods_ja(words: str) -> str:
    """Japanese for the goods of a phrase. Where the dictionary has not all of it, the English words follow in 「」."""
    plain = plain_goods(words)
    if not plain:
        return ""
    if not plain.isascii() and re.search(r"[ぁ-んァ-ヶ一-龠]", plain):
        return plain
    goods = goods_of(plain)
    joined = "・".join(goods.names[:_SHOWN]) + ("等" if len(goods.names) > _SHOWN else "")
    if goods.whole:
        return joined
    if translated := phrase_ja(plain):
        return translated
    if goods.generic or not joined:
        return f"「{plain}」"
    return f"{joined}関連(「{plain}」)"


def goods_name(words: str, language: Language) -> str:
    """The goods of a phrase in either language; English words of a title in lower case."""
    if language == "ja":
        return goods_ja(words)
    plain = plain_goods(words)
    letters = re.findall(r"[A-Za-z]+", plain)
    titled = all(word.istitle() or len(word) < 4 for word in letters) or (
        plain.isupper() and any(len(word) > _ABBREVIATION for word in letters)
    )
    return plain.lower() if titled and plain.lower() != plain and goods_of(plain).names else plain


@once
def _origins() -> re.Pattern[str]:
    """Words that only say of which country goods are: "Russian Federation origin", "Brazilian"."""
    names = sorted((*foreign_names(), *national_adjectives(), "Japan"), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w])(?:{'|'.join(map(re.escape, names))})(?:'s)?(?:[- ]origin)?(?!\w)", re.IGNORECASE
    )


@once
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
