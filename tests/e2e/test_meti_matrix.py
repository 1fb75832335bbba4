"""Drills of the source `meti-matrix`, and the Japanese items beside an ECCN, as METI gives them for reference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import world as worlds
from tests.e2e.world import World
from tests.party_samples import MATRIX_HEAD, MATRIX_ROWS, Row, matrix_book
from tracker.answers.japanese_items import item_lines, items_beside
from tracker.demo.http_messages import HTML
from tracker.demo.model import PageState
from tracker.errors import ParseError
from tracker.model import Change
from tracker.parsing.meti_matrix import matrix_units
from tracker.serialization import change_from_json
from tracker.storage.database import Store

PAGE = "/policy/anpo/matrix_intro.html"
FILE = "/policy/anpo/kamotsu_matrix_20260214.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD, ROWS, book = MATRIX_HEAD, MATRIX_ROWS, matrix_book


def put(world: World, rows: list[Row], name: str = FILE) -> None:
    html = f'<!doctype html><html><body><main><h1>マトリクス表</h1><a href="{name}">貨物のマトリクス表</a></main></body></html>'
    world.standin.archive.put_page(PAGE, world.now, PageState(html.encode(), HTML))
    world.standin.archive.put_page(name, world.now, PageState(book(rows), XLSX))


def news(world: World, source: str = "matrix") -> list[dict[str, Any]]:
    found = [change for change in world.changes() if not change["baseline"] and not change["editorial"]]
    return [change for change in found if change["source"] == source]


@pytest.fixture
def matrix(world: World) -> World:
    put(world, ROWS)
    assert world.use("matrix").one().state == "healthy"
    assert world.alerted == 0
    return world


def beside(world: World, *eccns: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    with Store(world.state).read() as connection:
        found = items_beside(connection, eccns)
    assert found is not None
    return {one.eccn: [(item.printed, item.provisions) for item in one.items] for one in found}


def test_an_eccn_has_its_items_many_to_many_and_the_unresolved_are_named(matrix: World) -> None:
    found = beside(matrix, "3B001", "3B001.a.1", "3B991", "5A002")
    seventeen = ("輸出令第７項（１７）", ("第６条第十七号イ", "第６条第十七号ロ"))
    assert found["3B001"] == [seventeen, ("輸出令第７項（１８）", ("第６条第十八号",))]
    assert found["3B001.a.1"] == found["3B991"] == [seventeen]
    assert found["5A002"] == []
    units, notes = matrix_units(book(ROWS), "kamotsu_matrix")
    assert [unit.path for unit in units][:3] == [
        "輸出貿易管理令 › 別表第一 › 七の項（十七）", "輸出貿易管理令 › 別表第一 › 七の項（十八）", "輸出貿易管理令 › 別表第一 › 九の項（五の二）",
    ]  # fmt: skip
    assert notes == ("輸出令第９項（６）: no ECCN in '一部対応'",)


def test_a_change_that_names_an_eccn_shows_the_items_in_its_alert(world: World) -> None:
    put(world, ROWS)
    world.standin.put_page(
        "/news/rule",
        "<html><head><title>Export control rule</title></head><body><main><h1>Export control rule</h1><p>The Bureau of Industry and Security amends the Export Administration Regulations. A license is required to export items.</p></main></body></html>",
    )
    world.use("matrix", "page")
    world.poll()
    world.later(hours=1)
    world.standin.edit_page(
        "/news/rule",
        "A license is required to export items.",
        "A license is required to export items in ECCN 3B001.a and ECCN 4A994 to all destinations.",
    )
    world.poll()
    (change,) = news(world, "page")
    assert change["eccns"] == ["3B001.a", "4A994"]
    (alert,) = world.alerts
    assert (
        "日本の項番(経済産業省の参考情報): 3B001.a: 輸出令第７項（１７）(第６条第十七号イ、第６条第十七号ロ)"
        in alert
    )
    assert "4A994: 経済産業省の対応表に項番なし" in alert
    with Store(world.state).read() as connection:
        lines = item_lines(connection, change_from_json(change), "en")
    assert lines == (
        "3B001.a: 輸出令第７項（１７） (第６条第十七号イ, 第６条第十七号ロ)",
        "4A994: in none of METI's items",
    )


def test_without_a_matrix_nothing_is_said(world: World) -> None:
    world.use("page").poll()
    (change, *_) = world.changes()
    named: Change = change_from_json(change)
    named = replace(named, tagging=replace(named.tagging, eccns=("3B001",)))
    with Store(world.state).read() as connection:
        assert item_lines(connection, named, "ja") == ()


def test_another_eccn_is_a_change_of_its_item_reported_once(matrix: World) -> None:
    matrix.later(days=30)
    rows = [*ROWS[:2], (*ROWS[2][:7], "3B001.i"), *ROWS[3:]]
    put(matrix, rows, FILE.replace("20260214", "20260610"))
    for _ in range(2):
        assert matrix.one().state == "healthy"
        matrix.later(hours=1)
    (change,) = news(matrix)
    assert change["units"] == ["輸出貿易管理令 › 別表第一 › 七の項（十八）"]
    assert matrix.alerted == 1


@pytest.mark.parametrize("behavior", ["html", "captcha-200", "empty-200", "truncated", "503"])
@pytest.mark.parametrize("address", ["matrix_intro", "kamotsu_matrix"])
def test_bad_days_are_held_and_the_gap_is_filled(matrix: World, behavior: str, address: str) -> None:
    matrix.later(days=2)
    put(matrix, [*ROWS, ("輸出令第９項（７）", "装置", "第８条第七号", None, None, None, None, "5A001")])
    matrix.standin.misbehave(address, behavior)
    report = matrix.one()
    if (behavior, address) == ("truncated", "matrix_intro"):  # the link may be there already
        return
    assert report.state != "healthy"
    assert news(matrix) == []
    matrix.standin.behave()
    for _ in range(2):
        matrix.later(hours=1)
        report = matrix.one()
    assert report.state == "healthy"
    assert len(news(matrix)) == 1


def test_an_empty_answer_is_a_refusal_and_a_file_given_by_hand_is_read(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(world, ROWS)
    world.standin.misbehave("matrix_intro", "empty-200")
    assert world.use("matrix").one().state == "blocked"
    path = tmp_path / "kamotsu_matrix_20260214.xlsx"
    monkeypatch.setitem(worlds.SOURCES, "matrix", f'kind = "meti-matrix"\nurl = "file:{path}"')
    assert world.one().state == "failing"
    path.write_bytes(book(ROWS))
    assert world.one().state == "healthy"
    assert beside(world, "3B991")["3B991"]


@pytest.mark.parametrize("data", [b"PK\x03\x04broken", book(ROWS, HEAD[:7]), book([])])
def test_another_spreadsheet_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        matrix_units(data, "matrix")
