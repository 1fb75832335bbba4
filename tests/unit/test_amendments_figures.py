"""Pictures in set-out text: the unit that they belong to is not computed, and the reason says so; all others are."""

from __future__ import annotations

import pytest

from tests.unit.test_amendments_apply import BASE, applied, order
from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.reader import read_rule_text
from tracker.amendments.records import Amended, State

GPH = '<GPH SPAN="3" DEEP="200"><GID>ER01DE26.001</GID></GPH>'
MATH = '<MATH SPAN="3" DEEP="20"><MID>ER01DE26.002</MID></MATH>'
BILCOD = "<BILCOD>BILLING CODE 3510-33-P</BILCOD>"


def set_out(body: str, heading: str = "Scope.") -> str:
    return f"<SECTION><SECTNO>§ 799.1</SECTNO><SUBJECT>{heading}</SUBJECT>{body}</SECTION>"


def reasons(result: Amended) -> list[str]:
    return [outcome.reason for outcome in result.outcomes]


def assert_not_computed(result: Amended) -> None:
    assert [outcome.state for outcome in result.outcomes] == [State.NOT_COMPUTED]
    assert all("contains a figure" in reason for reason in reasons(result))
    assert [outcome.note for outcome in result.outcomes] == [""]  # no defect of the rule
    assert result.xml.decode() == BASE


@pytest.mark.parametrize("figure", [GPH, MATH, BILCOD + GPH, f"<P>It is {MATH} long.</P>"])
@pytest.mark.parametrize(
    ("target", "before", "after"),
    [
        ("revise paragraph (b)", "<STARS/><P>(b) All ovens, as shown here:</P>", "<STARS/>"),
        ("revise paragraph (c)", "<STARS/><P>(c) Pumps:</P><P>(1) Of steel.</P>", "<P>(2) Of lead.</P>"),
        ("revise paragraph (c)(2)", "<STARS/><P>(c) * * *</P><P>(2) Of lead.</P>", ""),
        ("revise paragraph (c)", "<STARS/><P>(c) Pumps of any kind:</P><STARS/>", "<P>(2) Of lead.</P>"),
        ("revise paragraph (c) introductory text", "<STARS/><P>(c) Any pump:</P>", "<STARS/>"),
        ("add paragraph (d)", "<STARS/><P>(d) Valves, as shown here:</P>", ""),
        ("revise the introductory text", "<P>This section has a figure.</P>", "<STARS/>"),
        ("revise the second sentence of paragraph (b)", "<STARS/><P>(b) * * * Kilns, too.</P>", "<STARS/>"),
    ],
)
def test_a_unit_with_a_figure_is_not_computed(target: str, before: str, figure: str, after: str) -> None:
    text = order(f"In § 799.1, {target} to read as follows:") + set_out(before + figure + after)
    assert_not_computed(applied(text))


@pytest.mark.parametrize("figure", [GPH, MATH])
@pytest.mark.parametrize("between", ["", "<STARS/>"])
def test_a_whole_section_with_a_figure_is_not_computed(figure: str, between: str) -> None:
    body = f"<P>All lathes.</P>{between}{figure}"
    assert_not_computed(applied(order("Revise § 799.1 to read as follows:") + set_out(body)))


@pytest.mark.parametrize("figure", [GPH, MATH])
def test_an_added_section_with_a_figure_is_not_computed(figure: str) -> None:
    body = set_out(f"<P>All lathes.</P>{figure}", "Lathes.").replace("799.1", "799.2")
    assert_not_computed(applied(order("Add § 799.2 to read as follows:") + body))


@pytest.mark.parametrize("figure", [GPH, MATH])
def test_a_unit_beside_that_with_a_figure_is_computed(figure: str) -> None:
    body = f"<STARS/><P>(b) Ovens only.</P><P>(c) Pumps, as shown here:</P>{figure}"
    result = applied(
        order("In § 799.1, revise paragraph (b) to read as follows:") + set_out(body + "<STARS/>")
    )
    assert reasons(result) == [""]
    assert "<P>(b) Ovens only.</P>" in result.xml.decode()


def test_a_text_that_is_printed_as_a_picture_is_no_defect() -> None:
    assert_not_computed(
        applied(order("In § 799.1, revise paragraph (b) to read as follows:") + set_out(f"<STARS/>{GPH}"))
    )


@pytest.mark.parametrize("mark", ["[GRAPHIC] [TIFF OMITTED] TR01DE26.001", "[GRAPHIC(S) NOT AVAILABLE]"])
def test_the_mark_of_a_figure_in_plain_text(mark: str) -> None:
    rule = read_rule_text(
        [
            "For the reasons above, 15 CFR part 799 is amended as follows:",
            "1. In § 799.1, revise paragraph (b) to read as follows:",
            "§ 799.1 Scope.",
            "* * * * *",
            "(b) All ovens, as shown here:",
            mark,
            "* * * * *",
            "[FR Doc. 2026-99999 Filed 12-1-26; 8:45 am]",
        ],
        "2026-99999",
    )
    assert_not_computed(amend(read_base(BASE.encode()), rule))
