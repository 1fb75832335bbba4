"""Dates that are moved, excepted, or given otherwise by the record's fields."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracker.classification import classify
from tracker.legal_status.legal_dates import DELAYED, DISPUTED
from tracker.model import Classification, Document, DocumentKind, Unit, UnitKind
from tracker.serialization import change_from_json, change_to_json

PUBLISHED = date(2030, 3, 1)


def tagged(dates: str, *texts: str, **facts: Any) -> Classification:
    units = tuple(
        Unit(f"¶{n}", UnitKind.INSTRUCTION if text[0].isdigit() else UnitKind.PARAGRAPH, text)
        for n, text in enumerate(texts, 1)
    )
    document = Document(
        key="2030-1", kind=DocumentKind.RULE, title="Sample rule on export controls", url="", dates_text=dates,
        published=PUBLISHED, units=units, **facts,
    )  # fmt: skip
    return classify(document, today=PUBLISHED)


def output(dates: str, **facts: Any) -> list[tuple[str, str, bool]]:
    return [(entry.type, entry.date.isoformat(), entry.superseded) for entry in tagged(dates, **facts).dates]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Compliance with § 762.6 is delayed until May 1, 2031.", [("compliance", "2031-05-01", False)]),
        ("Compliance with the amended paragraph is postponed to May 1, 2031.", [("compliance", "2031-05-01", False)]),
        ("The compliance date for § 743.2 is extended to May 1, 2031.", [("compliance", "2031-05-01", False)]),
        ("The compliance deadline is extended through May 1, 2031.", [("compliance", "2031-05-01", False)]),
        ("Exporters must comply with § 744.21 from May 1, 2031.", [("compliance", "2031-05-01", False)]),
        (
            "The effective date of the rule is changed from June 1, 2030 to May 1, 2031.",
            [("effective", "2030-06-01", True), ("effective", "2031-05-01", False)],
        ),
        (
            "The compliance date is moved from June 1, 2030, to May 1, 2031.",
            [("compliance", "2030-06-01", True), ("compliance", "2031-05-01", False)],
        ),
        (
            "The comment period is extended from June 1, 2030, to July 1, 2030.",
            [("comments-close", "2030-06-01", True), ("comments-close", "2030-07-01", False)],
        ),
        (
            "This temporary rule is effective from June 1, 2030, through May 1, 2031.",
            [("effective", "2030-06-01", False), ("expires", "2031-05-01", False)],
        ),
        ("The exclusions are extended through May 1, 2031.", [("expires", "2031-05-01", False)]),
        ("This rule is effective on the 30th day following publication.", [("effective", "2030-03-31", False)]),
        ("Comments are due 60 days after the date of publication of this notice in the Federal Register.", [("comments-close", "2030-04-30", False)]),
    ],
)  # fmt: skip
def test_a_moved_day_has_the_type_of_its_subject(text: str, found: list[tuple[str, str, bool]]) -> None:
    assert output(text) == found


def test_an_instruction_that_is_excepted_and_delayed_delays_nothing_else() -> None:
    found = tagged(
        "This rule is effective on June 1, 2030, except for amendatory instruction 3, which is delayed indefinitely.",
        "2. Section 744.11 is amended by revising paragraph (a).",
        "3. Section 744.21 is amended by adding paragraph (d).",
        cfr_references=("15 CFR 744",),
    )
    assert [(entry.type, entry.note) for entry in found.dates] == [("effective", "")]
    states = [(status.state, status.since, status.until, status.units) for status in found.status]
    assert ("in-force", date(2030, 6, 1), None, ()) in states
    assert ("delayed", PUBLISHED, None, ("15 CFR 744.21(d)",)) in states
    assert [units for state, _, _, units in states if state == "delayed"] == [("15 CFR 744.21(d)",)]


def test_an_excepted_instruction_without_its_text_is_named_and_does_not_cover_the_whole_rule() -> None:
    found = tagged(
        "This rule is effective June 1, 2030, except for instruction 3, which is effective May 1, 2031."
    )
    assert [status.units for status in found.status if status.state == "delayed"] == [("instruction 3",)]


def test_a_delay_of_another_rule_is_still_a_delay() -> None:
    found = tagged(
        "The effective date of the rule published on January 5, 2030, is delayed until May 1, 2031, except for instruction 3."
    )
    assert [(entry.date, entry.note) for entry in found.dates if entry.type == "effective"] == [
        (date(2031, 5, 1), DELAYED)
    ]


def test_where_record_and_text_differ_both_days_are_kept_and_the_text_counts() -> None:
    found = tagged("This rule is effective June 1, 2030.", effective_on=date(2030, 6, 11))
    assert [(entry.date.day, entry.note, entry.where) for entry in found.dates] == [
        (1, "", "dates"),
        (11, DISPUTED, "record"),
    ]
    assert [status.since for status in found.status if status.state == "in-force"] == [date(2030, 6, 1)]
    assert not any(status.state == "delayed" for status in found.status)


@pytest.mark.parametrize("day", [date(206, 6, 1), date(202, 12, 5), date(9202, 1, 1)])
def test_a_day_of_another_age_is_a_slip_of_the_pen(day: date) -> None:
    assert output("This rule is effective June 1, 2030.", effective_on=day) == [
        ("effective", "2030-06-01", False)
    ]
    assert output("", effective_on=day) == []
    assert not any(status.since == day for status in tagged("", effective_on=day).status)


def test_the_record_alone_gives_the_day_where_the_text_gives_none() -> None:
    assert output("", effective_on=date(2030, 6, 1)) == [("effective", "2030-06-01", False)]


def test_time_zone_and_count_round_trip_through_the_record() -> None:
    from tests.unit.test_legal_status_propagation import document

    dates = tagged("Effective at 12:01 a.m. eastern time 30 days after publication.").dates
    change = document("2030-1", dates=dates)
    (entry,) = change_to_json(change)["dates"]
    assert (entry["time"], entry["zone"], entry["counted"]) == (
        "12:01 a.m.",
        "eastern time",
        "30 days after 2030-03-01",
    )
    assert change_from_json(change_to_json(change)).tagging.dates == dates


@pytest.mark.parametrize(
    "text",
    [
        "The Secretary held a meeting with the President of Sampleland on May 1, 2030.",
        "The President will meet with the Prime Minister of Sampleland on May 1, 2030.",
        "China's suspension of its own tariffs lasts until May 1, 2031.",
        "Canada has suspended its surtax until May 1, 2031.",
    ],
)
def test_a_summit_is_no_hearing_and_a_foreign_suspension_is_no_stay(text: str) -> None:
    assert output("", abstract=text) == []


def test_duties_on_goods_from_a_country_are_of_this_one() -> None:
    text = "The duties on goods of China, Canada, and Mexico are suspended until May 1, 2031."
    assert output("", abstract=text) == [("stay-ends", "2031-05-01", False)]
