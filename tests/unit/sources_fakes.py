"""Fakes for tests of fetching: a clock moved by sleeping, a site from a table, and a stored state."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx2 as httpx

from tracker.config.models import HostLimit, Source
from tracker.http.client import Client
from tracker.model import Fetched, Validators
from tracker.sources import CursorUpdate, Item

START = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)
Reply = httpx.Response | Exception
Handler = Callable[[httpx.Request], Reply]


class Time:
    """Seconds and instants that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0)


class Site:
    """Answers from a table of `path?query` or `path`; each entry is a reply, a list of replies in turn (the last one
    stays), or a function. Every request is in `requests`."""

    def __init__(self, table: Mapping[str, Any] | None = None) -> None:
        self.table: dict[str, Any] = dict(table or {})
        self.requests: list[httpx.Request] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        target = request.url.raw_path.decode()
        entry = self.table.get(target, self.table.get(request.url.path))
        if isinstance(entry, list):
            entry = entry.pop(0) if len(entry) > 1 else entry[0]
        if callable(entry):
            entry = entry(request)
        if isinstance(entry, Exception):
            raise entry
        if entry is None:
            return httpx.Response(404, content=b"<html><title>Not found</title></html>")
        assert isinstance(entry, httpx.Response)
        # A response can be read once; the table's may be asked for again.
        return httpx.Response(
            entry.status_code, headers=entry.headers.raw, stream=httpx.ByteStream(_raw(entry))
        )

    @property
    def asked(self) -> list[str]:
        return [request.url.path for request in self.requests]


def _raw(response: httpx.Response) -> bytes:
    assert isinstance(response.stream, httpx.SyncByteStream)
    return b"".join(response.stream)


def client_for(site: Site | Handler, time: Time | None = None, hosts: Iterable[HostLimit] = ()) -> Client:
    time = time or Time()
    handle = site.handle if isinstance(site, Site) else site
    return Client(
        contact="trade@example.co.jp",
        clock=time.now,
        hosts=hosts,
        monotonic=time.monotonic,
        sleep=time.sleep,
        transport=httpx.MockTransport(handle),  # type: ignore[arg-type]
    )


def page(text: str, etag: str | None = None, **headers: str) -> httpx.Response:
    """An HTML answer."""
    given = {"content-type": "text/html", **headers}
    if etag:
        given["etag"] = etag
    return httpx.Response(200, headers=given, content=text.encode())


def conditional(body: bytes, etag: str, kind: str = "text/html") -> Handler:
    """An answer that is 304 for anyone who has its ETag."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers={"etag": etag})
        return httpx.Response(200, headers={"etag": etag, "content-type": kind}, content=body)

    return reply


def json_answer(value: object, status: int = 200) -> httpx.Response:
    return httpx.Response(
        status, headers={"content-type": "application/json"}, content=json.dumps(value).encode()
    )


class Notes:
    """A `fetch.Memory` that keeps what a pipeline would keep."""

    def __init__(self) -> None:
        self.known: dict[str, Validators] = {}
        self.cursor: dict[str, str] = {}
        self.held: set[str] = set()

    def is_held(self, key: str) -> bool:
        return key in self.held

    def validators(self, key: str) -> Validators | None:
        return self.known.get(key)

    def keys(self, prefix: str = "") -> Iterable[str]:
        return [key for key in self.known if key.startswith(prefix)]

    def keep(self, source: Source, items: Iterable[Item]) -> list[Item]:
        """Stores what a poll yields, item by item, and gives it back."""
        kept = []
        for item in items:
            kept.append(item)
            if isinstance(item, Fetched):
                self._keep(source, item)
            elif isinstance(item, CursorUpdate):
                self.cursor = dict(item.values)
        return kept

    def _keep(self, source: Source, fetched: Fetched) -> None:
        answer = fetched.answer
        self.known[fetched.key] = Validators(
            answer.header("etag"),
            answer.header("last-modified"),
            sha256(answer.body).hexdigest(),
            source.extraction_config(),
            answer.fetched_at,
        )
        for attachment in fetched.attachments:
            self._keep(source, attachment)


def fetched_keys(items: Iterable[Item]) -> list[str]:
    """Return the keys of the fetched resources, without evidence-only ones."""
    return [item.key for item in items if isinstance(item, Fetched) and not item.key.startswith("listing/")]
