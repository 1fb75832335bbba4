"""From the sentences of a text to its acts, each with direction and level; the gravest decides.

Pure: the same text on the same day is judged alike, whatever source it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracker.classification import act_facts, changed_text
from tracker.classification.act_builder import (
    act_of_document,
    actor_of,
    build_act,
    directed_act,
    instructed_acts,
    listing_acts,
    phrase_of,
    request_act,
    struck_rates,
    withdrawn,
)
from tracker.classification.act_reader import ActReading
from tracker.classification.features import Features
from tracker.classification.numeric_changes import numeric_changes
from tracker.classification.party_lists import LISTS, PartyListAct
from tracker.classification.passages import Passage, Weight, is_background, is_presidential
from tracker.classification.rules import LevelRule, Rules
from tracker.countries import countries_in
from tracker.documents.text_view import TextView
from tracker.model import (
    Act,
    ActVerb,
    Direction,
    DocumentKind,
    Evidence,
    Force,
    JapanStanding,
    LegalDate,
    Level,
    Operand,
)

_MOST_ACTS = 12
_PARTY_LISTS = re.compile(
    r"Entity List|Unverified|Screening|Specially Designated|SDN|Denied|Military End|Supplement No\. [467] to Part 744|Debarred|Parties",
    re.I,
)
_FIELD_CONTEXTS = {
    "tariff": ("tariff",),
    "ear": ("ear", "itar"),
    "listing": ("ear", "ofac", "forced-labor", "chinese-military", "ict"),
    "sanctions": ("ofac",),
    "ict": ("ict",),
    "investment": ("investment",),
    "program": ("ai-exports", "chips-program", "ai-infrastructure"),
    "procurement": ("federal-ai",),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The acts of a text, the gravest first, and what they come to."""

    acts: tuple[Act, ...]
    level: Level
    direction: Direction | None
    rule: LevelRule  # the entry of the level table that decided
    needs_reading: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    act: Act
    passage: Passage
    rule: LevelRule
    reading: ActReading | None = None


def judge(
    rules: Rules,
    features: Features,
    dates: Sequence[LegalDate],
    listing: PartyListAct,
) -> Judgement:
    """Level and direction of a text from its acts."""
    view = features.view
    if features.context("in-field") is None and not features.topics:
        return Judgement((), Level.NONE, None, rules.levels[-1])
    if view.is_change:
        return _judge_change(rules, features, dates, listing)
    readings = features.readings
    lists_parties = (
        not _is_wrapped_listing(readings)
        and bool(listing.facts)
        and (features.is_in("ear") or _names_sdn_list(features))
        and not features.is_in("forced-labor", "cuba-list", "export-privileges")
    )
    candidates = [
        _judged(rules, features, build_act(features, passage, reading, dates), passage, reading)
        for passage, reading in _significant(features, readings)
        if not _keeps(passage, reading) and not (lists_parties and _belongs_to_a_listing(passage, reading))
    ]
    candidates += [
        _judged(
            rules,
            features,
            changed_text.act_of_number(move, actor_of(view), dates),
            Passage(move.evidence.quote, move.evidence.where, Weight.SUMMARY),
        )
        for move in numeric_changes(view)
        if move.governs not in ("duty", "day", "share") and not is_background(move.evidence.quote)
    ]
    if features.is_in("ear-amendment"):
        candidates += [
            _judged(rules, features, act, passage) for act, passage in instructed_acts(features, dates)
        ]
    candidates += [_judged(rules, features, act, passage) for act, passage in struck_rates(features, dates)]
    if features.is_in("comment-only") and not any(
        each.act.verb is ActVerb.REQUEST_COMMENTS for each in candidates
    ):
        candidates.append(_judged(rules, features, *request_act(view, dates)))
    if lists_parties:
        candidates += [
            _judged(rules, features, act, passage) for act, passage in listing_acts(features, dates, listing)
        ]
    if (
        candidates
        and features.is_in("comment-request")
        and all(each.passage.weight is Weight.BACKGROUND for each in candidates)
    ):  # only an earlier document's acts were read; what this one does is ask
        candidates = [_judged(rules, features, *request_act(view, dates))]
    if rate := act_facts.japan_in_table(view.document.units):
        candidates = [_at_rate(rules, features, candidate, rate) for candidate in candidates]
    candidates = [_withdrawn(rules, features, candidate) for candidate in candidates]
    if not candidates and (directed := directed_act(view, features)) is not None:
        candidates = [_judged(rules, features, *directed)]
    if not candidates:
        act = act_of_document(view, features)
        rule = _rule_for(rules, features, act)
        headline_only = view.document.kind is DocumentKind.PAGE and not view.full and features.is_in("bis")
        unread = headline_only or actor_of(view) == "president" or features.is_in("ear-amendment")
        level = (
            max(rule.level, Level.MEDIUM, key=lambda each: each.rank)
            if unread and rule.level is not Level.NONE and not rule.direction
            else rule.level
        )
        return Judgement(
            (),
            level,
            rule.direction or act.direction,
            rule,
            needs_reading=unread and level is not Level.NONE and rule.direction is None,
        )
    leaning = _title_direction(readings)
    if (
        is_presidential(view)
        and leaning is None
        and all(each.passage.weight is Weight.BACKGROUND for each in candidates)
    ):  # what was done before is no act of this order: a person has to read what it does
        return replace(_decided(candidates, None), direction=Direction.UNDETERMINED, needs_reading=True)
    causes = {place for each in candidates for place in each.act.trigger_countries if not each.act.of}
    judgement = _decided([_without_cause(rules, features, each, causes) for each in candidates], leaning)
    if not features.is_in("comment-only"):
        return judgement
    asking = sorted(judgement.acts, key=lambda act: act.verb is not ActVerb.REQUEST_COMMENTS)
    return replace(judgement, acts=tuple(asking))  # such a paper asks, whatever it asks about


def _withdrawn(rules: Rules, features: Features, candidate: _Candidate) -> _Candidate:
    act = withdrawn(features.view, candidate.act)
    return candidate if act is candidate.act else _judged_again(rules, features, act, candidate)


def _at_rate(rules: Rules, features: Features, candidate: _Candidate, rate: str) -> _Candidate:
    """The duty with Japan's rate of the table that the text prints, where the sentence does not name Japan."""
    act = candidate.act
    if act.operand is not Operand.DUTY or act.japan is not JapanStanding.NOT_NAMED or act.amount_before:
        return candidate
    named = replace(act, japan=JapanStanding.RATE, japan_rate=rate)
    return _judged_again(rules, features, named, candidate)


def _without_cause(rules: Rules, features: Features, candidate: _Candidate, causes: set[str]) -> _Candidate:
    """The act without countries that it has of the title alone, where another act says that they are only its cause: "goods of a
    country that sells oil to Cuba" under a title that names Cuba."""
    act = candidate.act
    if not act.of or not causes.issuperset(act.of) or countries_in(act.evidence.quote):
        return candidate
    return _judged_again(rules, features, replace(act, of=(), trigger_countries=act.of), candidate)


def _decided(candidates: Sequence[_Candidate], leaning: Direction | None) -> Judgement:
    """The gravest act decides; the others are listed after it. The running text of a rule decides only where its summary, title and
    instructions say nothing: it explains, and tells what is not done."""
    ranked = sorted(candidates, key=lambda candidate: _gravity(candidate, leaning), reverse=True)
    known = {Direction.RESTRICTION, Direction.RELIEF, Direction.OPPORTUNITY}
    if any(not each.passage.body and each.act.direction in known for each in ranked):
        ranked.sort(key=lambda candidate: candidate.passage.body)
    if (
        leaning is not None
    ):  # what a title says outright, and a clause that does so, before the clauses around it
        ranked.sort(
            key=lambda each: not (each.act.direction is leaning and each.passage.weight is Weight.OPERATIVE)
        )
    gravest = ranked[0]
    if _only_procedural(gravest.act):  # what is done before how comments on it are heard
        ranked.sort(
            key=lambda each: each.act.direction not in known or each.passage.weight < gravest.passage.weight
        )
    first = ranked[0]
    rule = first.rule
    if rule.direction is Direction.PROCEDURE and not (rule.operands or rule.verbs or rule.topics):
        return Judgement(
            (), rule.level, rule.direction, rule
        )  # what sort of document it is says more than its sentences
    if (
        first.act.operand is Operand.DEADLINE
    ):  # "delays the effective date": of what, where another sentence says it
        ranked.sort(key=lambda each: not (each.act.verb is first.act.verb and each.act.direction in known))
    acts = _best_described(tuple(map(_with_phrase, _distinct(ranked))))
    direction = rule.direction or acts[0].direction
    if direction is Direction.UNDETERMINED and leaning is not None:
        direction = leaning
    level = max(first.act.level, gravest.act.level, key=lambda each: each.rank)
    return Judgement(acts, level, direction, rule)


def _only_procedural(act: Act) -> bool:
    """Whether an act is a step beside a measure: a docket for comments, a hearing, a clarification."""
    return act.operand is Operand.COMMENT_PERIOD or (
        act.operand is Operand.PROCEEDING and act.verb is not ActVerb.INVESTIGATE
    )


_IF = re.compile(r"^(?:\W*\w{0,3}\W+)?(?:If|Should|In the event|Unless|Until|Nothing|To the extent)\b")
# A rate for a part of the goods: "an article that was transshipped to evade these duties".
_SOME_ONLY = re.compile(
    r"\b(?:articles?|goods|products?|items?|merchandise|imports?) (?:that|which) (?:was|were|is|are|has been|have been) "
    r"(?!(?:the )?products? of|of |imported|entered|described|listed|specified|set|identified|classifi)",
    re.IGNORECASE,
)
_BINDING = frozenset({Force.BINDING_NOW, Force.BINDING_FROM})
_SETTING = frozenset({ActVerb.IMPOSE, ActVerb.RAISE, ActVerb.LOWER, ActVerb.REVISE, ActVerb.ADD_CONTROL})


def _best_described(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """The acts, led by the one that says most of those that do the same as the gravest: "tariffs are imposed" before "All articles of
    Mexico shall be subject to an additional 25 percent" is one act, and the second says it."""
    first = acts[0]
    same = [
        act
        for act in acts
        if act.operand is first.operand
        and (act.verb is first.verb or {act.verb, first.verb} <= _SETTING)
        and act.direction is first.direction
        and (act.force is first.force or {act.force, first.force} <= _BINDING)
        and not _IF.match(act.evidence.quote)
        and not _SOME_ONLY.search(act.evidence.quote)
    ]
    best = max(same, key=_described, default=first)
    if first.amount_after or _described(best) <= _described(first):
        return acts
    return (best, *(act for act in acts if act is not best))


def _described(act: Act) -> int:
    return 2 * bool(act.amount_after) + bool(act.of) + bool(act.objects or act.eccns or act.parties)


def _judge_change(
    rules: Rules, features: Features, dates: Sequence[LegalDate], listing: PartyListAct
) -> Judgement:
    """A changed text is judged by the words that came or went; a page outside of whose field they are is left alone."""
    view = features.view
    if view.document.kind is DocumentKind.PAGE and all(map(changed_text.is_furniture, view.operations)):
        outside = next(rule for rule in rules.levels if rule.level is Level.NONE and "change" in rule.is_)
        return Judgement((), Level.NONE, Direction.PROCEDURE, outside)
    candidates = []
    if _is_party_list(view):
        candidates = [
            _judged(rules, features, act, passage) for act, passage in listing_acts(features, dates, listing)
        ]
    if not candidates:
        candidates = [
            _judged(rules, features, act, Passage(act.evidence.quote, act.evidence.where, Weight.SUMMARY))
            for act in changed_text.acts_of_change(view, actor_of(view), dates)
        ]
    if not candidates:
        act = Act(
            ActVerb.REVISE,
            None,
            Evidence(view.title.text, "title"),
            actor=actor_of(view),
            direction=Direction.UNDETERMINED,
        )
        rule = _rule_for(rules, features, act)
        return Judgement((), rule.level, rule.direction or act.direction, rule)
    return _decided(candidates, None)


def _is_party_list(view: TextView) -> bool:
    """Whether rows of a list of parties changed, or a page that speaks of one."""
    if view.document.kind is DocumentKind.LIST:
        return _PARTY_LISTS.search(view.document.title) is not None
    return view.document.kind is DocumentKind.PAGE or any(path.startswith(LISTS) for path in view.touched)


_OF_A_LISTING = frozenset(
    {Operand.LICENSE_REQUIREMENT, Operand.REVIEW_POLICY, Operand.LICENSE_EXCEPTION, Operand.SANCTION}
)


def _belongs_to_a_listing(passage: Passage, reading: ActReading) -> bool:
    """Whether an act is the listing of parties, or a part of it: "a license is required for all items subject to the EAR"."""
    operand = reading.operand.operand if reading.operand else None
    if operand is Operand.LISTING:
        return True
    return (
        operand in (None, *_OF_A_LISTING)
        and passage.weight is not Weight.TITLE
        and not act_facts.eccns_in(passage.text)
    )


def _significant(
    features: Features, readings: Sequence[tuple[Passage, ActReading]]
) -> list[tuple[Passage, ActReading]]:
    """The readings that say what the document does: in their field of law, and from the weightiest passages that have any. A title is
    read where nothing else says what is done: it is often that of an earlier document."""
    fitting = [(p, r) for p, r in readings if _in_its_field(features, r)]
    own = [(p, r) for p, r in fitting if p.weight >= Weight.SUMMARY and not r.past and _asserts(p, r)]
    if any(r.sign for _, r in own):
        return own
    titled = [(p, r) for p, r in fitting if p.weight is Weight.TITLE and (r.verbs or r.sign)]
    if any(r.sign for _, r in titled) and not features.is_in("comment-extension", "comment-only"):
        return [*own, *titled]
    reported = [(p, r) for p, r in fitting if p.weight is not Weight.TITLE and r.verbs]
    return own or titled or reported or [(p, r) for p, r in fitting if p.weight is Weight.TITLE]


def _asserts(passage: Passage, reading: ActReading) -> bool:
    return bool(
        reading.verbs or reading.sign or act_facts.amount_in(passage.text, reading.start, reading.end).after
    )


def _in_its_field(features: Features, reading: ActReading) -> bool:
    entry = reading.operand
    if entry is None:
        return False
    if entry.operand is None:  # trade itself: only where a verb forbids or frees it
        return reading.sign != 0 and features.is_in("ear", "ofac", "ict", "investment", "tariff")
    wanted = _FIELD_CONTEXTS.get(entry.field)
    return wanted is None or features.is_in(*wanted)


_SDN_LIST = re.compile(r"\bSDN List\b|Specially Designated Nationals")


def _names_sdn_list(features: Features) -> bool:
    """Whether a notice of OFAC names whom it puts on the SDN List or takes off it."""
    return (
        features.is_in("ofac")
        and features.view.document.kind is DocumentKind.NOTICE
        and any(_SDN_LIST.search(section.text) for section in features.view.text)
    )


def _is_wrapped_listing(readings: Sequence[tuple[Passage, ActReading]]) -> bool:
    """Whether a listing is itself suspended, put off or undone: "postpones the addition of 24 entities"."""
    return any(
        passage.weight > Weight.BACKGROUND
        and reading.operand is not None
        and reading.operand.operand is Operand.LISTING
        and sum(bool(verb.effect) for verb in reading.verbs) > 1
        and reading.verbs[0].act in ("suspend", "delay", "end", "extend", "resume")
        for passage, reading in readings
    )


def _keeps(passage: Passage, reading: ActReading) -> bool:
    """Whether an act only leaves what is: "remain subject to the duties", not "continues the suspension"."""
    return (
        passage.weight is not Weight.TITLE
        and reading.sign > 0
        and next((verb.id for verb in reading.verbs if verb.effect), "") == "keep"
    )


def _judged(
    rules: Rules, features: Features, act: Act, passage: Passage, reading: ActReading | None = None
) -> _Candidate:
    rule = _rule_for(rules, features, act)
    return _Candidate(replace(act, level=rule.level), passage, rule, reading)


def _judged_again(rules: Rules, features: Features, act: Act, candidate: _Candidate) -> _Candidate:
    return _judged(rules, features, act, candidate.passage, candidate.reading)


def _rule_for(rules: Rules, features: Features, act: Act) -> LevelRule:
    operand, reach = _operand_name(act), act_facts.reach_of(act)
    force = act.force.value.split("-")[0]
    return next(
        (
            rule
            for rule in rules.levels
            if (not rule.operands or operand in rule.operands)
            and (not rule.verbs or act.verb in rule.verbs)
            and (not rule.directions or act.direction in rule.directions)
            and (not rule.force or force in rule.force)
            and (not rule.reach or reach in rule.reach)
            and _meets(rule, features, act)
        ),
        rules.levels[-1],
    )


def _operand_name(act: Act) -> str:
    """The operand as the table of levels names it: trade itself, or none, where an act has none."""
    if act.operand:
        return act.operand.value
    bare = act.verb in (ActVerb.DETERMINE, ActVerb.REQUEST_COMMENTS, ActVerb.DIRECT_AGENCY)
    return "none" if bare else "trade"


def _meets(rule: LevelRule, features: Features, act: Act) -> bool:
    """Whether an act meets what a rule asks for beside its operand, verb, direction, force and reach."""
    if rule.actors and act.actor not in rule.actors:
        return False
    if rule.count and (act.party_count or rule.count) < rule.count:
        return False
    if (
        rule.goods
        and ("other" if act.objects and not features.is_in("core-goods") else "core") not in rule.goods
    ):
        return False
    if rule.topics and features.topics.keys().isdisjoint(rule.topics):
        return False
    if rule.is_ and not features.is_in(*rule.is_):
        return False
    if any(not features.is_in(name) for name in rule.all_is):
        return False
    return not features.is_in(*rule.is_not)


def _title_direction(readings: Sequence[tuple[Passage, ActReading]]) -> Direction | None:
    """The direction that the title asserts, where it asserts one."""
    signs = {reading.sign for passage, reading in readings if passage.weight is Weight.TITLE and reading.sign}
    return None if len(signs) != 1 else (Direction.RESTRICTION if signs == {1} else Direction.RELIEF)


def _gravity(candidate: _Candidate, leaning: Direction | None) -> tuple[int, ...]:
    """The level first; then a direction that is known, the one that the title asserts, the weightier passage, rates, and a restriction
    before a relief."""
    act = candidate.act
    known = act.direction not in (Direction.UNDETERMINED, Direction.PROCEDURE)
    return (
        act.level.rank,
        int(known),
        int(act.operand is not None),
        int(act.direction is leaning),
        int(candidate.passage.weight),
        int(_SOME_ONLY.search(act.evidence.quote) is None),
        int(bool(act.amount_after)) + int(bool(act.amount_before)),
        int(act.direction is Direction.RESTRICTION),
    )


def _distinct(candidates: Iterable[_Candidate]) -> tuple[_Candidate, ...]:
    found: dict[tuple[object, ...], _Candidate] = {}
    for each in candidates:
        act = each.act
        found.setdefault((act.verb, act.operand, act.of, act.amount_after, act.eccns), each)
        if len(found) >= _MOST_ACTS:
            break
    return tuple(found.values())


def _with_phrase(candidate: _Candidate) -> Act:
    reading = candidate.reading
    if reading is None:
        return candidate.act
    return replace(candidate.act, phrase=phrase_of(candidate.passage.text, reading))
