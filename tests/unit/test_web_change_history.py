"""How the timeline of a change names the days of documents outside the Federal Register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import cfr_change
from tracker.i18n import label
from tracker.model import DocumentKind, LegalDate, Status
from tracker.web.change_history import change_events


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        (DocumentKind.CFR, "codified"),
        (DocumentKind.PAGE, "dated"),
        (DocumentKind.LIST, "dated"),
        (DocumentKind.RULE, "published"),
    ],
)
def test_the_day_of_a_record_has_its_own_label(kind: DocumentKind, called: str) -> None:
    change = replace(cfr_change()[0], kind=kind, published=date(2026, 3, 16))
    (event,) = (event for event in change_events(change, ()) if event.day == date(2026, 3, 16))
    assert (event.kind, event.what) == ("date", called)
    assert label("date", called, "ja") != called


def test_a_rule_is_published_once() -> None:
    days = [
        event
        for event in change_events(affiliates_rule(), ())
        if event.what in {"published", "codified", "dated"}
    ]
    assert [event.what for event in days] == ["published"]


@pytest.mark.parametrize("days", [0, 1])
def test_the_last_day_of_a_stay_and_its_end_are_one_event(days: int) -> None:
    last = date(2026, 11, 9)
    change = affiliates_rule()
    stayed = Status("stayed", date(2025, 11, 10), last, by="90 FR 50857")
    ends = LegalDate("stay-ends", last + timedelta(days=days), by="90 FR 50857")
    moved = LegalDate("stay-ends", last, by="90 FR 50857", superseded=True)

    def ahead(*dates: LegalDate) -> list[tuple[str, str]]:
        tagging = replace(change.tagging, dates=dates, status=(stayed,))
        events = change_events(replace(change, tagging=tagging), ())
        return [(event.kind, event.what) for event in events if event.day >= last]

    assert ahead(ends) == [("date", "stay-ends")]
    assert ahead() == [("status-end", "stayed")]
    assert ("status-end", "stayed") in ahead(moved)
    other = LegalDate("expires", last)
    assert ("status-end", "stayed") in ahead(other)
