"""Finds countries and other destinations named in a text, with their names in both languages."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tracker.model import Language
from tracker.text.beginnings import one_of_beginnings, one_of_letters

_PARTIES = (
    r"(?:entit(?:y|ies)|persons?|part(?:y|ies)|compan(?:y|ies)|firms?|institut(?:es?|ions?)|universit(?:y|ies)|"
    r"individuals?|nationals|affiliates|subsidiar(?:y|ies)|(?:chip)?makers?|manufacturers?|suppliers?|distributors?)\b"
)
_UNIONS = (
    "European Union",
    "EU",
    "European Commission",
    "United Kingdom",
    "UK",
    "Beijing",
    "Moscow",
    "Ottawa",
    "Brussels",
)


@dataclass(frozen=True, slots=True)
class Country:
    id: str
    ja: str
    en: str

    def name(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("tracker") / "places.toml").read_text("utf-8"))


def place_names() -> tuple[tuple[str, ...], ...]:
    """Return all names of each destination, the Japanese one first."""
    return tuple(tuple(name.removeprefix("the ") for name in names) for names in _tables()["places"].values())


@lru_cache(maxsize=1)
def _gazetteer() -> tuple[re.Pattern[str], dict[str, Country]]:
    table = _tables()["places"]
    by_name: dict[str, Country] = {}
    for identity, (ja, en, *others) in table.items():
        place = Country(identity, ja, en)
        for name in (ja, en, *others):
            by_name[_folded(name).removeprefix("the ")] = place
    names = sorted(by_name, key=len, reverse=True)
    latin = [name for name in names if name.isascii() or "ü" in name]
    wide = [name for name in names if not (name.isascii() or "ü" in name)]
    latin_words = "|".join(re.escape(name).replace("'", "['’]") for name in latin)
    pattern = re.compile(
        rf"(?<![\w])(?={one_of_beginnings(latin)})(?:{latin_words})(?!\w)"
        rf"|(?={one_of_letters(name[0] for name in wide)})(?:{'|'.join(map(re.escape, wide))})",
        re.IGNORECASE,
    )
    return pattern, by_name


def countries_in(text: str) -> tuple[Country, ...]:
    """Return the distinct destinations that a text names, in the order of their first mention."""
    pattern, by_name = _gazetteer()
    return tuple(dict.fromkeys(by_name[_folded(match[0])] for match in pattern.finditer(text)))


def _folded(name: str) -> str:
    """Return a name by which it is found in any case, as the pattern finds it: `TÜRKİYE` has a capital of its own."""
    plain = (
        name.casefold()
        .replace("\N{COMBINING DOT ABOVE}", "")
        .replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    )
    return plain.replace("’", "'")


@lru_cache(maxsize=1)
def foreign_names() -> tuple[str, ...]:
    """Return the English names of all destinations, as used in texts about their governments."""
    names = [name for _, *english in _tables()["places"].values() for name in english]
    return tuple(dict.fromkeys((*(name for name in names if name.isascii() and "," not in name), *_UNIONS)))


@lru_cache(maxsize=1)
def national_adjectives() -> tuple[str, ...]:
    """Return the adjectives of all destinations: "Japanese", "PRC-based"."""
    return tuple(word for listed in _tables()["nationals"].values() for word in listed)


@lru_cache(maxsize=1)
def _adjectives() -> tuple[re.Pattern[str], dict[str, str]]:
    words = {word: identity for identity, listed in _tables()["nationals"].items() for word in listed}
    names = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)(?=[^.;]{{0,60}}\b(?i:{_PARTIES}))"), words


def nationalities_in(text: str) -> tuple[Country, ...]:
    """Return the destinations whose parties a text mentions: "20 Chinese companies", but not "Chinese
    military".
    """
    pattern, words = _adjectives()
    table = _tables()["places"]
    found = dict.fromkeys(words[match[0]] for match in pattern.finditer(text))
    return tuple(Country(identity, *table[identity][:2]) for identity in found)


@lru_cache(maxsize=1)
def _any_adjective() -> tuple[re.Pattern[str], dict[str, str]]:
    words = {word: identity for identity, listed in _tables()["nationals"].items() for word in listed}
    names = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)"), words


def adjectives_in(text: str) -> tuple[Country, ...]:
    """Return the destinations whose adjective a text uses, for any noun: "Chinese chips", "Canadian
    discrimination".
    """
    pattern, words = _any_adjective()
    table = _tables()["places"]
    found = dict.fromkeys(words[match[0]] for match in pattern.finditer(text))
    return tuple(Country(identity, *table[identity][:2]) for identity in found)


def country_named(name: str) -> Country | None:
    """Return the destination with that name or id, in either language."""
    found = countries_in(name.replace("-", " ")) or countries_in(name)
    return found[0] if found else None


@lru_cache(maxsize=1)
def _most_words() -> dict[str, int]:
    most: dict[str, int] = {}
    for name in (*_gazetteer()[1], *map(_folded, _any_adjective()[1])):
        words = name.split(" ")
        most[words[0]] = max(len(words), most.get(words[0], 0))
    return most


def most_words(first: str) -> int:
    """Return how many words the longest name or adjective of a destination has that begins with a word; 0 where none does."""
    return _most_words().get(_folded(first), 0)


@lru_cache(maxsize=4_096)
def place_of(words: str) -> Country | None:
    """Return the destination of which the words are exactly a name or an adjective: "Japan", "the Republic of Korea", "Chinese"."""
    plain = re.sub(r"^[Tt]he ", "", words.strip()).replace("’", "'")
    _, by_name = _gazetteer()
    found = by_name.get(_folded(plain))
    if found is not None and (len(plain) > 3 or plain.isupper()):
        return found
    identity = _any_adjective()[1].get(plain)
    return Country(identity, *_tables()["places"][identity][:2]) if identity else None
