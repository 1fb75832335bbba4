"""Which tokens our operations show as changed, and what reading and comparing cost."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from lxml import etree

from bench.diff_tool import peak_mb
from tracker.diffing import apply, compare
from tracker.model import Document, Op, Operation, Unit
from tracker.parsing import read_file

_TURNS = 3
_TOKEN = re.compile(r"\S+")


def measured(old_path: Path, new_path: Path) -> dict[str, object]:
    """Seconds (medians of three), marked tokens, the operations, and whether they give the new text."""
    old_bytes, new_bytes = old_path.read_bytes(), new_path.read_bytes()
    reading, comparing, bare = [], [], []
    for _ in range(_TURNS):
        started = time.perf_counter()
        before, after = read_file(old_path.name, old_bytes), read_file(new_path.name, new_bytes)
        read = time.perf_counter()
        operations = compare(before, after)
        compared = time.perf_counter()
        reading.append(read - started)
        comparing.append(compared - read)
        bare.append(_lxml(old_bytes) + _lxml(new_bytes) if old_path.suffix == ".xml" else 0.0)
    peak = peak_mb()  # of reading and comparing; what follows is this benchmark's own
    old, new = shown(before, after, operations)
    weighty = [op for op in operations if not op.editorial]
    return {
        "seconds": statistics.median(comparing),
        "reading": statistics.median(reading),
        "lxml": statistics.median(bare),
        "peak": peak,
        "old": sorted(old),
        "new": sorted(new),
        "edits": [[op.op.value, op.from_path, op.path] for op in weighty],
        "editorial": len(operations) - len(weighty),
        "applies": _contents(apply(before.units, operations)) == _contents(after.units),
    }


def _lxml(data: bytes) -> float:
    started = time.perf_counter()
    etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    return time.perf_counter() - started


def _contents(units: Sequence[Unit]) -> list[tuple[str, str]]:
    return [(unit.path, unit.text) for unit in units]


def shown(before: Document, after: Document, operations: Sequence[Operation]) -> tuple[set[int], set[int]]:
    """The tokens marked by what is not editorial. A moved unit is marked whole at either place."""
    found: tuple[set[int], set[int]] = (set(), set())
    index = {unit.path: k for k, unit in enumerate(before.units)}
    starts = [
        [0, *accumulate(len(unit.text.split()) for unit in document.units)] for document in (before, after)
    ]
    for op in operations:
        if op.editorial:
            continue
        if op.op is not Op.ADDED:
            at = starts[0][op.position if op.op is Op.REMOVED else index[op.from_path or op.path]]
            found[0].update(at + k for k in _marked(op, "delete"))
        if op.op is not Op.REMOVED:
            found[1].update(starts[1][op.position] + k for k in _marked(op, "insert"))
    return found


def _marked(op: Operation, kind: str) -> set[int]:
    """The tokens of one side of an operation that hold a changed character."""
    other = "insert" if kind == "delete" else "delete"
    own = [(text, is_kind == kind or op.op is Op.MOVED) for is_kind, text in op.spans if is_kind != other]
    flags = [marked for text, marked in own for _ in text]
    words = _TOKEN.finditer("".join(text for text, _ in own))
    return {k for k, word in enumerate(words) if any(flags[word.start() : word.end()])}
