"""Who may ask, and what every answer carries."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, settings, viewer
from tracker.errors import UsageError
from tracker.web.security_headers import is_loopback
from tracker.web.server import Viewer, address_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return viewer(tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize("path", ["/", "/api/changes", "/static/viewer.css", "/healthz", "/nothing"])
def test_every_answer_carries_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "cache-control" in headers


def test_head_is_answered_like_get_without_the_content(client: TestClient) -> None:
    for path in ("/", "/healthz", "/api/changes"):
        answer = client.head(path)
        assert answer.status_code == 200
        assert not answer.content
    assert client.head("/nothing").status_code == 404


def test_private_pages_are_not_kept(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("@127.0.0.1", 200),
        ("[", 421),
    ],
)
def test_only_a_request_that_calls_this_machine_by_its_name_is_answered(
    client: TestClient, host: str, status: int
) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == status


def test_a_body_larger_than_a_form_is_refused(client: TestClient) -> None:
    assert client.post("/reviewer", content=b"x" * 70_000).status_code == 413
    assert client.post("/reviewer", content=iter([b"x"])).status_code == 413


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.0.0.1", False),
     ("::", False), ("example.com", False), ("", False)],
)  # fmt: skip
def test_which_names_are_this_machines(host: str, own: bool) -> None:
    assert is_loopback(host) is own


@pytest.mark.parametrize("listen", ["0.0.0.0:8000", "192.168.1.5:80", "[::]:8000", "trade.example.co.jp:443"])
def test_it_refuses_to_listen_beyond_this_machine_with_the_reason(listen: str) -> None:
    with pytest.raises(UsageError, match="sign-in"):
        address_of(listen)


def test_with_sign_in_it_listens_wherever_it_is_sent_to() -> None:
    assert address_of("0.0.0.0:8000", sign_in=True) == ("0.0.0.0", 8000)


@pytest.mark.parametrize(
    "listen", ["8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", ":80"]
)
def test_a_listen_address_that_is_none_is_sent_so(listen: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        address_of(listen)


def test_it_serves_in_a_thread_and_stops(tmp_path: Path) -> None:
    import urllib.request

    served = Viewer(settings(), tmp_path, "127.0.0.1:0", lambda: NOW)
    served.start()
    with urllib.request.urlopen(f"{served.url}/healthz") as answer:
        assert answer.read() == b"ok\n"
    with pytest.raises(UsageError, match="cannot be opened"):
        Viewer(settings(), tmp_path, f"127.0.0.1:{served.port}", lambda: NOW).start()
    served.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0
