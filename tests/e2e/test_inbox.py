"""The inbox by keyboard, in a real browser. Skipped where there is no Chromium or no Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.test_viewer import browser, tab  # noqa: F401 - a fixture
from tests.unit.web_samples import NOW, proposal, settings
from tracker.model import Change
from tracker.storage import changes
from tracker.storage.database import Store
from tracker.web.server import Viewer

STORIES = 12
WORDS = {
    "en": ("Not reviewed", "Mine", "Done", "Action needed", "selected"),
    "ja": ("未確認", "自分の担当", "確認・判断済み", "対応要", "選択中"),
}


def story(number: int) -> Change:
    """The higher the number, the newer."""
    seen = NOW - timedelta(days=STORIES - number)
    return replace(proposal(number), baseline=False, detected_at=seen, published=seen.date())


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A viewer with twelve open stories."""
    state = tmp_path_factory.mktemp("desk")
    store = Store(state)
    with store.write() as connection:
        for number in range(1, STORIES + 1):
            changes.save(connection, changes.ChangeEntry(story(number), f"fr:{number}", 1))
    store.close()
    viewer = Viewer(settings(), state, "127.0.0.1:0", lambda: NOW)
    viewer.start()
    yield viewer.url
    viewer.stop()


def count(page: Any, view: str) -> int:
    return int(page.locator(f".views a:has-text('{view}') b").inner_text())


def current(page: Any) -> str:
    """The number in the headline of the current row."""
    return str(page.locator(".queue li.here h2").inner_text()).split("Widget ")[1].split()[0]


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def sent(page: Any, key: str) -> None:
    """Press a key that sends a form, and wait for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.locator(".done").wait_for()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ten_stories_are_triaged_by_keyboard(browser: Any, desk: str, language: str) -> None:  # noqa: F811
    unreviewed, mine, done, action_needed, selected = WORDS[language]
    page = tab(browser, desk, language)
    page.set_default_timeout(20_000)
    page.goto("/")
    press(page, "j", "e")  # without a name, `e` goes to the field for it
    page.keyboard.type("佐藤")
    with page.expect_navigation():
        press(page, "Enter")
    assert count(page, unreviewed) == 12

    press(page, "j")
    assert current(page) == "12"
    sent(page, "e")  # 1: acknowledged; the next story takes its place
    assert (count(page, unreviewed), current(page)) == (11, "11")
    press(page, "j", "k", "j")
    assert current(page) == "10"
    press(page, "a")  # 2: assigned to another
    page.keyboard.type("Suzuki")
    sent(page, "Enter")
    assert (count(page, unreviewed), count(page, mine)) == (11, 0)
    press(page, "a")
    press(page, "Escape")
    assert current(page) == "10", "Escape leads back to the row"
    sent(page, "e")
    press(page, "d")  # 3: decided
    press(page, "1")  # the first of the decisions; then the reason
    page.keyboard.type("We make them")
    sent(page, "Enter")
    assert action_needed in page.locator(".done").inner_text()
    assert (count(page, unreviewed), count(page, done)) == (9, 3)
    sent(page, "z")  # undone, and decided again
    assert (count(page, unreviewed), count(page, done)) == (10, 2)
    press(page, "d")
    press(page, "1")  # the first of the decisions; then the reason
    page.keyboard.type("We make them")
    sent(page, "Enter")

    press(page, "x", "j", "x", "j", "x")  # 4 to 6: together
    assert "3" in page.locator(".chosen").inner_text()
    assert selected in page.locator(".chosen").inner_text()
    sent(page, "e")
    assert (count(page, unreviewed), count(page, done)) == (6, 6)
    press(page, "x", "j", "x", "j", "x", "j", "x", "a")  # 7 to 10: mine
    sent(page, "Enter")
    assert (count(page, unreviewed), count(page, mine)) == (6, 4)
    page.goto("/?view=mine")
    press(page, "?")
    assert page.locator("dialog.keys").is_visible()
    press(page, "Escape")
    assert not page.locator("dialog.keys").is_visible()
    press(page, "j", "Enter")
    page.wait_for_url("**/changes/*")
    assert page.trouble == []


@pytest.mark.databases
def test_the_forms_work_without_script(browser: Any, desk: str) -> None:  # noqa: F811
    page = tab(browser, desk, "en", java_script_enabled=False)
    page.set_default_timeout(20_000)
    page.goto("/")
    page.get_by_label("Enter your name").fill("Sato")
    page.click("button:has-text('Remember')")
    row = page.locator(".queue > li").first
    row.locator("summary:has-text('Assign or decide')").click()
    field = row.locator("input[name=assignee]")
    field.fill("Suzuki")
    field.press("Enter")
    assert page.locator(".done").count() == 0, "Enter presses no button"
    row.get_by_role("button", name="Assign").click()
    assert "Assigned to Suzuki: 1." in page.locator(".done").inner_text()
    for number in range(3):
        page.locator(".queue .pick").nth(number).check()
    page.locator("#bulk").get_by_role("button", name="Acknowledge").click()
    assert "Acknowledged: 3." in page.locator(".done").inner_text()
    assert count(page, "Not reviewed") == 9
    page.click("button:has-text('Undo')")
    assert count(page, "Not reviewed") == 12
