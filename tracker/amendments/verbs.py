"""The verbs of instructions, by the terms of the Document Drafting Handbook: "revising", "is revised"."""

from __future__ import annotations

import re

from tracker.amendments.actions import Verb

V = Verb


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ORDERS: tuple[tuple[Verb, re.Pattern[str]], ...] = tuple(
    (verb, _re(rf"(?:by\s+|to\s+|further\s+|also\s+)?{pattern}"))
    for verb, pattern in (
        (V.REVISE_AND_REPUBLISH, r"revis(?:e|ing)\s+and\s+republish(?:ing)?\b"),
        (V.REVISE, r"revis(?:es?|ing)\b"),
        (V.REPUBLISH, r"republish(?:ing)?\b"),
        (V.REMOVE_AND_RESERVE, r"(?:remov(?:es?|ing)|delet(?:e|ing))\s+and\s+reserv(?:e|ing)\b"),
        (V.RESERVE, r"(?:add(?:ing)?\s+and\s+)?reserv(?:e|ing)\b"),
        (V.REPLACE, r"(?:replac(?:e|ing)|substitut(?:e|ing))\b"),
        (V.REMOVE, r"(?:remov(?:es?|ing)|delet(?:e|ing)|strik(?:e|ing)(?:\s+out)?)\b"),
        (V.REDESIGNATE, r"(?:redesignat(?:e|ing)|renumber(?:ing)?)\b"),
        (V.DESIGNATE, r"designat(?:e|ing)\b"),
        (V.TRANSFER, r"transfer(?:ring)?\b"),
        (V.ADD, r"(?:add(?:s|ing)?|insert(?:ing)?)\b"),
        (V.CORRECT, r"correct(?:ing)?\b"),
        (V.LIFT, r"lift(?:ing)?\s+the\s+(?:stay|suspension)\s+(?:of|on)\b"),
        (V.STAY, r"stay(?:ing)?\b"),
        (V.SUSPEND, r"suspend(?:ing)?\b"),
        (V.WITHDRAW, r"withdraw(?:ing)?\b"),
    )
)
IS = _re(r"(?:is|are)\s+(?:(?:further|also|newly|being|proposed\s+to\s+be)\s+)*")
DONE: tuple[tuple[Verb, re.Pattern[str]], ...] = tuple(
    (verb, _re(pattern))
    for verb, pattern in (
        (V.REVISE_AND_REPUBLISH, r"revised\s+and\s+republished\b"),
        (V.REVISE, r"revised\b"),
        (V.REPUBLISH, r"republished\b"),
        (V.REMOVE_AND_RESERVE, r"(?:removed|deleted)\s+and\s+reserved\b"),
        (V.RESERVE, r"(?:added\s+and\s+)?reserved\b"),
        (V.REMOVE, r"(?:removed|deleted)\b"),
        (V.REDESIGNATE, r"(?:redesignated|renumbered)\b"),
        (V.DESIGNATE, r"designated\b"),
        (V.TRANSFER, r"transferred\b"),
        (V.ADD, r"(?:added|inserted)\b"),
        (V.CORRECT, r"corrected\b"),
        (V.STAY, r"stayed\b"),
        (V.SUSPEND, r"suspended\b"),
        (V.WITHDRAW, r"withdrawn\b"),
    )
)
