"""Effects that an agency's document or page states: on rules, notices, licenses and orders by their names, and by its
amendatory instructions on units of the Code of Federal Regulations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker import citations
from tracker.documents.sanctions_entries import sanctions_entries
from tracker.documents.text_view import TextView, abstract_of
from tracker.effects import Affected, Applied, Effect, EffectVerb, Extent
from tracker.legal_status.date_corrections import day_corrections
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.effect_instructions import instruction_effects
from tracker.legal_status.effect_sentences import affecting, read_sentence, split_sentences
from tracker.legal_status.effect_verbs import Voice
from tracker.legal_status.enforcement import enforcement
from tracker.legal_status.instrument_mentions import Group, Names, identity, with_part
from tracker.legal_status.legal_dates import base_days
from tracker.legal_status.relative_days import Base
from tracker.model import Document, DocumentKind, UnitKind

V = EffectVerb
# What the title or the action says that the document as a whole does to another: in a segment of its own ("...; Correction"),
# or at its beginning ("Withdrawal of Proposed Rule").
_SEGMENT = r"(?:^|[;:.,—–]\s*|\s-\s*)(?:(?:notice of|final rule|interim final rule|technical|second|third|further|partial|temporary|administrative|proposed rule|and|of|the)[\s,;]+){0,4}"
_OWN: tuple[tuple[EffectVerb, re.Pattern[str]], ...] = (
    (V.CORRECTS, re.compile(rf"{_SEGMENT}correct(?:ions?|ing(?: amendments?)?|ed)\b", re.I)),
    (V.EXTENDS, re.compile(r"\b(?:extension|reopening|extending|reopens?|extended)\b[^;]*\bcomment|comment period[^;]*\b(?:extension|extended|reopen)|extension of (?:deadline|validity)|extension of (?:stay|suspension)", re.I)),
    (V.DELAYS, re.compile(r"\bdelay(?:ed|ing)?\b[^;]*\b(?:effective|compliance|date|implementation)|\bpostpon\w+ of (?:the )?(?:effective|effectiveness|compliance|applicability|implementation)|\bdelay of\b", re.I)),
    (V.LIFTS_STAY, re.compile(r"\blift\w*\b[^;]{0,30}\bstay\b", re.I)),
    (V.STAYS, re.compile(rf"{_SEGMENT}(?:stay(?:ing)?\b|suspension of\b)|\b(?:one|two)[ -]year suspension|\btemporary suspension", re.I)),
    (V.ENDS, re.compile(rf"{_SEGMENT}(?:withdraw(?:al|n|ing)|rescission|rescinding|revocation)\b(?! of (?:approval|application|certain|the approval)| by )|\bending certain\b", re.I)),
)  # fmt: skip
_MOVES = re.compile(r"\b(?:extend|delay|postpon)\w*\b[^.;]{0,40}\b(?:effective|compliance) dates?\b", re.I)
_ONLY_PROPOSES = re.compile(r"\b(?:proposes?|proposing|confirm(?:s|ing)|considering)\b", re.I)
# Where the document as a whole is described; elsewhere the sentence itself must speak of the relation.
_NAMED = frozenset({"title", "action", "dates", "abstract"})
_SAYS: dict[EffectVerb, re.Pattern[str]] = {
    V.CORRECTS: re.compile(
        r"\bcorrect|\berrors?\b|\b[Ii]n (?:rule|proposed rule|notice)?\s?(?:document|FR Doc)", re.I
    ),
    V.EXTENDS: re.compile(r"\b(?:extend|extension|reopen)", re.I),
    V.DELAYS: re.compile(r"\b(?:delay|postpon|extend)", re.I),
    V.LIFTS_STAY: re.compile(r"\blift", re.I),
    V.STAYS: re.compile(r"\b(?:stay|suspen)", re.I),
    V.ENDS: re.compile(r"\b(?:withdr|rescin|revok|terminat)", re.I),
}
_PARTLY = re.compile(
    r"\bpartial(?:ly)?\b|\bin part\b|\bcertain (?:provisions|requirements|amendments|portions)\b", re.I
)
_DATES = re.compile(r"\bcomment period\b|\b(?:effective|compliance) dates?\b", re.I)
_COMPLIANCE = re.compile(r"\bcomment period\b|\bcompliance dates?\b", re.I)
_RULES = re.compile(r"\b(?:rule|rulemaking|notice|published|NPRM|proposal|document)\b", re.I)
# A title in quotation marks, of a document: not of a law, a section, a memorandum or a system of records.
_QUOTED = re.compile(
    r"\b(?:rule|rules|rulemaking|notice|NPRM|ANPRM|document|proposal|guidance|policy guide|request for (?:information|comments?)|RFI|IFR|RIN|regulations?|comments on|comment period (?:for|on))"
    r"[\s,]+(?:(?:entitled|titled|captioned|called|on|for|of|the|its|that is|regarding)[\s,]+)*[“\"`]{1,2}(?P<title>[A-Z][^”\"]{12,300}?),?[”\"']{1,2}"
)
# "the interim final rule Expansion of End-User Controls To Cover Affiliates of ... (Affiliates Rule)": a title by its capitals.
_CALLED = re.compile(
    r"\b(?:final|proposed|interim) rule,? ((?:[A-Z][\w’'-]*)(?:,? (?:[A-Z\d][\w’'-]*|of|to|for|and|or|the|in|on|by|from|with|under))*,? [A-Z][\w’'-]+)"
)
# "Sample Controls; Delay of Effective Date": the other document has the title without the last segment, which holds nothing
# but words of the relation.
_RELATING = (
    r"(?:correct(?:ion|ions|ing|ed)|delay(?:ed|ing)?|exten(?:sion|ding|ded)|withdraw(?:al|n|ing)|stay|reopen(?:ing|ed)|rescission|rescinded|revocation|suspension|"
    r"postpone(?:ment|d)|lifting)"
)
_GENERIC = (
    r"(?:of|the|and|to|a|an|for|in|on|until|further|second|third|partial|temporary|temporarily|technical|administrative|limited|indefinite|proposed|final|interim|direct|supplemental|"
    r"advance|rules?|rulemakings?|notices?|comments?|public|period|periods|effective|effectiveness|date|dates|compliance|deadlines?|amendments?|guidance|draft|closed|meetings?|validity|"
    r"implementation|certain|provisions|responses?|requests?|information|documents?|revising|revised|receipt|submission|availability|intent|scoping|republication|editorial|due|errors?|order)"
)
_PLAIN_TITLE = re.compile(
    rf"^(?P<title>.{{8,}}?)[;:—–]\s*(?!and\b)(?=[^;]*\b{_RELATING}\b)(?:{_RELATING}|{_GENERIC})(?:[\s,]+(?:{_RELATING}|{_GENERIC}))*\.?$",
    re.I,
)
# "Suspension of Expansion of End-User Controls": the rest is the title, where it is one of rules.
_OF_TITLE = re.compile(
    r"^(?:(?:Partial|Temporary|One-Year|Administrative|Notice of|Further|Extension of)\s+)*(?:Withdrawal|Rescission|Stay|Suspension|Revocation|Delay|Postponement|Correction)\s+(?:of|to)\s+(?:the\s+)?(?P<title>(?=.*\b(?:Rules?|Notice|Polic(?:y|ies)|Guidance|Order|Controls?|Framework)\b)[^;]{12,})$"
)
# "will not enforce the AI Diffusion Rule": what a press release calls a rule.
_NICKNAME = re.compile(
    r"\b((?!(?:Proposed|Final|Interim|Direct|This|Each|Any) (?:Final |Interim )?Rule)(?:[A-Z][\w’'-]*)(?: (?:[A-Z\d][\w’'-]*|of|to|for|and|on|in|the))* (?:Rule|IFR))\b"
)
_LICENSE = re.compile(r"\bGeneral License (?:Nos?\. ?)?(?P<number>\d{1,3}[A-Z]{0,2})\b")
# "The effective date of the final rule published at 91 FR 1000 is December 7, 2026."
_ITS_DATE = re.compile(r"\b[Tt]he effective date (?:of|for) (?:the|its|our) [^.;]{0,120}$")
_IS_NOW = re.compile(r"[^.;]{0,60}?\bis (?:now |hereby |therefore )?(?:set (?:as|at|for|to) )?(?=[A-Z])")
_MAY_ACT = re.compile(r"\d{4}-\d{4,5}|\bFR\b|\bExecutive Order|\bE\.O\.|\bProclamation|enforc|\bGeneral License|\bRule\b|\bIFR\b", re.I)  # fmt: skip
_OF_ITSELF = re.compile(
    r"\bthis (?:[\w-]+ ){0,3}?(?:rule|notice|action|order|document|determination|license)\b|\bhereby\b", re.I
)
_TITLE = 1_200  # characters of a title or an action that are read; the longest recorded title has 1,090
_OPENING = 30  # paragraphs of an agency's text that may say what it does without naming itself
_ORDERS = frozenset({"executive_order", "proclamation"})
_PROPOSED = frozenset({V.ENDS, V.EXTENDS, V.CORRECTS})
_WITHDRAWS = re.compile(r"\bwithdr[ae]w", re.I)
# A correction "C1-2025-19001" carries the number of what it corrects.
_CORRECTION = re.compile(r"[CR]\d-((?:19|20)\d\d-\d+|.+)")


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
            V.CORRECTS, affecting(document, document.title, "title"), Affected(document_number=number)
        )
    relation = own_verb(document)
    proposed = document.kind is DocumentKind.PROPOSED_RULE
    found: list[Effect] = []
    spoken: list[tuple[str, str]] = []
    names, base = Names(), base_days(document)
    for sentence, where, speaks in _words(document):
        if speaks:
            spoken.append((sentence, where))
        found.extend(_sentence(sentence, where, document, relation, names, base, speaks=speaks))
    found.extend(_not_enforced(spoken, document))
    corrected = [effect.affected for effect in found if effect.verb is V.CORRECTS]
    if not number and len({identity(one) for one in corrected}) == 1:
        found = [*_corrected_days(document, corrected[0]), *found]
    known = relation is V.CORRECTS and number is not None
    if relation is not None and not known and not any(effect.verb is relation for effect in found):
        found.extend(_fallback(document, relation))
    yield from (effect for effect in found if not proposed or _of_proposal(effect, document))
    if not proposed:
        yield from instruction_effects(view)
    yield from _removed_parties(document)


def _removed_parties(document: Document) -> Iterator[Effect]:
    """The parties that a notice takes off a sanctions list. Which notice listed them is known by their names."""
    for entry in sanctions_entries(document):
        if entry.removed:
            day = next((one.day for one in mentions(entry.day)), None)
            part = f"{entry.name} {' '.join(f'[{program}]' for program in entry.programs)}"
            yield Effect(
                V.ENDS,
                affecting(document, entry.quote, entry.where),
                Affected(party=entry.name, part=part),
                day,
                applied=Applied.NOT_APPLICABLE,
            )


def _of_proposal(effect: Effect, document: Document) -> bool:
    """Whether a proposed rule can do this: it corrects, extends or withdraws an earlier proposal, and ends nothing else."""
    said = f"{document.action} {document.title} {effect.affecting.quote}"
    return effect.verb in _PROPOSED and (effect.verb is not V.ENDS or _WITHDRAWS.search(said) is not None)


def own_verb(document: Document) -> EffectVerb | None:
    """What the document as a whole does to another, by its action and title."""
    for text in (document.action, document.title):
        for verb, pattern in _OWN:
            if pattern.search(text[:_TITLE]):
                return verb
    return V.CORRECTS if document.kind is DocumentKind.CORRECTION else None


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


def _words(document: Document) -> Iterator[tuple[str, str, bool]]:
    """Sentences that may act on another document, with their location, and whether they speak for this document:
    its title, action, dates and abstract do; the running text of an agency's preamble mostly reports history."""
    yield document.title, "title", True
    for where, text in (
        ("action", document.action),
        ("dates", document.dates_text),
        ("abstract", abstract_of(document)),
    ):
        yield from ((sentence, where, True) for sentence in split_sentences(text))
    speaks = not abstract_of(document)
    for number, unit in enumerate(document.units):
        if unit.kind is UnitKind.INSTRUCTION or (number >= _OPENING and not _MAY_ACT.search(unit.text)):
            continue
        for sentence in split_sentences(unit.text):
            if number < _OPENING or _OF_ITSELF.search(sentence):
                yield sentence, unit.path, speaks


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
    found, groups = read_sentence(sentence, names, Voice.AGENCY, base, title=where == "title")
    hit = False
    for one in found:
        for member, part in zip(one.group.members, one.parts, strict=True):
            order = identity(member.affected)[0] in _ORDERS
            if order != (one.act.verb is V.IMPLEMENTS):
                continue  # only an order changes an order; an agency implements it
            if one.act.verb is V.IMPLEMENTS and not speaks:
                continue
            hit = True
            # What suspends a rule in a document that stays it is the stay.
            stays = relation is V.STAYS and one.act.verb is V.SUSPENDS
            yield Effect(
                V.STAYS if stays else one.act.verb,
                affecting(document, sentence, where),
                with_part(_as_titled(member.affected, document), part),
                one.from_,
                one.until,
                applied=Applied.NOT_APPLICABLE,
                extent=one.extent,
            )
    if not hit and speaks:
        yield from _announced(sentence, where, document, groups, base)
    named = where in _NAMED or (relation is not None and _SAYS[relation].search(sentence) is not None)
    if relation is not None and not hit and named and _RULES.search(sentence):
        for group in groups:
            for member in group.members:
                if identity(member.affected)[0] in ("document_number", "citation"):
                    yield Effect(
                        relation,
                        affecting(document, sentence, where),
                        member.affected,
                        applied=Applied.NOT_APPLICABLE,
                        extent=_extent(document, relation),
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
                )


def _extent(document: Document, relation: EffectVerb) -> Extent:
    """How much of the other document the title and the action speak of. The effective date is that of all of it."""
    said = f"{document.title} {document.action}"
    dates = _COMPLIANCE if relation is V.DELAYS else _DATES
    return Extent.PARTIAL if _PARTLY.search(said) or dates.search(said) else Extent.WHOLE


def _fallback(document: Document, relation: EffectVerb) -> Iterator[Effect]:
    """The target without a citation: the quoted title, else the title before the semicolon; with docket and RIN."""
    verb: EffectVerb | None = relation
    title, quote, at = "", document.title, "title"
    if plain := _PLAIN_TITLE.match(document.title.strip()[:_TITLE]):
        title = plain["title"].strip(" ;,")
    else:
        for sentence, where, _ in _words(document):
            if where not in _NAMED and not _SAYS[relation].search(sentence):
                continue
            if match := _QUOTED.search(sentence) or _CALLED.search(sentence):
                verb = _relation_in(sentence, relation)
                title, quote, at = match[1].strip(" ,."), sentence, where
                break
        else:
            if rest := _OF_TITLE.match(document.title.strip()[:_TITLE]):
                title = rest["title"].strip(" ;,")
    # Docket and RIN may be this document's own: the stayed document must be named.
    named = relation is not V.STAYS
    docket = document.docket_ids[0] if document.docket_ids and named else None
    rin = document.rins[0] if document.rins and named else None
    if verb is not None and (title or docket or rin):
        yield Effect(
            verb,
            affecting(document, quote, at),
            Affected(docket=docket, rin=rin, title=title or None),
            applied=Applied.NOT_APPLICABLE,
            extent=_extent(document, verb),
        )


def _relation_in(sentence: str, relation: EffectVerb) -> EffectVerb | None:
    """What the sentence that names the other document does to it, where that is not what the title says: the title
    "Rescinding Regulations for Loans" is that of the rule whose effective date the document extends."""
    if _MOVES.search(sentence):
        return V.DELAYS
    return None if _ONLY_PROPOSES.search(sentence) else relation


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
