"""Slack reports a posted link to the viewer: a preview for those who may see the change, and nothing for anybody else."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.unit.notifications_sinks import HttpSink, http_sink
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.test_slack_buttons import SECRET, socket_slack
from tests.unit.web_samples import NOW, fill, settings, stay
from tracker.cli.slack_app import socket_mode
from tracker.config.models import Channel, Settings, SlackApp, ViewerAccess
from tracker.notifications import slack_answers
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.storage.schema import DELIVERY
from tracker.web.app import create_app

VIEWER = "http://127.0.0.1:8000"
CHANGE = affiliates_rule().id
LINK = f"{VIEWER}/changes/{CHANGE}"
TOKEN = "xoxb-1234-1234-abc124"
APP = SlackApp(users={"U01HANAKO": "Hanako"}, signing_secret=SECRET, bot_token=TOKEN, workspaces=("T01FIRM",))


def chosen(app: SlackApp | None = APP, access: ViewerAccess = ViewerAccess()) -> Settings:  # noqa: B008 - frozen
    return replace(settings(access=access), slack=app, channels=(Channel("slack-trade", "slack://a/b/c"),))


def shared(*links: str, event: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The documented shape of a `link_shared` event."""
    own = {
        "type": "link_shared",
        "channel": "C123ABC456",
        "is_bot_user_member": True,
        "user": "U01HANAKO",
        "message_ts": "123456789.9875",
        "unfurl_id": "C123456.123456789.987501.1b90fa12",
        "source": "conversations_history",
        "links": [{"domain": "127.0.0.1", "url": link} for link in links],
        **(event or {}),
    }
    return {
        "token": "XXYYZZ",
        "team_id": "T01FIRM",
        "api_app_id": "A123ABC456",
        "event": own,
        "type": "event_callback",
        "event_id": "Ev123ABC456",
        "event_time": 1234567,
        "is_ext_shared_channel": False,
        **fields,
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    store = Store(folder)
    fill(store)
    with store.write() as connection:
        connection.execute(update(DELIVERY).values(state="sent"))
        accounts.add(connection, "Hanako", UserRole.READER, "", NOW)
    store.close()
    return folder


@dataclass
class Slack:
    client: TestClient
    api: HttpSink

    def post(self, payload: Any, *, secret: str = SECRET, at: float | None = None) -> Any:
        body = json.dumps(payload).encode()
        stamp = str(int(NOW.timestamp() if at is None else at))
        signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed}",
        }
        return self.client.post("/slack/events", content=body, headers=headers)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSink]:
    with http_sink(lambda _: (200, {"Content-Type": "application/json"}, '{"ok": true}')) as sink:
        monkeypatch.setattr(slack_answers, "API", f"http://127.0.0.1:{sink.port}/api/")
        monkeypatch.setattr("time.time", NOW.timestamp)
        yield sink


def slack_of(state: Path, api: HttpSink, wanted: Settings) -> Slack:
    return Slack(TestClient(create_app(wanted, state, lambda: NOW), base_url=VIEWER), api)


@pytest.fixture(scope="module")
def client(filled: Path) -> TestClient:
    """A viewer of these settings; previews only read, so all tests share it."""
    return TestClient(create_app(chosen(), filled, lambda: NOW), base_url=VIEWER)


@pytest.fixture
def fake(client: TestClient, api: HttpSink) -> Slack:
    return Slack(client, api)


def test_a_link_to_a_change_that_slack_has_gets_a_preview(fake: Slack) -> None:
    assert fake.post(shared(f"{LINK}?profile=secret-team#review", "https://example.com/x")).status_code == 200
    (body,) = fake.api.bodies
    assert body["unfurl_id"] == "C123456.123456789.987501.1b90fa12"
    assert body["source"] == "conversations_history"
    (blocks,) = body["unfurls"].values()
    assert "secret-team" not in json.dumps(blocks)
    assert affiliates_rule().tagging.level == "critical"
    assert "緊急" in json.dumps(blocks, ensure_ascii=False)
    assert fake.api.paths == ["/api/chat.unfurl"]
    assert fake.api.headers[0]["Authorization"] == f"Bearer {TOKEN}"


def test_without_an_unfurl_id_the_message_is_named_by_its_channel(fake: Slack) -> None:
    fake.post(shared(LINK, event={"unfurl_id": None}))
    assert (fake.api.bodies[0]["channel"], fake.api.bodies[0]["ts"]) == ("C123ABC456", "123456789.9875")


@pytest.mark.parametrize(
    "payload",
    [
        shared(LINK, team_id="T09OTHER"),
        shared(LINK, team_id=""),
        shared(LINK, is_ext_shared_channel=True),
        {name: value for name, value in shared(LINK).items() if name != "is_ext_shared_channel"},
        shared(LINK, event={"user": "U09STRANGER"}),
        shared(f"{VIEWER}/changes/{stay().id}"),  # stored, but no Slack channel has it
        shared(f"{VIEWER}/changes/chg_ffffffffffffffff"),
        shared(f"{VIEWER}.evil.example/changes/{CHANGE}"),
        shared(f"https://evil.example/?{LINK}"),
        shared(f"{VIEWER}/reviews"),
        shared(LINK, event={"type": "message"}),
        shared(LINK, event={"links": "x"}),
        shared(LINK, type="other"),
        [],
    ],
)
def test_nobody_else_gets_a_word(fake: Slack, payload: Any) -> None:
    assert fake.post(payload).status_code == 200
    assert fake.api.bodies == []


@pytest.mark.parametrize(
    "app", [replace(APP, bot_token=""), replace(APP, workspaces=()), replace(APP, users={})]
)
def test_without_token_workspace_or_reviewers_there_is_no_preview(
    filled: Path, api: HttpSink, app: SlackApp
) -> None:
    assert slack_of(filled, api, chosen(app)).post(shared(LINK)).status_code == 200
    assert api.bodies == []


def test_a_private_viewer_shows_nothing_to_a_person_without_an_account(filled: Path, api: HttpSink) -> None:
    access = ViewerAccess("accounts")
    stranger = replace(APP, users={"U01HANAKO": "Nobody"})
    slack_of(filled, api, chosen(stranger, access)).post(shared(LINK))
    assert api.bodies == []
    slack_of(filled, api, chosen(APP, access)).post(shared(LINK))
    assert len(api.bodies) == 1


@pytest.mark.parametrize("how", [{"secret": "another"}, {"at": NOW.timestamp() - 301}])
def test_a_forged_or_old_event_is_refused(fake: Slack, how: dict[str, Any]) -> None:
    assert fake.post(shared(LINK), **how).status_code == 401
    assert fake.api.bodies == []


def test_the_address_is_verified_as_slack_asks(fake: Slack) -> None:
    answer = fake.post({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB10"})
    assert answer.json() == {"challenge": "3eZbrw1aB10"}


def test_a_refusal_of_slack_is_logged_without_the_token(
    fake: Slack, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.api.reply = lambda _: (200, {}, json.dumps({"ok": False, "error": f"invalid_auth {TOKEN}"}))
    fake.post(shared(LINK))
    told = capsys.readouterr()
    assert TOKEN not in told.out + told.err


def test_socket_mode_sends_previews_without_an_open_port(filled: Path, tmp_path: Path, api: HttpSink) -> None:
    state = tmp_path / "state"
    shutil.copytree(filled, state)
    store = Store(state)
    wanted = chosen(replace(APP, signing_secret="", app_token="xapp-1-secret"))
    sent = threading.Event()

    def reply(_: int) -> Any:
        sent.set()
        return 200, {}, '{"ok": true}'

    api.reply = reply
    with socket_slack() as (address, to_send, got):
        connection = socket_mode(lambda: wanted, store, state, lambda: NOW, base_url=address)
        assert connection is not None
        for number, payload in enumerate((shared(LINK, team_id="T09OTHER"), shared(LINK))):
            to_send.put({"type": "events_api", "envelope_id": f"e{number}", "payload": payload})
            assert got.get(timeout=10) == {"envelope_id": f"e{number}"}
        assert sent.wait(10)
        connection.stop()
    store.close()
    assert [list(body["unfurls"]) for body in api.bodies] == [[LINK]]
