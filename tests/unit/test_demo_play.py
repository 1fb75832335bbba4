"""The demo, played whole: every topic, level and direction, and no alert for what is no change."""

from __future__ import annotations

import json
import socket
import sqlite3
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tracker.config import loader
from tracker.demo import archive_loader
from tracker.demo import play as play_module
from tracker.demo.play import play
from tracker.demo.server import Server
from tracker.errors import UsageError
from tracker.model import TOPIC_IDS, Direction, Level
from tracker.storage.database import Store

# One interest each, in addition to the demo's own profiles.
PROFILES = """
[[profile]]
id = "item"
eccns = ["3B001"]

[[profile]]
id = "product"
products = ["真空バルブ"]

[[profile]]
id = "party"
parties = ["HINODE SAMPLE SEIMITSU"]
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    settings = folder / "with-profiles.toml"
    settings.write_text(play_module.SETTINGS.read_text("utf-8") + PROFILES, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(play_module, "SETTINGS", settings)
        assert play(once=True, state=folder / "state") == 0
    return folder / "state"


@pytest.fixture(scope="module")
def records(state: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(state / "tracker.db")
    rows = connection.execute("SELECT record FROM change WHERE baseline = 0 ORDER BY seq").fetchall()
    connection.close()
    return [json.loads(row[0]) for row in rows]


def test_it_shows_every_topic_level_and_direction(records: list[dict[str, Any]]) -> None:
    assert {topic["id"] for record in records for topic in record["topics"]} == set(TOPIC_IDS)
    assert {record["level"] for record in records} == {str(level) for level in Level}
    assert {record["direction"] for record in records} >= {str(direction) for direction in Direction}


def test_the_stay_is_on_the_stayed_rule_s_record(records: list[dict[str, Any]]) -> None:
    stayed = [record for record in records if record["document_number"] == "2025-19001"]
    assert len(stayed) == 1
    assert any(
        status["state"] == "stayed" and status["citation"] == "90 FR 50857" for status in stayed[0]["status"]
    )


def test_a_listed_party_in_japan_is_a_nexus_of_high_level(records: list[dict[str, Any]]) -> None:
    row = "Supp. No. 4 to Part 744 › JAPAN › Hinode Sample Seimitsu Co., Ltd."
    listed = [record for record in records if row in record["units"]]
    assert {record["kind"] for record in listed} == {"cfr", "list"}
    for record in listed:
        assert record["japan_nexus"]
        assert record["level"] in {"high", "critical"}
        assert "trading-partners" in record["profiles"]


def test_the_vacuum_valve_of_3b001_concerns_its_profile(records: list[dict[str, Any]]) -> None:
    unit = "Supp. No. 1 to Part 774 › 3B001 › c.1.b"
    assert any(unit in record["units"] and "vacuum-components" in record["profiles"] for record in records)


def test_noise_and_editorial_changes_send_no_alert(records: list[dict[str, Any]], state: Path) -> None:
    alerts = (state / "alerts.txt").read_text(encoding="utf-8")
    assert not any(record["url"].endswith("processing-times") for record in records)
    assert "Fisheries" not in alerts
    assert "major component" not in alerts
    assert "Part 850" not in alerts
    assert "electronic design automation" not in alerts


def test_each_alert_of_the_file_names_a_change_that_is_stored(
    records: list[dict[str, Any]], state: Path
) -> None:
    alerts = (state / "alerts.txt").read_text(encoding="utf-8")
    alerted = [record["id"] for record in records if record["id"] in alerts]
    assert len(alerted) > 30
    assert alerts.count("記録番号: chg_") >= len(alerted)


def test_it_keeps_away_from_a_state_that_is_there(state: Path) -> None:
    with pytest.raises(UsageError, match="has a state already"):
        play(once=True, state=state)


@pytest.mark.parametrize(
    ("profile", "caught"),
    [
        (
            "item",
            {
                ("cfr", "PART 774", "Supp. No. 1 to Part 774 › 3B001 › c.1.b", "gate valves"),
                ("cfr", "PART 748", "removed: Supp. No. 7 to Part 748 › Sample Storage", "3B001"),
                ("page", "Subsystems and components", "What to do now", "3B001"),
            },
        ),
        (
            "product",
            {
                ("cfr", "PART 774", "Supp. No. 1 to Part 774 › 3B001 › c.1.b", "Vacuum valves"),
                ("cfr", "PART 744", "15 CFR 744.23(a)(3)", "vacuum valve"),
                ("page", "Subsystems and components", "Subsystems and components", "vacuum valve"),
            },
        ),
        (
            "party",
            {
                ("cfr", "PART 744", "Supp. No. 4 to Part 744 › JAPAN › Hinode Sample", "Hinode Sample Seimitsu"),
                ("list", "Consolidated", "Supp. No. 4 to Part 744 › JAPAN › Hinode Sample", "Hinode Sample Seimitsu"),
            },
        ),
    ],
)  # fmt: skip
def test_a_profile_matches_what_it_should_and_nothing_else(
    records: list[dict[str, Any]], profile: str, caught: set[tuple[str, str, str, str]]
) -> None:
    matches = [
        (record, match)
        for record in records
        for match in record["profile_matches"]
        if match["profile"] == profile
    ]
    assert len(matches) == len(caught)
    for kind, title, where, words in caught:
        found = [
            (Level(match["level"]).rank, Level(record["level"]).rank)
            for record, match in matches
            if record["kind"] == kind
            and record["title"].startswith(title)
            and any(words in one["quote"] and where in one["where"] for one in match["evidence"])
        ]
        assert len(found) == 1, (title, where)
        (raised, own) = found[0]
        assert raised >= Level.HIGH.rank or raised > own, "a profile raises what it catches"
    named = [record for record in records if record["document_number"]]
    assert len(named) > 20
    assert not any(profile in record["profiles"] for record in named), "no document of the demo names it"


def test_the_links_of_alerts_have_the_address_that_the_viewer_got(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        Server(archive_loader.load(), now=archive_loader.first_instant()) as server,
    ):
        config, _ = play_module._write_settings(tmp_path, server.url)
        Store(tmp_path).close()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        viewer = play_module.start_viewer(config, lambda: server.now, listen)
        try:
            assert viewer.url != f"http://{listen}"
            assert loader.load(config).viewer_url == viewer.url
            with urllib.request.urlopen(viewer.url) as answer:
                assert answer.status == 200
        finally:
            viewer.stop()
