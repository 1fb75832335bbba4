"""How names of firms and persons are compared: words without case, diacritics, punctuation and legal forms, by their sound. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from tracker.text.words import JAPANESE

LONGEST = 300  # characters of a name that are read
_APOSTROPHES = re.compile(r"['’‘`´ʼʻ\"“”]")
_DOTTED = re.compile(r"\b((?:\w\.){2,}\w?)")  # L.L.C., S.A.
_WORD = re.compile(r"[^\W_]+")
_JOINING = frozenset({"and", "the", "of", "y", "et", "und"})
_DOUBLED = re.compile(r"(.)\1+")
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a"}
)


@dataclass(frozen=True, slots=True)
class NameKey:
    """A name as it is compared: its words without legal forms, and all words in one, legal forms too."""

    words: tuple[str, ...]
    joined: str


@dataclass(frozen=True, slots=True)
class _Spellings:
    legal: frozenset[str]
    japanese: tuple[str, ...]
    words: dict[str, str]
    sounds: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _spellings() -> _Spellings:
    raw = tomllib.loads((files(__package__ or "tracker.screening") / "spellings.toml").read_text("utf-8"))
    return _Spellings(
        frozenset(raw["legal"]["forms"].split()),
        tuple(raw["legal"]["japanese"]),
        raw["words"],
        tuple((written, compared) for written, compared in raw["sounds"]["pairs"]),
    )


def name_key(name: str) -> NameKey:
    """Return the key of a name; its words are empty where the name has no letter or digit."""
    words = _words(name)
    own = tuple(word for word in words if not is_legal_form(word)) or tuple(words)
    return NameKey(own, "".join(words))


@lru_cache(maxsize=200_000)
def is_legal_form(word: str) -> bool:
    """Whether a word says only what kind of firm it is; long ones are known misspelled too."""
    table = _spellings()
    if word in table.legal or word in _JOINING:
        return True
    return len(word) >= 4 and any(
        OSA.distance(word, form, score_cutoff=1) <= 1 for form in table.legal if len(form) >= 5
    )


def _words(name: str) -> list[str]:
    text = name[:LONGEST].casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_LETTERS)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    if JAPANESE.search(text):
        text = unicodedata.normalize("NFC", text)
        for form in _spellings().japanese:
            text = text.replace(form, " ")
    text = _APOSTROPHES.sub("", text)
    if "." in text:
        text = _DOTTED.sub(lambda found: found[1].replace(".", "") + " ", text)
    return [word for word in _WORD.findall(text) if word not in _JOINING]


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """Return a word by its sound, with common words in one spelling."""
    table = _spellings()
    word = table.words.get(word, word)
    if not word.isalpha() or len(word) < 3:
        return word
    for written, compared in table.sounds:
        if written in word:
            word = word.replace(written, compared)
    return _DOUBLED.sub(r"\1", word)
