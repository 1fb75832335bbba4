"""`tracker amend` on the invented rules, as FR XML and as inspection text, against their truth: nothing wrong, every
defect flagged and no other, all that can be computed is.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.amend_outcome import (
    Amend,
    Outcome,
    amender,
    assert_only_of,
    folder,
    read,
    squeezed,
    text,
    within,
)
from tracker.diffing import compare

each_rule = pytest.mark.parametrize("number", range(1, 31))
each_form = pytest.mark.parametrize("form", ["rule.xml", "inspection.txt"])

# Rules that set out whole tables, notes and entries, of which some lines stay as they are.
SET_OUT_AGAIN = {5, 17, 30}


@pytest.fixture
def amend(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Amend:
    return amender(tmp_path, capsys, monkeypatch)


def amended(amend: Amend, number: int, form: str, *options: str) -> Outcome:
    return amend(text(number, form), text(number, "before.xml"), *options, name=form)


@each_form
@each_rule
def test_nothing_is_wrong(amend: Amend, number: int, form: str) -> None:
    assert_only_of(amended(amend, number, form), number)


@each_form
@each_rule
def test_the_defects_are_flagged_and_nothing_else(amend: Amend, number: int, form: str) -> None:
    outcome = amended(amend, number, form)
    truth = json.loads(text(number, "truth.json"))["instructions"]
    assert outcome.code == int(any(each["state"] == "not-computed" for each in truth))
    flagged = {each["number"] for each in outcome.report["instructions"] if each["state"] == "not-computed"}
    assert flagged == {each["number"] for each in truth if each["state"] == "not-computed"}


@each_form
@each_rule
def test_each_instruction_applies_from_its_day(amend: Amend, number: int, form: str) -> None:
    found = {
        each["number"]: each["effective"] for each in amended(amend, number, form).report["instructions"]
    }
    for each in json.loads(text(number, "truth.json"))["instructions"]:
        assert found[each["number"]] == each["effective"], each["number"]


@each_form
@each_rule
def test_all_that_can_be_computed_is(amend: Amend, number: int, form: str) -> None:
    before = read(folder(number) / "before.xml")
    for name, day in json.loads(text(number, "truth.json"))["after"].items():
        outcome = amended(amend, number, form, *(("--date", day) if day else ()))
        found = {(each.op, each.path, squeezed(each.after)) for each in outcome.differs}
        after = compare(before, read(folder(number) / name))
        assert found == {(each.op, each.path, squeezed(each.after)) for each in after}, name


@each_rule
def test_the_report_names_the_units_that_a_comparison_names(amend: Amend, number: int) -> None:
    """A unit has one citation everywhere: the page of a law, the redline and the report."""
    outcome = amended(amend, number, "rule.xml")
    named = {
        path
        for unit in outcome.report["units"]
        if unit["state"] == "computed"
        for path in (unit["path"], unit["from_path"])
        if path
    }
    found = {
        path
        for each in outcome.differs
        if each.op != "moved" or each.before != each.after  # a neighbor of what moved past it
        for path in (each.path, each.from_path)
        if path
    }
    assert [path for path in named if not any(within(each, path) for each in found)] == []
    assert [path for path in found if not any(within(path, each) for each in named)] == []


@pytest.mark.parametrize("number", [each for each in range(1, 31) if each not in SET_OUT_AGAIN])
def test_what_is_not_touched_keeps_its_bytes(amend: Amend, number: int) -> None:
    outcome = amended(amend, number, "rule.xml")
    right = set(text(number, "after.xml").splitlines())
    written = set(outcome.written.splitlines())
    assert [line for line in text(number, "before.xml").splitlines() if line in right - written] == []
