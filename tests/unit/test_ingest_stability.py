"""When a text that a page gave counts, and when it waits for the next poll."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tracker.ingest.stability import Waiting, is_calm, next_state


def test_a_text_that_the_second_fetch_confirms_counts_at_once() -> None:
    assert next_state("new", "new", "old", (), None) is None
    assert next_state("new", "newer", "old", (), None) is None, "the stored text is out either way"


def test_a_second_fetch_with_the_stored_text_waits_for_the_next_poll() -> None:
    waiting = next_state("new", "old", "old", (), None)
    assert waiting == Waiting("new", 1, 1)
    assert next_state("new", "old", "old", (), waiting) is None
    assert next_state("new", "new", "old", (), waiting) is None


def test_the_stored_text_between_breaks_the_row_but_not_for_ever() -> None:
    waiting = next_state("new", "old", "old", (), None)
    assert waiting is not None
    waiting = next_state("new", "old", "old", (), replace(waiting, polls=0))
    assert waiting == Waiting("new", 1, 2)
    assert next_state("new", "old", "old", (), replace(waiting, polls=0)) is None
    assert next_state("newer", "old", "old", (), replace(waiting, polls=0)) is None


def test_a_text_that_the_page_had_before_is_a_change_back_only_after_two_confirmed_polls() -> None:
    former = ("old",)
    waiting = next_state("old", "old", "new", former, None)
    assert waiting == Waiting("old", 1, 1)
    assert next_state("old", "old", "new", former, waiting) is None


def test_a_server_that_lags_behind_never_makes_a_change_back() -> None:
    waiting = None
    for _ in range(20):
        waiting = next_state("old", "new", "new", ("old",), waiting)
        assert waiting is not None
        waiting = next_state("old", "old", "new", ("old",), replace(waiting, polls=0))
        assert waiting is not None
        waiting = replace(waiting, polls=0)


def test_a_page_is_steady_again_after_a_day() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert not is_calm(at, at + timedelta(hours=23))
    assert is_calm(at, at + timedelta(days=1))
