"""Effects that an agency's document or page states: on rules, notices, licenses and orders by their names, and by its
amendatory instructions on units of the Code of Federal Regulations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker import citations
from tracker.documents.sanctions_entries import SanctionsEntry, sanctions_entries
from tracker.documents.text_view import TextView, abstract_of, clip_quote
from tracker.effects import Affected, Affecting, Applied, Certainty, DaySource, Effect, EffectVerb, Extent
from tracker.legal_status.date_corrections import day_corrections
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.effect_adoptions import adoption_effects
from tracker.legal_status.effect_days import with_moved_day
from tracker.legal_status.effect_instructions import instruction_effects
from tracker.legal_status.effect_relation import (
    certainty_of,
    correction_extent,
    extent_of,
    names_relation,
    own_verb,
    whole_effect,
    words_of,
)
from tracker.legal_status.effect_sentences import affecting, read_sentence, split_sentences
from tracker.legal_status.effect_summaries import summary_effects
from tracker.legal_status.effect_trade import trade_effects
from tracker.legal_status.effect_verbs import Voice
from tracker.legal_status.enforcement import enforcement
from tracker.legal_status.instrument_mentions import Group, Names, identity, with_part
from tracker.legal_status.legal_dates import base_days
from tracker.legal_status.published_rules import is_dated_title
from tracker.legal_status.relative_days import Base
from tracker.legal_status.sentence_days import agency_start
from tracker.model import Document, DocumentKind, UnitKind

V = EffectVerb
# "will not enforce the AI Diffusion Rule": what a press release calls a rule.
_NICKNAME = re.compile(
    r"\b((?!(?:Proposed|Final|Interim|Direct|This|Each|Any) (?:Final |Interim )?Rule)(?:[A-Z][\w’'-]*)(?: (?:[A-Z\d][\w’'-]*|of|to|for|and|on|in|the))* (?:Rule|IFR))\b"
)
_LICENSE = re.compile(r"\bGeneral License (?:Nos?\. ?)?(?P<number>\d{1,3}[A-Z]{0,2})\b")
# "The effective date of the final rule published at 91 FR 1000 is December 7, 2026."
_ITS_DATE = re.compile(r"\b[Tt]he effective date (?:of|for) (?:the|its|our) [^.;]{0,120}$")
_IS_NOW = re.compile(r"[^.;]{0,60}?\bis (?:now |hereby |therefore )?(?:set (?:as|at|for|to) )?(?=[A-Z])")
_ORDERS = frozenset({"executive_order", "proclamation"})
# "This proposed rule rescinds", "is issuing this notice of proposed rulemaking to amend".
_PLANNED_BY = re.compile(
    r"\b(?:[Tt]his|[Tt]hese|[Tt]he|an?)\s+(?:(?:[Nn]otice of |supplemental |advance )*[Pp]ropos(?:ed|al)(?:\s\w+)?|NPRM|ANPRM)(?:\s\([A-Z]+\))?,?\s+(?:\w+ly\s+|also\s+|to\s+)*$"
)
# What lasts until a day that its words give.
_LASTING = frozenset({V.EXTENDS, V.DELAYS, V.STAYS, V.SUSPENDS, V.DOES_NOT_ENFORCE})
_ITS_DATES = re.compile(r"(?:the\s+)?(?:(?:original|current)\s+)?(?:effective|compliance) dates?", re.I)
# "for three categories of facilities", "of portions of the rule": some of what a rule provides.
_SOME = re.compile(
    r"\bdates?\s+(?:for|of)\s+(?!(?:the|its|our|an?|this|that)\s+(?:[\w-]+\s+){0,4}(?:rule|notice|order|NPRM|document|regulations?)\b)(?:the\s+)?(?:[\w-]+\s+){0,4}(?:categor|portion|provision|part|section|requirement|certain|amendment)|\b(?:certain|portions|some|in part|partial(?:ly)?)\b",
    re.I,
)
_PROPOSED = frozenset({V.ENDS, V.EXTENDS, V.CORRECTS})
_WITHDRAWS = re.compile(r"\bwithdr[ae]w", re.I)
# A correction "C1-2025-19001" carries the number of what it corrects.
_CORRECTION = re.compile(r"C\d-((?:19|20)\d\d-\d+|.+)")


def page_effects(view: TextView) -> Iterator[Effect]:
    """What a page says about the enforcement of rules."""
    yield from _not_enforced(list(_page_words(view)), view.document)


def agency_effects(view: TextView) -> Iterator[Effect]:
    """What the document of an agency does."""
    document = view.document
    number = document.correction_of or _corrected(document)
    if number:
        yield from _corrected_days(document, Affected(document_number=number))
        yield Effect(
            V.CORRECTS,
            affecting(document, document.title, "title"),
            Affected(document_number=number),
            extent=extent_of(document, V.CORRECTS),
        )
    relation = own_verb(document)
    proposed = document.kind is DocumentKind.PROPOSED_RULE
    whole = whole_effect(document, relation) if relation is not None else None
    found: list[Effect] = []
    spoken: list[tuple[str, str]] = []
    names, base = Names(), base_days(document)
    for sentence, where, speaks in words_of(document):
        if speaks:
            spoken.append((sentence, where))
        found.extend(_sentence(sentence, where, document, relation, names, base, speaks=speaks))
    found.extend(_not_enforced(spoken, document))
    found = list(_whole_named(found, whole, numbered=number is not None))
    corrected = [effect.affected for effect in found if effect.verb is V.CORRECTS]
    if not number and len({identity(one) for one in corrected}) == 1:
        found = [*_corrected_days(document, corrected[0]), *found]
    known = relation is V.CORRECTS and number is not None
    if whole is not None and not known and not any(effect.verb is relation for effect in found):
        found.append(whole)
    found += adoption_effects(document)
    found += trade_effects(document)
    found = [with_moved_day(effect, document, base) for effect in found]
    yield from (_as_proposal(effect, document) if proposed else effect for effect in found)
    if not proposed:
        yield from instruction_effects(view)
    if not view.orders:
        yield from summary_effects(document)
    yield from _removed_parties(document)


def _whole_named(found: Sequence[Effect], whole: Effect | None, *, numbered: bool) -> Iterator[Effect]:
    """The effects, where one is on a document that only its kind and day name, on that document by its title, docket and RIN:
    "This document corrects the notice of May 1" of a document with the title "Sample Controls; Correction". Nothing where a
    number names that document too; `numbered`: the number of the correction itself does."""
    known = {effect.verb for effect in found if effect.affected.citation or effect.affected.document_number}
    known |= {V.CORRECTS} if numbered else set()
    for effect in found:
        one = effect.affected
        same = whole is not None and whole.verb is effect.verb
        if not is_dated_title(one.title or ""):
            yield effect
        elif effect.verb not in known or not (same or numbered):
            yield (
                replace(effect, affected=replace(whole.affected, part=one.part)) if same and whole else effect
            )


def _removed_parties(document: Document) -> Iterator[Effect]:
    """The parties that a notice takes off a sanctions list. Which notice listed them is known by their names."""
    for entry in sanctions_entries(document):
        if entry.removed:
            day = next((one.day for one in mentions(entry.day)), None)
            part = f"{entry.name} {' '.join(f'[{program}]' for program in entry.programs)}"
            yield Effect(
                V.ENDS,
                _removing(document, entry),
                Affected(party=entry.name, part=part),
                day,
                applied=Applied.NOT_APPLICABLE,
            )


def _removing(document: Document, entry: SanctionsEntry) -> Affecting:
    """The words that remove parties, with the entry of the one that is meant."""
    place = affecting(document, entry.quote, entry.where)
    printed = clip_quote(entry.entry)
    return place if printed in place.quote else replace(place, quote=f"{place.quote} […] {printed}")


def _as_proposal(effect: Effect, document: Document) -> Effect:
    """The effect of a proposed rule: it corrects, extends or withdraws an earlier proposal; all else it only proposes."""
    said = f"{document.action} {document.title} {effect.affecting.quote}"
    does = effect.verb in _PROPOSED and (effect.verb is not V.ENDS or _WITHDRAWS.search(said) is not None)
    return effect if does else replace(effect, certainty=Certainty.PROPOSED)


def _corrected(document: Document) -> str | None:
    match = _CORRECTION.match(document.document_number or "")
    return match[1] if match else None


def _corrected_days(document: Document, target: Affected) -> Iterator[Effect]:
    """The days of the corrected document that the correction changes by their words."""
    said = [
        (sentence, where)
        for where, text in (("dates", document.dates_text), ("abstract", abstract_of(document)))
        for sentence in split_sentences(text)
    ]
    said += [(unit.text, unit.path) for unit in document.units if unit.kind is not UnitKind.INSTRUCTION]
    for text, where in said:
        if one := next(day_corrections(text), None):
            place = affecting(document, text, where)
            part = replace(target, part=f"“{one.old}”")
            yield Effect(V.CORRECTS, place, part, applied=Applied.NOT_APPLICABLE, extent=Extent.PARTIAL)


def _sentence(
    sentence: str,
    where: str,
    document: Document,
    relation: EffectVerb | None,
    names: Names,
    base: Base,
    *,
    speaks: bool,
) -> Iterator[Effect]:
    found, groups = read_sentence(
        sentence, names, Voice.AGENCY, base, title=where == "title", rules=speaks and where != "title"
    )
    hit = False
    for one in found:
        for member, part in zip(one.group.members, one.parts, strict=True):
            order = identity(member.affected)[0] in _ORDERS
            if order != (one.act.verb is V.IMPLEMENTS):
                continue  # only an order changes an order; an agency implements it
            if one.act.verb is V.IMPLEMENTS and not speaks:
                continue
            hit = True
            planned = one.act.proposed or _PLANNED_BY.search(sentence[: one.act.start]) is not None
            certainty = Certainty.PROPOSED if planned else Certainty.STATED
            # What suspends a rule in a document that stays it is the stay.
            verb = V.STAYS if relation is V.STAYS and one.act.verb is V.SUSPENDS else one.act.verb
            # The effective date that is extended is delayed; that of a rule is that of all of it.
            moved = _ITS_DATES.fullmatch(part) is not None and verb in (V.EXTENDS, V.DELAYS)
            verb = V.DELAYS if moved else verb
            whole = moved and "effective" in part.lower() and not _SOME.search(sentence)
            extent = Extent.WHOLE if whole and one.extent is Extent.PARTIAL else one.extent
            yield Effect(
                verb,
                affecting(document, sentence, where),
                with_part(_as_titled(member.affected, document), part),
                agency_start(sentence, base),
                one.until if verb in _LASTING else None,
                applied=Applied.NOT_APPLICABLE,
                certainty=certainty,
                extent=correction_extent(sentence) if verb is V.CORRECTS else extent,
            )
    if not hit and speaks and relation is not V.CORRECTS:
        yield from _announced(sentence, where, document, groups, base)
    if relation is not None and not hit and names_relation(sentence, where, relation):
        for group in groups:
            for member in group.members:
                if identity(member.affected)[0] in ("document_number", "citation"):
                    yield Effect(
                        relation,
                        affecting(document, sentence, where),
                        member.affected,
                        applied=Applied.NOT_APPLICABLE,
                        certainty=certainty_of(document, relation),
                        extent=extent_of(document, relation),
                    )


def _as_titled(affected: Affected, document: Document) -> Affected:
    """A general license as the notice that published it is titled: "Publication of ... Web General License 5" of the notice
    that publishes General License 5A, where the license is named by its number alone."""
    wanted = _LICENSE.fullmatch(affected.title or "")
    own = list(_LICENSE.finditer(document.title))
    if wanted is None or len(own) != 1 or own[0]["number"] == wanted["number"]:
        return affected
    start, end = own[0].span("number")
    return replace(affected, title=document.title[:start] + wanted["number"] + document.title[end:])


def _announced(
    sentence: str, where: str, document: Document, groups: Sequence[Group], base: Base
) -> Iterator[Effect]:
    """The effective date that a later document gives to a rule: until then, the rule is delayed."""
    for group in groups:
        if not _ITS_DATE.search(sentence[: group.start]):
            continue
        given = _IS_NOW.match(sentence[group.end :])
        day = next(
            (one for one in mentions(sentence, base) if given and one.start == group.end + given.end()), None
        )
        if day is not None:
            for member in group.members:
                place = affecting(document, sentence, where)
                yield Effect(
                    V.DELAYS,
                    place,
                    member.affected,
                    document.published,
                    day.day,
                    applied=Applied.NOT_APPLICABLE,
                    from_source=DaySource.PUBLISHED,
                )


def _page_words(view: TextView) -> Iterator[tuple[str, str]]:
    """The sentences of a page; of a changed page the added ones. A page of an agency announces what the regulator does
    about enforcement; the other acts that it reports are of the documents that do them."""
    if view.is_change:
        for section in view.changed:
            if not section.removed:
                yield from ((sentence, section.where) for sentence in split_sentences(section.text))
        return
    yield view.document.title, "title"
    for unit in view.document.units:
        if "enforc" in unit.text.lower():
            yield from ((sentence, unit.path) for sentence in split_sentences(unit.text))


def _not_enforced(said: Sequence[tuple[str, str]], document: Document) -> Iterator[Effect]:
    """Rules that are no longer enforced, or enforced again: by number or citation, else by the name in the sentence or
    the title."""
    for sentence, where in said:
        verb = enforcement(sentence)
        if verb is None:
            continue
        named = [
            Affected(document_number=hit.value)
            if hit.kind == "document-number"
            else Affected(citation=hit.value)
            for hit in citations.find_citations(sentence)
            if hit.kind in ("document-number", "fr")
        ]
        if not named:
            known = [targets for _, _, targets in Names().named(f"{sentence} | {document.title}")]
            words = [
                match[1].removeprefix("The ").rpartition(" the ")[2]
                for match in _NICKNAME.finditer(f"{sentence} | {document.title}")
            ]
            named = (
                [replace(target, title=words[0] if words else None) for target in known[0]] if known else []
            )
            named = named or [Affected(title=name) for name in words[:1]]
        for target in named:
            yield Effect(verb, affecting(document, sentence, where), target, applied=Applied.NOT_APPLICABLE)
