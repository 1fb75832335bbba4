"""Drills of the source `regulations-gov`: the baseline is silent, each change of a docket is reported once, a bad day is held, a
gap is filled.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.e2e.world import World
from tracker.demo.model import FrDocument
from tracker.scheduler.schedule import load_checked
from tracker.scheduler.self_check import run_self_check
from tracker.sources.regulations_gov import api
from tracker.storage.database import Store
from tracker.storage.schema import SNAPSHOT

KEY = "REGULATIONS_GOV_KEY"
RULE = "Export Controls on Advanced Computing Items and Semiconductor Manufacturing Equipment"
DOCKET = "BIS-2026-0041"
FIRST = f"{DOCKET}-0001"
OLD, NEW = date(2026, 9, 1), date(2026, 10, 1)


@pytest.fixture
def dockets(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    store = world.standin.archive.dockets
    monkeypatch.setenv(KEY, store.key)
    store.put_docket(DOCKET, RULE, world.now)
    store.put_document(
        FIRST,
        world.now,
        title=RULE,
        kind="Proposed Rule",
        period=(world.now.date(), OLD),
        frDocNum="2026-12345",
    )
    assert world.use("dockets").one().state == "healthy"
    assert world.alerted == 0
    return world


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"]]


def test_a_poll_without_news_requests_no_docket(dockets: World) -> None:
    dockets.standin.forget()
    dockets.later(hours=3)
    assert dockets.one().state == "healthy"
    assert dockets.standin.asked("/v4/dockets") == []
    assert news(dockets) == []


def test_a_comment_period_is_extended_once(dockets: World) -> None:
    dockets.later(hours=1)
    dockets.standin.archive.dockets.put_document(FIRST, dockets.now, period=(dockets.now.date(), NEW))
    for _ in range(2):
        assert dockets.one().state == "healthy"
        dockets.later(hours=1)
    (change,) = news(dockets)
    assert change["headline"] == {
        "ja": f"ドケット{DOCKET}:意見提出期限を2026年9月1日から2026年10月1日に延長",
        "en": f"Docket {DOCKET}: comment period extended from September 1, 2026 to October 1, 2026",
    }
    assert (change["kind"], change["level"], change["direction"]) == ("docket", "medium", "procedure")
    live = [
        day["date"] for day in change["dates"] if day["type"] == "comments-close" and not day["superseded"]
    ]
    assert live == ["2026-10-01"]
    assert dockets.alerted == 1


def test_documents_added_to_a_docket_are_reported_with_their_titles(dockets: World) -> None:
    dockets.later(hours=1)
    store = dockets.standin.archive.dockets
    store.put_document(
        f"{DOCKET}-0002",
        dockets.now,
        title="Regulatory Impact Analysis",
        kind="Supporting & Related Material",
    )
    dockets.one()
    (change,) = news(dockets)
    assert (
        change["headline"]["en"]
        == f"Docket {DOCKET}: supporting document added: “Regulatory Impact Analysis”"
    )
    assert (change["level"], change["acts"][0]["units"]) == ("low", [f"{DOCKET}-0002"])


def test_a_new_docket_with_an_open_period_is_reported(dockets: World) -> None:
    dockets.later(hours=1)
    store = dockets.standin.archive.dockets
    store.put_docket("USTR-2026-0007", "Section 301 Investigation of Semiconductors of China", dockets.now)
    store.put_document(
        "USTR-2026-0007-0001", dockets.now, title="Request for Comments on Section 301 Semiconductors of China",
        kind="Notice", period=(dockets.now.date(), OLD),
    )  # fmt: skip
    dockets.one()
    (change,) = news(dockets)
    assert "comments can be sent until September 1, 2026" in change["headline"]["en"]
    assert change["level"] == "medium"
    assert [(day["type"], day["date"]) for day in change["dates"]] == [("comments-close", "2026-09-01")]
    assert change["acts"][0]["verb"] == "request-comments"


def test_the_number_of_comments_is_reported_in_steps(dockets: World) -> None:
    store = dockets.standin.archive.dockets
    for number in range(2, 14):
        store.put_comment(
            f"{DOCKET}-1{number:03}", dockets.now, title=f"Comment {number}", text="We agree.", on=FIRST
        )
    dockets.later(days=1)
    dockets.one()
    (change,) = news(dockets)
    assert change["headline"]["en"] == f"Docket {DOCKET}: 10 or more comments received"
    store.put_comment(f"{DOCKET}-1099", dockets.now, title="Comment 99", text="We agree.", on=FIRST)
    dockets.later(days=1)
    dockets.one()
    assert len(news(dockets)) == 1


def test_a_comment_with_a_word_of_a_profile_concerns_the_profile(dockets: World) -> None:
    dockets.use("dockets", extra='[[profile]]\nid = "valves"\nproducts = ["vacuum valve"]\n')
    store = dockets.standin.archive.dockets
    dockets.later(hours=1)
    store.put_comment(f"{DOCKET}-0901", dockets.now, title="Comment from Sample Valves Co.", on=FIRST,
                      text="We make parts.<br/><br/>Please exclude each vacuum valve of 3B001 from the rule. Thank you.")  # fmt: skip
    store.put_comment(
        f"{DOCKET}-0902", dockets.now, title="Comment from Other Co.", text="We agree.", on=FIRST
    )
    for _ in range(2):
        assert dockets.one().state == "healthy"
        dockets.later(hours=1)
    (change,) = news(dockets)
    assert change["title"] == "Comment from Sample Valves Co."
    assert change["profiles"] == ["valves"]
    assert "vacuum valve" in change["profile_matches"][0]["evidence"][0]["quote"]


def test_a_bad_day_is_held_and_the_gap_is_filled(dockets: World) -> None:
    dockets.later(hours=1)
    dockets.standin.archive.dockets.put_document(FIRST, dockets.now, period=(dockets.now.date(), NEW))
    for pattern, behavior, state in (
        ("/v4/documents", "html", "changed-shape"),
        ("/v4/documents", "captcha-200", "blocked"),
        ("/v4/documents", "truncated", "changed-shape"),
        ("/v4/documents", "empty-200", "changed-shape"),
        ("/v4/documents", "429-retry-after", "failing"),
        ("/v4/documents.*docketId", "no-records", "failing"),
        ("/v4/dockets/", "503", "failing"),
    ):
        options = {"seconds": 3_600} if behavior == "429-retry-after" else {}
        dockets.standin.misbehave(pattern, behavior, **options)
        assert dockets.one().state == state, (pattern, behavior)
        assert news(dockets) == [], (pattern, behavior)
        dockets.standin.behave()
        dockets.later(hours=2)
    dockets.later(days=3)
    assert dockets.one().state == "healthy"
    (change,) = news(dockets)
    assert sum(change["id"] in alert for alert in dockets.alerts) == 1


def test_a_refused_key_blocks_and_a_missing_one_is_no_error(
    dockets: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "another")
    dockets.later(hours=1)
    assert dockets.one().state == "blocked"
    monkeypatch.delenv(KEY)
    report = dockets.one()
    assert (report.state, report.requests) == ("blocked", 0)
    assert "the environment has no REGULATIONS_GOV_KEY" in report.reason


def test_a_source_that_waits_for_its_key_is_new_and_says_where_to_get_one(world: World) -> None:
    report = world.use("dockets").one()
    assert (report.state, report.ok, report.requests) == ("new", True, 0)
    assert "api.data.gov/signup" in report.reason


def test_a_docket_with_fewer_documents_is_held_for_one_poll(dockets: World) -> None:
    store = dockets.standin.archive.dockets
    store.put_document(f"{DOCKET}-0002", dockets.now, title="Regulatory Impact Analysis", kind="Other")
    dockets.later(hours=1)
    dockets.one()
    store.remove_document(f"{DOCKET}-0002")
    store.put_document(FIRST, dockets.now, title=RULE)
    dockets.later(hours=1)
    assert dockets.one().state == "failing"
    assert len(news(dockets)) == 1
    dockets.later(hours=1)
    assert dockets.one().state == "healthy"
    assert "no longer in the docket" in news(dockets)[0]["headline"]["en"]


def test_more_documents_than_a_query_lists_are_all_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE", 5)
    monkeypatch.setattr(api, "PAGES", 2)
    monkeypatch.setenv(KEY, "DEMO_KEY")
    store = world.standin.archive.dockets
    for number in range(23):
        world.later(hours=2)
        store.put_docket(f"BIS-2026-{number:04}", RULE, world.now)
        store.put_document(f"BIS-2026-{number:04}-0001", world.now, title=RULE, kind="Rule")
    assert world.use("dockets").one().baseline == 23


def test_pages_that_shift_while_they_are_read_lose_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE", 5)
    monkeypatch.setenv(KEY, "DEMO_KEY")
    store = world.standin.archive.dockets
    for number in range(12):
        store.put_docket(f"BIS-2026-{number:04}", RULE, world.now)
        store.put_document(f"BIS-2026-{number:04}-0001", world.now, title=RULE, kind="Rule")
    world.standin.misbehave("agencyId.*page%5Bnumber%5D=2", "shifted-records", times=1)
    assert world.use("dockets").one().baseline == 12


def test_the_history_of_an_agency_is_loaded_without_alerts(dockets: World) -> None:
    store = dockets.standin.archive.dockets
    store.put_docket("BIS-2026-0003", RULE, dockets.now)
    store.put_document("BIS-2026-0003-0001", dockets.now, title=RULE, kind="Rule")
    report = dockets.backfill(date(2026, 1, 1))
    assert report.stored == 1
    assert dockets.alerted == 0


def test_an_extension_moves_the_deadline_of_the_document_and_of_the_state_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "DEMO_KEY")
    world.standin.add_document(
        FrDocument(
            "2026-12345", world.now.date(), RULE, "PRORULE", ("commerce-department", "industry-and-security-bureau"),
            facts={"comments_close_on": OLD.isoformat(), "action": "Proposed rule."},
        )
    )  # fmt: skip
    store = world.standin.archive.dockets
    store.put_docket(DOCKET, RULE, world.now)
    store.put_document(
        FIRST,
        world.now,
        title=RULE,
        kind="Proposed Rule",
        period=(world.now.date(), OLD),
        frDocNum="2026-12345",
    )
    world.use("fr-bis", "dockets").poll()
    for end in (NEW, date(2026, 11, 2)):
        world.later(hours=1)
        store.put_document(FIRST, world.now, period=(world.now.date(), end))
        world.poll()
    live = {
        (change["document_number"] or change["headline"]["en"], day["date"])
        for change in world.changes()
        for day in change["dates"]
        if day["type"] == "comments-close" and not day["superseded"]
    }
    assert {day for _, day in live} == {"2026-11-02"}, live
    assert "2026-12345" in {name for name, _ in live}
    assert (
        len(
            {
                change["story"]
                for change in world.changes()
                if change["document_number"] == "2026-12345" or change["citation"] == DOCKET
            }
        )
        == 1
    )


def test_the_key_is_sent_and_never_stored(dockets: World) -> None:
    assert all(entry.headers["x-api-key"] == "DEMO_KEY" for entry in dockets.standin.asked("/v4/"))
    stored = b"".join(path.read_bytes() for path in dockets.state.rglob("*") if path.is_file())
    assert b"DEMO_KEY" not in stored
    with Store(dockets.state).read() as connection:
        rows = connection.execute(select(SNAPSHOT)).all()
    assert rows
    assert "DEMO_KEY" not in repr(rows)


def test_check_says_in_one_line_that_a_key_is_missing(world: World) -> None:
    settings = load_checked(world.use("dockets").config)
    (line,) = [
        one for one in run_self_check(settings, world.state, lambda: world.now) if one["what"] == "source"
    ]
    assert line["ok"]
    assert "its key is missing: the environment has no REGULATIONS_GOV_KEY" in line["said"]


def test_an_old_docket_that_is_seen_for_the_first_time_reports_its_new_documents_only(dockets: World) -> None:
    store = dockets.standin.archive.dockets
    store.put_document("BIS-2025-0009-0001", dockets.now - timedelta(days=200), title=RULE, kind="Rule")
    dockets.later(days=1)
    store.put_document("BIS-2025-0009-0002", dockets.now, title="Chip Impact Analysis", kind="Other")
    assert dockets.one().state == "healthy", "a docket without a record of its own is known by its documents"
    (change,) = news(dockets)
    assert (change["title"], len(change["acts"])) == (RULE, 1)
    assert (
        change["headline"]["en"] == "Docket BIS-2025-0009: supporting document added: “Chip Impact Analysis”"
    )
