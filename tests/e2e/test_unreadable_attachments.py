"""Attachments whose bytes cannot be read: their last readable text stays, the state of the source names them,
and they are requested again. None of it reads as text that was removed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.case_player import Answer, CasePlayer
from tests.e2e.test_ingest_page_annexes import FILE, INDEX, SECOND, annex, order, start
from tests.e2e.world import World
from tracker.demo.model import FrDocument

NUMBER = "2026-11001"
BIS = ("industry-and-security-bureau",)


def test_a_full_text_that_cannot_be_read_is_pending_and_removes_nothing(world: World) -> None:
    world.use("fr-bis").poll()
    before = world.changes(query=NUMBER)
    world.later(days=2)
    world.standin.patch_xml(NUMBER, "RULE>", "SAMPLE>")
    report = world.one()
    assert [error["key"] for error in report.errors] == [f"{NUMBER}/xml"]
    assert report.state == "failing"
    assert report.updates == []
    assert world.changes(query=NUMBER) == before, "the stored text stays"
    world.later(days=40)
    report = world.one()
    assert [error["key"] for error in report.errors] == [f"{NUMBER}/xml"], "for as long as it cannot be read"
    assert world.changes(query=NUMBER) == before
    world.standin.patch_xml(NUMBER, "SAMPLE>", "RULE>")
    world.standin.patch_xml(NUMBER, "ECCN 3B001", "ECCNs 3B001 and 3B002")
    world.later(hours=1)
    report = world.one()
    assert report.ok, "it was asked for again, long after the days in which texts are watched"
    assert len(report.updates) == 1
    assert "3B002" in str(world.changes(query=NUMBER))


def test_an_unreadable_raw_text_on_inspection_is_requested_again(world: World) -> None:
    world.use("inspection").poll()
    number = "2026-11009"
    document = FrDocument(
        number,
        world.now.date() + timedelta(days=3),
        "Revisions to Controls on Sample Reactors of ECCN 3B001",
        "RULE",
        BIS,
        filed_at=world.now - timedelta(hours=1),
    )
    world.standin.add_document(document, ["BIS adds vacuum valves."])
    world.standin.misbehave(r"/public-inspection/raw_text/", "html")
    world.later(hours=1)
    report = world.one()
    assert [error["key"] for error in report.errors] == [f"{number}/txt"]
    assert len(report.changes) == 1, "the record itself is reported"
    world.standin.behave()
    world.later(hours=1)
    report = world.one()
    assert report.ok
    assert report.updates, "a later poll had the text"


def test_an_annex_that_cannot_be_read_any_more_keeps_its_stored_text(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        start(player)
        damaged = Answer(b"%PDF-1.7 cut short", type="application/pdf")
        for _ in range(3):
            (report,) = player.step({FILE: damaged}).values()
            assert report.state == "failing"
            assert "annex" in report.errors[0]["key"]
            assert player.changes() == []
        player.step({FILE: annex(SECOND)})
        (change,) = player.changes()
        assert "8542.31" in change["summary"]["en"]


def test_an_unreadable_annex_that_is_no_longer_linked_is_no_failure(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        start(player)
        player.step({FILE: Answer(b"%PDF-1.7 cut short", type="application/pdf")})
        player.step({"/actions/2026/1": order()})
        (report,) = player.step({"/actions/2026/1": order()}).values()
        assert report.ok


def test_an_annex_that_never_had_a_text_is_named_by_its_hash(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        scan = Answer(b"%PDF-1.7 no text", type="application/pdf")
        start(player, **{FILE: scan})
        player.step({FILE: Answer(b"%PDF-1.7 another without text", type="application/pdf")})
        player.step()
        (change,) = player.changes()
        assert any(unit.startswith("Annexes › ANNEX") for unit in change["units"])
