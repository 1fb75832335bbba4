"""Effects that the notes of the eCFR record: stays and delays (effective-date notes), and amendments that could not be
incorporated (editorial notes), each on the unit that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from tracker import citations
from tracker.clock import legal_instant
from tracker.effects import Affected, Affecting, Applied, Effect, EffectVerb, Extent
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.extraction import note_units
from tracker.model import Document, Unit, UnitKind
from tracker.text import fold_space

_FAILED = re.compile(
    r"\b(?:could|can)\s?not be (?:incorporated|made|executed|carried out|implemented)\b", re.I
)
_VERBS = (
    (EffectVerb.ADDS, re.compile(r"\b(?:add(?:ing|ed|s)?|insert(?:ing|ed)?)\b", re.I)),
    (EffectVerb.REVISES, re.compile(r"\b(?:revis(?:ing|ed|e|ion)|correct(?:ing|ed))\b", re.I)),
    (EffectVerb.REMOVES, re.compile(r"\b(?:remov(?:ing|ed|al|e))\b", re.I)),
    (EffectVerb.REDESIGNATES, re.compile(r"\bredesignat\w+\b", re.I)),
    (EffectVerb.AMENDS, re.compile(r"\bamend(?:ing|ed|ment)\b", re.I)),
)
_EFFECTIVE_VERBS = (
    (EffectVerb.LIFTS_STAY, re.compile(r"\bstay\b[^.;]{0,60}\blifted\b|\blift\w* (?:the )?stay\b", re.I)),
    (EffectVerb.STAYS, re.compile(r"\bstay(?:ed)?\b", re.I)),
    (EffectVerb.SUSPENDS, re.compile(r"\bsuspended\b", re.I)),
    (EffectVerb.DELAYS, re.compile(r"\b(?:delayed|postponed|deferred)\b", re.I)),
    (EffectVerb.EXTENDS, re.compile(r"\bextended\b", re.I)),
    *_VERBS,
)
_NOT_YET = frozenset(
    {EffectVerb.ADDS, EffectVerb.REVISES, EffectVerb.REMOVES, EffectVerb.AMENDS, EffectVerb.REDESIGNATES}
)
_SENTENCES = (
    r"(?:introductory text|(?:(?:first|second|third|fourth|fifth|sixth|last)"
    r"(?:,? (?:and|through) (?:first|second|third|fourth|fifth|sixth|last))*) sentences?)"
)
_NAMES = re.compile(r"“([^“”]{2,200}?)[,;]?”")
_UNDER = re.compile(r"\b(?:under|for|in)\s+(?:the country of\s+)?(?P<name>[A-Z][A-Z'’]{3,}(?:[A-Z,'’ .()-]|OF\b)*[A-Z)])")  # fmt: skip
_ENTRY = re.compile(r"\b(?:entry|entries)\b", re.I)


def note_effects(document: Document) -> Iterator[Effect]:
    """The effects of every note of a codified text, on exactly the units that the note names."""
    for unit in document.units:
        if unit.kind is UnitKind.EFFECTIVE_NOTE:
            yield from _effective(unit, document)
        elif unit.kind is UnitKind.EDITORIAL_NOTE and _FAILED.search(unit.text):
            yield from _not_incorporated(unit)


def _affecting(text: str, unit: Unit) -> Affecting:
    citation = next((hit.value for hit in citations.find_citations(text) if hit.kind == "fr"), None)
    return Affecting(citation=citation, quote=text, where=unit.path)


def _known(text: str) -> datetime | None:
    """When one could know it: the day on which the document that the note cites was published."""
    first = next(iter(mentions(text)), None)
    if first is None or not re.search(r"\bFR \d[\d,]*,\s*$", text[: first.start]):
        return None
    return legal_instant(first.day)


def _effective(unit: Unit, document: Document) -> Iterator[Effect]:
    """The effects of one note. Each further citation ("At 89 FR 93170, Nov. 26, 2024, the effective period was extended to")
    is an effect of another document on the same units."""
    paths = {each.path for each in document.units}
    units: list[tuple[str, str | None]] = []
    for text in _events(fold_space(unit.text)):
        verb = next((verb for verb, words in _EFFECTIVE_VERBS if words.search(text)), None)
        if verb is None:
            continue
        if (
            not units
            or citations.citation_values(text, "cfr", "section", "supplement")
            or "paragraph" in text
        ):
            units = [_placed(path, text, paths) for path in note_units(text, unit, document)]
        start, until = _span(text)
        affecting, known = _affecting(text, unit), _known(text)
        later = start is not None and document.published is not None and start > document.published
        applied = Applied.PENDING if verb in _NOT_YET and (later or _waits(text)) else Applied.IN_THE_ECFR
        for path, part in units:
            extent = Extent.PARTIAL if part else Extent.WHOLE
            yield Effect(
                verb, affecting, Affected(path=path, part=part), start, until, known, applied, extent=extent
            )


def _events(text: str) -> list[str]:
    """The sentences of a note, each with its citation."""
    text = re.sub(r"^(?:Effective Date Notes?(?: \d+)?: )?", "", text)
    cuts = [0, *(match.start() for match in re.finditer(r"(?<=\. )At \d+ FR ", text))]
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _waits(text: str) -> bool:
    """Whether a note announces a text that is not yet printed: the convenience note of a later revision."""
    return re.search(r"\bfor the convenience of the user\b", text) is not None


def _placed(path: str, text: str, paths: set[str]) -> tuple[str, str | None]:
    """The unit of the document that a note means, with the part of it that the note names: sentences, a note, or its
    introductory text."""
    levels = path[path.find("(") :] if "(" in path else ""
    if path not in paths and levels and (match := re.search(r"\bunder (?P<name>Category [IVX]+)\b", text)):
        path = f"{path.split('(', maxsplit=1)[0]} › {match['name']} {levels}"
    if levels and (
        match := re.search(rf"\bnotes?(?P<number> \d+)? to paragraph {re.escape(levels)}(?!\()", text)
    ):
        base = path.removesuffix(levels).rstrip(" ›")
        notes = [one for one in paths if one.startswith(base) and one.endswith(f" to paragraph {levels}")]
        named = [one for one in notes if f"Note{match['number'] or ''} to" in one] or notes
        return (named[0], None) if len(named) == 1 else (path, match[0])
    return path, _sentences(text, path)


def _span(text: str) -> tuple[date | None, date | None]:
    """The first and last day; the day of the citation is the first where the note gives no other."""
    start = until = published = None
    for mention in mentions(text):
        before = text[max(0, mention.start - 24) : mention.start]
        if re.search(r"\b(?:until|through|to)\s*$", before):
            until = until or mention.day
        elif re.search(r"\bFR \d[\d,]*,\s*$", before):
            published = published or mention.day
        elif re.search(r"\b(?:effective|beginning)\s*(?:(?:from|on)\s*)?$", before):
            start = start or mention.day
    return start or published, until


def _sentences(text: str, path: str) -> str | None:
    """Which sentences of a paragraph a note names, before the paragraph or after it."""
    levels = re.escape(path[path.find("(") :]) if "(" in path else ""
    match = (
        re.search(rf"\b(?P<part>{_SENTENCES}) (?:of|in) paragraph {levels}(?!\()", text) if levels else None
    )
    return match["part"] if match else None


def _not_incorporated(unit: Unit) -> Iterator[Effect]:
    text = fold_space(re.sub(r"^(?:Editorial Notes?: )?\d{1,2}\. ", "", fold_space(unit.text)))
    said = text[: match.start()] if (match := _FAILED.search(text)) else text
    base = unit.path.split(" › ")[0]
    affecting, known = _affecting(text, unit), _known(text)
    day = next((mention.day for mention in mentions(text)), None) if known else None
    verb: EffectVerb | None = None
    for piece in _pieces(said):
        verb = next((verb for verb, words in _VERBS[:4] if words.search(piece)), verb or EffectVerb.AMENDS)
        for path, party in _failed_units(piece, said, base):
            yield Effect(
                verb,
                affecting,
                Affected(path=path, party=party),
                day,
                known_at=known,
                applied=Applied.NOT_INCORPORATED,
            )


def _pieces(said: str) -> list[str]:
    """The clauses of a note, one for each participle: `by adding an entry ...` and `by revising the entry ...`."""
    cuts = [m.start() for m in re.finditer(r"\b(?:adding|revising|removing|redesignating|inserting|correcting)\b", said)]  # fmt: skip
    if not cuts:
        return [said]
    return [said[a:b] for a, b in zip(cuts, [*cuts[1:], len(said)], strict=True)]


def _failed_units(piece: str, said: str, base: str) -> list[tuple[str, str | None]]:
    """The entries that a clause names, by country and party; else its paragraphs; else the section itself."""
    names = _NAMES.findall(piece) if _ENTRY.search(piece) else []
    if names:
        match = _UNDER.search(said)
        country = f"{match['name'].strip(' ,.')} › " if match else ""
        return [(f"{base} › {country}{name}", name) for name in names]
    return [(path, None) for path in _levels(piece, base) or [base]]


def _levels(piece: str, base: str) -> list[str]:
    hits = [hit.value for hit in citations.find_citations(piece) if hit.kind in ("cfr", "supplement")]
    section = base.split("(", maxsplit=1)[0]
    levels = re.findall(r"\bparagraphs?\s+((?:\([\w]{1,5}\))+(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s+through\s+)(?:\([\w]{1,5}\))+)*)", piece)  # fmt: skip
    found: list[str] = []
    for run in levels:
        before: tuple[str, ...] = ()
        for each in re.findall(r"(?:\(\w{1,5}\))+", run):
            own = tuple(re.findall(r"\(([^)]*)\)", each))
            if before and len(own) < len(before):
                own = citations.next_designators(before, own)
            before = own
            found.append(section + "".join(f"({level})" for level in own))
    return found or hits
