"""The messages of the demo's server: a request with the time of its arrival, and a reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=UTF-8"
XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `path` and `query` are percent-decoded, `target` is the original. Header names are in lower
    case. `now` is the server's clock, `base` the server's own address without a slash at the end.
    """

    method: str
    target: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    now: datetime
    base: str
    body: bytes = b""

    def one(self, name: str) -> str | None:
        """Return the last value of a query parameter, as Rails reads a repeated one."""
        return next((value for key, value in reversed(self.query) if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. `wire`, where set, writes to the connection instead of the server, for broken answers."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: datetime | None = None
    wire: Callable[[BaseHTTPRequestHandler], None] | None = field(default=None, compare=False)


Service = Callable[[Request], Reply | None]
"""Handler: answers the requests of its service; returns None for others."""


def json_reply(value: object, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Return the value as JSON, without spaces and in UTF-8 as Rails writes it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, JSON, tuple(headers))


def utc(instant: datetime) -> datetime:
    """Return the instant in UTC; one without a zone is taken as UTC."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
