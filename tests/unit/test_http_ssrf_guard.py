from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpcore2
import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import Time
from tracker.errors import AccessDenied, LimitExceeded, Unreachable
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.ssrf_guard import GuardedBackend, is_public, resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "2002:a00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_an_address_that_is_not_of_the_open_internet_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "23.22.35.162", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_an_address_of_the_open_internet_is_let_through(address: str) -> None:
    assert is_public(address)


class Recorder(httpcore2.NetworkBackend):
    """Connects to nothing and notes where to."""

    def __init__(self, failing: tuple[str, ...] = ()) -> None:
        self.connected: list[tuple[str, int]] = []
        self.timeouts: list[float | None] = []
        self.failing = failing

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore2.NetworkStream:
        self.connected.append((host, port))
        self.timeouts.append(timeout)
        if host in self.failing:
            raise httpcore2.ConnectError("no route")
        return httpcore2.MockStream([])


def backend(
    *answers: list[str], literal: tuple[str, ...] = (), failing: tuple[str, ...] = ()
) -> tuple[GuardedBackend, Recorder]:
    """A backend whose resolver gives these answers one after the other, the last one from then on."""
    recorder = Recorder(failing)
    turns = list(answers)

    def resolver(_: str, __: int) -> list[str]:
        return turns.pop(0) if len(turns) > 1 else turns[0]

    return GuardedBackend(literal, lambda: 60.0, resolver, recorder), recorder


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    guarded, recorder = backend(["8.8.8.8"], ["127.0.0.1"])
    guarded.connect_tcp("rebind.example.com", 443)
    assert recorder.connected == [("8.8.8.8", 443)]
    with pytest.raises(AccessDenied):
        guarded.connect_tcp("rebind.example.com", 443)
    assert recorder.connected == [("8.8.8.8", 443)]


def test_of_a_name_with_both_kinds_only_the_public_address_is_used() -> None:
    guarded, recorder = backend(["10.0.0.1", "8.8.4.4"])
    guarded.connect_tcp("both.example.com", 80)
    assert recorder.connected == [("8.8.4.4", 80)]


def test_a_private_address_is_open_only_on_the_port_that_the_settings_name() -> None:
    guarded, recorder = backend(["127.0.0.1"], literal=("127.0.0.1:8080",))
    guarded.connect_tcp("127.0.0.1", 8080)
    with pytest.raises(AccessDenied, match="8081 is a private address"):
        guarded.connect_tcp("127.0.0.1", 8081)
    assert recorder.connected == [("127.0.0.1", 8080)]


def test_another_name_for_a_literal_host_is_not_the_literal_host() -> None:
    guarded, _ = backend(["127.0.0.1"], literal=("127.0.0.1:8080",))
    with pytest.raises(AccessDenied):
        guarded.connect_tcp("localhost.example.com", 8080)


def test_the_next_address_is_tried_when_one_fails() -> None:
    guarded, recorder = backend(["8.8.8.8", "8.8.4.4"], failing=("8.8.8.8",))
    guarded.connect_tcp("two.example.com", 80)
    assert recorder.connected == [("8.8.8.8", 80), ("8.8.4.4", 80)]


def test_when_all_addresses_fail_the_last_failure_is_sent() -> None:
    guarded, _ = backend(["8.8.8.8"], failing=("8.8.8.8",))
    with pytest.raises(httpcore2.ConnectError, match="no route"):
        guarded.connect_tcp("down.example.com", 80)


def test_a_name_without_address_is_a_connection_error() -> None:
    def nothing(_: str, __: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    guarded = GuardedBackend((), lambda: 60.0, nothing, Recorder())
    with pytest.raises(httpcore2.ConnectError, match="no address"):
        guarded.connect_tcp("gone.example.com", 80)


def test_connecting_never_takes_longer_than_is_left() -> None:
    recorder = Recorder()
    GuardedBackend((), lambda: 2.5, lambda *_: ["8.8.8.8"], recorder).connect_tcp("a.example.com", 80, 15.0)
    assert recorder.timeouts == [2.5]


@pytest.mark.parametrize("spelled", ["0x7f.1", "2130706433", "127.1", "0177.0.0.1"])
def test_odd_spellings_of_loopback_resolve_to_it_and_are_refused(spelled: str) -> None:
    guarded = GuardedBackend((), lambda: 60.0, resolve, Recorder())
    with pytest.raises((AccessDenied, httpcore2.ConnectError)):
        guarded.connect_tcp(spelled, 80)


def test_the_guard_sits_in_the_pool_that_the_client_uses() -> None:
    """Pins httpx's private attributes: when this fails, the guard has to be put in another way."""
    with Client(clock=Time().now) as client:
        transport = client._transport
        assert isinstance(transport, httpx.HTTPTransport)
        pool = transport._pool
        assert isinstance(pool._network_backend, GuardedBackend)
        connection = pool.create_connection(httpcore2.Origin(b"http", b"example.com", 80))
        assert connection._network_backend is pool._network_backend  # type: ignore[attr-defined]
        assert pool._max_keepalive_connections == 10


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server on loopback that redirects everything to another port of loopback; what it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(4096))
                    location = b"http://127.0.0.1:1/latest/meta-data/"
                    connection.sendall(
                        b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        % location
                    )

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_over_real_sockets_a_private_port_that_is_not_named_is_never_spoken_to(
    listener: tuple[int, list[bytes]],
) -> None:
    port, heard = listener
    with Client(clock=Time().now) as client, pytest.raises(AccessDenied, match="private address"):
        client.get(f"http://127.0.0.1:{port}/", rate=PAGES, deadline=client.monotonic() + 5)
    assert heard == []


def test_over_real_sockets_a_redirect_to_another_private_port_is_refused(
    listener: tuple[int, list[bytes]],
) -> None:
    port, heard = listener
    with (
        Client(clock=Time().now, literal_hosts={f"127.0.0.1:{port}"}) as client,
        pytest.raises(AccessDenied, match=r"127\.0\.0\.1:1 is a private address"),
    ):
        client.get(f"http://127.0.0.1:{port}/", rate=PAGES, deadline=client.monotonic() + 5)
    assert len(heard) == 1


def test_over_real_sockets_a_mute_server_ends_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with (
            Client(clock=Time().now, literal_hosts={f"127.0.0.1:{port}"}) as client,
            pytest.raises((LimitExceeded, Unreachable)),
        ):
            client.get(f"http://127.0.0.1:{port}/", rate=PAGES, deadline=client.monotonic() + 0.3)
