"""Caches rendered pages until the data or the settings change. A request for a page that another request is
rendering waits for it, so that ten readers after a write cost one rendering.

Pages are cached by address, language, day and user. Form tokens are not cached: a random placeholder stands in
for them, and each response gets its own tokens.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse

from tracker.clock import TOKYO, day_in
from tracker.config.models import Settings
from tracker.storage.read_queries import StoreReader
from tracker.web import security_headers
from tracker.web.authentication import principal_of
from tracker.web.context import WebContext
from tracker.web.rendering import language_of, with_form_cookie

MARK = f"form-{secrets.token_hex(16)}"
MOST = 32_000_000  # characters of all cached pages
WAIT = 30.0  # seconds that a request waits for another one's rendering


class _Rendering:
    """A page that one request is rendering. `result` stays None where it must not be shared."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.result: str | None = None


class PageCache:
    """Caches by data version. `version` asks SQLite whether anything was committed (`StoreReader.committed`), and only then
    reads `data_version`. Pages of older versions are dropped when room is needed.
    """

    def __init__(self, state: Path) -> None:
        self._lock = threading.Lock()
        self._reader = StoreReader(state)
        self._committed: int | None = -1
        self._data_version = -1
        self._settings: tuple[Settings | None, int] = (None, 0)
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._bytes = 0
        self._rendering: dict[Hashable, _Rendering] = {}

    def version(self, settings: Settings) -> tuple[int, int]:
        """Return a value that changes with each visible write and with the settings."""
        with self._lock:
            committed = self._reader.committed()
            if committed is None or committed != self._committed:
                self._committed, self._data_version = committed, self._reader.data_version()
            known, number = self._settings
            if known is not settings:
                self._settings = settings, number + 1
            return self._data_version, self._settings[1]

    def get_or_make(
        self, key: Hashable, settings: Settings, make: Callable[[], str | None], *, seal: str = ""
    ) -> str | None:
        """Return the cached page, or the result of `make`, called by one request for all that wait. None is not
        cached.

        `seal` is a hash of everything that the page is result from: with it, other writes do not invalidate the
        page.
        """
        # Read before rendering: a write during the rendering must invalidate the page.
        data_version, others = self.version(settings)
        key = (seal or data_version, others, key)
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found
            other = self._rendering.get(key)
            if other is None:
                mine = self._rendering[key] = _Rendering()
        if other is not None:
            if not other.ended.wait(WAIT):
                return make()
            return (
                self.get_or_make(key[2], settings, make, seal=seal) if other.result is None else other.result
            )
        try:
            mine.result = make()
            if mine.result is not None:
                self._put(key, mine.result)
            return mine.result
        finally:
            with self._lock:
                del self._rendering[key]
            mine.ended.set()

    def _put(self, key: Hashable, body: str) -> None:
        with self._lock:
            self._pages[key] = body
            self._bytes += len(body)
            while self._bytes > MOST:
                self._bytes -= len(self._pages.popitem(last=False)[1])


def cached_page(
    request: Request,
    web_context: WebContext,
    make: Callable[[], HTMLResponse],
    *,
    seal: str = "",
    beside: Hashable = None,
) -> HTMLResponse:
    """Return the page, from the cache or from `make`. `beside`: what else the page is made from."""
    cache: PageCache = request.app.state.page_cache
    language, today = language_of(request, web_context), web_context.today()
    key = (
        request.url.path, request.url.query, language, today, day_in(today, TOKYO), principal_of(request), request.cookies.get("reviewer", ""), beside,
    )  # fmt: skip
    other: list[HTMLResponse] = []  # a response that is returned but not cached

    def body() -> str | None:
        request.state.form_mark = MARK
        result = make()
        if result.status_code == 200:
            return bytes(result.body).decode()
        other.append(result)
        return None

    kept = cache.get_or_make(key, web_context.settings, body, seal=seal)
    if kept is None:
        return other[0]
    secret = security_headers.form_secret(request)
    first, *rest = kept.split(MARK)
    answer = HTMLResponse(
        first + "".join(security_headers.form_token(secret) + part for part in rest),
        headers={"Content-Language": language, "Vary": "Cookie, Accept-Language"},
    )
    return with_form_cookie(request, web_context, answer, secret)
