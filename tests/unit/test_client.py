"""The client, and `tracker --server`, against a real viewer that requires keys, and against servers that are no tracker."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from tests.unit.web_samples import NOW, fill, settings
from tracker import logs
from tracker.cli import alerts, queries, screening, search  # noqa: F401 - they register their commands
from tracker.cli.app import app
from tracker.client import Client
from tracker.config.models import ViewerAccess
from tracker.errors import UnexpectedResponse, Unreachable, UsageError
from tracker.storage import accounts
from tracker.storage.accounts import Scope, UserRole
from tracker.storage.database import Store
from tracker.web.server import Viewer


@dataclass(frozen=True)
class Remote:
    url: str
    keys: dict[str, str]
    state: Path

    def client(self) -> Client:
        return Client(self.url, self.keys["records"])

    def run(self, *arguments: str, key: str = "records") -> Result:
        environment = {"TRACKER_SERVER": "", "A_KEY": self.keys[key]}
        asked = ["--server", self.url, "--key", "env:A_KEY", *arguments]
        return CliRunner().invoke(app, asked, env=environment)

    def local(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--state", str(self.state)], env={"TRACKER_SERVER": ""})


@pytest.fixture(autouse=True)
def quiet(default_logging: None) -> None:
    """The viewer runs in this process: without this its log would be part of what the commands print."""
    logs.configure(json_lines=True, level="error")


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    state = tmp_path_factory.mktemp("state")
    store = Store(state)
    fill(store, proposals=3)
    with store.write() as connection:
        accounts.add(connection, "Hanako", UserRole.READER, "", NOW)
        keys = {str(scope): accounts.make_key(connection, "Hanako", [scope], NOW) for scope in Scope}
    store.close()
    viewer = Viewer(settings(access=ViewerAccess("accounts")), state, "127.0.0.1:0", lambda: NOW)
    viewer.start()
    try:
        yield Remote(viewer.url, keys, state)
    finally:
        viewer.stop()


def test_all_pages_of_a_list_are_read(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.client.PAGE", 2)
    with remote.client() as client:
        ids = [record["id"] for record in client.changes()]
        assert len(ids) == len(set(ids)) == 6
        assert [record["id"] for record in client.changes(limit=3)] == ids[:3]
        assert [record["id"] for record in client.changes(level="critical", baseline=False)] == [
            "chg_0123456789abcdef"
        ]


def test_each_question_has_its_answer(remote: Remote) -> None:
    with remote.client() as client:
        assert client.change("2025-19001")["id"] == "chg_0123456789abcdef"
        assert {one["op"] for one in client.operations("chg_00000000000000cf")} >= {"changed"}
        assert client.redline("chg_00000000000000cf", "docx").startswith(b"PK")
        assert client.search("affiliates")["changes"]["total"] == 2
        assert client.law("15 CFR 744.21")["path"] == "15 CFR 744.21"
        assert client.effects(unit="15 CFR 999.1") == []
        assert all(one["date"] for one in client.deadlines())
        data, complete = client.screen(b"name\nNobody K.K.\n")
        assert [result["name"] for result in json.loads(data)["results"]] == ["Nobody K.K."]
        assert complete is False


def test_a_command_prints_what_it_prints_locally(remote: Remote) -> None:
    for arguments in (
        ("changes", "--query", "affiliates"),
        ("changes", "--level", "critical", "--json"),
        ("diff", "chg_00000000000000cf", "--format", "json"),
        ("changes", "--query", "affiliattes"),
    ):
        ours, theirs = remote.local(*arguments), remote.run(*arguments)
        assert theirs.exception is None or isinstance(theirs.exception, SystemExit), theirs.exception
        assert (theirs.exit_code, theirs.output) == (ours.exit_code, ours.output)


def test_show_names_what_belongs_to_it(remote: Remote) -> None:
    shown = remote.run("show", "2025-19001", "--lang", "en").output
    assert "2025-19001" in shown
    assert json.loads(remote.run("show", "2025-19001", "--json").output)["reviews"] == []


def test_search_lists_changes_and_passages(remote: Remote) -> None:
    found = remote.run("search", "affiliates", "--lang", "en")
    assert found.exit_code == 0
    assert "Changes: 2" in found.output
    assert "chg_0123456789abcdef" in found.output
    assert remote.run("search", "zzzqqq").exit_code == 1


def test_a_file_of_partners_is_screened_by_the_server(remote: Remote, tmp_path: Path) -> None:
    file = tmp_path / "partners.csv"
    file.write_text("name\nNobody K.K.\n", "utf-8")
    found = remote.run("screen", str(file), "--format", "csv")
    assert found.exit_code == 1  # no list is stored there
    assert "Nobody K.K." in found.output
    file.write_text("x\ny\n", "utf-8")
    assert "no column is called name" in str(remote.run("screen", str(file)).exception)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("acknowledge", "2025-19001"), "`tracker acknowledge` cannot ask a server"),
        (("show", "2099-00001"), "2099-00001"),
        (("changes", "--source", "x" * 300), "source: "),
    ],
)
def test_a_refusal_is_one_line(remote: Remote, arguments: tuple[str, ...], problem: str) -> None:
    error = remote.run(*arguments).exception
    assert isinstance(error, UsageError)
    assert problem in error.line()
    assert "\n" not in error.line()


def test_a_key_without_the_scope_and_no_key_are_refused_with_the_cure(remote: Remote) -> None:
    error = remote.run("changes", key="status").exception
    assert isinstance(error, UsageError)
    assert "scope `records`" in error.line()
    with Client(remote.url) as client, pytest.raises(UsageError) as found:
        client.deadlines()
    assert "--key env:NAME" in found.value.line()


@pytest.mark.parametrize("key", ["trk_written_out", "env:NO_SUCH_NAME", "file:no-such-file"])
def test_a_key_is_read_from_the_environment_or_a_file(key: str) -> None:
    error = CliRunner().invoke(app, ["--server", "https://a.example", "--key", key, "changes"]).exception
    assert isinstance(error, UsageError)
    assert "--key: " in error.line()
    assert "trk_written_out" not in error.line()


@pytest.mark.parametrize("url", ["ftp://a.example", "a.example", "https://user:word@a.example", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="--server"):
        Client(url)


def test_a_key_is_not_sent_over_plain_http_to_another_machine() -> None:
    with pytest.raises(UsageError, match="not sent over plain http"):
        Client("http://tracker.example.co.jp", "trk_1")


@contextmanager
def other_server(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[Any]]]:
    class Handler(http.server.BaseHTTPRequestHandler):
        seen: ClassVar[list[Any]] = []

        def do_GET(self) -> None:
            self.seen.append(self.headers.get("Authorization"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", Handler.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>a login page</html>", UnexpectedResponse),
        (200, b"{}", UnexpectedResponse),
        (503, b"", Unreachable),
        (404, b"<html>", UsageError),
    ],
)
def test_what_is_no_tracker_is_no_empty_list(status: int, body: bytes, error: type[Exception]) -> None:
    with other_server(status, body) as (url, _), Client(url) as client, pytest.raises(error):
        client.deadlines()


def test_a_redirect_does_not_get_the_key() -> None:
    with other_server(200, b"[]") as (target, seen):
        with (
            other_server(302, b"", Location=f"{target}/api/deadlines") as (url, _),
            Client(url, "trk_1") as client,
            pytest.raises(UsageError, match="302"),
        ):
            client.deadlines()
        assert seen == []


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.client.LARGEST", 100)
    with (
        other_server(200, b"[" + b" " * 200 + b"]") as (url, _),
        Client(url) as client,
        pytest.raises(UnexpectedResponse, match="larger"),
    ):
        client.deadlines()


def test_nobody_there_is_unreachable() -> None:
    with Client("http://127.0.0.1:9") as client, pytest.raises(Unreachable, match="cannot be reached"):
        client.deadlines()
