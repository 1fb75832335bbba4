"""Drills of the source `ofac-list`: delta by delta beside the full file; a missed delta is named and its gap filled; nobody is removed by a cut file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.world import World
from tracker.demo.parties import LIST_PATH, party, screening_list
from tracker.demo.sanctions import Sanctioned, delta_xml, full_xml
from tracker.search.index import SearchIndex
from tracker.storage.database import Store

NOW = datetime(2026, 6, 10, 14, 0, tzinfo=UTC)
PARTIES = [
    Sanctioned(1000 + number, f"SAMPLE TRADING {number} OOO", aliases=(f"STO {number}",))
    for number in range(14)
]
NEW = Sanctioned(
    2000, "FRESH SHIPPING FZE", programs=("IRAN-EO13902",), city="Dubai", country="United Arab Emirates"
)
ROW = "Specially Designated Nationals (SDN) › UNITED ARAB EMIRATES › FRESH SHIPPING FZE"


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"] and not change["editorial"]]


@pytest.fixture
def ofac(world: World) -> World:
    world.standin.archive.sanctions.publish(world.now, PARTIES, {1000: "add"})
    assert world.use("ofac").one().state == "healthy"
    assert world.alerted == 0
    return world


def test_a_publication_is_reported_once_with_the_day_of_the_listing(ofac: World) -> None:
    ofac.later(days=1)
    ofac.standin.archive.sanctions.publish(ofac.now, [*PARTIES, NEW], {2000: "add"})
    for _ in range(2):
        assert ofac.one().state == "healthy"
        ofac.later(hours=1)
    (change,) = news(ofac)
    assert change["units"] == [ROW]
    assert change["url"].endswith("/exports/SDN_XML.ZIP")
    assert change["direction"] == "restriction"
    assert ofac.alerted == 1
    store = Store(ofac.state)
    finder = SearchIndex(store)
    finder.refresh(["ofac"])
    party = next(party for party in finder.parties("ofac:SDN") if party.name == NEW.name)
    assert (party.since, party.requirement) == ("2026-06-11", "IRAN-EO13902")
    store.close()


def test_a_poll_without_a_publication_requests_the_history_only(ofac: World) -> None:
    ofac.standin.forget()
    ofac.later(hours=1)
    assert ofac.one().state == "healthy"
    assert [entry.path for entry in ofac.standin.asked()] == ["/changes/history/2026"]


def test_a_removal_that_the_delta_states_is_reported_at_once_and_another_by_the_second_file(
    ofac: World,
) -> None:
    ofac.later(days=1)
    ofac.standin.archive.sanctions.publish(ofac.now, PARTIES[1:], {1000: "remove"}, before=PARTIES)
    assert ofac.one().state == "healthy"
    (change,) = news(ofac)
    assert change["units"] == ["Specially Designated Nationals (SDN) › RUSSIA › SAMPLE TRADING 0 OOO"]
    ofac.later(days=1)
    ofac.standin.archive.sanctions.publish(ofac.now, PARTIES[2:], {1005: "modify"})
    assert ofac.one().state == "flapping"
    assert len(news(ofac)) == 1
    ofac.later(days=1)
    ofac.one()
    assert len(news(ofac)) == 2


def test_a_missed_delta_is_named_and_the_full_file_fills_the_gap(ofac: World) -> None:
    sanctions = ofac.standin.archive.sanctions
    ofac.later(days=1)
    number = sanctions.publish(ofac.now, [*PARTIES, NEW], {2000: "add"}, delta=False)
    ofac.later(days=1)
    other = Sanctioned(2001, "SECOND SHIPPING FZE", country="United Arab Emirates")
    sanctions.publish(ofac.now, [*PARTIES, NEW, other], {2001: "add"})
    report = ofac.one()
    assert [error["key"] for error in report.errors] == [f"delta/{number}"]
    (change,) = news(ofac)
    assert len(change["units"]) == 2
    ofac.later(hours=1)
    assert ofac.one().state == "healthy"
    assert len(news(ofac)) == 1


def test_a_full_file_that_lags_behind_is_completed_by_the_deltas(ofac: World) -> None:
    sanctions = ofac.standin.archive.sanctions
    ofac.later(days=1)
    sanctions.publish(ofac.now, [*PARTIES, NEW], {2000: "add"}, full=False)
    assert ofac.one().state == "healthy"
    (change,) = news(ofac)
    assert change["units"] == [ROW]
    ofac.later(days=2)
    sanctions.full.append((ofac.now, full_xml(ofac.now, [*PARTIES, NEW])))
    assert ofac.one().state == "healthy"
    assert len(news(ofac)) == 1


@pytest.mark.parametrize("behavior", ["html", "captcha-200", "empty-200", "truncated", "503"])
@pytest.mark.parametrize("address", ["/changes/history", "/_storage/"])
def test_bad_days_are_held_and_the_gap_is_filled(ofac: World, behavior: str, address: str) -> None:
    ofac.later(days=1)
    ofac.standin.archive.sanctions.publish(ofac.now, [*PARTIES, NEW], {2000: "add"})
    ofac.standin.misbehave(address, behavior)
    assert ofac.one().state != "healthy"
    assert news(ofac) == []
    ofac.standin.behave()
    ofac.later(hours=1)
    assert ofac.one().state == "healthy"
    assert len(news(ofac)) == ofac.alerted == 1


@pytest.mark.parametrize("parties", [[], PARTIES[:3], PARTIES[:-1]])
def test_nobody_is_removed_by_an_empty_or_cut_file(ofac: World, parties: list[Sanctioned]) -> None:
    ofac.later(days=1)
    sanctions = ofac.standin.archive.sanctions
    sanctions.publish(ofac.now, PARTIES, {1003: "modify"}, full=False)
    sanctions.full.append((ofac.now, full_xml(ofac.now, parties, stated=14)))
    assert ofac.one().state != "healthy"
    assert news(ofac) == []


def test_a_stale_history_is_held(ofac: World) -> None:
    sanctions = ofac.standin.archive.sanctions
    ofac.later(days=1)
    sanctions.publish(ofac.now, [*PARTIES, NEW], {2000: "add"})
    ofac.one()
    ofac.later(hours=1)
    del sanctions.publications[1:]
    assert ofac.one().state == "changed-shape"


def test_both_shapes_give_the_same_row() -> None:
    from tracker.parsing import ofac_lists

    full = ofac_lists.full_file(full_xml(NOW, [NEW]), "SDN", ofac_lists.SDN).records[0]
    added = dict(ofac_lists.delta_file(delta_xml(NOW, [(NEW, "add")]), "delta").added["2000"])
    assert added.pop("listed") == "2026-06-10"
    assert added == full


def test_a_party_that_two_lists_add_is_one_story(world: World) -> None:
    def screened(*parties: Sanctioned) -> bytes:
        return screening_list(
            {
                **party(one.name, one.uid, "AE" if one is NEW else "RU"),
                "source": "Specially Designated Nationals (SDN) - Treasury Department",
            }
            for one in parties
        )

    world.standin.archive.sanctions.publish(world.now, PARTIES, {1000: "add"})
    world.standin.put_page(LIST_PATH, screened(*PARTIES))
    world.use("ofac", "list").poll()
    world.later(days=1)
    world.standin.archive.sanctions.publish(world.now, [*PARTIES, NEW], {2000: "add"})
    world.poll()
    world.later(days=2)
    world.standin.put_page(LIST_PATH, screened(*PARTIES, NEW))
    world.poll()
    stories = {change["source"]: change["story"] for change in news(world)}
    assert stories["ofac"] == stories["list"]
