"""The cells of a row of a screening list, whose text has its parts by labels: `Some Co. License requirement: For all items`."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.diffing.word_diff import word_spans
from tracker.documents.listed_parties import NOTICE, POLICY, REQUIREMENT, labeled_words

_COLUMN_LABELS = frozenset({"", REQUIREMENT, POLICY, NOTICE})


def labeled_cells(before: str, after: str, *, listed: bool) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the cells of a row of a screening list, each with the cell of the same label."""
    sides = [labeled_words(text) or ({"": text} if text else {}) for text in (before, after)]
    if listed:
        sides = [_in_columns(words) for words in sides]
    else:
        sides = [
            {label: f"{label}: {text}" if label else text for label, text in words.items()} for words in sides
        ]
    old, new = sides
    return tuple(
        tuple(word_spans(old.get(label, ""), new.get(label, ""))) for label in dict.fromkeys((*old, *new))
    )


def _in_columns(words: Mapping[str, str]) -> dict[str, str]:
    """Return the words of a row of a screening list by the columns of the Entity List; what has no column of its own follows
    the citation of the Federal Register, with its label."""
    rest = [f"{label}: {text}" for label, text in words.items() if label not in _COLUMN_LABELS]
    last = ". ".join(filter(None, (words.get(NOTICE, ""), *rest)))
    return {label: words.get(label, "") for label in ("", REQUIREMENT, POLICY)} | {NOTICE: last}
