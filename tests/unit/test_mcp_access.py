"""`tracker mcp`: who may ask over HTTP, what the command refuses, and what it does not read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.unit.web_samples import NOW, fill, settings, viewer
from tracker.cli import mcp as mcp_command
from tracker.config.models import ViewerAccess
from tracker.errors import SettingsError, UsageError
from tracker.mcp.http import application, serve
from tracker.storage import accounts, audit_log
from tracker.storage.accounts import Scope, UserRole
from tracker.storage.database import Store
from tracker.web.context import WebContext

SECRETS = """
[[channel]]
id = "slack"
url = "env:TRACKER_TEST_NO_SUCH_SECRET"
[viewer]
sign_in = "oidc"
[viewer.oidc]
issuer = "https://login.example.co.jp"
client_id = "tracker"
client_secret = "file:no-such-file"
"""
QUESTION = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "deadlines", "arguments": {}},
}
HEADERS = {"accept": "application/json, text/event-stream"}


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    store = Store(tmp_path)
    fill(store)
    with store.write() as connection:
        accounts.add(connection, "Hanako", UserRole.READER, "", NOW)
        made = {str(scope): accounts.make_key(connection, "Hanako", [scope], NOW) for scope in Scope}
        made["session"] = accounts.start_session(connection, "Hanako", NOW)
    store.close()
    return made


@pytest.fixture
def client(tmp_path: Path, keys: dict[str, str]) -> Iterator[TestClient]:
    store = Store(tmp_path)
    context = WebContext(lambda: settings(access=ViewerAccess("accounts")), tmp_path, store, lambda: NOW)
    with TestClient(application(context, "127.0.0.1"), base_url="http://127.0.0.1:8000") as opened:
        yield opened
    store.close()


def bearer(key: str) -> dict[str, str]:
    return {**HEADERS, "authorization": f"Bearer {key}"}


def test_only_a_key_for_records_is_answered(client: TestClient, keys: dict[str, str]) -> None:
    assert client.post("/mcp", json=QUESTION, headers=HEADERS).status_code == 401
    assert client.post("/mcp", json=QUESTION, headers=bearer("made-up")).status_code == 401
    assert client.post("/mcp", json=QUESTION, headers=bearer(keys["status"])).status_code == 403
    answered = client.post("/mcp", json=QUESTION, headers=bearer(keys["records"]))
    assert answered.status_code == 200
    found = json.loads(answered.json()["result"]["content"][0]["text"])
    assert found["tool"] == "deadlines"


def test_pages_of_other_sites_and_other_names_are_refused(client: TestClient, keys: dict[str, str]) -> None:
    cookie = {**HEADERS, "cookie": f"tracker_session={keys['session']}"}
    assert client.post("/mcp", json=QUESTION, headers=cookie).status_code == 200
    foreign = client.post("/mcp", json=QUESTION, headers={**cookie, "origin": "https://evil.example"})
    assert foreign.status_code == 403
    form = client.post("/mcp", content=json.dumps(QUESTION), headers={**cookie, "content-type": "text/plain"})
    assert form.status_code == 400
    renamed = client.post("/mcp", json=QUESTION, headers={**bearer(keys["records"]), "host": "evil.example"})
    assert renamed.status_code == 421


def test_a_large_question_and_other_paths_are_refused(client: TestClient, keys: dict[str, str]) -> None:
    key = bearer(keys["records"])
    large = {**QUESTION, "params": {"name": "search", "arguments": {"query": "x" * 70_000}}}
    assert client.post("/mcp", json=large, headers=key).status_code == 413
    assert client.delete("/mcp", headers=key).status_code == 403
    assert client.get("/api/changes", headers=key).status_code == 404
    assert client.post("/changes/x/review", headers=key).status_code == 403


def test_a_key_still_writes_nothing_in_the_viewer(tmp_path: Path, keys: dict[str, str]) -> None:
    pages = viewer(tmp_path, empty=True, access=ViewerAccess("accounts"))
    for path in ("/changes/chg_00000000000000cf/review", "/saved", "/sign-out", "/sources/ear/poll"):
        assert pages.post(path, headers=bearer(keys["records"])).status_code == 403, path


def test_each_use_of_a_key_is_recorded(client: TestClient, keys: dict[str, str], tmp_path: Path) -> None:
    client.post("/mcp", json=QUESTION, headers=bearer(keys["records"]))
    store = Store(tmp_path)
    with store.read() as connection:
        used = audit_log.entries(connection, audit_log.Event.KEY_USED)
    store.close()
    assert [one.who for one in used] == ["Hanako"]


def test_the_official_client_sends_a_key(tmp_path: Path, keys: dict[str, str]) -> None:
    server = serve(settings(access=ViewerAccess("accounts")), tmp_path, "127.0.0.1:0", lambda: NOW)
    server.start()

    async def run() -> None:
        headers = {"Authorization": f"Bearer {keys['records']}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as opened,
        ):
            assert not (await opened.call_tool("changes_since", {"since": "2025-01-01"})).is_error

    try:
        asyncio.run(run())
    finally:
        server.stop()


def test_other_machines_need_a_sign_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sign-in"):
        serve(settings(), tmp_path, "0.0.0.0:0", lambda: NOW)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(mcp_command.mcp, list(arguments))


def test_the_command_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "sources.toml"
    found = run("--config", str(config), "--state", str(tmp_path))
    assert "does not exist" in str(found.exception)
    config.write_text('[tracker]\ncontact = "a@example.co.jp"\n', "utf-8")
    found = run("--config", str(config), "--state", str(tmp_path))
    assert "nothing is stored yet" in str(found.exception)
    monkeypatch.setattr(mcp_command, "find_spec", lambda name: None)
    found = run("--config", str(config), "--state", str(tmp_path))
    assert "pip install 'tracker[mcp]'" in found.exception.line()


def test_secrets_are_not_read_and_mistakes_still_count(tmp_path: Path) -> None:
    from tracker.config.loader import load

    config = tmp_path / "sources.toml"
    config.write_text('[tracker]\ncontact = "a@example.co.jp"\n' + SECRETS, "utf-8")
    with pytest.raises(SettingsError):
        load(config)
    read = load(config, secrets=False)
    assert read.channels[0].url == "env:TRACKER_TEST_NO_SUCH_SECRET"
    config.write_text(config.read_text("utf-8") + "\n[nonsense]\n", "utf-8")
    with pytest.raises(SettingsError, match="nonsense"):
        load(config, secrets=False)
