"""Whether a date is one that its sentence replaces, or the date of another rule that the sentence only names."""

from __future__ import annotations

import re

_REPLACED_BEFORE = re.compile(
    r"\b(?:delay|postpon|deferr|extend|chang|mov|revis|advanc|reschedul|correct)\w*\b[^.;]{0,160}\bfrom\s*$"
    r"|\b(?:remov\w+ the expiration date of|instead of|rather than|in place of|ended on|had been)\s*[“”\"'‘’]*$"
    r"|\b(?:originally|previously|formerly)\b[^.;,\d]{0,40}$"
    r"|\b(?:was|were|been scheduled) to (?:have )?(?:take|taken|become|go|gone|enter|be|end|expire|close|run|begin|start|apply)\b[^.;\d]{0,40}$"
    r"|\b(?:was|were|had been)\s+(?:\w+ly )?(?:scheduled|set|due|supposed|slated|planned|expected)\b[^.;\d]{0,60}$"
    r"|\bwould (?:otherwise )?(?:have )?(?:\w+ed|\w+e|end|run|become|taken? effect)\s+(?:on|at|effective)?\s*$",
    re.IGNORECASE,
)
# "The compliance date of April 1, 2030, is moved", "the hearing scheduled for May 5 has been canceled".
_REPLACED_AFTER = re.compile(
    r"^[”\"’',]*\s*(?:\([^)]{1,60}\),?\s*)?(?:is|are|was|were|has been|have been|will be)\s+(?:(?:hereby|further|now|also|being)\s+){0,2}"
    r"(?:corrected to|reschedul|postpon|cancel|mov|delay|deferr|extend|chang|lift|terminat|dissolv|vacat|revis|advanc)\w*",
    re.IGNORECASE,
)
_MAY_BE_REPLACED = re.compile(
    r"\b(?:dates?|deadlines?|period|hearing|meeting|stay|suspension|scheduled|set|due|effective|ending|ends?|expiring|expires?|closing)\b[^.;\d]{0,60}$",
    re.IGNORECASE,
)
# The dates of another rule: "published on September 30, 2025, and effective September 29, 2025".
_ANOTHERS = re.compile(
    r"\b(?:that|which)\s+(?:became|was|were|went into|took)\s+(?:made\s+)?(?:effective|effect|applicable)\s*(?:on|as of)?\s*$"
    r"|\bpublished\b[^;]{0,160}(?:\band|,|\bwhich|\bthat|\bwith|\(|\s)\s*(?:(?:was|is|became|were|made|an|and|had)\s+)*"
    r"effective\s*(?:dates?\s*)?(?:on|as of|of)?\s*$",
    re.IGNORECASE,
)
_ANOTHER_RULE = re.compile(
    r"\b(?:rule|notice|order|amendments?|determination|action|license)s?\b[^;]{0,40}?"
    r"\b(?:\d+\s+FR\s+\d+|FR Doc|published|issued)\b[^;]{0,160}(?:,|\band|\bwhich|\bthat|\bwith|\()\s*"
    r"(?:(?:was|is|became|were|made|an|and|had)\s+)*(?:effective|applicable)\s*(?:dates?\s*)?(?:on|as of|of)?\s*$",
    re.IGNORECASE,
)
_DISPOSED_OF = re.compile(
    r"^,?\s*(?:\([^)]{1,60}\),?\s*)?(?:is|are|was|were|has been|have been)\s+(?:(?:hereby|further|now|also|being)\s+){0,2}"
    r"(?:rescind|withdraw|revok|amend|stay|correct|vacat|suspend|remov|supersed|adopt|affirm|confirm|finaliz|replac)\w*",
    re.IGNORECASE,
)
_THIS_RULE = re.compile(r"\bthis (?:\w+ ){0,3}(?:rule|notice|action)\b[^;]{0,20}\bpublished\b", re.IGNORECASE)
_REACH = 300  # characters before a date in which the sentence says that it was replaced


def is_replaced(before: str, after: str) -> bool:
    """Whether the sentence says that the date between these words no longer applies."""
    near = before[-_REACH:]
    if _REPLACED_BEFORE.search(near):
        return True
    return _REPLACED_AFTER.match(after) is not None and _MAY_BE_REPLACED.search(near) is not None


def is_of_another_rule(before: str, after: str) -> bool:
    """Whether the effective date between these words is that of another rule, which the sentence names."""
    if _THIS_RULE.search(before):
        return False
    if _ANOTHERS.search(before):
        return True
    return _ANOTHER_RULE.search(before) is not None and _DISPOSED_OF.match(after) is not None
