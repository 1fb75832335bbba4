"""Planted gaps: found, filled oldest first, sent where alerts are due, and closed for good."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.e2e.test_process import tracker
from tests.e2e.world import World
from tests.unit.rehash import rehash
from tracker.demo.model import FrDocument, at_new_york
from tracker.errors import FetchError
from tracker.i18n import t
from tracker.ingest.poll import PollContext
from tracker.reconciliation import daily, gap_filling, report
from tracker.reconciliation.govinfo_crosscheck import IssueCache
from tracker.scheduler import poll_cycle
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.schedule import load_checked
from tracker.storage import snapshots
from tracker.storage.changes import _forget  # the test makes a hole that nothing else makes
from tracker.storage.database import Store
from tracker.storage.schema import ATTEMPT, CHANGE, DELIVERY, RECONCILIATION, VERSION

BIS = ("commerce-department", "industry-and-security-bureau")


def document(number: int, day: date) -> FrDocument:
    return FrDocument(
        f"2026-12{number:03}", day, f"Additions of Chinese Chip Makers to the Entity List, Part {number}", "RULE", BIS,
        f"BIS adds {number} entities in China to the Entity List.",
        {"start_page": 31000 + number, "end_page": 31000 + number},
    )  # fmt: skip


def lose(world: World, number: str) -> None:
    """As if the document had never been seen: its record, its versions, what is known of it."""
    store = Store(world.state)
    with store.write() as connection:
        identity = f"fr:{number}"
        seq, name = connection.execute(
            select(CHANGE.c.seq, CHANGE.c.id).where(CHANGE.c.document_id == identity)
        ).one()
        _forget(connection, seq)
        queued = select(DELIVERY.c.id).where(DELIVERY.c.subject_id == name)
        connection.execute(delete(ATTEMPT).where(ATTEMPT.c.delivery_id.in_(queued)))
        connection.execute(delete(DELIVERY).where(DELIVERY.c.subject_id == name))
        connection.execute(delete(CHANGE).where(CHANGE.c.seq == seq))
        connection.execute(delete(VERSION).where(VERSION.c.document_id == identity))
        rehash(connection)  # a try that never was leaves no hole in the chain
    store.close()


def news(world: World) -> list[str]:
    """The alerts about changes: those that are no notices."""
    return [alert for alert in world.alerts if "chg_" in alert]


def audited(world: World, *sources: str, since: str = "2026-06-01", ok: bool = True) -> dict[str, Any]:
    """Run `tracker audit --json` in this process; return its output by source."""
    settings, store = load_checked(world.config), Store(world.state)
    context = PollContext(settings, store, world.client(settings), lambda: world.now, lambda _: None)
    day, issues, found = date.fromisoformat(since), IssueCache(), dict[str, Any]()
    for source in settings.sources:
        if source.kind in gap_filling.audited_kinds() and (not sources or source.id in sources):
            try:
                done = gap_filling.audit(source, context, day, issues)
            except FetchError as error:
                daily.record_result(source, context, day, error)
                found[source.id] = {"ok": False, "errors": [error.line()]}
            else:
                daily.record_result(source, context, day, done)
                found[source.id] = {**report.as_json(done), "lines": list(report.lines(done, "ja"))}
    poll_cycle.deliver_due(context)
    context.client.close()
    store.close()
    assert all(one["ok"] for one in found.values()) is ok
    return found


def by_command(world: World) -> dict[str, Any]:
    output = json.loads(tracker(world, "audit", "--since", "2026-06-01", "--json"))
    return {one["source"]: one for one in output["sources"]}


def clean(world: World) -> bool:
    store = Store(world.state)
    try:
        return not [found for found in snapshots.verify(store) if isinstance(found, str)]
    finally:
        store.close()


def test_three_planted_gaps_are_found_filled_sent_and_closed(world: World) -> None:
    """Issue 7, show 3. The polls never ask for these again: their validators are known."""
    world.use("fr-bis").poll()
    for number in range(1, 7):
        world.later(days=1)
        world.standin.add_document(document(number, world.now.date()), ["BIS adds entities."])
        world.poll()
    alerted = world.alerted
    assert alerted >= 6
    for lost in ("2026-12001", "2026-12003", "2026-12006"):
        lose(world, lost)
    world.later(hours=1)
    world.poll()
    assert world.alerted == alerted, "an ordinary poll does not look for what it knows"
    found = by_command(world)
    missing = found["fr-bis"]["missing"]
    assert [gap["key"] for gap in missing] == ["2026-12001", "2026-12003", "2026-12006"]
    assert [(gap["filled"], gap["alerts"]) for gap in missing] == [("told", 1)] * 3
    assert found["fr-bis"]["expected"] == found["fr-bis"]["said"] == found["fr-bis"]["stored"] + 3
    days = {day["day"]: day["missing"] for day in found["fr-bis"]["days"]}
    assert days["2026-06-11"] == ["2026-12001"]
    again = audited(world)["fr-bis"]
    assert (again["missing"], again["stored"]) == ([], again["expected"])
    assert "0 problems" in tracker(world, "verify")


def test_documents_published_before_the_first_poll_are_filled_without_alerts(world: World) -> None:
    for number in range(1, 4):
        world.standin.add_document(document(number, date(2026, 2, number)))
    world.use("fr-bis").poll()
    lose(world, "2026-12002")
    found = audited(world, since="2026-01-01")["fr-bis"]
    assert [(gap["key"], gap["filled"]) for gap in found["missing"]] == [("2026-12002", "stored")]
    assert world.alerted == 0
    assert audited(world, since="2026-01-01")["fr-bis"]["missing"] == []


def test_a_document_after_an_outage_is_late_and_shows_when_it_was_sent(world: World) -> None:
    world.use("fr-bis").poll()
    world.standin.misbehave(r"documents\.json", "503")
    world.later(days=1)
    world.standin.add_document(document(1, world.now.date()))
    world.poll()
    world.standin.behave()
    world.later(days=3)
    world.poll()
    found = audited(world)["fr-bis"]
    (late,) = [one for one in found["late"] if one["key"] == "2026-12001"]
    assert late["first_seen"].startswith("2026-06-14")
    assert late["told"] is not None
    assert found["first_sight_to_alert"]["count"] >= 1


def test_states_of_the_code_that_were_never_fetched_are_found(world: World) -> None:
    world.use("ear").poll()
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant", day=date(2026, 6, 9))
    world.standin.edit_part(15, "744", "fabrication plant", "fabrication site", day=date(2026, 6, 11))
    world.later(days=7)
    found = audited(world, "ear")["ear"]
    assert [(gap["day"], gap["filled"]) for gap in found["missing"]] == [
        ("2026-06-09", "told"),
        ("2026-06-11", "told"),
    ]
    texts = [change for change in world.changes(source="ear") if not change["baseline"]]
    assert len(texts) == 2
    assert len(news(world)) == 2
    world.later(hours=1)
    assert world.one().changes == [], "the poll has nothing to add"
    assert audited(world, "ear")["ear"]["missing"] == []


def test_a_state_between_two_that_are_stored_is_kept_as_evidence_and_no_news(world: World) -> None:
    world.use("ear").poll()
    for _ in range(7):
        world.later(days=1)
        world.poll()
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant", day=date(2026, 6, 12))
    world.standin.edit_part(15, "744", "fabrication plant", "fabrication site", day=date(2026, 6, 15))
    world.later(hours=3)
    world.poll()
    assert world.alerted == 1
    found = audited(world, "ear")["ear"]
    assert [(gap["day"], gap["filled"]) for gap in found["missing"]] == [("2026-06-12", "evidence")]
    assert audited(world, "ear")["ear"]["missing"] == []
    assert world.alerted == 1
    assert clean(world)


@pytest.mark.parametrize("source", ["fr-bis", "ear"])
@pytest.mark.parametrize("behavior", ["503", "html", "truncated", "empty-200"])
def test_a_source_that_does_not_answer_is_reported_and_nothing_is_concluded(
    world: World, source: str, behavior: str
) -> None:
    world.use("fr-bis", "ear").poll()
    stored = len(world.changes())
    world.standin.misbehave("/api/v1/documents" if source == "fr-bis" else "titles", behavior)
    found = audited(world, ok=False)
    assert not found[source]["ok"]
    assert found[source]["errors"]
    assert found["ear" if source == "fr-bis" else "fr-bis"]["ok"], "the other one is audited all the same"
    assert len(world.changes()) == stored


def hidden(number: int, day: date) -> FrDocument:
    """In print, and not at the API: it is listed there a year later."""
    found = document(number, day)
    found.visible_from = at_new_york(day + timedelta(days=365))
    return found


def test_a_document_only_in_govinfo_is_named_filled_and_sent_once(world: World) -> None:
    world.use("fr-bis").poll()
    world.later(days=2)
    lost = hidden(1, world.now.date())
    world.standin.archive.documents.add(lost)
    world.standin.archive.documents.add(replace(hidden(2, world.now.date()), agencies=("census-bureau",)))
    world.poll()
    alerted = len(news(world))
    found = audited(world)["fr-bis"]
    assert [(gap["key"], gap["filled"], gap["alerts"]) for gap in found["missing"]] == [
        ("2026-12001", "told", 1)
    ]
    (issue,) = [one for one in found["second"]["issues"] if one["only_printed"]]
    assert (issue["only_printed"], issue["only_listed"]) == (["2026-12001"], []), (
        "the Census has other readers"
    )
    assert found["expected"] == found["said"] + 1
    assert len(news(world)) == alerted + 1
    assert "2026-12001" in world.alerts[-1] + world.alerts[-2]
    (stored,) = [one for one in world.changes() if one["document_number"] == "2026-12001"]
    assert stored["url"].endswith(f"/content/pkg/FR-{lost.publication_date}/html/2026-12001.htm")
    assert "entity-list" in [topic["id"] for topic in stored["topics"]]
    assert audited(world)["fr-bis"]["missing"] == []
    lost.visible_from = world.now
    world.standin.archive.documents.add(lost)
    world.later(hours=1)
    world.poll()
    (renewed,) = [one for one in world.changes() if one["document_number"] == "2026-12001"]
    assert "/documents/2026/" in renewed["url"], "the API's own record takes the place of GovInfo's"
    assert len(news(world)) == alerted + 1, "and nobody is sent a second time what he knows"
    assert clean(world)


def test_a_document_missing_in_govinfo_is_named_and_no_gap(world: World) -> None:
    world.use("fr-bis").poll()
    world.later(days=2)
    world.standin.add_document(document(1, world.now.date()))
    world.standin.add_document(replace(document(2, world.now.date()), printed=False))
    world.poll()
    found = audited(world)["fr-bis"]
    assert found["missing"] == []
    assert [one["only_listed"] for one in found["second"]["issues"] if one["only_listed"]] == [["2026-12002"]]
    assert "  GovInfoに未掲載: 2026-12002(2026-06-12)" in found["lines"]


@pytest.mark.parametrize("behavior", ["503", "html", "truncated"])
def test_a_govinfo_that_does_not_answer_is_neither_gap_nor_agreement(world: World, behavior: str) -> None:
    world.use("fr-bis").poll()
    world.later(days=2)
    world.standin.archive.documents.add(hidden(1, world.now.date()))
    world.standin.misbehave("/metadata/", behavior)
    world.poll()
    alerted = world.alerted
    found = audited(world)["fr-bis"]
    assert (found["missing"], found["second"]["issues"]) == ([], [])
    assert (found["second"]["through"] or "") < "2026-06-08", (
        "there were no issues before, to which both agreed"
    )
    assert {one["day"] for one in found["second"]["not_compared"]} >= {"2026-06-12", "2026-06-11"}
    assert found["ok"]
    assert world.alerted == alerted
    assert any(line.strip().startswith("未照合: 2026-06-12: GovInfo") for line in found["lines"])
    world.standin.behave()
    assert [gap["key"] for gap in audited(world)["fr-bis"]["missing"]] == ["2026-12001"]


def test_gaps_are_an_incident_until_a_reconciliation_finds_none(world: World) -> None:
    world.use("fr-bis").poll()
    for number in (1, 2, 3):
        world.later(days=1)
        world.standin.add_document(document(number, world.now.date()))
        world.poll()
    lose(world, "2026-12002")
    output = " ".join(tracker(world, "audit", "--since", "2026-06-01", "--lang", "en").split())
    assert "missing 2026-12002 (2026-06-12)" in output
    assert t("audit.told", "en", alerts=1) in output
    found = {one["id"]: one for one in json.loads(tracker(world, "status", "--json", code=1))["sources"]}
    assert found["fr-bis"]["reconciliation"]["filled"] == ["2026-12002"]
    assert sum("2026-12002: 補完済み(アラート1件)" in alert for alert in world.alerts) == 1
    lose(world, "2026-12003")
    lines = audited(world)["fr-bis"]["lines"]
    assert any("欠落 2026-12003(2026-06-13)" in line and "補完済み" in line for line in lines)
    audited(world)
    assert t("notice.source-whole-what", "ja", name="連邦官報: BIS (fr-bis)") in world.alerts[-1]
    alerted = world.alerted
    audited(world)
    assert world.alerted == alerted


def test_the_daemon_reconciles_once_a_day_after_noon_in_new_york(world: World) -> None:
    world.use("fr-bis", "page").poll()
    store = Store(world.state)
    daemon = Daemon(load_checked(world.config), store, lambda: world.now)
    audits = []
    for hours in (2, 6, 18, 6):  # from 9:00 in New York: 11:00, 17:00, 11:00, 17:00
        world.later(hours=hours)
        world.poll()
        if hours == 18:
            lose(world, "2026-11003")
        daemon.reconcile()
        with store.read() as connection:
            audits.append(connection.execute(select(RECONCILIATION.c.source, RECONCILIATION.c.ok)).all())
    daemon.context.client.close()
    store.close()
    assert [len(found) for found in audits] == [0, 1, 1, 2]
    assert audits[-1] == [("fr-bis", True)] * 2
    assert [one for one in world.changes() if one["document_number"] == "2026-11003"], "the gap is filled"


def test_wrong_use_is_reported(world: World) -> None:
    world.use("page", "fr-bis").poll()
    tracker(world, "audit", "page", "--since", "2026-06-01", code=2)
    tracker(world, "audit", "--since", "lately", code=2)


def test_after_ten_days_without_a_network_everything_is_sent_oldest_first_and_late_documents_are_marked(
    world: World,
) -> None:
    world.use("fr-bis", "ear").poll()
    world.standin.refuse()
    for number in range(1, 11):
        world.later(days=1)
        today = world.now.date()
        if number % 2:
            closing = today + timedelta(days=30 if number == 9 else 3)
            rule = document(number, today)
            rule.type = "PRORULE"
            rule.facts |= {
                "action": "Proposed rule; request for comments.",
                "dates": f"Comments must be received by {closing:%B} {closing.day}, {closing.year}.",
                "comments_close_on": closing.isoformat(),
            }
            world.standin.add_document(rule)
        for on, before, after in ((3, "facility", "plant"), (6, "plant", "site")):
            if number == on:
                world.standin.edit_part(15, "744", f"fabrication {before}", f"fabrication {after}", day=today)
        world.poll()
    down = len(world.alerts)
    assert (news(world), down) == ([], 1), "two outages that began together, sent in one message"
    world.standin.accept()
    world.later(hours=2)
    world.poll()
    alerted = news(world)
    order = [name for alert in alerted for name in re.findall(r"Entity List, Part (\d)", alert)[:1]]
    assert order == ["1", "3", "5", "7", "9"]
    code = [alert for alert in alerted if "15 CFR 744.23" in alert]
    assert ["[-facility-]{+plant+}" in code[0], "[-plant-]{+site+}" in code[1]] == [True, True]
    assert len(alerted) == 5 + 2 + 1, "and what was on inspection before"
    late = [alert for alert in alerted if "Part 1" in alert or "Part 3" in alert]
    assert [re.findall(r"受付終了、(\d+)日経過", alert) for alert in late] == [["6"], ["4"]]
    assert not any(word in alert for alert in late for word in ("あと", "🔴"))
    (still,) = [alert for alert in alerted if "Part 9" in alert]
    assert "あと29日" in still
    assert "受付終了" not in still
    world.later(hours=2)
    world.poll()
    assert len(news(world)) == len(alerted)
    assert audited(world, since="2026-06-01")["fr-bis"]["missing"] == []
