"""The records of `docs/records.md` over HTTP; `/api/openapi.json` describes the API.

Lists have an `X-Total-Count` header and a `Link` to the next page. Every answer has an ETag; a request with a
matching `If-None-Match` gets 304 without a body.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from tracker.answers.dates import deadlines_ahead
from tracker.answers.records import change_with_operations, whole_change
from tracker.model import TOPIC_IDS, DocumentKind, Level
from tracker.rendering.deadlines import as_json
from tracker.rendering.redlines.diff_json import objects
from tracker.rendering.status_report import status_report
from tracker.search.query import terms
from tracker.storage.change_query import ChangeQuery
from tracker.web import rendering
from tracker.web.context import InjectedContext, WebContext
from tracker.web.page_cache import PageCache

router = APIRouter(prefix="/api", tags=["records"])

Record = dict[str, Any]
_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "No change has that id, number or citation"}
}


def answer(request: Request, value: object, **headers: str) -> Response:
    return _tagged(request, _json(value), headers)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tagged(request: Request, text: str, headers: Mapping[str, str]) -> Response:
    body = text.encode()
    headers = {
        **headers,
        "ETag": f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        "Cache-Control": "private, no-cache",
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _cached(
    request: Request, web_context: WebContext, make: Callable[[], tuple[str, dict[str, str]]]
) -> Response:
    """Return the JSON answer, from the cache or from `make`; answers are the same for all readers."""
    cache: PageCache = request.app.state.page_cache

    def together() -> str:
        text, headers = make()
        return f"{json.dumps(headers)}\n{text}"

    body = cache.get_or_make(
        (request.url.path, request.url.query, web_context.today()), web_context.settings, together
    )
    assert body is not None
    headers, _, text = body.partition("\n")
    return _tagged(request, text, json.loads(headers))


@router.get(
    "/changes",
    response_model=list[Record],
    summary="Changes, newest first; with a query the best match first",
)
def changes(
    request: Request,
    web_context: InjectedContext,
    since: Annotated[date | None, Query(description="Published (or detected) on or after this day")] = None,
    until: Annotated[date | None, Query(description="Published (or detected) on or before this day")] = None,
    topic: Annotated[str | None, Query(description="A topic's id, such as " + TOPIC_IDS[0])] = None,
    level: Annotated[
        Level | None, Query(description="This level or above; with a profile, the level for it")
    ] = None,
    source: Annotated[str | None, Query(max_length=200)] = None,
    profile: Annotated[str | None, Query(max_length=200)] = None,
    kind: DocumentKind | None = None,
    query: Annotated[
        str | None, Query(max_length=200, description='Words, Japanese or English; "a phrase"')
    ] = None,
    baseline: Annotated[
        bool | None, Query(description="false: leave out what existed at the first poll")
    ] = None,
    editorial: Annotated[bool | None, Query(description="false: leave out typographic changes")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    wanted = ChangeQuery(
        since=since, until=until, topic=topic, level=level, source=source, terms=terms(query or ""), kind=kind, profile=profile,
        baseline=baseline, editorial=editorial, limit=limit, offset=offset,
    )  # fmt: skip

    def make() -> tuple[str, dict[str, str]]:
        with web_context.reading() as store:
            # Records are sent as stored: parsing 50 of them and writing them again would only take longer.
            found = store.records(wanted)
            total = store.count(wanted)
        headers = {"X-Total-Count": str(total)}
        if offset + limit < total:
            following = rendering.query(dict(request.query_params), limit=limit, offset=offset + limit)
            headers["Link"] = f'</api/changes{following}>; rel="next"'
        return f"[{','.join(found)}]", headers

    return _cached(request, web_context, make)


@router.get(
    "/changes/{reference}",
    response_model=Record,
    responses=_UNKNOWN,
    summary="One change with its deliveries and reviews",
)
def change(request: Request, web_context: InjectedContext, reference: str) -> Response:
    def make() -> tuple[str, dict[str, str]]:
        with web_context.reading() as reader, web_context.store.read() as connection:
            return _json(whole_change(reader, connection, reference).json()), {}

    return _cached(request, web_context, make)


@router.get(
    "/changes/{reference}/diff",
    response_model=list[Record],
    responses=_UNKNOWN,
    summary="The operations of one change, unit by unit",
)
def diff(request: Request, web_context: InjectedContext, reference: str) -> Response:
    def make() -> tuple[str, dict[str, str]]:
        with web_context.reading() as reader, web_context.store.read() as connection:
            _, operations = change_with_operations(reader, connection, reference)
        return _json(objects(operations)), {}

    return _cached(request, web_context, make)


@router.get("/status", response_model=Record, summary="Health of sources, channels and alerts")
def health(request: Request, web_context: InjectedContext) -> Response:
    with web_context.reading() as store:
        return answer(request, status_report(web_context.settings, store, web_context.now()))


@router.get("/deadlines", response_model=list[Record], summary="Dates ahead, earliest first")
def ahead(request: Request, web_context: InjectedContext) -> Response:
    def make() -> tuple[str, dict[str, str]]:
        with web_context.reading() as reader:
            found = deadlines_ahead(reader, web_context.today())
        return _json(as_json(found)), {}

    return _cached(request, web_context, make)
