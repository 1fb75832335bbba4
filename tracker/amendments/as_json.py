"""The result of an amendment as the JSON of `tracker amend`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.amendments.records import Amended, Outcome, UnitChange
from tracker.diffing.word_diff import word_spans


def amended_json(result: Amended) -> Mapping[str, Any]:
    """Return the record of a whole amendment."""
    return {
        "document_number": result.document_number,
        "parts": list(result.parts),
        "instructions": [_instruction(outcome) for outcome in result.outcomes],
        "units": [_unit(unit) for unit in result.units],
    }


def _instruction(outcome: Outcome) -> Mapping[str, Any]:
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


def _unit(unit: UnitChange) -> Mapping[str, Any]:
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
