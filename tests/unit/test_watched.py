"""The watched instruments: what touches one is at least medium, and each is listed with its status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.test_law import ENDS, STAY, state
from tests.unit.web_samples import cfr_change
from tracker.cli.effects import effects as effects_command
from tracker.config.models import Instrument
from tracker.documents.effect_names import affected_of
from tracker.effects import Affected
from tracker.errors import UsageError
from tracker.ingest.assess import with_watched, with_watching_profiles
from tracker.legal_status import watched as watched_module
from tracker.legal_status.watched import shipped, touched, watched
from tracker.model import Level, Profile

__all__ = ["state"]


def test_the_shipped_list_has_the_orders_on_ai_and_duties() -> None:
    names = [one.name for one in shipped()]
    assert len(names) == len(set(names))
    assert {
        "E.O. 13859",
        "E.O. 14110",
        "E.O. 14257",
        "E.O. 14320",
        "E.O. 14389",
        "Proclamation 10908",
    } <= set(names)
    assert all(one.title for one in shipped())


def test_an_instrument_is_touched_by_name_by_unit_and_by_what_contains_it() -> None:
    own = (
        Instrument("Executive Order 14901"),
        Instrument("15 CFR 744.21"),
        Instrument("AI Plan", "A Sample Plan"),
    )
    order = replace(ENDS, affected=Affected(executive_order="14901"))
    assert touched([order], watched(own)) == ("Executive Order 14901",)
    assert touched([STAY], own) == ("15 CFR 744.21",)
    part = replace(STAY, affected=Affected(path="15 CFR 744"))
    assert touched([part], own) == ("15 CFR 744.21",)
    other = replace(STAY, affected=Affected(path="15 CFR 744.2"))
    assert touched([other], own) == ()
    plan = replace(ENDS, affected=Affected(title="A Sample Plan"))
    assert touched([plan], own) == ("AI Plan",)
    shipped_one = replace(ENDS, affected=Affected(executive_order="14320"))
    assert touched([shipped_one], watched()) == ("E.O. 14320",)


def test_the_names_of_an_instrument_are_found_once_and_not_for_each_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, find = list[str](), affected_of

    def counted(name: str) -> Affected:
        found.append(name)
        return find(name)

    monkeypatch.setattr(watched_module, "affected_of", counted)
    own = [Instrument("15 CFR 744.99"), Instrument("Executive Order 14999")]
    for _ in range(3):
        assert touched([STAY], own) == ()
    assert found == ["15 CFR 744.99", "Executive Order 14999"]


def test_what_touches_one_is_at_least_medium_and_says_so() -> None:
    change, _ = cfr_change()
    low = replace(change, tagging=replace(change.tagging, level=Level.LOW))
    raised = with_watched(low, ("E.O. 14257",))
    assert raised.tagging.level is Level.MEDIUM
    assert "E.O. 14257" in raised.tagging.reason.en
    assert "E.O. 14257" in raised.tagging.reason.ja
    high = replace(change, tagging=replace(change.tagging, level=Level.HIGH))
    assert with_watched(high, ("E.O. 14257",)) is high
    assert with_watched(low, ()) is low


def test_the_list_has_each_instrument_with_its_status_and_its_newest_effect(state: Path) -> None:
    config = state / "sources.toml"
    config.write_text('[[instrument]]\nname = "E.O. 14901"\ntitle = "Sample duties"\n', "utf-8")
    words = ["--watched", "--state", str(state), "--config", str(config)]
    outcome = CliRunner().invoke(effects_command, [*words, "--json"])
    assert outcome.exit_code == 0, outcome.output
    rows = {row["name"]: row for row in json.loads(outcome.stdout)}
    assert set(rows) == {*(one.name for one in shipped()), "E.O. 14901"}
    assert [one["state"] for one in rows["E.O. 14901"]["status"]] == ["rescinded"]
    assert rows["E.O. 14901"]["title"] == "Sample duties"
    assert rows["E.O. 14901"]["last"]["verb"] == "ends"
    assert rows["E.O. 14110"]["found"] is False
    text = CliRunner().invoke(effects_command, [*words, "--lang", "en"]).stdout
    (line,) = [line for line in text.splitlines() if line.startswith("E.O. 14901 ")]
    assert "Ended by E.O. 14950 on December 1, 2025" in line
    outcome = CliRunner().invoke(effects_command, [*words, "--unit", "15 CFR 744"])
    assert isinstance(outcome.exception, UsageError)


@pytest.mark.parametrize("name", ["E.O. 14901", "Executive Order 14901", "executive order 14901"])
def test_an_order_has_one_name(name: str) -> None:
    assert touched([replace(ENDS, affected=Affected(executive_order="14901"))], [Instrument(name)]) == (name,)


def test_a_profile_that_watches_an_instrument_is_matched_by_what_affects_it() -> None:
    change, _ = cfr_change()
    watching = Profile("legal", units=("E.O. 14901", "15 CFR 700.1"))
    order = replace(ENDS, affected=Affected(executive_order="14901"))
    found = with_watching_profiles(replace(change, profiles=()), [order], [watching, Profile("other")])
    (match,) = found.profiles
    assert (match.profile, match.level) == ("legal", change.tagging.level)
    assert match.evidence[0].quote == ENDS.affecting.quote
    assert with_watching_profiles(change, [STAY], [watching]) is change
    editorial = replace(change, editorial=True)
    assert with_watching_profiles(editorial, [order], [watching]) is editorial
