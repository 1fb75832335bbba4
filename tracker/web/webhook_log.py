"""The log of webhooks for operators: each request, a test event, and events that are sent once more, one or those of some days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.clock import reader_instant
from tracker.errors import UsageError
from tracker.notifications import delivery_log
from tracker.storage import audit_log
from tracker.storage.audit_log import Event
from tracker.storage.delivery_log import Span
from tracker.web.authentication import address_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.rendering import page
from tracker.web.review import reviewer
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)

PATH = "/deliveries/log"
DAYS = (1, 7, 30, 90)
Field = Annotated[str, Form(max_length=200)]


@router.get(PATH)
def log_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    asked = request.query_params
    names = delivery_log.webhooks(web_context.settings)
    channel = asked.get("channel", "")
    chosen = [channel] if channel in names else names
    days = next((one for one in DAYS if str(one) == asked.get("days")), 7)
    with web_context.reading() as store:
        rows = delivery_log.requests(store.connection, chosen, web_context.now(), days)
    with web_context.store.read() as connection:
        actions = audit_log.entries(connection, Event.WEBHOOK_TESTED, Event.WEBHOOK_REPLAYED, limit=20)
    replayed = asked.get("replayed", "")
    return page(
        request,
        web_context,
        "webhook_log.html.j2",
        channels=names,
        channel=channel if channel in names else "",
        days=days,
        choices=DAYS,
        rows=rows,
        actions=actions,
        tested=asked.get("tested", "") if asked.get("tested", "") in names else "",
        replayed=replayed if replayed.isascii() and replayed.isdecimal() and len(replayed) < 7 else "",
    )


@router.post("/deliveries/test")
def send_test(request: Request, web_context: InjectedContext, form: Field, channel: Field = "") -> Response:
    """Queue a test event for a webhook."""
    check_form(request, form, web_context.settings.viewer_url)
    if channel not in delivery_log.webhooks(web_context.settings):
        raise HTTPException(404, f"no webhook has the id {channel!r}")
    with web_context.store.write() as connection:
        delivery_log.queue_test(
            connection, channel, web_context.now(), reviewer(request), _address(request, web_context)
        )
    return _back(f"tested={quote(channel, safe='')}")


@router.post("/deliveries/replay")
def replay(
    request: Request,
    web_context: InjectedContext,
    form: Field,
    delivery: Field = "",
    channel: Field = "",
    first: Field = "",
    last: Field = "",
) -> Response:
    """Queue one delivery once more, or those of a webhook on some days of the reader's calendar."""
    check_form(request, form, web_context.settings.viewer_url)
    settings = web_context.settings
    if delivery:
        if not (delivery.isascii() and delivery.isdecimal() and len(delivery) < 16):
            raise HTTPException(422, f"{delivery[:40]!r} is no number of a delivery")
        wanted: int | Span = int(delivery)
    else:
        begin, end = _day(first), _day(last)
        wanted = Span(
            channel,
            reader_instant(begin, settings.timezone),
            reader_instant(end + timedelta(days=1), settings.timezone),
        )
    try:
        with web_context.store.write() as connection:
            number = delivery_log.queue_replay(
                connection,
                wanted,
                settings,
                web_context.now(),
                reviewer(request),
                _address(request, web_context),
            )
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return _back(f"replayed={number}")


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(422, f"{text[:40]!r} is no day such as 2026-12-01") from error
    if not 1900 < found.year < 2200:
        raise HTTPException(422, f"{text[:40]!r} is no day of these times")
    return found


def _address(request: Request, web_context: WebContext) -> str:
    return address_of(request, web_context.settings.access)


def _back(done: str) -> Response:
    return RedirectResponse(f"{PATH}?{done}", 303)
