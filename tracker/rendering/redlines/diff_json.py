"""Renders the operations as JSON for scripts (schema: `docs/records.md`)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tracker.model import Language, Operation
from tracker.rendering.redlines.model import Redline


def objects(operations: Iterable[Operation]) -> list[dict[str, object]]:
    """Return one object for each operation, in reading order."""
    return [
        {
            "path": op.path,
            "op": op.op.value,
            "from_path": op.from_path,
            "before": op.before,
            "after": op.after,
            "editorial": op.editorial,
            "spans": [list(span) for span in op.spans],
            "kind": op.kind.value,
            "follows": op.follows,
        }
        for op in operations
    ]


def render(redline: Redline, _language: Language = "en") -> str:
    """Return a JSON list, one operation per line; the same in every language."""
    lines = [json.dumps(item, ensure_ascii=False) for item in objects(redline.operations)]
    return "[" + ",\n ".join(lines) + "]\n"
