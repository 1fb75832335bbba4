"""The page that a link in an alert mail opens. There is no sign-in: the signed link says who may do what.

GET shows what the button would record, and changes nothing; POST records it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from tracker.interactions import mail_links
from tracker.interactions.mail_links import PATH, Opened
from tracker.interactions.presses import Answer
from tracker.interactions.signed_links import LONGEST
from tracker.rendering.alert_message import what_changed
from tracker.storage import changes
from tracker.storage.database import Store
from tracker.web.context import InjectedContext, WebContext
from tracker.web.rendering import language_of, page
from tracker.web.security_headers import check_origin

router = APIRouter(include_in_schema=False)

_STATUS = {"forged": 403, "late": 410, "unmapped": 403, "not-allowed": 403}


@router.get(PATH)
def ask(request: Request, web_context: InjectedContext, claim: str = "") -> HTMLResponse:
    """Show what the link would record."""
    _check_in_use(web_context)
    with web_context.store.read() as connection:
        found = mail_links.opened(
            connection, web_context.settings, claim, language_of(request, web_context), web_context.now()
        )
    return _page(request, web_context, found, signed=claim)


@router.post(PATH)
def act(
    request: Request, web_context: InjectedContext, claim: Annotated[str, Form(max_length=LONGEST)] = ""
) -> HTMLResponse:
    """Record it, once; a second time changes nothing and says so."""
    _check_in_use(web_context)
    check_origin(request, web_context.settings.viewer_url)
    settings, language, now = web_context.settings, language_of(request, web_context), web_context.now()
    answer = None
    with web_context.store.write() as connection:
        found = mail_links.opened(connection, settings, claim, language, now)
        if isinstance(found, Opened):
            answer = mail_links.press(connection, settings, found, settings.languages[0], now)
    return _page(request, web_context, found, answer=answer)


def _check_in_use(web_context: WebContext) -> None:
    if not mail_links.in_use(web_context.settings):
        raise HTTPException(404)


def _page(
    request: Request,
    web_context: WebContext,
    found: Opened | mail_links.Refused,
    *,
    signed: str = "",
    answer: Answer | None = None,
) -> HTMLResponse:
    language = language_of(request, web_context)
    refused = found if isinstance(found, mail_links.Refused) else None
    claim = found.claim if isinstance(found, Opened) else None
    return page(
        request,
        web_context,
        "mail_link.html.j2",
        status=_STATUS[refused.reason] if refused else 200,
        refusal=refused.line(language) if refused else "",
        claim=claim,
        signed=signed,
        who=found.who,
        headline=_headline(web_context.store, claim.change_id, language) if claim else "",
        result=answer.line(language) if answer else "",
        recorded=answer is not None and answer.result == "recorded",
    )


def _headline(store: Store, change_id: str, language: str) -> str:
    with store.read() as connection:
        change = changes.get(connection, change_id)
    return what_changed(change, "ja" if language == "ja" else "en")[0] if change else ""
