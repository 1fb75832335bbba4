"""Signs users in and out, with an account of the viewer or through the sign-in service, and records it."""

from __future__ import annotations

import math
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.config.models import OidcSettings
from tracker.errors import UsageError
from tracker.i18n import t
from tracker.logs import Logger
from tracker.storage import accounts, audit_log
from tracker.storage.audit_log import Event
from tracker.text import fold_space, search_key
from tracker.web.authentication import SESSION, address_of, principal_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.oidc import BEGUN_FOR, Provider, SignInError, begin
from tracker.web.passwords import LONGEST, Throttle, verify_password
from tracker.web.rendering import language_of, local_path, page, set_cookie
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)
log = Logger()

BEGAN = "tracker_sign_in"  # identifies the browser while it is at the sign-in service

RIGHTS = (Event.KEY_USED, Event.KEY_MADE, Event.KEY_REVOKED, Event.ACCOUNT)
Field = Annotated[str, Form(max_length=LONGEST + 1)]


@router.get("/sign-in")
def form(request: Request, web_context: InjectedContext, back: str = "/", out: str = "") -> Response:
    visitor = principal_of(request)
    access = web_context.settings.access
    if access.sign_in not in {"accounts", "oidc"} or (visitor and visitor.via == "session"):
        return RedirectResponse(local_path(back), 303)
    if access.oidc is not None and access.sign_in == "oidc":
        return _service_page(request, web_context, access.oidc, back, left=bool(out))
    with web_context.store.read() as connection:
        anybody = bool(accounts.list_accounts(connection))
    return page(
        request,
        web_context,
        "sign_in.html.j2",
        address=local_path(back),
        error_text="",
        name="",
        anybody=anybody,
    )


@router.get("/sign-in/oidc")
def to_service(request: Request, web_context: InjectedContext, back: str = "/") -> Response:
    """Redirect the browser to the sign-in service, with a cookie that identifies it on return."""
    oidc = _service(web_context)
    browser = secrets.token_urlsafe(32)
    begun = begin(browser, local_path(back), web_context.now())
    try:
        provider = _provider(request, web_context, oidc)
        address = provider.authorization_url(
            request.app.state.waiting.put(begun), begun, _return_to(web_context)
        )
    except SignInError as error:
        return _refused_by(request, web_context, oidc, error)
    answer = RedirectResponse(address, 303)
    lasts = int(BEGUN_FOR.total_seconds())
    set_cookie(request, answer, BEGAN, browser, seconds=lasts, viewer_url=web_context.settings.viewer_url)
    return answer


@router.get("/sign-in/return")
def from_service(
    request: Request, web_context: InjectedContext, code: str = "", state: str = "", error: str = ""
) -> Response:
    oidc = _service(web_context)
    try:
        begun = request.app.state.waiting.take(state, request.cookies.get(BEGAN, ""), web_context.now())
    except SignInError as refused:
        return _refused_by(request, web_context, oidc, refused)
    address = address_of(request, web_context.settings.access)
    try:
        if error or not code:
            raise SignInError("denied", detail=fold_space(error)[:80])  # noqa: TRY301
        person = _provider(request, web_context, oidc).identify(begun, code, _return_to(web_context))
        with web_context.store.write() as connection:
            try:
                account = accounts.known_as(
                    connection,
                    person.subject,
                    person.name,
                    person.role,
                    web_context.now(),
                    email=person.email,
                )
            except UsageError as taken:
                raise SignInError("name-used", name=person.name) from taken
            token = accounts.start_session(connection, account.name, web_context.now())
            accounts.record_login(connection, web_context.now(), account.name, address, "in")
    except SignInError as refused:
        with web_context.store.write() as connection:
            accounts.record_login(connection, web_context.now(), refused.name or "?", address, "refused")
        return _refused_by(request, web_context, oidc, refused)
    answer = RedirectResponse(begun.back, 303)
    answer.delete_cookie(BEGAN, httponly=True)
    lasts = int(accounts.SESSION_LASTS.total_seconds())
    set_cookie(request, answer, SESSION, token, seconds=lasts, viewer_url=web_context.settings.viewer_url)
    return answer


def _service(web_context: WebContext) -> OidcSettings:
    access = web_context.settings.access
    if access.sign_in != "oidc" or access.oidc is None:
        raise HTTPException(404)
    return access.oidc


def _return_to(web_context: WebContext) -> str:
    return f"{web_context.settings.viewer_url.rstrip('/')}/sign-in/return"


def _provider(request: Request, web_context: WebContext, oidc: OidcSettings) -> Provider:
    """Return the provider, a new one when the settings have changed."""
    kept: Provider | None = getattr(request.app.state, "provider", None)
    if kept is None or kept.settings != oidc:
        kept = request.app.state.provider = Provider(oidc, web_context.now)
    return kept


def _service_page(
    request: Request,
    web_context: WebContext,
    oidc: OidcSettings,
    back: str,
    *,
    left: bool = False,
    error_text: str = "",
    status: int = 200,
) -> Response:
    provider = _provider(request, web_context, oidc)
    return page(
        request,
        web_context,
        "sign_in_service.html.j2",
        status=status,
        address=local_path(back),
        error_text=error_text,
        host=provider.host,
        left=left,
        leaves_by=provider.logout_url(web_context.settings.viewer_url) if left else "",
    )


def _refused_by(
    request: Request, web_context: WebContext, oidc: OidcSettings, error: SignInError
) -> Response:
    # The log has the cause, for the operator. Requests to the service contain secrets and are never logged.
    log.warning(
        "sign-in refused", reason=error.reason, **{key: str(value) for key, value in error.words.items()}
    )
    error_text = t(f"web.oidc.{error.reason}", language_of(request, web_context), **error.words)
    return _service_page(request, web_context, oidc, "/", error_text=error_text, status=error.status)


@router.post("/sign-in")
def sign_in(
    request: Request,
    web_context: InjectedContext,
    name: Field,
    password: Field,
    form: Field,
    back: Field = "/",
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    access = web_context.settings.access
    if access.sign_in != "accounts":
        return RedirectResponse("/", 303)
    name, address = fold_space(name), address_of(request, access)
    throttle: Throttle = request.app.state.throttle
    with web_context.store.read() as connection:
        account = accounts.get(connection, name)
        familiar = accounts.has_signed_in(connection, account.name if account else name, address)
    wait = throttle.try_now(search_key(name), address, familiar=familiar)
    language = language_of(request, web_context)
    if wait:
        seconds = math.ceil(wait)
        error_text = t("web.sign-in-wait", language, seconds=seconds)
        answer = _again(request, web_context, error_text, name, back, 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    if not verify_password(password, account.password if account else "") or account is None:
        with web_context.store.write() as connection:
            accounts.record_login(connection, web_context.now(), name, address, "refused")
        return _again(request, web_context, t("web.sign-in-wrong", language), name, back, 403)
    throttle.passed(search_key(name), address)
    with web_context.store.write() as connection:
        accounts.end_session(connection, request.cookies.get(SESSION, ""))
        token = accounts.start_session(connection, account.name, web_context.now())
        accounts.record_login(connection, web_context.now(), account.name, address, "in")
    done = RedirectResponse(local_path(back), 303)
    lasts = int(accounts.SESSION_LASTS.total_seconds())
    set_cookie(request, done, SESSION, token, seconds=lasts, viewer_url=web_context.settings.viewer_url)
    return done


@router.post("/sign-out")
def sign_out(request: Request, web_context: InjectedContext, form: Field) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    visitor = principal_of(request)
    token = request.cookies.get(SESSION, "")
    if visitor is not None and visitor.via == "session":
        with web_context.store.write() as connection:
            accounts.end_session(connection, token)
            address = address_of(request, web_context.settings.access)
            accounts.record_login(connection, web_context.now(), visitor.name, address, "out")
    done = RedirectResponse("/sign-in?out=1" if web_context.settings.access.sign_in == "oidc" else "/", 303)
    done.delete_cookie(SESSION, httponly=True)
    return done


@router.get("/sign-ins")
def record(request: Request, web_context: InjectedContext) -> HTMLResponse:
    with web_context.store.read() as connection:
        return page(
            request,
            web_context,
            "sign_ins.html.j2",
            entries=accounts.list_logins(connection),
            people=accounts.list_accounts(connection),
            keys=accounts.keys(connection),
            deeds=audit_log.entries(connection, *RIGHTS),
            used=audit_log.last(connection, Event.KEY_USED),
        )


def _again(
    request: Request, web_context: InjectedContext, error_text: str, name: str, back: str, status: int
) -> HTMLResponse:
    return page(
        request,
        web_context,
        "sign_in.html.j2",
        status=status,
        address=local_path(back),
        error_text=error_text,
        name=name,
        anybody=True,
    )
