"""What a source no longer has is a state at once and a record when it is sure; its return is a record too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.case_player import Answer, CasePlayer
from tests.e2e.world import World
from tracker.archive import evidence
from tracker.cli.queries import diff
from tracker.rendering.alert_message import build_message
from tracker.rendering.status_report import status_report
from tracker.rendering.status_text import table
from tracker.scheduler.schedule import load_checked
from tracker.serialization import change_from_json
from tracker.storage import changes
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader
from tracker.web.app import create_app

pytestmark = pytest.mark.databases

ONE = '[[source]]\nid = "rule"\nkind = "page"\nurl = "{site}/rule"\nevery = "1h"\n'
SITE = '[[source]]\nid = "news"\nkind = "page"\nurl = "{site}/news"\nfollow = "same-site"\nmax_pages = 3\nevery = "1h"\n'
DAY = 60 * 24
STEADY = "The Export Administration Regulations decide which exports and reexports need a license."


def page(words: str, links: str = "") -> str:
    return (
        f"<html><head><title>Guidance</title></head><body><main><h1>Guidance</h1><p>{STEADY}</p><p>{words}</p>{links}"
        "</main></body></html>"
    )


RULE = page("A license is required for items of ECCN 3A001.")
GONE = Answer(status=410)


def state_of(player: CasePlayer) -> dict[str, Any]:
    with open_reader(player.state) as store:
        (source,) = status_report(load_checked(player.config), store, player.now)["sources"]
    return dict(source)


@pytest.mark.parametrize("code", [404, 410])
def test_a_permanent_removal_is_a_record_with_the_last_text_and_so_is_the_return(
    tmp_path: Path, code: int
) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        player.step({"/rule": RULE})
        player.step({"/rule": Answer(status=code)})
        found = state_of(player)
        assert found["state"] == "failing"
        assert (found["gone"][0]["url"], found["gone"][0]["polls"]) == (f"{player.site.url}/rule", 1)
        for _ in range(2):
            player.step()
        assert player.changes() == [], "a few hours are no removal"
        player.step(minutes=DAY)
        (gone,) = player.changes()
        assert "is gone from its source" in gone["summary"]["en"]
        assert str(code) in gone["summary"]["en"]
        assert (gone["title"], gone["kind"], gone["level"] != "none") == ("Guidance", "page", True)
        assert gone["before"]["sha256"]
        assert gone["after"] is None
        with Store(player.state).read() as connection:
            operations = changes.operations(connection, gone["id"])
        assert {operation.op for operation in operations} == {"removed"}
        assert "3A001" in " ".join(operation.before for operation in operations)
        assert gone["id"] in [alert["id"] for alert in player.alerts]
        assert state_of(player)["gone"][0]["change"] == gone["id"]
        with open_reader(player.state) as store:
            drawn = table(status_report(load_checked(player.config), store, player.now), "ja", "Asia/Tokyo")
        assert "消失" in drawn
        for language in ("ja", "en"):
            assert build_message(
                change_from_json(gone), language, now=player.now, timezone="Asia/Tokyo", viewer_url=""
            ).subject
        for _ in range(3):
            player.step(minutes=DAY)
        assert len(player.changes()) == 1, "sent once"

        player.step({"/rule": RULE}, minutes=DAY)
        _, back = player.changes()
        assert "is back" in back["summary"]["en"]
        assert "再び掲載" in back["summary"]["ja"]
        assert state_of(player)["gone"] == []
        player.step()
        assert len(player.changes()) == 2

        for _ in range(4):
            player.step({"/rule": Answer(status=code)}, minutes=DAY)
        assert len(player.changes()) == 3, "gone a second time is sent a second time"


def test_a_page_that_returns_with_another_text_is_one_record(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        player.step({"/rule": RULE})
        for _ in range(3):
            player.step({"/rule": GONE}, minutes=DAY)
        player.step({"/rule": page("A license is required for items of ECCN 3A090.")}, minutes=DAY)
        _, back = player.changes()
        assert back["units"]
        assert "3A090" in back["summary"]["en"]


def test_an_outage_is_no_removal(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        player.step({"/rule": RULE})
        for _ in range(4):
            player.step({"/rule": Answer(status=503)}, minutes=DAY)
        assert player.changes() == []
        assert state_of(player)["gone"] == []


def test_pages_of_a_site_that_are_missing_too_many_or_failed_are_listed(tmp_path: Path) -> None:
    def index(*names: str) -> str:
        return page("News of the Bureau.", "".join(f'<p><a href="/{name}">{name}</a></p>' for name in names))

    with CasePlayer(SITE, tmp_path) as player:
        player.step({"/news": index("rule", "dead", "far", "farther"), "/rule": RULE})
        found = state_of(player)
        assert (found["state"], found["left_out"]) == ("healthy", 2)
        assert found["left_out_links"] == [f"{player.site.url}/far", f"{player.site.url}/farther"]
        assert found["passed_over"][0]["url"] == f"{player.site.url}/dead"
        with open_reader(player.state) as store:
            drawn = table(status_report(load_checked(player.config), store, player.now), "en", "Asia/Tokyo")
        assert "2 links are beyond max_pages" in drawn
        player.step({"/news": index(), "/rule": GONE})
        assert [each["reason"] for each in state_of(player)["gone"]] != []
        for _ in range(2):
            player.step(minutes=DAY)
        assert [change["url"] for change in player.changes() if "is gone" in change["summary"]["en"]] == [
            f"{player.site.url}/rule"
        ]
        asked = player.site.requests.count("/rule")
        for _ in range(3):
            player.step(minutes=60)
        assert player.site.requests.count("/rule") == asked, "what was sent as gone is asked for once a day"
        player.step({"/rule": RULE}, minutes=DAY)
        assert "is back" in player.changes()[-1]["summary"]["en"]


def listing(*numbers: str) -> Answer:
    results = [
        {
            "document_number": number, "publication_date": "2026-11-25", "title": f"Additions to the Entity List {number}",
            "type": "Rule", "agencies": [{"slug": "industry-and-security-bureau", "name": "Industry and Security Bureau"}],
            "filed_at": "2026-11-20T08:45:00.000-05:00", "filing_type": "regular",
            "html_url": f"https://www.federalregister.gov/public-inspection/{number}",
            "pdf_url": f"https://public-inspection.federalregister.gov/{number}.pdf",
        }
        for number in numbers
    ]  # fmt: skip
    body = json.dumps({"count": len(results), "results": results})
    return Answer(body, type="application/json")


LIST = "/api/v1/public-inspection-documents/current.json"
PI = '[[source]]\nid = "pi"\nkind = "public-inspection"\nbase_url = "{site}/api/v1"\nagencies = ["industry-and-security-bureau"]\n'


def test_a_withdrawn_inspection_document_is_sent_on_its_own_record(tmp_path: Path) -> None:
    with CasePlayer(PI, tmp_path) as player:
        player.step({LIST: listing("2026-20001", "2026-20002")})
        player.step({LIST: listing("2026-20001")})
        assert player.changes() == []
        player.step({LIST: Answer(status=503)})
        assert player.changes() == [], "an answer that failed says nothing"
        player.step({LIST: listing("2026-20001")})
        (record,) = player.changes()
        assert record["document_number"] == "2026-20002"
        assert [each["state"] for each in record["status"]] == ["withdrawn"]
        assert record["summary"]["en"].startswith("Withdrawn from public inspection")
        assert record["revision"] == 2
        assert record["id"] in [alert["id"] for alert in player.alerts]
        player.step(minutes=DAY)
        player.step(minutes=DAY)
        (record,) = player.changes()
        assert record["revision"] == 2, "sent once"
        player.step({LIST: listing("2026-20001", "2026-20002")})
        (record,) = player.changes()
        assert record["revision"] == 3
        assert "withdrawn" not in [each["state"] for each in record["status"]]


def test_a_part_in_the_table_of_contents_is_not_absent(world: World) -> None:
    world.use("ear").one()
    world.standin.misbehave(r"full/", "404")
    for _ in range(4):
        world.later(days=1, hours=1)
        report = world.one()
        assert (report.ok, report.absent) == (False, [])
    assert [change for change in world.changes() if not change["baseline"]] == []


def test_the_viewer_and_every_form_show_a_record_without_a_text_after(tmp_path: Path) -> None:
    with CasePlayer(ONE, tmp_path) as player:
        player.step({"/rule": RULE})
        for _ in range(3):
            player.step({"/rule": GONE}, minutes=DAY)
        (gone,) = player.changes()
        app = create_app(load_checked(player.config), player.state, lambda: player.now)
        client = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000))
        for path in (
            f"/changes/{gone['id']}",
            f"/changes/{gone['id']}/redline",
            f"/changes/{gone['id']}/redline?view=side",
        ):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "3A001" in answer.text or path.endswith(gone["id"]), path
        sources = client.get("/sources")
        assert sources.status_code == 200
        assert f"/changes/{gone['id']}" in sources.text
        for form in ("text", "html", "docx", "json"):
            output = tmp_path / f"redline.{form}"
            arguments = [gone["id"], "--format", form, "-o", str(output), "--config", str(player.config)]
            with pytest.raises(SystemExit, match="1"):  # there are differences
                diff([*arguments, "--state", str(player.state)], standalone_mode=False)
            assert output.stat().st_size
        evidence.write_evidence(
            player.state, gone["id"], tmp_path / "evidence", now=player.now, timezone="Asia/Tokyo"
        )
