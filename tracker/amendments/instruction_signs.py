"""The signs of an instruction: where those of a document begin, and which paragraphs are some. Text without markup has
no other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.amendments.instruction_words import NUMBER

_ISSUES = re.compile(
    r"\b(?:is|are|be)\s+(?:hereby\s+|further\s+|proposed\s+to\s+be\s+)*(?:amended|corrected|revised)\s+"
    r"(?:as\s+follows|by\s+making\s+the\s+following|to\s+read\s+as\s+follows)|\bamend(?:s|ing)?\b.{0,300}\bas\s+follows|\bmakes?\s+the\s+following\s+corrections?\b|\badds?\s+part\b.{0,200}\bas\s+follows",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"\d{1,3}\.\s+(?:The\s+authority\s+citation|Revise\s+the\s+authority)", re.IGNORECASE)
_ORDERS = re.compile(
    r"(?:Further\s+)?(?:(?:In|On|Under|By|To)\s|For\s(?!(?:the\s+)?purposes?\b|example\b)|(?:Amend|Add|Revis|Remov|Delet|Redesignat|Reserv|Republish|Correct|"
    r"Stay|Suspend|Lift|Transfer|Designat|Withdraw|Replac)(?:e|ed|es|ing)?[\s,:]|Sections?\s+\d|§|Supplements?\s|Appendi(?:x|ces)\s|Parts?\s+\d|Subparts?\s+[A-Z]\b|"
    r"Effective\s|ECCNs?\s|Category\s|The\s+(?:authority|stay|suspension|heading|introductory|definition|table|entr|note|\w+\s+sentence)|Paragraphs?\s)",
)
# A number, and the words with which an instruction of the first level names what it amends.
_OPENS = re.compile(
    r"\d{1,3}\.\s+(?:(?:Effective\s[^§]{0,60},\s)?(?:In|Amend|Revise|Remove|Add)\s+)?(?:and\s+reserve\s+)?(?:§+|[Ss]ections?\s+\d[\w.()-]*(?!\s?[—–-])|[Ss]upplements?\s|[Aa]ppendi(?:x|ces)\s|[Pp]art\s+\d|[Ss]ubpart\s+[A-Z]\b)"
    r"|\d{1,3}\.\s+(?:The\s+authority|Revise\s+the\s+authority)"
)
_CORRECTION = re.compile(r"(?:\d{1,3}\.\s+)?On\s+pages?\s+\d{2,6},")
# An instruction of the first level that is certain also where neither markup nor words of issuance precede it.
_LEADS = re.compile(
    r"\d{1,3}\.\s+(?:Effective\s[^§]{0,60},\s)?(?:"
    r"(?:In|Under)\s+(?:Supplement|Appendix)\s+(?:No\.\s*)?\w+\s+to\s+part\s+\d+\b[^.;]{0,120}:\Z"
    r"|(?:§+|Sections?|Supplements?|Appendi(?:x|ces)|Parts?|Subparts?)\s[^;:]{0,200}?\b(?:is|are)\s+(?:further\s+|hereby\s+)*amended\b.{0,200}?"
    r"(?:\b(?:by|under)\b|:\Z)|(?:Amend|Revise|Add|Remove)\s+(?:§|sections?\s+\d|supplement\s+no|appendix\s+\w+\s+to).*:\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_OF_LIST = re.compile(
    r"a\.\s+Under\s+[A-Z]{3,}[A-Z,’' ]*?(?:,?\s+by\b|,?\s+(?:add|remov|revis)ing\b|[:,]\s*\Z|,\s+in\s)"
)
_ORDERED = re.compile(
    r"\b(?:is|are)\s+(?:revised|added|removed|redesignated|reserved|amended)\b|\b(?:revis|add|remov|redesignat)ing\b|:\Z",
    re.IGNORECASE,
)


def start_of(texts: Sequence[str]) -> int | None:
    """Return where the instructions begin: after the last words of issuance that an instruction follows."""
    for place in range(len(texts) - 1, -1, -1):
        if _ISSUES.search(texts[place]) and not is_instruction(texts[place]):
            return place + 1
    starts = (_AUTHORITY, _CORRECTION, _LEADS, _FIRST_OF_LIST)
    return next((n for n, text in enumerate(texts) if any(one.match(text) for one in starts)), None)


def is_instruction(text: str) -> bool:
    """Return whether a paragraph of plain text opens as an instruction does: a number, then a word that orders."""
    if _CORRECTION.match(text):
        return True
    marker = NUMBER.match(text)
    return marker is not None and _ORDERS.match(text, marker.end()) is not None


def opens_alone(text: str) -> bool:
    """Return whether a paragraph is an instruction whatever is around it."""
    return bool(_LEADS.match(text) or _CORRECTION.match(text))


def is_led(text: str) -> bool:
    """Return whether a paragraph may be one of the instructions that another one leads in."""
    return NUMBER.match(text) is not None and _ORDERED.search(text) is not None


def is_of_first_level(text: str) -> bool:
    """Return whether a number of the first level opens an instruction."""
    return _OPENS.match(text) is not None
