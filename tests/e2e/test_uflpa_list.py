"""Drills of the source `uflpa-list`: the tables of a page as parties; nobody is removed by a page without its tables."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.e2e.world import World
from tracker.demo.http_messages import HTML
from tracker.demo.model import PageState
from tracker.parsing.uflpa_list import listed_entities, names_in
from tracker.search.index import SearchIndex
from tracker.storage.database import Store

PAGE = "/uflpa-entity-list"
CLAUSES = (
    "UFLPA Section 2(d)(2)(B)(i): entities in Xinjiang that use forced labor",
    "UFLPA Section 2(d)(2)(B)(v): facilities and entities that source from Xinjiang",
)
FIRST = [(f"Sample Textile {number} Co., Ltd.", "June 21, 2022") for number in range(8)]
SECOND = [
    (
        f"Muster Silicon {number} Co., Ltd. (also known as Muster Si {number}) and its subsidiaries",
        "August 2, 2024",
    )
    for number in range(6)
]
Rows = list[tuple[str, str]]


def put(world: World, first: Rows, second: Rows, *, footer: str = "Last updated: June 1, 2026") -> None:
    tables = "".join(
        f"<h3>{clause}</h3><table><thead><tr><th>Name of Entity</th><th>Effective Date</th></tr></thead><tbody>"
        + "".join(f"<tr><td>{name}</td><td>{day}</td></tr>" for name, day in rows)
        + "</tbody></table>"
        for clause, rows in zip(CLAUSES, (first, second), strict=True)
        if rows
    )
    html = f"<!doctype html><html><head><title>UFLPA Entity List</title></head><body><main><h1>UFLPA Entity List</h1>{tables}</main><footer>{footer}</footer></body></html>"
    world.standin.archive.put_page(PAGE, world.now, PageState(html.encode(), HTML))


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"] and not change["editorial"]]


@pytest.fixture
def uflpa(world: World) -> World:
    put(world, FIRST, SECOND)
    assert world.use("uflpa").one().state == "healthy"
    assert world.alerted == 0
    return world


def test_an_added_entity_is_reported_once_with_its_clause_and_day(uflpa: World) -> None:
    uflpa.later(hours=1)
    put(
        uflpa,
        FIRST,
        [*SECOND, ("Fresh Polysilicon Co., Ltd. (also known as FPS)", "June 9, 2026")],
        footer="Last updated: June 9, 2026",
    )
    for _ in range(2):
        assert uflpa.one().state == "healthy"
        uflpa.later(hours=1)
    (change,) = news(uflpa)
    assert change["units"] == ["UFLPA Entity List › Fresh Polysilicon Co., Ltd."]
    assert uflpa.alerted == 1
    store = Store(uflpa.state)
    finder = SearchIndex(store)
    finder.refresh(["uflpa"])
    party = next(one for one in finder.parties("uflpa:uflpa") if one.name.startswith("Fresh"))
    assert (party.since, party.aliases, party.requirement) == ("2026-06-09", ("FPS",), CLAUSES[1])
    store.close()


def test_a_removal_is_reported_by_the_second_page_without_the_entity(uflpa: World) -> None:
    uflpa.later(hours=1)
    put(uflpa, FIRST[1:], SECOND)
    assert uflpa.one().state == "flapping"
    assert news(uflpa) == []
    uflpa.later(hours=1)
    uflpa.one()
    (change,) = news(uflpa)
    assert change["units"] == ["UFLPA Entity List › Sample Textile 0 Co., Ltd."]


@pytest.mark.parametrize(
    "behavior", ["html", "captcha-200", "request-access-200", "js-only", "truncated", "empty-200", "503"]
)
def test_bad_days_are_held_and_the_gap_is_filled(uflpa: World, behavior: str) -> None:
    uflpa.later(hours=1)
    put(uflpa, FIRST, [*SECOND, ("Fresh Polysilicon Co., Ltd.", "June 9, 2026")])
    uflpa.standin.misbehave(PAGE, behavior)
    assert uflpa.one().state != "healthy"
    assert news(uflpa) == []
    uflpa.standin.behave()
    uflpa.later(hours=1)
    assert uflpa.one().state == "healthy"
    assert len(news(uflpa)) == uflpa.alerted == 1


def test_a_missing_table_is_held(uflpa: World) -> None:
    uflpa.later(hours=1)
    put(uflpa, FIRST, [])
    assert uflpa.one().state == "changed-shape"
    assert news(uflpa) == []


def test_a_spreadsheet_gives_the_same_parties() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ("Name of Entity", "Effective Date", "Clause"),
        ("Muster Co. (also known as M (Asia) Co.; and N Co.)", "June 21, 2022", "2(d)(2)(B)(i)"),
    ]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    (record,) = listed_entities(out.getvalue(), "list.xlsx")
    assert (record["name"], record["alt_names"]) == ("Muster Co.", ["M (Asia) Co.", "N Co."])
    assert (record["effective_date"], record["programs"]) == ("2022-06-21", ["2(d)(2)(B)(i)"])


def test_names_in_parentheses_of_their_own_stay() -> None:
    assert names_in("Sample Industry (Shanshan) Co., Ltd. (including one alias: Muster Industry (Shanshan) Co.) and subsidiaries") == (
        "Sample Industry (Shanshan) Co., Ltd.", ["Muster Industry (Shanshan) Co."],
    )  # fmt: skip
