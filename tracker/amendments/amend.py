"""Applies a rule's instructions to a base: computed exactly, or not computed with the reason.

Instructions are carried out in the order of their effective days, those of one day in the order of the rule. One
that cannot be carried out completely changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from tracker.amendments.actions import (
    Action,
    AmendatoryRule,
    EarlierInstruction,
    Instruction,
    Portion,
    StepKind,
    Verb,
)
from tracker.amendments.authority import apply_authority, is_authority
from tracker.amendments.base import Base, Division
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.conflicts import contradictions, is_stayed, paragraph_path, unit_key
from tracker.amendments.division_edits import apply_whole, is_whole
from tracker.amendments.edits import apply
from tracker.amendments.incorporation import note_for
from tracker.amendments.locate import Workspace, check_part, division_of, find_divisions
from tracker.amendments.moves import redesignate
from tracker.amendments.outline import Path
from tracker.amendments.records import Amended, Outcome, State, UnitChange
from tracker.amendments.row_edits import apply_row, is_row
from tracker.amendments.site import Change
from tracker.amendments.subparts import add_subpart, is_subpart
from tracker.amendments.table_parts import apply_table_part, is_table_part

_TEXTLESS_VERBS = frozenset({Verb.NONE, Verb.AMEND, Verb.REPUBLISH, Verb.DELAY})
_FROZEN_VERBS = frozenset({Verb.STAY, Verb.SUSPEND, Verb.LIFT})


def amend(base: Base, rule: AmendatoryRule, on: date | None = None) -> Amended:
    """Return what the rule does to the base. `base` is changed by all instructions; `xml` of the result is the
    base as it will read on the day `on`, or after all instructions.
    """
    turns = Turns(base, [rule])
    (result,) = turns.results
    if on is not None:
        turns.carry_out((on, len(turns.rules)))
        result.xml = base.write()
    turns.carry_out(None)
    result.final = base.write()
    if on is None:
        result.xml = result.final
    return result


class Turns:
    """Several rules on one base. Their instructions take turns by effective day, those of one day in the order of
    the rules: a stay by one rule freezes the text for the others. `base` is changed.
    """

    def __init__(self, base: Base, rules: Sequence[AmendatoryRule]) -> None:
        self.rules = rules
        self.results = [Amended(rule.document_number, rule.parts) for rule in rules]
        workspace, units = Workspace.of(base), _Units()
        days = [[_day(rule, instruction) for instruction in rule.instructions] for rule in rules]
        self._runs = [
            _Run(workspace, rule, contradictions(rule, own), units)
            for rule, own in zip(rules, days, strict=True)
        ]
        self._turns = sorted(
            (day or date.min, number, place)
            for number, own in enumerate(days)
            for place, day in enumerate(own)
        )
        self._outcomes: list[dict[int, Outcome]] = [{} for _ in rules]
        self._done = 0

    def carry_out(self, stop: tuple[date, int] | None) -> None:
        """Carry out the instructions before the turn of the rule with this number on this day; None: all."""
        while self._done < len(self._turns):
            day, number, place = self._turns[self._done]
            if stop is not None and (day, number) >= stop:
                break
            rule, run = self.rules[number], self._runs[number]
            self._outcomes[number][place] = run.carry_out(place, _day(rule, rule.instructions[place]))
            self._done += 1
        for result, run, outcomes in zip(self.results, self._runs, self._outcomes, strict=True):
            result.outcomes = [outcomes[place] for place in sorted(outcomes)]
            result.units = run.units


def _of_another(earlier: EarlierInstruction) -> NotComputedError:
    rule = f"rule {earlier.document}" if earlier.document else "an earlier rule"
    return NotComputedError(
        f"it changes instruction {earlier.number} of {rule}, and no text by itself", "another-document"
    )


def _day(rule: AmendatoryRule, instruction: Instruction) -> date | None:
    return instruction.effective or rule.effective


@dataclass(slots=True)
class _Units:
    """What earlier instructions made of units, whichever rule they are from."""

    lifted: set[tuple[object, ...]] = field(default_factory=set)
    # Units whose designators may be those of others, because a redesignation was not carried out.
    unsure: list[tuple[object, ...]] = field(default_factory=list)
    stayed: list[tuple[tuple[object, ...], date | None]] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    workspace: Workspace
    rule: AmendatoryRule
    excluded: set[int]  # the instructions that exclude others
    before: _Units
    done: dict[int, Outcome] = field(default_factory=dict)  # carried out together with an earlier instruction
    units: list[UnitChange] = field(default_factory=list)

    def carry_out(self, place: int, day: date | None) -> Outcome:
        """Carry out one instruction, unit by unit: each is computed, or its reason is kept."""
        instruction = self.rule.instructions[place]
        if place in self.done:
            return self.done[place]
        try:
            if instruction.target is not None:
                check_part(self.workspace.base, instruction.target)
        except NotComputedError as error:
            if instruction.verb is not Verb.NONE:
                return self._failed(instruction, day, error)
        if instruction.problem:
            return self._failed(instruction, day, NotComputedError(instruction.problem, "not-read"))
        if instruction.earlier is not None:
            return self._failed(instruction, day, _of_another(instruction.earlier))
        if not instruction.actions:
            if instruction.verb in _TEXTLESS_VERBS or instruction.verb in _FROZEN_VERBS:
                return Outcome(instruction, State.NO_TEXT_CHANGE, day)
            return self._failed(
                instruction, day, NotComputedError("the instruction was not read completely", "not-read")
            )
        if place in self.excluded:
            contradiction = NotComputedError(
                "another instruction of the same day says otherwise for this unit",
                "contradiction",
                defect="contradicts",
            )
            return self._failed(instruction, day, contradiction)
        if together := self._moves_from(place):
            self._move_together(together, day)
            if place in self.done:
                return self.done[place]
        errors: list[NotComputedError] = []
        for group in _grouped(instruction.actions):
            try:
                self.units += list(self._act(instruction, group, day))
            except NotComputedError as error:
                self._not_computed(instruction, group, day, error)
                errors.append(error)
        if errors:
            return self._outcome(instruction, day, errors)
        textless = all(_is_textless(action) for action in instruction.actions)
        return Outcome(instruction, State.NO_TEXT_CHANGE if textless else State.COMPUTED, day)

    def _moves_from(self, place: int) -> list[int]:
        """Return the places of this and the next instructions, if all of them only redesignate units of one
        division: they happen at once.
        """
        found: list[int] = []
        for number in range(place, len(self.rule.instructions)):
            one = self.rule.instructions[number]
            first = self.rule.instructions[place]
            alike = (
                bool(one.actions)
                and not one.problem
                and number not in self.excluded
                and one.effective == first.effective
                and all(a.verb is Verb.REDESIGNATE for a in one.actions)
                and {_division_key(a) for a in one.actions} == {_division_key(first.actions[0])}
            )
            if not alike:
                break
            found.append(number)
        return found if len(found) > 1 else []

    def _move_together(self, places: Sequence[int], day: date | None) -> None:
        """Carry out redesignations of several instructions at once. Where one of their units is not there, the
        base is numbered otherwise than the rule expects, and none is carried out.
        """
        instructions = [self.rule.instructions[place] for place in places]
        actions = [action for instruction in instructions for action in instruction.actions]
        owner = {
            action.moved_to.path: instruction
            for instruction in instructions
            for action in instruction.actions
            if action.moved_to is not None
        }
        try:
            for action in actions:
                self._check_sure(action)
                self._check_stay(action, day)
            division = division_of(self.workspace.base, actions[0].target)
            made = redesignate(self.workspace, actions)
        except NotComputedError as error:
            if error.kind != "exists-already":
                for place, instruction in zip(places, instructions, strict=True):
                    self.done[place] = self._failed(instruction, day, error)
            return
        for unit in self._changes(instructions[0], actions[0], division, made, day):
            instruction = owner.get(unit.path, instructions[0])
            self.units.append(replace(unit, instruction=instruction.number))
        for place, instruction in zip(places, instructions, strict=True):
            self.done[place] = Outcome(instruction, State.COMPUTED, day)

    def _failed(self, instruction: Instruction, day: date | None, error: NotComputedError) -> Outcome:
        """Record that nothing of an instruction was computed."""
        if instruction.actions:
            self._not_computed(instruction, instruction.actions, day, error)
        elif instruction.target is not None:
            if "redesignat" in instruction.text.lower():
                self.before.unsure.append(unit_key(instruction.target))
            self.units.append(_not_computed(instruction.target.path, instruction, day, error))
        return self._outcome(instruction, day, [error])

    def _outcome(
        self, instruction: Instruction, day: date | None, errors: Sequence[NotComputedError]
    ) -> Outcome:
        reason = "; ".join(dict.fromkeys(str(error) for error in errors))
        note = note_for(instruction, [error for error in errors if error.defect])
        return Outcome(instruction, State.NOT_COMPUTED, day, reason, errors[0].kind, note)

    def _not_computed(
        self, instruction: Instruction, actions: Sequence[Action], day: date | None, error: NotComputedError
    ) -> None:
        """Record units that were not computed. Where a redesignation was not carried out, what later
        instructions call by its designators may be another paragraph.
        """
        for action in actions:
            if action.verb is Verb.REDESIGNATE:
                self.before.unsure.append(unit_key(action.target))
                if action.moved_to is not None:
                    self.before.unsure.append(unit_key(action.moved_to))
        for path in dict.fromkeys(action.target.path for action in actions):
            self.units.append(_not_computed(path, instruction, day, error))

    def _check_sure(self, action: Action) -> None:
        key = unit_key(action.target)
        if any(key[: len(unsure)] == unsure for unsure in self.before.unsure):
            raise NotComputedError(
                "a redesignation around it was not computed, so that its designator is uncertain", "depends"
            )

    def _act(
        self, instruction: Instruction, group: Sequence[Action], day: date | None
    ) -> Iterator[UnitChange]:
        action = group[0]
        if _is_textless(action):
            if action.verb is Verb.LIFT:
                self.before.lifted.add(unit_key(action.target))
            if action.verb in (Verb.STAY, Verb.SUSPEND):
                self.before.stayed.append((unit_key(action.target), instruction.until))
                yield _stayed(instruction, action, day)
            return
        for one in group:
            self._check_sure(one)
            self._check_stay(one, day)
        if is_authority(action):
            division, made = apply_authority(self.workspace, action)
            yield from self._changes(instruction, action, division, made, day)
            return
        if is_subpart(action) and action.verb is Verb.ADD:
            for added in add_subpart(self.workspace, self.rule, action):
                yield from self._changes(instruction, action, added.division, added.changes, day)
            return
        if action.verb is Verb.REDESIGNATE:
            division = division_of(self.workspace.base, action.target)
            made = redesignate(self.workspace, group)
        elif is_whole(action):
            whole = apply_whole(self.workspace, action)
            division, made = whole.division, whole.changes
        elif is_table_part(action):
            division = division_of(self.workspace.base, action.target)
            made = apply_table_part(self.workspace, action)
        elif is_row(action):
            division = division_of(self.workspace.base, action.target)
            made = apply_row(self.workspace, action, instruction.actions)
        else:
            division = division_of(self.workspace.base, action.target)
            made = apply(self.workspace, action)
        yield from self._changes(instruction, action, division, made, day)

    def _check_stay(self, action: Action, day: date | None) -> None:
        """Raise where the unit is stayed: its text is frozen until the stay is lifted."""
        key = unit_key(action.target)
        if key in self.before.lifted:
            return
        stays = [
            stay
            for found in find_divisions(self.workspace.base, action.target)
            for stay in self.workspace.stays(found)
        ]
        here = any(
            key[: len(stayed)] == stayed and (until is None or day is None or until > day)
            for stayed, until in self.before.stayed
        )
        path = paragraph_path(action.target)
        if here or (path and is_stayed(path, stays, day)):
            raise NotComputedError(
                "the unit is stayed, and its text cannot be amended until the stay is lifted",
                "stayed",
                defect="stayed",
            )

    def _changes(
        self,
        instruction: Instruction,
        action: Action,
        division: Division,
        made: Sequence[Change],
        day: date | None,
    ) -> Iterator[UnitChange]:
        title = self.workspace.base.title or action.target.title
        for change in made:
            yield UnitChange(
                unit_path(title, division, change.path),
                _operation(change),
                change.before or "",
                change.after or "",
                unit_path(title, division, change.from_path) if change.from_path else "",
                instruction.number,
                day,
            )


def _not_computed(
    path: str, instruction: Instruction, day: date | None, error: NotComputedError
) -> UnitChange:
    return UnitChange(
        path,
        "",
        "",
        "",
        instruction=instruction.number,
        effective=day,
        state=State.NOT_COMPUTED,
        reason=f"{error}: “{instruction.text}”",
    )


def _stayed(instruction: Instruction, action: Action, day: date | None) -> UnitChange:
    """Return the mark of a stay: the text stays as it is."""
    until = f" until {instruction.until.isoformat()}" if instruction.until else ""
    return UnitChange(
        action.target.path,
        "stayed",
        "",
        "",
        instruction=instruction.number,
        effective=day,
        state=State.NO_TEXT_CHANGE,
        reason=f"stayed{until}",
    )


def _is_textless(action: Action) -> bool:
    return (
        action.verb in _TEXTLESS_VERBS
        or action.verb in _FROZEN_VERBS
        or action.target.portion is Portion.CONTENTS  # the eCFR has it from the headings
    )


def _operation(change: Change) -> str:
    if change.from_path is not None:
        return "renumbered"
    if change.before is None:
        return "added"
    return "removed" if change.after is None else "changed"


def _grouped(actions: Sequence[Action]) -> Iterator[list[Action]]:
    """Yield the actions one by one, but redesignations that follow each other together: they happen at once. A
    unit that is added where one is redesignated later comes after that.
    """
    for is_move, group in groupby(_ordered(actions), key=lambda action: action.verb is Verb.REDESIGNATE):
        if is_move:
            by_division: dict[tuple[object, ...], list[Action]] = {}
            for action in group:
                by_division.setdefault(_division_key(action), []).append(action)
            yield from by_division.values()
        else:
            yield from ([action] for action in group)


def _ordered(actions: Sequence[Action]) -> list[Action]:
    sources = {action.target for action in actions if action.verb is Verb.REDESIGNATE}
    late = [
        action
        for action in actions
        if (action.verb is Verb.ADD and action.target in sources) or action.newly_designated
    ]
    return [action for action in actions if action not in late] + late


def _division_key(action: Action) -> tuple[object, ...]:
    places = (StepKind.SECTION, StepKind.APPENDIX, StepKind.SUPPLEMENT)
    return (action.target.part, *(step for step in action.target.steps if step.kind in places))


def unit_path(title: str, division: Division, path: Path) -> str:
    """Return a unit's citation path as the readers of the Code write it: `15 CFR 744.11(a)(1)`."""
    if division.is_section or division.tag == "DIV5":
        top = f"{title} CFR {division.number}".strip()
    elif match := re.match(r"Supplement (No\. ?)?(\w+) to Part (\d+)", division.number, re.IGNORECASE):
        top = f"Supp. {'No. ' if match[1] else ''}{match[2]} to Part {match[3]}"
    else:
        top = division.number
    names = [top]
    for label in path:
        if re.fullmatch(r"\w{1,5}", label) and division.is_section:
            names[-1] += f"({label})"
        else:
            names.append(label.replace("§", "Commentary on ") if label.startswith("§") else label.lstrip("#"))
    return " › ".join(f"{name}”" if name.startswith("“") else name for name in names)
