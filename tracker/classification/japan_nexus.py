"""Japan nexus: found and quoted, never assumed (`[nexus]` in the rules file, and listed parties)."""

from __future__ import annotations

from tracker.classification.rule_engine import RuleEngine
from tracker.documents.term_matching import compile_term
from tracker.documents.text_view import clip_quote
from tracker.model import Evidence, UnitKind

_MOST = 5
_JAPAN = compile_term("Japan*")


def japan_nexus(findings: RuleEngine) -> tuple[Evidence, ...]:
    """The words that tie a document to Japan, with where they stood; none where there are none."""
    found: list[Evidence] = []
    for alternatives in findings.rules.nexus.values():
        for condition in alternatives:
            hit = findings.holds(condition)
            if hit is not None:
                found.extend(hit or (Evidence(findings.reading.title.text, "title"),))
    found.extend(findings.listing.facts.get("adds-japan", ()))
    found.extend(_body(findings))
    return tuple(dict.fromkeys(found))[:_MOST]


def _body(findings: RuleEngine) -> list[Evidence]:
    """Rows and instructions of a full text that name Japan: the law's own words, not its preamble's."""
    reading = findings.reading
    found: list[Evidence] = []
    for operation in reading.operations:
        if "JAPAN" in operation.path.upper():
            found.append(Evidence(clip_quote(operation.after or operation.before), operation.path))
    if not reading.full or reading.is_change:
        return found
    for unit in reading.document.units:
        if unit.kind in (UnitKind.INSTRUCTION, UnitKind.ROW) and _JAPAN.find(unit.text, unit.text.lower()):
            found.append(Evidence(clip_quote(unit.text), unit.path))
            if len(found) >= _MOST:
                break
    return found
