"""Official words cut for reading, and the small phrases that summaries share in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from tracker.countries import Country
from tracker.model import Language

_SHORT = 130  # characters of a quote
_LEAST = 70
# "and" between capitals joins a name: "the Bureau of Industry and Security".
_CLAUSE = re.compile(r", |; | that | by | and (?![A-Z])")
# What every rule begins with says nothing of this one.
_OPENING = re.compile(
    r"(?:(?:In|With|By|Through) this [^,]{0,60}, )?(?:[Tt]he )?(?:Department of (?:Commerce|the Treasury)[’']s )?"
    r"(?:Bureau of Industry and Security|Office of Foreign Assets Control)(?: \((?:BIS|OFAC)\))?(?:, (?:U\.S\. )?Department of (?:Commerce|the Treasury),)? (?=[a-z])"
)
_DESIGNATOR = re.compile(r"[a-z]{1,2}(?:\.[a-z\d]+)*\.\s")


def parties(count: int | None, language: Language) -> str:
    """ "36 parties", 「36者」; without a number where the words give none."""
    if language == "ja":
        return f"{count}者" if count else "事業者等"
    if not count:
        return "parties"
    return "one party" if count == 1 else f"{count} parties"


def countries(found: Sequence[Country], language: Language, most: int = 5) -> str:
    """Up to five destinations, then "and others"; a neutral word where none is named."""
    if not found:
        return "関係国・地域" if language == "ja" else "various destinations"
    names = [place.name(language) for place in found[:most]]
    if language == "ja":
        return "、".join(names) + ("等" if len(found) > most else "")
    if len(found) > most:
        return ", ".join(names) + " and others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def day(value: date, language: Language) -> str:
    """2026年11月9日, 9 November 2026."""
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B} {value.year}"


def opening_words(text: str) -> str:
    """Official words from where they begin to say something; an ellipsis where words before them are left out."""
    text = text.strip()
    opening = _OPENING.match(text)
    rest = text[opening.end() :] if opening else text.lstrip(" ,;:)")
    begun = opening is not None or rest != text or (rest[:1].islower() and not _DESIGNATOR.match(rest))
    return f"… {rest}" if begun and rest else text


def shorten(text: str, most: int = _SHORT) -> str:
    """Official words cut to a clause, with an ellipsis where something was left out."""
    text = text.strip().rstrip(".")
    if len(text) <= most:
        return text
    cut = max((mark.start() for mark in _CLAUSE.finditer(text, _LEAST, most)), default=0)
    if not cut:
        cut = text.rfind(" ", 0, most)
    return text[: cut if cut > 0 else most].rstrip(" ,;") + " …"
