"""Whether a sentence states that a rule is not enforced, or enforced again."""

from __future__ import annotations

import re

from tracker.effects import EffectVerb
from tracker.legal_status.extraction import NOT_ENFORCED

# The end of non-enforcement uses the words of non-enforcement.
_ENFORCING: tuple[tuple[EffectVerb, re.Pattern[str]], ...] = (
    (EffectVerb.RESUMES, re.compile(r"\b(?:resum\w+|restor\w+|reinstat\w+|recommenc\w+|restart\w*|begin\w*|(?:will|to) (?:once )?again)\b[^.;]{0,60}(?<!non-)(?<!non)\benforc\w+|\b(?:end(?:s|ed|ing)?|ceas\w+|withdraw\w*|no longer|rescind\w*|terminat\w+)\b[^.;]{0,60}\b(?:non-?enforcement|enforcement discretion)\b|\benforcement\b[^.;]{0,80}\b(?:resumes?|will resume|recommences?)\b", re.I)),
    (EffectVerb.DOES_NOT_ENFORCE, NOT_ENFORCED),
)  # fmt: skip


def enforcement(sentence: str) -> EffectVerb | None:
    """DOES_NOT_ENFORCE, RESUMES, or None where the sentence is about neither."""
    if "enforc" not in sentence and "Enforc" not in sentence and "ENFORC" not in sentence:
        return None
    return next((verb for verb, words in _ENFORCING if words.search(sentence)), None)
