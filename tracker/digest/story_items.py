"""Entries of a digest by story: a rule, its text in the CFR and its list rows are one entry. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.digest.week import DigestItem


def by_story(items: Sequence[DigestItem], stories: Mapping[str, str]) -> list[DigestItem]:
    """Return one entry for each story: what concerns the reader leads, then the gravest, then a document before texts. The
    others are its `records`, in their order."""
    found: dict[str, list[DigestItem]] = {}
    for item in items:
        found.setdefault(stories.get(item.change.id, item.change.id), []).append(item)
    return [_entry(same) for same in found.values()]


def _entry(same: Sequence[DigestItem]) -> DigestItem:
    lead = max(
        same,
        key=lambda item: (
            item.matched,
            item.level.rank,
            item.change.document_number is not None,
            not item.update,
        ),
    )
    also = tuple(dict.fromkeys(source for item in same for source in item.also))
    return replace(lead, also=also, records=tuple(item.change for item in same if item is not lead))
