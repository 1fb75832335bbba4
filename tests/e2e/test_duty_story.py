"""One duty from its order to its end: the page of the order, its annex, a release of the tariff schedule, a bulletin, the printed
order and a judgment are one story, and `tracker duty` answers for each day along it. All texts are made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from tests.court_samples import CAFC_FEED, CIT_FEED, Case, judgment_of_cit, put_feed, put_slips
from tests.e2e.story_play import PREAMBLE, order
from tests.e2e.test_courts import DUMPING
from tests.e2e.test_csms import FIRST, item, put
from tests.e2e.world import World
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tests.tariff_samples import THE_DUTY, Rows, added, chapters, notes_pdf
from tests.unit.pdf_samples import pdf
from tracker.answers.annex_rows import annex_rows_of
from tracker.answers.duty import duty_on, duty_to_json, origin_of
from tracker.demo.http_messages import HTML, PDF
from tracker.demo.model import PageState
from tracker.model import Language
from tracker.rendering.duty_text import duty_lines
from tracker.storage.database import Store

TITLE = "Answering Unequal Treatment of Gear Makers (Executive Order 15101)"
PAGE, ANNEX, ANNEX_2 = "/news/order-15101", "/wp-content/uploads/Annex.pdf", "/wp-content/uploads/Annex-1.pdf"
WATCHED = '[[instrument]]\nname = "E.O. 15101"\ntitle = "Answering Unequal Treatment of Gear Makers"\n'


def headings(rate: str) -> Rows:
    """Nine headings: a duty on goods of Japan, and eight exceptions."""
    note = "of U.S. note 70 to this subchapter"
    excepted = [
        "that are donations, intended to be used to relieve human suffering",
        "that are informational materials",
        *(f"as provided for in subdivision ({letter}) {note}" for letter in "abcdef"),
    ]
    duty = added(
        "9903.05.01",
        "Except for products described in headings 9903.05.02 through 9903.05.09, articles the product of Japan",
        f"{THE_DUTY} + {rate}",
    )
    return [
        duty,
        *(
            added(f"9903.05.0{n}", f"Articles the product of Japan, {words}", THE_DUTY)
            for n, words in enumerate(excepted, 2)
        ),
    ]


NOTES = (
    "SUBCHAPTER III", "U.S. Notes",
    "1. This subchapter contains the temporary modifications of the provisions in the tariff schedule.",
    *(
        f"{'70. ' if letter == 'a' else ''}({letter}) As provided in heading 9903.05.0{n}, the additional duty imposed by heading 9903.05.01 shall not "
        f"apply to articles classifiable in the following subheadings: {number}"
        for n, (letter, number) in enumerate(
            zip("abcdef", ("8481.80.30", "8542.31.00", "2501.00.00", "3004.90.92", "8471.50.01", "9018.90.80"), strict=True), 4
        )
    ),
)  # fmt: skip


def annex(day: str, rate: str) -> PageState:
    rows = [f"{one['htsno']} ..... {one['description']}. {one['general']}" for one in headings(rate)]
    lines = [
        "Effective with respect to goods entered for consumption, or withdrawn from warehouse for consumption, on or after",
        f"12:01 a.m. eastern daylight time on {day}, subchapter III of chapter 99 of the HTSUS is modified as follows:",
        "",
        "1. The following new headings are inserted in numerical sequence:",
        *(part for row in rows for part in ("", row)),
    ]
    return PageState(pdf(lines), PDF)


def page(world: World, path: str, title: str, *paragraphs: str, link: str = "") -> None:
    words = "".join(f"<p>{one}</p>" for one in paragraphs)
    body = f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{words}{link}</main></body></html>"
    world.standin.archive.put_page(path, world.now, PageState(body.encode(), HTML))


def order_page(world: World, file: str) -> None:
    page(
        world, PAGE, TITLE, PREAMBLE,
        "Section 1. Certain trading partners treat makers of gears unequally. Articles the product of Japan shall bear an additional ad valorem duty.",
        "Sec. 2. The Harmonized Tariff Schedule of the United States is modified as set forth in the Annex to this order.",
        link=f"<p><a href='{file}'>Annex</a></p>",
    )  # fmt: skip


def on(world: World, day: date) -> None:
    world.later(seconds=(datetime.combine(day, time(13), UTC) - world.now).total_seconds())


def polled(world: World) -> None:
    """Two polls: the second follows a link that the first one found."""
    world.poll()
    world.later(hours=2)
    world.poll()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world after the whole story."""
    start = datetime(2026, 6, 10, 13, tzinfo=UTC)
    folder: Path = tmp_path_factory.mktemp("duty")
    with StandIn(sample_archive(), now=start) as standin:
        world = World(folder, standin, start)
        put(world, [FIRST], a1="ACE is not available.")
        standin.archive.tariff.publish("2026HTSRev13", world.now, chapters(), notes_pdf(NOTES))
        put_feed(standin.archive, world.now, CIT_FEED, [DUMPING])
        put_feed(standin.archive, world.now, CAFC_FEED, [])
        put_slips(standin.archive, world.now, [])
        world.use("hts", "csms", "fr-all", "orders", "courts", extra=WATCHED).poll()
        on(world, date(2026, 6, 12))
        standin.archive.put_page(ANNEX, world.now, annex("June 20, 2026", "25%"))
        order_page(world, ANNEX)
        standin.edit_page("/news", "</main>", f'<p><a href="{PAGE}">{TITLE}</a></p></main>')
        polled(world)
        on(world, date(2026, 6, 15))
        standin.archive.put_page(ANNEX_2, world.now, annex("June 22, 2026", "20%"))
        order_page(world, ANNEX_2)
        polled(world)
        on(world, date(2026, 6, 19))
        standin.archive.tariff.publish(
            "2026HTSRev14", world.now, [*chapters(), *headings("20%")], notes_pdf(NOTES)
        )
        polled(world)
        on(world, date(2026, 6, 20))
        put(
            world,
            [item("67600001", "GUIDANCE: Additional Duties on Goods of Japan", "b7"), FIRST],
            b7="Filers report heading 9903.05.01 for articles the product of Japan, as Executive Order 15101 requires, for goods entered on or "
            "after 12:01 a.m. eastern daylight time on June 22, 2026.",
        )
        polled(world)
        on(world, date(2026, 6, 24))
        order(
            "2026-61001", "15101", "Answering Unequal Treatment of Gear Makers",
            "Section 1. Certain trading partners treat makers of gears unequally. Articles the product of Japan shall bear an additional ad valorem duty.",
            "Sec. 2. The Harmonized Tariff Schedule of the United States is modified as set forth in the Annex to this order.",
            signed=date(2026, 6, 12),
        )(world)  # fmt: skip
        polled(world)
        on(world, date(2026, 7, 10))
        judgment = judgment_of_cit(
            "The duties imposed by Executive Order 15101 exceed the authority granted by IEEPA. Executive Order 15101 is unlawful and is set aside.",
            day="July 10, 2026",
        )
        case = Case(
            "USCOURTS-cit-1_26-cv-00091",
            "1:26-cv-00091",
            "Sample Gears v. United States",
            [(date(2026, 7, 10), judgment)],
        )
        put_feed(standin.archive, world.now, CIT_FEED, [case, DUMPING])
        polled(world)
        yield world


def answers(world: World, number: str, *days: tuple[int, int]) -> dict[tuple[int, int], dict[str, Any]]:
    store = Store(world.state)
    with store.read() as connection:
        found = {
            day: duty_to_json(duty_on(connection, number, origin_of("JP"), date(2026, *day))) for day in days
        }
    store.close()
    return found


DAYS = ((6, 11), (6, 16), (6, 19), (6, 21), (6, 22), (7, 1), (7, 9), (7, 10))


def test_the_duty_is_right_on_eight_days(story: World) -> None:
    found = answers(story, "8708.40.11.50", *DAYS)
    applies = {day: [one["heading"] for one in answer["additional"]] for day, answer in found.items()}
    assert applies == {
        (6, 11): [], (6, 16): [], (6, 19): [], (6, 21): [],
        (6, 22): ["9903.05.01"], (7, 1): ["9903.05.01"], (7, 9): ["9903.05.01"], (7, 10): [],
    }  # fmt: skip
    assert {answer["state"] for answer in found.values()} == {"determined"}
    assert [found[day]["release"] for day in DAYS] == ["2026HTSRev13"] * 2 + ["2026HTSRev14"] * 6


def test_each_date_and_rate_has_its_source(story: World) -> None:
    (one,) = answers(story, "8708.40.11.50", (7, 1))[7, 1]["additional"]
    assert (one["rate"], one["from"], one["until"]) == (f"{THE_DUTY} + 20%", "2026-06-22", "2026-07-09")
    assert one["source"] == "HTS 2026HTSRev14, 9903.05.01; E.O. 15101"
    assert [words.partition(":")[0] for words in one["unless"]] == ["9903.05.02", "9903.05.03"]


def test_a_line_that_an_exception_lists_pays_nothing_more(story: World) -> None:
    (one,) = answers(story, "8542.31.00.45", (7, 1))[7, 1]["additional"]
    assert (one["heading"], one["rate"]) == ("9903.05.05", THE_DUTY)


def test_goods_of_another_origin_pay_nothing_more(story: World) -> None:
    store = Store(story.state)
    with store.read() as connection:
        found = duty_to_json(duty_on(connection, "8708.40.11", origin_of("KR"), date(2026, 7, 1)))
    store.close()
    assert (found["state"], found["additional"]) == ("determined", [])


def test_all_records_are_one_story(story: World) -> None:
    records = [
        one for one in story.changes() if not one["baseline"] and one["document_number"] != "2026-11003"
    ]
    assert sorted(one["source"] for one in records) == ["courts", "csms", "fr-all", "hts", "orders", "orders"]
    assert len({one["story"] for one in records}) == 1


def test_the_judgment_is_critical(story: World) -> None:
    (judgment,) = [one for one in story.changes() if one["source"] == "courts" and not one["baseline"]]
    assert judgment["level"] == "critical"


def test_the_replaced_annex_and_the_release_have_their_rows(story: World) -> None:
    records = [one for one in story.changes() if not one["baseline"]]
    (release,) = [one for one in records if one["source"] == "hts"]
    assert release["units"] == [f"9903.05.0{n}" for n in range(1, 10)]
    assert release["headline"]["ja"].startswith(
        "2026HTSRev14:第99類の追加関税1件を新設(9903.05.01)、適用除外8件を追加"
    )
    (replaced,) = [one for one in records if "Links › Annex" in one["units"]]
    store = Store(story.state)
    with store.read() as connection:
        rows = annex_rows_of(connection, replaced["id"])
    store.close()
    assert [row["hts"] for row in rows] == [f"9903.05.0{n}" for n in range(1, 10)]
    assert {row["from"] for row in rows} == {"2026-06-22"}
    assert rows[0]["rate"] == f"{THE_DUTY} + 20%"


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "2026-06-22から2026-07-09まで"), ("en", "from 2026-06-22 until 2026-07-09")],
)
def test_both_languages_say_it(story: World, language: Language, words: str) -> None:
    answer = answers(story, "8708.40.11.50", (7, 1))[7, 1]
    lines = "\n".join(duty_lines(answer, language))
    assert words in lines
    assert "9903.05.01" in lines
