"""Sources on a bad day: a state with a reason, nothing stored as truth, nothing sent, nothing lost afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from tests.e2e.world import SOURCES, World
from tracker.demo.model import FrDocument

FR, ECFR, PAGE, LIST = r"/api/v1/documents\.json", r"/api/versioner/", r"/news", r"consolidated\.json"

# What the source does, and the states that a poll may then end in.
BAD: list[tuple[str, str, str, set[str]]] = [
    ("fr-bis", FR, "empty-list", {"changed-shape", "failing"}),
    ("fr-bis", FR, "missing-results", {"changed-shape"}),
    ("fr-bis", FR, "html", {"changed-shape", "blocked"}),
    ("fr-bis", FR, "request-access-200", {"blocked", "changed-shape"}),
    ("fr-bis", FR, "truncated", {"changed-shape"}),
    ("fr-bis", FR, "500", {"failing"}),
    ("fr-bis", FR, "empty-200", {"changed-shape"}),
    ("ear", ECFR, "html", {"changed-shape", "blocked"}),
    ("ear", ECFR, "captcha-302", {"blocked", "changed-shape"}),
    ("ear", r"full/", "truncated", {"changed-shape", "failing"}),
    ("ear", ECFR, "import-in-progress", {"failing", "changed-shape", "healthy"}),
    ("page", PAGE, "maintenance-200", {"changed-shape"}),
    ("page", PAGE, "empty-200", {"changed-shape", "failing"}),
    ("page", PAGE, "truncated", {"changed-shape"}),
    ("page", PAGE, "503", {"failing"}),
    ("page", PAGE, "js-only", {"changed-shape", "failing"}),
    ("page", PAGE, "request-access-200", {"changed-shape", "blocked"}),
    ("list", LIST, "empty-200", {"changed-shape", "failing"}),
    ("list", LIST, "truncated", {"changed-shape", "failing"}),
    ("list", LIST, "html", {"changed-shape", "blocked"}),
]


@pytest.mark.parametrize(("source", "where", "behavior", "states"), BAD)
def test_a_bad_answer_is_a_state_and_not_a_change(
    world: World, source: str, where: str, behavior: str, states: set[str]
) -> None:
    world.use(source).one()
    stored = world.changes()
    world.standin.misbehave(where, behavior)
    for _ in range(2):
        world.later(days=1, hours=1)  # a full fetch is due, so that no 304 hides the answer
        report = world.one()
        assert report.state in states, report
        assert report.changes == []
        assert (not report.ok) == bool(report.reason)
    assert [(change["id"], change["revision"]) for change in world.changes() if change["baseline"]] == [
        (change["id"], 1) for change in stored
    ]
    world.standin.behave()
    world.later(hours=1)
    assert world.one().state == "healthy"
    news = [
        change
        for change in world.changes()
        if not change["baseline"] and change["document_number"] != "2026-11003"
    ]
    assert news == []


def test_changes_during_an_outage_are_sent_after_it(world: World) -> None:
    world.use("fr-bis").one()
    world.standin.misbehave(FR, "503")
    world.later(hours=1)
    world.standin.add_document(
        FrDocument("2026-11888", date(2026, 6, 10), "Entity List additions of 30 Chinese chip makers", "RULE",
                   ("industry-and-security-bureau",), "BIS adds 30 entities in China to the Entity List.")
    )  # fmt: skip
    assert world.one().state == "failing"
    world.standin.behave()
    world.later(hours=1)
    assert len(world.one().changes) == 1
    assert world.alerted == 1


def test_a_slow_504_that_works_the_next_time_is_no_failure(world: World) -> None:
    world.use("ear")
    world.standin.misbehave(r"full/", "504-slow", times=1, seconds=0.1)
    assert world.one().state == "healthy"


def test_visitor_counters_nonces_and_clocks_are_never_a_change(world: World) -> None:
    for noise in ("visitor-counter", "nonce", "generated-at", "new-etag"):
        world.standin.misbehave("/news/rule", noise)
    world.use("page").one()
    for _ in range(4):
        world.later(days=1)
        report = world.one()
        assert (report.state, report.changes) == ("healthy", []), report
    assert len(world.standin.asked("/news/rule")) < 2 + 4 * 2, (
        "what was learned is remembered: no second look each day"
    )
    world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
    world.later(days=1)
    assert len(world.one().changes) == 1


def test_a_selector_that_finds_nothing_is_reported_at_once_and_each_time(world: World) -> None:
    world.use("page").one()
    world.standin.edit_page("/news/rule", "<main>", "<div>")
    world.standin.edit_page("/news/rule", "</main>", "</div>")
    for _ in range(3):
        world.later(days=1)
        report = world.one()
        assert report.state != "healthy"
        assert "main" in report.reason
        assert report.changes == []


def test_another_selector_reads_again_although_the_server_answers_304(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("page").one()
    monkeypatch.setitem(SOURCES, "page", SOURCES["page"].replace('"main"', '"h1, p"'))
    world.later(minutes=30)
    report = world.one()
    assert report.state == "healthy"
    assert report.documents == 1
    assert report.changes == [], "what another extraction_config reads in the same bytes is no change"


def test_a_quarantined_answer_can_be_accepted_by_a_person(world: World) -> None:
    world.use("page").one()
    world.standin.put_page(
        "/news/rule", "<html><body><main><h1>Under maintenance</h1><p>Moved.</p></main></body></html>"
    )
    world.later(days=1)
    assert world.one().held
    world.later(days=1)
    assert world.poll(accept=True)["page"].ok
    world.later(days=1)
    assert world.one().state == "healthy"


def test_a_failing_source_does_not_hold_up_the_others(world: World) -> None:
    world.use("ear", "page").poll()
    world.standin.misbehave("/news", "reset")
    world.later(days=3)
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
    reports = world.poll()
    assert reports["page"].state == "failing"
    assert len(reports["ear"].changes) == 1
    assert world.alerted == 1
