"""What an empty answer offers, in all outlets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, settings
from tracker.cli import queries  # noqa: F401 - it registers its commands
from tracker.cli.app import app
from tracker.model import Change, Classification, DocumentKind, Level, LocalizedText
from tracker.search.near import near_changes
from tracker.search.query import terms
from tracker.storage import changes
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader
from tracker.web.app import create_app

TITLES = (
    "Additions to the Entity List",
    "Regulating Imports With a Reciprocal Tariff",
    "Semiconductor Manufacturing Items",
    "Revocation of Validated End-User Authorizations",
    "Airworthiness Directives; Valve Covers",
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    store = Store(tmp_path)
    entries = []
    for number, title in enumerate(TITLES, 1):
        tagging = (
            Classification(Level.LOW, summary=LocalizedText(ja="半導体製造装置の許可要件", en=""))
            if number == 3
            else Classification(Level.LOW)
        )
        change = Change(
            f"chg_{number:016d}",
            "fr",
            DocumentKind.RULE,
            title,
            "https://example.gov",
            datetime(2026, 1, number, tzinfo=UTC),
            tagging=tagging,
            document_number=f"2026-0000{number}",
            published=date(2026, 1, number),
        )
        entries.append(changes.ChangeEntry(change, f"fr:{number}", 1))
    with store.write() as connection:
        changes.add_many(connection, entries)
    store.close()
    return tmp_path


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("entitly list", "entity list"),
        ("recipricol tariff", "reciprocal tariff"),
        ("semicondutor", "semiconductor"),
        ("semiconductor tariff", "tariff"),
        ("valve quince", "valve"),
        ("半導体製造設備", "半導体製造装置"),
    ],
)  # fmt: skip
def test_a_question_without_an_answer_offers_one_with_an_answer(
    state: Path, query: str, offered: str
) -> None:
    with open_reader(state) as reader:
        found = near_changes(reader, query, ChangeQuery())
        assert offered in [one.query for one in found]
        for one in found:
            assert reader.count(ChangeQuery(terms=terms(one.query))) == one.count > 0


@pytest.mark.parametrize("query", ["", "xyzzyx", '"', "!!", "\x00", "entity list", "ﾟﾟ", "a" * 200])
def test_nothing_near_is_offered_where_there_is_none(state: Path, query: str) -> None:
    with open_reader(state) as reader:
        assert near_changes(reader, query, ChangeQuery()) == ()


def test_the_best_match_comes_first(state: Path) -> None:
    with open_reader(state) as reader:
        titles = [row["title"] for row in reader.changes(ChangeQuery(terms=terms("VEU")))]
    assert titles == [TITLES[3]]


def viewer(state: Path) -> TestClient:
    return TestClient(create_app(settings(), state, lambda: NOW), base_url="http://127.0.0.1:8000")


def test_all_outlets_answer_alike(state: Path) -> None:
    client = viewer(state)
    page = client.get("/search", params={"q": "entitly list"}).text
    assert "Did you mean" in page or "もしかして" in page
    assert "entity list (1)" in page
    assert "entity list (1)" in client.get("/", params={"q": "entitly list"}).text
    answer = client.get("/api/search", params={"query": "entitly list"}).json()
    assert answer["changes"]["near"] == [{"query": "entity list", "count": 1}]
    done = CliRunner().invoke(app, ["changes", "--state", str(state), "--query", "entitly list", "--json"])
    assert (done.exit_code, done.stdout.strip()) == (0, "[]")
    assert "'entity list'" in done.stderr
    for query in ("エンティティリスト", "entity-lists"):
        records = client.get("/api/changes", params={"query": query}).json()
        assert [one["document_number"] for one in records] == ["2026-00001"]
        assert client.get("/api/search", params={"query": query}).json()["changes"]["records"] == records
        assert "<mark>Entity List</mark>" in client.get("/search", params={"q": query}).text


def test_a_hostile_question_is_escaped(state: Path) -> None:
    page = viewer(state).get("/search", params={"q": "<script>alert(1)</script> 'quince"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
