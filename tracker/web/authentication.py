"""Authenticates requests and checks roles: every path is closed unless this module opens it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tracker.clock import clamp_future
from tracker.config.models import ViewerAccess
from tracker.storage import accounts, audit_log
from tracker.storage.accounts import NAME, UserRole
from tracker.storage.accounts import Scope as KeyScope
from tracker.storage.audit_log import Event
from tracker.text import fold_space
from tracker.web.context import WebContext
from tracker.web.security_headers import is_loopback

SESSION = "tracker_session"
MCP = "/mcp"  # of `tracker mcp --http`
QUESTIONS = (MCP, "/api/screen")  # sent by POST for their size; they only read
_CURE = "ask an administrator for another role"
_ALIVE = frozenset({"/healthz", "/readyz"})
_FORWARDED = frozenset({"forwarded", "via", "x-real-ip"})

# Open without sign-in: health checks, the sign-in page with its assets, and addresses that contain a key.
_PUBLIC = re.compile(
    r"/(healthz|readyz|sign-in(/oidc|/return)?|saved/[0-9a-f]{8}/(feed\.atom|calendar\.ics)|language/(ja|en)|slack/(actions|commands|events)|teams/actions|mail/respond|static/[a-z.]+)"
)
_ROLES: tuple[tuple[str, str, UserRole], ...] = (
    ("GET", r"/settings", UserRole.OPERATOR),
    ("GET", r"/watch-list/(profile|route|log)", UserRole.OPERATOR),
    ("GET", r"/deliveries/log", UserRole.OPERATOR),
    ("GET", r"/sign-ins", UserRole.ADMIN),
    ("GET", r".*", UserRole.READER),
    *(("POST", path, UserRole.READER) for path in QUESTIONS),
    ("POST", r"/sign-out", UserRole.READER),
    ("POST", r"/saved(/[^/]+/[a-z]+)?", UserRole.READER),
    ("POST", r"/inbox/(read|unread)", UserRole.READER),  # a mark of the reader's own
    ("POST", r"/parties", UserRole.READER),  # checks a file, and keeps nothing
    ("POST", r"/sources/[^/]+/poll", UserRole.OPERATOR),
    ("POST", r"/watch-list/.*", UserRole.OPERATOR),
    ("POST", r"/deliveries/(test|replay)", UserRole.OPERATOR),
    ("POST", r".*", UserRole.REVIEWER),
)
_SCOPES: tuple[tuple[str, KeyScope], ...] = (
    (r"/api/status|/metrics", KeyScope.STATUS),
    (MCP, KeyScope.RECORDS),
    (r"/api/.*|/feed\.atom|/effects\.atom|/calendar\.ics", KeyScope.RECORDS),
)


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated user. `via`: `local` (no sign-in; the name is the one that the reader entered, if any),
    `session`, `proxy` or `key`.
    """

    name: str
    role: UserRole
    via: str
    scopes: tuple[KeyScope, ...] = ()

    def may(self, role: UserRole | str) -> bool:
        return self.role.rank >= UserRole(role).rank

    @property
    def signed_in(self) -> bool:
        return self.via != "local"


LOCAL = Principal("", UserRole.ADMIN, "local")


def is_public(path: str) -> bool:
    return _PUBLIC.fullmatch(path) is not None


def required_permission(method: str, path: str) -> UserRole:
    """Return the lowest role that may make this request. A path without a rule requires the highest role."""
    for verb, pattern, role in _ROLES:
        if method == verb and re.fullmatch(pattern, path, re.DOTALL):
            return role
    return UserRole.ADMIN


def key_scope(path: str) -> KeyScope | None:
    """Return the scope that an API key needs for this path; None where keys are not accepted."""
    return next((scope for pattern, scope in _SCOPES if re.fullmatch(pattern, path, re.DOTALL)), None)


def principal_of(request: Request) -> Principal | None:
    """Return the user of a request; None on public pages, before sign-in."""
    found = request.scope.get("state", {}).get("visitor")
    return found if isinstance(found, Principal) else None


# --- proxies


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(item) for item in trusted)


def is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in _networks(trusted))


def address_of(request: Request, access: ViewerAccess) -> str:
    """Return the client's address. The header of a trusted proxy counts."""
    peer = request.client.host if request.client else ""
    if is_trusted(peer, access.trusted_proxies):
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(forwarded))
        except ValueError:
            return peer
    return peer


def forwarded(request: Request) -> bool:
    """Return whether a proxy forwarded the request."""
    return any(name in _FORWARDED or name.startswith("x-forwarded-") for name in request.headers)


def _proxy_user(request: Request, access: ViewerAccess) -> str:
    """Return the name in the proxy's header. Empty where the peer is not a trusted proxy, or the header occurs
    twice.
    """
    values = request.headers.getlist(access.proxy_header)
    if len(values) != 1 or not is_trusted(
        request.client.host if request.client else "", access.trusted_proxies
    ):
        return ""
    # Starlette decodes headers as Latin-1 (RFC 9110, 5.5); proxies send names in UTF-8.
    try:
        name = fold_space(values[0].encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return ""
    return name if name.isprintable() and len(name) <= NAME else ""


# --- the middleware


class AuthMiddleware:
    """ASGI middleware: authenticates each request and refuses what the user's role does not allow."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        web_context: WebContext,
        loopback: bool,
        set_up: bool,
        error_page: Callable[[Request, int, str], Response],
    ) -> None:
        self.app = app
        self.web_context = web_context
        self.loopback = loopback
        self.error_page = error_page
        # Once sign-in was set up in this process, it stays required: a reload cannot remove it.
        self._set_up = set_up
        self._seen: dict[str, datetime] = {}
        self._keys_used: dict[tuple[str, str], datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        access = self.web_context.settings.access
        self._set_up = self._set_up or bool(access.sign_in)
        if not access.sign_in:
            visitor: Principal | None = LOCAL
        elif request.url.path.startswith("/static/"):
            visitor = None
        else:
            visitor = await run_in_threadpool(self._authenticate, request, access)
        scope.setdefault("state", {})["visitor"] = visitor
        refused = self._refusal(request, access, visitor)
        await (refused or self.app)(scope, receive, send)

    def _authenticate(self, request: Request, access: ViewerAccess) -> Principal | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            with self.web_context.store.read() as connection:
                known = accounts.api_key_of(connection, key.strip())
            if known is None:
                return None
            owner, found = known
            self._record_key_use(found.id, owner.name, address_of(request, access))
            return Principal(owner.name, owner.role, "key", found.scopes)
        if access.sign_in == "proxy":
            name = _proxy_user(request, access)
            if not name:
                return None
            with self.web_context.store.read() as connection:
                account = accounts.get(connection, name)
            self._record_proxy_login(name, address_of(request, access))
            return Principal(
                account.name if account else name, account.role if account else UserRole.READER, "proxy"
            )
        token = request.cookies.get(SESSION, "")
        if not token:
            return None
        with self.web_context.store.read() as connection:
            account = accounts.account_of_session(connection, token, self.web_context.now())
        return Principal(account.name, account.role, "session") if account else None

    def _record_proxy_login(self, name: str, address: str) -> None:
        """Record the sign-in of a proxy user. The proxy does not report sign-ins, so the first request within a
        session's lifetime counts as one.
        """
        now = self.web_context.now()
        last = self._seen.get(name)
        if last is None or not clamp_future(last, now, accounts.SESSION_LASTS):
            self._seen = {
                who: at for who, at in self._seen.items() if clamp_future(at, now, accounts.SESSION_LASTS)
            }
            self._seen[name] = now
            with self.web_context.store.write() as connection:
                accounts.record_login(connection, now, name, address, "in")

    def _record_key_use(self, key: str, name: str, address: str) -> None:
        now = self.web_context.now()
        last = self._keys_used.get((key, address))
        if last is None or not clamp_future(last, now, audit_log.USED_AGAIN):
            self._keys_used = {
                known: at
                for known, at in self._keys_used.items()
                if clamp_future(at, now, audit_log.USED_AGAIN)
            }
            self._keys_used[key, address] = now
            with self.web_context.store.write() as connection:
                audit_log.add(connection, now, name, Event.KEY_USED, key, address)

    def _refusal(self, request: Request, access: ViewerAccess, visitor: Principal | None) -> Response | None:
        method, path = request.method, request.url.path
        if not access.sign_in:
            return None if path in _ALIVE else self._refuse_anonymous(request, access)
        if is_public(path):
            return None
        if visitor is None:
            return self._require_sign_in(request, access)
        if visitor.via == "key":
            scope = key_scope(path)
            asks = method == "GET" or (method == "POST" and path in QUESTIONS)
            if not asks or scope is None or scope not in visitor.scopes:
                return JSONResponse({"detail": "the key does not have the scope for this request"}, 403)
        if not visitor.may(required_permission(method, path)):
            return self.error_page(
                request, 403, f"{method} {path}: not allowed for the role {visitor.role} ({_CURE})"
            )
        return None

    def _refuse_anonymous(self, request: Request, access: ViewerAccess) -> Response | None:
        """Return the refusal of a request where no sign-in is set; None where the request is allowed."""
        if self._set_up:
            reason = (
                "sign_in was removed from the settings while the viewer runs, so nothing is shown: restore it, or set"
                ' sign_in = "none" in [viewer] and restart'
            )
        elif not self.loopback:
            reason = "no sign-in is set, and other machines can reach this address, so nothing is shown"
        elif not access.anonymous and (forwarded(request) or not is_loopback(request.url.hostname or "")):
            reason = (
                "no sign-in is set, so only requests from this machine are answered: set sign_in in [viewer]; where a"
                ' proxy controls access, set sign_in = "none"'
            )
        else:
            return None
        return JSONResponse({"detail": reason}, 503)

    def _require_sign_in(self, request: Request, access: ViewerAccess) -> Response:
        if key_scope(request.url.path) or request.url.path.startswith("/api/"):
            return JSONResponse(
                {"detail": "sign in, or send a key"}, 401, {"WWW-Authenticate": 'Bearer realm="tracker"'}
            )
        if access.sign_in == "proxy":
            return self.error_page(
                request, 403, "not signed in: open the viewer through the proxy that signs users in"
            )
        if request.method != "GET":
            return self.error_page(request, 401, "not signed in")
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?back={quote(asked, safe='')}" if asked != "/" else "/sign-in", 303)
