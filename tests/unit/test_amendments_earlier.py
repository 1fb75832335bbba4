"""A later rule changes the instructions of an earlier one that is not yet in the text."""

from __future__ import annotations

from datetime import date

import pytest

from tests.amendment_samples import brief
from tests.unit.amend_outcome import text
from tracker.amendments.actions import AmendatoryRule
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.earlier import with_earlier_changed
from tracker.amendments.files import read_rule_file
from tracker.amendments.prediction import RuleText, text_on

NUMBER = 19  # the invented rule that changes instruction 4.b of 2026-20411, and adds 4.c
EARLIER = """<RULE><PREAMB><CFR>15 CFR Part 744</CFR><EFFDATE><HD SOURCE="HED">DATES:</HD>
<P>This rule is effective January 15, 2027.</P></EFFDATE></PREAMB><SUPLINF><REGTEXT TITLE="15" PART="744">
<AMDPAR>4. Section 744.3 is amended by:</AMDPAR><AMDPAR>a. Removing paragraph (d); and</AMDPAR>
<AMDPAR>b. {second}</AMDPAR></REGTEXT></SUPLINF><FRDOC>[FR Doc. {number} Filed 10-8-26; 8:45 am]</FRDOC></RULE>"""


def earlier(number: str = "2026-20411", second: str = "Removing paragraph (c)(2).") -> bytes:
    return EARLIER.format(number=number, second=second).encode()


def later() -> bytes:
    return text(NUMBER, "rule.xml").encode()


def both(first: bytes) -> list[AmendatoryRule]:
    return with_earlier_changed([read_rule_file("a.xml", first), read_rule_file("b.xml", later())])


def test_an_instruction_is_reworded_and_another_is_added() -> None:
    changed, order = both(earlier())
    assert [one.number for one in changed.instructions] == ["4", "4.a", "4.b", "4.c"]
    assert [line for one in changed.instructions for line in brief(list(one.actions))] == [
        "remove 15 CFR 744.3(d)",
        "revise 15 CFR 744.3(c)(1)",
        "remove 15 CFR 744.3(a)",
    ]
    assert [one.earlier for one in order.instructions] == [None] * len(order.instructions)


@pytest.mark.parametrize(
    "first",
    [
        earlier(number="2026-20412"),  # another rule
        earlier(second="Removing paragraph (c)(3)."),  # it does not read as the order says
    ],
)
def test_an_order_that_does_not_fit_changes_nothing(first: bytes) -> None:
    changed, order = both(first)
    before = read_rule_file("a.xml", first)
    assert changed.instructions[:3] == before.instructions
    assert order.instructions[2].earlier is not None


def test_the_text_on_a_later_day_is_by_the_changed_instructions() -> None:
    rules = [RuleText("2026-20411", "a.xml", earlier()), RuleText("2026-25323", "b.xml", later())]
    base = text(NUMBER, "before.xml").encode()
    made = text_on(rules, "15 CFR 744", base, date(2027, 2, 1)).decode()
    alone = text_on(rules[:1], "15 CFR 744", base, date(2027, 2, 1)).decode()
    gone = "<P>(a) "
    assert gone in alone
    assert gone not in made[made.index("744.3") :].partition("</DIV8>")[0]


def test_alone_the_later_rule_says_whose_instruction_it_changes() -> None:
    result = amend(read_base(text(NUMBER, "before.xml").encode()), read_rule_file("b.xml", later()))
    reasons = {one.instruction.number: one.reason for one in result.outcomes if one.reason}
    assert reasons == {
        "3": "it changes instruction 4.b of rule 2026-20411, and no text by itself",
        "4": "it changes instruction 4.c of rule 2026-20411, and no text by itself",
    }
