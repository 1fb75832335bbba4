"""An entry that a table has in another column is not one that does not exist."""

from __future__ import annotations

import pytest

from tests.amendment_samples import amdpars, rule
from tests.unit.amend_outcome import text
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file
from tracker.amendments.locate import Workspace
from tracker.amendments.row_edits import apply_row, is_row

BASE = """<DIV5 N="748" TYPE="PART" hierarchy_metadata="{&quot;citation&quot;:&quot;15 CFR Part 748&quot;}">
<HEAD>PART 748&#x2014;SAMPLES</HEAD>
<DIV9 N="Supplement No. 7 to Part 748" TYPE="APPENDIX"><HEAD>Supplement No. 7 to Part 748&#x2014;Validated End-Users</HEAD>
<DIV width="100%"><DIV class="gpotbl_div"><TABLE border="1"><THEAD>
<TR><TH>State</TH><TH>Validated end-user</TH></TR></THEAD><TBODY>
<TR><TD>China</TD><TD>Sample Memory (China) Co., Ltd.</TD></TR>
</TBODY></TABLE></DIV></DIV></DIV9></DIV5>"""


@pytest.mark.parametrize(
    ("name", "defect"), [("Sample Memory (China) Co., Ltd.", False), ("Sample Logic Co.", True)]
)
def test_only_an_entry_that_is_nowhere_in_the_table_is_a_defect(name: str, defect: bool) -> None:
    words = f'1. Supplement No. 7 to part 748 is amended by removing the entry for "{name}"'
    (outcome,) = amend(read_base(BASE.encode()), rule(amdpars(words), part="748")).outcomes
    assert outcome.state == "not-computed"
    assert bool(outcome.note) is defect, outcome.reason


def test_the_tables_before_each_change_are_not_kept() -> None:
    number = 1
    rule = read_rule_file("rule.xml", text(number, "rule.xml").encode())
    workspace = Workspace.of(read_base(text(number, "before.xml").encode()))
    added = [one for one in rule.instructions[2].actions if is_row(one)]
    for one in added:
        apply_row(workspace, one, added)
    assert len(added) == 3
    assert len(workspace.tables) == 1
