"""The invented rules of `tests/data/amendments/` agree with themselves: what `truth.json` names is what differs
between `before.xml` and `after.xml`, and nothing else does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.unit.amend_outcome import DATA, read, within
from tracker.diffing import compare
from tracker.model import Operation

RULES = sorted(path for path in DATA.iterdir() if path.is_dir())
STATES = {"computed", "not-computed", "no-text-change"}
OPS = {"added", "removed", "changed", "renumbered"}
DEFECTS = {
    "target-missing",
    "phrase-missing",
    "phrase-count",
    "no-text",
    "contradiction",
    "occupied",
    "wrong-section",
    "another-document",
    "stayed",
}

each_rule = pytest.mark.parametrize("folder", RULES, ids=lambda path: path.name)


def truth(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "truth.json").read_text())  # type: ignore[no-any-return]


def covers(unit: dict[str, Any], operation: Operation) -> bool:
    """Return whether a change is one of the unit: of itself, or of what lies below it unless it is `alone`."""
    paths = {unit["path"], unit.get("from_path", unit["path"])}
    of = {operation.path, operation.from_path or operation.path}
    if unit.get("alone"):
        return bool(paths & of)
    return any(within(path, top) for path in of for top in paths)


def words_of(text: str) -> str:
    return "".join(text.split())


def test_there_are_thirty_rules() -> None:
    assert [path.name[:2] for path in RULES] == [f"{number:02}" for number in range(1, 31)]


@each_rule
def test_every_file_is_well_formed(folder: Path) -> None:
    known = {"rule.xml", "inspection.txt", "before.xml", "truth.json", *truth(folder)["after"]}
    assert {path.name for path in folder.iterdir()} == known
    for path in folder.glob("*.xml"):
        etree.parse(path)


@each_rule
def test_truth_has_the_keys_and_words_of_the_contract(folder: Path) -> None:
    answer = truth(folder)
    number = answer["document_number"]
    assert number in (folder / "rule.xml").read_text()
    assert number in (folder / "inspection.txt").read_text()
    for instruction in answer["instructions"]:
        assert {"number", "verb", "target", "effective", "state", "defect", "units"} <= instruction.keys()
        assert instruction["state"] in STATES
        assert (instruction["state"] == "not-computed") == (instruction["defect"] is not None)
        assert instruction["defect"] is None or instruction["defect"] in DEFECTS
        assert bool(instruction["units"]) == (instruction["state"] == "computed")
        for unit in instruction["units"]:
            assert unit["op"] in OPS
            assert ("from_path" in unit) == (unit["op"] == "renumbered")


@each_rule
def test_the_inspection_text_has_the_words_of_each_instruction(folder: Path) -> None:
    pages = [
        line for line in (folder / "inspection.txt").read_text().splitlines() if not line.strip().isdigit()
    ]
    whole = words_of("".join(pages))
    for instruction in etree.parse(folder / "rule.xml").iter("AMDPAR"):
        assert words_of("".join(map(str, instruction.itertext()))) in whole


@each_rule
def test_only_the_units_that_truth_names_differ(folder: Path) -> None:
    answer = truth(folder)
    for name, day in answer["after"].items():
        named = [
            unit
            for instruction in answer["instructions"]
            for unit in instruction["units"]
            if day is None or instruction["effective"] <= day
        ]
        found = compare(read(folder / "before.xml"), read(folder / name))
        for operation in found:
            if operation.op == "moved" and operation.before == operation.after:
                continue  # a neighbor of what moved past it
            assert any(covers(unit, operation) for unit in named), operation.path
        for unit in named:
            assert any(covers(unit, operation) for operation in found), unit["path"]
