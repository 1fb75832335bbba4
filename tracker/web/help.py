"""The pages of help: one for each screen, with what levels and statuses mean."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from tracker.web.context import InjectedContext
from tracker.web.help_text import meanings, screens
from tracker.web.rendering import language_of, page

router = APIRouter(include_in_schema=False)


@router.get("/help")
def first_help(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return help_page(request, web_context, "inbox")


@router.get("/help/{screen}")
def help_page(request: Request, web_context: InjectedContext, screen: str) -> HTMLResponse:
    if screen not in screens():
        raise HTTPException(404, "there is no such page of help")
    language = language_of(request, web_context)
    shown = screens()[screen]
    return page(
        request,
        web_context,
        "help.html.j2",
        screen=screen,
        screens=list(screens()),
        lines=shown.ja if language == "ja" else shown.en,
        meanings=[(group, meanings(group, language)) for group in ("level", "status")],
    )
