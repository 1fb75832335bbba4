"""Parses search queries: words, phrases, citations, and their synonyms in the trade. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.classification.synonyms import synonyms
from tracker.text import fold_space

Terms = tuple[tuple[str, ...], ...]  # all must occur, each in one of its forms

_PIECE = re.compile(
    r'"(?P<quoted>[^"]+)"'
    r"|(?P<cfr>\d+\s+C\.?F\.?R\.?\s+(?:parts?\s+)?(?:§\s*)?(?P<section>[\d.]+(?:\(\w+\))*))"
    r"|(?P<phrase>\d+\s+(?:FR|Fed\.\s?Reg\.|U\.?S\.?C\.?)\s+\d+\w*|Supp(?:lement|\.)?\s*No\.?\s*\d+\s+to\s+part\s+\d+|part\s+\d+)"
    r"|§+\s*(?P<sign>[\d.]+(?:\(\w+\))*)"
    r"|(?P<word>\S+)",
    re.IGNORECASE,
)
_SUPPLEMENT = re.compile(r"Supp(?:lement|\.)?\s*No\.?\s*(\d+)\s+to\s+part\s+(\d+)", re.IGNORECASE)
MOST = 20  # terms of one query
_AROUND = 180  # characters on each side of the first hit


def terms(query: str) -> Terms:
    """Return the terms of a query: `真空バルブ 744.23` gives (("真空バルブ", "vacuum valve", ...), ("744.23",)). A trade
    name of several words is one term; quoted words are taken literally.
    """
    whole = fold_space(query)
    if '"' not in whole and len(found := synonyms(whole)) > 1:
        return (found,)
    return tuple(_forms(piece) for piece in list(_PIECE.finditer(whole))[:MOST])


def _forms(piece: re.Match[str]) -> tuple[str, ...]:
    if piece["quoted"]:
        return (piece["quoted"],)
    if piece["cfr"]:
        # The legal text cites its own sections without the title and "CFR".
        return tuple(
            dict.fromkeys(
                (piece["cfr"], piece["section"] if "." in piece["section"] else f"part {piece['section']}")
            )
        )
    if piece["phrase"]:
        numbers = _SUPPLEMENT.fullmatch(piece["phrase"])
        if numbers:
            return tuple(f"{word} No. {numbers[1]} to Part {numbers[2]}" for word in ("Supp.", "Supplement"))
        return (piece["phrase"],)
    return (piece["sign"],) if piece["sign"] else synonyms(piece["word"])


def highlight(text: str, wanted: Terms) -> list[tuple[bool, str]]:
    """Return the text as runs, with True for the runs that match."""
    pattern = _pattern(wanted)
    if pattern is None:
        return [(False, text)]
    runs: list[tuple[bool, str]] = []
    at = 0
    for hit in pattern.finditer(text):
        if hit.start() > at:
            runs.append((False, text[at : hit.start()]))
        if hit.end() > hit.start():
            runs.append((True, hit[0]))
        at = hit.end()
    return [*runs, (False, text[at:])] if at < len(text) else runs


def passage(text: str, wanted: Terms) -> list[tuple[bool, str]]:
    """Return a long text cut to the surroundings of its first match."""
    pattern = _pattern(wanted)
    hit = pattern.search(text) if pattern else None
    middle = hit.start() if hit else 0
    start, end = max(0, middle - _AROUND), min(len(text), middle + 2 * _AROUND)
    cut = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    return highlight(cut, wanted)


def _pattern(wanted: Sequence[Sequence[str]]) -> re.Pattern[str] | None:
    forms = sorted({form for group in wanted for form in group if form.strip()}, key=len, reverse=True)
    if not forms:
        return None
    return re.compile("|".join(map(_form, forms)), re.IGNORECASE)


def _form(form: str) -> str:
    """Return a pattern for whole words; Japanese has no spaces between words."""
    words = r"\s+".join(map(re.escape, form.split()))
    left = r"(?<!\w)" if re.match(r"[a-z0-9]", form, re.IGNORECASE | re.ASCII) else ""
    right = r"(?!\w)" if re.search(r"[a-z0-9]$", form, re.IGNORECASE | re.ASCII) else ""
    return f"{left}{words}{right}"
