"""A fake Slack presses the buttons of an alert: signed requests, twice, late, forged, by users whom nobody mapped."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from websockets.sync.server import ServerConnection, serve

from tests.unit.notifications_sinks import HttpSink, http_sink, parcel_of
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, fill, review_log, settings
from tracker.cli.slack_app import socket_mode
from tracker.config.models import Settings, SlackApp, ViewerAccess
from tracker.interactions import slack
from tracker.interactions.presses import next_working_day
from tracker.interactions.slack import button_block
from tracker.notifications.channels.slack import payloads
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.web.app import create_app

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CHANGE = affiliates_rule().id
APP = SlackApp(users={"U01HANAKO": "Hanako", "U02TARO": "Taro"}, signing_secret=SECRET)


@dataclass
class Slack:
    """Sends what Slack sends, and takes the answers at its `response_url`."""

    client: TestClient
    sink: HttpSink
    state: Path

    def post(
        self, path: str, fields: dict[str, str], *, secret: str = SECRET, at: float | None = None
    ) -> int:
        return int(self.response(path, fields, secret=secret, at=at).status_code)

    def response(
        self, path: str, fields: dict[str, str], *, secret: str = SECRET, at: float | None = None
    ) -> Any:
        body = urlencode(fields).encode()
        stamp = str(int(NOW.timestamp() if at is None else at))
        signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed}",
        }
        return self.client.post(path, content=body, headers=headers)

    def payload(self, button: str, user: str = "U01HANAKO", revision: int = 1, change: str = CHANGE) -> Any:
        (sent,) = payloads(parcel_of(affiliates_rule()).message, (change, revision))
        block = sent["blocks"][-1]
        element = next(one for one in block["elements"] if one["action_id"] == f"tracker-{button}")
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "someone"},
            "actions": [{"type": "button", "block_id": block["block_id"], **element}],
            "message": {"type": "message", "ts": "1700000000.000100", **sent},
            "response_url": f"http://127.0.0.1:{self.sink.port}/actions/T0/1/abc",
        }

    def press(
        self, button: str, user: str = "U01HANAKO", *, revision: int = 1, change: str = CHANGE, **how: Any
    ) -> int:
        payload = self.payload(button, user, revision, change)
        return self.post("/slack/actions", {"payload": json.dumps(payload)}, **how)

    def log(self) -> list[tuple[str, str, str]]:
        return review_log(self.state, CHANGE)


def slack_of(state: Path, monkeypatch: pytest.MonkeyPatch, sink: HttpSink, chosen: Settings) -> Slack:
    monkeypatch.setattr(slack, "RESPONSE_HOST", f"http://127.0.0.1:{sink.port}/")
    monkeypatch.setattr("time.time", NOW.timestamp)
    app = create_app(chosen, state, lambda: NOW)
    return Slack(TestClient(app, base_url="http://127.0.0.1:8000"), sink, state)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    store = Store(tmp_path)
    fill(store)
    store.close()
    with http_sink() as sink:
        yield slack_of(tmp_path, monkeypatch, sink, replace(settings(), slack=APP))


@pytest.mark.parametrize(
    ("button", "entry", "stays"),
    [
        ("acknowledge", ("Hanako", "acknowledge", ""), True),
        ("take", ("Hanako", "assign", "Hanako"), True),
        ("not-relevant", ("Hanako", "decide", "does-not-apply"), False),
        ("later", ("Hanako", "due", "2025-11-21"), True),
    ],
)
def test_a_press_is_an_entry_and_the_message_says_so(
    fake: Slack, button: str, entry: tuple[str, str, str], stays: bool
) -> None:
    assert fake.press(button) == 200
    assert fake.log() == [entry]
    (answer,) = fake.sink.bodies
    assert answer["replace_original"] is True
    assert [block["type"] for block in answer["blocks"]].count("actions") == stays
    assert "Hanako" in json.dumps(answer["blocks"], ensure_ascii=False)
    assert answer["blocks"][0]["type"] == "header"


@pytest.mark.parametrize("button", ["acknowledge", "take", "not-relevant", "later"])
def test_a_second_press_writes_nothing_and_says_who_was_first(fake: Slack, button: str) -> None:
    fake.press(button)
    before = fake.log()
    fake.press(button, "U02TARO")
    assert fake.log() == before
    assert fake.sink.bodies[1]["response_type"] == "ephemeral"
    assert ("2025-11-21" if button == "later" else "Hanako") in fake.sink.bodies[1]["text"]
    assert "Taro" not in fake.sink.bodies[1]["text"]


def test_a_late_press_on_the_message_of_an_earlier_revision_writes_nothing(fake: Slack) -> None:
    assert fake.press("acknowledge", revision=0) == 200
    assert fake.log() == []
    assert "更新前" in fake.sink.bodies[0]["text"]


@pytest.mark.parametrize(
    "how", [{"secret": "another"}, {"at": NOW.timestamp() - 301}, {"at": NOW.timestamp() + 301}]
)
def test_a_forged_or_old_request_is_refused(fake: Slack, how: dict[str, Any]) -> None:
    assert fake.press("acknowledge", **how) == 401
    assert fake.log() == []
    assert fake.sink.bodies == []


def test_a_user_whom_nobody_mapped_writes_nothing(fake: Slack) -> None:
    assert fake.press("acknowledge", "U09STRANGER") == 200
    assert fake.log() == []
    assert "U09STRANGER" in fake.sink.bodies[0]["text"]


def test_an_unknown_change_and_a_strange_payload_write_nothing(fake: Slack) -> None:
    assert fake.press("acknowledge", change="chg_ffffffffffffffff") == 200
    for payload in ("", "[]", "{}", '{"type": "block_actions", "actions": [{"action_id": "other"}]}'):
        assert fake.post("/slack/actions", {"payload": payload}) == 200
    assert fake.log() == []
    assert len(fake.sink.bodies) == 1


def test_an_answer_goes_to_slack_alone(fake: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "RESPONSE_HOST", "https://hooks.slack.com/")
    assert fake.press("acknowledge") == 200
    assert [entry[1] for entry in fake.log()] == ["acknowledge"]
    assert fake.sink.bodies == []


def test_where_the_viewer_has_accounts_a_reader_may_not_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    fill(store)
    with store.write() as connection:
        accounts.add(connection, "Hanako", UserRole.REVIEWER, "", NOW)
        accounts.add(connection, "Taro", UserRole.READER, "", NOW)
    store.close()
    with http_sink() as sink:
        chosen = replace(settings(access=ViewerAccess("accounts")), slack=APP)
        fake = slack_of(tmp_path, monkeypatch, sink, chosen)
        assert fake.press("acknowledge", "U02TARO") == 200
        assert fake.log() == []
        assert fake.press("acknowledge", "U01HANAKO") == 200
        assert fake.log() == [("Hanako", "acknowledge", "")]


def test_without_an_app_there_are_no_buttons_and_no_address(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    store.close()
    client = TestClient(create_app(settings(), tmp_path, lambda: NOW), base_url="http://127.0.0.1:8000")
    assert client.post("/slack/actions", content=b"payload={}").status_code == 404
    (sent,) = payloads(parcel_of(affiliates_rule()).message)
    assert "actions" not in {block["type"] for block in sent["blocks"]}


def test_the_command_answers_from_the_records(fake: Slack) -> None:
    fields = {"user_id": "U01HANAKO", "command": "/tracker", "text": "affiliates"}
    answer = fake.response("/slack/commands", fields).json()
    assert answer["response_type"] == "ephemeral"
    (listed,) = answer["blocks"][0]["elements"]
    assert f"/changes/{CHANGE}" in json.dumps(listed)
    none = fake.response("/slack/commands", {**fields, "text": "zzzqqq"}).json()
    assert "見つかりません" in json.dumps(none, ensure_ascii=False)
    assert "/tracker 3B001" in fake.response("/slack/commands", {**fields, "text": " "}).json()["text"]
    stranger = fake.response("/slack/commands", {**fields, "user_id": "U09"}).json()
    assert CHANGE not in json.dumps(stranger)
    assert fake.post("/slack/commands", fields, secret="another") == 401


def test_later_is_the_next_working_day() -> None:
    friday = NOW.date().replace(day=21)
    assert friday.strftime("%a") == "Fri"
    assert next_working_day(friday).isoformat() == "2025-11-24"


def test_the_labels_are_the_four_of_the_alert() -> None:
    block = button_block(CHANGE, 1, "ja")
    assert [element["text"]["text"] for element in block["elements"]] == [
        "確認",
        "担当する",
        "対応不要",
        "あとで",
    ]
    assert len({element["action_id"] for element in block["elements"]}) == 4


@contextmanager
def socket_slack() -> Iterator[tuple[str, Queue[Any], Queue[Any]]]:
    """The Web API's `apps.connections.open`, and the socket that it names. Yields the API's address, what to send, and what
    the app sent."""
    to_send: Queue[Any] = Queue()
    got: Queue[Any] = Queue()

    def talk(connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        while (envelope := to_send.get()) is not None:
            connection.send(json.dumps(envelope))
            got.put(json.loads(connection.recv(timeout=10)))

    with serve(talk, "127.0.0.1", 0) as sockets:
        thread = threading.Thread(target=sockets.serve_forever, daemon=True)
        thread.start()
        port = sockets.socket.getsockname()[1]

        def reply(_: int) -> Any:
            body = json.dumps({"ok": True, "url": f"ws://127.0.0.1:{port}/link?ticket=secret"})
            return 200, {"Content-Type": "application/json"}, body

        with http_sink(reply) as api:
            yield f"http://127.0.0.1:{api.port}/api/", to_send, got
        to_send.put(None)
        sockets.shutdown()


def test_socket_mode_answers_presses_and_commands_without_an_open_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    fill(store)
    app = SlackApp(users=APP.users, app_token="xapp-1-secret")
    with http_sink() as sink, socket_slack() as (api, to_send, got):
        fake = slack_of(tmp_path, monkeypatch, sink, replace(settings(), slack=APP))
        chosen = replace(settings(), slack=app)
        connection = socket_mode(lambda: chosen, store, tmp_path, lambda: NOW, base_url=api)
        assert connection is not None
        press = {"type": "interactive", "envelope_id": "e1", "accepts_response_payload": False}
        to_send.put({**press, "payload": fake.payload("acknowledge")})
        assert got.get(timeout=10) == {"envelope_id": "e1"}
        command = {"user_id": "U01HANAKO", "command": "/tracker", "text": "affiliates"}
        to_send.put(
            {
                "type": "slash_commands",
                "envelope_id": "e2",
                "accepts_response_payload": True,
                "payload": command,
            }
        )
        answer = got.get(timeout=10)
        assert answer["envelope_id"] == "e2"
        assert CHANGE in json.dumps(answer["payload"])
        connection.stop()
    store.close()
    assert fake.log() == [("Hanako", "acknowledge", "")]
    assert sink.bodies[0]["replace_original"] is True


def test_without_a_token_there_is_no_socket(tmp_path: Path) -> None:
    chosen = replace(settings(), slack=APP)
    assert socket_mode(lambda: chosen, Store(tmp_path), tmp_path, lambda: NOW) is None
