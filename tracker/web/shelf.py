"""Pages kept while nothing in the store has changed: what the next reader asks for is mostly what the last one did.

Kept apart by address, language, day, and who asks; thrown away at once when anything is written or the settings change.
Tokens of forms are not kept: a mark stands for them, which nobody outside can know, and each answer gets tokens of its own.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse

from tracker.sources import Settings
from tracker.web import guard
from tracker.web.access import visitor_of
from tracker.web.desk import Desk
from tracker.web.rendering import language_of, with_form_cookie

MARK = f"form-{secrets.token_hex(16)}"
MOST = 32_000_000  # bytes of pages


class Shelf:
    """`version` is SQLite's own count of what others have committed (PRAGMA data_version), asked on one connection."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, check_same_thread=False, timeout=30
        )
        self._state: tuple[int, Settings | None] = (-1, None)
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._bytes = 0

    def version(self, settings: Settings) -> int:
        with self._lock:
            found = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            if self._state[0] != found or self._state[1] is not settings:
                self._state = (found, settings)
                self._pages.clear()
                self._bytes = 0
            return found

    def get(self, key: Hashable) -> str | None:
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, body: str, version: int) -> None:
        """Nothing is kept that was made before the last change."""
        with self._lock:
            if version != self._state[0] or key in self._pages:
                return
            self._pages[key] = body
            self._bytes += len(body)
            while self._bytes > MOST:
                self._bytes -= len(self._pages.popitem(last=False)[1])


def shelved(request: Request, desk: Desk, make: Callable[[], HTMLResponse]) -> HTMLResponse:
    """The page as `make` makes it, or made it before."""
    shelf: Shelf = request.app.state.shelf
    visitor = visitor_of(request)
    language = language_of(request, desk)
    # Before the page is made: what is written meanwhile makes it a page of the past.
    version = shelf.version(desk.settings)
    key = (
        request.url.path, request.url.query, language, desk.today(), visitor, request.cookies.get("reviewer", ""),
    )  # fmt: skip
    body = shelf.get(key)
    if body is None:
        request.state.form_mark = MARK
        made = make()
        if made.status_code != 200:
            return made
        body = bytes(made.body).decode()
        shelf.put(key, body, version)
    secret = guard.form_secret(request)
    first, *rest = body.split(MARK)
    answer = HTMLResponse(
        first + "".join(guard.form_token(secret) + part for part in rest),
        headers={"Content-Language": language, "Vary": "Cookie"},
    )
    return with_form_cookie(request, desk, answer, secret)
