"""The text of a bill becomes one unit for each of its levels, in both forms of XML."""

from __future__ import annotations

import pytest

from tests.unit.sources_fakes import START
from tracker import parsing
from tracker.errors import ParseError, UnexpectedResponse
from tracker.model import Document, Fetched, HttpResponse, ResourceType
from tracker.parsing.bill import bill_name
from tracker.sources.congress.names import bill_list, congress_on


def read(xml: str) -> Document:
    answer = HttpResponse("https://www.govinfo.gov/x.xml", 200, (), xml.encode(), START)
    return parsing.read(
        Fetched("119/hr/8170/text", ResourceType.BILL_TEXT, answer, {"version": "Introduced in House"})
    )


def test_a_bill_is_read_by_section_subsection_and_paragraph() -> None:
    found = read(
        """<?xml version="1.0"?><!DOCTYPE bill PUBLIC "-//US Congress//DTDs/bill.dtd//EN" "bill.dtd"><bill><metadata/><form><legis-num>H. R. 8170</legis-num></form>
        <legis-body><title><enum>I</enum><header>Controls</header><section><enum>101.</enum><header>License</header>
        <subsection><enum>(a)</enum><header>In general</header><text>A license is required:</text>
        <paragraph><enum>(1)</enum><text>for exports; and</text></paragraph></subsection>
        <subsection><enum>(b)</enum><text>Section 4817 is amended by adding:</text><quoted-block><subsection><enum>(c)</enum><text>New.</text></subsection></quoted-block>
        </subsection></section></title></legis-body></bill>"""
    )
    name = "H.R. 8170 (119th Congress)"
    assert [(unit.path.removeprefix(f"{name} › "), unit.text) for unit in found.units] == [
        ("Version", "Introduced in House"),
        ("Title I", "I Controls"),
        ("Sec. 101", "101. License"),
        ("Sec. 101(a)", "(a) In general A license is required:"),
        ("Sec. 101(a)(1)", "(1) for exports; and"),
        ("Sec. 101(b)", "(b) Section 4817 is amended by adding: “(c) New.”"),
    ]


def test_an_enrolled_bill_has_other_names_for_the_same() -> None:
    found = read(
        '<bill xmlns="http://schemas.gpo.gov/xml/uslm"><main><section><num value="1">SECTION 1.</num><heading>Short title</heading>'
        "<content>This Act may be cited so.</content></section></main></bill>"
    )
    assert [unit.path.rpartition(" › ")[2] for unit in found.units] == ["Version", "Sec. 1"]


def test_anything_else_is_no_bill() -> None:
    with pytest.raises(UnexpectedResponse):
        read("<html><body>Not found</body></html>")
    with pytest.raises(ParseError):
        read("<bill><legis-body>")


@pytest.mark.parametrize(
    ("year", "wanted"), [("2025-01-02", 118), ("2025-01-03", 119), ("2026-12-31", 119), ("2027-01-03", 120)]
)
def test_the_congress_of_a_day(year: str, wanted: int) -> None:
    assert congress_on(START.date().fromisoformat(year)) == wanted


def test_names_of_bills() -> None:
    assert bill_name("122/sjres/5") == "S.J.Res. 5 (122nd Congress)"
    assert bill_list(["119/HR/8170"]) == ("119/hr/8170",)
    with pytest.raises(ValueError, match="is not a bill"):
        bill_list(["H.R. 8170"])
