"""A correction of the register by hand reaches those who had the record: one alert in its thread."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from tests.e2e.test_effects_stories import order, publish, record, states
from tests.e2e.world import World
from tracker import clock
from tracker.cli.effects import effects as effects_command
from tracker.storage.read_queries import open_reader

SAID = ("--who", "Sato", "--reason", "the court's order", "--source", "https://www.cit.example.gov/1")
NUMBER, DAY = "2026-50301", date(2026, 6, 15)


@pytest.fixture
def stored(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: world.now)
    world.use("fr-all").poll()
    order(
        world, NUMBER, "14901", DAY, "Regulating Imports With a Sample Tariff",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. All articles imported from Japan shall be subject to an additional ad valorem rate of duty of 10 percent.",
        "Sec. 2. This duty shall be effective on June 15, 2026.",
    )  # fmt: skip
    assert len([alert for alert in world.alerts if NUMBER in alert]) == 1
    return world


def correct(world: World, *words: str) -> dict[str, Any]:
    folders = ["--state", str(world.state), "--config", str(world.config), "--json"]
    outcome = CliRunner().invoke(effects_command, [*words, *SAID, *folders])
    assert outcome.exit_code == 0, outcome.output
    found: dict[str, Any] = json.loads(outcome.stdout)[0]
    return found


def later_alerts(world: World, before: int) -> list[str]:
    world.later(minutes=5)
    world.poll()
    return [alert for alert in world.alerts[before:] if NUMBER in alert]


def test_what_a_person_adds_and_ends_is_one_alert_each_in_the_thread_of_the_record(stored: World) -> None:
    world, before = stored, stored.alerted
    court = "Sample Co. v. United States"
    added = correct(
        world, "--add", "declares-unlawful", "--by", court, "--on", "E.O. 14901", "--from", "2026-06-15"
    )
    assert ("declared-unlawful", court) in states(world, "E.O. 14901", DAY)
    (alert,) = later_alerts(world, before)
    assert f"{court}により2026年6月15日に違法と判断" in alert
    assert record(world, NUMBER)["revision"] == 2
    before = world.alerted
    correct(world, "--end", added["id"])
    (alert,) = later_alerts(world, before)
    assert "違法" not in alert
    assert record(world, NUMBER)["revision"] == 3
    with open_reader(world.state) as store:
        rows = store.deliveries(record(world, NUMBER)["id"])
        assert {(row["reason"]["code"], row["reason"].get("by")) for row in rows if row["revision"] > 1} == {
            ("status", court)
        }


def test_what_changes_no_status_is_no_alert(stored: World) -> None:
    world, before = stored, stored.alerted
    correct(world, "--add", "implements", "--by", "E.O. 14950", "--on", "E.O. 14901")
    assert later_alerts(world, before) == []
    assert record(world, NUMBER)["revision"] == 1


def test_records_of_one_thread_are_one_alert(stored: World) -> None:
    """A correction of a rule has the thread of the rule: what a person ends for both is said once there."""
    world = stored
    publish(
        world, "2026-20100", date(2026, 6, 16), "Controls on Sample Chips", ["BIS revises the requirements."],
        abstract="BIS adds license requirements for advanced computing chips under the EAR.", action="Final rule.",
        dates="This rule is effective June 16, 2026.", effective_on="2026-06-16", start_page=40400,
    )  # fmt: skip
    publish(
        world, "2026-20200", date(2026, 6, 18), "Controls on Sample Chips; Correction", ["BIS corrects the rule."],
        abstract="BIS corrects the final rule published June 16, 2026 (91 FR 40400) on advanced computing chips.",
        action="Final rule; correction.", dates="This correction is effective June 18, 2026.",
        effective_on="2026-06-18", start_page=40600,
    )  # fmt: skip
    before = world.alerted
    correct(world, "--add", "ends", "--by", "2026-99999", "--on", "2026-20100", "--from", "2026-06-18")
    world.later(minutes=5)
    world.poll()
    again = [alert for alert in world.alerts[before:] if "2026-20100" in alert or "2026-20200" in alert]
    assert len(again) == 1
