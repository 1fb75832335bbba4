"""A week is Monday 00:00 to Sunday 24:00 where the readers live."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.digest.period import last_week, read_week, week_of
from tracker.digest.schedule import fires_at


def test_a_week_in_tokyo_begins_on_sunday_afternoon_in_utc() -> None:
    week = read_week("2026-W47", "Asia/Tokyo")
    assert (week.first, week.last, week.name) == (date(2026, 11, 16), date(2026, 11, 22), "2026-W47")
    assert week.start == datetime(2026, 11, 15, 15, tzinfo=UTC)
    assert week.end - week.start == timedelta(days=7)
    assert week.start in week
    assert week.end not in week


def test_the_first_week_of_a_year_may_begin_in_the_year_before() -> None:
    week = read_week("2026-W1", "Asia/Tokyo")
    assert week.first == date(2025, 12, 29)
    assert week.name == "2026-W01"
    assert week.shifted(-1).name == "2025-W52"


def test_a_week_with_a_clock_change_is_an_hour_longer_or_shorter() -> None:
    autumn = week_of(datetime(2026, 10, 30, tzinfo=UTC), "America/New_York")
    assert autumn.end - autumn.start == timedelta(days=7, hours=1)
    spring = week_of(datetime(2026, 3, 4, tzinfo=UTC), "America/New_York")
    assert spring.end - spring.start == timedelta(days=6, hours=23)


def test_an_instant_belongs_to_the_week_of_the_readers_day() -> None:
    sunday_evening = datetime(2026, 11, 22, 15, tzinfo=UTC)  # Monday 00:00 in Tokyo
    assert week_of(sunday_evening, "Asia/Tokyo").name == "2026-W48"
    assert week_of(sunday_evening, "America/New_York").name == "2026-W47"
    assert last_week(sunday_evening, "Asia/Tokyo").name == "2026-W47"


@pytest.mark.parametrize("text", ["2026-W54", "2026-W0", "2026", "W47", "2026-11-16", "0000-W01", "2025-W53"])
def test_an_invalid_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="week"):
        read_week(text, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("now", "fired"),
    [
        ("2026-11-22T22:59:59", "2026-11-15T23:00:00"),  # a second before Monday 08:00 in Tokyo
        ("2026-11-22T23:00:00", "2026-11-22T23:00:00"),
        ("2026-11-28T12:00:00", "2026-11-22T23:00:00"),
    ],
)
def test_the_hour_is_the_readers_own(now: str, fired: str) -> None:
    assert fires_at("mon 08:00", "Asia/Tokyo", _utc(now)) == _utc(fired)


def test_the_hour_stays_the_same_on_the_wall_when_clocks_change() -> None:
    assert fires_at("mon 08:00", "America/New_York", _utc("2026-10-27T00:00:00")) == _utc(
        "2026-10-26T12:00:00"
    )
    assert fires_at("mon 08:00", "America/New_York", _utc("2026-11-03T00:00:00")) == _utc(
        "2026-11-02T13:00:00"
    )


def test_an_hour_skipped_by_a_clock_change_still_fires() -> None:
    assert fires_at("sun 02:30", "America/New_York", _utc("2026-03-09T00:00:00")) == _utc(
        "2026-03-08T07:30:00"
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
