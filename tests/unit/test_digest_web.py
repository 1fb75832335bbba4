"""The digest in the viewer: where the mail's links lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import viewer

pytestmark = pytest.mark.databases


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, database_of_module: object) -> TestClient:
    return viewer(tmp_path_factory.mktemp("state"), with_hostile=True)


def test_the_last_week_is_where_the_menu_leads(client: TestClient) -> None:
    answer = client.get("/digest")
    assert answer.status_code == 303
    week = answer.headers["location"]
    assert week.startswith("/digest/20")
    assert client.get(week).status_code == 200


@pytest.mark.parametrize(
    ("language", "expected"), [("ja", "週報 2025年第40週"), ("en", "Weekly digest 2025, week 40")]
)
def test_a_week_is_sent_in_the_readers_language(client: TestClient, language: str, expected: str) -> None:
    answer = client.get("/digest/2025-W40", headers={"cookie": f"lang={language}"})
    assert f"<h1>{expected}</h1>" in answer.text
    assert 'href="http://127.0.0.1:8000/changes/chg_0123456789abcdef"' in answer.text


def test_a_profile_has_its_own(client: TestClient) -> None:
    answer = client.get("/digest/2025-W40?profile=vacuum-components", headers={"cookie": "lang=en"})
    assert "profile vacuum-components" in answer.text
    assert client.get("/digest/2025-W40?profile=nobody").status_code == 404


@pytest.mark.parametrize("week", ["2025-W60", "nonsense", "2099-W01", "..%2Fsettings"])
def test_an_invalid_week_is_not_found(client: TestClient, week: str) -> None:
    assert client.get(f"/digest/{week}").status_code == 404


def test_its_style_is_served_by_the_viewer_itself(client: TestClient) -> None:
    answer = client.get("/static/digest.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert ".digest" in answer.text


def test_an_empty_state_gives_an_empty_week(tmp_path: Path) -> None:
    answer = viewer(tmp_path, empty=True).get("/digest/2025-W40", headers={"cookie": "lang=en"})
    assert "No change in the field was found this week." in answer.text
