"""Effects from the relations and statuses that the classification found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracker import citations
from tracker.effects import Affected, Affecting, Applied, Certainty, Effect, EffectVerb
from tracker.legal_status.extraction import note_status
from tracker.model import Change, Document, DocumentKind, DocumentRelation, Status, UnitKind

_VERBS = {
    "corrects": EffectVerb.CORRECTS,
    "extends": EffectVerb.EXTENDS,
    "delays": EffectVerb.DELAYS,
    "stays": EffectVerb.STAYS,
    "amends": EffectVerb.AMENDS,
    "withdraws": EffectVerb.ENDS,
    "rescinds": EffectVerb.ENDS,
    "implements": EffectVerb.IMPLEMENTS,
    "suspends-enforcement": EffectVerb.DOES_NOT_ENFORCE,
    "resumes-enforcement": EffectVerb.RESUMES,
}
_NOTED = {"stayed": EffectVerb.STAYS, "delayed": EffectVerb.DELAYS}


def relation_effects(document: Document, change: Change) -> tuple[Effect, ...]:
    """Return the effects that a document states: by its relations, and of a text of the CFR by its notes."""
    if document.kind in (DocumentKind.CFR, DocumentKind.LIST):
        return tuple(dict.fromkeys(_of_notes(document)))
    return tuple(dict.fromkeys((*_of_links(change), *_of_units(change))))


def _of_links(change: Change) -> Iterator[Effect]:
    for link in change.tagging.links:
        verb = _VERBS.get(link.relation)
        if verb is None:
            continue
        since, until = _days(change, verb)
        affecting = Affecting(quote=link.quote, where=link.where)
        applied = (
            Applied.NOT_APPLICABLE if link.target.startswith(("E.O.", "Proclamation")) else Applied.PENDING
        )
        yield Effect(
            verb, affecting, _target(link), since, until, applied=applied, certainty=Certainty.STATED
        )


def _target(link: DocumentRelation) -> Affected:
    hits = citations.find_citations(link.target)
    kind = hits[0].kind if len(hits) == 1 and hits[0].value == link.target else ""
    match kind:
        case "executive-order":
            return Affected(executive_order=link.target.removeprefix("E.O. "))
        case "proclamation":
            return Affected(proclamation=link.target.removeprefix("Proclamation "))
        case "document-number":
            return Affected(document_number=link.target)
        case "fr":
            return Affected(citation=link.target)
        case "rin":
            return Affected(rin=link.target)
        case "docket":
            return Affected(docket=link.target)
    return Affected(title=link.target)


def _days(change: Change, verb: EffectVerb) -> tuple[date | None, date | None]:
    states = {EffectVerb.STAYS: "stayed", EffectVerb.DOES_NOT_ENFORCE: "not-enforced"}
    stated = next((one for one in change.tagging.status if one.state == states.get(verb)), None)
    effective = min(
        (
            day.date
            for day in change.tagging.dates
            if day.type == "effective" and not (day.note or day.by or day.superseded)
        ),
        default=None,
    )
    since = (stated.since if stated else None) or effective or change.published
    return since, stated.until if stated else None


def _of_notes(document: Document) -> Iterator[Effect]:
    for unit in document.units:
        if unit.kind is UnitKind.EFFECTIVE_NOTE:
            for status in note_status(unit, document):
                yield from _on_units(status, Applied.IN_THE_ECFR, status.by)


def _of_units(change: Change) -> Iterator[Effect]:
    for status in change.tagging.status:
        if status.units:
            yield from _on_units(status, Applied.PENDING, None)


def _on_units(status: Status, applied: Applied, by: str | None) -> Iterator[Effect]:
    verb = _NOTED.get(status.state)
    if verb is None:
        return
    for unit in status.units:
        affecting = Affecting(citation=by, quote=status.quote, where=status.where)
        yield Effect(verb, affecting, Affected(path=unit), status.since, status.until, applied=applied)
