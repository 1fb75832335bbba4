"""The bench of joins: titles that name a list are joined to it, notices and other regulations to nothing."""

from __future__ import annotations

from datetime import date

import pytest

from bench import eval_joins
from bench.eval_joins import Amendment, headings, rule_of

DAY = date(2031, 3, 10)
LIST = Amendment("Supp. No. 4 to Part 744", DAY, "Supplement No. 4 to Part 744—Entity List")
NAMED = headings([LIST, Amendment("15 CFR 744.11", DAY, "§ 744.11 License requirements")])


def test_a_supplement_is_named_by_its_own_heading() -> None:
    assert NAMED == {"entity list": ("Supp. No. 4 to Part 744",)}
    rule = rule_of("2031-00001", DAY, "Additions to the Entity List", "", NAMED)
    assert rule is not None
    assert (rule.targets, rule.parts) == (("Supp. No. 4 to Part 744",), ())


@pytest.mark.parametrize(
    ("title", "of_the_ear"),
    [
        ("Revisions to License Exceptions Under the Export Administration Regulations (EAR)", True),
        ("Expansion of End-User Controls", True),
        ("International Traffic in Arms Regulations: Exports and Reexports", False),
        ("Notice Regarding the Uyghur Forced Labor Prevention Act Entity List", False),
        ("Agency Information Collection Activities; License Exceptions", False),
        ("Fisheries of the Northeastern United States", False),
    ],
)
def test_only_titles_of_the_ear_are_candidates(title: str, of_the_ear: bool) -> None:
    assert (rule_of("2031-00001", DAY, title, "", NAMED) is not None) is of_the_ear


def test_every_recorded_row_has_a_reason() -> None:
    if not (eval_joins.VERSIONS.exists() and eval_joins.TITLES.exists()):
        pytest.skip("no recorded versions or titles (set TRACKER_RECORDED)")
    found = eval_joins.evaluate()
    assert len(found) == 1_776
    assert {each.reason for each in found} == {"joined", "ambiguous", "before", "gap", "none"}
    assert all(len(each.join.candidates) > 1 for each in found if each.reason == "ambiguous")
    assert len("\n".join(eval_joins.rest(found)).splitlines()) > 100
    total, right = eval_joins.checked(found)
    assert right / total >= 0.85
