"""Reads what an instruction orders: its verbs, their units, replaced words, and places of insertion.

All words have to be understood; UnreadError says which are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tracker.amendments.actions import (
    Action,
    Order,
    Portion,
    Position,
    Step,
    StepKind,
    Target,
    Verb,
)
from tracker.amendments.cursor import Cursor
from tracker.amendments.instruction_words import InstructionWords, period
from tracker.amendments.replaced_words import Located, Replacements
from tracker.amendments.scope import Named, is_beside_heading, is_heading, leads_to, resolve, without
from tracker.amendments.unit_patterns import SEPARATOR
from tracker.amendments.units import Group, UnitReader
from tracker.amendments.verbs import DONE, IS, ORDERS

K = StepKind
V = Verb


class UnreadError(ValueError):
    """Words of an instruction that were not understood."""


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PLACE = _re(r"(?:further\s+)?(?:in|under|for|on|at|within)\b")
_FOLLOWING = _re(
    r"(?:in|from)\s+(?:each\s+of\s+)?the\s+following\s+(?:sections?|paragraphs?|places?|provisions?|locations?)\b"
)
_AMEND = _re(r"(?:further\s+)?amend(?:ing)?\b(?:\s+by\b(?=\s+(?:amending|revis|add|remov)))?")
_SOFT = _re(r",")
_STAY_OF = _re(r"(?:the\s+)?(?:stay|suspension)\s+(?:of|on)\b")
_IS_LIFTED = _re(r"(?:is|are)\s+(?:hereby\s+)?(?:lifted|removed|terminated|ended)\b")
_TO_PART = _re(r"to\s+(?:(?P<title>\d{1,2})\s+CFR\s+)?part\s+(?P<part>\d{1,4}[a-z]?)(?!\d|\.\d)")
_TO_SUBPART = _re(
    r"(?:to|in)\s+subpart\s+[A-Z]{1,3}\b(?:\s+of\s+part\s+\d{1,4}[a-z]?)?(?=[\s.,;]*(?:$|and\b))"
)
_INLINE_LETTER = _re(r"(?-i:[a-z]{1,2}|[A-Z])\.\s+(?=(?:by|in|under|revis|add|remov|redesignat|reserv)\w*\b)")
_BY_END = _re(r"by\s*[:—–-]?\s*$")
_IS_AMENDED = _re(
    r"(?:is|are)\s+(?:(?:further|also|proposed\s+to\s+be)\s+)*(?:amended\b(?:\s+further)?|corrected(?=\s+by\b))"
)
_BY = _re(
    r"(?:by|to)\b(?!\s+read)(?:\s+(?:making\s+the\s+following\s+(?:changes|amendments|revisions)|the\s+following))?\s*[:—–-]?|as\s+follows\s*:?|[:—]"
)
_CLAUSE_SEPARATOR = _re(r"(?:[,;.][\s\x01\x02]*(?:and\b|then\b)?|and\b)\s*(?:by\b)?")
_AND_DONE = _re(r",?\s*and\s+(?:(?:is|are)\s+)?(?=(?:revised|republished|reserved|added)\b)")
_AS = _re(r"as\b")
_TO_READ = _re(r"to\s+read\b")
_NEIGHBOR = _re(r",?\s*(?:immediately\s+)?(?P<side>after|following|before|preceding|above|below)\b")
_AFTER_APPENDICES = _re(r",?\s*(?:after|following)\s+the\s+appendi(?:x|ces)\b(?=\s*(?:$|[,;.]))")
_AT_END_OF = _re(r"\bat\s+the\s+end\s+of\b")
_AT_EDGE = _re(r",?\s*(?:at|to)\s+the\s+(?P<edge>end|beginning)\b(?:\s+of\b|\s+thereof\b)?")
_NEW_SENTENCE = _re(r"(?:(?:the|an?|one|two|three|four|new|additional|following)\s+)+sentences?\b")
_SIDES = {"after": Order.AFTER, "following": Order.AFTER, "below": Order.AFTER, "before": Order.BEFORE, "preceding": Order.BEFORE, "above": Order.BEFORE, "end": Order.END, "beginning": Order.BEGINNING}  # fmt: skip
_MOST_TARGETS = 3_000
_STAYS = (V.STAY, V.SUSPEND)


@dataclass(slots=True)
class Clauses:
    """What an instruction orders and hands down to those below it: the `contexts` that they amend, the verb
    that they complete ("is amended by revising:"), or a change of words that they say the places of.
    """

    contexts: tuple[Target, ...]
    actions: list[Action] = field(default_factory=list)
    verb: Verb | None = None  # of a lead without a unit
    words: list[Located] = field(default_factory=list)
    leads: bool = False
    until: date | None = None
    since: date | None = None


class ClauseReader:
    def __init__(
        self, words: InstructionWords, contexts: tuple[Target, ...], above: Clauses | None = None
    ) -> None:
        self.words = words
        self.cursor = Cursor(words.body)
        self.result = Clauses(contexts)
        self.above = above

    # --- the instruction

    def read(self) -> Clauses:
        cursor, result = self.cursor, self.result
        self._lead()
        cursor.take(_BY)
        if cursor.at_end():
            result.leads = True
            return result
        if self.above and (self.above.verb or self.above.words) and self._complete(self.above):
            return result
        while not cursor.at_end():
            here = cursor.position
            self._clause()
            if cursor.position == here:
                raise self._unread()
            cursor.take(_CLAUSE_SEPARATOR)
        return result

    def _unread(self, reason: str = "") -> UnreadError:
        words = self.cursor.rest
        return UnreadError(reason or f"these words are not understood: “{words[:80]}”")

    def _units(self) -> UnitReader:
        steps = self.result.contexts[0].steps if self.result.contexts else ()
        return UnitReader(self.cursor, steps)

    # --- what is amended

    def _lead(self) -> None:
        """Read "In § 744.11", "Section 744.11 is amended by", "Under CHINA,": each is within the one before."""
        cursor = self.cursor
        while True:
            start = cursor.position
            if cursor.take(_FOLLOWING):
                self.result.leads = True
                cursor.take(_CLAUSE_SEPARATOR)
                continue
            place = cursor.take(_PLACE) or cursor.take(_AMEND)
            groups = self._units().groups() if place else []
            if place and groups:
                cursor.take(_SOFT)
                cursor.take(_IS_AMENDED)
                self._enter(groups)
                while cursor.take(SEPARATOR) and self._deeper():
                    pass
                cursor.take(_BY)
                continue
            if place:
                raise self._unread()
            if self._amended(start):
                continue
            cursor.position = start
            return

    def _deeper(self) -> bool:
        """Read one more place of "Under Section 1026.3—Exempt Transactions, under 3(b) Credit": True if there is one."""
        start = self.cursor.position
        if not self.cursor.take(_PLACE):
            return False
        groups = self._units().groups()
        if not groups:
            self.cursor.position = start
            return False
        self._enter(groups)
        return True

    def _amended(self, start: int) -> bool:
        self.cursor.position = start
        groups = self._units().groups()
        self.cursor.take(SEPARATOR)
        if not groups or not self.cursor.take(_IS_AMENDED):
            return False
        self._enter(groups)
        self.cursor.take(_BY)
        return True

    def _enter(self, groups: list[Group]) -> None:
        """Make the units of a list what is amended. Where "is" or "are" follows, the last ones are its subject."""
        if self.cursor.peek(IS):
            ways = [
                place
                for place in range(1, len(groups))
                if not groups[place].is_joined
                and leads_to(self._resolved(groups[:place]), groups[place].units)
            ]
            if not ways:
                raise self._unread()
            self.cursor.position = groups[ways[-1]].start
            groups = groups[: ways[-1]]
        contexts = tuple(self._resolved(groups))
        if len(contexts) > 1 and not any(group.is_joined for group in groups[1:]) and len(groups) > 1:
            raise UnreadError("it is not clear whether the units that it names are within each other")
        self.result.contexts = contexts

    # --- resolving

    def resolved_within(self, contexts: Sequence[Target], groups: Sequence[Group]) -> list[Target]:
        """Return the targets of a list of units within what is amended."""
        self.result.contexts = tuple(contexts)
        return self._resolved(list(groups))

    def _resolved(self, groups: list[Group]) -> list[Target]:
        """Return the targets of a list. A unit that a comma joins to one inside it is only the way to that; comments
        belong to the subheading named before them in the list.
        """
        found: list[Target] = []
        contexts = self.result.contexts
        for place, group in enumerate(groups):
            if group.is_within and found:
                contexts = (replace(found[-1], portion=Portion.WHOLE, sentences=()),)
            following = groups[place + 1] if place + 1 < len(groups) else None
            if len(contexts) * len(group.units) > _MOST_TARGETS:
                raise UnreadError("it names too many units")
            targets = [self._resolve(one, context) for context in contexts for one in group.units]
            is_way = following is not None and not following.is_joined and leads_to(targets, following.units)
            if is_way or (len(targets) == 1 and is_heading(targets[0])):
                contexts = tuple(replace(one, portion=Portion.WHOLE, sentences=()) for one in targets)
            if not is_way:
                found += targets
        return found

    def _resolve(self, named: Named, context: Target) -> Target:
        target = resolve(named, context)
        if target is None:
            raise UnreadError("it does not say which section, appendix or supplement the unit belongs to")
        return target

    # --- clauses

    def _clause(self) -> None:
        """Read one clause; a place that it begins with applies to it only: "b. In paragraph (c), removing ..."."""
        outside = self.result.contexts
        self.cursor.take(_INLINE_LETTER)
        start = self.cursor.position
        is_inside = self._inside()
        if is_inside:
            self.cursor.take(_BY)
        self._clause_within(start)
        if is_inside:
            self.result.contexts = outside

    def _clause_within(self, start: int) -> None:
        for verb, pattern in ORDERS:
            if self.cursor.take(pattern):
                self._active(verb, start)
                return
        self._passive(start)

    def _complete(self, above: Clauses) -> bool:
        """Read a list of units that completes the instruction above."""
        start = self.cursor.position
        groups = self._units().groups()
        self.cursor.take(_CLAUSE_SEPARATOR)
        if not groups or not self.cursor.at_end():
            self.cursor.position = start
            return False
        targets = self._resolved(groups)
        if above.verb:
            self._do(above.verb, [one for group in groups for one in group.units], targets, start)
        for located in above.words:
            self.result.actions += [Action(located.verb, target, words=located.change) for target in targets]
        return True

    def _active(self, verb: Verb, start: int) -> None:
        if self.cursor.at_end():
            self.result.verb = verb
            self.result.leads = True
            return
        outside = self.result.contexts
        if self._inside():
            self._ordered(verb, start)
            self.result.contexts = outside
        else:
            self._ordered(verb, start)

    def _inside(self) -> bool:
        """Read the place of "removing, under CYPRUS, the entry for": it applies to this clause only."""
        start = self.cursor.position
        self.cursor.take(_SOFT)
        units = self._units().phrase() if self.cursor.take(_PLACE) else None
        if not units or not self.cursor.take(_SOFT):
            self.cursor.position = start
            return False
        self.result.contexts = tuple(self._resolved([Group(units, is_joined=False, start=start)]))
        return True

    def _ordered(self, verb: Verb, start: int) -> None:
        if verb in (V.ADD, V.REMOVE, V.REPLACE, V.REVISE, V.CORRECT) and self._changed_words(verb):
            return
        if verb is V.ADD and self._new_sentence():
            return
        groups = self._units().groups()
        if not groups:
            raise self._unread()
        if verb in (V.REDESIGNATE, V.TRANSFER, V.DESIGNATE):
            self._redesignate(verb, groups)
            return
        if verb in (V.REPLACE, V.CORRECT) and self.cursor.peek(_TO_READ):
            raise self._unread()
        targets = self._resolved(groups)
        if verb is V.REVISE and self.cursor.take(_BY_END):
            self.result.contexts, self.result.leads = tuple(targets), True
            return
        self._do(verb, [one for group in groups for one in group.units], targets, start)

    def _do(self, verb: Verb, named: list[Named], targets: list[Target], start: int) -> None:
        position = None
        if verb in (V.ADD, V.RESERVE):
            if part := self.cursor.take(_TO_PART):
                targets = [
                    replace(one, part=part["part"], title=part["title"] or one.title) for one in targets
                ]
            self.cursor.take(_TO_SUBPART)  # a section's number says where it goes
            position = self._position(start)
            if position is None and _AT_END_OF.search(self.cursor.text, start, self.cursor.position):
                position = Position(Order.END)  # "a note at the end of the section"
        elif verb in (*_STAYS, V.WITHDRAW) and (found := period(self.cursor.text[self.cursor.position :])):
            self.result.since, self.result.until = found[0], found[1]
            self.cursor.position += found[2]
        if verb is V.REVISE and named and all(one.is_heading for one in named):
            targets = [replace(one, portion=Portion.HEADING) for one in targets]
        if verb is V.ADD and named and all(one.is_reserved for one in named):
            verb = V.RESERVE
        is_new = any(one.is_new for one in named)
        self.result.actions += [
            Action(verb, target, position=position, newly_designated=is_new) for target in targets
        ]

    def _passive(self, start: int) -> None:
        """Read "paragraph 1 is revised and paragraph 2 is added"."""
        cursor = self.cursor
        lifts = cursor.take(_STAY_OF)
        groups = self._units().groups()
        if lifts and groups and cursor.take(_IS_LIFTED):
            self._do(V.LIFT, [], self._resolved(groups), start)
            return
        cursor.take(_SOFT)
        if lifts or not groups or not cursor.take(IS):
            cursor.position = start
            raise self._unread()
        if self.result.actions and is_beside_heading(self.result.actions[-1].target, groups[0].units[0]):
            raise UnreadError(
                "it does not say whether the paragraph is under the heading that it names before"
            )
        verb = self._done()
        if verb in (V.REDESIGNATE, V.TRANSFER, V.DESIGNATE):
            moved = self._redesignate(verb, groups)
            if cursor.take(_AND_DONE):
                then = self._done()
                self.result.actions += [Action(then, target, newly_designated=True) for target in moved]
            return
        named = [one for group in groups for one in group.units]
        targets = self._resolved(groups)
        self._do(verb, named, targets, start)

    def _done(self) -> Verb:
        for verb, pattern in DONE:
            if self.cursor.take(pattern):
                return verb
        raise self._unread()

    # --- places of insertion

    def _order(self, start: int) -> Order | None:
        end = self.cursor.position
        return next((order for place, order in self.words.orders if start <= place <= end + 3), None)

    def _position(self, start: int) -> Position | None:
        cursor = self.cursor
        here = cursor.position
        if cursor.take(_AFTER_APPENDICES):
            return Position(Order.END)
        if found := cursor.take(_NEIGHBOR):
            named = self._units().phrase()
            if not named or len(named) != 1 or len(self.result.contexts) != 1:
                cursor.position = here
                raise self._unread()
            neighbor = self._resolve(named[0], self.result.contexts[0])
            return Position(_SIDES[found["side"].lower()], neighbor)
        if found := cursor.take(_AT_EDGE):
            return Position(_SIDES[found["edge"].lower()])
        order = self._order(start)
        return Position(order) if order else None

    def _new_sentence(self) -> bool:
        """Read "a new sentence at the end of paragraph (b)", "after the first sentence of paragraph (b)"."""
        cursor = self.cursor
        start = cursor.position
        if not cursor.take(_NEW_SENTENCE):
            return False
        edge = cursor.take(_re(r"(?:at|to)\s+(?:the\s+)?(?P<edge>end|beginning)\b(?:\s+of\b)?"))
        side = None if edge else cursor.take(_NEIGHBOR)
        named = self._units().phrases() if edge or side else None
        if edge and not named:
            named = [Named()]
        if not named:
            cursor.position = start
            return False
        for context in self.result.contexts:
            for one in named:
                target = self._resolve(one, context)
                neighbor = replace(target) if side else None
                order = _SIDES[(edge["edge"] if edge else side["side"] if side else "end").lower()]
                if side and target.portion is not Portion.SENTENCE:
                    raise self._unread("it does not say after which sentence to add the new one")
                place = replace(target, portion=Portion.SENTENCE, sentences=())
                self.result.actions.append(Action(V.ADD, place, position=Position(order, neighbor)))
        return True

    # --- words

    def _changed_words(self, verb: Verb) -> bool:
        changes = Replacements(self.cursor, self._units).read(verb)
        for located in changes:
            targets = self._places(located)
            if self.result.leads and not located.groups and self.cursor.at_end():
                self.result.words.append(located)
                continue
            if not targets:
                raise UnreadError("it does not say where the words are")
            self.result.actions += [self._word_action(located, target) for target in targets]
        return bool(changes)

    def _places(self, located: Located) -> list[Target]:
        return self._resolved(located.groups) if located.groups else list(self.result.contexts)

    def _word_action(self, located: Located, target: Target) -> Action:
        """Return the change of words; an entry where a list of countries or a table is named by its words only."""
        change, verb = located.change, located.verb
        last = target.steps[-1].kind if target.steps else None
        lone = not change.anchor and change.side is None
        if last in (K.COUNTRY, K.TABLE) and lone and verb in (V.ADD, V.REMOVE):
            words = change.old or change.new
            order = self._order(0)
            position = Position(order) if verb is V.ADD and order else None
            return Action(
                verb,
                replace(target, steps=(*target.steps, Step(K.ENTRY, words.strip(" ,;")))),
                position=position,
            )
        if verb is V.ADD and lone and last not in (K.COLUMN, K.ROW):
            raise UnreadError("it does not say where in the text to add the words")
        return Action(verb, target, words=change)

    # --- redesignation

    def _redesignate(self, verb: Verb, groups: list[Group]) -> list[Target]:
        """Read "paragraphs (c) through (e) as paragraphs (d) through (f)", and further pairs joined by commas."""
        cursor = self.cursor
        moved: list[Target] = []
        while True:
            sources = self._resolved(groups)
            if not cursor.take(_AS):
                raise self._unread()
            reader = self._units()
            if verb is V.DESIGNATE:
                named = reader.phrase() or []
            else:
                count, named = len(sources), list[Named]()
                while len(named) < count:
                    here = cursor.position
                    if named and not cursor.take(SEPARATOR):
                        break
                    more = reader.phrase()
                    if not more:
                        cursor.position = here
                        break
                    named += more
            goals = self._goals(named, sources)
            if len(goals) == 1 and verb is V.DESIGNATE:
                goals *= len(sources)
            if not goals or len(goals) != len(sources):
                raise self._unread("the units and their new designations are not of one number")
            self.result.actions += [
                Action(verb, source, moved_to=goal) for source, goal in zip(sources, goals, strict=True)
            ]
            moved += goals
            here = cursor.position
            following = self._units().groups() if cursor.take(SEPARATOR) else []
            if not following or not cursor.peek(_AS):
                cursor.position = here
                return moved
            groups = following

    def _goals(self, named: list[Named], sources: list[Target]) -> list[Target]:
        """Return the new designations. They are within what the old ones are within."""
        contexts = self.result.contexts
        if len(contexts) == 1:
            return [self._resolve(one, without(sources[0], one) or contexts[0]) for one in named]
        if len(named) == len(sources) and all(one.steps for one in named):
            return [
                self._resolve(one, without(source, one) or source)
                for one, source in zip(named, sources, strict=True)
            ]
        return []
