"""Days as texts write them: with time and zone, counted from publication or signing, in business days."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.legal_status.date_mentions import day_in_words, mentions
from tracker.legal_status.holidays import add_business_days, federal_holidays
from tracker.legal_status.relative_days import Base

PUBLISHED, SIGNED = date(2026, 11, 20), date(2026, 11, 18)
BASE = Base(PUBLISHED, SIGNED)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30 days after publication in the Federal Register", date(2026, 12, 20)),
        ("on the 30th day following publication", date(2026, 12, 20)),
        ("on the thirtieth day after the date of publication of this notice", date(2026, 12, 20)),
        ("thirty (30) days after the date of publication of this rule", date(2026, 12, 20)),
        ("60 days from the date of this notice", date(2027, 1, 19)),
        ("7 days after the date of this order", date(2026, 11, 25)),
        ("15 days after this proclamation", date(2026, 12, 3)),
        ("30 days after the publication of this order in the Federal Register", date(2026, 12, 20)),
        ("two weeks after the date of this memorandum", date(2026, 12, 2)),
        ("six months after the date of this order", date(2027, 5, 18)),
        ("the first day of the month following publication", date(2026, 12, 1)),
        ("the 15th day of the month following the date of this order", date(2026, 12, 15)),
        ("5 business days after publication", date(2026, 11, 30)),  # 26 November 2026 is Thanksgiving
        ("the first business day of the month following the date of this order", date(2026, 12, 1)),
    ],
)
def test_a_relative_day_is_counted_out(text: str, day: date) -> None:
    (found,) = mentions(f"Effective {text}, it applies.", BASE)
    assert found.day == day
    assert found.counted


@pytest.mark.parametrize(
    "text",
    [
        "within 30 days of the date of this order",
        "12 months after the effective date of this proclamation",
        "30 days after publication of the final rule that may follow",
        "30 days after the date of the exporter's application",
        "on February 30, 2026",
    ],
)
def test_a_day_whose_base_is_another_is_not_guessed(text: str) -> None:
    assert list(mentions(text, BASE)) == []


def test_without_its_base_a_relative_day_is_none() -> None:
    assert list(mentions("effective 30 days after publication", Base(None, SIGNED))) == []
    assert list(mentions("effective 7 days after the date of this order", Base(PUBLISHED, None))) == []


def test_business_days_note_that_holidays_are_omitted() -> None:
    (found,) = mentions("effective 10 business days after publication", BASE)
    assert (
        found.counted == "10 business days after 2026-11-20, without Saturdays, Sundays and federal holidays"
    )


@pytest.mark.parametrize(
    ("text", "time", "zone"),
    [
        (
            "on or after 12:01 a.m. eastern daylight time on May 2, 2026",
            "12:01 a.m.",
            "eastern daylight time",
        ),
        ("on or after 12:01 am Eastern Time on May 2, 2026", "12:01 a.m.", "eastern time"),
        ("until 11:59 p.m. ET on Saturday, May 2, 2026", "11:59 p.m.", "ET"),
        ("on May 2, 2026, at 5 p.m. (EDT)", "5 p.m.", "EDT"),
        ("on May 2, 2026, the 12 months", "", ""),
        ("from 9:00 a.m. to 5:00 p.m., daily; on May 2, 2026", "", ""),
    ],
)
def test_a_day_has_its_time_and_zone(text: str, time: str, zone: str) -> None:
    (found,) = mentions(text)
    assert (found.day, found.time, found.zone) == (date(2026, 5, 2), time, zone)


def test_holidays_are_those_that_federal_offices_keep() -> None:
    assert date(2026, 7, 3) in federal_holidays(2026)  # 4 July is a Saturday
    assert date(2021, 12, 31) in federal_holidays(2021)  # New Year's Day of 2022 is a Saturday
    assert date(2020, 6, 19) not in federal_holidays(2020)
    assert date(2026, 5, 25) in federal_holidays(2026)
    assert len(federal_holidays(2025)) == 11
    assert add_business_days(date(2026, 12, 24), 1) == date(2026, 12, 28)


@pytest.mark.parametrize("hyphen", ["-", "‐", "‑", "–"])
def test_the_day_of_signing_in_words_with_any_hyphen(hyphen: str) -> None:
    words = f"IN WITNESS WHEREOF, I have hereunto set my hand this first day of June, in the year of our Lord two thousand twenty{hyphen}nine"
    assert day_in_words(words) == date(2029, 6, 1)
