"""The result of an amendment as the JSON of `tracker amend`. Units are named as a comparison of the two texts names
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.amendments.records import Amended, Outcome, State, UnitChange
from tracker.diffing import compare
from tracker.diffing.word_diff import word_spans
from tracker.model import Document, Operation
from tracker.parsing import read_file

_PLAIN = re.compile(r"\W+")


def amended_json(result: Amended, base: bytes, name: str = "base.xml") -> Mapping[str, Any]:
    """Return the record of a whole amendment. `base` is the file before it."""
    return {
        "document_number": result.document_number,
        "parts": list(result.parts),
        "instructions": [instruction_json(outcome) for outcome in result.outcomes],
        "units": [*_computed(result, base, name), *map(unit_json, _others(result))],
    }


def _others(result: Amended) -> list[UnitChange]:
    return [unit for unit in result.units if unit.state is not State.COMPUTED]


def _computed(result: Amended, base: bytes, name: str) -> list[Mapping[str, Any]]:
    """Return the units that differ after all instructions, each with the instruction that changed it."""
    if not any(unit.state is State.COMPUTED for unit in result.units):
        return []
    return units_between(read_file(name, base), read_file(name, result.final), result.units)


def units_between(before: Document, after: Document, made: Sequence[UnitChange]) -> list[Mapping[str, Any]]:
    """Return the units that differ, each with the instruction that changed it. `made` has a computed unit."""
    made = [unit for unit in made if unit.state is State.COMPUTED]
    found: list[Mapping[str, Any]] = []
    for operation in compare(before, after):
        if operation.op == "moved" and operation.before == operation.after:
            continue  # a neighbor of what moved past it
        source = _source(operation, made)
        found.append(
            {
                "path": operation.path,
                "op": str(operation.op.value),
                "from_path": operation.from_path or None,
                "before": operation.before or None,
                "after": operation.after or None,
                "effective": source.effective.isoformat() if source.effective else None,
                "instruction": source.instruction,
                "state": State.COMPUTED.value,
                "reason": None,
                "spans": [list(span) for span in word_spans(operation.before or "", operation.after or "")],
            }
        )
    return found


def _source(operation: Operation, made: Sequence[UnitChange]) -> UnitChange:
    """Return the change behind a difference: that of the unit's own path, else of its words, else of the nearest
    unit. The last instruction that changed a unit is named.
    """
    for unit in reversed(made):
        if unit.path == operation.path and unit.op != "removed":
            return unit
    words = _key(operation.after or operation.before or "")
    for unit in reversed(made):
        if words and words in (_key(unit.after), _key(unit.before)):
            return unit
    return max(made, key=lambda unit: _common(unit.path, operation.path))


def _key(text: str) -> str:
    return _PLAIN.sub("", text)


def _common(first: str, second: str) -> int:
    count = 0
    for a, b in zip(first, second, strict=False):
        if a != b:
            break
        count += 1
    return count


def instruction_json(outcome: Outcome) -> Mapping[str, Any]:
    instruction = outcome.instruction
    target = instruction.target or next((action.target for action in instruction.actions), None)
    return {
        "number": instruction.number,
        "text": instruction.text,
        "verb": instruction.verb.value,
        "target": target.path if target is not None else None,
        "effective": outcome.effective.isoformat() if outcome.effective else None,
        "state": outcome.state.value,
        "reason": outcome.reason or None,
        "note": outcome.note or None,
    }


def unit_json(unit: UnitChange) -> Mapping[str, Any]:
    return {
        "path": unit.path,
        "op": unit.op or None,
        "from_path": unit.from_path or None,
        "before": unit.before or None,
        "after": unit.after or None,
        "effective": unit.effective.isoformat() if unit.effective else None,
        "instruction": unit.instruction,
        "state": unit.state.value,
        "reason": unit.reason or None,
        "spans": [list(span) for span in word_spans(unit.before, unit.after)],
    }
