"""On which other document this one acts: the relations that its effects give.

`effect_reader` reads what a text does; a relation is the same statement in the words of the JSON records (docs/records.md):
corrects, extends, delays, stays, amends, withdraws, rescinds, implements, suspends or resumes enforcement. An effect on a unit
of a codified text, or one that is unclear or only proposed, is no relation of documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker import citations
from tracker.documents.text_view import TextView
from tracker.effects import Certainty, Effect, EffectVerb, Extent
from tracker.legal_status.date_corrections import corrects_day
from tracker.legal_status.effect_reader import read_effects
from tracker.legal_status.enforcement import enforcement
from tracker.model import DocumentRelation

V = EffectVerb
_RELATIONS = {
    V.CORRECTS: "corrects",
    V.EXTENDS: "extends",
    V.DELAYS: "delays",
    V.STAYS: "stays",
    V.SUSPENDS: "stays",
    V.AMENDS: "amends",
    V.ADDS: "amends",
    V.REMOVES: "amends",
    V.REVISES: "amends",
    V.REDESIGNATES: "amends",
    V.ENDS: "rescinds",
    V.SUPERSEDES: "rescinds",
    V.DOES_NOT_ENFORCE: "suspends-enforcement",
    V.IMPLEMENTS: "implements",
}
_WEAK = ("implements", "amends")
_WITHDRAWS = re.compile(r"\bwithdr[ae]w", re.I)
# A section of an instrument that ends amends it; the end of what the instrument imposes ends it.
_PLACE = re.compile(
    r"^(?:the\s+)?(?:sections?|clauses?|paragraphs?|subsections?|annex|subdivision|part|title|note|instruction)",
    re.I,
)


def document_relations(reading: TextView) -> tuple[DocumentRelation, ...]:
    """Every act on another document; for each target only the strongest relation. Each correction of a day is a link of
    its own, because its words move the day."""
    kept: dict[tuple[str, str, str], DocumentRelation] = {}
    for effect in read_effects(reading):
        relation = _relation(effect)
        for target in _targets(effect) if relation else ():
            link = DocumentRelation(relation, target, effect.affecting.quote, effect.affecting.where)
            moves = relation == "corrects" and corrects_day(link.quote)
            kept.setdefault((relation, target, link.quote if moves else ""), link)
    strong = {link.target for link in kept.values() if link.relation not in _WEAK}
    moved = {target for _, target, words in kept if words}
    return tuple(
        link
        for (relation, target, words), link in kept.items()
        if (relation not in _WEAK or target not in strong)
        and (words or relation != "corrects" or target not in moved)
    )


def _relation(effect: Effect) -> str:
    """The relation that an effect is; empty where the vocabulary of records has none."""
    if effect.certainty is not Certainty.STATED or effect.affected.path:
        return ""
    if effect.verb is V.RESUMES:
        return "resumes-enforcement" if enforcement(effect.affecting.quote) is V.RESUMES else ""
    if effect.verb is V.ENDS and _WITHDRAWS.search(effect.affecting.quote):
        return "withdraws"
    if effect.verb in (V.ENDS, V.SUPERSEDES) and effect.extent is not Extent.WHOLE:
        return (
            "amends"
            if effect.extent is Extent.CONDITIONAL or _PLACE.match(effect.affected.part or "")
            else "rescinds"
        )
    return _RELATIONS.get(effect.verb, "")


def _targets(effect: Effect) -> Iterator[str]:
    """The name of the affected document: as other documents cite it, or its title with its docket and RIN."""
    one = effect.affected
    if one.title or one.docket or one.rin:
        yield from (name for name in (one.title, one.docket, one.rin) if name)
    elif one.executive_order:
        yield f"E.O. {one.executive_order}"
    elif one.proclamation:
        yield f"Proclamation {one.proclamation}"
    else:
        names = [name for name in (one.citation, one.document_number) if name]
        said = citations.citation_values(effect.affecting.quote, "fr", "document-number")
        yield from [name for name in names if name in said] or names[:1]
