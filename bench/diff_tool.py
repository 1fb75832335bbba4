"""One differ on one pair of files, in a process of its own: `python -m bench.diff_tool TOOL OLD NEW`.

Prints one JSON object: the seconds that the tool needed (start-up and imports aside), and which
white-space tokens of either text it showed as changed, read from the tool's own output. This file
imports nothing but the standard library and the tool, so that it runs in the tool's environment, too.
"""

from __future__ import annotations

import difflib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Shown = tuple[set[int], set[int]]


class Marks:
    """Both texts put together again from a tool's output; remembers which tokens were marked."""

    def __init__(self) -> None:
        self.sides: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])

    def add(self, text: str, *, old: bool, new: bool) -> None:
        marked = not (old and new)
        for wanted, side in zip((old, new), self.sides, strict=True):
            if wanted:
                side.append((text, marked))

    def shown(self, texts: Sequence[str]) -> Shown:
        """The marked tokens. Raises ValueError when the output does not hold the texts whole."""
        return (self._side(0, texts[0]), self._side(1, texts[1]))

    def _side(self, number: int, text: str) -> set[int]:
        whole = "".join(piece for piece, _ in self.sides[number])
        if whole.split() != text.split():
            raise ValueError("the output does not hold the text whole")
        flags = [marked for piece, marked in self.sides[number] for _ in piece]
        return {
            index
            for index, token in enumerate(re.finditer(r"\S+", whole))
            if any(flags[token.start() : token.end()])
        }


def unified(old: str, new: str) -> tuple[float, Shown]:
    """difflib over lines: what `diff -u` shows."""
    started = time.perf_counter()
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))
    return time.perf_counter() - started, hunks(lines, old, new)


def hunks(lines: Iterable[str], old: str, new: str) -> Shown:
    """The tokens of the lines that a unified diff without context marks."""
    starts = tuple([0, *_counts(text)] for text in (old, new))
    found: Shown = (set(), set())
    at = [0, 0]
    for line in lines:
        hunk = re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
        if hunk:
            at = [int(hunk[1]) - (hunk[2] != "0"), int(hunk[3]) - (hunk[4] != "0")]
        elif line[:1] in ("-", "+") and not line.startswith(
            ("--- @", "+++ @", "--- \n", "+++ \n", "--- ", "+++ ")
        ):
            side = line[0] == "+"
            found[side].update(range(starts[side][at[side]], starts[side][at[side] + 1]))
            at[side] += 1
    return found


def _counts(text: str) -> list[int]:
    total, found = 0, []
    for line in text.splitlines():
        total += len(line.split())
        found.append(total)
    return found


def git_words(old_path: Path, new_path: Path, old: str, new: str) -> tuple[float, Shown]:
    command = [
        "git",
        "diff",
        "--no-index",
        "--no-color",
        "-U10000000",
        "--word-diff=porcelain",
        "--histogram",
    ]
    started = time.perf_counter()
    made = subprocess.run(
        [*command, str(old_path), str(new_path)], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    marks = Marks()
    body = made.stdout.partition("\n@@")[2].partition("\n")[2]
    for line in body.splitlines():
        if line == "~":
            marks.add("\n", old=True, new=True)
        else:
            marks.add(line[1:] + " ", old=line[0] != "+", new=line[0] != "-")
    return seconds, marks.shown((old, new))


def webchanges(old: str, new: str) -> tuple[float, Shown]:
    """The default differ of webchanges (`unified`), called as webchanges calls it."""
    from webchanges.differs import UnifiedDiffer  # type: ignore[import-not-found]

    job: Any = SimpleNamespace(additions_only=None, deletions_only=None, contextlines=0, is_markdown=False)
    state: Any = SimpleNamespace(
        old_data=old, new_data=new, old_timestamp=0.0, new_timestamp=0.0, verb="changed", job=job
    )
    differ = UnifiedDiffer.__new__(UnifiedDiffer)
    differ.job, differ.state = job, state
    started = time.perf_counter()
    output = differ.differ({}, "plain")["plain"]
    return time.perf_counter() - started, hunks(output.splitlines(), old, new)


def changedetection(old: str, new: str) -> tuple[float, Shown]:
    """changedetection.io's `render_diff` with its word differ, everything included."""
    from changedetectionio import diff  # type: ignore[import-not-found]

    started = time.perf_counter()
    output = diff.render_diff(old, new, include_equal=True, word_diff=True)
    seconds = time.perf_counter() - started
    kinds = {
        diff.REMOVED_PLACEMARKER_OPEN: "old", diff.CHANGED_PLACEMARKER_OPEN: "old",
        diff.ADDED_PLACEMARKER_OPEN: "new", diff.CHANGED_INTO_PLACEMARKER_OPEN: "new",
        diff.REMOVED_PLACEMARKER_CLOSED: "", diff.CHANGED_PLACEMARKER_CLOSED: "",
        diff.ADDED_PLACEMARKER_CLOSED: "", diff.CHANGED_INTO_PLACEMARKER_CLOSED: "",
    }  # fmt: skip
    marks, kind = Marks(), ""
    for piece in re.split("(" + "|".join(map(re.escape, kinds)) + ")", output):
        if piece in kinds:
            kind = kinds[piece]
            marks.add(" ", old=True, new=True)
        else:
            marks.add(piece, old=kind != "new", new=kind != "old")
    return seconds, marks.shown((old, new))


def tracker(old_path: Path, new_path: Path) -> dict[str, object]:
    """Ours, from the files as the sources give them: read and compared, each timed by itself."""
    from bench.diff_shown import measured

    return measured(old_path, new_path)


_TOOLS: dict[str, Callable[[str, str], tuple[float, Shown]]] = {
    "difflib": unified,
    "webchanges": webchanges,
    "changedetection.io": changedetection,
}


def peak_mb() -> float:
    """Return the peak memory of this process since its start, in 10^6 bytes (Linux; else 0)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def main(tool: str, old_path: Path, new_path: Path) -> None:
    if tool == "tracker":
        output = tracker(old_path, new_path)
    else:
        old, new = old_path.read_text("utf-8"), new_path.read_text("utf-8")
        seconds, shown = git_words(old_path, new_path, old, new) if tool == "git" else _TOOLS[tool](old, new)
        output = {"seconds": seconds, "peak": peak_mb(), "old": sorted(shown[0]), "new": sorted(shown[1])}
    print(json.dumps(output))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
