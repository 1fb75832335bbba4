"""The invented rules are read completely, alike from their XML and from the text of public inspection."""

import json
from pathlib import Path

import pytest

from tracker.amendments.actions import AmendatoryRule, Instruction
from tracker.amendments.reader import read_rule, read_rule_lines
from tracker.parsing.gpo_xml import tree

RULES = sorted(path for path in (Path(__file__).parents[1] / "data/amendments").iterdir() if path.is_dir())
# The truth's names of verbs, where they are not the values of Verb.
NAMES = {"remove and add": "replace", "remove and reserve": "remove-and-reserve", "revise and republish": "revise-and-republish"}  # fmt: skip


def from_xml(folder: Path) -> AmendatoryRule:
    return read_rule(tree((folder / "rule.xml").read_bytes(), folder.name))


def facts(one: Instruction) -> tuple[object, ...]:
    actions = [
        (
            action.verb,
            action.target,
            action.moved_to,
            action.words,
            action.position and action.position.order,
        )
        for action in one.actions
    ]
    return one.number, one.verb, one.effective, one.until, one.problem, actions, one.earlier


@pytest.mark.parametrize("folder", RULES, ids=lambda path: path.name)
def test_every_instruction_is_read_with_its_verb_and_its_day(folder: Path) -> None:
    found = from_xml(folder)
    truth = json.loads((folder / "truth.json").read_text())
    assert [one.problem for one in found.instructions if one.problem] == []
    by_number = {one.number: one for one in found.instructions}
    for expected in truth["instructions"]:
        one = by_number[expected["number"]]
        if expected["target"].endswith("Authority"):
            assert one.target is not None
            assert one.target.portion == "authority"
        else:
            verbs = {action.verb for action in one.actions} or {one.verb}
            assert NAMES.get(expected["verb"], expected["verb"]) in verbs
        assert str(one.effective or found.effective) == expected["effective"]
    ordered = {expected["number"] for expected in truth["instructions"]}
    assert [one.number for one in found.instructions if one.actions and one.number not in ordered] == []


@pytest.mark.parametrize("folder", RULES, ids=lambda path: path.name)
def test_the_inspection_text_is_read_as_the_xml_is(folder: Path) -> None:
    lines = (folder / "inspection.txt").read_text().split("\n")
    printed, inspected = from_xml(folder), read_rule_lines(lines)
    assert [facts(one) for one in inspected.instructions] == [facts(one) for one in printed.instructions]
