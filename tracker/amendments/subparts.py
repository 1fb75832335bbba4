"""Adds a subpart with its sections."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

from tracker.amendments.actions import Action, AmendatoryRule, SetOut, StepKind, Target
from tracker.amendments.base import Block, Division, Gap
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.division_edits import DivisionChange, new_section, order_key
from tracker.amendments.locate import Workspace, check_part, division_of, find_divisions, place_step
from tracker.amendments.markup import to_ascii
from tracker.amendments.site import Change


def is_subpart(action: Action) -> bool:
    """Return whether an action is for a whole subpart."""
    step = place_step(action.target)
    return step is not None and step.kind is StepKind.SUBPART and action.target.steps[-1] == step


def add_subpart(workspace: Workspace, rule: AmendatoryRule, action: Action) -> list[DivisionChange]:
    """Add a subpart with the sections that are set out below its heading. Raises NotComputedError; then the
    workspace is as before.
    """
    step = place_step(action.target)
    assert step is not None
    base = workspace.base
    check_part(base, action.target)
    if find_divisions(base, action.target):
        raise NotComputedError(
            f"subpart {step.label} exists already", "exists-already", defect="exists already"
        )
    heading, shown = _below(rule, action.target)
    if not shown:
        raise NotComputedError("no sections are set out for it", "no-text", defect="no text")
    part = division_of(base, replace(action.target, steps=()))
    text = to_ascii(escape(heading)) if base.ascii_only else escape(heading)
    division = Division(
        "DIV6", step.label, f'<DIV6 N="{escape(step.label)}" TYPE="SUBPART">', "</DIV6>", above=part
    )
    division.items = [Gap("\n"), Block(f"<HEAD>{text}</HEAD>", "HEAD"), Gap("\n")]
    made = [DivisionChange(division, (Change(("heading",), None, heading),))]
    for set_out in shown:
        found = find_divisions(base, set_out.target)
        if found:
            raise NotComputedError(
                f"§ {found[0].number} exists already", "exists-already", defect="exists already"
            )
        section, changes = new_section(workspace, set_out, division)
        division.items += [section, Gap("\n")]
        made.append(DivisionChange(section, changes))
    place = _place(part, division)
    part.items[place:place] = [division, Gap("\n")]
    return made


def _below(rule: AmendatoryRule, target: Target) -> tuple[str, list[SetOut]]:
    """Return the heading of a subpart and the sections that are set out below it, up to the next text that
    another instruction claims.
    """
    claimed = {
        action.set_out.target.path
        for instruction in rule.instructions
        for action in instruction.actions
        if action.set_out is not None
    }
    heading = ""
    shown: list[SetOut] = []
    for set_out in rule.set_out:
        step = place_step(set_out.target)
        if set_out.target.path == target.path:
            heading = heading or set_out.heading
        elif heading:
            if (
                step is None
                or step.kind is not StepKind.SECTION
                or set_out.target.part != target.part
                or set_out.target.path in claimed
            ):
                break
            shown.append(set_out)
    if not heading:
        raise NotComputedError("no heading is set out for it", "no-text", defect="no text")
    return heading, shown


def _place(part: Division, new: Division) -> int:
    """Return the place of a subpart among the items of its part: by the numbers of the sections."""
    first = next(d.number for d in new.divisions() if d.is_section)
    key = order_key(first)
    place = None
    later = False
    for number, item in enumerate(part.items):
        if not isinstance(item, Division) or item.is_appendix:
            continue
        inner = [item, *item.divisions()]
        keys = [order_key(d.number) for d in inner if d.is_section]
        if key is None or None in keys:
            break
        before = [one for one in keys if one is not None and one < key]
        if before and (later or len(before) < len(keys)):
            raise NotComputedError("the place of the subpart is not proved by its neighbors", "position")
        if before:
            place = number + 1
        later = later or (bool(keys) and not before)
    if place is None:
        raise NotComputedError("the place of the subpart is not proved by its neighbors", "position")
    if place < len(part.items) and isinstance(part.items[place], Gap):
        place += 1
    return place
