"""Makes the pictures of the viewer in this folder, from the demo's own state.

    tracker demo --once --state /tmp/demo
    python docs/images/viewer.py /tmp/demo

Needs Playwright, Chromium and Pillow.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tracker.scheduler.schedule import load_checked
from tracker.storage.change_query import ChangeQuery
from tracker.storage.read_queries import open_reader
from tracker.web.server import Viewer

HERE = Path(__file__).parent
LAST_EVENING = "2026-05-22T22:00:00+00:00"  # of the demo
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def main(state: Path) -> None:
    os.environ.setdefault("TRACKER_NOW", LAST_EVENING)
    viewer = Viewer(
        load_checked(state / "sources.toml"),
        state,
        "127.0.0.1:0",
        lambda: datetime.fromisoformat(LAST_EVENING),
    )
    with open_reader(state) as store:
        redline = next(
            record["id"]
            for record in store.changes(ChangeQuery(source="ear", limit=500))
            if "3B001 › c.1.b" in record["summary"]["en"]
        )
    pictures: list[tuple[str, str, dict[str, Any]]] = [
        ("inbox-ja", "/", {}),
        ("inbox-en", "/", {"lang": "en"}),
        ("change-ja", "/changes/2025-19001", {"height": 1180}),
        ("redline-en", f"/changes/{redline}/redline?context=1", {"lang": "en", "height": 1060}),
        ("redline-side-ja", f"/changes/{redline}/redline?view=side", {"dark": True, "height": 1000}),
        ("calendar-en", "/calendar", {"lang": "en"}),
        ("law-ja", "/law/text?text=ear:15+CFR+744&place=15+CFR+744.11", {}),
        ("search-ja", "/law/search?q=3B001", {}),
        ("lists-en", "/lists", {"lang": "en"}),
        ("watched-ja", "/watched", {}),
        ("phone-ja", "/", {"width": 390, "height": 844, "dark": True}),
    ]
    viewer.start()
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, path, options in pictures:
            context = browser.new_context(
                viewport={"width": options.get("width", 1280), "height": options.get("height", 860)},
                color_scheme="dark" if options.get("dark") else "light",
            )
            language = options.get("lang", "ja")
            reader = "Hanako" if language == "en" else "%E5%B1%B1%E7%94%B0"
            context.add_cookies(
                [
                    {"name": "lang", "value": language, "url": viewer.url},
                    {"name": "reviewer", "value": reader, "url": viewer.url},
                ]
            )
            page = context.new_page()
            page.goto(viewer.url + path)
            page.screenshot(path=HERE / f"viewer-{name}.png")
            context.close()
        for language in ("ja", "en"):
            with tempfile.TemporaryDirectory() as folder:
                # Each walk writes reviews, into a copy.
                copied = shutil.copytree(state, Path(folder) / "state")
                served = Viewer(viewer.settings, copied, "127.0.0.1:0", viewer.now)
                served.start()
                walk(browser, served.url, f"/changes/{redline}", language)
                served.stop()
        browser.close()
    viewer.stop()
    for picture in (*HERE.glob("viewer-*.png"), *HERE.glob("walk-*.png")):
        # 64 colors are enough for pages, and a third of the bytes.
        Image.open(picture).convert("RGB").quantize(64).save(picture, optimize=True)


def walk(browser: Any, address: str, link: str, language: str) -> None:
    """The lawyer's walk of docs/walkthrough.md: from the link of an alert to the Word file, and what was decided."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    context.add_cookies([{"name": "lang", "value": language, "url": address}])
    page = context.new_page()
    page.goto(address + link)
    page.screenshot(path=HERE / f"walk-change-{language}.png")
    page.click("a.button[href$='/redline']")
    page.screenshot(path=HERE / f"walk-redline-{language}.png")
    with page.expect_download():
        page.click("text=Word")
    page.go_back()
    page.locator(".naming input[name=who]").fill("山田 花子" if language == "ja" else "Hanako Yamada")
    page.locator(".naming button").click()
    acknowledge = page.locator("form:has(input[value=acknowledge]) button")
    if acknowledge.count():
        acknowledge.click()
    decision = page.locator("details:has(fieldset):not(.correct)")
    decision.evaluate("element => { element.open = true }")
    decision.locator("input[value=applies]").check()
    decision.locator("textarea").fill(
        "真空部品の輸出に関係する。事業部に確認済み。"
        if language == "ja"
        else "Concerns our vacuum parts; checked with the business unit."
    )
    decision.locator("button").click()
    page.locator("#review").screenshot(path=HERE / f"walk-review-{language}.png")
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
