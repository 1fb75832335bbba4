"""The page of the first start in a real browser, in the browser's own language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_viewer import browser  # noqa: F401 - a fixture
from tracker import clock
from tracker.config.loader import load
from tracker.config.models import Settings
from tracker.web.server import Viewer
from tracker.web.setup import Setup


@pytest.mark.parametrize(
    ("locale", "scheme", "width", "title", "done"),
    [
        ("ja-JP", "light", 1280, "trackerの初期設定", "設定を保存しました"),
        ("en-US", "dark", 390, "Set up tracker", "The settings are saved"),
    ],
)
def test_the_first_settings_are_written_in_the_browser(
    browser: Any,  # noqa: F811
    tmp_path: Path,
    locale: str,
    scheme: str,
    width: int,
    title: str,
    done: str,
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    path = tmp_path / "sources.toml"
    setup = Setup(path, "127.0.0.1")
    server = Viewer(Settings(path=path), tmp_path, "127.0.0.1:0", clock.now, lambda _: setup.app)
    server.start()
    try:
        screen = {"width": width, "height": 800}
        context = browser.new_context(locale=locale, color_scheme=scheme, bypass_csp=True, viewport=screen)
        page = context.new_page()
        page.goto(setup.address(server.url))
        assert page.url == f"{server.url}/setup", "the key has left the address"
        assert page.locator("h1").inner_text() == title
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        violations = axe.Axe().run(page).response["violations"]
        assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
        page.locator("input[name=industry]").first.check()
        page.fill("textarea[name=eccns]", "3B001")
        page.click("button[value=save]")
        assert page.locator("h1").inner_text() == done
        assert setup.done.is_set()
        assert load(path).profiles[0].eccns == ("3B001",)
    finally:
        server.stop()
