"""The page of watched instruments: status today, what touched each last with its words and a link, history, nothing stored."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient

from tests.unit.test_law import ENDS, KNOWN, state
from tests.unit.web_samples import NOW, settings, viewer
from tracker.config.models import Instrument
from tracker.effects import Affected, Affecting, Effect, EffectVerb
from tracker.legal_status.watched import shipped
from tracker.storage import effects
from tracker.storage.database import Store
from tracker.storage.effects import Origin
from tracker.web.app import create_app

pytestmark = pytest.mark.databases

__all__ = ["state"]
OWN = Instrument("E.O. 14901", "A <b>Sample</b> Order")
DELAY = Effect(
    EffectVerb.SUSPENDS,
    Affecting(executive_order="14960", quote="the duties are <i>suspended</i>"),
    Affected(executive_order="14901", part="the duties"),
    date(2025, 11, 15),
    date(2025, 12, 31),
)
STATUS = {
    "en": ["Stayed until November 30, 2025 by E.O. 14960"],
    "ja": ["E.O. 14960により2025年11月30日まで効力停止"],
}


@pytest.fixture
def client(state: Path) -> TestClient:
    store = Store(state)
    with store.write() as connection:
        for owner, known, effect in (
            ("fr:2025-20009", KNOWN + timedelta(days=3), DELAY),
            ("fr:2025-20010", KNOWN, replace(ENDS, affecting=Affecting(executive_order="14901"), affected=Affected(executive_order="14257"))),
        ):  # fmt: skip
            effects.write(connection, Origin(owner, "chg_0000000000000002", "An order", known), [effect], NOW)
    store.close()
    own = replace(settings(), instruments=(OWN,))
    return TestClient(create_app(own, state, now=lambda: NOW), base_url="http://127.0.0.1:8000")


def shown(client: TestClient, language: str) -> BeautifulSoup:
    client.cookies.set("lang", language)
    answer = client.get("/watched")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def row_of(page: BeautifulSoup, name: str) -> Tag:
    (found,) = [one for one in page.select("article.instrument") if name in one.select("h2")[0].text]
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_instrument_has_its_status_and_what_touched_it_last(client: TestClient, language: str) -> None:
    page = shown(client, language)
    row = row_of(page, OWN.name)
    assert row.select("b") == []
    assert OWN.title in row.text
    assert [one.text for one in row.select(".ribbon")] == STATUS[language]
    last = row.select("h3 + .touch")[0]
    assert "E.O. 14960" in last.text
    assert [link["href"] for link in last.select("a")] == ["/changes/chg_0000000000000002"]
    assert row.select(".touch + blockquote")[0].text.strip() == "the duties are <i>suspended</i>"
    history, caused = row.select("details")
    assert "E.O. 14950" in history.text
    assert "shall no longer be in effect" in history.text
    assert "E.O. 14257" in caused.text
    assert "E.O. 14257" in row_of(page, "E.O. 14257").text
    rest = page.select("details.rest li")
    assert len(rest) == len(shipped()) - 1
    assert page.select('nav a[href="/watched"][aria-current="page"]')


@pytest.mark.parametrize("language", ["en", "ja"])
def test_where_nothing_is_stored_the_page_says_what_to_do_and_lists_them(
    tmp_path: Path, language: str
) -> None:
    page = shown(viewer(tmp_path, empty=True), language)
    assert "tracker backfill" in page.select(".empty")[0].text
    assert len(page.select("details.rest[open] li")) == len(shipped())
    assert page.select("article") == []


def test_each_shipped_instrument_has_a_source_and_says_whether_its_number_was_verified() -> None:
    text = resources.files("tracker.legal_status").joinpath("watched_instruments.toml").read_text("utf-8")
    rows = tomllib.loads(text)["instrument"]
    assert [row["name"] for row in rows] == [one.name for one in shipped()]
    assert all(row["source"] and isinstance(row["verified"], bool) for row in rows)
    assert {row["name"] for row in rows if not row["verified"]} >= {
        "Proclamation 11001",
        "Proclamation 11002",
    }
