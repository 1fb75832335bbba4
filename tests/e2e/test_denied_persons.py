"""Drills of the source `denied-persons`: the baseline is silent, a denial is reported once, a bad day is held, nobody is removed by an
empty or cut file.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.e2e.world import World
from tests.party_samples import DENIED_HEAD
from tracker.answers.partners import has_consolidated, own_lists
from tracker.demo.http_messages import HTML
from tracker.demo.model import PageState
from tracker.scheduler.schedule import load_checked
from tracker.screening.screener import Partner, Screener, list_states, screen
from tracker.search.index import SearchIndex
from tracker.serialization import change_from_json
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

HEAD = "\t".join(DENIED_HEAD)
PAGE = "/denied-persons-list"


def line(
    name: str,
    country: str = "IQ",
    street: str = "1 Sample Road",
    since: str = "10/27/2025",
    until: str = "10/27/2026",
) -> str:
    cells = [
        name,
        street,
        "BAGHDAD",
        "",
        country,
        "",
        since,
        until,
        "Y",
        "2025-10-31",
        "FR NOTICE ADDED",
        "90 F.R. 48938 10/31/2025",
    ]
    return "\t".join(cells)


FIRST = [
    line("SAMPLE AIRLINES"),
    line("SAMPLE AIRLINES", street="P.O. BOX 1"),
    *(line(f"PERSON NUMBER {number}", "DE", until="01/01/3017") for number in range(12)),
]


def put(world: World, day: date, rows: list[str], *, head: str = HEAD, page: str = "") -> None:
    """Publish the file of a day, and the page that links to it."""
    name = f"/sites/default/files/dpl_{day:%m%d%Y}.csv"
    body = "\r\n".join([head, *rows, ""]).encode()
    world.standin.archive.put_page(name, world.now, PageState(body, "text/csv"))
    html = (
        page
        or f'<html><body><main><h1>Denied Persons List</h1><a href="{name}">Download (CSV)</a></main></body></html>'
    )
    world.standin.archive.put_page(PAGE, world.now, PageState(html.encode(), HTML))


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"] and not change["editorial"]]


@pytest.fixture
def denied(world: World) -> World:
    put(world, date(2026, 4, 14), FIRST)
    profile = '[[channel]]\nid = "file"\nurl = "tofile://{}/alerts.txt"\n[[profile]]\nid = "firm"\nparties = ["Fresh Trading Company"]\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'
    world.use("denied", extra=profile.format(world.folder))
    assert world.one().state == "healthy"
    assert world.alerted == 0
    return world


def test_a_denial_is_reported_once_and_raised_for_who_watches_the_name(denied: World) -> None:
    denied.later(hours=1)
    put(denied, date(2026, 5, 2), [*FIRST, line("FRESH TRADING COMPANY", "AE", since="04/30/2026")])
    assert denied.one().state == "healthy"
    denied.later(hours=1)
    assert denied.one().state == "healthy"
    (change,) = news(denied)
    assert change["units"] == ["Denied Persons List (DPL) › UNITED ARAB EMIRATES › FRESH TRADING COMPANY"]
    assert change["direction"] == "restriction"
    (match,) = change_from_json(change).profiles
    assert (match.profile, match.level.value) == ("firm", "high")
    assert denied.alerted == 1


def test_a_changed_order_is_a_change_of_its_row(denied: World) -> None:
    denied.later(hours=1)
    rows = [row.replace("10/27/2026", "10/27/2027") if "SAMPLE AIRLINES" in row else row for row in FIRST]
    put(denied, date(2026, 5, 2), rows)
    denied.one()
    denied.later(hours=1)
    denied.one()
    (change,) = news(denied)
    assert "SAMPLE AIRLINES" in change["units"][0]
    assert change["direction"] != "relief"


def test_the_order_of_rows_and_a_new_day_alone_are_no_news(denied: World) -> None:
    denied.later(hours=1)
    put(denied, date(2026, 5, 2), FIRST[::-1])
    assert denied.one().state == "healthy"
    assert news(denied) == []


def test_a_removal_is_reported_by_the_second_file_without_the_person(denied: World) -> None:
    denied.later(hours=1)
    put(denied, date(2026, 5, 2), FIRST[:-1])
    assert denied.one().state == "flapping"
    assert news(denied) == []
    denied.later(hours=1)
    denied.one()
    (change,) = news(denied)
    assert change["units"] == ["Denied Persons List (DPL) › GERMANY › PERSON NUMBER 11"]


@pytest.mark.parametrize("behavior", ["html", "captcha-200", "empty-200", "503", "404"])
@pytest.mark.parametrize("address", ["/denied-persons-list", "dpl_05022026"])
def test_bad_days_are_held_and_the_gap_is_filled(denied: World, behavior: str, address: str) -> None:
    denied.later(hours=1)
    put(denied, date(2026, 5, 2), [*FIRST, line("FRESH TRADING COMPANY", "AE")])
    denied.standin.misbehave(address, behavior)
    assert denied.one().state != "healthy"
    assert news(denied) == []
    denied.standin.behave()
    denied.later(hours=1)
    assert denied.one().state == "healthy"
    assert len(news(denied)) == denied.alerted == 1


@pytest.mark.parametrize("rows", [[], FIRST[:3], [*FIRST[:-1], FIRST[-1][:40]]])
def test_nobody_is_removed_by_an_empty_or_cut_file(denied: World, rows: list[str]) -> None:
    denied.later(hours=1)
    put(denied, date(2026, 5, 2), rows)
    assert denied.one().state in ("changed-shape", "failing")
    assert news(denied) == []
    denied.later(hours=1)
    put(denied, date(2026, 5, 3), FIRST)
    assert denied.one().state == "healthy"
    assert news(denied) == []


def test_an_older_file_and_a_page_without_a_link_are_held(denied: World) -> None:
    denied.later(hours=1)
    put(denied, date(2026, 3, 1), FIRST[:-1])
    assert denied.one().state == "changed-shape"
    denied.later(hours=1)
    put(
        denied,
        date(2026, 5, 2),
        FIRST,
        page="<html><body><main><h1>Denied Persons List</h1><p>See the list.</p></main></body></html>",
    )
    assert denied.one().state == "changed-shape"
    assert news(denied) == []


def test_a_name_is_found_with_its_list_order_and_day(denied: World) -> None:
    settings = load_checked(denied.config)
    store = Store(denied.state)
    finder = SearchIndex(store)
    finder.refresh(["denied"])
    with open_reader(denied.state) as reader:
        found = screen(
            Screener(finder), store, reader, [Partner("Sample Airlines")], date(2026, 6, 10),
            consolidated=has_consolidated(settings), own=own_lists(settings),
        )  # fmt: skip
    (hit,) = found.results[0].hits
    assert hit.party.list == "Denied Persons List (DPL) - Bureau of Industry and Security"
    assert (hit.party.since, hit.party.rules) == ("2025-10-27", ("90 FR 48938",))
    assert "P.O. BOX 1" in hit.party.address
    store.close()


def test_a_list_that_is_not_stored_yet_is_named_as_missing(world: World) -> None:
    world.use("denied")
    world.standin.misbehave("/denied-persons-list", "503")
    world.one()
    settings = load_checked(world.config)
    store = Store(world.state)
    with open_reader(world.state) as reader:
        found = list_states(Screener(SearchIndex(store)), reader, consolidated=False, own=own_lists(settings))
    assert ("Denied Persons List (DPL)", "missing") in [(one.id, one.state) for one in found]
    store.close()
