"""Drills of the source `csms`: the baseline is silent, a bulletin is reported once, a bad day is held, a gap is filled."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.e2e.world import World
from tests.tariff_samples import brazil, chapters, notes_pdf
from tracker.demo.http_messages import HTML, JSON
from tracker.demo.model import PageState

LIST = "/accounts/USDHSCBP/widgets/USDHSCBP_WIDGET_2/0.json"
DUTY = (
    "Effective July 22, 2026, articles the product of Brazil are subject to an additional duty of 25 percent under heading 9903.05.01, as "
    "Executive Order 14999 requires. Filers report heading 9903.05.01 before the number of the article."
)


def item(number: str, title: str, page: str) -> dict[str, str]:
    return {
        "subject": f"CSMS # {number} - {title}",
        "pub_date": "07/21/2026 05:26 PM EDT",
        "href": f"{{base}}/bulletins/gd/USDHSCBP-{page}?wgt_ref=USDHSCBP_WIDGET_2",
    }


def put(world: World, items: list[dict[str, str]], **pages: str) -> None:
    body = f"GDWidgets[0].update({json.dumps(items)})".encode()
    world.standin.archive.put_page(LIST, world.now, PageState(body, JSON))
    for page, text in pages.items():
        html = f"<html><head><title>Bulletin</title></head><body><main><h1>Guidance</h1><p>{text}</p></main></body></html>"
        path = f"/bulletins/gd/USDHSCBP-{page}"
        world.standin.archive.put_page(path, world.now, PageState(html.encode(), HTML))


FIRST = item("67396599", "ACE Production Maintenance", "a1")
GUIDANCE = item("67561538", "GUIDANCE: Additional Duties on Brazil", "b2")


@pytest.fixture
def csms(world: World) -> World:
    put(world, [FIRST], a1="ACE is not available from 10:00 p.m. ET on Saturday, January 31, 2026.")
    assert world.use("csms").one().state == "healthy"
    assert world.alerted == 0
    return world


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"]]


def test_a_bulletin_is_one_record_whatever_its_address(csms: World) -> None:
    csms.later(hours=1)
    again = {**GUIDANCE, "href": "{base}/bulletins/gd/USDHSCBP-c3"}
    put(csms, [GUIDANCE, again, FIRST], b2=DUTY, c3=DUTY)
    csms.one()
    csms.later(hours=1)
    csms.one()
    (change,) = news(csms)
    assert change["title"] == "CSMS # 67561538 - GUIDANCE: Additional Duties on Brazil"
    assert change["url"].endswith("/bulletins/gd/USDHSCBP-b2")
    assert csms.alerted == 1


def test_a_poll_without_news_requests_the_list_only(csms: World) -> None:
    csms.standin.forget()
    csms.later(hours=1)
    assert csms.one().state == "healthy"
    assert [entry.path for entry in csms.standin.asked("/bulletins/")] == []


def test_bad_days_are_held_and_the_gap_is_filled(csms: World) -> None:
    csms.later(hours=1)
    put(csms, [GUIDANCE, FIRST], b2=DUTY)
    for pattern, behavior in (
        (LIST, "html"),
        (LIST, "truncated"),
        (LIST, "captcha-200"),
        ("USDHSCBP-b2", "503"),
    ):
        csms.standin.misbehave(pattern, behavior)
        assert csms.one().state != "healthy", behavior
        assert news(csms) == [], behavior
        csms.standin.behave()
        csms.later(hours=1)
    assert csms.one().state == "healthy"
    (change,) = news(csms)
    assert sum(change["id"] in alert for alert in csms.alerts) == 1


def test_an_empty_list_removes_nothing(csms: World) -> None:
    csms.later(hours=1)
    put(csms, [])
    assert csms.one().state == "changed-shape"
    assert news(csms) == []


def test_a_bulletin_and_the_release_with_its_heading_are_one_story(world: World) -> None:
    world.standin.archive.tariff.publish("2026HTSRev13", world.now, chapters(), notes_pdf())
    put(world, [FIRST], a1="ACE is not available.")
    world.use("hts", "csms")
    world.poll()
    world.later(hours=1)
    world.standin.archive.tariff.publish("2026HTSRev14", world.now, [*chapters(), *brazil()], notes_pdf())
    world.poll()
    world.later(hours=1)
    put(world, [GUIDANCE, FIRST], b2=DUTY)
    world.poll()
    stories = {change["source"]: change["story"] for change in news(world)}
    assert stories["hts"] == stories["csms"]


def test_the_history_has_the_listed_bulletins_from_a_day_on(world: World) -> None:
    old = {**item("67300001", "Old Notice", "z9"), "pub_date": "01/05/2026 09:00 AM EST"}
    put(world, [FIRST], a1="ACE is not available.")
    world.use("csms").one()
    put(world, [GUIDANCE, FIRST, old], b2=DUTY, z9="An old notice.")
    progress = world.backfill(date(2026, 7, 1))
    assert (progress.done, progress.total, progress.stored, progress.troubles) == (2, 2, 1, ())
    assert len(world.changes()) == 2
    assert (world.alerted, {one["baseline"] for one in world.changes()}) == (0, {True})
