"""Records the exchanges of a client as they happen on the wire, and sends requests to a server that replays them.

`RecordingTransport` passes every answer through and hands a copy to its sink, with the bytes before decompression. Secrets
never reach the sink: of a request only the headers in `_KEPT` are copied, values of query parameters in `SECRET_PARAMETERS`
and of cookies are replaced by `***`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import httpx2 as httpx

HIDDEN = "***"
SECRET_PARAMETERS = frozenset({"api_key", "apikey", "key", "token", "access_token", "subscription-key"})
_KEPT = frozenset({"accept", "accept-encoding", "if-none-match", "if-modified-since", "content-type"})
_SECRET_ANSWERS = frozenset({"set-cookie"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `body` is as received, before decompression. `complete` is False where reading stopped
    early. `failure` names why there was no answer; `status` is then 0. `seconds` are from the request to the last byte.
    """

    method: str
    url: str
    at: datetime
    request_headers: tuple[tuple[str, str], ...] = ()
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    complete: bool = True
    failure: str = ""
    seconds: float = 0.0
    tls: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return the first value of a header of the answer; "" where it has none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def without_secrets(url: str) -> str:
    """Return an address with the values of secret query parameters replaced. Everything else stays as it is written."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(
        f"{name}={HIDDEN}" if mark and name.lower() in SECRET_PARAMETERS else f"{name}{mark}{value}"
        for name, mark, value in pairs
    )
    return urlunsplit(parts._replace(query=query))


class RecordingTransport(httpx.BaseTransport):
    """Passes requests on to `inner` and calls `sink` with each exchange, once, when its answer is closed."""

    def __init__(
        self, inner: httpx.BaseTransport, sink: Callable[[Exchange], None], clock: Callable[[], datetime]
    ) -> None:
        self._inner = inner
        self._sink = sink
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began, at = time.monotonic(), self._clock()
        sent = tuple((name, value) for name, value in _text(request.headers.raw) if name.lower() in _KEPT)

        def record(
            response: httpx.Response | None, body: bytes = b"", complete: bool = True, failure: str = ""
        ) -> None:
            self._sink(
                Exchange(
                    method=request.method,
                    url=without_secrets(str(request.url)),
                    at=at,
                    request_headers=sent,
                    status=response.status_code if response else 0,
                    headers=tuple(_without_cookies(_text(response.headers.raw))) if response else (),
                    body=body,
                    complete=complete,
                    failure=failure,
                    seconds=round(time.monotonic() - began, 3),
                    tls=_peer(response) if response else {},
                )
            )

        try:
            response = self._inner.handle_request(request)
        except Exception as error:
            record(None, failure=f"{type(error).__name__}: {error}", complete=False)
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Copied(response.stream, lambda body, complete: record(response, body, complete))
        return response

    def close(self) -> None:
        self._inner.close()


class _Copied(httpx.SyncByteStream):
    """A body that is kept while it is read."""

    def __init__(self, inner: httpx.SyncByteStream, ended: Callable[[bytes, bool], None]) -> None:
        self._inner = inner
        self._ended = ended
        self._chunks: list[bytes] = []
        self._complete = False
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            self._chunks.append(chunk)
            yield chunk
        self._complete = True

    def close(self) -> None:
        self._inner.close()
        if not self._closed:
            self._closed = True
            self._ended(b"".join(self._chunks), self._complete)


class ReplayTransport(httpx.BaseTransport):
    """Sends every request, whatever its host, to the server at `address`, with the original `Host`."""

    def __init__(self, address: str) -> None:
        self._address = httpx.URL(address)
        self._inner = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        headers.append((b"Host", request.url.netloc))
        url = self._address.copy_with(raw_path=request.url.raw_path)
        return self._inner.handle_request(
            httpx.Request(
                request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
            )
        )

    def close(self) -> None:
        self._inner.close()


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _without_cookies(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield name, HIDDEN if name.lower() in _SECRET_ANSWERS else value


def _peer(response: httpx.Response) -> Mapping[str, str]:
    stream = response.extensions.get("network_stream")
    return (stream.get_extra_info("tls_peer") or {}) if stream is not None else {}
