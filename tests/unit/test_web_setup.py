"""The page of the first start: only who has the key may use it, and what it writes can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from tests.unit.notifications_sinks import http_sink
from tracker.cli import running
from tracker.cli.app import app
from tracker.config.loader import load
from tracker.errors import UsageError
from tracker.web.setup import MOST_TESTS, Setup

TOKEN = "TokenA"
URL = f"slack://{TOKEN}/TokenB/TokenC"
assert running  # importing it registers the commands


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path / "sources.toml", "127.0.0.1")


@pytest.fixture
def client(setup: Setup) -> Iterator[TestClient]:
    with TestClient(setup.app, base_url="http://127.0.0.1:8000", follow_redirects=False) as opened:
        opened.cookies.set("lang", "en")
        answer = opened.get(f"/setup?key={setup.key}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/setup")
        yield opened


def send(client: TestClient, **fields: object) -> tuple[int, str]:
    token = re.search(r'name="form" value="([^"]+)"', client.get("/setup").text)
    assert token is not None
    data = {"form": token[1], "timezone": "Asia/Tokyo", "language": "ja", "action": "save", **fields}
    answer = client.post("/setup", data=data)
    return answer.status_code, answer.text


def test_the_answers_become_settings_and_the_secret_stays_out_of_them(
    client: TestClient, setup: Setup, tmp_path: Path
) -> None:
    status, html = send(
        client, contact="trade@example.co.jp", channel_id="slack-trade", channel_url=URL,
        industry=["semiconductor-equipment", "trading"], eccns="3B001、2B230",
    )  # fmt: skip
    assert status == 200
    assert "The settings are saved" in html
    assert setup.done.is_set()
    settings = load(tmp_path / "sources.toml")
    assert settings.languages == ("ja", "en")
    assert (settings.channels[0].id, settings.channels[0].url) == ("slack-trade", URL)
    assert settings.profiles[0].eccns == ("3B001", "2B230")
    assert TOKEN not in (tmp_path / "sources.toml").read_text("utf-8")
    assert TOKEN not in html


def test_without_the_key_nothing_is_shown_or_written(setup: Setup, tmp_path: Path) -> None:
    stranger = TestClient(setup.app, base_url="http://127.0.0.1:8000", follow_redirects=False)
    for address in ("/setup", "/setup?key=wrong"):
        answer = stranger.get(address)
        assert answer.status_code == 403
        assert "<form" not in answer.text
    assert stranger.post("/setup", data={"timezone": "Asia/Tokyo", "action": "save"}).status_code == 403
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_page_cannot_send_the_form(client: TestClient, tmp_path: Path) -> None:
    assert client.post("/setup", data={"form": "x", "action": "save"}).status_code == 403
    answer = client.post("/setup", data={"form": "x"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert client.get("/setup", headers={"host": "evil.example"}).status_code == 421
    policy = client.get("/setup").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert list(tmp_path.iterdir()) == []


def test_mistakes_are_shown_and_what_was_typed_is_kept(client: TestClient, setup: Setup) -> None:
    status, html = send(client, timezone="Asia/Nowhere", channel_url="nothing", eccns="3B001", contact="<b>")
    assert status == 422
    assert "timezone: " in html
    assert "not an Apprise URL" in html
    assert 'value="Asia/Nowhere"' in html
    assert "&lt;b&gt;" in html
    assert not setup.done.is_set()


def test_a_test_message_is_sent_and_its_answer_shown(
    client: TestClient, setup: Setup, tmp_path: Path
) -> None:
    with http_sink() as sink:
        status, html = send(client, channel_url=f"json://127.0.0.1:{sink.port}/", action="test")
    assert status == 200
    assert "The test message was sent" in html
    assert len(sink.bodies) == 1
    assert not setup.done.is_set()
    assert list(tmp_path.iterdir()) == []


def test_no_test_message_writes_a_file_or_floods(client: TestClient, setup: Setup, tmp_path: Path) -> None:
    status, html = send(client, channel_url=f"tofile://{tmp_path}/written.txt", action="test")
    assert status == 200
    assert "cannot be tested here" in html
    assert list(tmp_path.iterdir()) == []
    setup.tests = MOST_TESTS
    with http_sink() as sink:
        assert (
            "cannot be tested here"
            in send(client, channel_url=f"json://127.0.0.1:{sink.port}/", action="test")[1]
        )
    assert sink.bodies == []


@pytest.mark.parametrize("given", ["--config", "TRACKER_CONFIG"])
def test_settings_that_were_named_and_are_missing_are_a_mistake(
    tmp_path: Path, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = str(tmp_path / "none.toml")
    monkeypatch.chdir(tmp_path)
    words = ["--config", missing] if given == "--config" else []
    if not words:
        monkeypatch.setenv("TRACKER_CONFIG", missing)
    with pytest.raises(UsageError, match="does not exist"):
        CliRunner().invoke(app, ["run", *words], catch_exceptions=False)
    with pytest.raises(UsageError, match="does not exist"):  # other commands never wait for a reader
        CliRunner().invoke(app, ["poll"], catch_exceptions=False)


def test_another_address_leads_to_the_page_and_an_old_form_is_refused_on_it(client: TestClient) -> None:
    answer = client.get("/sources")
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")
    client.cookies.set("lang", "ja")
    answer = client.post("/setup", data={"form": "x.y", "timezone": "Tokio"})
    assert answer.status_code == 403
    assert "画面を読み込み直してください" in answer.text
    status, html = send(client, timezone="Tokio")
    assert status == 422
    assert "「Tokio」というタイムゾーンはありません" in html
