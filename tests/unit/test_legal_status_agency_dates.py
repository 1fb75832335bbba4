"""Dates in the DATES section of agency documents: lists, windows, hearings, compliance, and dates that were moved."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.classification import classify
from tracker.model import Document, DocumentKind, LegalDate, Unit, UnitKind

PUBLISHED = date(2030, 3, 4)


def dates_of(text: str, *units: Unit) -> tuple[LegalDate, ...]:
    document = Document(
        key="sample",
        kind=DocumentKind.RULE,
        title="Controls on sample items",
        url="",
        dates_text=text,
        published=PUBLISHED,
        units=units,
    )
    return classify(document, today=PUBLISHED).dates


def in_effect(text: str) -> list[tuple[str, str]]:
    return sorted((entry.type, entry.date.isoformat()) for entry in dates_of(text) if not entry.superseded)


def superseded(text: str) -> list[tuple[str, str]]:
    return sorted((entry.type, entry.date.isoformat()) for entry in dates_of(text) if entry.superseded)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("May 6, 2030: Deadline for written comments. June 4, 2030: The Committee will hold a hearing.",
         [("comments-close", "2030-05-06"), ("hearing", "2030-06-04")]),
        ("May 6, 2030, by 11:59 p.m. ET: File comments and requests to testify at the hearing.",
         [("comments-close", "2030-05-06")]),
        ("June 11, 2030: Post-hearing rebuttal submissions are due.", [("comments-close", "2030-06-11")]),
        ("July 1, 2030: Compliance with § 744.6 begins.", [("compliance", "2030-07-01")]),
        ("July 1, 2030: This rule takes effect.", [("effective", "2030-07-01")]),
        ("July 1, 2030 - The general license expires.", [("expires", "2030-07-01")]),
        ("July 1, 2030: The docket opens.", []),
        ("July 1, 2030.", [("effective", "2030-07-01")]),
    ],
)  # fmt: skip
def test_a_list_that_names_the_date_first_is_typed_by_the_words_after_it(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert in_effect(text) == expected


def test_a_hearing_listed_by_its_date_keeps_the_time_from_its_description() -> None:
    text = "June 4, 2030: The panel will hold a hearing in Room 101, beginning at 9:30 a.m. EDT."
    found = [entry for entry in dates_of(text) if entry.type == "hearing"]
    assert [(entry.time, entry.zone) for entry in found] == [("9:30 a.m.", "EDT")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The duty applies to articles entered on or after April 1, 2030, and before October 1, 2030.",
         [("effective", "2030-04-01"), ("expires", "2030-10-01")]),
        ("Effective for goods entered on or after 12:01 a.m. EDT on April 1, 2030, through 11:59 p.m. EDT on May 31, 2030.",
         [("effective", "2030-04-01"), ("expires", "2030-05-31")]),
        ("This exemption is effective from April 1, 2030, and on or before May 31, 2030.",
         [("effective", "2030-04-01"), ("expires", "2030-05-31")]),
        ("The rate applies retroactively as of February 1, 2030.", [("effective", "2030-02-01")]),
    ],
)  # fmt: skip
def test_a_window_of_entry_dates_begins_and_expires(text: str, expected: list[tuple[str, str]]) -> None:
    assert in_effect(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The public hearing will be held on May 6 and 7, 2030.",
         [("hearing", "2030-05-06"), ("hearing", "2030-05-07")]),
        ("The meeting will be held from May 6-8, 2030.", [("hearing", "2030-05-06"), ("hearing", "2030-05-08")]),
        ("The meeting will be held May 31 through June 1, 2030.",
         [("hearing", "2030-05-31"), ("hearing", "2030-06-01")]),
        ("Public hearing: Monday, May 6, 2030, 9 a.m. to 3 p.m.", [("hearing", "2030-05-06")]),
        ("The public workshop will be held on May 6, 2030.", [("hearing", "2030-05-06")]),
        ("Hearing date: 05/06/2030.", [("hearing", "2030-05-06")]),
        ("Responses may be filed by May 6, 2030.", [("comments-close", "2030-05-06")]),
        ("Comments must be received on or before [INSERT DATE 45 DAYS AFTER DATE OF PUBLICATION IN THE FEDERAL REGISTER].",
         [("comments-close", "2030-04-18")]),
        ("This rule is effective [INSERT DATE OF PUBLICATION IN THE FEDERAL REGISTER].", [("effective", "2030-03-04")]),
        ("Carriers must comply beginning June 3, 2030.", [("compliance", "2030-06-03")]),
        ("Compliance is mandatory starting on June 3, 2030.", [("compliance", "2030-06-03")]),
        ("Compliance with § 758.1 is not required until June 3, 2030; other filers have until July 1, 2030, to comply.",
         [("compliance", "2030-06-03"), ("compliance", "2030-07-01")]),
        ("Banks must comply by June 3, 2030, and other firms by July 1, 2030.",
         [("compliance", "2030-06-03"), ("compliance", "2030-07-01")]),
        ("The wind-down period ends on June 3, 2030.", [("expires", "2030-06-03")]),
        ("These transactions are authorized until June 3, 2030.", [("expires", "2030-06-03")]),
        ("Section 743.5 shall cease to have effect on June 3, 2030.", [("expires", "2030-06-03")]),
        ("This rule takes effect on the 10th day of the month following the month of publication.",
         [("effective", "2030-04-10")]),
        ("The fee applies beginning on the 5th day of the month after the month in which this notice is published.",
         [("effective", "2030-04-05")]),
        ("This rule is effective on the first day of the third month following publication.", [("effective", "2030-06-01")]),
        ("This rule is effective on the first day of the first month beginning at least 45 days after publication.",
         [("effective", "2030-05-01")]),
        ("This rule is effective the 4th of June, 2030.", [("effective", "2030-06-04")]),
        ("This rule is effective on the 4th day of June, 2030.", [("effective", "2030-06-04")]),
        ("This rule takes effect on the date of its publication.", [("effective", "2030-03-04")]),
        ("The meeting will be held on May 6 and, if necessary, May 7, 2030.",
         [("hearing", "2030-05-06"), ("hearing", "2030-05-07")]),
        ("Electronic filing is mandatory beginning June 3, 2030.", [("compliance", "2030-06-03")]),
        ("Comments are due by close of business May 6, 2030.", [("comments-close", "2030-05-06")]),
        ("Comments: May 6, 2030.", [("comments-close", "2030-05-06")]),
        ("Effective date: June 3, 2030. Expiration date: June 3, 2031.",
         [("effective", "2030-06-03"), ("expires", "2031-06-03")]),
        ("The waiver is valid June 3, 2030, through June 3, 2031.",
         [("effective", "2030-06-03"), ("expires", "2031-06-03")]),
        ("The license requirement is removed as of June 3, 2030.", [("effective", "2030-06-03")]),
        ("The exemption shall terminate 1 year after publication.", [("expires", "2031-03-04")]),
        ("This rule is effective immediately.", [("effective", "2030-03-04")]),
        ("In Title 15 of the Code of Federal Regulations, revised as of January 1, 2030, § 744.6 is corrected.", []),
        ("This rule is effective June 4, 20300.", []),
        ("This rule is effective June 4, 1930.", []),
    ],
)  # fmt: skip
def test_days_are_read_in_the_forms_that_agencies_use(text: str, expected: list[tuple[str, str]]) -> None:
    assert in_effect(text) == expected


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("The compliance date of the rule at 89 FR 100 (Jan. 5, 2029), previously delayed at 90 FR 200 (Feb. 6, 2030), is "
         "further delayed until June 3, 2030.", [("compliance", "2030-06-03")], []),
        ("The effective period of the temporary modification is extended from May 1, 2030, to May 1, 2031.",
         [("expires", "2031-05-01")], [("expires", "2030-05-01")]),
        ("The exclusions are extended from May 1, 2030, to May 1, 2031.",
         [("expires", "2031-05-01")], [("expires", "2030-05-01")]),
        ("The effective date is corrected to read “June 3, 2030” instead of “June 3, 2031.”",
         [("effective", "2030-06-03")], [("effective", "2031-06-03")]),
        ("The effective date of June 3, 2031, is corrected to read June 3, 2030.",
         [("effective", "2030-06-03")], [("effective", "2031-06-03")]),
        ("Compliance with part 748, previously required by April 1, 2030, is now required by June 3, 2030.",
         [("compliance", "2030-06-03")], [("compliance", "2030-04-01")]),
        ("The compliance date of April 1, 2030, is moved to June 3, 2030.",
         [("compliance", "2030-06-03")], [("compliance", "2030-04-01")]),
        ("General License 9, which would have expired on April 1, 2030, now expires on June 3, 2030.",
         [("expires", "2030-06-03")], [("expires", "2030-04-01")]),
        ("The stay of § 744.11 that was to end on April 1, 2031, is lifted effective June 3, 2030.",
         [("effective", "2030-06-03")], [("stay-ends", "2031-04-01")]),
        ("The stay of § 744.11, which ends on April 1, 2031, is terminated.", [], [("stay-ends", "2031-04-01")]),
        ("The hearing scheduled for April 2, 2030, is rescheduled to May 7, 2030.",
         [("hearing", "2030-05-07")], [("hearing", "2030-04-02")]),
        ("The hearing scheduled for April 2, 2030, has been postponed until further notice.",
         [], [("hearing", "2030-04-02")]),
    ],
)  # fmt: skip
def test_a_date_that_was_moved_is_superseded(
    text: str, new: list[tuple[str, str]], old: list[tuple[str, str]]
) -> None:
    assert (in_effect(text), superseded(text)) == (new, old)


@pytest.mark.parametrize(
    "text",
    [
        "Effective April 1, 2030, the rule at 89 FR 4001, effective January 14, 2029, is withdrawn.",
        "Effective April 1, 2030, the notice published at 89 FR 4001, with an effective date of January 14, 2029, is rescinded.",
        "The interim rule that became effective on January 14, 2029, is adopted as final, effective April 1, 2030.",
    ],
)
def test_the_effective_date_of_an_earlier_rule_is_not_this_rules(text: str) -> None:
    assert in_effect(text) == [("effective", "2030-04-01")]
    assert superseded(text) == []


def test_a_footnote_does_not_set_an_effective_date() -> None:
    units = (
        Unit("Text ¶1", UnitKind.PARAGRAPH, "We amend part 744."),
        Unit("Text ¶2", UnitKind.PARAGRAPH, r"\3\ Sample Controls, 89 FR 55, effective January 9, 2030."),
    )
    assert not [entry for entry in dates_of("", *units) if entry.type == "effective"]
