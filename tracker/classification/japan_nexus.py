"""Japan nexus: found and quoted, never assumed: the words that name Japan, acts that reach its goods, and listed parties."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.classification.features import Features
from tracker.classification.party_lists import PartyListAct
from tracker.documents.term_matching import compile_term
from tracker.documents.text_view import clip_quote
from tracker.model import Act, Direction, Evidence, Force, Operand, UnitKind

_MOST = 5
_JAPAN = compile_term("Japan*")
_DUTIABLE = frozenset({Operand.DUTY, Operand.CUSTOMS_DE_MINIMIS})


def japan_nexus(features: Features, acts: Sequence[Act], listing: PartyListAct) -> tuple[Evidence, ...]:
    """The words that tie a document to Japan, with their place; none where there are none."""
    found: list[Evidence] = []
    for name in ("japan", "japan-groups"):
        found.extend(features.context(name) or ())
    found.extend(listing.facts.get("adds-japan", ()))
    found.extend(
        act.evidence
        for act in acts
        if act.operand in _DUTIABLE
        and act.of == ("all",)
        and act.actor == "president"
        and act.force in (Force.BINDING_NOW, Force.BINDING_FROM)
        and act.direction is Direction.RESTRICTION
    )
    found.extend(_body(features))
    return tuple(dict.fromkeys(found))[:_MOST]


def _body(features: Features) -> list[Evidence]:
    """Rows and instructions of a full text that name Japan: the law's own words, not its preamble's."""
    view = features.view
    found: list[Evidence] = []
    for operation in view.operations:
        if "JAPAN" in operation.path.upper():
            found.append(Evidence(clip_quote(operation.after or operation.before), operation.path))
    if not view.full or view.is_change:
        return found
    for unit in view.document.units:
        if unit.kind in (UnitKind.INSTRUCTION, UnitKind.ROW) and _JAPAN.find(unit.text, unit.text.lower()):
            found.append(Evidence(clip_quote(unit.text), unit.path))
            if len(found) >= _MOST:
                break
    return found
