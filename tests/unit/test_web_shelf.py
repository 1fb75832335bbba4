"""Pages that are kept: never past a change, never for somebody else, never with another browser's form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import proposal, settings, viewer
from tracker.store import changes
from tracker.store.db import Store
from tracker.web import inbox, shelf
from tracker.web.shelf import MARK, Shelf


def add(state: Path, number: int) -> None:
    store = Store(state)
    with store.write() as connection:
        changes.save(connection, changes.Entry(proposal(number), f"fr:{number}", 1))
    store.close()


def test_a_page_is_made_once_until_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = viewer(tmp_path)
    made = []
    entries = inbox.entries
    monkeypatch.setattr("tracker.web.inbox.entries", lambda *given: made.append(1) or entries(*given))  # type: ignore[func-returns-value]
    assert client.get("/").text == client.get("/").text
    assert len(made) == 1
    client.get("/?level=high")
    client.cookies.set("lang", "en")
    assert "Inbox" in client.get("/").text
    assert len(made) == 3
    add(tmp_path, 77)
    assert "Widget 77" in client.get("/").text, "another process wrote it"


def test_each_browser_has_forms_of_its_own(tmp_path: Path) -> None:
    client = viewer(tmp_path)
    other = TestClient(client.app, base_url="http://127.0.0.1:8000", follow_redirects=False)
    page = "/changes/chg_0123456789abcdef"
    forms = []
    for browser in (client, other):
        for _ in range(2):
            text = browser.get(page).text
            assert MARK not in text
            forms += re.findall(r'name="form" value="([^"]+)"', text)
        answer = browser.post("/reviewer", data={"who": "x", "form": forms[-1], "back": "/"})
        assert answer.status_code == 303
    assert len(set(forms)) == len(forms)
    assert client.cookies["tracker_form"] != other.cookies["tracker_form"]


def test_a_page_that_is_not_there_is_not_kept(tmp_path: Path) -> None:
    client = viewer(tmp_path)
    assert client.get("/changes/2025-30088").status_code == 404
    add(tmp_path, 88)
    assert client.get("/changes/2025-30088").status_code == 200


def test_it_has_a_bound_and_keeps_nothing_of_the_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MOST", 100)
    viewer(tmp_path)
    known = settings()
    kept = Shelf(tmp_path / "tracker.db")
    version = kept.version(known)
    for number in range(5):
        kept.put(number, "x" * 40, version)
    assert [number for number in range(5) if kept.get(number)] == [3, 4]
    add(tmp_path, 99)
    now = kept.version(known)
    kept.put("old", "x", version)
    assert now != version
    assert kept.get("old") is None
    assert kept.get(4) is None
    kept.put("new", "x", now)
    kept.version(settings())
    assert kept.get("new") is None, "other settings, other pages"
