"""Drills of the source `hts`: the baseline is silent, a release is reported once, a bad day is held, a gap is filled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.e2e.world import World
from tests.tariff_samples import NOTES, THE_DUTY, Rows, brazil, chapter_99, chapters, notes_pdf
from tracker.storage.database import Store
from tracker.storage.schema import SNAPSHOT


@pytest.fixture
def tariff(world: World) -> World:
    publish(world, "2026HTSRev13", [*chapters(), *chapter_99()])
    world.use("hts")
    report = world.one()
    assert (report.state, world.alerted) == ("healthy", 0)
    return world


def publish(world: World, name: str, rows: Rows) -> None:
    world.standin.archive.tariff.publish(name, world.now, rows, notes_pdf())


def release(world: World, name: str, rows: Rows) -> Any:
    """A release an hour later, and the report of the poll that sees it."""
    world.later(hours=1)
    publish(world, name, rows)
    return world.one()


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"]]


def test_a_release_is_one_record_with_its_rows_and_is_sent_once(tariff: World) -> None:
    release(tariff, "2026HTSRev14", [*chapters(), *chapter_99(), *brazil()])
    tariff.later(hours=1)
    tariff.one()
    (change,) = news(tariff)
    assert change["units"] == [f"9903.05.0{n}" for n in range(1, 10)]
    assert change["citation"] == "2026HTSRev14"
    assert (change["level"], change["direction"]) == ("medium", "restriction")
    assert change["acts"][0]["verb"] == "impose"
    assert change["acts"][0]["amount"] == {"before": "", "after": f"{THE_DUTY} + 25%"}
    assert change["headline"]["en"].startswith(
        "2026HTSRev14: duties of chapter 99 added: 1 (9903.05.01); exceptions"
    )
    assert "9903.05.01" in change["summary"]["ja"]
    assert tariff.alerted == 1


def test_changed_notes_are_a_record_that_takes_no_side(tariff: World) -> None:
    tariff.later(hours=1)
    note = "21. (a) Heading 9903.88.01 does not apply to articles the product of Japan classified in the following subheadings: 8708.40.11"
    tariff.standin.archive.tariff.publish(
        "2026HTSRev14", tariff.now, [*chapters(), *chapter_99(), *brazil()], notes_pdf((*NOTES, note))
    )
    tariff.one()
    (change,) = [one for one in news(tariff) if one["title"].endswith("notes to chapter 99")]
    assert (change["level"], change["direction"]) == ("medium", "undetermined")
    assert change["units"] == ["Subchapter III › U.S. note 21", "Subchapter III › U.S. note 21(a)"]
    assert change["headline"]["en"] == "2026HTSRev14: U.S. notes changed: 2 (U.S. note 21, U.S. note 21(a))"
    assert [topic["id"] for topic in change["topics"]] == ["secondary-tariffs"]
    assert change["japan_nexus"]


def test_a_poll_without_a_new_release_requests_no_rows(tariff: World) -> None:
    tariff.standin.forget()
    tariff.later(hours=1)
    assert tariff.one().state == "healthy"
    assert [entry.path for entry in tariff.standin.asked()] == ["/reststop/currentRelease"]


def test_a_raised_rate_of_a_line_is_one_row(tariff: World) -> None:
    rows = chapters()
    rows[6]["general"] = "2.5%"
    release(tariff, "2026HTSRev14", [*rows, *chapter_99()])
    (change,) = news(tariff)
    assert change["units"] == ["8481.80.90"]
    assert (change["acts"][0]["verb"], change["level"], change["direction"]) == (
        "raise",
        "medium",
        "restriction",
    )


PROFILES = """
[[profile]]
id = "valves"
hts = ["8481.80.90"]
[[profile]]
id = "chips"
hts = ["8542.31"]
"""


def test_a_changed_row_concerns_the_profile_that_has_its_number(world: World) -> None:
    publish(world, "2026HTSRev13", chapters())
    world.use("hts", extra=PROFILES).one()
    rows = chapters()
    rows[6]["general"] = "2.5%"
    release(world, "2026HTSRev14", rows)
    (change,) = news(world)
    assert change["profiles"] == ["valves"]
    assert (
        change["summary"]["en"] == "2026HTSRev14: rates raised: 1 (8481.80.90). 8481.80.90: 2% → 2.5% “Other”"
    )


def test_other_spelling_and_order_of_fields_are_no_news(tariff: World) -> None:
    rows = chapters()
    rows[6]["general"] = "2.00 %"
    tariff.standin.misbehave("exportList", "other-key-order")
    release(tariff, "2026HTSRev14", [*rows, *chapter_99()])
    assert all(change["editorial"] for change in news(tariff))
    assert tariff.alerted == 0


def test_rows_that_follow_the_name_later_are_awaited(tariff: World) -> None:
    tariff.later(hours=1)
    tariff.standin.archive.tariff.release.put(tariff.now, "2026HTSRev14")
    report = tariff.one()
    assert (report.state, len(news(tariff))) == ("failing", 0)
    tariff.later(hours=1)
    publish(tariff, "2026HTSRev14", [*chapters(), *chapter_99(), *brazil()])
    assert tariff.one().state == "healthy"
    (change,) = news(tariff)
    assert (change["citation"], len(change["units"]), tariff.alerted) == ("2026HTSRev14", 9, 1)


def test_a_release_without_changed_rows_is_accepted_after_a_day(tariff: World) -> None:
    tariff.later(hours=1)
    tariff.standin.archive.tariff.release.put(tariff.now, "2026HTSRev14")
    tariff.one()
    tariff.later(hours=25)
    assert (tariff.one().state, news(tariff)) == ("healthy", [])


def test_bad_exports_are_held_and_the_gap_is_filled(tariff: World) -> None:
    tariff.later(hours=1)
    publish(tariff, "2026HTSRev14", [*chapters(), *chapter_99(), *brazil()])
    for behavior in ("truncated", "html", "empty-list", "half-list"):
        tariff.standin.misbehave("exportList", behavior, times=1)
        assert tariff.one().state == "changed-shape", behavior
        assert news(tariff) == [], behavior
        tariff.later(minutes=5)
    tariff.later(hours=1)
    assert tariff.one().state == "healthy"
    (change,) = news(tariff)
    assert len(change["units"]) == 9
    assert sum(change["id"] in alert for alert in tariff.alerts) == 1


def test_an_earlier_release_is_a_stale_answer(tariff: World) -> None:
    release(tariff, "2026HTSRev14", [*chapters(), *chapter_99(), *brazil()])
    tariff.later(hours=1)
    tariff.standin.archive.tariff.release.put(tariff.now, "2026HTSRev13")
    assert (tariff.one().state, len(news(tariff))) == ("changed-shape", 1)


def test_the_history_has_the_print_of_each_release(world: World) -> None:
    begun = world.now.date()
    for number in (12, 13, 14):
        heading = f"21. (a) For the purposes of heading 9903.19.{number}, the term is defined."
        world.standin.archive.tariff.publish(
            f"2026HTSRev{number}", world.now, chapters(), notes_pdf((*NOTES, heading))
        )
        world.later(days=5)
    world.use("hts").one()
    first = world.backfill(begun)
    assert (first.done, first.total, first.stored, first.troubles) == (3, 3, 3, ())
    again = world.backfill(begun + timedelta(days=1))
    assert (again.stored, world.alerted, news(world)) == (0, 0, [])
    store = Store(world.state)
    with store.read() as connection:
        found = {
            row.key: row.meta["release"]
            for row in connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.role == "tariff-notes"))
        }
    store.close()
    assert found == {
        "chapter 99": "2026HTSRev14",
        **{f"chapter 99 of 2026HTSRev{number}": f"2026HTSRev{number}" for number in (12, 13, 14)},
    }


def test_a_print_that_cannot_be_read_is_named_and_the_others_are_loaded(world: World) -> None:
    begun = world.now.date()
    for number in (12, 13):
        world.standin.archive.tariff.publish(f"2026HTSRev{number}", world.now, chapters(), notes_pdf())
        world.later(days=5)
    world.use("hts").one()
    world.standin.misbehave("release=2026HTSRev12", "html")
    progress = world.backfill(begun)
    assert (progress.done, progress.stored) == (2, 1)
