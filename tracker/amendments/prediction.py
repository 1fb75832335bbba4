"""What a rule makes of the stored text of parts, in the form in which a worker returns it: JSON as text.

Both functions run in a worker: the files of the rule and of the base are untrusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tracker.amendments.actions import AmendatoryRule, Instruction
from tracker.amendments.amend import amend
from tracker.amendments.as_json import amended_json
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file
from tracker.amendments.records import State

_BASE = "base.xml"
_NUMBERED = re.compile(r" (?:¶\d+|\[\d+\])$")


def amended_parts(name: str, data: bytes) -> list[str]:
    """Return the parts that a rule's instructions name: `15 CFR 744`. Raises ParseError."""
    return list(read_rule_file(name, data).parts)


def predicted_units(name: str, data: bytes, part: str, base: bytes, effective: date | None) -> str:
    """Return the units of one part as the rule amends them, then the instructions that were not computed.

    `effective` is the day of instructions for which the rule itself gives none. Raises ParseError.
    """
    rule = read_rule_file(name, data)
    own = replace(
        rule,
        instructions=tuple(_instructions_for(rule, part)),
        effective=rule.effective or effective,
    )
    result = amended_json(amend(read_base(base), own), base, _BASE)
    words = {one["number"]: one["text"] for one in result["instructions"]}
    rows = [
        {**_unit(unit), "words": words.get(unit["instruction"], "")}
        for unit in result["units"]
        if unit["state"] != State.NOT_COMPUTED.value and not _is_pushed(unit)
    ]
    rows += [_failed(one) for one in result["instructions"] if one["state"] == State.NOT_COMPUTED.value]
    return json.dumps(rows, ensure_ascii=False)


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
    return {**{name: unit[name] for name in names}, "note": None}


def _failed(instruction: Any) -> dict[str, Any]:
    """Return the row of an instruction that was not computed; `note`: why it could not be incorporated either."""
    return {
        "path": instruction["target"],
        "op": None,
        "from_path": None,
        "before": None,
        "after": None,
        "effective": instruction["effective"],
        "instruction": instruction["number"],
        "state": instruction["state"],
        "reason": instruction["reason"],
        "note": instruction["note"],
        "words": instruction["text"],
    }
