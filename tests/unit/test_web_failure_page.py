"""A request that fails by a mistake of the program is answered with a page that names cause and cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import viewer
from tracker.web import rendering


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    found = viewer(tmp_path, empty=True)
    app: Any = found.app

    def broken() -> None:
        raise KeyError("a mistake")

    app.add_api_route("/broken", broken)
    app.add_api_route("/api/broken", broken)
    return TestClient(
        found.app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False, follow_redirects=False
    )


@pytest.mark.parametrize(
    ("language", "cause"), [("ja", "理由はログにあります"), ("en", "the log has the reason")]
)
def test_a_failure_is_a_page_in_the_readers_language(client: TestClient, language: str, cause: str) -> None:
    client.cookies.set("lang", language)
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert cause in answer.text
    assert "<nav" in answer.text
    assert "a mistake" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_program_gets_json(client: TestClient) -> None:
    answer = client.get("/api/broken")
    assert (answer.status_code, answer.json()) == (
        500,
        {"detail": "the program failed; the log has the reason"},
    )


def test_a_page_of_errors_that_fails_itself_is_one_line(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "page", lambda *_args, **_values: 1 / 0)
    answer = client.get("/broken")
    assert (answer.status_code, answer.text) == (500, "500 the program failed; the log has the reason\n")


def test_a_form_that_is_too_large_is_answered_with_a_page(client: TestClient) -> None:
    answer = client.post("/reviewer", content=b"x" * 70_000)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert "送られた内容が大きすぎます" in answer.text


def test_the_plain_phrase_of_a_status_is_no_cause(client: TestClient) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "Not Found" not in answer.text
    assert "検索欄" in answer.text
