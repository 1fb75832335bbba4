"""Words of all stored versions, found again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.web_samples import viewer
from tracker.errors import ParseError
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.search import index
from tracker.search.index import SearchIndex
from tracker.search.query import terms
from tracker.storage.database import Store


def text(*paragraphs: str) -> Document:
    units = [
        Unit(f"15 CFR 744.{number}", UnitKind.PARAGRAPH, words) for number, words in enumerate(paragraphs)
    ]
    return Document("15 CFR 744", DocumentKind.CFR, "", "", tuple(units))


STATES = {
    ("ear:744", 1): text("Vacuum valves need a license.", "An old sentence."),
    ("ear:744", 2): text(
        "Vacuum valves need a license.", "A new sentence about 3B001.", "A new sentence about 3B001."
    ),
    ("ear:745", 1): text("<b>Hostile</b> words."),
    ("ear:746", 1): text("A leak rate below 10⁻¹⁰ Pa of UF₆ at V_(max)."),
}


@pytest.fixture
def finder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SearchIndex:
    known: Mapping[tuple[str, int], Document] = STATES
    monkeypatch.setattr("tracker.storage.versions.ordinals", lambda *_: sorted(known))
    monkeypatch.setattr(
        "tracker.storage.versions.get", lambda _, document_id, ordinal: _Version(document_id, ordinal)
    )
    monkeypatch.setattr(
        index, "document_of", lambda _, version, __: known[version.document_id, version.ordinal]
    )
    return SearchIndex(Store(tmp_path))


class _Version:
    volatile_patterns = ()

    def __init__(self, document_id: str, ordinal: int) -> None:
        self.document_id, self.ordinal = document_id, ordinal


def places(finder: SearchIndex, query: str, *, today_only: bool = False) -> list[tuple[str, int, int | None]]:
    total, hits = finder.find(terms(query), today_only=today_only)
    assert total == len(hits)
    return [(hit.path, hit.first, hit.last) for hit in hits]


def test_a_unit_is_stored_once_with_the_versions_that_have_it(finder: SearchIndex) -> None:
    assert finder.refresh(["ear"]) == 0
    assert finder.unread(["ear"]) == []
    assert places(finder, "vacuum valves") == [("15 CFR 744.0", 1, None)]
    assert places(finder, "sentence") == [
        ("15 CFR 744.1", 2, None),
        ("15 CFR 744.2", 2, None),
        ("15 CFR 744.1", 1, 1),
    ]
    assert places(finder, "sentence", today_only=True) == [
        ("15 CFR 744.1", 2, None),
        ("15 CFR 744.2", 2, None),
    ]
    assert places(finder, '"old sentence"') == [("15 CFR 744.1", 1, 1)]
    assert places(finder, "744.0 license") == [("15 CFR 744.0", 1, None)]


@pytest.mark.parametrize("query", ["10⁻¹⁰", "10-10", "10^-10", "10^(−10)", "UF6", "UF₆", "Vmax", "V_(max)"])
def test_superscripts_and_subscripts_are_found_in_every_spelling(finder: SearchIndex, query: str) -> None:
    finder.refresh(["ear"])
    assert places(finder, query) == [("15 CFR 744.0", 1, None)]


def test_nothing_is_read_twice_and_reading_can_be_broken_off(finder: SearchIndex) -> None:
    assert finder.refresh(["ear"], seconds=-1) == len(STATES)
    assert finder.refresh(["ear"]) == 0
    assert finder.refresh(["ear"]) == 0
    assert len(places(finder, "license")) == 1


@pytest.mark.parametrize("query", ["", '"', "OR NOT", "a:b*", "NEAR(", "真空バルブ", "機微", "\x00"])
def test_no_question_is_a_wrong_one(finder: SearchIndex, query: str) -> None:
    finder.refresh(["ear"])
    finder.find(terms(query))


def test_a_version_that_cannot_be_read_does_not_keep_the_others(
    finder: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def document(_: object, version: _Version, __: object) -> Document:
        if version.document_id == "ear:745":
            raise ParseError("no such shape")
        return STATES[version.document_id, version.ordinal]

    monkeypatch.setattr(index, "document_of", document)
    assert finder.refresh(["ear"]) == 0
    assert places(finder, "hostile") == []


def test_an_index_of_another_form_is_made_again(finder: SearchIndex) -> None:
    finder.path.write_bytes(b"")
    assert finder.refresh(["ear"]) == 0
    assert places(finder, "license") == [("15 CFR 744.0", 1, None)]


def test_the_page_shows_and_marks_the_search_terms(tmp_path: Path, finder: SearchIndex) -> None:
    finder.refresh(["ear"])
    client = viewer(tmp_path)
    page = client.get("/law/search", params={"q": "hostile"}).text
    assert "&lt;b&gt;<mark>Hostile</mark>&lt;/b&gt;" in page
    assert "vacuum valve" in client.get("/law/search", params={"q": "真空バルブ"}).text
    assert client.get("/law/search").status_code == 200


def test_the_inbox_marks_the_search_terms_and_knows_synonyms(tmp_path: Path) -> None:
    client = viewer(tmp_path)
    assert "<mark>Widget</mark>" in client.get("/", params={"q": "widget", "baseline": "1"}).text
    assert (
        client.get("/api/changes", params={"query": '"proposed controls" widget'}).headers["x-total-count"]
        == "1"
    )
    assert client.get("/api/changes", params={"query": '"controls proposed"'}).headers["x-total-count"] == "0"


def test_a_search_waits_briefly_for_new_versions(finder: SearchIndex) -> None:
    assert finder.catch_up(["ear"], 20.0) == 0
    assert places(finder, "license") == [("15 CFR 744.0", 1, None)]
    assert finder.catch_up(["ear"], 0.0) == 0


def _first_search(path: str) -> str:
    """Opens the index as the first search does; returns the error, if any."""
    try:
        index._connect(Path(path)).execute("SELECT count(*) FROM unit").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return ""


@pytest.mark.parametrize("before", ["nothing", "another form", "damaged"])
def test_first_searches_in_parallel_make_one_index(tmp_path: Path, before: str) -> None:
    path = tmp_path / index.FILE
    if before == "another form":
        with closing(sqlite3.connect(path)) as old:
            old.execute("CREATE TABLE unit (words TEXT)")
            old.execute("CREATE VIRTUAL TABLE unit_fts USING fts5(words)")
    elif before == "damaged":
        path.write_bytes(b"this is no database at all" * 400)
    code = (
        "import sys; from pathlib import Path; from tracker.search import index\n"
        "print('ready', flush=True); input()\n"
        "index._connect(Path(sys.argv[1])).execute('SELECT count(*) FROM unit').fetchone(); print('done')"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("start\n")
    assert [process.communicate(timeout=60)[0] for process in processes] == ["done\n"] * 3
    with ThreadPoolExecutor(8) as pool:
        path.unlink()
        assert list(pool.map(lambda _: _first_search(str(path)), range(40))) == [""] * 40


def test_two_readers_of_one_version_take_it_once(finder: SearchIndex, tmp_path: Path) -> None:
    other = SearchIndex(finder.store)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda one: one.refresh(["ear"]), (finder, other))) == [0, 0]
    total, _ = finder.find(terms("vacuum valves"))
    assert total == 1


def test_first_requests_in_parallel_wait_for_one_reader(
    finder: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def slow_start(thread: threading.Thread) -> None:
        if thread.name == "law-search":
            time.sleep(0.05)  # other requests see a thread that is not started yet
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", slow_start)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: finder.catch_up(["ear"], 30), range(8))) == [0] * 8
