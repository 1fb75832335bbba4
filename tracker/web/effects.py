"""The effects register over HTTP: `/api/law`, `/api/effects`, and the effects as an Atom feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from tracker.clock import YEARS, end_of_legal_day, legal_day, legal_instant
from tracker.effects import RecordedEffect
from tracker.model import Language
from tracker.rendering.deadlines import change_url
from tracker.rendering.effect_text import effect_line, effects_csv
from tracker.sanitize import safe_url, sanitize_line
from tracker.serialization import effect_to_json, format_instant
from tracker.storage import effect_pages
from tracker.stories.law import effects_wanted, law_on, law_to_json
from tracker.web import rendering
from tracker.web.api import Record, answer
from tracker.web.context import InjectedContext, WebContext
from tracker.web.feed import Feed, feed_answer
from tracker.web.rendering import asked_language

router = APIRouter(tags=["law"])

ENTRIES = 100
FIRST, LAST = date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 31)


@router.get(
    "/api/law", response_model=Record, summary="What is law on a day: words, status, effects, history"
)
def law(
    request: Request,
    web_context: InjectedContext,
    path: Annotated[
        str, Query(max_length=400, description="15 CFR 744.11(a)(1), 3B001.c.1.b, E.O. 14257, 2025-19001")
    ],
    as_of: Annotated[
        date | None,
        Query(ge=FIRST, le=LAST, description="What holds on this day; default: today in New York"),
    ] = None,
    known_at: Annotated[
        date | None, Query(ge=FIRST, le=LAST, description="Only what could be known by the end of this day")
    ] = None,
) -> Response:
    known = end_of_legal_day(known_at) if known_at else None
    with web_context.store.read() as connection:
        found = law_on(connection, path, as_of or legal_day(web_context.now()), known)
    return answer(request, law_to_json(found))


@router.get("/api/effects", response_model=list[Record], summary="The effects register, oldest first")
def effects(
    request: Request,
    web_context: InjectedContext,
    unit: Annotated[
        str, Query(max_length=400, description="On this unit, what contains it and what it contains")
    ] = "",
    document: Annotated[str, Query(max_length=400, description="Of this document or order, and on it")] = "",
    since: Annotated[
        date | None,
        Query(ge=FIRST, le=LAST, description="Known, or known to have ended, on or after this day"),
    ] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    with web_context.store.read() as connection:
        wanted = effects_wanted(connection, unit, document, legal_instant(since) if since else None)
        if form == "csv":
            headers = {"Content-Disposition": 'attachment; filename="effects.csv"'}
            table = effects_csv(effect_pages.page(connection, wanted))
            return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
        found = effect_pages.page(connection, wanted, limit, offset)
        total = effect_pages.count(connection, wanted)
    headers = {"X-Total-Count": str(total)}
    if offset + limit < total:
        following = rendering.query(dict(request.query_params), limit=limit, offset=offset + limit)
        headers["Link"] = f'</api/effects{following}>; rel="next"'
    return answer(request, [effect_to_json(one) for one in found], **headers)


@router.get("/effects.atom", include_in_schema=False)
def feed(
    request: Request,
    web_context: InjectedContext,
    unit: Annotated[str, Query(max_length=400)] = "",
    document: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    """Return the newest effects, each as one entry; an ended effect is a new entry."""
    with web_context.store.read() as connection:
        wanted = effects_wanted(connection, unit, document)
        found = effect_pages.newest(connection, wanted, ENTRIES)
    language = asked_language(request, web_context)
    address = f"{web_context.settings.viewer_url.rstrip('/')}/effects.atom" + rendering.query(
        {"unit": unit, "document": document}, lang=language
    )
    title = " · ".join(filter(None, ("tracker", "effects", sanitize_line(unit), sanitize_line(document))))
    return feed_answer(request, _feed(found, web_context, language, address, title).bytes())


def _feed(
    found: Sequence[RecordedEffect], web_context: WebContext, language: Language, address: str, title: str
) -> Feed:
    feed = Feed(language, address, title, _moved(found[0]) if found else None)
    for one in found:
        page = change_url(web_context.settings.viewer_url, one.change_id) if one.change_id else address
        entry = feed.entry()
        ended = f"-{format_instant(one.retracted_at)}" if one.retracted_at else ""
        entry.text("id", f"{web_context.settings.viewer_url.rstrip('/')}/effects/{one.id}{ended}")
        entry.text("title", effect_line(one, language))
        entry.text("updated", format_instant(_moved(one)))
        entry.link("alternate", page)
        if safe_url(one.effect.affecting.page or ""):
            entry.link("related", safe_url(one.effect.affecting.page or ""))
        entry.text("summary", sanitize_line(one.effect.affecting.quote) or effect_line(one, language))
    return feed


def _moved(one: RecordedEffect) -> datetime:
    """When an effect became known, or known to have ended."""
    known = [moment for moment in (one.effect.known_at, one.retracted_at) if moment is not None]
    return max(known, default=datetime.min.replace(tzinfo=UTC))
