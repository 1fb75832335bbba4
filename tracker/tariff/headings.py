"""Reads the words of a heading of chapter 99: whose goods it names, from when until when, which headings and notes
it refers to.
"""

from __future__ import annotations

import re

from tracker.countries import countries_in

_ANY = re.compile(r"\b(?:of|from) (?:any|all|every) countr(?:y|ies)\b", re.IGNORECASE)
# The clause that names the origin: `the product of X`, `products of X or Y`, at the end also `of X`.
_ORIGIN = re.compile(
    r"\b(?:(?:that (?:are|is) )?the products? of|products? of|originating in)\s+(?P<names>.+?)"
    r"(?=,? (?:as (?:provided|specified|enumerated)|that |which |with |when |provided|classified|each |described|loaded|entered|and determined|"
    r"are |who |where |imported |in which )|[;.:(\[]|$)",
    re.IGNORECASE,
)


def origins(words: str) -> tuple[str, ...]:
    """Return whose goods a heading is about: ids of places, `("all",)` for any country, empty where it names none."""
    if _ANY.search(words):
        return ("all",)
    return tuple(
        dict.fromkeys(
            country.id for found in _ORIGIN.finditer(words) for country in countries_in(found["names"])
        )
    )
