"""A page of the register reads its own rows alone, in the order of an index; pages together are the register once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite

from tests.unit.web_samples import settings
from tracker.effects import Affected, Affecting, Effect, EffectVerb
from tracker.serialization import effect_from_json
from tracker.storage import effect_pages, effects
from tracker.storage.database import Store
from tracker.storage.effect_pages import EffectQuery
from tracker.storage.effects import Origin
from tracker.stories.law import effects_wanted
from tracker.web.app import create_app

pytestmark = pytest.mark.databases

FIRST = datetime(2026, 3, 2, 13, tzinfo=UTC)
NOW = datetime(2026, 8, 1, tzinfo=UTC)
MANY = 137


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Effects on sections of two parts, written in another order than that in which they became known."""
    store = Store(tmp_path)
    with store.write() as connection:
        for number in range(MANY):
            known = FIRST + timedelta(days=(number * 31) % 50)
            part = 744 if number % 3 else 740
            stay = Effect(
                EffectVerb.STAYS, Affecting(document_number=f"2026-{number:05}"),
                Affected(path=f"15 CFR {part}.{number + 1}(a)"), date(2026, 3, 10),
            )  # fmt: skip
            effects.write(connection, Origin(f"fr:{number}", f"chg_{number:016x}", "x", known), [stay], known)
    store.close()
    return tmp_path


@pytest.fixture
def connection(state: Path) -> Iterator[Connection]:
    store = Store(state)
    with store.read() as opened:
        yield opened
    store.close()


@pytest.fixture
def client(state: Path) -> TestClient:
    return TestClient(create_app(settings(), state, now=lambda: NOW), base_url="http://127.0.0.1:8000")


def plan(connection: Connection, wanted: EffectQuery) -> str:
    compiled = effect_pages.statement(wanted, 10, 20).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )  # fmt: skip
    return "\n".join(str(row.detail) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))


@pytest.mark.databases("sqlite")  # its words for a plan
def test_a_page_of_the_register_follows_the_index_and_sorts_nothing(connection: Connection) -> None:
    found = plan(connection, EffectQuery())
    assert "ix_effect_known_at" in found
    assert "TEMP B-TREE" not in found
    assert "ix_effect_known_at" in plan(connection, EffectQuery(since=FIRST + timedelta(days=40)))


@pytest.mark.databases("sqlite")  # its words for a plan
def test_a_page_of_chosen_effects_looks_each_up(connection: Connection) -> None:
    found = plan(connection, EffectQuery(frozenset({"eff_a", "eff_b"})))
    assert "sqlite_autoindex_effect_1" in found or "ix_effect_known_at" in found
    assert "SCAN effect\n" not in f"{found}\n"


@pytest.mark.parametrize(
    "words",
    [{}, {"unit": "15 CFR 744"}, {"since": "2026-04-01"}, {"unit": "15 CFR 740", "since": "2026-03-20"}],
)
def test_the_pages_together_are_the_register_once_in_order(client: TestClient, words: dict[str, str]) -> None:
    whole = client.get("/api/effects", params=words)
    total = len(whole.json())
    assert whole.headers["x-total-count"] == str(total)
    assert 0 < total <= MANY
    found: list[dict[str, str]] = []
    answer = client.get("/api/effects", params={**words, "limit": 10})
    while True:
        assert answer.headers["x-total-count"] == str(total)
        assert len(answer.json()) <= 10
        found += answer.json()
        if "link" not in answer.headers:
            break
        address = urlsplit(answer.headers["link"].partition("<")[2].partition(">")[0])
        answer = client.get(f"{address.path}?{address.query}")
    assert found == whole.json()
    known = [one["known_at"] for one in found]
    assert known == sorted(known)
    assert len({one["id"] for one in found}) == total


def test_a_page_reads_its_own_records_alone(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(record: dict[str, str]) -> object:
        read.append(record["id"])
        return effect_from_json(record)

    monkeypatch.setattr("tracker.storage.effect_pages.effect_from_json", reading)
    for address, number in (
        ("/api/effects?limit=7&offset=30", 7),
        ("/api/effects?unit=15 CFR 744&limit=5", 5),
        ("/api/effects?offset=1000", 0),
        ("/effects.atom", 100),
    ):
        read.clear()
        assert client.get(address).status_code == 200
        assert len(read) == number, address


def test_the_feed_has_the_newest_first_and_what_ended_last(client: TestClient, state: Path) -> None:
    store = Store(state)
    with store.write() as connection:
        (oldest,) = effect_pages.page(connection, EffectQuery(), 1)
        effects.end_by_hand(connection, oldest, at=NOW, ended_on=None, who="Sato")
        first, second, *_ = effect_pages.newest(connection, EffectQuery(), 5)
        assert first.id == oldest.id
        assert second.effect.known_at == FIRST + timedelta(days=49)
        wanted = effects_wanted(connection, "15 CFR 744.2", "2026-00001")
        assert [one.effect.affected.path for one in effect_pages.page(connection, wanted)] == [
            "15 CFR 744.2(a)"
        ]
        assert effect_pages.count(connection, replace(wanted, ids=frozenset())) == 0
    store.close()
