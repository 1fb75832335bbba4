"""When a source is polled next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.config.models import Source
from tracker.errors import SettingsError
from tracker.scheduler.schedule import load_checked, next_poll_at, overdue

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HALF_HOURLY = Source("a", "page", every=timedelta(minutes=30))


def test_the_interval_is_kept_and_spread_a_little() -> None:
    assert next_poll_at(HALF_HOURLY, NOW, spread=0) == NOW + timedelta(minutes=30)
    assert next_poll_at(HALF_HOURLY, NOW, spread=1) == NOW + timedelta(minutes=31, seconds=30)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (99, 30)])
def test_after_failures_the_next_poll_is_never_later_than_planned(failures: int, minutes: int) -> None:
    assert next_poll_at(HALF_HOURLY, NOW, failures=failures, spread=0) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("asked", "minutes"), [(0, 1), (30, 1), (600, 10), (2400, 40), (3600, 60), (1e9, 60)]
)
def test_retry_after_is_respected_up_to_two_intervals(asked: float, minutes: int) -> None:
    planned = next_poll_at(HALF_HOURLY, NOW, failures=1, retry_after=asked, spread=0)
    assert planned == NOW + timedelta(minutes=minutes)
    assert not overdue(planned, NOW, HALF_HOURLY), "else the daemon would ask at once"


def test_cron_counts_in_its_own_time_zone_and_by_names_of_days() -> None:
    source = Source("a", "page", every=None, cron="45 8 * * mon-fri", timezone="America/New_York")
    # Sunday 22 November 2026: the next 8:45 of a working day in New York is Monday, 13:45 UTC.
    assert next_poll_at(source, NOW) == datetime(2026, 11, 23, 13, 45, tzinfo=UTC)


def test_a_clock_set_back_does_not_stop_polling() -> None:
    assert overdue(None, NOW, HALF_HOURLY)
    assert overdue(NOW, NOW, HALF_HOURLY)
    assert not overdue(NOW + timedelta(minutes=30), NOW, HALF_HOURLY)
    assert overdue(NOW + timedelta(hours=3), NOW, HALF_HOURLY)


def test_a_cron_that_never_fires_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text('[[source]]\nid = "a"\nkind = "feed"\nurl = "https://x/"\ncron = "99 8 * * *"\n')
    with pytest.raises(SettingsError, match="1: cron: "):
        load_checked(path)
