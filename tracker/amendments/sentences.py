"""The sentences of a paragraph, where their number is certain."""

from __future__ import annotations

import re

_END = re.compile(r"[.?!][”\"’')\]]*(?=\s+[“\"‘'(\[]*[A-Z§\d])|[.?!][”\"’')\]]*\s*\Z")
# A full stop after these ends no sentence, because a name or number follows.
_TITLES = re.compile(
    r"\b(?:Dr|Mr|Ms|Mrs|No|Nos|Sec|sec|Secs|Art|Supp|Vol|vol|Pub|Ch|ch|App|para|cf|e\.g|i\.e|v|vs|Gen|Col|Capt|Lt)\.\Z"
)
_CERTAIN = re.compile(
    r"(?:U\.S\.\s+(?:Government|Department|Munitions|Customs|Code|Postal|Treasury|Persons?|Congress|Census|Trade|Citizens?|Coast|"
    r"Armed|Air|Army|Navy|Nuclear|Patent|Embassy|Commercial|Secretary|Attorney|District|Court|International)\b"
    r"|.{0,1}(?:Jan|Feb|Mar|Apr|Aug|Sep|Oct|Nov|Dec)\.\s+\d|Sept\.\s+\d)",
    re.IGNORECASE,
)
# After these it may.
_DOUBTFUL = re.compile(
    r"(?:\b(?:[A-Z]|[A-Z]\.[A-Z]|U\.S|U\.S\.C|Inc|Ltd|Co|Corp|LLC|St|Jr|Sr|etc|Stat|Reg|Fed|approx|al|seq|a\.m|p\.m|D\.C|"
    r"a\.k\.a|f\.k\.a|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec))\.[”\"’')\]]*\Z"
)


def sentence_spans(text: str) -> list[tuple[int, int]] | None:
    """Return where each sentence begins and ends; None where an abbreviation, or a
    sentence inside parentheses, makes their number uncertain.
    Text of more than 20,000 characters has no spans.
    """
    if len(text) > 20_000:
        return None
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        before = text[max(0, end - 24) : end]
        if end < len(text.rstrip()) and _TITLES.search(before):
            continue
        if end < len(text.rstrip()) and any(_CERTAIN.match(text, max(0, end - n)) for n in (4, 5)):
            continue
        inside = ")" in match.group() and not text[start:].startswith("(")
        if end < len(text.rstrip()) and inside:
            return None
        if end < len(text.rstrip()) and _DOUBTFUL.search(before):
            return None
        spans.append((start, end))
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans
