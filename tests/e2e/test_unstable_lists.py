"""Party lists of which a server gives an older or a partial state: a removal is reported by the second poll in a row that
lacks the party, an addition at once, and a party that disappears for one poll is not reported as removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.case_player import Answer, CasePlayer

LIST = '[[source]]\nid = "csl"\nkind = "screening-list"\nurl = "{site}/list.json"\nevery = "1h"\n'
ENTITY = "Entity List (EL) - Bureau of Industry and Security"
UNVERIFIED = "Unverified List (UVL) - Bureau of Industry and Security"
Rows = list[dict[str, Any]]


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "_id": f"a{number}",
        "source": ENTITY,
        "name": f"Trading House {number}",
        "addresses": [{"address": f"{number} Harbor Road", "city": "Busan", "country": "KR"}],
        "alt_names": [f"TH {number}"],
        "start_date": "2025-03-04",
        "license_requirement": "For all items subject to the EAR",
        "license_policy": "Presumption of denial",
        **changes,
    }


ROWS = [row(number) for number in range(24)]
WITHOUT = [each for each in ROWS if each["_id"] != "a7"]
MORE = [*ROWS, row(90, name="Fresh Foundry")]


def answer(rows: Rows) -> Answer:
    return Answer(json.dumps({"results": rows}), type="application/json")


def summaries(player: CasePlayer) -> list[str]:
    """What was reported in substance, oldest first."""
    return [change["summary"]["en"] for change in player.changes() if not change["editorial"]]


def play(folder: Path, *polls: Rows) -> CasePlayer:
    player = CasePlayer(LIST, folder)
    for rows in polls:
        player.step({"/list.json": answer(rows)})
    return player


def test_a_party_that_one_answer_lacks_is_not_removed(tmp_path: Path) -> None:
    with play(tmp_path, ROWS, WITHOUT, ROWS, WITHOUT, ROWS) as player:
        assert player.changes() == []
        assert player.step()["csl"].state == "flapping"
        assert player.step(minutes=60 * 25)["csl"].state == "healthy"


def test_a_party_that_two_answers_in_a_row_lack_is_removed_once(tmp_path: Path) -> None:
    with play(tmp_path, ROWS, WITHOUT) as player:
        assert summaries(player) == []
        assert player.step()["csl"].state == "healthy", "the same bytes again confirm it"
        (gone,) = summaries(player)
        assert "1 party removed" in gone
        assert "Trading House 7" in gone
        for _ in range(3):
            player.step()
        assert len(summaries(player)) == 1


def test_an_addition_is_reported_at_once_and_a_removal_by_the_next_poll(tmp_path: Path) -> None:
    both = [*WITHOUT, row(90, name="Fresh Foundry")]
    with play(tmp_path, ROWS, both) as player:
        (added,) = summaries(player)
        assert "1 party added" in added
        assert "removed" not in added
        player.step()
        assert len(summaries(player)) == 2
        assert "1 party removed" in summaries(player)[1]
        added_first, gone = player.changes()
        assert gone["before"] == added_first["before"], "the bytes that have the party"
        assert gone["after"]["sha256"] == added_first["after"]["sha256"]


def test_an_addition_that_a_server_behind_lacks_in_turn_is_reported_once(tmp_path: Path) -> None:
    with play(tmp_path, ROWS, MORE, ROWS, MORE, ROWS, MORE, MORE) as player:
        assert len(summaries(player)) == 1
        player.step({"/list.json": answer(ROWS)})
        player.step()
        assert "1 party removed" in summaries(player)[1], "taken off for good"


def test_an_edit_that_a_server_behind_lacks_in_turn_is_reported_once(tmp_path: Path) -> None:
    edited = [*ROWS[:3], row(3, license_policy="Case-by-case review"), *ROWS[4:]]
    with play(tmp_path, ROWS, edited, ROWS, edited, ROWS, edited) as player:
        assert len(summaries(player)) == 1
        player.step({"/list.json": answer(ROWS)})
        player.step()
        assert len(summaries(player)) == 2, "changed back for good"


def test_a_party_that_moves_to_another_list_is_reported_at_once(tmp_path: Path) -> None:
    moved = [*ROWS, row(50, source=UNVERIFIED)]
    after = [*ROWS, row(50, _id="b50", source=ENTITY)]
    with play(tmp_path, moved, after) as player:
        assert len(summaries(player)) == 1


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        (("alt_names",), "Aliases"),
        (("addresses",), "Addresses"),
        (("license_requirement", "license_policy"), "License policy"),
        (("start_date",), "Start"),
    ],
)
def test_a_field_missing_in_all_rows_is_quarantined_like_lost_rows(
    tmp_path: Path, lost: tuple[str, ...], named: str
) -> None:
    less = [{name: value for name, value in each.items() if name not in lost} for each in ROWS]
    with play(tmp_path, ROWS) as player:
        report = player.step({"/list.json": answer(less)})["csl"]
        assert report.state == "changed-shape"
        assert f"the field {named} is gone from 24 of 24 parties" in report.reason
        player.step({"/list.json": answer(ROWS)})
        assert player.changes() == []
        player.step({"/list.json": answer(less)})
        player.step()
        (change,) = player.changes()
        assert f"The field {named} is gone from 24 of 24 parties" in change["summary"]["en"]
        assert f"項目「{named}」" in change["summary"]["ja"]
        assert (change["level"], change["direction"]) == ("medium", None)


def test_copies_ids_spelling_and_dates_of_rows_are_no_news(tmp_path: Path) -> None:
    copied = [*ROWS, ROWS[4], {**ROWS[5], "_id": "copy"}]
    renumbered = [{**each, "_id": f"new-{each['_id']}"} for each in ROWS]
    dated = [{**each, "start_date": "2025-03-04T00:00:00"} for each in ROWS]
    shouted = [{**each, "name": each["name"].upper()} for each in ROWS]
    with play(tmp_path, ROWS, copied, ROWS, renumbered, ROWS, dated, ROWS, shouted) as player:
        assert summaries(player) == []
        assert [alert for alert in player.alerts if "level" in alert] == []
        player.step({"/list.json": answer([row(0, name="TRADING HOUSE ZERO"), *shouted[1:]])})
        assert len(summaries(player)) == 1
