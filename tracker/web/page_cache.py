"""What was made once and is kept while nothing that people see has changed: what the next reader asks for is mostly what
the last one did. Who asks for what is being made just now waits for it, so that ten readers after a write cost one page.

Pages are kept apart by address, language, day, and who asks; made anew when anything they show was written or the
settings changed. Tokens of forms are not kept: a mark stands for them, which nobody outside can know, and each answer gets
tokens of its own.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse

from tracker.config.models import Settings
from tracker.storage.read_queries import StoreReader
from tracker.web import security_headers
from tracker.web.authentication import principal_of
from tracker.web.context import WebContext
from tracker.web.rendering import language_of, with_form_cookie

MARK = f"form-{secrets.token_hex(16)}"
MOST = 32_000_000  # characters of pages
PATIENCE = 30.0  # seconds that one waits for what another makes


class _Making:
    """Something being made by one request. `made` None at the end: it is not to be shared."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.made: str | None = None


class PageCache:
    """`version` asks SQLite whether anything was committed (PRAGMA data_version, on one connection), and only then what
    it was (`data_version`). What a version of the past left behind goes as room is needed."""

    def __init__(self, state: Path) -> None:
        self._lock = threading.Lock()
        self._reader = StoreReader(state)
        self._committed = -1
        self._data_version = -1
        self._settings: tuple[Settings | None, int] = (None, 0)
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._bytes = 0
        self._making: dict[Hashable, _Making] = {}

    def version(self, settings: Settings) -> tuple[int, int]:
        """Another one after each write to what people see, and for other settings."""
        with self._lock:
            committed = int(self._reader.connection.execute("PRAGMA data_version").fetchone()[0])
            if committed != self._committed:
                self._committed, self._data_version = committed, self._reader.data_version()
            known, number = self._settings
            if known is not settings:
                self._settings = settings, number + 1
            return self._data_version, self._settings[1]

    def keep(
        self, key: Hashable, settings: Settings, make: Callable[[], str | None], *, seal: str = ""
    ) -> str | None:
        """What is kept, or what `make` makes, by one request for all that ask meanwhile. None, which is not kept, where it
        makes nothing to keep. With `seal`, a hash of all that it is made from, other writes leave it alone."""
        # Before it is made: what is written meanwhile makes it a thing of the past.
        data_version, others = self.version(settings)
        key = (seal or data_version, others, key)
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found
            other = self._making.get(key)
            if other is None:
                mine = self._making[key] = _Making()
        if other is not None:
            if not other.ended.wait(PATIENCE):
                return make()
            return self.keep(key[2], settings, make, seal=seal) if other.made is None else other.made
        try:
            mine.made = make()
            if mine.made is not None:
                self._put(key, mine.made)
            return mine.made
        finally:
            with self._lock:
                del self._making[key]
            mine.ended.set()

    def _put(self, key: Hashable, body: str) -> None:
        with self._lock:
            self._pages[key] = body
            self._bytes += len(body)
            while self._bytes > MOST:
                self._bytes -= len(self._pages.popitem(last=False)[1])


def cached_page(
    request: Request, desk: WebContext, make: Callable[[], HTMLResponse], *, seal: str = ""
) -> HTMLResponse:
    """The page as `make` makes it, or made it before."""
    shelf: PageCache = request.app.state.shelf
    language = language_of(request, desk)
    key = (
        request.url.path, request.url.query, language, desk.today(), principal_of(request), request.cookies.get("reviewer", ""),
    )  # fmt: skip
    other: list[HTMLResponse] = []  # what is shown and not kept

    def body() -> str | None:
        request.state.form_mark = MARK
        made = make()
        if made.status_code == 200:
            return bytes(made.body).decode()
        other.append(made)
        return None

    kept = shelf.keep(key, desk.settings, body, seal=seal)
    if kept is None:
        return other[0]
    secret = security_headers.form_secret(request)
    first, *rest = kept.split(MARK)
    answer = HTMLResponse(
        first + "".join(security_headers.form_token(secret) + part for part in rest),
        headers={"Content-Language": language, "Vary": "Cookie"},
    )
    return with_form_cookie(request, desk, answer, secret)
