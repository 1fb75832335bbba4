"""Pages that cost much: their figures are kept and not counted, and only a few of them are made at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tests.unit.web_samples import NOW, settings, viewer
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.storage import snapshots
from tracker.storage.database import Store
from tracker.web.context import WebContext
from tracker.web.page_limits import EXPENSIVE, Turns


def test_queries_of_metrics_and_sources_do_not_grow_with_the_store(tmp_path: Path) -> None:
    client = viewer(tmp_path)
    web_context: WebContext = client.app.state.web_context  # type: ignore[attr-defined]

    def steps(path: str) -> tuple[int, list[str]]:
        """SQLite's own steps for one request, and the statements."""
        assert client.get(path).status_code == 200
        connection = web_context._idle[-1].connection
        assert isinstance(connection, sqlite3.Connection)
        count, output = 0, list[str]()

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        connection.set_progress_handler(step, 1)
        connection.set_trace_callback(output.append)
        assert client.get(path).status_code == 200
        connection.set_progress_handler(None, 1)
        connection.set_trace_callback(None)
        return count, output

    def fill(first: int, number: int) -> None:
        store = Store(tmp_path)
        with store.write() as connection:
            for one in range(first, first + number):
                body = f"an answer {one} ".encode() * 50
                answer = HttpResponse("https://x.example/a", 200, (), body, NOW)
                snapshots.save(connection, "fr-bis", Fetched(f"k{one}", ResourceType.PAGE, answer))
        store.close()

    fill(0, 5)
    before = {path: steps(path) for path in ("/metrics", "/sources")}
    fill(5, 300)
    for path, (count, output) in before.items():
        after, again = steps(path)
        assert len(again) == len(output) > 0
        assert after == count, path
        assert not any("blob" in one or "FROM snapshot" in one for one in again)
    with web_context.reading() as opened:
        row = opened.disk()["fr-bis"]
        counted = opened.connection.execute(
            "SELECT sum(length(data)), sum(size) FROM blob WHERE sha256 IN (SELECT sha256 FROM snapshot)"
        ).fetchone()
    assert (row["answers"], row["packed"], row["unpacked"]) == (305, *counted)


def served(app: Turns, *paths: str) -> list[int]:
    """The answers to these requests, all asked at once."""

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [
                answer.status_code for answer in await asyncio.gather(*(client.get(one) for one in paths))
            ]

    return asyncio.run(ask())


class Slow:
    """An application whose pages take a moment; how many were made at once."""

    def __init__(self) -> None:
        self.now = self.most = self.made = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        self.made += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.05)
        self.now -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})


def test_expensive_pages_take_turns_and_the_others_do_not_wait() -> None:
    slow = Slow()
    turns = Turns(slow, at_once=2)
    assert served(turns, *["/metrics"] * 12) == [200] * 12
    assert slow.most == 2
    other = Slow()
    assert served(Turns(other, at_once=2), *["/healthz"] * 6) == [200] * 6
    assert other.most == 6


def test_requests_over_the_limit_are_answered_503() -> None:
    slow = Slow()
    answers = served(Turns(slow, at_once=1, waiting=3), *["/sources"] * 20)
    assert sorted(set(answers)) == [200, 503]
    assert answers.count(200) == slow.made == 4
    hurried = Slow()
    assert 503 in served(Turns(hurried, at_once=1, patience=0.01), *["/sources"] * 5)
    assert served(Turns(hurried, at_once=1, patience=0.01), "/sources") == [200], "turns are given back"


@pytest.mark.parametrize(
    ("path", "expensive"),
    [
        ("/metrics", True), ("/sources", True), ("/changes/2025-19001/redline.pdf", True), ("/reviews.pdf", True),
        ("/law/compare.docx", True), ("/", False), ("/healthz", False), ("/changes/2025-19001", False), ("/reviews", False),
    ],
)  # fmt: skip
def test_which_pages_are_expensive(path: str, expensive: bool) -> None:
    assert (EXPENSIVE.fullmatch(path) is not None) is expensive


def test_the_viewer_has_turns(tmp_path: Path) -> None:
    client: TestClient = viewer(tmp_path)
    app = client.app
    assert Turns in [middleware.cls for middleware in app.user_middleware]  # type: ignore[attr-defined]
    assert settings().viewer_url
