"""A change of the CFR names the rule that made it, and the rule its text, whichever was stored first."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.e2e.test_ingest_poll import new_rule
from tests.e2e.world import World
from tests.standin.samples import PARTIES
from tracker.cli.app import run
from tracker.demo.model import FrDocument
from tracker.demo.parties import LIST_PATH, party, screening_list
from tracker.scheduler.schedule import load_checked
from tracker.web.app import create_app

RULE: dict[str, Any] = {
    "start_page": 30900,
    "end_page": 30940,
    "volume": 91,
    "cfr_references": [{"title": 15, "part": 744}],
}
CITA = '<CITA TYPE="N">[91 FR 30921, June 10, 2026]</CITA>'


def amend(world: World, source_line: str = CITA) -> None:
    world.standin.edit_part(
        15, "744",
        "<P>(a) <I>General prohibition.</I> You may not export an item subject to the EAR for use in a fabrication facility.</P>",
        "<P>(a) <I>General prohibition.</I> You may not export any item for use in an advanced fabrication facility.</P>"
        + source_line,
    )  # fmt: skip


def shown(
    world: World, reference: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    arguments = ["show", reference, "--json", "--state", str(world.state), "--config", str(world.config)]
    monkeypatch.setattr("sys.argv", ["tracker", *arguments])
    capsys.readouterr()  # what the polls logged
    assert run() == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def viewer(world: World) -> TestClient:
    settings = load_checked(world.config)
    return TestClient(create_app(settings, world.state, lambda: world.now), base_url="http://127.0.0.1")


def cfr(world: World) -> dict[str, Any]:
    (found,) = [change for change in world.changes(kind="cfr") if not change["baseline"]]
    return found


def rule_then_text(world: World, *documents: FrDocument) -> None:
    world.use("fr-bis", "ear").poll()
    for document in documents:
        world.later(hours=1)
        world.standin.add_document(document)
        world.poll()
    world.later(days=2)
    amend(world)
    world.poll()


def test_a_rule_and_its_text_name_each_other(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_then_text(world, new_rule(**RULE))
    text = shown(world, cfr(world)["id"], capsys, monkeypatch)
    (alert,) = [alert for alert in world.alerts if text["id"] in alert]
    assert "改正した文書: 91 FR 30900 2026-11777 Additions to the Entity List" in alert
    made = text["made_by"]
    assert {each["document_number"] for each in made} == {"2026-11777"}
    assert {(each["state"], each["basis"]) for each in made} == {("joined", "citation")}
    assert made[0]["day"] == "2026-06-10"
    assert "15 CFR 744.23(a)" in made[0]["paths"]
    rule = shown(world, "2026-11777", capsys, monkeypatch)
    assert [each["change"] for each in rule["texts"]] == [text["id"]]
    assert rule["story"] == text["story"]
    assert [each["change"] for each in rule["story_records"]] == [text["id"]]
    listed = {change["id"]: change["story"] for change in world.changes()}
    assert listed[text["id"]] == listed[rule["id"]]
    with viewer(world) as client:
        answer = client.get(f"/api/changes/{text['id']}").json()
        assert (answer["story"], answer["made_by"]) == (text["story"], made)
        page = client.get(f"/changes/{text['id']}").text
        assert f'href="/changes/{rule["id"]}"' in page
        assert "改正した文書" in page
        assert f'href="/changes/{text["id"]}"' in client.get(f"/changes/{rule['id']}").text
        history = client.get(
            "/law/history", params={"text": "ear:15 CFR 744", "path": "15 CFR 744.23(a)"}
        ).text
        assert "改正した文書" in history
        (step,) = client.get("/api/law", params={"path": "15 CFR 744.23(a)"}).json()["history"]
        assert (step["by"], step["from"], step["candidates"]) == ("2026-11777", "2026-06-10", [])
        assert f'href="/changes/{rule["id"]}"' in history


def test_a_rule_that_is_stored_after_its_text_takes_it_into_its_story(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=3)
    amend(world)
    world.poll()
    text = cfr(world)
    before = shown(world, text["id"], capsys, monkeypatch)
    assert {(each["citation"], each["document_number"]) for each in before["made_by"]} == {
        ("91 FR 30921", None)
    }
    world.later(hours=1)
    world.standin.add_document(new_rule(**RULE))
    world.poll()
    rule = shown(world, "2026-11777", capsys, monkeypatch)
    after = shown(world, text["id"], capsys, monkeypatch)
    assert {each["document_number"] for each in after["made_by"]} == {"2026-11777"}
    assert [each["change"] for each in rule["story_records"]] == [text["id"]]
    assert after["story"] == rule["story"]


def test_two_rules_of_one_day_are_candidates_and_no_story(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis", "ear").poll()
    for number, pages in (("2026-11777", (30900, 30940)), ("2026-11778", (30950, 30960))):
        facts: dict[str, Any] = {**RULE, "start_page": pages[0], "end_page": pages[1]}
        world.standin.add_document(new_rule(number, **facts))
    world.later(days=2)
    world.poll()
    amend(world, "")
    world.later(days=1)
    world.poll()
    text = shown(world, cfr(world)["id"], capsys, monkeypatch)
    (made,) = text["made_by"]
    assert made["state"] == "ambiguous"
    (alert,) = [alert for alert in world.alerts if text["id"] in alert]
    assert "改正した文書: 特定できません。候補: 91 FR 30900 2026-11777" in alert
    assert {each["document_number"] for each in made["candidates"]} == {"2026-11777", "2026-11778"}
    assert text["story_records"] == []
    with viewer(world) as client:
        page = client.get(f"/changes/{text['id']}").text
        (step,) = client.get("/api/law", params={"path": "15 CFR 744.23(a)"}).json()["history"]
    assert (step["by"], step["candidates"]) == (None, ["91 FR 30900", "91 FR 30950"])
    assert "特定できません。候補:" in page


def test_a_rule_in_the_baseline_is_of_the_story_of_its_later_text(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.standin.add_document(new_rule(**RULE))
    world.later(days=1)
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    amend(world)
    world.poll()
    rule = shown(world, "2026-11777", capsys, monkeypatch)
    assert rule["baseline"]
    assert [each["kind"] for each in rule["story_records"]] == ["cfr"]


def token(client: TestClient, path: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def review(client: TestClient, change_id: str, **fields: str) -> None:
    page = f"/changes/{change_id}"
    if "reviewer" not in client.cookies:
        client.post("/reviewer", data={"who": "Hanako", "form": token(client, page), "back": page})
    data = {"form": token(client, page), **fields}
    assert client.post(f"{page}/review", data=data, follow_redirects=False).status_code == 303


def test_the_inbox_has_one_card_for_a_rule_and_its_text(world: World) -> None:
    rule_then_text(world, new_rule(**RULE))
    text = cfr(world)
    (rule,) = [change for change in world.changes(kind="rule") if change["document_number"] == "2026-11777"]
    with viewer(world) as client:
        page = client.get("/", params={"new": "1"}).text
        assert f'<h2><a href="/changes/{rule["id"]}">' in page
        assert f'<li><a href="/changes/{text["id"]}">' in page
        assert f'<h2><a href="/changes/{text["id"]}">' not in page
        alone = client.get("/", params={"new": "1", "kind": "cfr"}).text
        assert f'<h2><a href="/changes/{text["id"]}' in alone


def test_a_review_of_one_record_is_a_review_of_its_story(world: World) -> None:
    rule_then_text(world, new_rule(**RULE))
    text = cfr(world)
    (rule,) = [change for change in world.changes(kind="rule") if change["document_number"] == "2026-11777"]
    with viewer(world) as client:
        assert text["id"] in client.get("/?review=open&new=1").text
        review(client, rule["id"], action="comment", note="only here")
        review(client, rule["id"], action="acknowledge")
        review(client, rule["id"], action="decide", value="watch", note="no such customer")
        log = client.get(f"/api/changes/{text['id']}").json()["reviews"]
        assert [(each["action"], each["value"]) for each in log] == [("acknowledge", ""), ("decide", "watch")]
        assert log[1]["note"] == f"no such customer\n[recorded with {rule['id']}, same story]"
        assert {each["who"] for each in log} == {"Hanako"}
        own = client.get(f"/api/changes/{rule['id']}").json()["reviews"]
        assert own[-1]["note"] == "no such customer"
        assert rule["id"] not in client.get("/?review=open&new=1").text
        assert text["id"] not in client.get("/?review=open&new=1").text
        review(client, text["id"], action="decide", value="applies", note="it does")
        again = client.get(f"/api/changes/{rule['id']}").json()["reviews"]
        assert [each["value"] for each in again if each["action"] == "decide"] == ["watch"]


def test_a_record_added_to_a_story_later_is_open(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(hours=1)
    world.standin.add_document(new_rule(**RULE))
    world.poll()
    (rule,) = [change for change in world.changes(kind="rule") if change["document_number"] == "2026-11777"]
    with viewer(world) as client:
        review(client, rule["id"], action="acknowledge")
        assert rule["id"] not in client.get("/?review=open&new=1").text
    world.later(days=2)
    amend(world)
    world.poll()
    with viewer(world) as client:
        page = client.get("/?review=open&new=1").text
    assert cfr(world)["id"] in page


PRESS = (
    "<html><head><title>Entities added</title></head><body><main><h1>Commerce adds 12 entities to the Entity List</h1>"
    "<p>The Bureau of Industry and Security adds 12 entities in China to the Entity List (FR Doc. 2026-11777). "
    "Comments must be received by July 10, 2026.</p></main></body></html>"
)


def test_a_date_that_a_rule_and_its_press_release_name_is_one_entry_of_the_calendar(world: World) -> None:
    facts: dict[str, Any] = {**RULE, "dates": "Comments must be received by July 10, 2026."}
    world.use("fr-bis", "news").poll()
    world.later(hours=1)
    world.standin.add_document(new_rule(**facts))
    world.poll()
    world.later(hours=1)
    world.standin.put_page("/news/added", PRESS)
    world.standin.edit_page("/news", "</ul>", '<li><a href="/news/added">Entities added</a></li></ul>')
    world.poll()
    with viewer(world) as client:
        (entry,) = [each for each in client.get("/api/deadlines").json() if each["date"] == "2026-07-10"]
        assert (entry["type"], entry["document_number"]) == ("comments-close", "2026-11777")
        assert len(entry["changes"]) == 2
        assert client.get("/calendar").text.count("2026-07-10") >= 1


ROW = (
    "<TR><TD></TD><TD>{name}, 2 Sample Road, Shanghai, China.</TD><TD>For all items subject to the EAR.</TD>"
    "<TD>Presumption of denial</TD><TD>{cited}</TD></TR>"
)


def add_party(world: World, name: str = "Sample Zinc Works") -> None:
    """A party in Supplement No. 4 to part 744 and in the Consolidated Screening List; each cites what it has."""
    new = ROW.format(name=name, cited="91 FR [INSERT FR PAGE NUMBER], 6/10/26.")
    world.standin.edit_part(
        15,
        "744",
        "</TR>\n</TBODY>\n</TABLE>\n</DIV></DIV>\n</DIV9>",
        f"</TR>{new}</TBODY></TABLE></DIV></DIV></DIV9>",
    )
    world.standin.put_page(LIST_PATH, screening_list([*PARTIES, party(name, 3, "CN")]))


def test_a_list_row_that_repeats_a_row_of_the_cfr_is_of_its_story(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the rule is not stored, so that both rows only cite it."""
    world.use("ear", "list").poll()
    before = {change["id"] for change in world.changes()}
    world.later(days=2)
    add_party(world)
    world.poll()
    found = {change["kind"]: change for change in world.changes() if change["id"] not in before}
    assert set(found) == {"cfr", "list"}
    listed = shown(world, found["list"]["id"], capsys, monkeypatch)
    assert [each["change"] for each in listed["story_records"]] == [found["cfr"]["id"]]
