"""What differs between two readings of a text, at the unit that lawyers cite.

`compare` aligns units (`align`), then words within a pair (`words`), and says which differences are
typography only (`editorial`); `apply` turns the old text into the new one by the operations;
`summarize` says it in a sentence, in Japanese and in English.
"""

from __future__ import annotations

from tracker.diffing.apply import apply
from tracker.diffing.operations import compare, substantive
from tracker.diffing.summary import summarize

__all__ = ["apply", "compare", "substantive", "summarize"]
