"""When a source is audited by itself, and from which day on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.config.models import Source
from tracker.reconciliation import daily
from tracker.storage.reconciliations import Reconciliation

BIS = Source("fr-bis", "federal-register")
NOW = datetime(2026, 6, 10, 17, 0, tzinfo=UTC)  # 13:00 in New York
EARLY = NOW - timedelta(days=300)


def last(at: datetime, *, through: date | None = None, answered: bool = True) -> Reconciliation:
    return Reconciliation(
        "fr-bis", at, date(2026, 6, 1), through, answered, {"expected": 3} if answered else {}
    )


@pytest.mark.parametrize(
    ("before", "baseline", "due"),
    [
        (None, None, False),
        (None, EARLY, True),
        (None, NOW - timedelta(minutes=30), False),
        (last(NOW - timedelta(hours=2)), EARLY, True),
        (last(NOW - timedelta(minutes=50)), EARLY, False),
        (last(NOW - timedelta(minutes=50), answered=False), EARLY, False),
        (last(NOW + timedelta(days=3)), EARLY, True),  # the clock was set back
    ],
)
def test_once_a_day_after_noon_in_new_york(
    before: Reconciliation | None, baseline: datetime | None, due: bool
) -> None:
    assert daily.due_audits(before, baseline, NOW) is due


def test_a_source_that_did_not_answer_is_polled_again_in_an_hour() -> None:
    tried = last(NOW, answered=False)
    assert not daily.due_audits(tried, EARLY, NOW + timedelta(minutes=59))
    assert daily.due_audits(tried, EARLY, NOW + timedelta(minutes=60))


@pytest.mark.parametrize(
    ("attempt", "success", "polled"),
    [
        (None, None, False),
        (1, 1, True),
        (1, 180, False),
        (5, 5, False),
        (1, 2000, True),
        (1, None, True),
        (-5, -5, False),
    ],
)
def test_documents_of_the_next_poll_are_not_missing(
    attempt: int | None, success: int | None, polled: bool
) -> None:
    def before(minutes: int | None) -> datetime | None:
        return None if minutes is None else NOW - timedelta(minutes=minutes)

    assert daily.just_polled(before(attempt), before(success), NOW) is polled


@pytest.mark.parametrize(
    ("before", "first"),
    [
        (None, date(2026, 4, 26)),  # 45 days: as long as documents are looked at again
        (last(NOW, through=date(2026, 6, 9)), date(2026, 6, 3)),
        (last(NOW, through=date(2026, 5, 20)), date(2026, 5, 18)),
        (last(NOW, through=None), date(2026, 4, 26)),
        (last(NOW, through=date(2026, 1, 1)), date(2026, 4, 26)),
    ],
)
def test_no_day_is_left_out_that_was_not_compared_yet(before: Reconciliation | None, first: date) -> None:
    assert daily.since(BIS, before, EARLY, NOW) == first


def test_nothing_is_audited_from_before_the_watching() -> None:
    assert daily.since(BIS, None, NOW - timedelta(days=3), NOW) == date(2026, 6, 7)
