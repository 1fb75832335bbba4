"""A real HTTP/1.1 server on loopback that answers like the sources, from an archive.

Its clock (`now`) decides what exists; its log (`requests`) records the requests. Validators, conditional
requests and gzip work as on the real services; absolute addresses inside answers are its own.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tracker.clock import machine_now
from tracker.demo import (
    bills,
    dockets,
    ecfr,
    egov,
    federal_register,
    govinfo,
    hts,
    ofac,
    public_inspection,
    site,
)
from tracker.demo.http_messages import Reply, Request, utc
from tracker.demo.model import Archive

_WORTH_PACKING = 1000  # bytes: nginx's default threshold
_PACKED_TYPES = ("text/", "application/json", "application/xml", "application/rss", "application/atom")
_IDLE = 30  # seconds that a kept-alive connection may stay silent


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as received, and the status of its answer (0 where the connection was broken)."""

    method: str
    path: str  # with the query, as received
    headers: Mapping[str, str]  # names in lower case
    status: int
    sent: int  # bytes of the body on the wire


class Server:
    """Serves an archive from its creation until `close`; also a context manager."""

    def __init__(self, archive: Archive, *, now: datetime, port: int = 0) -> None:
        """Start the server. Raises OSError when the port is taken."""
        self.archive = archive
        self.requests: list[Logged] = []
        self.failures: list[BaseException] = []
        self.closing = threading.Event()
        self._now = utc(now)
        self._lock = threading.Lock()
        self._packed: dict[bytes, bytes] = {}
        self._listen(port)

    # --- lifetime

    def _listen(self, port: int) -> None:
        self._http = _Http(("127.0.0.1", port), self)
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="standin", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Close every connection, including those that hang on purpose, and wait for their threads."""
        self.closing.set()
        self._stop_listening()

    def _stop_listening(self) -> None:
        self._http.shutdown()
        self._http.drop_connections()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, instant: datetime) -> None:
        self._now = utc(instant)

    # --- answers

    def respond(self, request: Request) -> Reply:
        """Return the archive's answer, before validators and compression."""
        archive = self.archive
        return (
            federal_register.answer(archive, request)
            or public_inspection.answer(archive, request)
            or ecfr.answer(archive, request)
            or govinfo.answer(archive, request)
            or hts.answer(archive, request)
            or dockets.answer(archive.dockets, request)
            or bills.answer(archive.bills, request)
            or egov.answer(archive, request)
            or ofac.answer(archive.sanctions, request)
            or site.answer(archive, request)
        )

    def finished(self, request: Request, reply: Reply) -> Reply:
        """Return the reply with validators: 304 without a body where the client already has it, compressed
        where the client accepts it.
        """
        headers = dict(reply.headers)
        if reply.status == HTTPStatus.OK:
            etag = reply.etag or f'W/"{hashlib.blake2s(reply.body, digest_size=16).hexdigest()}"'
            headers["ETag"] = etag
            if reply.last_modified:
                headers["Last-Modified"] = format_datetime(utc(reply.last_modified), usegmt=True)
            if _unchanged(request, etag, reply.last_modified):
                return Reply(HTTPStatus.NOT_MODIFIED, b"", "", tuple(headers.items()))
        body = reply.body
        packable = len(body) >= _WORTH_PACKING and reply.content_type.startswith(_PACKED_TYPES)
        if packable and "Content-Encoding" not in headers:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = self._gzip(body)
        return replace(reply, body=body, headers=tuple(headers.items()))

    def _gzip(self, body: bytes) -> bytes:
        """Return compressed bytes, cached for large bodies that are requested again and again."""
        key = hashlib.blake2s(body).digest()
        found = self._packed.get(key)
        if found is None:
            found = gzip.compress(body, 5, mtime=0)
            if len(self._packed) > 64:
                self._packed.clear()
            self._packed[key] = found
        return found

    def log(self, request: Request, status: int, sent: int) -> None:
        with self._lock:
            self.requests.append(Logged(request.method, request.target, request.headers, status, sent))

    def asked(self, fragment: str = "") -> list[Logged]:
        """Return the logged requests whose path and query contain the fragment."""
        with self._lock:
            return [entry for entry in self.requests if fragment in entry.path]

    def forget(self) -> None:
        """Clear the log."""
        with self._lock:
            self.requests.clear()


def _unchanged(request: Request, etag: str, last_modified: datetime | None) -> bool:
    """Return whether the client has this version. RFC 9110, 13.2.2: If-None-Match alone decides where it is
    sent; comparison is weak.
    """
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or etag.removeprefix("W/") in tags
    since = request.headers.get("if-modified-since")
    if since is None or last_modified is None:
        return False
    try:
        instant = parsedate_to_datetime(since)
    except ValueError:
        return False
    return utc(last_modified).replace(microsecond=0) <= utc(instant)


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], owner: Server) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # the client closed first
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.owner.failures.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE
    server: _Http

    def _answer(self) -> None:
        owner = self.server.owner
        request = self._request()
        reply = owner.respond(request)
        if reply.wire is not None:
            owner.log(request, 0, 0)
            reply.wire(self)
            return
        reply = owner.finished(request, reply)
        body = b"" if self.command == "HEAD" else reply.body
        owner.log(request, reply.status, len(body))
        self.wfile.write(self.head(reply.status, self._headers(reply)) + body)

    do_GET = do_HEAD = do_POST = _answer

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            target=self.path,
            path=unquote(parts.path),
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            now=self.server.owner.now,
            base=self.server.owner.url,
            body=self.rfile.read(length) if length else b"",
        )

    def _headers(self, reply: Reply) -> Iterable[tuple[str, str]]:
        yield "Date", format_datetime(machine_now(), usegmt=True)
        yield "Server", "nginx"
        if reply.content_type:
            yield "Content-Type", reply.content_type
        yield from reply.headers
        if reply.status != HTTPStatus.NOT_MODIFIED:
            yield "Content-Length", str(len(reply.body))

    def head(self, status: int, headers: Iterable[tuple[str, str]]) -> bytes:
        """Return the status line and headers as bytes; they are sent with the body in one write."""
        phrase = HTTPStatus(status).phrase
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing to standard error: `Server.requests` is the log."""
