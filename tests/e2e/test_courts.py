"""Drills of the source `courts`: the baseline is silent, a judgment is reported once and reaches the register of effects, a bad day
is held, a gap is filled.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.court_samples import (
    CAFC_FEED,
    CIT_FEED,
    SLIPS,
    TITLE,
    Case,
    judgment_of_cit,
    put_feed,
    put_search,
    put_slips,
)
from tests.e2e.test_effects_stories import states
from tests.e2e.world import World

ORDER = "E.O. 14257"
CIT = "Ct. Int’l Trade No. 25-00077"
UNLAWFUL = "The duties imposed by Executive Order 14257 exceed the authority granted by IEEPA. Executive Order 14257 is unlawful and is set aside."
DUMPING = Case(
    "USCOURTS-cit-1_24-cv-00012", "1:24-cv-00012", "Sample Steel Co. v. United States",
    [(date(2026, 5, 20), judgment_of_cit("Commerce determined a dumping margin of 3 percent. The determination is sustained.", docket="24-00012"))],
)  # fmt: skip


def tariffs(*words: str, day: date = date(2026, 6, 10)) -> Case:
    opinion = judgment_of_cit(*words, day=f"{day:%B} {day.day}, {day.year}")
    return Case("USCOURTS-cit-1_25-cv-00077", "1:25-cv-00077", TITLE, [(day, opinion)])


def appeal(*words: str, day: date, name: str = "2026-1812") -> Case:
    opinion = [
        "United States Court of Appeals for the Federal Circuit",
        f"{TITLE} {name}",
        "Appeals from the United States Court of International Trade in Nos. 1:25-cv-00077-ABC, Judge Sample.",
        *words,
    ]
    return Case(f"USCOURTS-cafc-{name[2:4]}-0{name[5:]}", name[2:], TITLE, [(day, opinion)])


@pytest.fixture
def courts(world: World) -> World:
    archive = world.standin.archive
    put_feed(archive, world.now, CIT_FEED, [DUMPING])
    put_feed(archive, world.now, CAFC_FEED, [])
    put_slips(archive, world.now, [])
    report = world.use("courts").one()
    assert (report.state, report.baseline, world.alerted) == ("healthy", 1, 0), report
    return world


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"]]


def test_a_judgment_on_a_watched_order_is_critical_and_in_the_register(courts: World) -> None:
    courts.later(days=1)
    put_feed(courts.standin.archive, courts.now, CIT_FEED, [tariffs(UNLAWFUL), DUMPING])
    for _ in range(2):
        assert courts.one().state == "healthy"
        courts.later(hours=1)
    (change,) = news(courts)
    assert (change["kind"], change["level"], change["direction"]) == ("judgment", "critical", "relief")
    assert change["headline"] == {
        "ja": "米国国際貿易裁判所:E.O. 14257を違法と判断",
        "en": "U.S. Court of International Trade: E.O. 14257 declared unlawful",
    }
    assert (change["title"], change["citation"], change["published"]) == (TITLE, CIT, "2026-06-10")
    assert courts.alerted == 1
    assert states(courts, ORDER, date(2026, 6, 9)) == []
    assert states(courts, ORDER, date(2026, 6, 10)) == [("declared-unlawful", CIT)]


def test_an_appeal_stays_affirms_and_reverses_what_was_declared_unlawful(courts: World) -> None:
    archive = courts.standin.archive
    stay, affirmed, reversed_ = date(2026, 6, 20), date(2026, 7, 20), date(2026, 8, 20)
    cases: list[Case] = []
    put_feed(archive, courts.now, CIT_FEED, [tariffs(UNLAWFUL), DUMPING])
    for day, name, words in (
        (
            stay,
            "2026-1812",
            "The judgment of the Court of International Trade is hereby stayed until further notice.",
        ),
        (affirmed, "2026-1813", "For these reasons, the judgment is affirmed."),
        (reversed_, "2026-1814", "We reverse the judgment of the Court of International Trade."),
    ):
        courts.later(days=30)
        cases.insert(0, appeal(words, day=day, name=name))
        put_feed(archive, courts.now, CAFC_FEED, cases)
        assert courts.one().state == "healthy"
    judged = [("declared-unlawful", CIT)]
    for day, wanted in (
        (date(2026, 6, 19), judged),
        (stay, []),
        (date(2026, 7, 19), []),
        (affirmed, judged),
        (date(2026, 8, 19), judged),
        (reversed_, []),
    ):
        assert states(courts, ORDER, day) == wanted, day
    heads = {change["headline"]["en"] for change in news(courts)}
    assert f"U.S. Court of Appeals for the Federal Circuit: {CIT} affirmed, about E.O. 14257" in heads
    assert {change["level"] for change in news(courts)} == {"critical"}


def test_what_a_judgment_does_is_undetermined_where_it_cannot_be_read(courts: World) -> None:
    courts.later(days=1)
    opinion = [
        "SUPREME COURT OF THE UNITED STATES", "Sample Importers, Inc. v. United States", "No. 25–250",
        "Executive Order 14257 imposed duties. The President relied on IEEPA for Executive Order 14257.",
        "The judgment of the Court of Appeals for the Federal Circuit is vacated in part and reversed in part.",
        "JUSTICE SAMPLE, with whom JUSTICE OTHER joins, dissenting.",
        "Executive Order 14257 is unlawful and is set aside.",
    ]  # fmt: skip
    put_slips(
        courts.standin.archive,
        courts.now,
        [(date(2026, 6, 11), "25-250", "Sample Importers, Inc. v. United States", opinion)],
    )
    courts.one()
    (change,) = news(courts)
    assert (change["level"], change["needs_reading"], change["citation"]) == (
        "critical",
        True,
        "U.S. No. 25-250",
    )
    assert change["headline"]["ja"] == "米国最高裁判所:E.O. 14257に影響し得る判断(内容は特定できず、要確認)"
    assert states(courts, ORDER, date(2026, 6, 11)) == [("unclear", "U.S. No. 25-250")]


def test_a_rule_that_is_vacated_is_shown_so_and_other_cases_are_left_alone(courts: World) -> None:
    courts.later(days=1)
    words = "The Bureau of Industry and Security published the rule at 90 FR 47201. The rule, 90 Fed. Reg. 47201 (Sept. 30, 2025), is VACATED."
    put_feed(courts.standin.archive, courts.now, CIT_FEED, [tariffs(words), DUMPING])
    courts.one()
    (change,) = news(courts)
    assert change["level"] in ("high", "critical")
    assert states(courts, "90 FR 47201", date(2026, 6, 11))[0][0] == "declared-unlawful"
    baseline = next(one for one in courts.changes() if one["baseline"])
    assert (baseline["level"], baseline["topics"]) == ("none", [])


def test_a_bad_day_is_held_and_the_gap_is_filled(courts: World) -> None:
    courts.later(days=1)
    put_feed(courts.standin.archive, courts.now, CIT_FEED, [tariffs(UNLAWFUL), DUMPING])
    for pattern, behavior, state in (
        (CIT_FEED, "html", "failing"),
        (CIT_FEED, "captcha-200", "failing"),
        (CIT_FEED, "truncated", "failing"),
        (CIT_FEED, "429-retry-after", "failing"),
        ("/mods.xml", "503", "failing"),
        ("25-cv-00077-0.pdf", "truncated", "failing"),
        ("25-cv-00077-0.pdf", "captcha-200", "failing"),
        ("25-cv-00077-0.pdf", "404", "failing"),
    ):
        options = {"seconds": 3_600} if behavior == "429-retry-after" else {}
        courts.standin.misbehave(pattern, behavior, **options)
        assert courts.one().state == state, (pattern, behavior)
        assert news(courts) == [], (pattern, behavior)
        courts.standin.behave()
        courts.later(hours=2)
    courts.later(days=3)
    assert courts.one().state == "healthy"
    (change,) = news(courts)
    assert sum(change["id"] in alert for alert in courts.alerts) == 1


def test_an_empty_list_is_no_answer_and_the_other_courts_go_on(courts: World) -> None:
    courts.later(days=1)
    put_feed(courts.standin.archive, courts.now, CIT_FEED, [])
    ruling = [
        "SUPREME COURT OF THE UNITED STATES",
        "No. 25–251",
        "The duties imposed by Executive Order 14257 are unlawful.",
    ]
    put_slips(courts.standin.archive, courts.now, [(date(2026, 6, 11), "25-251", "Sample v. Trump", ruling)])
    report = courts.one()
    assert report.state == "failing"
    assert "had some" in report.reason
    assert [change["citation"] for change in news(courts)] == ["U.S. No. 25-251"]


def test_a_replaced_slip_opinion_is_a_change_and_a_poll_without_news_requests_lists_only(
    courts: World,
) -> None:
    rows = [
        (
            date(2026, 6, 11),
            "25-251",
            "Sample v. Trump",
            [
                "SUPREME COURT OF THE UNITED STATES",
                "The duties imposed by Executive Order 14257 are unlawful.",
            ],
        )
    ]
    courts.later(days=1)
    put_slips(courts.standin.archive, courts.now, rows)
    courts.one()
    courts.standin.forget()
    courts.later(hours=1)
    courts.one()
    assert {entry.path.partition("?")[0] for entry in courts.standin.asked()} <= {
        CIT_FEED,
        CAFC_FEED,
        SLIPS,
        "/robots.txt",
    }
    assert len(news(courts)) == 1


def test_courtlistener_is_read_with_a_token_and_waits_without_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n\n".join(judgment_of_cit(UNLAWFUL))
    old = {
        "id": 1,
        "title": "Old v. United States",
        "docket": "24-00001",
        "day": date(2026, 6, 1),
        "text": "CAPTION\n\nDumping.",
    }
    new = {"id": 2, "title": TITLE, "docket": "25-00077", "day": date(2026, 6, 10), "text": text}
    put_search(world.standin.archive, world.now, [old])
    report = world.use("courtlistener").one()
    assert (report.state, report.requests) == ("new", 0)
    assert "www.courtlistener.com" in report.reason
    monkeypatch.setenv("COURTLISTENER_TOKEN", "made-up")
    assert world.one().state == "healthy"
    assert {entry.headers.get("authorization") for entry in world.standin.asked("/api/rest/v4/")} == {
        "Token made-up"
    }
    world.later(hours=1)
    put_search(world.standin.archive, world.now, [new, old])
    for _ in range(2):
        world.one()
        world.later(hours=1)
    (change,) = news(world)
    assert (change["citation"], change["level"], change["url"][-13:]) == (CIT, "critical", "/opinion/2/x/")


def test_a_baseline_holds_all_courts(world: World) -> None:
    put_feed(world.standin.archive, world.now, CIT_FEED, [tariffs(UNLAWFUL, day=date(2026, 6, 9))])
    put_slips(world.standin.archive, world.now, [])
    assert world.use("courts").one().state == "failing", "the feed of the Federal Circuit is missing"
    put_feed(
        world.standin.archive,
        world.now,
        CAFC_FEED,
        [appeal("The judgment is affirmed.", day=date(2026, 6, 9))],
    )
    world.later(hours=1)
    assert world.one().state == "healthy"
    assert (news(world), world.alerted) == ([], 0)
