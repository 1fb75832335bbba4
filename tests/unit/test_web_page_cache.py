"""Cached pages: never past a change, never for another user, never with another browser's form."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.unit.web_samples import proposal, settings, viewer
from tracker.storage import changes
from tracker.storage.database import Store
from tracker.web import inbox, page_cache
from tracker.web.page_cache import MARK, PageCache


def add(state: Path, number: int) -> None:
    store = Store(state)
    with store.write() as connection:
        changes.save(
            connection, changes.ChangeEntry(replace(proposal(number), baseline=False), f"fr:{number}", 1)
        )
    store.close()


def test_a_page_is_made_once_until_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = viewer(tmp_path)
    made = []
    entries = inbox.entries
    monkeypatch.setattr("tracker.web.inbox.entries", lambda *given: made.append(1) or entries(*given))  # type: ignore[func-returns-value]
    assert client.get("/").status_code == client.get("/").status_code == 200
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
            found = browser.get(page).text
            assert MARK not in found
            forms += re.findall(r'name="form" value="([^"]+)"', found)
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
    monkeypatch.setattr(page_cache, "MOST", 100)
    viewer(tmp_path)
    known, kept, made = settings(), PageCache(tmp_path), list[int]()

    def ask(number: int, during: Callable[[], None] = lambda: None) -> None:
        def make() -> str:
            made.append(number)
            during()
            return "x" * 40

        assert kept.get_or_make(number, known, make) == "x" * 40

    for number in [0, 1, 2, 2, 1, 0]:
        ask(number)
    assert made == [0, 1, 2, 0], "two have room"
    ask(5, lambda: add(tmp_path, 99))
    ask(5)
    assert made[4:] == [5, 5], "what was made before the change is not kept"
    kept.get_or_make(5, settings(), lambda: "new settings")
    assert kept.get_or_make(5, known, lambda: "other settings") == "other settings"
    kept.get_or_make(6, known, lambda: "sealed", seal="a")
    add(tmp_path, 98)
    assert kept.get_or_make(6, known, lambda: "anew", seal="a") == "sealed"
    assert kept.get_or_make(6, known, lambda: "anew", seal="b") == "anew"


def test_many_who_ask_at_once_wait_for_the_one_who_makes_it(tmp_path: Path) -> None:
    viewer(tmp_path)
    known, kept, made = settings(), PageCache(tmp_path), list[int]()
    asked = threading.Barrier(6)

    def make() -> str:
        asked.wait(10)  # all others are there
        made.append(1)
        return "page"

    def wait() -> str | None:
        asked.wait(10)
        return kept.get_or_make("a", known, make)

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(kept.get_or_make, "a", known, make)
        others = [pool.submit(wait) for _ in range(5)]
        assert {done.result(20) for done in [first, *others]} == {"page"}
    assert made == [1]


def test_trouble_of_one_is_not_that_of_who_waits(tmp_path: Path) -> None:
    viewer(tmp_path)
    known, kept = settings(), PageCache(tmp_path)
    begun, waiting = threading.Event(), threading.Event()

    def breaks() -> str:
        begun.set()
        waiting.wait(10)
        raise ValueError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get_or_make, "a", known, breaks)
        begun.wait(10)
        second = pool.submit(kept.get_or_make, "a", known, lambda: "page")
        waiting.set()
        with pytest.raises(ValueError):
            first.result(20)
        assert second.result(20) in {"page"}
    assert kept.get_or_make("a", known, lambda: "another") == "page"


WRITES = {
    "a change": "UPDATE change SET revision = revision + 1",
    "a review": "INSERT INTO review (change_id, revision, at, who, action, value, note, chain) VALUES ('c', 1, 'x', 'w', 'a', '', '', '')",
    "an alert": "UPDATE delivery SET state = 'sent'",
    "the daemon's own": "UPDATE source SET lease_owner = 'x'",
}


@pytest.mark.parametrize("what", WRITES)
def test_only_what_people_see_makes_pages_again(tmp_path: Path, what: str) -> None:
    viewer(tmp_path)
    known, kept = settings(), PageCache(tmp_path)
    before = kept.version(known)
    store = Store(tmp_path)
    with store.write() as connection:
        assert connection.execute(text(WRITES[what])).rowcount > 0
    store.close()
    assert (kept.version(known) != before) == (what != "the daemon's own")
