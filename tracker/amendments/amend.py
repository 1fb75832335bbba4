"""Applies a rule's instructions to a base: computed exactly, or not computed with the reason.

Instructions are carried out in the order of their effective days, those of one day in the order of the rule. One
that cannot be carried out completely changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from tracker.amendments.actions import Action, AmendatoryRule, Instruction, Portion, StepKind, Target, Verb
from tracker.amendments.base import Base, Division, Item
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.division_edits import apply_whole, is_whole
from tracker.amendments.edits import apply
from tracker.amendments.incorporation import note_for
from tracker.amendments.locate import Workspace, check_part, division_of
from tracker.amendments.moves import redesignate
from tracker.amendments.outline import Path
from tracker.amendments.records import Amended, Outcome, State, UnitChange
from tracker.amendments.row_edits import apply_row, is_row
from tracker.amendments.site import Change

_TEXTLESS_VERBS = frozenset({Verb.NONE, Verb.AMEND, Verb.REPUBLISH, Verb.DELAY})
_FROZEN_VERBS = frozenset({Verb.STAY, Verb.SUSPEND})
_EDITORIAL = frozenset({Portion.AUTHORITY, Portion.SOURCE, Portion.CONTENTS})


def amend(base: Base, rule: AmendatoryRule, on: date | None = None) -> Amended:
    """Return what the rule does to the base. `base` is changed by all instructions; `xml` of the result is the
    base as it will read on the day `on`, or after all instructions.
    """
    run = _Run(Workspace.of(base), rule)
    result = Amended(rule.document_number, rule.parts)
    order = sorted(
        range(len(rule.instructions)),
        key=lambda n: (_day(rule, rule.instructions[n]) or date.min, n),
    )
    outcomes: dict[int, Outcome] = {}
    written = False
    for number in order:
        instruction = rule.instructions[number]
        day = _day(rule, instruction)
        if on is not None and not written and day is not None and day > on:
            result.xml, written = base.write(), True
        outcomes[number] = run.carry_out(instruction, day)
    if not written:
        result.xml = base.write()
    result.outcomes = [outcomes[n] for n in range(len(rule.instructions))]
    result.units = run.units
    return result


def _day(rule: AmendatoryRule, instruction: Instruction) -> date | None:
    return instruction.effective or rule.effective


@dataclass(slots=True)
class _Run:
    workspace: Workspace
    rule: AmendatoryRule
    units: list[UnitChange] = field(default_factory=list)
    unsure: list[tuple[object, ...]] = field(
        default_factory=list
    )  # units whose paragraphs kept wrong designators

    def carry_out(self, instruction: Instruction, day: date | None) -> Outcome:
        """Carry out one instruction completely, or not at all."""
        try:
            if instruction.target is not None:
                check_part(self.workspace.base, instruction.target.part)
        except NotComputedError as error:
            if instruction.verb is not Verb.NONE:
                return self._failed(instruction, day, error)
        if instruction.problem:
            return self._failed(instruction, day, NotComputedError(instruction.problem, "not-read"))
        if not instruction.actions:
            if instruction.verb in _TEXTLESS_VERBS or instruction.verb in _FROZEN_VERBS:
                return Outcome(instruction, State.NO_TEXT_CHANGE, day)
            return self._failed(
                instruction, day, NotComputedError("the instruction was not read completely", "not-read")
            )
        kept = _snapshot(self.workspace.base)
        units: list[UnitChange] = []
        try:
            for group in _grouped(instruction.actions):
                units += self._act(instruction, group, day)
        except NotComputedError as error:
            _restore(self.workspace, kept)
            return self._failed(instruction, day, error)
        self.units += units
        textless = all(_is_textless(action) for action in instruction.actions)
        return Outcome(instruction, State.NO_TEXT_CHANGE if textless else State.COMPUTED, day)

    def _failed(self, instruction: Instruction, day: date | None, error: NotComputedError) -> Outcome:
        self._doubt(instruction)
        reason = str(error)
        targets = [action.target.path for action in instruction.actions]
        if instruction.target is not None and not targets:
            targets = [instruction.target.path]
        for path in dict.fromkeys(targets):
            self.units.append(
                UnitChange(
                    path,
                    "",
                    "",
                    "",
                    instruction=instruction.number,
                    effective=day,
                    state=State.NOT_COMPUTED,
                    reason=f"{reason}: “{instruction.text}”",
                )
            )
        note = note_for(instruction, error) if error.defect else ""
        return Outcome(instruction, State.NOT_COMPUTED, day, reason, error.kind, note)

    def _doubt(self, instruction: Instruction) -> None:
        """Remember the units in which a redesignation was not carried out: what later instructions call by a
        designator there may be another paragraph.
        """
        moves = [action for action in instruction.actions if action.verb is Verb.REDESIGNATE]
        self.unsure += [_unit_key(action.target) for action in moves]
        self.unsure += [_unit_key(action.moved_to) for action in moves if action.moved_to is not None]
        if not moves and instruction.target is not None and "redesignat" in instruction.text.lower():
            self.unsure.append(_unit_key(instruction.target))

    def _check_sure(self, action: Action) -> None:
        key = _unit_key(action.target)
        if any(key[: len(unsure)] == unsure for unsure in self.unsure):
            raise NotComputedError(
                "a redesignation around it was not computed, so that its designator is uncertain", "depends"
            )

    def _act(
        self, instruction: Instruction, group: Sequence[Action], day: date | None
    ) -> Iterator[UnitChange]:
        action = group[0]
        if _is_textless(action):
            return
        for one in group:
            self._check_sure(one)
        if action.verb is Verb.REDESIGNATE:
            division = division_of(self.workspace.base, action.target)
            made: Sequence[Change] = redesignate(self.workspace, group)
        elif is_whole(action):
            whole = apply_whole(self.workspace, action)
            division, made = whole.division, whole.changes
        elif is_row(action):
            division = division_of(self.workspace.base, action.target)
            made = apply_row(self.workspace, action, instruction.actions)
        else:
            division = division_of(self.workspace.base, action.target)
            made = apply(self.workspace, action)
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


def _unit_key(target: Target) -> tuple[object, ...]:
    """Return a target's part and steps, one for each level of a comment."""
    found: list[object] = [target.part]
    for step in target.steps:
        if step.kind in (StepKind.COMMENT, StepKind.ITEM):
            found += [(step.kind, label) for label in step.label.split(".")]
        else:
            found.append((step.kind, step.label))
    return tuple(found)


def _is_textless(action: Action) -> bool:
    return (
        action.verb in _TEXTLESS_VERBS or action.verb in _FROZEN_VERBS or action.target.portion in _EDITORIAL
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


_Kept = list[tuple[Division, list[Item]]]


def _snapshot(base: Base) -> _Kept:
    return [(division, list(division.items)) for division in base.divisions()]


def _restore(workspace: Workspace, kept: _Kept) -> None:
    for division, items in kept:
        if division.items != items:
            division.items = items
            workspace.changed(division)


def unit_path(title: str, division: Division, path: Path) -> str:
    """Return a unit's citation path as the readers of the Code write it: `15 CFR 744.11(a)(1)`."""
    if division.is_section:
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
