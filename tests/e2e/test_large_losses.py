"""A large loss is quarantined, and sent with its numbers when the next poll confirms it; broken characters are
quarantined for as long as they are broken."""

from __future__ import annotations

import json
from pathlib import Path

from tests.case_player import Answer, CasePlayer
from tests.e2e.world import World
from tracker.digest.changed_parties import parties
from tracker.serialization import change_from_json
from tracker.storage import changes
from tracker.storage.database import Store

LIST = '[[source]]\nid = "csl"\nkind = "screening-list"\nurl = "{site}/list.json"\nevery = "1h"\n'
PAGE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
ENTITY = "Entity List (EL) - Bureau of Industry and Security"
DENIED = "Denied Persons List (DPL) - Bureau of Industry and Security"


def screening_list(entity: int, denied: int, *, turned: bool = False) -> Answer:
    parties = [
        {"id": f"{source[:2]}{number}", "source": source, "name": f"Party {number} of {source[:6]}", "addresses": [{"country": "CN"}]}
        for source, count in ((ENTITY, entity), (DENIED, denied))
        for number in range(count)
    ]  # fmt: skip
    return Answer(json.dumps({"results": parties[::-1] if turned else parties}), type="application/json")


def page(words: str, questions: int = 20) -> str:
    asked = "".join(
        f"<h2>Question {n}</h2><p>An exporter needs a license under 15 CFR 744.{n}: {words}.</p>"
        for n in range(questions)
    )
    return f"<html><head><title>Questions</title></head><body><main><h1>Questions</h1>{asked}</main></body></html>"


def test_a_list_that_stays_away_is_sent_as_that_and_not_as_relief(tmp_path: Path) -> None:
    with CasePlayer(LIST, tmp_path) as player:
        player.step({"/list.json": screening_list(40, 30)})
        assert player.step({"/list.json": screening_list(40, 0)})["csl"].state == "changed-shape"
        assert player.changes() == []
        assert player.step()["csl"].state == "healthy"
        (gone,) = player.changes()
        assert gone["reason"]["en"].startswith(f"The list {DENIED} is no longer in the file (30 parties).")
        assert "check with its publisher" in gone["summary"]["en"]
        assert DENIED in gone["reason"]["ja"]
        assert "removed" not in gone["summary"]["en"]
        assert (gone["level"], gone["direction"]) == ("medium", None)
        assert [alert["id"] for alert in player.alerts if "level" in alert] == [gone["id"]]
        store = Store(player.state)
        with store.read() as connection:
            operations = changes.operations(connection, gone["id"])
        store.close()
        change = change_from_json(gone)
        assert len(operations) == 30
        assert parties([(change, operations)], {}) == (), (
            "the digest and the lists of the viewer name none as removed"
        )
        player.step({"/list.json": screening_list(40, 30)})
        back = player.changes()[-1]
        assert back["reason"]["en"].startswith(f"The list {DENIED} is in the file, which lacked it before")
        assert back["direction"] is None
        assert "added" not in back["summary"]["en"]


def test_many_parties_that_stay_away_are_sent_with_their_number(tmp_path: Path) -> None:
    with CasePlayer(LIST, tmp_path) as player:
        player.step({"/list.json": screening_list(60, 5)})
        assert "27 of 60 parties" in player.step({"/list.json": screening_list(33, 5)})["csl"].reason
        player.step({"/list.json": screening_list(31, 5)})
        (gone,) = player.changes()
        assert gone["reason"]["en"].startswith(f"29 of 60 parties of {ENTITY} are gone at once")
        assert gone["direction"] is None


def test_a_few_parties_that_go_are_sent_by_the_second_poll_and_an_order_turned_about_is_no_change(
    tmp_path: Path,
) -> None:
    with CasePlayer(LIST, tmp_path) as player:
        player.step({"/list.json": screening_list(60, 20)})
        player.step({"/list.json": screening_list(60, 20, turned=True)})
        assert player.changes() == []
        player.step({"/list.json": screening_list(58, 20)})
        assert player.changes() == []
        player.step()
        (gone,) = player.changes()
        assert "2 rows removed" in gone["summary"]["en"] or "2 parties removed" in gone["summary"]["en"]
        assert gone["direction"] == "relief"


def test_half_of_a_page_that_stays_away_is_sent_with_its_number(tmp_path: Path) -> None:
    with CasePlayer(PAGE, tmp_path) as player:
        player.step({"/page": page("yes")})
        assert player.step({"/page": page("yes", 10)})["page"].state == "changed-shape"
        assert player.changes() == []
        player.step()
        (gone,) = player.changes()
        assert "are gone at once" in gone["summary"]["en"]


def test_a_text_with_broken_characters_is_quarantined_until_they_are_whole(tmp_path: Path) -> None:
    with CasePlayer(PAGE, tmp_path) as player:
        words = "the “end-user’s” § 5"
        player.step({"/page": page(words)})
        latin = Answer(page(words), type="text/html; charset=iso-8859-1")
        assert player.step({"/page": latin})["page"].state == "healthy", "the bytes are plainly UTF-8"
        twice = page(words).encode().decode("cp1252", "replace")
        for _ in range(3):
            report = player.step({"/page": twice})["page"]
            assert report.state == "changed-shape"
            assert "its characters are damaged" in report.reason
        assert player.changes() == []
        player.step({"/page": page(f"{words} and more")})
        assert len(player.changes()) == 1


def test_sections_that_are_missing_from_a_part_for_one_poll_are_not_sent_as_removed(world: World) -> None:
    states = world.standin.archive.code[15, "744"]
    less = states[max(states)]
    sections = "".join(
        f'<DIV8 N="744.{n}" TYPE="SECTION"><HEAD>§ 744.{n} Restrictions.</HEAD><P>You need a license for item {n}.</P></DIV8>'
        for n in range(50, 58)
    )
    whole = less.replace("<DIV8", f"{sections}<DIV8", 1)
    world.standin.archive.put_part(15, "744", world.standin.up_to_date_as_of, whole)
    world.use("ear").one()
    world.later(days=2)
    day = world.standin.up_to_date_as_of
    world.standin.archive.put_part(15, "744", day, less)
    report = world.one()
    assert report.state == "changed-shape"
    assert "8 of " in report.reason
    assert report.changes == []
    world.later(hours=6)
    world.standin.archive.put_part(15, "744", day, whole)
    assert world.one().state == "healthy"
    assert [found for found in world.changes() if not found["baseline"]] == []
    for held in (True, False):
        world.later(days=2)
        world.standin.archive.put_part(15, "744", world.standin.up_to_date_as_of, less)
        report = world.one()
        assert (report.state == "changed-shape") is held, report.reason
    (change,) = [found for found in world.changes() if not found["baseline"]]
    assert "sections are gone at once" in change["summary"]["en"]
    assert change["direction"] is None
    assert len([alert for alert in world.alerts if change["id"] in alert]) == 1
