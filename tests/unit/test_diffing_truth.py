"""The truth bench's own texts: everything that changed is shown, nothing else, and each edit by its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.diff_edits import tried
from bench.diff_planted import part_744
from bench.diff_shown import shown
from bench.diff_texts import Case, raw_regulation, regulation, table
from tests.recorded import recorded
from tracker.diffing import compare
from tracker.parsing import read_file

PART = "ecfr/15-cfr-744/2026-07-18.xml.xz"


@pytest.mark.parametrize(
    "make",
    [regulation, table, raw_regulation, lambda: part_744(recorded(PART))],
    ids=["regulation", "table", "72-columns", "part-744"],
)
def test_only_the_changes_are_shown(make: Callable[[], Case]) -> None:
    case = make()
    before = read_file(f"old{case.suffix}", case.old)
    after = read_file(f"new{case.suffix}", case.new)
    operations = compare(before, after)
    assert shown(before, after, operations) == (case.old_changed, case.new_changed)
    if case.edits:
        named = {(op.op.value, op.from_path, op.path) for op in operations if not op.editorial}
        assert named == case.edits


def test_edits_planted_at_random_in_real_sections_are_all_found() -> None:
    units = read_file("part.xml", recorded("ecfr/10-cfr-110/2026-05-29.xml.xz")).units
    share = tried([units], 40)
    assert (share.found, share.wrong, share.right) == (share.expected, 0, share.trials)
    assert share.expected > 150
