"""The raw text and the XML of one rule are one record, sent once; an order turned about is no change."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.case_player import Answer, CasePlayer
from tests.e2e.story_play import inspected
from tests.e2e.world import World
from tests.unit.test_parsing_fr_text import TEXT
from tests.unit.test_parsing_fr_xml import RULE
from tracker.scheduler import poll_cycle

REGISTER = '[[source]]\nid = "fr"\nkind = "federal-register"\nbase_url = "{site}/api/v1"\nissues_url = "{site}"\nagencies = ["industry-and-security-bureau"]\n'
AGENCIES = [
    {"name": "Commerce Department", "slug": "commerce-department", "id": 54},
    {
        "name": "Industry and Security Bureau",
        "slug": "industry-and-security-bureau",
        "id": 241,
        "parent_id": 54,
    },
]
OFFICIAL = "https://www.federalregister.gov"
RAW, XML = "/documents/full_text/text/2026-11001.txt", "/documents/full_text/xml/2026-11001.xml"
LIST = "/api/v1/documents.json"
PLAIN, MARKUP = "text/plain; charset=utf-8", "application/xml"


def record(number: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "document_number": number, "title": title, "type": "Rule", "publication_date": "2026-11-20", "agencies": AGENCIES,
        "abstract": "BIS amends the Export Administration Regulations and adds license requirements for chips.",
        "html_url": f"{OFFICIAL}/d/{number}", "json_url": f"{OFFICIAL}/api/v1/documents/{number}.json", **more,
    }  # fmt: skip


def listing(*records: dict[str, Any]) -> Answer:
    return Answer(json.dumps({"count": len(records), "results": list(records)}), type="application/json")


def test_raw_text_and_then_the_xml_of_a_rule_are_one_record_sent_once(tmp_path: Path) -> None:
    old = record("2026-11000", "An earlier rule")
    rule = record(
        "2026-11001",
        "Controls on chips",
        raw_text_url=f"{OFFICIAL}{RAW}",
        full_text_xml_url=f"{OFFICIAL}{XML}",
    )
    with CasePlayer(REGISTER, tmp_path) as player:
        player.step({LIST: listing(old)})
        player.step({LIST: listing(rule, old), RAW: Answer(TEXT, type=PLAIN)})
        (first,) = player.changes()
        assert f"{RAW}" in "".join(player.site.requests)
        player.step({XML: Answer(RULE, type=MARKUP)}, minutes=25 * 60)
        assert f"{XML}" in player.site.requests
        (second,) = player.changes()
        assert second["id"] == first["id"]
        assert second["revision"] == 1, second["summary"]["en"]
        assert [alert["id"] for alert in player.alerts if "level" in alert] == [first["id"]]
        # What is corrected in the XML afterwards is sent.
        player.step({XML: Answer(RULE.replace("BIS amends", "BIS now amends"), type=MARKUP)}, minutes=25 * 60)
        (third,) = player.changes()
        assert (third["id"], third["revision"]) == (first["id"], 2)


def test_rows_and_entries_of_a_page_turned_about_make_no_record(tmp_path: Path) -> None:
    def page(numbers: list[int], last: str = "") -> str:
        rows = "".join(
            f"<tr><td>Party {n}</td><td>needs a license for items of ECCN 3B{n:03}{last}</td></tr>"
            for n in numbers
        )
        entries = "".join(
            f'<li><a href="/news/{n}">Rule number {n} on exports of chips</a></li>' for n in numbers
        )
        return f"<html><head><title>Parties</title></head><body><main><h1>Parties</h1><p>They need a license.</p><table><tr><th>Name</th><th>What</th></tr>{rows}</table><ul>{entries}</ul></main></body></html>"

    numbers = list(range(47))
    settings = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
    with CasePlayer(settings, tmp_path) as player:
        player.step({"/page": page(numbers)})
        assert player.step({"/page": page(numbers[::-1])})["page"].state == "healthy"
        assert player.changes() == []
        player.step({"/page": page([*numbers[5:], *numbers[:5]], last=" or 3B903")})
        assert len(player.changes()) == 1


def test_agencies_turned_about_cost_no_text_and_make_no_revision(tmp_path: Path) -> None:
    rule = record("2026-11001", "Controls on chips", full_text_xml_url=f"{OFFICIAL}{XML}")
    with CasePlayer(REGISTER, tmp_path) as player:
        player.step({LIST: listing(rule), XML: Answer(RULE, type=MARKUP)})
        asked = player.site.requests.count(XML)
        player.step({LIST: listing({**rule, "agencies": AGENCIES[::-1]})})
        assert player.site.requests.count(XML) <= asked + 1, "the newest texts are looked at at each poll"
        assert player.changes() == []
        assert player.changes(baseline=True)[0]["agencies"] == [
            "Commerce Department",
            "Industry and Security Bureau",
        ]


@pytest.mark.parametrize("order", [("fr-all", "inspection"), ("inspection", "fr-all")])
def test_the_copy_on_inspection_does_not_undo_the_publication(
    world: World, monkeypatch: pytest.MonkeyPatch, order: tuple[str, str]
) -> None:
    """Whichever of the two sources is polled first on the day of publication."""
    monkeypatch.setattr(poll_cycle, "WORKERS", 1)
    world.use(*order).poll()
    world.later(days=1)
    inspected(
        "2026-70101", "Reaching Half-Owned Companies", ["BIS revises § 744.11."], date(2026, 6, 18), action="Interim final rule.",
        dates="This rule is effective June 18, 2026.", effective_on="2026-06-18", start_page=37101,
    )(world)  # fmt: skip
    world.poll()
    world.later(days=9)
    world.poll()
    (found,) = [change for change in world.changes() if change["document_number"] == "2026-70101"]
    assert found["citation"] == "91 FR 37101"
    assert world.alerted == 1
