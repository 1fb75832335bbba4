"""Removes invisible and unsafe characters from external text before any outlet shows it.

Titles, quotes and links come from pages that anyone may have written. Invisible characters with an effect
(control and direction characters) are removed here; characters with a meaning in an outlet's own markup are
escaped by that outlet.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from tracker.model import Language
from tracker.text import fold_space

# Kept: line breaks and tabs. The zero-width joiner and non-joiner shape letters in some scripts but never in
# ours; between Latin letters they only hide words from a search.
_KEPT = "\n\t"
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def sanitize(text: str) -> str:
    """Return the text without control, direction, invisible and unassigned characters; line breaks stay."""
    if text.isprintable():  # no character of the categories Other and Separator but the space
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    dropped = [
        character
        for character in set(text)
        if character not in _KEPT and unicodedata.category(character) in _DROPPED_CATEGORIES
    ]
    return text.translate(dict.fromkeys(map(ord, dropped))) if dropped else text


def sanitize_line(text: str) -> str:
    """Return the same on one line, white space folded."""
    return fold_space(sanitize(text))


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters, cut between words where possible, with […] at the cut."""
    if len(text) <= limit:
        return text
    mark = " […]"
    head = text[: max(limit - len(mark), 0)]
    space = head.rfind(" ")
    return (head[:space] if space * 2 > len(head) else head).rstrip() + mark


_OPENS, _CLOSES = "「“(", "」”)"


# Words before a period that does not end a sentence, in the titles and citations of our field.
_ABBREVIATED = re.compile(
    r"(?:^|\W)(?:Supp|Nos?|Secs?|Arts?|Ch|Pt|Co|Ltd|Inc|Corp|Dept|Stat|vs?|Mr|Ms|Dr|St|etc|[A-Z]|e\.g|i\.e)$"
)


def first_sentence(text: str, language: Language) -> tuple[str, str]:
    """Return the first sentence without its period, and the rest. Periods inside quotes and brackets, and those
    of abbreviations (U.S., Supp. No.), end nothing; in Japanese only 。 does.
    """
    depth = 0
    for place, character in enumerate(text):
        if character in _OPENS:
            depth += 1
        elif character in _CLOSES:
            depth = max(depth - 1, 0)
        elif depth == 0 and (character == "。" if language == "ja" else _ends(text, place)):
            return text[:place], text[place + 1 :].strip()
    return text, ""


def _ends(text: str, place: int) -> bool:
    return (
        text[place] == "."
        and text[place + 1 : place + 2] in ("", " ")
        and not _ABBREVIATED.search(text[max(place - 8, 0) : place])
    )


_URL_SPACE = re.compile(r"\s")


def safe_url(address: str) -> str:
    """Return the address if it is safe to follow, else "": http and https with a host, no white space and no
    invisible characters. `javascript:` and `data:` links are unsafe.
    """
    cleaned = sanitize(address).strip()
    if cleaned != address.strip() or _URL_SPACE.search(cleaned):
        return ""
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    return cleaned.replace('"', "%22").replace("'", "%27").replace("<", "%3C").replace(">", "%3E")
