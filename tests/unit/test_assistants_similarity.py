"""Similarity of words: from the installed package alone, stored apart from the record, and marked as similarity."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.web_samples import settings as viewer_settings
from tracker.assistants import compare, similarity
from tracker.assistants.similarity import Similarity, references, similarities
from tracker.cli import queries  # noqa: F401 - it registers its commands
from tracker.cli.app import app
from tracker.config.loader import load
from tracker.errors import UsageError
from tracker.model import TOPIC_IDS, Change, Classification, DocumentKind, Level, Op, Operation, Topic
from tracker.storage import changes
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PUMPS = "Shipment of turbomolecular pump assemblies and plasma generators for chip plants"
SALES = "Makers of wafer tools and of their vacuum parts shall report sales to certain countries."
FISH = "Fisheries of the Northeastern United States; catch limits for scallops"
wordllama = pytest.importorskip("wordllama", reason="the extra meaning is not installed")


def change(number: str, level: Level = Level.NONE, **more: Any) -> Change:
    tagging = Classification(level, topics=more.pop("topics", ()))
    values: dict[str, Any] = {
        "id": f"chg_{number:0>16}", "source": "fr-all", "kind": DocumentKind.NOTICE, "title": PUMPS, "abstract": SALES,
        "url": "https://www.example.gov/", "detected_at": NOW, "tagging": tagging, "document_number": number,
    }  # fmt: skip
    return Change(**{**values, **more})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "state")
    changed = (
        Operation("p1", Op.ADDED, after=f"{PUMPS}. {SALES}"),
        Operation("p2", Op.CHANGED, after="x", editorial=True),
    )
    with store.write() as connection:
        for one, operations in (
            (change("1"), None),
            (change("2", title=FISH, abstract="NMFS announces limits."), None),
            (change("3", Level.HIGH, topics=(Topic("fdpr", 0.9, ()),)), None),
            (change("4", editorial=True), None),
            (change("5", title="§§ 3", abstract=""), None),
            (change("6", title="A page", abstract="", kind=DocumentKind.PAGE), changed),
        ):
            changes.save(connection, changes.ChangeEntry(one, f"fr:{one.id}", 1), operations)
    return store


def marked(store: Store) -> dict[str, Any]:
    with open_reader(store.state) as opened:
        return {one["id"][-1]: opened.beside(one["id"])["resembles"] for one in opened.changes(ChangeQuery())}


def test_every_topic_has_sentences_and_no_other_name_has() -> None:
    topics = {topic for topic, _ in references().topics}
    # Whether comments are asked for is reported by a date and an action, not by what a text is about.
    assert topics == set(TOPIC_IDS) - {"comment-opportunity"}


def test_words_similar_to_a_topic_are_marked_and_other_words_are_not() -> None:
    pumps, fish, letters = similarities([f"{PUMPS}. {SALES}", FISH, "§ 3, 744.11"])
    assert pumps is not None
    assert (pumps.topic, pumps.worth_a_look) == ("semiconductor-subsystems", True)
    assert pumps.reference in dict.fromkeys(sentence for _, sentence in references().topics)
    assert fish is not None
    assert not fish.worth_a_look
    assert letters is None
    assert not Similarity("fdpr", 0.60, "x", outside=0.59).worth_a_look


def test_the_model_is_loaded_from_the_package_without_network_or_log_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it asked the network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    handlers = logging.getLogger().handlers[:]
    similarity.model.cache_clear()
    similarity.model()
    assert logging.getLogger().handlers == handlers


def test_a_file_of_the_model_that_is_not_there_is_reported_in_one_line_and_not_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    similarity.model.cache_clear()
    package = tmp_path / "wordllama"
    package.mkdir()
    monkeypatch.setattr(wordllama, "__file__", str(package / "__init__.py"))
    with pytest.raises(UsageError) as raised:
        similarity.model()
    assert "l2_supercat_tokenizer_config.json" in raised.value.line()
    assert "pip install" in raised.value.line()
    assert "\n" not in raised.value.line()


def test_only_changes_without_topics_are_compared_and_once(store: Store) -> None:
    before = _records(store)
    assert compare.compare_pending(store, lambda: NOW, 30) == 4  # not 3, which has a topic, nor 4
    assert compare.compare_pending(store, lambda: NOW, 30) == 0
    found = marked(store)
    assert found["1"]["topic"] == "semiconductor-subsystems"
    assert found["6"]["topic"]  # by the words that were added
    assert [found[name] for name in "2345"] == [None] * 4
    assert _records(store) == before


def test_a_new_revision_is_compared_again_unless_a_rule_matches_it(
    store: Store,
) -> None:
    compare.compare_pending(store, lambda: NOW, 30)
    with store.write() as connection:
        changes.save(
            connection, changes.ChangeEntry(change("1", title=FISH, abstract="", revision=2), "fr:1", 1)
        )
    assert marked(store)["1"] is None
    assert compare.compare_pending(store, lambda: NOW, 30) == 1
    assert marked(store)["1"] is None
    with store.write() as connection:
        found = change("6", Level.LOW, topics=(Topic("fdpr", 0.9, ()),))
        changes.save(connection, changes.ChangeEntry(found, "fr:6", 1))
    assert marked(store)["6"] is None


def test_other_references_compare_everything_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    compare.compare_pending(store, lambda: NOW, 30)
    monkeypatch.setattr(compare, "made_with", lambda: "another model")
    assert compare.compare_pending(store, lambda: NOW, 30) == 4


def test_show_describes_what_a_summary_is_and_is_not(store: Store) -> None:
    compare.compare_pending(store, lambda: NOW, 30)
    shown = CliRunner().invoke(app, ["show", "1", "--state", str(store.state), "--lang", "en"]).output
    assert "May bear on: Semiconductor manufacturing equipment" in shown
    assert "a similarity of words and not a finding" in " ".join(shown.split())
    ja = CliRunner().invoke(app, ["show", "1", "--state", str(store.state), "--lang", "ja"]).output
    assert "関係する可能性" in ja
    assert "判定ではありません" in ja
    alerted = json.loads(CliRunner().invoke(app, ["show", "1", "--state", str(store.state), "--json"]).output)
    assert alerted["resembles"]["topic"] == "semiconductor-subsystems"
    assert (alerted["topics"], alerted["level"]) == ([], "none")


def test_tag_compares_a_file_only_where_the_settings_enable_it(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps([{"document_number": "2030-00001", "title": PUMPS, "abstract": SALES}]))
    config = tmp_path / "sources.toml"
    config.write_text("[tracker]\nsimilarity = true\n")
    asked = ["tag", str(file), "--json", "--config"]
    (entry,) = json.loads(CliRunner().invoke(app, [*asked, str(config)]).output)
    assert entry["resembles"]["topic"] == "semiconductor-subsystems"
    assert entry["topics"] == []
    (entry,) = json.loads(CliRunner().invoke(app, [*asked, str(tmp_path / "none.toml")]).output)
    assert "resembles" not in entry


def test_the_inbox_finds_them_by_a_filter(store: Store, tmp_path: Path) -> None:
    from dataclasses import replace

    from fastapi.testclient import TestClient

    from tracker.web.app import create_app

    compare.compare_pending(store, lambda: NOW, 30)
    using = replace(viewer_settings(tmp_path / "sources.toml"), similarity=True)
    client = TestClient(create_app(lambda: using, store.state, lambda: NOW), base_url="http://127.0.0.1:8000")
    page = client.get("/?similar=1", headers={"cookie": "lang=en"}).text
    assert "chg_0000000000000001" in page
    assert "chg_0000000000000002" not in page
    assert "No rule matched, but similar in words" in page
    change_page = client.get("/changes/1", headers={"cookie": "lang=en"}).text
    assert "May bear on: Semiconductor manufacturing equipment" in change_page


def test_settings_without_the_extra_name_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tracker.config import validators

    config = tmp_path / "sources.toml"
    config.write_text("[tracker]\nsimilarity = true\n")
    assert load(config).similarity
    monkeypatch.setattr(validators, "find_spec", lambda _: None)
    with pytest.raises(Exception, match="needs the extra meaning: pip install") as raised:
        load(config)
    assert ":2: similarity:" in str(raised.value)


def _records(store: Store) -> list[dict[str, Any]]:
    with open_reader(store.state) as opened:
        return opened.changes(ChangeQuery())
