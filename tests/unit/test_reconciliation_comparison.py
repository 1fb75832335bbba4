"""Expected documents compared with stored ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.reconciliation.comparison import (
    EcfrIssue,
    ExpectedDocument,
    StoredDocument,
    issues,
    percentile,
    reconcile,
    unseen,
)

MONDAY = date(2026, 6, 8)
SEEN = datetime(2026, 6, 8, 12, tzinfo=UTC)


def expected(number: int, day: date = MONDAY) -> ExpectedDocument:
    return ExpectedDocument(f"2026-{number:05}", day, "A rule")


def test_unstored_documents_are_missing_by_day_oldest_first() -> None:
    there = [expected(3, date(2026, 6, 10)), expected(1), expected(2), expected(9, date(2026, 6, 9))]
    account = reconcile(there, {"2026-00002": StoredDocument("2026-00002", SEEN)})
    assert [one.key for one in account.missing] == ["2026-00001", "2026-00009", "2026-00003"]
    assert (account.expected, account.stored) == (4, 1)
    assert [(day.day.day, day.expected, day.stored) for day in account.days] == [
        (8, 2, 1),
        (9, 1, 0),
        (10, 1, 0),
    ]


def test_late_is_first_seen_after_its_day_in_new_york_unless_it_was_there_before_we_looked() -> None:
    last_minute = datetime(2026, 6, 9, 3, 59, tzinfo=UTC)  # 23:59 on Monday in New York
    stored = {
        "2026-00001": StoredDocument("2026-00001", last_minute, last_minute + timedelta(seconds=5)),
        "2026-00002": StoredDocument("2026-00002", last_minute + timedelta(minutes=1)),
        "2026-00003": StoredDocument("2026-00003", last_minute + timedelta(days=9), baseline=True),
    }
    account = reconcile([expected(1), expected(2), expected(3)], stored)
    assert [late.expected.key for late in account.late] == ["2026-00002"]
    assert account.delays == (5.0,)


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile((), 0.95) is None
    assert percentile((1.0,), 0.5) == 1.0
    values = tuple(float(number) for number in range(1, 101))
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1.0)) == (50.0, 95.0, 100.0)


def test_an_issue_is_visible_only_as_of_its_own_time() -> None:
    first, second, third = date(2026, 6, 1), date(2026, 6, 3), date(2026, 6, 8)
    all_issues = issues({"744": [third, first, second]})
    assert all_issues == [
        EcfrIssue("744", first, second), EcfrIssue("744", second, third), EcfrIssue("744", third, None),
    ]  # fmt: skip
    assert unseen(all_issues, {"744": [date(2026, 6, 2), date(2026, 6, 9)]}) == [all_issues[1]]
    assert unseen(all_issues, {"744": [date(2026, 6, 5)]}) == [all_issues[2]], "what was before is not queued"
    assert unseen(all_issues, {}) == [], "a part that was never stored is another question"


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_expected_is_stored_and_missing_and_nothing_else(there: set[int], kept: set[int]) -> None:
    wanted = [expected(number, MONDAY + timedelta(days=number % 7)) for number in there]
    account = reconcile(wanted, {one.key: StoredDocument(one.key, SEEN) for one in map(expected, kept)})
    assert {one.key for one in account.missing} == {one.key for one in map(expected, there - kept)}
    assert account.stored == len(there & kept)
    assert sum(day.expected for day in account.days) == account.expected == len(there)
    assert [one.day for one in account.missing] == sorted(one.day for one in account.missing)
