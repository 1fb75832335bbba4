"""Runs of `tracker amend` on the invented rules of `tests/data/amendments/`, as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tracker.cli.app import run
from tracker.diffing import compare
from tracker.model import Document, Operation
from tracker.parsing import read_file

DATA = Path(__file__).parents[1] / "data" / "amendments"
Amend = Callable[..., "Outcome"]


def folder(number: int) -> Path:
    (found,) = DATA.glob(f"{number:02}-*")
    return found


def text(number: int, name: str) -> str:
    return (folder(number) / name).read_text()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the command did: its exit code, its JSON (empty after wrong use) and what differs in its output."""

    code: int
    report: dict[str, Any]
    differs: tuple[Operation, ...]
    written: str

    @property
    def computed(self) -> set[str]:
        """Return the paths that it says are computed."""
        return {unit["path"] for unit in self.report.get("units", ()) if unit["state"] == "computed"}

    def state(self, number: str) -> str:
        (found,) = [each for each in self.report["instructions"] if each["number"] == number]
        return str(found["state"])


def checked(code: int, out: str, err: str, base: Path, output: Path) -> Outcome:
    """Return the outcome, after what holds for every run: an exit code of the contract; a file that cannot be
    read is one line; the report agrees with the file that was written.
    """
    assert code in (0, 1, 2)
    assert "Traceback" not in err
    if not out.strip():
        assert code
        assert len(err.strip().splitlines()) == 1
        assert not output.exists()
        return Outcome(code, {}, (), "")
    report = json.loads(out)
    states = {each["state"] for each in (*report["instructions"], *report["units"])}
    assert states <= {"computed", "not-computed", "no-text-change"}
    assert code == 1 if "not-computed" in states or not report["instructions"] else code == 0
    for each in (*report["instructions"], *report["units"]):
        assert each["state"] != "not-computed" or each["reason"]
    if not output.exists():
        outcome = Outcome(code, report, (), "")
        assert not outcome.computed
        return outcome
    written = output.read_text()
    outcome = Outcome(code, report, tuple(compare(read(base), read(output))), written)
    if not outcome.computed:
        assert output.read_bytes() == base.read_bytes()
    return outcome


def read(path: Path) -> Document:
    return read_file(path.name, path.read_bytes())


def within(path: str, unit: str) -> bool:
    """Return whether a path is the unit or lies below it."""
    return path == unit or any(path.startswith(unit + joint) for joint in ("(", " (", " › ", " ¶"))


def squeezed(words: str | None) -> str:
    return "".join((words or "").split())


# Texts of a unit that several instructions change, where one of them is not computed.
BETWEEN = {
    (
        "15 CFR 748.4(b)(2)",
        "(2) The applicant sends one copy of the disclosure to the Office of Exporter Services.",
    ),
    (
        "15 CFR 748.4(b)(2)",
        "(2) The applicant sends two copies of the disclosure to the Exporter Services Division.",
    ),
    ("15 CFR 742.6(f)(1)", "(1) Within 30 days; and"),
}


def assert_only_of(outcome: Outcome, number: int) -> None:
    """Assert that whatever was computed is part of the rule's truth: of its text in the end, or on an earlier
    day.
    """
    before = read(folder(number) / "before.xml")
    right = {
        (each.op, each.path, squeezed(each.after))
        for name in json.loads(text(number, "truth.json"))["after"]
        for each in compare(before, read(folder(number) / name))
    }
    for each in outcome.differs:
        assert (each.path, each.after) in BETWEEN or (each.op, each.path, squeezed(each.after)) in right, each


def assert_nothing(outcome: Outcome) -> None:
    assert not outcome.differs
    assert not outcome.computed


def amender(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Amend:
    """Return a function that runs the command on a rule and a base, and checks what holds for every run."""
    rounds = count()

    def amended(rule: str | bytes, base: str | bytes, *options: str, name: str = "rule.xml") -> Outcome:
        place = tmp_path / str(next(rounds))
        place.mkdir()
        paths = [place / name, place / "base.xml", place / "out.xml"]
        for path, content in zip(paths, (rule, base), strict=False):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        arguments = [
            "--rule",
            str(paths[0]),
            "--base",
            str(paths[1]),
            "-o",
            str(paths[2]),
            "--json",
            *options,
        ]
        monkeypatch.setattr("sys.argv", ["tracker", "amend", *arguments])
        capsys.readouterr()
        code = run()
        printed = capsys.readouterr()
        return checked(code, printed.out, printed.err, paths[1], paths[2])

    return amended
