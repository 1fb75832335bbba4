"""Interim rules that a final rule adopts with changes: "adopts as final, with minor amendments, the interim final rule
published on May 1, 2030". A rule that is adopted without change stays what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.documents.text_view import abstract_of
from tracker.effects import Affected, Applied, Effect, EffectVerb, Extent
from tracker.legal_status.effect_sentences import affecting, split_sentences
from tracker.legal_status.published_rules import published_rules
from tracker.model import Document

_ADOPTS = re.compile(
    r"\b(?:adopt(?:s|ing)|finaliz(?:es|ing)|(?:make|mak)(?:s|ing) final)\b[^.;]{0,80}?\b(?P<rule>interim (?:final )?rule|IFR)\b",
    re.I,
)
_CHANGES = re.compile(
    r"\b(?:with|including(?: making)?)\s+(?:\w+\s+){0,3}?(?:changes?|amendments?|modifications?|clarifications?|revisions?|corrections?|edits|adjustments?)\b",
    re.I,
)
_UNCHANGED = re.compile(
    r"\bwith(?:out|\s+no)\s+(?:\w+\s+){0,3}?(?:changes?|modification|amendments?)\b", re.I
)
_PROPOSES = re.compile(r"\bpropos\w+\s+(?:to\s+)?$", re.I)


def adoption_effects(document: Document) -> Iterator[Effect]:
    """The amendment of an interim rule by the rule that adopts it with changes; where the abstract names the interim rule."""
    named: Affected | None = None
    for sentence in split_sentences(abstract_of(document)):
        for affected, start, end in published_rules(sentence):
            if "interim" in sentence[start:end].lower() or "IFR" in sentence[start:end]:
                named = affected
        adopts = _ADOPTS.search(sentence)
        if adopts is None or named is None or _PROPOSES.search(sentence[: adopts.start()]):
            continue
        if _CHANGES.search(sentence) and not _UNCHANGED.search(sentence):
            yield Effect(
                EffectVerb.AMENDS,
                affecting(document, sentence, "abstract"),
                named,
                applied=Applied.NOT_APPLICABLE,
                extent=Extent.PARTIAL,
            )
            return
