"""Adds security headers to every response, and refuses requests with a wrong Host or too large a body.

Pages load nothing from elsewhere: the policy allows the viewer's own style sheet and script only. Without
sign-in, everything on this machine may read, so a request whose Host is not a name of this machine is refused:
otherwise a foreign page could point its own name at 127.0.0.1 and read the data (DNS rebinding).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.logs import Logger
from tracker.web.failure_page import ErrorPage
from tracker.web.health import RequestMetrics

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: with it, browsers send `Origin: null` with our own forms too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
MAX_BODY = 64_000  # bytes of a form
UPLOADS = {
    "/parties": 4_100_000,
    "/api/screen": 4_100_000,
    "/slack/actions": 400_000,
    "/watch-list/import": 4_100_000,
    "/watch-list/profile": 1_100_000,
}  # bytes of a larger form or of a file, by its path
COOKIE = "tracker_form"

log = Logger()


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's: `localhost`, `127.0.0.1`, `[::1]`. No other machine reaches
    these.
    """
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _name_in(host: str) -> str:
    """Return the name in a Host header; empty where it is invalid."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class SecurityMiddleware:
    """ASGI middleware: checks name and size, adds headers, logs and counts each request."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Callable[[], frozenset[str]],
        request_metrics: RequestMetrics,
        error_page: ErrorPage | None = None,
    ) -> None:
        self.app = app
        self.error_page = error_page
        self.hosts = hosts
        self.request_metrics = request_metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500
        method = scope["method"]
        if method == "HEAD":
            # A path that answers GET answers HEAD too (RFC 9110, 9.1), without the content.
            scope = {**scope, "method": "GET"}

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.body" and method == "HEAD":
                message = {**message, "body": b""}
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            refused = self._refused(scope)
            await (refused or self.app)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self.request_metrics.count(method, status, seconds)
            # The path without its query: search words are not logged.
            log.info(
                "answered",
                method=method,
                path=scope["path"],
                status=status,
                seconds=round(seconds, 4),
            )

    def _refused(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = _name_in(headers.get("host", ""))
        if not is_loopback(host) and host not in self.hosts():
            return PlainTextResponse("421 this viewer has another name\n", 421)
        length = headers.get("content-length", "0")
        chunked = "transfer-encoding" in headers
        if scope["method"] in {"POST", "PUT", "PATCH", "DELETE"} and (
            chunked or not length.isdecimal() or int(length) > UPLOADS.get(scope["path"], MAX_BODY)
        ):
            # An unread body must not be taken for the next request.
            line = "the form is too large"
            answer = (
                self.error_page(Request(scope), 413, line)
                if self.error_page
                else PlainTextResponse(f"413 {line}\n", 413)
            )
            answer.headers["Connection"] = "close"
            return answer
        return None


# --- forms


def form_secret(request: Request) -> str:
    """Return the browser's own secret, from its cookie, or a new one."""
    found = request.cookies.get(COOKIE, "")
    return found if len(found) == 43 else secrets.token_urlsafe(32)


def form_token(secret: str) -> str:
    """Return a form token, a different one for each page, so that compression does not reveal the secret
    (BREACH).
    """
    nonce = secrets.token_urlsafe(9)
    return f"{nonce}.{_sign(secret, nonce)}"


def check_form(request: Request, token: str, viewer_url: str) -> None:
    """Raise HTTPException 403 for a form that was not sent from our own pages."""
    check_origin(request, viewer_url)
    secret = request.cookies.get(COOKIE, "")
    nonce, _, signature = token.partition(".")
    if not secret or not hmac.compare_digest(_sign(secret, nonce).encode(), signature.encode()):
        raise HTTPException(403, "the form has expired, or cookies are off: reload the page")


def check_origin(request: Request, viewer_url: str) -> None:
    """Raise HTTPException 403 for a request that a browser sends from another site. Behind a proxy with TLS, the origin of our
    pages is that of `viewer_url`.
    """
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    outer = urlsplit(viewer_url)
    if origin not in {None, own, f"{outer.scheme}://{outer.netloc}"}:
        raise HTTPException(403, "the form was sent from another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "the form was sent from another site")


def _sign(secret: str, nonce: str) -> str:
    return hmac.new(secret.encode(), nonce.encode(), hashlib.sha256).hexdigest()
