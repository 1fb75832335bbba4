"""The effects that a text states: what it does to orders, proclamations, rules, licenses and units of the Code.

`read_effects(view)` is pure. An instrument that is cited, recited as history, implemented by reference, called unaffected or
used as a definition is not affected. A later operative sentence that names an instrument with a verb that is not known gives
`Certainty.UNCLEAR`. A day that the sentence does not give is the day from which the document itself applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from tracker.clock import legal_instant
from tracker.documents.text_view import TextView
from tracker.effects import Affected, Applied, Certainty, DaySource, Effect, EffectVerb
from tracker.legal_status.effect_agencies import agency_effects, page_effects
from tracker.legal_status.effect_annexes import with_annexes
from tracker.legal_status.effect_headings import heading_acts
from tracker.legal_status.effect_judgments import deciding_units, judgment_effects
from tracker.legal_status.effect_notes import note_effects
from tracker.legal_status.effect_sentences import (
    Found,
    affecting,
    announces,
    mask,
    named_alone,
    read_sentence,
    split_sentences,
)
from tracker.legal_status.effect_verbs import Act, Voice
from tracker.legal_status.extraction import printed_day
from tracker.legal_status.instrument_mentions import Group, Mention, Names, identity, nicknames, with_part
from tracker.legal_status.legal_dates import base_days
from tracker.legal_status.relative_days import Base
from tracker.legal_status.sentence_days import days_of
from tracker.model import Document, DocumentKind, UnitKind

_PRESIDENT = re.compile(
    r"\b(?:by the authority vested in me|it is hereby ordered|NOW, THEREFORE, I\b|BY THE PRESIDENT OF THE UNITED STATES|MEMORANDUM FOR (?:THE )?[A-Z]{3})",
    re.I,
)
# The caption of a decision. Courts and presidents both write "it is hereby ordered", so the caption decides.
_CAPTION = re.compile(
    r"\b(?:UNITED STATES COURT OF|DISTRICT COURT|COURT OF INTERNATIONAL TRADE|Circuit Judges?|SUPREME COURT OF|Plaintiffs?-Appell|Slip Op\.)"
)
_COURT = re.compile(r"\bIT IS (?:HEREBY )?ORDERED\b")
_OPENING = 40  # units in which a page shows whose words it is
_ITEM = re.compile(
    r"^\s*(?:\((?:[a-z]{1,5}|[ivx]+|\d{1,3}|[A-Z])\)|[•·–-]|(?:Executive Order|Proclamation|E\.O\.)\s)"
)
_OWN_SECTION = re.compile(r"\s*(?:Sec(?:tion|\.)\s\d+\.|IN WITNESS WHEREOF)")
_LEADS = re.compile(r":\s*$")
_KNOWS = re.compile(r"\b(?:Orders?|Proclamations?|Memorand|Directive|NSPM|NSM|PPD|Rules?|E\.O\.|FR\b|Notice|License|\d{4}-\d{5}|Tariffs?|Duties|Framework|Policy|Actions?)", re.I)  # fmt: skip
# What a proclamation that makes a technical correction says of the fault, and of its correction.
_FAULT = re.compile(
    r"\b(?:omitted|inadvertent(?:ly)?|erroneous(?:ly)?|(?:contained|included|made|introduced|contains|includes)\b[^.;]{0,40}\b(?:errors?|omissions?)|(?:technical|typographical|clerical|drafting) errors?|incorrect(?:ly)?|"
    r"(?:did not|failed to) (?:make|include|reflect|update|conform)\b[^.;]{0,60}\b(?:conforming|technical|necessary|corresponding)?\s?(?:changes?|modifications?|corrections?|amendments?|references?))\b",
    re.I,
)
_THEY = re.compile(
    r"\b(?:they|it|(?:both|these|those|that|such|this|the) (?:proclamation|order|action)s?)\b", re.I
)
_CURED = re.compile(
    r"\b(?:conforming|technical|additional|necessary|appropriate|corresponding)\b[^.;]{0,60}\b(?:changes?|modifications?|corrections?|amendments?|rectifications?)\b|\bcorrect(?:s|ed|ing|ions?)?\b",
    re.I,
)
_NOW = re.compile(
    r"\b(?:I (?:have |hereby |also |further )*determined?|(?:is|are) (?:hereby )?(?:modified|amended|corrected|necessary|appropriate)|shall be)\b",
    re.I,
)
# "Pursuant to section 3 of Executive Order 14195, I have determined", "Consistent with Executive Order 14199 ..., I hereby direct".
_UNDER = re.compile(
    r"^(?:(?:Sec(?:tion|\.) \d{1,2}\.\s(?:[A-Z][^.]{2,80}\.\s)?)?\([a-z]{1,3}\)\s*)?(?:Accordingly, |Therefore, )?(?:[Pp]ursuant to|[Cc]onsistent with|[Ii]n accordance with|[Aa]s (?:directed|required|provided) (?:by|in)|[Ii]n furtherance of|[Tt]o (?:implement|carry out|effectuate))\s+(?:the\s+)?(?:[Ss]ections?\s[\w().,\s-]{1,40}?\sof\s+)?(?:the\s+)?$"
)
_DECIDES = re.compile(
    r"(?:^|[,;] )(?:and pursuant to the authority[^;]{0,200}?, )?I (?:have |hereby |also |further |therefore )*(?:determined?|direct|order|find|found|designate|impose|modif|authorize|amend)|\bis (?:hereby )?(?:authorized|directed|delegated)\b"
)
_UNKNOWN_VERB = re.compile(
    r"^[\s,]*(?:is|are|shall(?: be)?|will(?: be)?)\s+(?:hereby\s+|further\s+|also\s+)*(?P<verb>(?!not\b|unaffected|in\b|hereby\b|based|consistent|described|defined|applicable|subject|the\b|an?\b|that\b|to\b|only\b|be\b|continue|remain|apply|include|incorporated|issued|published|attached|available|no\b|effective|intended|necessary|appropriate)\w+ed)\b",
    re.I,
)


def read_effects(view: TextView) -> tuple[Effect, ...]:
    """Every effect that a document states on other instruments and on units of codified texts, in reading order; one for
    each verb, instrument and affected part. Of a changed page of an agency, only the added words are read."""
    document = view.document
    if document.kind in (DocumentKind.CFR, DocumentKind.LAW, DocumentKind.LIST):
        return tuple(note_effects(document))
    if document.kind is DocumentKind.JUDGMENT:
        document = replace(document, units=deciding_units(document))
        return _judged(document)
    voice = voice_of(document)
    if voice is Voice.AGENCY:
        return _settled(with_annexes(agency_effects(view), document), document)
    if voice is Voice.PAGE:
        return _settled(_page(view), document)
    spoken = _spoken(document, voice)
    return _settled(with_annexes(spoken, document) if voice is Voice.PRESIDENT else spoken, document)


def _judged(document: Document) -> tuple[Effect, ...]:
    """What a judgment decides: by its words about orders and rules, and about earlier judgments."""
    decided = _settled(_spoken(document, Voice.COURT), document)
    known = {(effect.verb, identity(effect.affected)) for effect in decided}
    more = (one for one in judgment_effects(document) if (one.verb, identity(one.affected)) not in known)
    return (*decided, *(replace(one, known_at=known_at(document)) for one in more))


def voice_of(document: Document) -> Voice:
    """Whose words a document is."""
    if document.kind is DocumentKind.PRESIDENTIAL:
        return Voice.PRESIDENT
    if document.kind is DocumentKind.JUDGMENT:
        return Voice.COURT
    if document.kind is not DocumentKind.PAGE:
        return Voice.AGENCY
    opening = " ".join(unit.text for unit in document.units[:_OPENING])
    if _CAPTION.search(opening):
        return Voice.COURT
    if _PRESIDENT.search(opening):
        return Voice.PRESIDENT
    return Voice.COURT if _COURT.search(opening) else Voice.PAGE


def _page(view: TextView) -> Iterator[Effect]:
    """The effects of a page whose author is not known: enforcement, and what it orders in the voice of an order. What a
    page reports of rules is done by the rules' own documents. Of a changed page only enforcement is read."""
    yield from page_effects(view)
    if not view.is_change:
        for effect in _spoken(view.document, Voice.PAGE):
            if identity(effect.affected)[0] in ("executive_order", "proclamation"):
                yield effect


def _spoken(document: Document, voice: Voice) -> list[Effect]:
    """The effects of running text in the voice of a president or a court. What only the title or a reason states counts
    where no words of law state the same."""
    law: list[Effect] = []
    reasons: list[Effect] = []
    for effect, is_law in _read(document, voice):
        (law if is_law else reasons).append(effect)
    stated = {(effect.verb, identity(effect.affected)) for effect in law}
    return law + [effect for effect in reasons if (effect.verb, identity(effect.affected)) not in stated]


def _read(document: Document, voice: Voice) -> Iterator[tuple[Effect, bool]]:
    """Each effect with whether words of law state it, not only the title or a reason."""
    names = Names()
    base = base_days(document)
    carried: Act | None = None
    inserted = _Inserted()
    titled, _ = read_sentence(document.title, names, voice, None, title=True)
    yield from ((effect, False) for _, effect in _effects(titled, document.title, "title", document))
    for unit in document.units:
        if unit.kind in (UnitKind.LINK, UnitKind.IMAGE) or not unit.text:
            continue
        text = unit.text
        if inserted.holds(text):
            continue
        if not (carried and _ITEM.match(text)):
            carried = None
        if voice is Voice.PRESIDENT and "eading" in text:
            yield from ((effect, True) for effect in _headings(text, unit.path, document, base))
        if not (carried or _KNOWS.search(text) or _LEADS.search(text)):
            continue
        read: list[tuple[str, list[Group]]] = []
        for sentence in split_sentences(text):
            if carried and not _ITEM.match(sentence):
                carried = None
            found, groups = read_sentence(sentence, names, voice, base, carried=carried)
            read.append((sentence, groups))
            for one, effect in _effects(found, sentence, unit.path, document):
                yield effect, not one.act.resolve
            more = list(_implements(groups, sentence, unit.path, document))
            if not found:
                more += _unclear(groups, sentence, unit.path, document)
            yield from ((effect, True) for effect in more)
            if ":" in sentence:
                carried = announces(sentence, voice) or carried
        if voice is Voice.PRESIDENT:
            yield from ((effect, True) for effect in _corrections(read, unit.path, document))


class _Inserted:
    """Words that a document puts into another, paragraph by paragraph: each opens with a quotation mark, and the last one
    closes it."""

    def __init__(self) -> None:
        self._open = False

    def holds(self, text: str) -> bool:
        """Whether a paragraph belongs to words that an earlier one opened."""
        inside = self._open and _OWN_SECTION.match(text) is None
        opened, closed = text.count("“"), text.count("”")
        if inside and text.lstrip().startswith("“"):
            opened -= 1
        self._open = opened + inside > closed
        return inside


def _effects(
    found: Iterable[Found], sentence: str, where: str, document: Document
) -> Iterator[tuple[Found, Effect]]:
    for one in found:
        for member, part in zip(one.group.members, one.parts, strict=True):
            effect = Effect(
                one.act.verb,
                affecting(document, sentence, where),
                with_part(member.affected, part),
                one.from_,
                one.until,
                applied=Applied.NOT_APPLICABLE,
                extent=one.extent,
            )
            yield one, effect


def _implements(groups: Iterable[Group], sentence: str, where: str, document: Document) -> Iterator[Effect]:
    """The instrument under which the document decides: `Pursuant to section 3 of Executive Order 14195, I have determined`."""
    for group in groups:
        if _UNDER.match(sentence[: group.start]) and _DECIDES.search(mask(sentence)[group.end :]):
            yield from (
                _plain(EffectVerb.IMPLEMENTS, member, sentence, where, document) for member in group.members
            )
        return


def _plain(verb: EffectVerb, member: Mention, sentence: str, where: str, document: Document) -> Effect:
    return Effect(verb, affecting(document, sentence, where), member.affected, applied=Applied.NOT_APPLICABLE)


def _corrections(read: Sequence[tuple[str, list[Group]]], where: str, document: Document) -> Iterator[Effect]:
    """The instruments whose fault a paragraph states and cures: `Proclamation 10976 omitted conforming changes ... I have
    determined that modifications are necessary to reflect them`."""
    for number, (sentence, groups) in enumerate(read):
        fault = _FAULT.search(sentence)
        if fault is None:
            continue
        if not any(_CURED.search(later) and _NOW.search(later) for later, _ in read[number + 1 :]):
            continue
        before = [group for group in groups if group.end <= fault.start()]
        earlier = read[number - 1][1] if number and _THEY.search(sentence[: fault.start()]) else []
        named = before[-1:] or earlier
        for group in named:
            yield from (
                _plain(EffectVerb.CORRECTS, member, sentence, where, document) for member in group.members
            )


def _headings(text: str, where: str, document: Document, base: Base) -> Iterator[Effect]:
    """The headings of the tariff schedule on which a paragraph acts, from the days that the sentence gives."""
    for sentence in split_sentences(text):
        for verb, codes in heading_acts(sentence):
            from_, until = days_of(sentence, base)
            for code in codes:
                place = affecting(document, sentence, where)
                yield Effect(verb, place, Affected(hts=code), from_, until, applied=Applied.NOT_APPLICABLE)


def _unclear(groups: Iterable[Group], sentence: str, where: str, document: Document) -> Iterator[Effect]:
    """Instruments that are the subject of an operative sentence whose verb is not known."""
    for group in groups:
        if _UNKNOWN_VERB.match(sentence[group.end :]) and named_alone(sentence[: group.start]):
            for member in group.members:
                plain = _plain(EffectVerb.AMENDS, member, sentence, where, document)
                yield replace(plain, certainty=Certainty.UNCLEAR)


def _settled(found: Iterable[Effect], document: Document) -> tuple[Effect, ...]:
    """One effect for each verb, instrument and part; never on the document itself; with the document's own days where the
    sentence gives none. An implemented instrument that is also changed is changed."""
    own = {
        ("executive_order", document.executive_order),
        ("proclamation", document.proclamation),
        ("citation", document.citation),
        ("document_number", document.document_number),
    }
    kept: dict[tuple[object, ...], Effect] = {}
    for effect in _fully_named(list(found)):
        name = identity(effect.affected)
        if name in own or not name[0]:
            continue
        key = (effect.verb, name, effect.affected.part, effect.affecting.instruction)
        earlier = kept.get(key)
        if earlier is None or (earlier.from_ is None and effect.from_ is not None):
            kept[key] = effect
    changed = {
        identity(effect.affected) for effect in kept.values() if effect.verb is not EffectVerb.IMPLEMENTS
    }
    (start, source), known = _begins(document), known_at(document)
    return tuple(
        replace(
            effect,
            from_=effect.from_ or (None if effect.certainty is Certainty.PROPOSED else start),
            from_source=_source(effect, source),
            known_at=effect.known_at or known,
        )
        for effect in kept.values()
        if effect.verb is not EffectVerb.IMPLEMENTS or identity(effect.affected) not in changed
    )


def _source(effect: Effect, own: DaySource | None) -> DaySource | None:
    """Where the first day comes from. What is only proposed has no first day that words do not give."""
    if effect.from_ is not None:
        return effect.from_source or DaySource.STATED
    return None if effect.certainty is Certainty.PROPOSED else own


def _fully_named(found: Sequence[Effect]) -> Iterator[Effect]:
    """A rule that the document names by citation in one place, and by citation and number in another, is one instrument."""
    numbers = {known.citation: known.document_number for known in nicknames().values() if known.citation}
    numbers |= {
        one.citation: one.document_number
        for one in (effect.affected for effect in found)
        if one.citation and one.document_number
    }
    citations = {number: citation for citation, number in numbers.items() if number}
    for effect in found:
        one = effect.affected
        number = one.document_number or numbers.get(one.citation or "")
        citation = one.citation or citations.get(one.document_number or "")
        yield replace(effect, affected=replace(one, citation=citation, document_number=number))


def _begins(document: Document) -> tuple[date | None, DaySource | None]:
    """The day from which the document itself applies, and where that day comes from."""
    if document.effective_on:
        return document.effective_on, DaySource.DOCUMENT
    base = base_days(document)
    if base.signed:
        return base.signed, DaySource.PUBLISHED if base.signed == document.published else DaySource.SIGNED
    day = base.published or (printed_day(document) if document.kind is DocumentKind.PAGE else None)
    return day, DaySource.PUBLISHED if day else None


def known_at(document: Document) -> datetime | None:
    """When one could know the document: its filing for inspection, else the day of its publication."""
    if document.filed_at:
        return document.filed_at
    return legal_instant(document.published) if document.published else None
