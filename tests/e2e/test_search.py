"""The search as people use it, in Chromium and in both languages, over the demo's archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_viewer import browser, tab
from tracker.config.loader import load
from tracker.demo.play import play
from tracker.web.server import Viewer

__all__ = ["browser"]  # a fixture

ITEM = "3B001 › c.1.b"
FIRST = 5


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state: Path = tmp_path_factory.mktemp("demo")
    assert play(once=True, state=state) == 0
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
