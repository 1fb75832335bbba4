"""Puts evidence from passages that were joined for the rules back to the place of its words.

What a judgment, docket or bill is about is read from several of its passages at once, as the abstract of a document. A reader has
to find the words where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.model import Classification, Evidence

JOINED = "abstract"  # where the rules say that the joined words are
Passage = tuple[str, str]  # its words with single spaces, and its place


def joined(passages: Sequence[Passage]) -> str:
    return " ".join(words for words, _ in passages if words)


def in_place(found: Classification, passages: Sequence[Passage]) -> Classification:
    """Return a classification of `joined` passages, with the place of each quote of its topics and of what names Japan."""
    return replace(
        found,
        topics=tuple(
            replace(topic, evidence=tuple(_placed(one, passages) for one in topic.evidence))
            for topic in found.topics
        ),
        japan_nexus=tuple(_placed(one, passages) for one in found.japan_nexus),
    )


def _placed(evidence: Evidence, passages: Sequence[Passage]) -> Evidence:
    """A quote across the end of a passage becomes its part in the first of them: elsewhere the document does not have it."""
    if evidence.where != JOINED:
        return evidence
    for words, place in passages:
        if evidence.quote in words:
            return Evidence(evidence.quote, place)
    for words, place in passages:
        begun = next(
            (size for size in range(len(evidence.quote), 0, -1) if words.endswith(evidence.quote[:size])), 0
        )
        if begun:
            return Evidence(evidence.quote[:begun].strip(), place)
    return evidence
