"""Signing in and out with an account of the viewer's own, and the record of who did."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.i18n import t
from tracker.store import accounts, deeds
from tracker.store.deeds import Deed
from tracker.text import fold_space, search_form
from tracker.web.access import SESSION, address_of, visitor_of
from tracker.web.desk import AtDesk
from tracker.web.guard import check_form
from tracker.web.passwords import LONGEST, Throttle, right
from tracker.web.rendering import language_of, local_path, page, set_cookie

router = APIRouter(include_in_schema=False)

RIGHTS = (Deed.KEY_USED, Deed.KEY_MADE, Deed.KEY_REVOKED, Deed.ACCOUNT)
Field = Annotated[str, Form(max_length=LONGEST + 1)]


@router.get("/sign-in")
def form(request: Request, desk: AtDesk, back: str = "/") -> Response:
    visitor = visitor_of(request)
    if desk.settings.access.sign_in != "accounts" or (visitor and visitor.via == "session"):
        return RedirectResponse(local_path(back), 303)
    with desk.store.read() as connection:
        anybody = bool(accounts.every(connection))
    return page(request, desk, "sign_in.html.j2", address=local_path(back), said="", name="", anybody=anybody)


@router.post("/sign-in")
def sign_in(
    request: Request, desk: AtDesk, name: Field, password: Field, form: Field, back: Field = "/"
) -> Response:
    check_form(request, form, desk.settings.viewer_url)
    access = desk.settings.access
    if access.sign_in != "accounts":
        return RedirectResponse("/", 303)
    name, address = fold_space(name), address_of(request, access)
    throttle: Throttle = request.app.state.throttle
    with desk.store.read() as connection:
        account = accounts.get(connection, name)
        familiar = accounts.was_in(connection, account.name if account else name, address)
    wait = throttle.try_now(search_form(name), address, familiar=familiar)
    language = language_of(request, desk)
    if wait:
        seconds = math.ceil(wait)
        said = t("web.sign-in-wait", language, seconds=seconds)
        answer = _again(request, desk, said, name, back, 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    if not right(password, account.password if account else "") or account is None:
        with desk.store.write() as connection:
            accounts.note(connection, desk.now(), name, address, "refused")
        return _again(request, desk, t("web.sign-in-wrong", language), name, back, 403)
    throttle.passed(search_form(name), address)
    with desk.store.write() as connection:
        accounts.end(connection, request.cookies.get(SESSION, ""))
        token = accounts.begin(connection, account.name, desk.now())
        accounts.note(connection, desk.now(), account.name, address, "in")
    done = RedirectResponse(local_path(back), 303)
    lasts = int(accounts.SESSION_LASTS.total_seconds())
    set_cookie(request, done, SESSION, token, seconds=lasts, viewer_url=desk.settings.viewer_url)
    return done


@router.post("/sign-out")
def sign_out(request: Request, desk: AtDesk, form: Field) -> Response:
    check_form(request, form, desk.settings.viewer_url)
    visitor = visitor_of(request)
    token = request.cookies.get(SESSION, "")
    if visitor is not None and visitor.via == "session":
        with desk.store.write() as connection:
            accounts.end(connection, token)
            address = address_of(request, desk.settings.access)
            accounts.note(connection, desk.now(), visitor.name, address, "out")
    done = RedirectResponse("/", 303)
    done.delete_cookie(SESSION, httponly=True)
    return done


@router.get("/sign-ins")
def record(request: Request, desk: AtDesk) -> HTMLResponse:
    with desk.store.read() as connection:
        return page(
            request,
            desk,
            "sign_ins.html.j2",
            entries=accounts.noted(connection),
            people=accounts.every(connection),
            keys=accounts.keys(connection),
            deeds=deeds.entries(connection, *RIGHTS),
            used=deeds.last(connection, Deed.KEY_USED),
        )


def _again(request: Request, desk: AtDesk, said: str, name: str, back: str, status: int) -> HTMLResponse:
    return page(
        request,
        desk,
        "sign_in.html.j2",
        status=status,
        address=local_path(back),
        said=said,
        name=name,
        anybody=True,
    )
