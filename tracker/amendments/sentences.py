"""The sentences of a paragraph, where their number is certain."""

from __future__ import annotations

import re

_END = re.compile(r"[.?!][”\"’')\]]*(?=\s+[“\"‘'(\[]*[A-Z§\d])|[.?!][”\"’')\]]*\s*\Z")
# A full stop after these does not say whether a sentence ends.
_DOUBTFUL = re.compile(
    r"(?:\b(?:[A-Z]|[A-Z]\.[A-Z]|U\.S|U\.S\.C|No|Nos|Inc|Ltd|Co|Corp|St|Dr|Mr|Ms|Mrs|Jr|Sr|etc|i\.e|e\.g|v|vs|Sec|sec|Art|"
    r"Supp|Vol|Stat|Reg|Fed|Pub|approx|al|seq|a\.m|p\.m|D\.C|a\.k\.a|f\.k\.a))\.[”\"’')\]]*\Z"
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
        inside = ")" in match.group() and not text[start:].startswith("(")
        if end < len(text.rstrip()) and inside:
            return None
        if end < len(text.rstrip()) and _DOUBTFUL.search(text[max(0, end - 24) : end]):
            return None
        spans.append((start, end))
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans
