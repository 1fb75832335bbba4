"""What stored rules make of the stored text of a part, in the forms in which a worker returns it: JSON and XML.

The functions run in a worker: the files of the rules and of the base are untrusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from tracker.amendments.actions import AmendatoryRule, Instruction, Verb
from tracker.amendments.amend import Turns
from tracker.amendments.as_json import instruction_json, unit_json, units_between
from tracker.amendments.base import read_base
from tracker.amendments.earlier import with_earlier_changed
from tracker.amendments.files import read_rule_file
from tracker.amendments.records import State
from tracker.model import Document
from tracker.parsing.files import read_file

_BASE = "base.xml"
_NUMBERED = re.compile(r" (?:¶\d+|\[\d+\])$")
_NO_DAY = date.max  # of an instruction that another document put off without a day
_TEXTLESS = frozenset({Verb.NONE, Verb.AMEND, Verb.REPUBLISH})


@dataclass(frozen=True, slots=True)
class RuleText:
    """The file of a stored rule, and what its record says. `effective`: the day of instructions for which the file gives
    none. `moved`: the days that other documents moved, each with the day that it was moved to, None where they give none.
    `only`: the days whose instructions are carried out, None for those without a day; all where it is None.
    """

    number: str
    name: str
    data: bytes
    effective: date | None = None
    moved: tuple[tuple[date, date | None], ...] = ()
    only: frozenset[date | None] | None = None


def amended_parts(name: str, data: bytes) -> list[str]:
    """Return the parts that a rule's instructions name: `15 CFR 744`. Raises ParseError."""
    return list(_read(name, data).parts)


@lru_cache(maxsize=4)
def _read(name: str, data: bytes) -> AmendatoryRule:
    """Read a rule once for all parts that it amends."""
    return read_rule_file(name, data)


def text_on(rules: Sequence[RuleText], part: str, data: bytes, on: date) -> bytes:
    """Return the text of a part as it reads on a day by these rules, in the order of their publication. Instructions
    without a day are left out. Raises ParseError.
    """
    base = read_base(data)
    turns = Turns(base, [_dated(one) for one in _all_for(rules, part)])
    turns.carry_out((on, len(rules)))
    return base.write()


def predicted_units(rules: Sequence[RuleText], own: int, part: str, data: bytes) -> str:
    """Return the units of one part as one of these rules amends them, then its instructions that were not computed.

    The others are rules that the base lacks, in the order of publication: their instructions come first where
    they take effect first. `lacking` names those of which an instruction was not computed or has no day, and
    `applied` the others that were carried out. Raises ParseError.
    """
    texts = _all_for(rules, part)
    lacking = {number for number, text in enumerate(texts) if number != own and _dated(text) != text}
    base = read_base(data)
    turns = Turns(base, [text if number == own else _dated(text) for number, text in enumerate(texts)])
    result = turns.results[own]
    stages = _Stages(data)
    rows: list[dict[str, Any]] = []
    applied: set[int] = set()
    for day in sorted({_day(texts[own], one) or date.min for one in texts[own].instructions}):
        turns.carry_out((day, own))
        stages.at(base.write())
        done = len(result.units)
        turns.carry_out((day, own + 1))
        rows += [_unit(one) for one in stages.until(base.write(), result.units[done:])]
        for number, other in enumerate(turns.results):
            if number != own and other.outcomes:
                applied.add(number)
                if any(one.state is State.NOT_COMPUTED for one in other.outcomes):
                    lacking.add(number)
    outcomes = [instruction_json(outcome) for outcome in result.outcomes]
    words = {one["number"]: one["text"] for one in outcomes}
    rows += [_unit(unit_json(unit)) for unit in result.units if unit.state is State.NO_TEXT_CHANGE]
    changing = {
        one.number: f"changes instruction {one.earlier.number} of {one.earlier.document}"
        for one in _read(rules[own].name, rules[own].data).instructions
        if one.earlier is not None
    }
    rows += [
        {**_failed(one), "reason": changing[one["number"]]}
        for one in outcomes
        if one["state"] == State.NO_TEXT_CHANGE.value and one["number"] in changing
    ]
    rows = [{**row, "words": words.get(row["instruction"], "")} for row in rows]
    rows += [_failed(one) for one in outcomes if one["state"] == State.NOT_COMPUTED.value]
    names = {
        "lacking": [rules[number].number for number in sorted(lacking)],
        "applied": [rules[number].number for number in sorted(applied)],
    }
    return json.dumps({"units": rows, **names}, ensure_ascii=False)


class _Stages:
    """The texts of a base between instructions; each is parsed once."""

    def __init__(self, data: bytes) -> None:
        self._data, self._document = data, None

    _document: Document | None

    def at(self, data: bytes) -> None:
        if data != self._data:
            self._data, self._document = data, None

    def until(self, data: bytes, made: Any) -> list[Any]:
        """Return the units that differ between the text before and this one."""
        if data == self._data or not any(unit.state is State.COMPUTED for unit in made):
            self.at(data)
            return []
        before = self._document or read_file(_BASE, self._data)
        self._data, self._document = data, read_file(_BASE, data)
        found = units_between(before, self._document, made)
        return [unit for unit in found if not _is_pushed(unit)]


def _all_for(rules: Sequence[RuleText], part: str) -> list[AmendatoryRule]:
    """Return the instructions of each rule for a part, as later rules changed them. One that a later rule changes in a way
    that is not certain is not carried out.
    """
    read = with_earlier_changed([_read(rule.name, rule.data) for rule in rules])
    unsure = {
        (one.earlier.document, one.earlier.number): rule.number
        for rule, text in zip(rules, read, strict=True)
        for one in text.instructions
        if one.earlier is not None
    }
    found = [_own(rule, one, part) for rule, one in zip(rules, read, strict=True)]
    return [
        replace(one, instructions=tuple(_unless(unsure, rule, each) for each in one.instructions))
        for rule, one in zip(rules, found, strict=True)
    ]


def _unless(unsure: Mapping[tuple[str, str], str], rule: RuleText, one: Instruction) -> Instruction:
    steps = one.number.split(".")
    names = [".".join(steps[:count]) for count in range(1, len(steps) + 1)]
    by = next((unsure[rule.number, name] for name in names if (rule.number, name) in unsure), None)
    return one if by is None else replace(one, actions=(), problem=f"{by} changes this instruction")


def _own(rule: RuleText, read: AmendatoryRule, part: str) -> AmendatoryRule:
    """Return the instructions of a rule for a part, each with its day as other documents moved it."""
    effective, moved = read.effective or rule.effective, dict(rule.moved)
    found = []
    for one in _instructions_for(read, part):
        day = one.effective or effective
        for _ in moved:  # a day may be moved again
            if day is not None and day in moved:
                day = moved[day] or _NO_DAY
        if rule.only is None or (None if day == _NO_DAY else day) in rule.only:
            found.append(replace(one, effective=day))
    return replace(read, instructions=tuple(found), effective=None)


def _dated(rule: AmendatoryRule) -> AmendatoryRule:
    """Return a rule without the instructions that have no day."""
    kept = [
        one
        for one in rule.instructions
        if one.effective not in (None, _NO_DAY) or (one.verb in _TEXTLESS and not one.actions)
    ]
    return replace(rule, instructions=tuple(kept))


def _day(rule: AmendatoryRule, one: Instruction) -> date | None:
    return one.effective or rule.effective


def _instructions_for(rule: AmendatoryRule, part: str) -> Iterator[Instruction]:
    """Yield the instructions for a part. One without a target belongs to the part of the one before it."""
    current = rule.parts[0] if rule.parts else part
    for instruction in rule.instructions:
        target = instruction.target or next((action.target for action in instruction.actions), None)
        if target is not None and target.part:
            current = f"{target.title or part.partition(' ')[0]} CFR {target.part}"
        if current == part:
            yield instruction


def unnumbered(path: str) -> str:
    """Return a path without the number of an undesignated paragraph, which is tracker's own."""
    return _NUMBERED.sub("", path)


def _is_pushed(unit: Any) -> bool:
    """Return whether a unit only has another number because others come before it."""
    same = unit["before"] == unit["after"] and unit["from_path"] is not None
    return same and unnumbered(unit["path"]) == unnumbered(unit["from_path"])


def _unit(unit: Any) -> dict[str, Any]:
    names: Sequence[str] = (
        "path", "op", "from_path", "before", "after", "effective", "instruction", "state", "reason",
    )  # fmt: skip
    return {**{name: unit[name] for name in names}, "effective": _shown(unit["effective"]), "note": None}


def _failed(instruction: Any) -> dict[str, Any]:
    """Return the row of an instruction that was not computed; `note`: why it could not be incorporated either."""
    return {
        "path": instruction["target"],
        "op": None,
        "from_path": None,
        "before": None,
        "after": None,
        "effective": _shown(instruction["effective"]),
        "instruction": instruction["number"],
        "state": instruction["state"],
        "reason": instruction["reason"],
        "note": instruction["note"],
        "words": instruction["text"],
    }


def _shown(day: str | None) -> str | None:
    return None if day == _NO_DAY.isoformat() else day
