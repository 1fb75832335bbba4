"""Drills of the source `congress`: the baseline is silent, an action or a new version of a bill is reported once, a bill is never
law before it is enacted, a bad day is held, a gap is filled.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.e2e.world import World
from tracker.sources.congress import adapter

KEY = "CONGRESS_KEY"
BILL = "119/hr/8170"
NAME = "H.R. 8170 (119th Congress)"
TITLE = "Semiconductor Export Controls on Foreign Adversaries Act"
OTHER = "119/s/77"
FIRST = [
    ("Short title", ["This Act may be cited as the Sample Chip Act."]),
    ("License requirement", ["(a) The Secretary of Commerce shall require a license for the export of semiconductor manufacturing equipment to China.", "(b) The Secretary shall report each year."]),
]  # fmt: skip
SECOND = [
    FIRST[0],
    ("License requirement", ["(a) The Secretary of Commerce shall require a license for the export of semiconductor manufacturing equipment to China and Russia.", "(b) The Secretary shall report each year."]),
]  # fmt: skip


@pytest.fixture
def bills(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    store = world.standin.archive.bills
    monkeypatch.setenv(KEY, store.key)
    store.put(BILL, world.now, title=TITLE)
    store.put_text(BILL, world.now, "ih", FIRST)
    store.put("119/hr/1", world.now, title="Sample Farm Act")
    report = world.use("bills").one()
    assert (report.state, report.baseline, world.alerted) == ("healthy", 2, 0), report
    return world


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"]]


def test_an_action_is_reported_once_and_the_bill_stays_proposed(bills: World) -> None:
    bills.later(days=1)
    bills.standin.archive.bills.put(
        BILL,
        bills.now,
        action="Passed/agreed to in House: On passage Passed by the Yeas and Nays: 300 - 100.",
    )
    for _ in range(2):
        assert bills.one().state == "healthy"
        bills.later(hours=1)
    (change,) = news(bills)
    assert change["headline"]["en"] == f"{NAME} passed the House on June 11, 2026: “{TITLE}”"
    assert change["headline"]["ja"].startswith(f"法案{NAME}「")
    assert change["headline"]["ja"].endswith("」:2026年6月11日に下院で可決")
    assert (change["kind"], change["level"], change["citation"]) == ("bill", "medium", NAME)
    assert [one["state"] for one in change["status"]] == ["proposed"]
    assert {act["force"] for act in change["acts"]} == {"proposed"}
    assert bills.alerted == 1


def test_a_bill_is_law_from_its_enactment_only(bills: World) -> None:
    store = bills.standin.archive.bills
    for words, state, level in (
        ("Presented to President.", "proposed", "high"),
        ("Became Public Law No: 119-99.", "in-force", "high"),
    ):
        bills.later(days=1)
        store.put(BILL, bills.now, action=words)
        bills.one()
        change = news(bills)[0]
        assert ([one["state"] for one in change["status"]], change["level"]) == ([state], level)
    assert change["status"][0]["from"] == "2026-06-12"
    assert "Public Law" in change["status"][0]["quote"]
    assert change["effects"] == [] if "effects" in change else True


def test_a_new_version_is_a_redline_by_section(bills: World) -> None:
    bills.later(days=1)
    bills.standin.archive.bills.put_text(BILL, bills.now, "eh", SECOND)
    bills.one()
    (change,) = news(bills)
    assert change["units"] == [f"{NAME} › Sec. 2(a)"]
    assert (
        change["headline"]["en"]
        == f"{NAME}, new version (passed by the House), provisions changed: 1. “{TITLE}”"
    )
    assert change["level"] == "medium"
    assert len({one["story"] for one in bills.changes() if one["citation"] == NAME}) == 1


def test_a_new_bill_with_a_wanted_word_is_found(bills: World) -> None:
    bills.later(days=1)
    store = bills.standin.archive.bills
    store.put(OTHER, bills.now, title="Remote Chip Security Act")
    store.put("119/s/78", bills.now, title="Sample Roads Act")
    for _ in range(2):
        bills.one()
        bills.later(hours=1)
    (change,) = news(bills)
    assert (change["citation"], change["level"]) == ("S. 77 (119th Congress)", "low")
    assert (
        change["headline"]["en"]
        == "S. 77 (119th Congress) was introduced or referred on June 11, 2026: “Remote Chip Security Act”"
    )
    bills.later(days=2)
    store.put(OTHER, bills.now, action="Reported by Senator Sample with amendments.")
    bills.one()
    assert news(bills)[0]["level"] == "medium"


def test_a_poll_without_news_requests_no_actions(bills: World) -> None:
    bills.standin.forget()
    bills.later(hours=1)
    assert bills.one().state == "healthy"
    assert bills.standin.asked("/actions") == []
    assert news(bills) == []


def test_a_bad_day_is_held_and_the_gap_is_filled(bills: World) -> None:
    bills.later(days=1)
    bills.standin.archive.bills.put_text(BILL, bills.now, "eh", SECOND)
    for pattern, behavior, state in (
        ("/v3/bill/119[?]", "html", "changed-shape"),
        ("/v3/bill/119[?]", "truncated", "changed-shape"),
        ("/v3/bill/119[?]", "captcha-200", "blocked"),
        ("/v3/bill/119[?]", "429-retry-after", "failing"),
        ("/v3/bill/119/hr/8170[?]", "empty-200", "failing"),
        ("/actions", "503", "failing"),
        ("/content/pkg/", "404", "failing"),
        ("/content/pkg/", "html", "failing"),
    ):
        options = {"seconds": 3_600} if behavior == "429-retry-after" else {}
        bills.standin.misbehave(pattern, behavior, **options)
        assert bills.one().state == state, (pattern, behavior)
        assert news(bills) == [], (pattern, behavior)
        bills.standin.behave()
        bills.later(hours=2)
    bills.later(days=3)
    assert bills.one().state == "healthy"
    (change,) = news(bills)
    assert sum(change["id"] in alert for alert in bills.alerts) == 1


def test_a_refused_key_blocks_and_a_missing_one_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.use("bills").one()
    assert (report.state, report.ok, report.requests) == ("new", True, 0)
    assert "api.congress.gov/sign-up" in report.reason
    monkeypatch.setenv(KEY, "another")
    assert world.one().state == "blocked"


def test_pages_of_a_long_list_are_all_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PAGE", 5)
    monkeypatch.setenv(KEY, "DEMO_KEY")
    store = world.standin.archive.bills
    store.put(BILL, world.now, title=TITLE)
    for number in range(100, 112):
        store.put(f"119/hr/{number}", world.now, title=f"Chip Act {number}")
    assert world.use("bills").one().baseline == 13


def test_the_history_is_loaded_without_alerts(bills: World) -> None:
    bills.standin.archive.bills.put(OTHER, bills.now, title="Remote Chip Security Act")
    assert bills.backfill(date(2026, 1, 1)).stored == 1
    assert bills.alerted == 0
