"""Official words cut for reading, and the small phrases that summaries share in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.countries import Country
from tracker.model import Language

_SHORT = 130  # characters of a quote
_LEAST = 70
# "and" between capitals joins a name: "the Bureau of Industry and Security".
_CLAUSE = re.compile(r", |; | that | by | and (?![A-Z])")


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


def shorten(text: str, most: int = _SHORT) -> str:
    """Official words cut to a clause, with an ellipsis where something was left out."""
    text = text.strip().rstrip(".")
    if len(text) <= most:
        return text
    cut = max((mark.start() for mark in _CLAUSE.finditer(text, _LEAST, most)), default=0)
    if not cut:
        cut = text.rfind(" ", 0, most)
    return text[: cut if cut > 0 else most].rstrip(" ,;") + " …"
