"""The changes of one unit, under its former names too."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.model import Change, Op, Operation


def paragraph_history(
    path: str, changes: Iterable[tuple[Change, tuple[Operation, ...]]]
) -> list[tuple[Change, Operation]]:
    """Return the changes of a unit, followed backward through its renumberings to its addition. Pure."""
    found: list[tuple[Change, Operation]] = []
    for change, operations in changes:
        for operation in operations:
            if operation.path == path and not (operation.op is Op.REMOVED and found):
                found.append((change, operation))
                if operation.op is Op.ADDED:
                    return found
                path = operation.from_path or path
                break
    return found
