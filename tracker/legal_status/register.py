"""What holds on a day for a document, an order, a unit, a tariff heading or a party, by the register of effects.

Pure. Two clocks apply: the day that is asked about, and the moment whose knowledge counts. The order in which effects
became known does not matter. "in-force" is what an instrument's own dates say, after all effects on it were asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from tracker.clock import legal_day
from tracker.documents.effect_names import affected_names, affecting_names, ancestors, canonical_path
from tracker.effects import Applied, Certainty, Effect, EffectVerb, Extent, RecordedEffect
from tracker.legal_status.removals import removes_unit
from tracker.model import Status
from tracker.model.expiry import expired_after
from tracker.text import name_key

_DAY = timedelta(days=1)


class RegisterState(StrEnum):
    """A state of the register, beside the states that a document's own words give it."""

    STAYED = "stayed"
    DELAYED = "delayed"
    NOT_ENFORCED = "not-enforced"
    RESCINDED = "rescinded"
    WITHDRAWN = "withdrawn"
    UNLAWFUL = "declared-unlawful"
    PUBLISHED = "published"
    NOT_INCORPORATED = "not-incorporated"
    UNCLEAR = "unclear"  # another document affects it, and how is not known


_OWN_WORDS = re.compile(
    r"\bintroductory text\b|\bsentences?\b|\bnotes?\b|\bwords?\b|\bphrases?\b", re.IGNORECASE
)
_DUTIES = re.compile(
    r"(?:(?:all|any|the|such|additional|ad valorem|rates? of|reciprocal) )*(?:duties|duty|tariffs?)(?: (?:imposed|established))?",
    re.IGNORECASE,
)
_EFFECTIVE_DATE = re.compile(r"(?:the )?effective dates?", re.IGNORECASE)
_EXCEPTED = re.compile(r"\b(?:except|excluding|other than|only (?:for|to|with))\b", re.IGNORECASE)
_WITHDRAWS = re.compile(r"\bwithdr(?:aw|ew)", re.IGNORECASE)
# Which state prevails on a day: the end of a rule over its suspension, that over force.
PREVAILS = (
    "rescinded", "withdrawn", "expired", "declared-unlawful", "stayed", "not-enforced", "delayed", "in-force", "published",
    "proposed",
)  # fmt: skip
ENDED = frozenset(PREVAILS[:3])
_CONTINUING = {
    EffectVerb.STAYS: RegisterState.STAYED,
    EffectVerb.SUSPENDS: RegisterState.STAYED,
    EffectVerb.DELAYS: RegisterState.DELAYED,
    EffectVerb.DOES_NOT_ENFORCE: RegisterState.NOT_ENFORCED,
}
_FINAL = {
    EffectVerb.ENDS: RegisterState.RESCINDED,
    EffectVerb.SUPERSEDES: RegisterState.RESCINDED,
    EffectVerb.REMOVES: RegisterState.RESCINDED,
    EffectVerb.DECLARES_UNLAWFUL: RegisterState.UNLAWFUL,
}
_PAUSES = frozenset({EffectVerb.STAYS, EffectVerb.SUSPENDS, EffectVerb.DELAYS})
_LIFTED_BY = {
    EffectVerb.AFFIRMS: frozenset({EffectVerb.STAYS}),  # of a judgment
    EffectVerb.LIFTS_STAY: _PAUSES,
    EffectVerb.RESUMES: frozenset({EffectVerb.STAYS, EffectVerb.SUSPENDS, EffectVerb.DOES_NOT_ENFORCE}),
}
_ENDING = frozenset({EffectVerb.ENDS, EffectVerb.SUPERSEDES})
# What a document does to a text of the CFR or a tariff heading, and whose stay is therefore a stay of that text.
_WRITES = frozenset({EffectVerb.ADDS, EffectVerb.REVISES, EffectVerb.AMENDS})
# What alone changes no state.
_SILENT = frozenset(
    {EffectVerb.AMENDS, EffectVerb.REVISES, EffectVerb.REDESIGNATES, EffectVerb.CORRECTS, EffectVerb.IMPLEMENTS}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a unit (`path`), or a document, order, heading or party (`names`, as `name_key` gives them).
    `own` are the statuses that its own words give it; for a unit, that its text is part of the law."""

    path: str = ""
    names: frozenset[str] = frozenset()
    own: tuple[Status, ...] = ()

    @classmethod
    def of(cls, path: str = "", names: Iterable[str] = (), own: Iterable[Status] = ()) -> Subject:
        return cls(canonical_path(path) if path else "", frozenset(map(name_key, names)), tuple(own))


@dataclass(frozen=True, slots=True)
class StateOnDay:
    """A state, and the first and last day on which it holds without a break; None: open. `by` is the document that made
    it so, empty where the instrument's own words do; `part` the affected portion, empty for the whole."""

    state: str
    since: date | None = None
    until: date | None = None
    by: str = ""
    quote: str = ""
    part: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class _Hold:
    """A state that an effect or the instrument's own words give on one day."""

    state: str
    effect: RecordedEffect | None = None
    own: Status | None = None
    part: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        name = self.effect.id if self.effect else repr(self.own)
        return self.state, name, self.part


def status_on(
    subject: Subject, effects: Iterable[RecordedEffect], as_of: date, known_at: datetime | None = None
) -> tuple[StateOnDay, ...]:
    """Return the states that hold on a day: the one of the whole first, then those of parts that differ from it, then
    what is unclear or not incorporated. `known_at`: only what could be known then counts."""
    register = _Register(subject, visible(effects, known_at))
    found = register.holds(as_of)
    return tuple(_spanned(hold, register, as_of) for hold in found)


def next_states(
    subject: Subject, effects: Iterable[RecordedEffect], as_of: date, known_at: datetime | None = None
) -> tuple[StateOnDay, ...]:
    """Return the states of the next day on which something else holds; none where nothing is known to change."""
    register = _Register(subject, visible(effects, known_at))
    now = [hold.identity for hold in register.holds(as_of)]
    for day in register.boundaries():
        if day > as_of and [hold.identity for hold in register.holds(day)] != now:
            return tuple(_spanned(hold, register, day) for hold in register.holds(day))
    return ()


def runs(
    subject: Subject, effects: Iterable[RecordedEffect], known_at: datetime | None = None
) -> tuple[StateOnDay, ...]:
    """Return all states that effects give to a subject, each with its first and last day, the earliest first."""
    register = _Register(subject, visible(effects, known_at))
    found: dict[StateOnDay, None] = {}
    for day in register.boundaries():
        for hold in register.holds(day):
            if hold.effect is not None:
                found.setdefault(_spanned(hold, register, day))
    return tuple(found)


def own_days(subject: Subject, effects: Iterable[RecordedEffect]) -> tuple[Status, ...]:
    """Return the statuses by the subject's own words, each until the day to which effects extend it."""
    return tuple(_Register(subject, visible(effects, None)).own())


def relevant(subject: Subject, effects: Iterable[RecordedEffect]) -> list[RecordedEffect]:
    """Return the effects on the subject itself, those that its status does not depend on included."""
    return [one for one in effects if _scope(one.effect, subject) is not None]


def visible(effects: Iterable[RecordedEffect], known_at: datetime | None) -> list[RecordedEffect]:
    """Return the effects as they could be known at a moment, in an order that does not depend on their arrival."""
    found: dict[str, RecordedEffect] = {}
    for one in effects:
        known = one.effect.known_at
        if known_at is not None and known is not None and known > known_at:
            continue
        if one.retracted_at is not None and (known_at is None or one.retracted_at <= known_at):
            if one.ended_on is None:
                continue
            until = last_day(one.effect.until)
            last = one.ended_on if until is None else min(until, one.ended_on)
            found[one.id] = replace(one, effect=replace(one.effect, until=last))
        else:
            found[one.id] = one
    return sorted(found.values(), key=lambda one: (_start(one), one.id))


@dataclass(slots=True)
class _Register:
    subject: Subject
    effects: Sequence[RecordedEffect]
    _targets: dict[str, list[RecordedEffect]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A proposal changes no law.
        self.effects = [one for one in self.effects if one.effect.certainty is not Certainty.PROPOSED]
        for one in self.effects:
            for name in affected_names(one.effect.affected):
                self._targets.setdefault(name, []).append(one)

    # --- the states of a day -----------------------------------------------------------------

    def holds(self, day: date) -> list[_Hold]:
        """The states on a day, the prevailing one of the whole first."""
        own = [
            _Hold(one.state, own=one, part=", ".join(one.units))
            for one in self.own()
            if (one.since is None or one.since <= day) and (one.until is None or day <= one.until)
        ]
        wholes = [hold for hold in own if not hold.part]
        parts = [hold for hold in own if hold.part]
        extra: list[_Hold] = []
        for one, part in self._acting():
            for hold in self._of(one, part, day):
                if hold.state in (RegisterState.UNCLEAR, RegisterState.NOT_INCORPORATED):
                    extra.append(hold)
                elif part:
                    parts.append(hold)
                else:
                    wholes.append(hold)
        whole = min(wholes, key=_gravity, default=None)
        if whole is not None and whole.state in ENDED:
            return [whole]
        graver = [
            hold
            for hold in sorted(parts, key=_gravity)
            if whole is None or _gravity(hold)[0] < _gravity(whole)[0]
        ]
        return [*([whole] if whole else []), *graver, *sorted(extra, key=_gravity)]

    def own(self) -> Sequence[Status]:
        """The statuses by the subject's own words; the end of one that another document extended is moved. What is in
        force until a day has expired after it."""
        ends = {one.until for one in self.subject.own if one.state == "in-force"}
        found = [
            replace(one, until=self._later_end(one)) if one.state == "in-force" else one
            for one in self.subject.own
            if not (one.state == "expired" and one.since is not None and one.since - _DAY in ends)
        ]
        return (*found, *expired_after(found))

    def _later_end(self, own: Status) -> date | None:
        end = own.until
        for one in self.effects:
            later = last_day(one.effect.until)
            if end is None or later is None or one.effect.verb is not EffectVerb.EXTENDS or later <= end:
                continue
            if (
                _start(one) <= end + _DAY
                and _is_stated(one.effect)
                and _scope(one.effect, self.subject) == ""
            ):
                end = later
        return end

    def _acting(self) -> Iterator[tuple[RecordedEffect, str]]:
        """The effects on the subject, each with the portion that it affects, empty for all of it."""
        for one in self.effects:
            scope = _scope(one.effect, self.subject)
            if scope is not None:
                yield one, scope
                if one.effect.verb in _WRITES and one.effect.certainty is Certainty.STATED and not scope:
                    yield from self._through(one)

    def _through(self, written: RecordedEffect) -> Iterator[tuple[RecordedEffect, str]]:
        """The effects on the document that wrote a unit, which reach the unit: a rule's stay is one of its text."""
        for one in self._on(affecting_names(written.effect.affecting)):
            effect = one.effect
            if not _is_stated(effect) or effect.affected.path:
                continue
            ends_text = effect.verb in _ENDING and written.effect.verb is EffectVerb.ADDS
            if effect.verb in _CONTINUING or ends_text:
                yield one, ""

    def _of(self, one: RecordedEffect, part: str, day: date) -> Iterator[_Hold]:
        effect = one.effect
        states = states_of(effect)
        if states and self.operative(one, day):
            yield from (_Hold(state, one, part=part) for state in states)
        if effect.verb is EffectVerb.ADDS and _is_stated(effect) and not part and day < _start(one):
            known = legal_day(effect.known_at) if effect.known_at else date.min
            if known <= day and not self._ended_before(one, day):
                yield _Hold(RegisterState.PUBLISHED, one)

    # --- the life of an effect -----------------------------------------------------------------

    def operative(self, one: RecordedEffect, day: date, asked: frozenset[str] = frozenset()) -> bool:
        """Whether an effect holds on a day, after all effects on it and on its document."""
        if day < _start(one) or one.id in asked:
            return False
        asked |= {one.id}
        continuing = one.effect.verb in _CONTINUING
        if not self._runs(one, day, asked) or (continuing and self._lifted(one, day, asked)):
            return False
        for other in self._on(affecting_names(one.effect.affecting)):
            effect = other.effect
            if not _is_stated(effect) or effect.affected.path:
                continue
            ends = effect.verb in _ENDING and (continuing or _start(other) <= _start(one))
            ends = ends or effect.verb is EffectVerb.REVERSES  # such a judgment decides nothing
            pauses = effect.verb in _PAUSES
            if (ends or pauses) and self.operative(other, day, asked):
                return False
        return True

    def _runs(self, one: RecordedEffect, day: date, asked: frozenset[str]) -> bool:
        """Whether the day is not after the end of an effect, or within an extension of it."""
        until = last_day(one.effect.until)
        if until is None and one.effect.verb is EffectVerb.DELAYS:
            # A delay without an end is over when a later one names the day.
            ends = [last_day(other.effect.until) for other in self._beside(one) if self._renews(other, one)]
            until = max((end for end in ends if end is not None), default=None)
        if until is None or day <= until:
            return True
        return any(
            other.effect.verb is EffectVerb.EXTENDS
            and (end := last_day(other.effect.until)) is not None
            and _start(one) <= _start(other) <= day <= end
            and self.operative(other, day, asked)
            for other in self._beside(one)
        )

    def _renews(self, other: RecordedEffect, one: RecordedEffect) -> bool:
        return other.id != one.id and other.effect.verb is EffectVerb.DELAYS and _start(other) >= _start(one)

    def _lifted(self, one: RecordedEffect, day: date, asked: frozenset[str]) -> bool:
        return any(
            one.effect.verb in _LIFTED_BY.get(other.effect.verb, ())
            and _start(one) <= _start(other) <= day
            and _is_stated(other.effect)
            and self.operative(other, day, asked)
            for other in self._beside(one)
        )

    def _ended_before(self, one: RecordedEffect, day: date) -> bool:
        return any(
            other.effect.verb in _ENDING and _start(other) <= day
            for other in self._on(affecting_names(one.effect.affecting))
        )

    def _beside(self, one: RecordedEffect) -> Iterator[RecordedEffect]:
        """The other effects on what an effect affects, on what contains that, and on its document."""
        names = [*affected_names(one.effect.affected), *affecting_names(one.effect.affecting)]
        if one.effect.affected.path:
            names += map(name_key, ancestors(canonical_path(one.effect.affected.path)))
        if _scope(one.effect, self.subject) is not None:
            names += map(name_key, ancestors(self.subject.path))
            names += sorted(self.subject.names)
        return (other for other in self._on(names) if other.id != one.id)

    def _on(self, names: Iterable[str]) -> Iterator[RecordedEffect]:
        found = {other.id: other for name in names for other in self._targets.get(name, ())}
        return iter(found.values())

    # --- spans ---------------------------------------------------------------------------------

    def boundaries(self) -> list[date]:
        """The days on which something may begin or end."""
        days: set[date] = set()
        for one in self.effects:
            if one.effect.verb in _SILENT and _is_plain(one.effect):
                continue
            start, until = _start(one), last_day(one.effect.until)
            days.add(start)
            if one.effect.known_at is not None:
                days.add(legal_day(one.effect.known_at))
            if until is not None and until < date.max:
                days.add(until + _DAY)
        for status in self.own():
            if status.since is not None:
                days.add(status.since)
            if status.until is not None and status.until < date.max:
                days.add(status.until + _DAY)
        return sorted(day for day in days if day != date.min)


def _spanned(hold: _Hold, register: _Register, day: date) -> StateOnDay:
    """A state with the first and the last day of the unbroken run around a day."""
    bounds = register.boundaries()
    segments = [date.min, *bounds]
    runs = [any(other.identity == hold.identity for other in register.holds(one)) for one in segments]
    place = max(index for index, start in enumerate(segments) if start <= day)
    first = last = place
    while first > 0 and runs[first - 1]:
        first -= 1
    while last + 1 < len(segments) and runs[last + 1]:
        last += 1
    since = segments[first] if segments[first] > date.min else None
    until = segments[last + 1] - _DAY if last + 1 < len(segments) else None
    recorded = hold.effect
    if recorded is None:
        own = hold.own
        assert own is not None
        return StateOnDay(hold.state, since, until, own.number or own.by or "", own.quote, hold.part)
    effect = recorded.effect
    return StateOnDay(
        hold.state, since, until, affecting_name(recorded), effect.affecting.quote, hold.part, recorded.id
    )


def states_of(effect: Effect) -> tuple[str, ...]:
    """Return the states that an effect gives to what it affects; a proposal gives none."""
    if effect.certainty is Certainty.PROPOSED:
        return ()
    notes = (RegisterState.NOT_INCORPORATED,) if effect.applied is Applied.NOT_INCORPORATED else ()
    state = _CONTINUING.get(effect.verb) or _FINAL.get(effect.verb)
    path = canonical_path(effect.affected.path or "")
    if effect.verb is EffectVerb.REMOVES and path and not removes_unit(path, effect.affecting.quote):
        return notes
    if effect.certainty is Certainty.UNCLEAR or (effect.extent is Extent.CONDITIONAL and state):
        return (*notes, RegisterState.UNCLEAR)
    if effect.verb is EffectVerb.ENDS and _WITHDRAWS.search(effect.affecting.quote):
        state = RegisterState.WITHDRAWN
    return (*notes, state) if state else notes


def verb_state(effect: Effect) -> str:
    """Return the state that the verb of an effect gives, certain or not; a proposal gives none."""
    if effect.certainty is Certainty.PROPOSED:
        return ""
    return _CONTINUING.get(effect.verb) or _FINAL.get(effect.verb) or ""


def affecting_name(recorded: RecordedEffect) -> str:
    """Return what people call the document that has an effect: its order, its number, its citation, its title."""
    affecting = recorded.effect.affecting
    if affecting.executive_order:
        return f"E.O. {affecting.executive_order.removeprefix('E.O.').strip()}"
    if affecting.proclamation:
        return f"Proclamation {affecting.proclamation.removeprefix('Proclamation').strip()}"
    return affecting.document_number or affecting.citation or recorded.title or affecting.page or ""


def _is_stated(effect: Effect) -> bool:
    """Whether the words state the effect, on all of what they name."""
    whole = effect.extent is Extent.WHOLE or (effect.extent is Extent.PARTIAL and _is_all_of_it(effect))
    return effect.certainty is Certainty.STATED and whole


def _is_all_of_it(effect: Effect) -> bool:
    """Whether the portion is what an instrument is about, and nothing is excepted: the duties that an order imposes, the
    effective date of a rule that is delayed."""
    part = effect.affected.part or ""
    about = _EFFECTIVE_DATE if effect.verb is EffectVerb.DELAYS else _DUTIES
    return bool(about.fullmatch(part)) and not _EXCEPTED.search(effect.affecting.quote)


def _is_plain(effect: Effect) -> bool:
    return effect.certainty is Certainty.STATED and effect.applied is not Applied.NOT_INCORPORATED


def _scope(effect: Effect, subject: Subject) -> str | None:
    """The portion of the subject that an effect affects, empty for all of it; None where it does not affect it."""
    affected = effect.affected
    partial = "" if _is_all_of_it(effect) else affected.part or "in part"
    if subject.path and affected.path:
        path = canonical_path(affected.path)
        if path in ancestors(subject.path):
            if effect.extent is not Extent.PARTIAL:
                return ""
            # The introductory text or a sentence of a unit is no part of the units below it.
            return None if path != subject.path and _OWN_WORDS.search(partial) else partial
        return path if subject.path in ancestors(path) else None
    if subject.names.isdisjoint(affected_names(effect.affected)):
        return None
    if affected.path:
        return affected.path
    return partial if effect.extent is Extent.PARTIAL else ""


def _gravity(hold: _Hold) -> tuple[int, int, str]:
    """Of two equal states the one that ends last prevails, of two delays the later one, else the one that began first."""
    place = PREVAILS.index(hold.state) if hold.state in PREVAILS else len(PREVAILS)
    since = _start(hold.effect) if hold.effect else (hold.own.since if hold.own else None) or date.min
    rank = since.toordinal()
    if hold.state == RegisterState.DELAYED:
        rank = -rank
    elif hold.effect and hold.state in _CONTINUING.values():
        rank = -(last_day(hold.effect.effect.until) or date.max).toordinal()
    return place, rank, hold.identity[1]


def _start(one: RecordedEffect) -> date:
    """The first day of an effect; where its words give none, the day on which it became known."""
    start = first_day(one.effect.from_)
    if start is not None:
        return start
    return legal_day(one.effect.known_at) if one.effect.known_at else date.min


def last_day(moment: date | datetime | None) -> date | None:
    """The last day before an end: what lasts until 12:01 a.m. of a day does not apply on that day."""
    return legal_day(moment - timedelta(minutes=2)) if isinstance(moment, datetime) else moment


def first_day(moment: date | datetime | None) -> date | None:
    return legal_day(moment) if isinstance(moment, datetime) else moment
