"""Effects that name a document by a page within it, its RIN or its docket are joined to its record, in either order."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from tests.e2e.test_effects_stories import law, publish, record, register, states
from tests.e2e.world import World
from tracker import clock
from tracker.cli.effects import effects as effects_command

RULE, STAY = "2026-20100", "2026-20400"
FIRST, SECOND = date(2026, 6, 15), date(2026, 7, 8)
UNTIL = date(2026, 8, 31)


def rule(world: World, day: date, **facts: Any) -> None:
    publish(
        world, RULE, day, "Controls on Sample Affiliates", ["BIS revises the requirements."],
        abstract="BIS amends the EAR to reach affiliates that parties on the Entity List own.",
        action="Final rule.", dates="This rule is effective June 15, 2026.", effective_on="2026-06-15",
        start_page=40400, end_page=40412, regulation_id_numbers=["0694-AZ99"], docket_ids=["Docket No. BIS-2026-0042"],
        **facts,
    )  # fmt: skip


def stay(world: World, day: date, cited: str) -> None:
    publish(
        world, STAY, day, "Stay of Certain Provisions", ["BIS stays the amendments."],
        abstract=f"BIS stays, until August 31, 2026, the final rule published June 15, 2026 ({cited}).",
        action="Final rule; stay.", dates="Effective July 8, 2026, the rule is stayed until August 31, 2026.",
        effective_on="2026-07-08", start_page=41400, end_page=41401,
    )  # fmt: skip


@pytest.mark.parametrize("cited", ["91 FR 40400", "91 FR 40400, 40405", "91 FR 40405", "91 FR 40412"])
def test_a_page_within_a_document_is_the_document(world: World, cited: str) -> None:
    world.use("fr-bis").poll()
    rule(world, FIRST)
    stay(world, SECOND, cited)
    assert states(world, RULE, SECOND) == [("stayed", STAY)]
    (found,) = [one for one in record(world, RULE)["status"] if one["state"] == "stayed"]
    assert (found["until"], found["by"]) == ("2026-08-31", STAY)
    assert law(world, cited, SECOND).change == record(world, RULE)["id"]
    assert record(world, RULE)["story"] == record(world, STAY)["story"]


@pytest.mark.parametrize("cited", ["91 FR 40399", "91 FR 40413", "90 FR 40405"])
def test_a_page_outside_a_document_is_not_the_document(world: World, cited: str) -> None:
    world.use("fr-bis").poll()
    rule(world, FIRST)
    stay(world, SECOND, cited)
    assert [state for state, _ in states(world, RULE, SECOND)] == ["in-force"]
    assert law(world, cited, SECOND).change is None


def test_a_document_that_is_stored_after_its_stay_is_stayed(world: World) -> None:
    world.use("fr-bis").poll()
    stay(world, FIRST, "91 FR 40405")
    (one,) = [each for each in register(world) if each.effect.affected.citation == "91 FR 40405"]
    assert one.effect.affected.document_number is None
    rule(world, SECOND)
    assert ("stayed", STAY) in states(world, RULE, SECOND)
    assert [each["state"] for each in record(world, RULE)["status"]].count("stayed") == 1
    (again,) = [each for each in register(world) if each.effect.affected.citation == "91 FR 40405"]
    assert (again.id, again.effect.affected.document_number) == (one.id, RULE)


@pytest.mark.parametrize(
    ("name", "joined"), [("0694-AZ99", RULE), ("BIS-2026-0042", RULE), ("91 FR 40400, 40405", None)]
)
def test_a_rin_or_docket_is_the_rule_and_not_what_is_about_it(
    world: World, name: str, joined: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: world.now)
    world.use("fr-bis").poll()
    rule(world, FIRST)
    publish(
        world, "2026-20200", date(2026, 6, 18), "Controls on Sample Affiliates; Correction", ["BIS corrects the rule."],
        abstract="BIS corrects the final rule published June 15, 2026 (91 FR 40400).", action="Final rule; correction.",
        dates="This correction is effective June 18, 2026.", effective_on="2026-06-18", start_page=40600,
        regulation_id_numbers=["0694-AZ99"], docket_ids=["Docket No. BIS-2026-0042"],
    )  # fmt: skip
    words = ("--add", "ends", "--by", "2026-99999", "--on", name, "--from", "2026-07-01")
    said = ("--who", "Sato", "--reason", "r", "--source", "91 FR 1")
    folders = ("--state", str(world.state), "--config", str(world.config), "--json")
    outcome = CliRunner().invoke(effects_command, [*words, *said, *folders])
    assert outcome.exit_code == 0, outcome.output
    assert json.loads(outcome.stdout)[0]["affected"]["document_number"] == joined
    assert states(world, RULE, SECOND) == [("rescinded", "2026-99999")]
    assert "rescinded" in [one["state"] for one in record(world, RULE)["status"]]
    assert "rescinded" not in [one["state"] for one in record(world, "2026-20200")["status"]]
