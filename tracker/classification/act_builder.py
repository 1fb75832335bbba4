"""Builds the acts of a text from what its sentences were read to say: verb, operand, facts, force and direction.

An act's level is not set here: `judgement` looks it up in the table of levels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from tracker.classification import act_facts
from tracker.classification.act_reader import ActReading
from tracker.classification.features import Features, is_inside
from tracker.classification.party_lists import PartyListAct
from tracker.classification.passages import Passage, Weight, is_presidential
from tracker.classification.vocabulary import VerbEntry, vocabulary
from tracker.documents.text_view import TextView, abstract_of
from tracker.model import (
    Act,
    ActVerb,
    Direction,
    Document,
    DocumentKind,
    Evidence,
    Force,
    JapanStanding,
    LegalDate,
    Operand,
)
from tracker.terms import agency_id, leading_phrase, party_list_name, trailing_phrase

_OF_LISTING = {1: ActVerb.ADD_PARTY, -1: ActVerb.REMOVE_PARTY, 0: ActVerb.REVISE_PARTY}
_RETROACTIVE = timedelta(days=180)
_OF_CONTROL = {1: ActVerb.ADD_CONTROL, -1: ActVerb.REMOVE_CONTROL, 0: ActVerb.REVISE}
_CONTROLS = frozenset({Operand.LICENSE_REQUIREMENT, Operand.FDPR, Operand.END_USE_CONTROL})
_PERMISSIONS = frozenset({Operand.LICENSE_EXCEPTION, Operand.GENERAL_LICENSE, Operand.VALIDATED_END_USER})
PROCEDURAL = frozenset({Operand.PROCEEDING, Operand.COMMENT_PERIOD, Operand.EMERGENCY, Operand.GUIDANCE})
_PROPOSES = re.compile(
    r"\b(?:propos(?!als\b)(?!al for\b)\w+(?! (?:acquisition|transaction|merger|takeover|purchase|investment))|would (?:be|amend|add|require|impose|remove|revise|establish)|is considering|contemplat\w+|plans? to|intends? to|may (?:impose|propose|consider))\b",
    re.I,
)
_STUDIES = re.compile(
    r"\b(?:investigat(?:e|es|ing)|(?:open|start|begin|initiat|launch|conduct)\w* (?:\w+ ){0,4}(?:investigation|inquiry|probe|review)|shall (?:submit|review|consider|study|assess|evaluate|develop|prepare|report|identify|recommend|consult|convene|conduct|examine|determine whether)|directed to|inquir\w+|"
    r"request(?:s|ing)? (?:for )?(?:public )?(?:comments?|information)|seek(?:s|ing)? (?:public )?comments?|invit\w+ (?:\w+ ){0,3}comments?|whether to|may(?:, [^,]{0,60},)? (?:be (?:imposed|applied|levied)|impose)|authorized to (?:determine|impose)|has considered|considered requests|received .{0,40}requests|inform me|shall monitor|update on|might|recommend\w*|feasibility|negotiat\w+)\b",
    re.I,
)
_STATES = re.compile(
    r"\b(?:announced? (?:that|plans)|said(?! articles| goods| products| items| section)|stated (?:that|today)|will soon|is expected to|fact sheet|reaffirm\w*|committed to|pledged)\b",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:asks?|asking) (?:\w+ ){0,3}whether to\b|\b(?:asks?|asking|invit\w+|request\w*|seek\w*|solicit\w*) (?:interested|the public|public comments?|comments?|views|input|information from)\b|\binterested (?:parties|persons) (?:are invited|may submit)\b",
    re.IGNORECASE,
)
_ADDS = re.compile(r"\badd(?:ing|ed|s)?\b", re.IGNORECASE)
_REMOVES = re.compile(r"\b(?:remov(?:ing|ed|es|e)|reserv(?:ing|ed)|delet(?:ing|ed))\b", re.IGNORECASE)
_ADD, _END = VerbEntry("impose", 1, "impose"), VerbEntry("end", -1, "end")
_AUXILIARIES = re.compile(
    r"(?:,? (?:is|are|be|been|being|was|were|has|have|had|shall|will|would|may|must|should|hereby|therefore|also|further|temporarily|\w+ly))+\s*$"
)
_CAP = re.compile(
    r"\b(?:higher|greater) of (?:either )?\b|\bcombined rate\b|\binclusive of\b|\bsum of\b", re.IGNORECASE
)
_AGREED = re.compile(r"\b(?:Agreement|Framework|Arrangement|Deal|Protocol|agreement|framework|deal)\b")
_DETERMINER = re.compile(r"^(?:The|All|Any|Certain|These|Those|Each|An?)\b")
_RENEWS = re.compile(r"\brenew(?:s|ed|ing|al)?\b", re.IGNORECASE)
_OF_REGISTER = frozenset({DocumentKind.NOTICE, DocumentKind.PRESIDENTIAL})
_TO_AGENCY = re.compile(
    r"\b(?:Secretary|Secretaries|Director|Administrator|Attorney General|Representative|Chairman|Chair|Commissioner|agency|agencies|[Hh]eads?|Assistant|Advisor|Adviser|Council|"
    r"Commission|Committee|Department|Office|Board|OMB|USTR|CBP|BIS)\b[^.;]{0,200}?\b(?:shall|is|are|must)\b|\b(?:direct|order|instruct)(?:ed|s)?\b"
)
_EAR_TITLE = re.compile(r"\b15 CFR (?:[Pp]art )?7[3-7]\d\b|\bto Part 7[3-7]\d\b")
_NOTICE = re.compile(
    r"(?:Notice|Agency|Submission|Request|Proposed|Self-|Certain|Privacy|Sunshine|Meeting)\b|.*: ", re.I
)


def listing_acts(
    features: Features, dates: Sequence[LegalDate], listing: PartyListAct
) -> list[tuple[Act, Passage]]:
    """Parties added to a list, taken off it or revised, as the words of a summary, its rows or its instructions say."""
    found: list[tuple[Act, Passage]] = []
    places = tuple(place.id for place in listing.places)
    for fact, verb, direction in (
        ("adds-parties", ActVerb.ADD_PARTY, Direction.RESTRICTION),
        ("removes-parties", ActVerb.REMOVE_PARTY, Direction.RELIEF),
        ("revises-parties", ActVerb.REVISE_PARTY, Direction.PROCEDURE),
    ):
        words = sorted(listing.facts.get(fact, ()), key=lambda each: each.where == "title")
        for evidence in words[:1]:
            weight = Weight.TITLE if evidence.where == "title" else Weight.SUMMARY
            passage = Passage(evidence.quote, evidence.where, weight)
            since, until = act_facts.span_of(evidence.quote, dates)
            main = verb is ActVerb.ADD_PARTY or "adds-parties" not in listing.facts
            named = places if main else act_facts.countries_hit(evidence.quote, "")[0]
            act = Act(
                verb,
                Operand.LISTING,
                evidence,
                actor=actor_of(features.view),
                terms=_named_list(features.view, evidence.quote),
                parties=listing.parties if main else (),
                party_count=listing.count if main else None,
                of=named,
                japan=JapanStanding.TARGET
                if "japan" in named and verb is ActVerb.ADD_PARTY
                else JapanStanding.NOT_NAMED,
                force=_force(features, passage),
                since=since,
                until=until,
                direction=direction,
            )
            found.append((act, passage))
    return found


def _named_list(view: TextView, quote: str) -> tuple[str, ...]:
    """The list that the document names where the sentence that adds or removes a party does not."""
    if party_list_name(quote, "en"):
        return ()
    words = f"{view.title.text} ; {view.document.action} ; {abstract_of(view.document)[:1_000]}"
    name = party_list_name(words, "en").removeprefix("the ")
    return (name,) if name else ()


def build_act(features: Features, passage: Passage, reading: ActReading, dates: Sequence[LegalDate]) -> Act:
    """The act of one reading, but for its phrase (`phrase_of`), which is costly to cut out and is wanted of the few acts that are shown."""
    view = features.view
    entry = reading.operand
    assert entry is not None
    sentence = passage.text
    of, trigger = act_facts.countries_hit(sentence, view.title.text)
    listed = entry.operand is Operand.LISTING
    amount = act_facts.amount_in(sentence, reading.start, reading.end)
    if entry.operand is Operand.DUTY:  # "where the ordinary rate is at least 15 percent" is a condition
        amount = replace(amount, after=amount.after.removeprefix("at least "))
    standing, rate = act_facts.japan_standing(sentence, of, listed=listed, restricts=reading.sign > 0)
    if listed and "japan" in of and reading.sign > 0:
        standing = JapanStanding.TARGET
    if rate and amount.before and rate == amount.before:
        rate = amount.after  # Japan's rate is the one that comes, not the one that goes
    since, until = _own_days(view.document, reading, *act_facts.span_of(sentence, dates))
    if entry.operand is Operand.COMMENT_PERIOD:
        since, until = None, act_facts.comments_close(dates)
    verb = _verb_of_move(entry.operand, amount, reading) or _verb(reading)
    if verb is ActVerb.EXTEND and entry.operand is Operand.PROCEEDING and _RENEWS.search(sentence):
        verb = ActVerb.RESUME  # an investigation is renewed after its end; its time is extended before
    if verb is ActVerb.DELAY:
        since = act_facts.delayed_to(dates)
    force = _force(features, passage)
    if force is Force.BINDING_NOW and since is not None:
        force = Force.BINDING_FROM
    operand = entry.operand
    if (
        operand in (Operand.LICENSE_REQUIREMENT, Operand.LISTING)
        and features.is_in("ict")
        and not features.is_in("ear")
    ):
        operand = Operand.ICT_RULE
    return Act(
        verb=verb,
        operand=operand,
        evidence=Evidence(sentence, passage.where),
        actor=actor_of(view),
        objects=act_facts.goods_in(sentence) or act_facts.goods_of_title(view.title.text),
        eccns=act_facts.eccns_in(sentence),
        hts=act_facts.hts_in(sentence),
        of=of,
        trigger_countries=trigger,
        amount_before=amount.before,
        amount_after=amount.after,
        japan=standing,
        japan_rate=rate,
        force=force,
        since=since,
        until=until,
        earlier_act=act_facts.earlier_act_in(sentence),
        units=act_facts.units_in(sentence),
        terms=act_facts.terms_in(sentence),
        direction=Direction.PROCEDURE
        if _ASKS.search(sentence)
        else _agreed(entry.operand, sentence)
        or _moved(entry.operand, amount, reading)
        or _set(features, passage, reading, amount)
        or _direction(reading),
    )


def phrase_of(sentence: str, reading: ActReading) -> str:
    """What the verb acts on, as one noun phrase of the sentence that holds the operand; empty where none can be cut out."""
    first, last = reading.governed
    if last <= first:
        return ""
    if first:
        return leading_phrase(sentence[first:last].lstrip(" ,"), reading.end - first)
    subject = _AUXILIARIES.sub("", sentence[:last]).rstrip()
    phrase = trailing_phrase(subject, len(subject) - reading.start)
    return _DETERMINER.sub(lambda match: match[0].lower(), phrase)  # the subject of a sentence, as an object


def _own_days(
    document: Document, reading: ActReading, since: date | None, until: date | None
) -> tuple[date | None, date | None]:
    """The days of an act without those of an earlier document: what ends has no last day, what is prolonged does not end before it is published, and nothing
    takes effect half a year before."""
    if reading.outer == "end":
        until = None  # what ends has no last day of its own
    published = document.published
    if published is None or document.kind is DocumentKind.CFR:
        return since, until
    if until is not None and until < published and reading.outer == "extend":
        until = None
    if since is not None and since < published - _RETROACTIVE:
        since = None
    return since, until


def instructed_acts(features: Features, dates: Sequence[LegalDate]) -> list[tuple[Act, Passage]]:
    """What amendatory instructions do by the place that they amend: a paragraph added to part 740 frees, one added to part 744 binds."""
    found: list[tuple[Act, Passage]] = []
    view = features.view
    for order in view.orders:
        added, removed = _ADDS.search(order.text), _REMOVES.search(order.text)
        place = next(
            (
                place
                for place in vocabulary().places
                for path in order.paths
                if any(is_inside(path, cite) for cite in place.cites)
            ),
            None,
        )
        if place is None or (added is None) == (removed is None):
            continue
        sign = place.operand.sign if added else -place.operand.sign
        passage = Passage(order.text, order.where, Weight.OPERATIVE, body=True)
        reading = ActReading((_ADD if added else _END,), place.operand, sign, 0, len(order.text))
        act = build_act(features, passage, reading, dates)
        found.append((replace(act, units=order.paths[:6]), passage))
    return found


def struck_rates(features: Features, dates: Sequence[LegalDate]) -> list[tuple[Act, Passage]]:
    """The duties whose rate an order rewrites in an earlier one: "by striking “10 percent” and inserting “20 percent”"."""
    if not features.is_in("tariff"):
        return []
    found = []
    for passage in features.passages:
        amount = act_facts.struck_rate(passage.text)
        if amount is None or passage.weight is not Weight.OPERATIVE:
            continue
        rises = act_facts.number_of(amount.after) > act_facts.number_of(amount.before)
        of, trigger = act_facts.countries_hit(passage.text, features.view.title.text)
        since, until = act_facts.span_of(passage.text, dates)
        act = Act(
            ActVerb.RAISE if rises else ActVerb.LOWER,
            Operand.DUTY,
            Evidence(passage.text, passage.where),
            actor=actor_of(features.view),
            of=of,
            trigger_countries=trigger,
            amount_before=amount.before,
            amount_after=amount.after,
            force=Force.BINDING_NOW if since is None else Force.BINDING_FROM,
            since=since,
            until=until,
            earlier_act=act_facts.earlier_act_in(passage.text),
            direction=Direction.RESTRICTION if rises else Direction.RELIEF,
        )
        found.append((act, passage))
    return found


def request_act(view: TextView, dates: Sequence[LegalDate]) -> tuple[Act, Passage]:
    """What a paper does whose title is a request for comments or information, where no sentence of it was read to ask."""
    of, _ = act_facts.countries_hit(view.title.text, view.title.text)
    act = Act(
        ActVerb.REQUEST_COMMENTS,
        Operand.COMMENT_PERIOD,
        Evidence(view.title.text, "title"),
        actor=actor_of(view),
        of=of,
        until=act_facts.comments_close(dates),
        force=Force.STUDIED,
        direction=Direction.PROCEDURE,
    )
    return act, Passage(view.title.text, "title", Weight.TITLE)


_WITHDRAWAL = re.compile(
    r"\b(?:withdraw(?:al|s|n|ing)|docket (?:is )?(?:closed|terminated))\b", re.IGNORECASE
)
_ENDING = frozenset(
    {ActVerb.END, ActVerb.REMOVE_CONTROL, ActVerb.REVOKE_AUTHORIZATION, ActVerb.EXEMPT, ActVerb.AUTHORIZE}
)
_TURNED = {Direction.RESTRICTION: Direction.RELIEF, Direction.RELIEF: Direction.RESTRICTION}


def withdrawn(view: TextView, act: Act) -> Act:
    """The act of a proposal that the document withdraws: it ends, and what it would have done does not come."""
    document = view.document
    proposed = (
        document.kind is DocumentKind.PROPOSED_RULE
        or "propos" in f"{document.action} {document.title}".lower()
    )
    if (
        act.force is not Force.PROPOSED
        or not proposed
        or (_WITHDRAWAL.search(act.evidence.quote) and act.verb in _ENDING)  # the sentence was read so
        or not _WITHDRAWAL.search(f"{document.action} ; {document.title} ; {act.evidence.quote}")
    ):
        return act
    return replace(
        act,
        verb=ActVerb.END,
        force=Force.BINDING_NOW,
        since=None,
        until=None,
        direction=_TURNED.get(act.direction, act.direction),
    )


def _is_wrapped(reading: ActReading) -> bool:
    """Whether a move of a rate is itself suspended, ended or prolonged: "suspends the increase from 10 to 20 percent"."""
    return any(
        verb.act in ("suspend", "delay", "end", "extend", "resume", "exempt") for verb in reading.verbs
    )


def _steps(operand: Operand | None, amount: act_facts.Amount) -> int:
    """1 where a rate of duty goes up, -1 where it goes down, 0 where the sentence does not give both rates."""
    if operand not in (Operand.DUTY, Operand.DE_MINIMIS) or not (amount.before and amount.after):
        return 0
    before, after = act_facts.number_of(amount.before), act_facts.number_of(amount.after)
    step = (after > before) - (after < before)
    return step if operand is Operand.DUTY else -step


def _moved(operand: Operand | None, amount: act_facts.Amount, reading: ActReading) -> Direction | None:
    step = 0 if _is_wrapped(reading) else _steps(operand, amount)
    return None if not step else (Direction.RESTRICTION if step > 0 else Direction.RELIEF)


def _agreed(operand: Operand | None, sentence: str) -> Direction | None:
    """Relief where an agreement caps what is paid in all: "the higher of either the most-favored-nation rate or 15 percent"."""
    if operand is Operand.DUTY and _CAP.search(sentence) and _AGREED.search(sentence):
        return Direction.RELIEF
    return None


def _set(
    features: Features, passage: Passage, reading: ActReading, amount: act_facts.Amount
) -> Direction | None:
    """A clause that sets a rate of duty without saying what it was: a duty binds, a rate of zero frees."""
    operand = reading.operand.operand if reading.operand else None
    named = reading.operand.sign if reading.operand and not (reading.verbs or reading.sign) else 0
    if named and features.is_in("proposed"):  # a proposal that only names a control
        return Direction.RESTRICTION if named > 0 else Direction.RELIEF
    if (
        features.is_in("deal")
        or operand is not Operand.DUTY
        or reading.sign
        or not amount.after
        or passage.weight is not Weight.OPERATIVE
    ):
        return None
    return Direction.RESTRICTION if act_facts.number_of(amount.after) else Direction.RELIEF


def _verb_of_move(operand: Operand | None, amount: act_facts.Amount, reading: ActReading) -> ActVerb | None:
    step = 0 if _is_wrapped(reading) else _steps(operand, amount)
    if operand is Operand.DE_MINIMIS:
        step = -step
    return None if not step else (ActVerb.RAISE if step > 0 else ActVerb.LOWER)


def _verb(reading: ActReading) -> ActVerb:
    """The verb of an act: what its operand has of its own (a party is added, a control removed), else the outermost verb read."""
    operand = reading.operand.operand if reading.operand else None
    outer = reading.outer
    if outer in (
        "clarify",
        "correct",
        "propose",
        "request-comments",
        "investigate",
        "negotiate",
        "direct-agency",
        "report",
        "delay",
        "suspend",
        "extend",
        "resume",
    ):
        return ActVerb(outer)
    if operand is Operand.LISTING:
        return ActVerb.WIDEN if outer == "widen" else _OF_LISTING[reading.sign]
    if operand in _CONTROLS and outer in ("impose", "end", "include", "exempt", "revise", ""):
        return _OF_CONTROL[reading.sign]
    if operand in _PERMISSIONS and outer in ("impose", "authorize", "end", "prohibit", "narrow"):
        return ActVerb.AUTHORIZE if reading.sign < 0 else ActVerb.REVOKE_AUTHORIZATION
    if outer == "prohibit":
        return ActVerb.ADD_CONTROL
    if not outer:
        return (
            ActVerb.IMPOSE if reading.sign > 0 else (ActVerb.REVISE if reading.sign == 0 else ActVerb.EXEMPT)
        )
    return ActVerb(outer)


def _direction(reading: ActReading) -> Direction:
    operand = reading.operand.operand if reading.operand else None
    outer = reading.outer
    if operand is Operand.PROGRAM:
        return Direction.RESTRICTION if reading.sign > 0 else Direction.OPPORTUNITY
    if operand in PROCEDURAL or outer in ("clarify", "correct", "report", "commemorate"):
        return Direction.PROCEDURE
    if operand is Operand.DEADLINE and outer == "delay" and reading.sign == 0:
        return Direction.PROCEDURE  # of what rule the day is put off is not said
    if reading.sign == 0:
        return Direction.UNDETERMINED
    return Direction.RESTRICTION if reading.sign > 0 else Direction.RELIEF


def _force(features: Features, passage: Passage) -> Force:
    if (features.is_in("proposed") and not is_presidential(features.view)) or (
        _PROPOSES.search(passage.text) and passage.weight is not Weight.OPERATIVE
    ):
        return Force.PROPOSED
    if features.is_in("comment-only") or _STUDIES.search(passage.text):
        return Force.STUDIED
    if _STATES.search(passage.text):
        return Force.STATEMENT
    return Force.BINDING_NOW


def actor_of(view: TextView) -> str:
    """Who acts: the President, or the most particular agency that the record or its words name."""
    document: Document = view.document
    if is_presidential(view):
        return "president"
    if document.kind is DocumentKind.CFR and _EAR_TITLE.search(f"{document.title} {document.key}"):
        return "bis"
    bare = not (document.agencies or document.units or abstract_of(document))
    if bare and document.kind in _OF_REGISTER and not _NOTICE.match(document.title):
        return "president"  # the Register prints the President's documents without an agency and without an abstract
    lead = " ".join(unit.text[:300] for unit in document.units[:6])
    if document.agencies:  # the record says who issued it; what else its text names is somebody else
        return agency_id(" ; ".join(document.agencies))
    for words in (document.url, document.title, document.abstract[:800], lead):
        if words and (found := agency_id(words)):
            return found
    return ""


def directed_act(view: TextView, features: Features) -> tuple[Act, Passage] | None:
    """The first order to an agency of a presidential text that has no other act."""
    if not is_presidential(view):
        return None
    for passage in features.passages:
        if passage.weight is Weight.OPERATIVE and _TO_AGENCY.search(passage.text):
            evidence = Evidence(passage.text, passage.where)
            act = Act(
                ActVerb.DIRECT_AGENCY,
                None,
                evidence,
                actor="president",
                force=Force.STUDIED,
                direction=Direction.PROCEDURE,
            )
            return act, passage
    return None


def act_of_document(view: TextView, features: Features) -> Act:
    """The act of a document in the field in which no operand was read: what sort of document it is decides."""
    verb, direction = ActVerb.DETERMINE, Direction.UNDETERMINED
    if features.is_in("comment-request"):
        verb, direction = ActVerb.REQUEST_COMMENTS, Direction.PROCEDURE
    elif features.is_in("ai-exports", "chips-program", "ai-infrastructure"):
        verb, direction = ActVerb.DETERMINE, Direction.OPPORTUNITY
    elif features.is_in("paperwork", "committee", "event", "hearing", "technical", "comment-only"):
        direction = Direction.PROCEDURE
    force = Force.PROPOSED if features.is_in("proposed") else Force.STATEMENT
    of, _ = act_facts.countries_hit(view.title.text, view.title.text)
    return Act(
        verb,
        None,
        Evidence(view.title.text, "title"),
        actor=actor_of(view),
        of=of,
        force=force,
        direction=direction,
    )
