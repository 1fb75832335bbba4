"""Makes the pictures of the viewer in this folder, from the demo's own state.

    tracker demo --once --state /tmp/demo
    python docs/images/viewer.py /tmp/demo

Needs Playwright and Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tracker.engine.due import load_checked
from tracker.store.reading import Wanted, reader
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
    with reader(state) as store:
        redline = next(
            record["id"]
            for record in store.changes(Wanted(source="ear", query="3B001"))
            if "3B001 › c.1.b" in record["summary"]["en"]
        )
    pictures: list[tuple[str, str, dict[str, Any]]] = [
        ("inbox-ja", "/", {}),
        ("change-ja", "/changes/2025-19001", {"height": 1180}),
        ("redline-en", f"/changes/{redline}/redline?context=1", {"lang": "en", "height": 1060}),
        ("redline-side-ja", f"/changes/{redline}/redline?view=side", {"dark": True, "height": 1000}),
        ("calendar-en", "/calendar", {"lang": "en"}),
        ("law-ja", "/law/text?text=ear:15+CFR+744&place=15+CFR+744.11", {}),
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
            context.add_cookies([{"name": "lang", "value": options.get("lang", "ja"), "url": viewer.url}])
            page = context.new_page()
            page.goto(viewer.url + path)
            page.screenshot(path=HERE / f"viewer-{name}.png")
            context.close()
        browser.close()
    viewer.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
