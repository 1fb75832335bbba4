"""Limits how many expensive pages are rendered at once and how many requests wait for one, so that many
requests neither exhaust the memory nor block the other pages.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tracker.web.failure_page import ErrorPage

AT_ONCE = 4
WAITING = 60
PATIENCE = 30.0  # seconds that a request waits for its turn
_LOOK = 0.02  # seconds between two checks
EXPENSIVE = re.compile(
    r"/(mcp|metrics|sources|changes/[^/]+/redline(\.[a-z]+)?|api/changes/[^/]+/diff|law/(search|text|history|compare(\.[a-z]+)?)"
    r"|search|api/search|parties|lists|reviews\.[a-z]+|digest/[^/]+|feed\.atom|calendar\.ics|saved/[^/]+/(feed\.atom|calendar\.ics))"
)


class Turns:
    """ASGI middleware. An expensive page without a free turn is answered with 503 and `Retry-After`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        patience: float = PATIENCE,
        error_page: ErrorPage | None = None,
    ) -> None:
        self.app = app
        self.error_page = error_page
        self.patience = patience
        self._free = threading.BoundedSemaphore(at_once)
        self._room = threading.BoundedSemaphore(at_once + waiting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or EXPENSIVE.fullmatch(scope["path"]) is None:
            await self.app(scope, receive, send)
            return
        if not self._room.acquire(blocking=False):
            await self._later(scope, receive, send)
            return
        try:
            end = time.monotonic() + self.patience
            while not self._free.acquire(blocking=False):
                if time.monotonic() >= end:
                    await self._later(scope, receive, send)
                    return
                await asyncio.sleep(_LOOK)
            try:
                await self.app(scope, receive, send)
            finally:
                self._free.release()
        finally:
            self._room.release()

    async def _later(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = "too many requests for these pages at the moment"
        answer = (
            await run_in_threadpool(self.error_page, Request(scope), 503, line)
            if self.error_page
            else PlainTextResponse(f"503 {line}\n", 503)
        )
        answer.headers["Retry-After"] = "5"
        await answer(scope, receive, send)
