"""`tracker mcp --http`: streamable HTTP behind the checks of the viewer: names, sizes, sign-in, API keys and scopes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from tracker.config.models import Settings
from tracker.mcp.answering import Answers
from tracker.mcp.server import make_server
from tracker.storage.database import Store
from tracker.web.app import host_names
from tracker.web.authentication import MCP, AuthMiddleware
from tracker.web.context import WebContext
from tracker.web.health import RequestMetrics
from tracker.web.page_limits import Turns
from tracker.web.security_headers import MAX_BODY, SecurityMiddleware, is_loopback
from tracker.web.server import Viewer

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def application(context: WebContext, host: str) -> ASGIApp:
    """Return the server as an application. Each request is answered by itself, in JSON: no session is kept, so a restart
    interrupts nobody.
    """
    settings = context.settings
    inner: ASGIApp = make_server(Answers(context)).streamable_http_app(
        streamable_http_path=MCP,
        stateless_http=True,
        json_response=True,
        max_request_body_size=MAX_BODY,
        transport_security=_origins(host, settings),
    )
    signed_in: ASGIApp = AuthMiddleware(
        Turns(inner),
        web_context=context,
        loopback=is_loopback(host),
        set_up=bool(settings.access.sign_in),
        error_page=_refused,
    )
    return SecurityMiddleware(
        signed_in, hosts=lambda: host_names(host, context.settings), request_metrics=RequestMetrics()
    )


def _origins(host: str, settings: Settings) -> TransportSecuritySettings:
    """A browser's page of another site may not ask: its Origin is none of ours."""
    names = [*_LOOPBACK, *host_names(host, settings)]
    outer = urlsplit(settings.viewer_url)
    return TransportSecuritySettings(
        allowed_hosts=[pattern for name in names for pattern in (name, f"{name}:*")],
        allowed_origins=[
            *(f"http://{name}:*" for name in names),
            f"{outer.scheme}://{outer.netloc}",
        ],
    )


def _refused(_request: Request, status: int, line: str) -> Response:
    return JSONResponse({"detail": line}, status)


def serve(settings: Settings, state: Path, listen: str, now: Callable[[], datetime]) -> Viewer:
    """Return the server, ready to be started."""
    context = WebContext(lambda: settings, state, Store(state), now)
    return Viewer(settings, state, listen, now, application=lambda host: application(context, host))
