"""The case player plays a script: answers in turn, paths that keep their answer, the clock, mail by recipient."""

from __future__ import annotations

import json
from pathlib import Path

from tests.case_player import START, Answer, CasePlayer, case_folder

PAGE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'


def text(words: str) -> str:
    steady = (
        "The Export Administration Regulations decide which exports, reexports and transfers need a license."
    )
    return f"<html><head><title>Guidance</title></head><body><main><h1>Guidance</h1><p>{steady}</p><p>{words}</p></main></body></html>"


def test_a_changed_page_is_one_record_and_one_alert(tmp_path: Path) -> None:
    with CasePlayer(PAGE, tmp_path) as player:
        player.step({"/page": text("A license is required for items of ECCN 3B001.")})
        player.step({"/page": text("A license is required for items of ECCN 3B903.")})
        player.step()
        (change,) = player.changes()
        assert change["url"] == f"{player.site.url}/page"
        assert [alert["id"] for alert in player.alerts] == [change["id"]]
        assert len(player.changes(baseline=True)) == 2


def test_answers_are_served_in_turn_and_the_last_repeats(tmp_path: Path) -> None:
    with CasePlayer(PAGE, tmp_path) as player:
        first = player.step(
            {"/page": [Answer(status=503), text("Items of ECCN 3B001."), text("Items of ECCN 3B903.")]}
        )
        assert first["page"].baseline == 1
        assert player.site.requests.count("/page") == 2
        player.step()
        (change,) = player.changes()
        assert player.now > START
        assert change["detected_at"] == player.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_folder_is_played_with_its_minutes_and_mail(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "1.html").write_text(text("No license is required to Japan."), "utf-8")
    (case / "2.html").write_text(text("A license is required to China."), "utf-8")
    mail = (
        '[[channel]]\nid = "mail"\nurl = "mailto://{smtp}?from=a@example.test&to=b@example.test&mode=insecure"\n'
        '[[route]]\nwhen = { level = "low" }\nto = ["mail"]\n'
    )
    script = {
        "settings": PAGE + mail,
        "smtp": {"b@example.test": ["451 later", "250 ok"]},
        "steps": [{"/page": ["1.html"]}, {"/page": ["2.html"]}, {"minutes": 120}],
    }
    (case / "script.json").write_text(json.dumps(script), "utf-8")
    with CasePlayer.of_folder(case, tmp_path) as player:
        reports = player.play()
        assert len(reports) == 3
        assert len(player.changes()) == 1
        assert [recipients for recipients, _ in player.smtp.mails] == [("b@example.test",)]


def test_every_recorded_case_can_be_played(tmp_path: Path) -> None:
    for script in sorted(case_folder("stale-second-fetch").parent.glob("*/script.json")):
        folder = tmp_path / script.parent.name
        folder.mkdir()
        with CasePlayer.of_folder(script.parent, folder) as player:
            reports = player.play()
            assert len(reports) == len(player.steps)
            assert player.changes(baseline=True), script.parent.name
