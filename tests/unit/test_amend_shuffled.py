"""Paragraphs of an inspection text in another order compute what the right order computes, or nothing."""

from __future__ import annotations

import json
import random
import re

import pytest

from tests.unit.amend_outcome import BETWEEN, folder, read, squeezed, text
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file
from tracker.diffing import compare
from tracker.parsing.files import read_file


@pytest.mark.parametrize("number", [1, 2, 4, 7, 8, 10, 12, 21, 28, 30])
def test_two_paragraphs_exchanged(number: int) -> None:
    whole = text(number, "inspection.txt")
    start = max(whole.find("Accordingly"), whole.find("     1. "))
    first, *blocks, last = re.split(r"\n\s*\n", whole[start:])
    before = read(folder(number) / "before.xml")
    right = {
        (each.op, each.path, squeezed(each.after))
        for name in json.loads(text(number, "truth.json"))["after"]
        for each in compare(before, read(folder(number) / name))
    }
    for seed in range(4):
        dice = random.Random(seed)
        place = dice.randrange(len(blocks) - 1)
        mixed = [*blocks[:place], blocks[place + 1], blocks[place], *blocks[place + 2 :]]
        rule = read_rule_file("rule.txt", "\n\n".join([whole[:start] + first, *mixed, last]).encode())
        result = amend(read_base(text(number, "before.xml").encode()), rule)
        for each in compare(before, read_file("after.xml", result.final)):
            assert (each.path, each.after) in BETWEEN or (each.op, each.path, squeezed(each.after)) in right
