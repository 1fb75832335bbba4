"""Dates and instructions as they are written in real documents, in samples of the same shapes."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tracker.amendments.instructions import read_instructions
from tracker.classification import classify
from tracker.legal_status.date_mentions import mentions
from tracker.model import Document, DocumentKind, LegalDate, Unit, UnitKind


def dated(
    text: str, *, title: str = "Sample rule on export controls", published: date | None = date(2025, 3, 3)
) -> tuple[LegalDate, ...]:
    document = Document(
        key="x", kind=DocumentKind.RULE, title=title, url="", dates_text=text, published=published
    )
    return classify(document, today=date(2025, 3, 3)).dates


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("This rule is effective October 8, 2025.", "effective", date(2025, 10, 8)),
        ("Effective Nov. 9, 2026.", "effective", date(2026, 11, 9)),
        ("Comments must be received by BIS no later than November 22, 2025.", "comments-close", date(2025, 11, 22)),
        ("Written comments are due on or before 11:59 p.m. ET on May 1, 2025.", "comments-close", date(2025, 5, 1)),
        ("The compliance date for § 791.305 is January 1, 2029.", "compliance", date(2029, 1, 1)),
        ("A public hearing will be held on April 10, 2025.", "hearing", date(2025, 4, 10)),
        ("Paragraph (a)(1) is stayed until November 9, 2026.", "stay-ends", date(2026, 11, 9)),
        ("The order shall remain in effect until June 8, 2030.", "expires", date(2030, 6, 8)),
        ("Comments are due: February 14, 2030.", "comments-close", date(2030, 2, 14)),
        ("Objections and requests for hearings must be received on or before April 12, 2030.", "comments-close", date(2030, 4, 12)),
        ("The committee will meet in person on February 28, 2030.", "hearing", date(2030, 2, 28)),
        ("This rule is effective 30 days after publication in the Federal Register.", "effective", date(2025, 4, 2)),
        ("This rule is effective upon publication.", "effective", date(2025, 3, 3)),
    ],
)  # fmt: skip
def test_a_date_has_the_type_that_its_words_give_it(text: str, kind: str, day: date) -> None:
    found = [entry for entry in dated(text) if entry.type == kind]
    assert [entry.date for entry in found] == [day]
    assert found[0].quote in text


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("The meeting will be held Wednesday, February 28, 2029 through Friday, March 2, 2029.", ["2029-02-28", "2029-03-02"]),
        ("The meeting will be held on March 26, 2030, from 8:00 a.m. to 4:30 p.m. and Wednesday, March 27, 2030.", ["2030-03-26", "2030-03-27"]),
    ],
)  # fmt: skip
def test_a_meeting_of_several_days_has_each_of_them(text: str, days: list[str]) -> None:
    assert [entry.date.isoformat() for entry in dated(text) if entry.type == "hearing"] == days


def test_a_date_on_which_something_was_published_is_no_date_of_this_document() -> None:
    assert dated("The proposed rule published on July 29, 2024, is finalized here.") == ()


def test_the_days_of_a_document_are_those_of_new_york() -> None:
    filed = datetime(2025, 9, 30, 1, 0, tzinfo=ZoneInfo("UTC"))
    document = Document(key="x", kind=DocumentKind.RULE, title="t", url="", filed_at=filed)
    assert [(d.type, d.date) for d in classify(document, today=date(2025, 9, 30)).dates] == [
        ("filed-for-inspection", date(2025, 9, 29))
    ]


def test_impossible_dates_are_no_dates() -> None:
    assert list(mentions("on February 30, 2025 and 13/45/2025")) == []


def units(*texts: str) -> Document:
    return Document(
        key="x", kind=DocumentKind.RULE, title="t", url="",
        units=tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1)),
    )  # fmt: skip


def test_instructions_carry_their_place_forward() -> None:
    found = read_instructions(
        units(
            "1. This paragraph of the preamble is amended in no way by § 740.1.",
            "For the reasons stated in the preamble, 15 CFR part 744 is amended as follows:",
            "1. The authority citation for 15 CFR part 744 continues to read as follows:",
            "2. Section 744.11 is amended by:",
            "a. Revising paragraphs (a)(1) and (2); and",
            "b. Adding paragraph (d).",
            "(d) Entities. A license is required.",
            "3. Supplement no. 4 is amended by:",
            "a. Under CHINA, PEOPLE'S REPUBLIC OF, by adding an entry for “Sample Co., Ltd.;”",
        )
    )
    paths = [path for order in found for path in order.paths]
    assert paths == [
        "15 CFR 744.11",
        "15 CFR 744.11(a)(1)",
        "15 CFR 744.11(a)(2)",
        "15 CFR 744.11(d)",
        "Supp. No. 4 to Part 744",
        "Supp. No. 4 to Part 744 › CHINA, PEOPLE'S REPUBLIC OF › Sample Co., Ltd.",
    ]
    assert [order.number for order in found] == ["1", "2", "2", "2", "3", "3"]


def test_entries_of_the_control_list_are_named_by_their_number() -> None:
    found = read_instructions(
        units(
            "15 CFR part 774 is amended as follows:",
            "2. In Supplement No. 1 to part 774, Category 3, revise ECCNs 3A090 and 3B001 to read as follows:",
        )
    )
    assert found[0].paths == ("Supp. No. 1 to Part 774 › 3A090", "Supp. No. 1 to Part 774 › 3B001")
