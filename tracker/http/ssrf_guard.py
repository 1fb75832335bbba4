"""SSRF guard: refuses connections into private networks, unless the settings name the `host:port`.

Names are resolved here, each address is checked, and the connection uses the checked address, so that a name
which resolves differently a second time (DNS rebinding) has no effect. Redirects and links need no check of
their own: every request has to connect.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from typing import Any

import httpcore2

from tracker.errors import AccessDenied
from tracker.http.tls_peer import tls_peer_of

_NAT64 = IPv6Network("64:ff9b::/96")
Resolver = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, in the resolver's order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def is_public(address: str) -> bool:
    """Return whether an IP address is on the open internet: not private, loopback, link-local, shared,
    multicast, reserved or unspecified, nor an IPv6 wrapping (mapped, 6to4, Teredo, NAT64) of such an
    address.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        return all(_is_open(inner) for inner in _wrapped(ip)) and (ip.ipv4_mapped is not None or _is_open(ip))
    return _is_open(ip)


def _is_open(ip: IPv4Address | IPv6Address) -> bool:
    closed = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified
    site_local = isinstance(ip, IPv6Address) and ip.is_site_local
    # Python treats NAT64's prefix as reserved; the address inside it is checked by itself.
    nat64 = isinstance(ip, IPv6Address) and ip in _NAT64
    return ip.is_global and not (closed or site_local or (ip.is_reserved and not nat64))


def _wrapped(ip: IPv6Address) -> list[IPv4Address]:
    inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        inner.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return [address for address in inner if address is not None]


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects for the pool. `literal_hosts` are the `host:port` in the settings; `remaining` returns how many
    seconds the calling thread has left in total.
    """

    def __init__(
        self,
        literal_hosts: Collection[str],
        remaining: Callable[[], float],
        resolver: Resolver = resolve,
        inner: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._literal_hosts = literal_hosts
        self._remaining = remaining
        self._resolver = resolver
        self._inner = inner or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect. Raises AccessDenied for a private address, httpcore2.ConnectError or ConnectTimeout."""
        name = host.strip("[]").lower()
        try:
            addresses = self._resolver(name, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {name} has no address: {error}") from None
        if f"{name}:{port}" not in self._literal_hosts:
            addresses = [address for address in addresses if is_public(address)]
            if not addresses:
                raise AccessDenied(
                    f"{name}:{port} is a private address",
                    cure="only a host and port written in the settings may be private",
                )
        failure: Exception = httpcore2.ConnectError(f"the name {name} has no address")
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(
                    address, port, _least(timeout, self._remaining()), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error.with_traceback(None)
            else:
                return _BoundedStream(stream, self._remaining)
        raise failure


class _BoundedStream(httpcore2.NetworkStream):
    """A stream whose reads and writes end when the thread's time is over: a server that sends a byte now and
    then would stay below any limit on a single read. `get_extra_info("tls_peer")` returns the peer's
    certificate.
    """

    def __init__(
        self,
        inner: httpcore2.NetworkStream,
        remaining: Callable[[], float],
        peer: Mapping[str, str] | None = None,
    ) -> None:
        self._inner = inner
        self._remaining = remaining
        self._peer = peer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _least(timeout, self._remaining()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _least(timeout, self._remaining()))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, _least(timeout, self._remaining()))
        return _BoundedStream(secured, self._remaining, tls_peer_of(secured.get_extra_info("ssl_object")))

    def get_extra_info(self, info: str) -> Any:
        return self._peer if info == "tls_peer" else self._inner.get_extra_info(info)


def _least(timeout: float | None, remaining: float) -> float:
    # Zero would make the socket non-blocking, with another error than a timeout.
    return max(0.001, remaining if timeout is None else min(timeout, remaining))
