"""Days of presidential documents: counted from the signing, or set by a sentence in the present tense."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.model import LegalDate
from tracker.parsing import read_file

TODAY = date(2027, 6, 1)
SIGNED_IN_WORDS = (
    "IN WITNESS WHEREOF, I have hereunto set my hand this twenty-fourth day of May, in the year of our Lord two "
    "thousand twenty-seven, and of the Independence of the United States of America the two hundred and fifty-first."
)
SIGNED_IN_FIGURES = "THE WHITE HOUSE, May 24, 2027."


def page_dates(*paragraphs: str) -> tuple[LegalDate, ...]:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = f"<html><head><title>Sample order</title></head><body><main><h1>Sample order</h1>{body}</main></body></html>"
    return classify(read_file("page.html", html.encode()), today=TODAY).dates


def register_dates(paragraph: str) -> tuple[LegalDate, ...]:
    xml = (
        "<PRESDOCU><PRESDOC><PROCLA><TITLE3>Title 3</TITLE3><PRES>The President</PRES>"
        "<PROC>Proclamation 11999 of May 24, 2027</PROC><HD SOURCE='HED'>Adjusting Sample Imports</HD>"
        "<PRES>By the President of the United States of America</PRES><PROC>A Proclamation</PROC>"
        f"<FP>{paragraph}</FP><FP>IN WITNESS WHEREOF, I have hereunto set my hand.</FP></PROCLA></PRESDOC></PRESDOCU>"
    )
    return classify(read_file("order.xml", xml.encode()), today=TODAY).dates


def days(found: tuple[LegalDate, ...]) -> list[tuple[str, str]]:
    return sorted((entry.type, entry.date.isoformat()) for entry in found if not entry.superseded)


FROM_THE_SIGNING = [
    ("(1) Goods entered on or after the date that is 10 days after the date of this proclamation shall be subject to the duty.",
     ("effective", "2027-06-03")),
    ("(1) Clause (3) is amended, effective on the date of this proclamation.", ("effective", "2027-05-24")),
    ("(1) This proclamation is effective immediately.", ("effective", "2027-05-24")),
    ("(1) This proclamation takes effect upon signature.", ("effective", "2027-05-24")),
    ("(1) The quotas shall take effect 20 days after the date of this proclamation.", ("effective", "2027-06-13")),
    ("(1) The quotas shall take effect on the twentieth day after the date of this proclamation.", ("effective", "2027-06-13")),
    ("(1) This proclamation shall terminate 2 years after the date of this proclamation.", ("expires", "2029-05-24")),
]  # fmt: skip


@pytest.mark.parametrize(("paragraph", "expected"), FROM_THE_SIGNING)
def test_days_count_from_the_proclamation_line_of_the_register(
    paragraph: str, expected: tuple[str, str]
) -> None:
    assert days(register_dates(paragraph)) == [expected]


@pytest.mark.parametrize("signed", [SIGNED_IN_WORDS, SIGNED_IN_FIGURES])
@pytest.mark.parametrize(("paragraph", "expected"), FROM_THE_SIGNING)
def test_days_count_from_the_signing_at_the_foot_of_a_page(
    paragraph: str, expected: tuple[str, str], signed: str
) -> None:
    assert days(page_dates("A PROCLAMATION", paragraph, signed)) == [expected]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("Sec. 9. Sections 3 and 4 of this order take effect on July 1, 2027.", [("effective", "2027-07-01")]),
        ("(1) I impose a fee of 5 percent, effective 12:01 a.m. eastern daylight time on July 1, 2027.",
         [("effective", "2027-07-01")]),
        ("(1) For 120 days, I hereby suspend the exemption, effective July 1, 2027.", [("effective", "2027-07-01")]),
        ("Sec. 2. The notice shall state that the rate applies retroactively to articles entered for consumption on or after "
         "12:01 a.m. eastern daylight time on May 2, 2027.", [("effective", "2027-05-02")]),
        ("Sec. 2. The rate shall apply to articles entered on or after 12:01 a.m. eastern daylight time on July 1, 2027, and "
         "before 12:01 a.m. eastern standard time on December 1, 2027.",
         [("effective", "2027-07-01"), ("expires", "2027-12-01")]),
        ("Sec. 3. The authority in section 2 terminates on July 1, 2028.", [("expires", "2028-07-01")]),
        ("Sec. 3. Section 2 shall cease to have effect on July 1, 2028.", [("expires", "2028-07-01")]),
    ],
)  # fmt: skip
def test_an_order_sets_its_days_in_the_present_tense(paragraph: str, expected: list[tuple[str, str]]) -> None:
    assert days(page_dates("EXECUTIVE ORDER", paragraph, SIGNED_IN_FIGURES)) == expected


@pytest.mark.parametrize(
    "paragraph",
    [
        "1. The Sample Trade Act, Public Law 118-77, repeals the exemption effective July 1, 2028.",
        "1. Section 41 of Public Law 118-77 takes effect on July 1, 2028.",
        "(1) The Secretary shall, within 10 days of the date of this proclamation, publish a list.",
        "1. Proclamation 10900 was effective immediately.",
        "Sec. 4. The Council shall terminate 2 years from the date of this order.",
        "Sec. 4. The SAMC shall terminate on July 1, 2029.",
        "[2] See Proclamation 10900, effective July 1, 2027.",
    ],
)
def test_the_days_of_statutes_reports_bodies_and_footnotes_are_not_the_orders(paragraph: str) -> None:
    assert days(page_dates("A PROCLAMATION", paragraph, SIGNED_IN_FIGURES)) == []
