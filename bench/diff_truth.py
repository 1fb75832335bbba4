"""How much of what a differ shows really changed: ours, difflib, git, webchanges and changedetection.io.

`python -m bench.diff_truth` prints the tables; `--write` puts them into docs/benchmarks.md. The texts carry
edits whose truth is known (`diff_texts`); each tool's own output is mapped back to white-space tokens. Each
runs in a process of its own, with 60 seconds. About two minutes, most of it for installing the peers.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import report
from bench.diff_edits import tried
from bench.diff_planted import part_744
from bench.diff_texts import Case, raw_regulation, regulation, table
from bench.processes import Cost, measure
from tests.recorded import ROOT
from tracker.parsing import read_file

NAME = "diff-truth"
_LIMIT = 60
_PART = "ecfr/15-cfr-744/2026-07-18.xml.xz"
_TRIALS = 100
_SAME_LAW = (
    ("15 CFR 744, 2026-03-25 and 07-18", "ecfr/15-cfr-744/2026-03-25.xml.xz", _PART),
    (
        "10 CFR 110, 2026-03-25 and 05-29",
        "ecfr/10-cfr-110/2026-03-25.xml.xz",
        "ecfr/10-cfr-110/2026-05-29.xml.xz",
    ),
    (
        "10 CFR 810, 2026-03-25 and 05-29",
        "ecfr/10-cfr-810/2026-03-25.xml.xz",
        "ecfr/10-cfr-810/2026-05-29.xml.xz",
    ),
    (
        "Federal Register, 2024-02-12, reissued",
        "federal-register/issues/FR-2024-02-12.xml.xz",
        "federal-register/issues/FR-2024-02-12-reissued.xml.xz",
    ),
)
_PEERS = {"webchanges": "webchanges", "changedetection.io": "changedetection.io"}


@dataclass(frozen=True, slots=True)
class Score:
    """`paths` is the share of expected operations found with the right path, `wrong` counts others;
    both None for tools that name none."""

    tool: str
    seconds: float | None
    peak_mb: float
    shown: int
    precision: float
    recall: float
    reading: float | None = None
    lxml: float | None = None
    paths: float | None = None
    wrong: int | None = None
    trouble: str = ""


def load(name: str) -> bytes | None:
    """A recorded file, or none where the recorded data are not there."""
    path = ROOT / name
    return lzma.decompress(path.read_bytes()) if path.exists() else None


def cases() -> Iterator[Case]:
    yield regulation()
    yield table()
    yield raw_regulation()
    data = load(_PART)
    if data is not None:
        yield part_744(data)
    else:
        print(f"no recorded data at {ROOT}: part 744 is left out (set TRACKER_RECORDED)", file=sys.stderr)


def install(folder: Path) -> dict[str, Path]:
    """The peers that could be installed, each in an environment of its own, by its interpreter."""
    found = {}
    for name, package in _PEERS.items():
        venv = folder / name
        made = measure([sys.executable, "-m", "venv", venv])
        if made.code == 0:
            made = measure([venv / "bin/python", "-m", "pip", "install", "-qq", "--no-input", package])
        if made.code == 0:
            found[name] = venv / "bin/python"
        else:
            last = made.output.strip().splitlines()[-1:] or [f"exit {made.code}"]
            print(f"{name} could not be installed: {last[0]}", file=sys.stderr)
    return found


def score(tool: str, interpreter: Path, case: Case, folder: Path) -> Score:
    old, new = _files(case, folder, lines=tool != "tracker")
    root = Path(__file__).parents[1]
    script = ["-m", "bench.diff_tool"] if tool == "tracker" else [str(root / "bench" / "diff_tool.py")]
    command = ["timeout", str(_LIMIT), str(interpreter), *script, tool, str(old), str(new)]
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "SALTED_PASS": ""}
    cost = measure(command, cwd=root if tool == "tracker" else folder, environ=home)
    shown_text = _last_object(cost)
    if shown_text is None:
        why = f"more than {_LIMIT} s" if cost.code == 124 else cost.output.strip().splitlines()[-1][:80]
        return Score(tool, None, 0, 0, 0, 0, trouble=why)
    changed = {("old", k) for k in case.old_changed} | {("new", k) for k in case.new_changed}
    marked = {("old", k) for k in shown_text["old"]} | {("new", k) for k in shown_text["new"]}
    right = len(changed & marked)
    paths = wrong = None
    if "edits" in shown_text and case.edits:
        found = {(op, was, path) for op, was, path in shown_text["edits"]}
        paths, wrong = len(found & case.edits) / len(case.edits), len(found - case.edits)
    return Score(
        tool=tool,
        seconds=shown_text["seconds"],
        peak_mb=shown_text["peak"],
        shown=len(marked),
        precision=right / len(marked) if marked else 1.0,
        recall=right / len(changed),
        reading=shown_text.get("reading"),
        lxml=shown_text.get("lxml") or None,
        paths=paths,
        wrong=wrong,
        trouble="" if shown_text.get("applies", True) else "the operations do not give the new text",
    )


def _files(case: Case, folder: Path, *, lines: bool) -> tuple[Path, Path]:
    """Ours reads what the source gives; the others get one paragraph or row a line, their best case."""
    paths = []
    for side, data, text in (("old", case.old, case.old_lines), ("new", case.new, case.new_lines)):
        path = folder / f"{side}{'-lines.txt' if lines else case.suffix}"
        path.write_bytes("".join(f"{line}\n" for line in text).encode() if lines else data)
        paths.append(path)
    return paths[0], paths[1]


def _last_object(cost: Cost) -> dict[str, Any] | None:
    for line in reversed(cost.output.splitlines() if cost.code == 0 else []):
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    return None


def row(case: Case, one: Score) -> list[str]:
    figure = "-" if one.seconds is None else f"{one.seconds:.3f}"
    reading = "-" if one.reading is None else f"{one.reading:.3f}"
    lxml = "-" if one.lxml is None else f"{one.lxml:.3f}"
    if one.seconds is None:
        return [case.name, one.tool, one.trouble, "-", "-", "-", "-", "-", "-", "-"]
    named = "none" if one.paths is None else f"{one.paths:.0%}, {one.wrong} wrong"
    return [
        case.name, one.tool + (f" ({one.trouble})" if one.trouble else ""), figure, reading, lxml,
        f"{one.peak_mb:.0f}", str(one.shown), f"{one.precision:.3f}", f"{one.recall:.3f}", named,
    ]  # fmt: skip


def differ_result(folder: Path, suffix: str, old: bytes, new: bytes) -> dict[str, Any] | None:
    """Return the result of our own differ for two files, in a process of its own."""
    case = Case("", suffix, old, new, [], [], set(), set(), set())
    paths = _files(case, folder, lines=False)
    command = [sys.executable, "-m", "bench.diff_tool", "tracker", *map(str, paths)]
    return _last_object(measure(command, cwd=Path(__file__).parents[1]))


def noise(folder: Path) -> str:
    """Real states between which no word of the law differs."""
    rows = []
    for name, before, after in _SAME_LAW:
        old, new = load(before), load(after)
        shown_text = differ_result(folder, ".xml", old, new) if old is not None and new is not None else None
        if shown_text is not None:
            both = shown_text["reading"] + shown_text["seconds"]
            rows.append([name, str(len(shown_text["edits"])), str(shown_text["editorial"]), f"{shown_text['seconds']:.3f}",
                         f"{both:.2f}", f"{both / shown_text['lxml']:.1f}", f"{shown_text['peak']:.0f}"])  # fmt: skip
    head = [
        "two states of",
        "substantive",
        "editorial",
        "compare, s",
        "with reading, s",
        "times bare lxml",
        "peak MB",
    ]
    return (
        "Real states between which no word of the law differs:\n\n" + report.table(head, rows) if rows else ""
    )


def random_edits() -> str:
    data = [load(name) for name in (_PART, "ecfr/10-cfr-110/2026-05-29.xml.xz")]
    texts = [read_file("part.xml", one).units for one in data if one is not None]
    if not texts:
        return ""
    share = tried(texts, _TRIALS)
    return (
        f"{share.trials} edits planted at random in part 744 and 10 CFR 110 (paragraphs inserted, removed, changed on "
        f"the way): {share.found} of {share.expected} operations found with the right paths, {share.wrong} others; "
        f"{share.right} of {share.trials} texts without any mistake."
    )


def large(folder: Path) -> str:
    """A text of the size of the whole EAR, edited in the same places."""
    case = regulation(sections=330)
    shown_text = differ_result(folder, case.suffix, case.old, case.new)
    if shown_text is None:
        return ""
    return (
        f"{len(case.old) / 1e6:.0f} MB against {len(case.new) / 1e6:.0f} MB of the same regulation: compared in "
        f"{shown_text['seconds']:.2f} s (reading both: {shown_text['reading']:.1f} s), {shown_text['peak']:.0f} MB at the peak."
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options.add_argument(
        "--no-peers", action="store_true", help="do not install webchanges and changedetection.io"
    )
    chosen = options.parse_args()
    ours = Path(sys.executable)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tools = {"tracker": ours, "difflib": ours, "git": ours}
        if not chosen.no_peers:
            tools |= install(folder)
        for case in cases():
            for tool, interpreter in tools.items():
                one = score(tool, interpreter, case, folder)
                rows.append(row(case, one))
                print(" | ".join(rows[-1]), file=sys.stderr)
        shown_text = [random_edits(), noise(folder), large(folder)]
    head = ["text", "tool", "compare, s", "read, s", "bare lxml, s", "peak MB", "tokens shown", "precision", "recall",
            "operations named"]  # fmt: skip
    text = "\n\n".join(part for part in (_EXPLAINED, report.table(head, rows), *shown_text) if part)
    print(text)
    if chosen.write:
        report.write(NAME, text, command="python -m bench.diff_truth --write")
    return 0


_EXPLAINED = """### What differs, and what is shown as different

Texts with planted edits whose truth is known. Precision: of the tokens that a tool shows as changed, the share
that really changed. Recall: of those that changed, the share shown. A moved paragraph counts as removed and
added. The peers get one paragraph or row a line, which is their best case; ours gets the file as the source
gives it. "Operations named": the added, removed, changed, moved and redesignated units, each with its citation
path, that were found; peers name none."""

if __name__ == "__main__":
    sys.exit(main())
