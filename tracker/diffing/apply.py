"""Applies operations: the old units and the operations give the new units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.errors import UsageError
from tracker.model import Op, Operation, Unit


def apply(before: Sequence[Unit], operations: Sequence[Operation]) -> tuple[Unit, ...]:
    """Return the units after: the touched ones at their positions, the others around them in order.

    Touched units have what an operation contains: path, kind and text. Raises UsageError when the operations
    were not made from `before`.
    """
    gone = {op.path if op.from_path is None else op.from_path for op in operations if op.op is not Op.ADDED}
    placed = {op.position: op for op in operations if op.op is not Op.REMOVED}
    kept = iter([unit for unit in before if unit.path not in gone])
    known = {unit.path: unit for unit in before}
    missing = gone - known.keys()
    if missing:
        raise UsageError(
            f"the operations name {sorted(missing)[0]!r}, which the old text does not have",
            cure="apply them to the text that they were made from",
        )
    size = len(before) - len(gone) + len(placed)
    after: list[Unit] = []
    for position in range(size):
        op = placed.get(position)
        if op is None:
            unit = next(kept, None)
            if unit is None:
                raise UsageError(
                    "the operations do not fill all positions",
                    cure="apply them to the text that they were made from",
                )
            after.append(unit)
            continue
        source = known.get(op.from_path or op.path) if op.op is not Op.ADDED else None
        fresh = source or Unit(path=op.path, kind=op.kind, text=op.after)
        after.append(replace(fresh, path=op.path, kind=op.kind, text=op.after))
    return tuple(after)
