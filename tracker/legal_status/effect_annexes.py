"""The effects of an annex on the tariff schedule: the headings that it inserts, changes and ends, from the day that the annex
gives, each quoted with its rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracker.effects import Affected, Applied, Effect, EffectVerb
from tracker.legal_status.effect_sentences import affecting
from tracker.model import Document, DocumentKind, UnitKind
from tracker.tariff.annex_rows import AnnexAct, AnnexRow, annex_rows

_VERBS = {
    AnnexAct.INSERTED: EffectVerb.ADDS,
    AnnexAct.CHANGED: EffectVerb.AMENDS,
    AnnexAct.ENDED: EffectVerb.ENDS,
}
_NO_WORDS = (UnitKind.LINK, UnitKind.IMAGE)


def rows_of(document: Document) -> tuple[AnnexRow, ...]:
    """Return the rows of a document and its annexes."""
    return annex_rows((unit.path, unit.text) for unit in document.units if unit.kind not in _NO_WORDS)


def annex_effects(document: Document) -> Iterator[Effect]:
    """Yield an effect for each heading that an annex acts on and dates. A proposal has none."""
    if document.kind is DocumentKind.PROPOSED_RULE:
        return
    for row in rows_of(document):
        if row.act in _VERBS and row.since is not None:
            quote = " ".join(filter(None, (row.number, row.words, row.rate)))
            words = quote if row.act is AnnexAct.INSERTED else row.words
            place = affecting(document, words, row.where)
            yield Effect(
                _VERBS[row.act], place, Affected(hts=row.number), row.since, applied=Applied.NOT_APPLICABLE
            )


def with_annexes(found: Iterable[Effect], document: Document) -> list[Effect]:
    """Return effects with those of the annex in place of ones on the same heading that have no day of their own."""
    rows = list(annex_effects(document))
    dated = {(one.verb, one.affected.hts) for one in rows}
    kept = [
        one
        for one in found
        if one.from_ is not None or one.affected.hts is None or (one.verb, one.affected.hts) not in dated
    ]
    return [*kept, *rows]
