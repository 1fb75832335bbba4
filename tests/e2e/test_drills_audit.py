"""Planted gaps: found, filled oldest first, told where somebody was owed, and closed for good."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.e2e.test_process import tracker
from tests.e2e.world import World
from tracker.demo.holdings import FrDocument
from tracker.store import seals
from tracker.store.changes import _forget  # the test makes a hole that nothing else makes
from tracker.store.db import Store
from tracker.store.tables import ATTEMPT, CHANGE, DELIVERY, VERSION

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
            select(CHANGE.c.seq, CHANGE.c.id).where(CHANGE.c.identity == identity)
        ).one()
        _forget(connection, seq)
        owed = select(DELIVERY.c.id).where(DELIVERY.c.change_id == name)
        connection.execute(delete(ATTEMPT).where(ATTEMPT.c.delivery_id.in_(owed)))
        connection.execute(delete(DELIVERY).where(DELIVERY.c.change_id == name))
        connection.execute(delete(CHANGE).where(CHANGE.c.seq == seq))
        connection.execute(delete(VERSION).where(VERSION.c.identity == identity))
        seals.seal_all(connection)  # a try that never was leaves no hole in the chain
    store.close()


def audited(world: World, *sources: str, since: str = "2026-06-01", code: int = 0) -> dict[str, Any]:
    said = json.loads(tracker(world, "audit", *sources, "--since", since, "--json", code=code))
    return {one["source"]: one for one in said["sources"]} | {"alerts": said["alerts"]}


def test_three_planted_gaps_are_found_filled_told_and_closed(world: World) -> None:
    """Issue 7, show 3. The polls never ask for these again: their validators are known."""
    world.use("fr-bis").poll()
    for number in range(1, 7):
        world.later(days=1)
        world.standin.add_document(document(number, world.now.date()), ["BIS adds entities."])
        world.poll()
    told = world.told
    assert told >= 6
    for lost in ("2026-12001", "2026-12003", "2026-12006"):
        lose(world, lost)
    world.later(hours=1)
    world.poll()
    assert world.told == told, "an ordinary poll does not look for what it knows"
    found = audited(world)
    missing = found["fr-bis"]["missing"]
    assert [gap["key"] for gap in missing] == ["2026-12001", "2026-12003", "2026-12006"]
    assert [(gap["filled"], gap["alerts"]) for gap in missing] == [("told", 1)] * 3
    assert found["fr-bis"]["expected"] == found["fr-bis"]["said"] == found["fr-bis"]["stored"] + 3
    days = {day["day"]: day["missing"] for day in found["fr-bis"]["days"]}
    assert days["2026-06-11"] == ["2026-12001"]
    again = audited(world)["fr-bis"]
    assert (again["missing"], again["stored"]) == ([], again["expected"])
    assert "0 problems" in tracker(world, "verify")


def test_what_was_published_before_anybody_watched_is_filled_without_a_word(world: World) -> None:
    for number in range(1, 4):
        world.standin.add_document(document(number, date(2026, 2, number)))
    world.use("fr-bis").poll()
    lose(world, "2026-12002")
    found = audited(world, since="2026-01-01")["fr-bis"]
    assert [(gap["key"], gap["filled"]) for gap in found["missing"]] == [("2026-12002", "stored")]
    assert world.told == 0
    assert audited(world, since="2026-01-01")["fr-bis"]["missing"] == []


def test_what_came_after_an_outage_is_late_and_says_when_it_was_told(world: World) -> None:
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
    assert world.told == 2
    world.later(hours=1)
    assert world.one().changes == [], "the poll has nothing to add"
    assert audited(world, "ear")["ear"]["missing"] == []


def test_a_state_between_two_that_are_stored_is_kept_as_evidence_and_no_news(world: World) -> None:
    world.use("ear").poll()
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant", day=date(2026, 6, 9))
    world.standin.edit_part(15, "744", "fabrication plant", "fabrication site", day=date(2026, 6, 11))
    world.later(days=7)
    world.poll()
    assert world.told == 1
    found = audited(world, "ear")["ear"]
    assert [(gap["day"], gap["filled"]) for gap in found["missing"]] == [("2026-06-09", "evidence")]
    assert audited(world, "ear")["ear"]["missing"] == []
    assert world.told == 1
    assert "0 problems" in tracker(world, "verify")


@pytest.mark.parametrize("source", ["fr-bis", "ear"])
@pytest.mark.parametrize("behaviour", ["503", "html", "truncated", "empty-200"])
def test_a_source_that_does_not_answer_is_said_and_nothing_is_concluded(
    world: World, source: str, behaviour: str
) -> None:
    world.use("fr-bis", "ear").poll()
    stored = len(world.changes())
    world.standin.misbehave("/api/v1/documents" if source == "fr-bis" else "titles", behaviour)
    found = audited(world, code=1)
    assert not found[source]["ok"]
    assert found[source]["errors"]
    assert found["ear" if source == "fr-bis" else "fr-bis"]["ok"], "the other one is audited all the same"
    assert len(world.changes()) == stored


def test_wrong_use_is_said(world: World) -> None:
    world.use("page", "fr-bis").poll()
    tracker(world, "audit", "page", "--since", "2026-06-01", code=2)
    tracker(world, "audit", "--since", "lately", code=2)


def test_after_an_outage_the_whole_gap_is_told_oldest_first(world: World) -> None:
    world.use("fr-bis").poll()
    world.standin.misbehave(r"documents\.json", "503")
    for number in range(1, 5):
        world.later(days=1)
        world.standin.add_document(document(number, world.now.date()))
        world.poll()
    world.standin.behave()
    world.later(days=10)
    world.poll()
    order = [name for alert in world.alerts for name in re.findall(r"Entity List, Part (\d)", alert)[:1]]
    assert order == ["1", "2", "3", "4"]
