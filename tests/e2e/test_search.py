"""The search as people use it, in Chromium and in both languages, over the demo's archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_viewer import browser, tab
from tests.shared_state import demo_state
from tracker.config.loader import load
from tracker.web.server import Viewer

__all__ = ["browser"]  # a fixture

ITEM = "3B001 › c.1.b"
FIRST = 5


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = demo_state(tmp_path_factory)
    settings = load(state / "sources.toml")
    viewer = Viewer(settings, state, "127.0.0.1:0", lambda: datetime(2026, 6, 1, tzinfo=UTC))
    viewer.start()
    yield viewer.url
    viewer.stop()


def ask(page: Any, query: str) -> None:
    """Type a question into the search field of the page."""
    page.fill(".find input", query)
    page.press(".find input", "Enter")
    page.wait_for_url("**/search?*")
    if page.locator(".found.bad").count():  # the texts were not indexed yet
        page.wait_for_timeout(3_000)
        page.reload()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "query", ["真空バルブ", "vacuum valves", "gate valve", "ゲートバルブ", "3B001.c.1.b", "vacuum-valve"]
)
def test_the_item_on_vacuum_valves_is_found(browser: Any, address: str, language: str, query: str) -> None:
    page = tab(browser, address, language)
    page.goto("/")
    ask(page, query)
    places = page.locator(".hits h3").all_inner_texts()[:FIRST]
    assert any(ITEM in place for place in places), places
    found = page.locator(f".hits li:has(h3:has-text('{ITEM}'))").first
    assert found.locator("mark").count() >= 1
    found.locator("h3 a").click()
    page.locator(".unit p", has_text="‘Vacuum valves’").first.wait_for()
    assert page.trouble == []


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("FDPR", "FDP"),
        ("外国直接製品", "FDP"),
        ("エンティティ・リスト", "Entity List"),
        ("エンティティーリスト", "Entity List"),
        ("原則不許可", "presumption of denial"),
        ("HBM", "high-bandwidth"),
        ("50%ルール", "affiliates"),
    ],
)
def test_terms_of_the_trade_find_changes_or_passages(
    browser: Any, address: str, language: str, query: str, words: str
) -> None:
    page = tab(browser, address, language)
    page.goto("/")
    ask(page, query)
    rows = page.locator(".changes > li, .hits > li").all_inner_texts()
    marked = page.locator(".changes mark, .hits mark").all_inner_texts()
    assert rows
    assert any(words.lower() in mark.lower() or query in mark or mark in query for mark in marked), marked
    assert page.trouble == []


@pytest.mark.parametrize(("language", "offer"), [("ja", "もしかして"), ("en", "Did you mean")])
def test_a_misspelled_question_leads_to_the_answer(
    browser: Any, address: str, language: str, offer: str
) -> None:
    page = tab(browser, address, language)
    page.goto("/")
    ask(page, "vacum valves")
    assert offer in page.inner_text(".near")
    page.locator(".near a").first.click()
    assert any(ITEM in place for place in page.locator(".hits h3").all_inner_texts())
    assert page.trouble == []


@pytest.mark.parametrize(
    ("language", "check", "show", "none", "ownership"),
    [
        ("ja", "照合", "結果を表示", "一致なし", "株主"),
        ("en", "Check a name", "Show the result", "No match found", "owners"),
    ],
)
def test_a_name_and_a_file_of_partners_are_checked(
    browser: Any,
    address: str,
    tmp_path: Path,
    language: str,
    check: str,
    show: str,
    none: str,
    ownership: str,
) -> None:
    page = tab(browser, address, language, accept_downloads=True)
    page.goto("/lists")
    page.click("main a[href='/parties']")
    assert ownership in page.inner_text("main")
    page.locator("form.asking input[name=q]").fill("Hinode Sample Seimitu")
    page.locator("form.asking button", has_text=check).first.click()
    row = page.locator("table.screening tbody tr").first.inner_text()
    assert "Hinode Sample Seimitsu Co., Ltd." in row
    assert "Presumption of denial" in row
    partners = tmp_path / "partners.csv"
    partners.write_text("name,country\nHINODE SAMPLE SEIMITSU,JP\nNobody Ever Ltd,\n", encoding="utf-8")
    page.locator("summary").click()
    page.set_input_files("input[type=file]", partners)
    page.get_by_role("button", name=show).click()
    assert page.locator("table.screening tbody tr").count() == 1
    assert none in page.inner_text("main")
    assert "SHA-256" in page.inner_text(".hashes")
    if not page.locator("input[type=file]").is_visible():
        page.locator("summary").click()
    page.set_input_files("input[type=file]", partners)
    with page.expect_download() as download:
        page.locator("button[value=csv]").click()
    download.value.save_as(tmp_path / "result.csv")
    assert "Hinode Sample Seimitsu Co., Ltd." in (tmp_path / "result.csv").read_text("utf-8-sig")
    assert page.trouble == []
