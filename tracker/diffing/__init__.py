"""Compares two versions of a text by the units that lawyers cite.

`compare` aligns units (`alignment`), then words within a pair (`word_diff`), and marks differences that are
only typographic (`normalization`); `apply` turns the old text into the new one by the operations; `summarize`
describes them in a sentence, in Japanese and in English.
"""

from __future__ import annotations

from tracker.diffing.apply import apply
from tracker.diffing.operations import compare, substantive
from tracker.diffing.summary import summarize

__all__ = ["apply", "compare", "substantive", "summarize"]
