"""The weekly digest as a page: any week, for all readers or for one profile."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from tracker import digest
from tracker.digest.period import Period
from tracker.i18n import t
from tracker.model import Language
from tracker.rendering.source_text import source_names
from tracker.web.context import InjectedContext
from tracker.web.rendering import YEAR, language_of, page

router = APIRouter(include_in_schema=False)
STYLE = "/static/digest.css"
_DIGEST = hashlib.sha256(digest.STYLE.encode()).hexdigest()[:12]


@router.get(STYLE)
def style() -> Response:
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable", "ETag": f'"{_DIGEST}"'}
    return Response(digest.STYLE, media_type="text/css", headers=headers)


@router.get("/digest")
def last(web_context: InjectedContext) -> RedirectResponse:
    """Return the last week that is over."""
    return RedirectResponse(
        f"/digest/{digest.last_week(web_context.now(), web_context.settings.timezone).name}", 303
    )


@router.get("/digest/{week}")
def one(request: Request, web_context: InjectedContext, week: str, profile: str = "") -> HTMLResponse:
    settings, now = web_context.settings, web_context.now()
    try:
        period = digest.read_week(week, settings.timezone)
    except ValueError as error:
        raise HTTPException(404) from error
    if period.start > now or profile not in {"", *(known.id for known in settings.profiles)}:
        raise HTTPException(404)
    loaded = digest.load_week(
        web_context.state,
        period,
        now=now,
        profile=profile,
        viewer_url=str(request.base_url),
        watched=[source.id for source in settings.sources if source.enabled],
        names=source_names(settings),
        store=web_context.store,
    )
    language = language_of(request, web_context)
    return page(
        request,
        web_context,
        "digest.html.j2",
        week=period.name,
        title=_title(period, language),
        title_before=_title(period.shifted(-1), language),
        title_after=_title(period.shifted(1), language),
        before=period.shifted(-1).name,
        after=period.shifted(1).name if period.end <= now else "",
        profile=profile,
        profiles=[known.id for known in settings.profiles],
        style=f"{STYLE}?v={_DIGEST}",
        body=Markup(digest.page(loaded, language)),  # noqa: S704 - the digest escapes what it shows
    )


def _title(period: Period, language: Language) -> str:
    """Return the name of a week for readers; its id, `2026-W20`, is for addresses and commands."""
    year, _, number = period.name.partition("-W")
    return t("digest.week-short", language, year=year, number=int(number))
