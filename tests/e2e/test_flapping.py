"""Pages behind servers that lag behind: each change is sent once, nothing of the law is learned as noise, nothing is
sent as changed back, and the two texts of a flapping page are kept and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.case_player import Answers, CasePlayer, case_folder
from tracker.cli.noise import noise
from tracker.rendering.status_report import is_healthy, status_report
from tracker.rendering.status_text import table
from tracker.scheduler.schedule import load_checked
from tracker.storage import changes, page_states, snapshots, versions
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

SOURCE = '[[source]]\nid = "form"\nkind = "page"\nurl = "{site}/form"\nevery = "1h"\n'
STEADY = "The Export Administration Regulations decide which exports, reexports and transfers of equipment need a license."


def page(words: str, *more: str) -> str:
    lines = "".join(f"<p>{line}</p>" for line in (STEADY, words, *more))
    return f"<html><head><title>Items</title></head><body><main><h1>Items</h1>{lines}</main></body></html>"


OLD = page("A license is required for items of ECCN 3A001.")
NEW = page("A license is required for items of ECCN 3A090.")
LATER = page("Presumption of denial")


def alerted(player: CasePlayer) -> list[str]:
    """Return the added words, by change, oldest first."""
    found = []
    with Store(player.state).read() as connection:
        for change in player.changes():
            operations = changes.operations(connection, change["id"])
            found.append(" | ".join(operation.after for operation in operations if operation.after))
    return found


def play(folder: Path, *polls: Answers) -> CasePlayer:
    player = CasePlayer(SOURCE, folder)
    for answers in polls:
        player.step({"/form": answers})
    return player


def state_of(player: CasePlayer) -> dict[str, Any]:
    with open_reader(player.state) as store:
        found = status_report(load_checked(player.config), store, player.now)
    assert is_healthy(found) == found["sources"][0]["healthy"]
    (source,) = found["sources"]
    return dict(source)


def test_a_second_fetch_from_a_stale_node_delays_the_change_to_the_next_poll(tmp_path: Path) -> None:
    with play(tmp_path, OLD, [NEW, OLD]) as player:
        assert player.changes() == []
        found = state_of(player)
        assert (found["state"], found["healthy"]) == ("flapping", False)
        assert found["flapping"][0]["url"] == f"{player.site.url}/form"
        assert found["masked"] == []
        waiting = page_states.flapping(store := Store(player.state), "form")
        with store.read() as connection:
            (row,) = waiting.values()
            texts = [snapshots.load(connection, [number]).answer.body.decode() for number in row.snapshots]
        assert ["3A090" in text for text in texts] == [True, False], "both texts are kept"
        player.step({"/form": [NEW, OLD]})
        assert alerted(player) == ["A license is required for items of ECCN 3A090."]
        assert state_of(player)["state"] == "healthy"
        player.step()
        assert len(player.alerts) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ECCN 3A001 applies to these items.", "ECCN 3A090 applies to these items."),
        ("3A001", "3A090"),
        ("Presumption of denial", "Presumption of approval"),
        ("Presumption of denial", "Policy of case-by-case review for civil end uses"),
        ("License Exception NAC is available for the items.", "License Exception ACA is available for the items."),
        ("See Supplement No. 4 to part 744.", "See Supplement No. 6 to part 744."),
        ("Heading 9903.01.25 applies at 10 percent.", "Heading 9903.01.63 applies at 34 percent."),
        ("Effective November 10, 2026.", "Effective November 24, 2026."),
        ("Comments are due by 5:00 PM Eastern.", "Comments are due by 11:59 PM Eastern."),
        ("The fee is 120 dollars for 30 days.", "The fee is 140 dollars for 60 days."),
    ],
)  # fmt: skip
def test_no_word_of_the_law_is_ever_silenced(tmp_path: Path, before: str, after: str) -> None:
    old, new = page(before), page(after)
    with play(tmp_path, old, [new, old], [old], [new, old], [old, new], [new], old, old) as player:
        assert alerted(player) == [after, before]
        player.step({"/form": page("Something else about export licenses stands here.")})
        assert len(alerted(player)) == 3
        assert state_of(player)["masked"] == []


def test_a_node_that_lags_behind_never_makes_a_change_back(tmp_path: Path) -> None:
    with play(tmp_path, OLD, NEW) as player:
        assert len(alerted(player)) == 1
        for answers in ([OLD, NEW], [OLD, OLD], NEW, [OLD, NEW], [OLD, NEW], [OLD, OLD], NEW):
            player.step({"/form": answers})
        assert len(alerted(player)) == 1
        assert state_of(player)["state"] == "flapping"
        for _ in range(2):
            player.step({"/form": NEW}, minutes=60 * 24)
        assert state_of(player)["state"] == "healthy"


def test_a_text_that_is_really_put_back_is_sent_by_the_second_poll(tmp_path: Path) -> None:
    with play(tmp_path, OLD, NEW, OLD) as player:
        assert len(alerted(player)) == 1
        player.step()
        assert alerted(player)[1] == "A license is required for items of ECCN 3A001."
        player.step()
        assert len(player.alerts) == 2


def test_clocks_and_tokens_are_masked_listed_and_cleared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def at(words: str, second: int) -> str:
        return page(
            words, f"As of November 20, 2026 at 10:22:{second:02} AM", f"Form token {second:02}f3a9c1 here"
        )

    with play(tmp_path, at("ECCN 3A001", 1), [at("ECCN 3A001", 7), at("ECCN 3A001", 9)]) as player:
        assert alerted(player) == []
        found = state_of(player)
        assert (found["state"], found["healthy"]) == ("healthy", True)
        assert {(each["kind"], each["words"]) for each in found["masked"]} == {
            ("clock", "As of ◌"), ("nonce", "Form token ◌ here"),
        }  # fmt: skip
        with open_reader(player.state) as store:
            drawn = table(status_report(load_checked(player.config), store, player.now), "ja", "Asia/Tokyo")
        assert "As of ◌" in drawn
        player.step({"/form": [at("ECCN 3A090", 11), at("ECCN 3A090", 13)]})
        assert alerted(player) == ["ECCN 3A090"]

        arguments = ["form", "--config", str(player.config), "--state", str(player.state), "--lang", "en"]
        noise(arguments, standalone_mode=False)
        assert "clock: As of ◌" in capsys.readouterr().out
        noise([*arguments, "--json", "--clear"], standalone_mode=False)
        assert json.loads(capsys.readouterr().out)["cleared"] is True
        assert state_of(player)["masked"] == []
        player.step({"/form": [at("ECCN 3A090", 21), at("ECCN 3A090", 23)]})
        assert len(alerted(player)) == 1, "what really moves is learned again"


def test_noise_that_a_cache_gives_twice_is_learned_over_polls(tmp_path: Path) -> None:
    """Both fetches of a poll get the same clock to the minute, the same token and the same count."""

    def at(words: str, hour: int) -> str:
        return page(
            words, f"As of November 20, 2026 at {hour:02}:04", f"Form token {hour:02}f3a9c1 here",
            f"This page was read {1200 + 7 * hour:,} times",
        )  # fmt: skip

    with play(tmp_path, *(at("ECCN 3A001", hour) for hour in (1, 2, 3, 4, 5))) as player:
        assert alerted(player) == []
        assert {each["kind"] for each in state_of(player)["masked"]} == {"clock", "nonce", "counter"}
        assert state_of(player)["state"] == "healthy"
        player.step({"/form": at("ECCN 3A090", 6)})
        assert alerted(player) == ["ECCN 3A090"]


def test_a_new_deadline_is_no_clock(tmp_path: Path) -> None:
    def due(hour: str, day: str) -> str:
        return page(f"Comments are due by {hour} on {day}, 2026.")

    with play(tmp_path, due("5:00 PM", "October 29"), *[due("11:59 PM", "October 30")] * 2) as player:
        assert alerted(player) == ["Comments are due by 11:59 PM on October 30, 2026."]
        for hour in ("4:00 PM", "4:30 PM", "4:30 PM"):
            player.step({"/form": due(hour, "October 30")})
        assert alerted(player)[-1] == "Comments are due by 4:30 PM on October 30, 2026."
        assert state_of(player)["masked"] == []


def test_a_poisoned_store_heals(tmp_path: Path) -> None:
    """Schema 0015 could hold masks that hid the law: they are not used, and the hidden change is sent."""
    with play(tmp_path, OLD) as player:
        store = Store(player.state)
        with store.write() as connection:
            (version,) = [versions.latest_of(connection, "form", f"{player.site.url}/form")]
            assert version is not None
            versions.learn(connection, version, ["of ECCN ◌ \u2403", "@Items ¶2"])
        store.close()
        assert state_of(player)["masked"] == []
        player.step({"/form": NEW})
        assert alerted(player) == ["A license is required for items of ECCN 3A090."]


def test_the_recorded_case(tmp_path: Path) -> None:
    with CasePlayer.of_folder(case_folder("stale-second-fetch"), tmp_path) as player:
        player.play()
        found = [
            (change["source"], words) for change, words in zip(player.changes(), alerted(player), strict=True)
        ]
        assert found == [
            (
                "form",
                "A license is required for items of ECCN 3B903 and for the parties of Supplement No. 6 to part 744.",
            ),
            ("items", "3B903"),
            ("items", "Presumption of denial"),
        ]
        assert len(player.alerts) == 3
