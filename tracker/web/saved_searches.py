"""Saves filters of the inbox under a name, each with a feed and a calendar at a secret address that can be
revoked.

Feed readers and calendar programs cannot sign in, so the address contains a key. The key opens this one filter,
and the access log does not contain it.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.errors import UsageError
from tracker.storage import saved_searches
from tracker.storage.saved_searches import SavedSearch
from tracker.web import feed, overview
from tracker.web.authentication import principal_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.inbox_filter import filter_of
from tracker.web.rendering import language_of, page, query
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)

Field = Annotated[str, Form(max_length=4_000)]


def owner_of(request: Request) -> str:
    """Return the owner of the filters: the signed-in user, or the local reader of this machine."""
    visitor = principal_of(request)
    return visitor.name if visitor is not None and visitor.signed_in else ""


@router.get("/saved")
def saved(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return _page(request, web_context)


@router.post("/saved")
def save(
    request: Request, web_context: InjectedContext, name: Field, conditions: Field, form: Field
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    chosen = filter_of(dict(parse_qsl(conditions.removeprefix("?"))))
    kept = {key: str(value) for key, value in chosen.values().items()}
    try:
        with web_context.store.write() as connection:
            saved_searches.add(connection, owner_of(request), name, kept, web_context.now())
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return RedirectResponse(f"/{query(chosen.values())}", 303)


@router.post("/saved/{identity}/{action}")
def change(
    request: Request, web_context: InjectedContext, identity: str, action: str, form: Field, name: Field = ""
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    owner, key = owner_of(request), ""
    try:
        with web_context.store.write() as connection:
            if action == "rename":
                saved_searches.rename(connection, owner, identity, name)
            elif action == "remove":
                saved_searches.remove(connection, owner, identity)
            elif action == "close":
                saved_searches.revoke(connection, owner, identity)
            elif action == "open":
                key = saved_searches.create_key(connection, owner, identity)
            else:
                raise HTTPException(404)
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    if not key:
        return RedirectResponse("/saved", 303)
    return _page(request, web_context, opened=identity, key=key)


@router.get("/saved/{identity}/feed.atom")
def saved_feed(request: Request, web_context: InjectedContext, identity: str, key: str = "") -> Response:
    found = _opened(web_context, identity, key)
    return feed.feed_of_saved_search(request, web_context, filter_of(found.conditions), found.name)


@router.get("/saved/{identity}/calendar.ics")
def saved_calendar(request: Request, web_context: InjectedContext, identity: str, key: str = "") -> Response:
    found = _opened(web_context, identity, key)
    return overview.calendar_of(request, web_context, filter_of(found.conditions))


def _opened(web_context: WebContext, identity: str, key: str) -> SavedSearch:
    with web_context.store.read() as connection:
        found = saved_searches.find_by_key(connection, identity, key) if key else None
    if found is None:
        raise HTTPException(404, "there is no such feed, or its address was revoked")
    return found


def _page(request: Request, web_context: WebContext, *, opened: str = "", key: str = "") -> HTMLResponse:
    with web_context.store.read() as connection:
        mine = saved_searches.list_searches(connection, owner_of(request))
    language = language_of(request, web_context)
    base = f"{web_context.settings.viewer_url.rstrip('/')}/saved/{opened}"
    addresses = [
        f"{base}/{file}{query({'key': key, 'lang': language})}" for file in ("feed.atom", "calendar.ics")
    ]
    return page(
        request,
        web_context,
        "saved.html.j2",
        saved=[(one, filter_of(one.conditions).values()) for one in mine],
        opened=opened,
        addresses=addresses if key else [],
    )
