"""The pipeline on sources that behave: what is stored, what is a change, what is sent, and how often."""

from __future__ import annotations

from datetime import date

import pytest

from tests.e2e.world import SOURCES, World
from tracker.demo.model import FrDocument
from tracker.storage import snapshots
from tracker.storage.database import Store

BIS = ("commerce-department", "industry-and-security-bureau")


def new_rule(number: str = "2026-11777", **facts: object) -> FrDocument:
    return FrDocument(
        number,
        date(2026, 6, 10),
        "Additions to the Entity List",
        "RULE",
        BIS,
        "BIS amends the EAR by adding 12 entities in China to the Entity List, among them makers of semiconductors.",
        {
            "action": "Final rule.",
            "dates": "This rule is effective June 10, 2026.",
            "effective_on": "2026-06-10",
            **facts,
        },
    )


# The other kinds are put into the archive by their own drills, which begin with the baseline.
@pytest.mark.parametrize(
    "source", ["fr-bis", "fr-all", "inspection", "ear", "news", "orders", "page", "feed", "list"]
)
def test_the_first_poll_is_a_baseline_and_the_second_finds_nothing(world: World, source: str) -> None:
    first = world.use(source).one()
    assert first.state == "healthy", first.reason
    assert first.baseline >= 1
    assert (first.changes, first.alerts) == ([], 0)
    stored = world.changes()
    assert stored
    assert all(change["baseline"] for change in stored)
    world.later(minutes=30)
    second = world.one()
    assert second.state == "healthy", second.reason
    assert (second.baseline, second.changes, second.updates, second.alerts) == (0, [], [], 0)
    assert world.changes() == stored
    assert world.alerted == 0


@pytest.mark.parametrize("source", ["fr-bis", "page", "feed", "list", "ear"])
def test_the_second_poll_replays_the_servers_own_validators(world: World, source: str) -> None:
    world.use(source).one()
    world.standin.forget()
    world.later(minutes=30)
    report = world.one()
    assert report.not_modified >= 1
    asked = [logged for logged in world.standin.asked() if "robots" not in logged.path]
    assert any("if-none-match" in {name.lower() for name in logged.headers} for logged in asked)


@pytest.mark.databases
def test_a_new_document_is_sent_once_with_its_words(world: World) -> None:
    world.use("fr-bis").one()
    world.later(hours=1)
    world.standin.add_document(new_rule(), ["BIS adds 12 entities under China."])
    report = world.one()
    assert len(report.changes) == 1
    (change,) = world.changes(query="additions")
    assert change["id"] == report.changes[0]
    assert change["level"] in {"high", "critical"}
    assert change["document_number"] == "2026-11777"
    assert "entity-list" in [topic["id"] for topic in change["topics"]]
    assert all(topic["evidence"][0]["quote"] for topic in change["topics"])
    assert {"type": "effective", "date": "2026-06-10"}.items() <= change["dates"][0].items()
    assert world.alerted == 1
    for _ in range(3):
        world.later(hours=1)
        world.one()
    assert world.alerted == 1
    assert len(world.changes(query="additions")) == 1


def test_the_same_document_in_two_sources_is_one_record(world: World) -> None:
    world.use("fr-bis", "fr-all").poll()
    world.later(hours=1)
    world.standin.add_document(new_rule())
    world.poll()
    assert len(world.changes(query="additions")) == 1
    assert world.alerted == 1


def test_a_repeated_poll_makes_the_same_id(world: World) -> None:
    ids = []
    for name in ("one", "two"):
        folder = world.folder / name
        folder.mkdir()
        copy = World(folder, world.standin, world.now).use("page")
        if name == "two":
            world.standin.edit_page("/news/rule", "ECCN 3B002", "ECCN 3B001")
        copy.one()
        world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
        ids.append(copy.one().changes)
    assert len(ids[0]) == 1
    assert ids[0] == ids[1]


def test_an_inspected_document_keeps_its_one_record_when_it_is_published(world: World) -> None:
    world.use("fr-bis", "inspection").poll()
    (before,) = world.changes(query="2026-11003")
    assert "filed-for-inspection" in [day["type"] for day in before["dates"]]
    world.later(days=1)
    world.poll()
    (after,) = world.changes(query="2026-11003")
    assert after["id"] == before["id"]
    assert {"published", "comments-close"} <= {day["type"] for day in after["dates"]}
    assert {"filed-for-inspection"} <= {day["type"] for day in after["dates"]}
    assert world.alerted == 0


@pytest.mark.databases
def test_a_correction_in_place_is_sent_as_an_update_of_the_same_record(world: World) -> None:
    world.use("fr-bis").one()
    world.later(days=2)
    world.standin.patch_xml("2026-11001", "ECCN 3B001", "ECCNs 3B001 and 3B002")
    report = world.one()
    assert len(report.updates) == 1
    (change,) = world.changes(query="2026-11001")
    assert change["revision"] == 2
    assert len([alert for alert in world.alerts if change["id"] in alert]) == 1


@pytest.mark.databases
def test_an_edited_section_names_the_touched_unit_only(world: World) -> None:
    world.use("ear").one()
    world.later(days=3)
    world.standin.edit_part(
        15, "744", "for use in a fabrication facility", "for use in an advanced fabrication facility"
    )
    report = world.one()
    assert len(report.changes) == 1
    (change,) = [found for found in world.changes() if not found["baseline"]]
    assert change["units"] == ["15 CFR 744.23(a)"]
    assert change["kind"] == "cfr"
    assert world.alerted == 1
    world.later(days=1)
    assert world.one().changes == []


def test_punctuation_alone_is_kept_as_editorial_and_not_sent(world: World) -> None:
    world.use("ear").one()
    world.later(days=3)
    world.standin.edit_part(15, "744", "that a listed entity owns.</P>", "that a listed entity owns .</P>")
    report = world.one()
    assert (len(report.editorial), report.changes, world.alerted) == (1, [], 0)
    (change,) = [found for found in world.changes() if not found["baseline"]]
    assert change["editorial"]
    assert change["level"] == "none"


def test_a_new_page_and_a_changed_page_are_sent_and_a_new_link_alone_is_not_twice(world: World) -> None:
    world.use("news").one()
    world.later(hours=1)
    world.standin.put_page(
        "/news/huawei",
        "<html><head><title>Guidance</title></head><body><main><h1>Guidance on advanced computing chips</h1>"
        "<p>Using Huawei Ascend chips anywhere risks violating U.S. export controls (15 CFR 744).</p></main></body></html>",
    )
    world.standin.edit_page("/news", "</ul>", '<li><a href="/news/huawei">Huawei guidance</a></li></ul>')
    world.one()
    new = [found for found in world.changes() if not found["baseline"]]
    assert {found["url"].removeprefix(world.standin.url) for found in new} == {"/news/huawei"}
    (page,) = [found for found in new if found["url"].endswith("huawei")]
    assert page["kind"] == "page"
    assert "ai-compute-enforcement" in [topic["id"] for topic in page["topics"]]


def test_a_row_added_to_the_list_is_named_by_country_and_party(world: World) -> None:
    from tracker.demo.http_messages import JSON
    from tracker.demo.parties import LIST_PATH, party, screening_list

    world.use("list").one()
    world.later(days=1)
    rows = [
        party("Sample Etching Works", 1, "CN"), party("Sample Valve Trading", 2, "JP"), party("Sample Plasma K.K.", 3, "JP"),
    ]  # fmt: skip
    world.standin.put_page(LIST_PATH, screening_list(rows), content_type=JSON)
    report = world.one()
    assert len(report.changes) == 1, report
    (change,) = [found for found in world.changes() if not found["baseline"]]
    assert change["kind"] == "list"
    assert change["units"] == ["Supp. No. 4 to Part 744 › JAPAN › Sample Plasma K.K."]
    assert change["japan_nexus"]


@pytest.mark.databases
def test_everything_that_was_stored_verifies(world: World) -> None:
    world.use(*SOURCES).poll()
    problems = [line for line in snapshots.verify(Store(world.state)) if isinstance(line, str)]
    assert problems == []
