"""Builds the application: routes, middleware and error pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from tracker import __version__
from tracker.answers.partners import Screeners
from tracker.config.models import Settings
from tracker.errors import ServerTrouble, StoreError, TrackerError, UsageError
from tracker.logs import Logger
from tracker.search.index import SearchIndex
from tracker.storage import accounts
from tracker.storage.database import Store
from tracker.web import (
    api,
    change,
    corrections,
    digest,
    duties,
    effects,
    feed,
    health,
    help,
    inbox,
    inbox_actions,
    login,
    mail_links,
    mutes,
    overview,
    party_lists,
    redline,
    regulations,
    rendering,
    review,
    saved_searches,
    screening,
    search,
    slack,
    teams,
    watch_list,
    watched,
    webhook_log,
)
from tracker.web.authentication import AuthMiddleware
from tracker.web.context import WebContext, context_of
from tracker.web.failure_page import FailurePage
from tracker.web.health import RequestMetrics
from tracker.web.oidc import PendingSignIns
from tracker.web.page_cache import PageCache
from tracker.web.page_limits import Turns
from tracker.web.passwords import Throttle
from tracker.web.security_headers import SecurityMiddleware, is_loopback

log = Logger()


def create_app(
    settings: Settings | Callable[[], Settings],
    state: Path,
    now: Callable[[], datetime],
    *,
    host: str = "127.0.0.1",
) -> FastAPI:
    """Return the viewer over a state folder. `settings` may be a function, called for each request. `host` is
    the name or address that the viewer listens on; requests with another Host are refused.

    Raises StoreError when the state folder cannot be used, and UsageError where accounts exist but the settings
    neither ask for sign-in nor disable it on purpose.
    """
    current = settings if callable(settings) else lambda: settings
    request_metrics = RequestMetrics()
    app = FastAPI(
        title="tracker",
        version=__version__,
        description="What changed in US export-control, tariff and AI-export law, as JSON.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.web_context = WebContext(current, state, Store(state), now)
    _check_sign_in(app.state.web_context)
    app.state.request_metrics = request_metrics
    app.state.page_cache = PageCache(state)
    app.state.finder = SearchIndex(app.state.web_context.store)
    app.state.screeners = Screeners()
    app.state.throttle = Throttle()
    app.state.waiting = PendingSignIns()
    for part in (
        inbox,
        inbox_actions,
        regulations,
        search,
        screening,
        party_lists,
        watched,
        duties,
        watch_list,
        mutes,
        redline,
        review,
        corrections,
        change,
        overview,
        feed,
        saved_searches,
        api,
        effects,
        health,
        help,
        digest,
        login,
        slack,
        teams,
        mail_links,
        webhook_log,
        rendering,
    ):
        app.include_router(part.router)
    rendering.warm()
    app.add_middleware(
        FailurePage, error_page=_error_page
    )  # the innermost: its page is made for the user who asked
    app.add_middleware(
        Turns, error_page=_error_page
    )  # inside the sign-in: only signed-in requests wait for a turn
    # Starlette builds the middleware at the first request; by then a reload may have removed the sign-in.
    set_up = bool(current().access.sign_in)
    app.add_middleware(
        AuthMiddleware,
        web_context=app.state.web_context,
        loopback=is_loopback(host),
        set_up=set_up,
        error_page=_error_page,
    )
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(
        SecurityMiddleware,
        hosts=lambda: host_names(host, current()),
        request_metrics=request_metrics,
        error_page=_error_page,
    )
    app.add_exception_handler(TrackerError, _trouble)
    app.add_exception_handler(HTTPException, _refusal)
    app.add_exception_handler(RequestValidationError, _misasked)
    for kind in (sqlite3.Error, DBAPIError, ServerTrouble):
        app.add_exception_handler(kind, _unread)
    return app


def _check_sign_in(web_context: WebContext) -> None:
    access = web_context.settings.access
    if access.sign_in or access.anonymous:
        return
    with web_context.store.read() as connection:
        lost = accounts.in_use(connection)
    if lost:
        web_context.store.close()
        raise UsageError(
            "people have signed in to this viewer, but the settings no longer have sign_in",
            cure='restore [viewer] in the settings, or set sign_in = "none" there to open it to this machine',
        )


def host_names(host: str, settings: Settings) -> frozenset[str]:
    """Return the names by which requests may call this server, beside those of this machine."""
    return frozenset({host.strip("[]").lower(), urlsplit(settings.viewer_url).hostname or ""} - {""})


def _trouble(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrackerError)
    status = 404 if isinstance(error, UsageError) else 503 if isinstance(error, StoreError) else 500
    return _error_page(request, status, error.line())


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error_page(request, error.status_code, str(error.detail))


def _misasked(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lines = [f"{'.'.join(map(str, found['loc'][1:]))}: {found['msg']}" for found in error.errors()]
    return _error_page(request, 422, "; ".join(lines))


def _unread(request: Request, error: Exception) -> Response:
    log.error("the database cannot be read", path=request.url.path, error=str(error))
    return _error_page(request, 503, "the database cannot be read at the moment; the log has the reason")


def _error_page(request: Request, status: int, line: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": line}, status)
    return rendering.error_page(request, context_of(request), line, status)
