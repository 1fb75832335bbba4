"""The pages for the calendar, sources, deliveries and settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.clock import clamp_future
from tracker.i18n import format_span, in_words
from tracker.logs import Logger
from tracker.model import Change, Level
from tracker.rendering.deadlines import Deadline, calendar, deadlines, superseded_deadlines
from tracker.rendering.delivery_hold import hold_line, recipient_lines
from tracker.rendering.delivery_hold import reason_line as route_line
from tracker.rendering.failure_cause import reason_line
from tracker.rendering.profile_lead import as_read_by
from tracker.rendering.source_text import source_label
from tracker.rendering.status_report import status_report
from tracker.rendering.status_text import (
    channel_lines,
    channel_state,
    digest_reader,
    incident_line,
    incident_name,
)
from tracker.serialization import change_from_json
from tracker.storage import audit_log, predictions, source_state
from tracker.storage.audit_log import Event
from tracker.storage.story_queries import stories_of
from tracker.stories.deadline_status import deadline_ribbons
from tracker.web.authentication import address_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.inbox_filter import InboxFilter, choices, filter_of, problems
from tracker.web.rendering import asked_language, language_of, page
from tracker.web.review import reviewer
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)
log = Logger()

PAUSE = timedelta(seconds=60)  # minimum time between two manual polls: the sources are other people's servers


def due(web_context: WebContext, chosen: InboxFilter) -> tuple[Deadline, ...]:
    """Return the upcoming dates of the changes that match a filter."""
    today = web_context.today()
    changes = _dated(web_context, chosen)
    with web_context.reading() as store:
        stories = stories_of(store.connection, (change.id for change in changes))
    found = deadlines(changes, today, stories)
    return tuple(entry for entry in found if entry.level.rank >= _floor(chosen))


def _dated(web_context: WebContext, chosen: InboxFilter, *, superseded: bool = False) -> list[Change]:
    today = web_context.today()
    with web_context.reading() as store:
        if chosen.conditions:
            wanted = replace(chosen.wanted(today, store), limit=10_000)
            records = [record for record in store.changes(wanted) if record["dates"]]
        else:
            records = list(store.planned(today, superseded=superseded))
    return [as_read_by(change_from_json(record), chosen.profile) for record in records]


def _floor(chosen: InboxFilter) -> int:
    return Level(chosen.level or "low").rank


@router.get("/calendar")
def calendar_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    chosen = filter_of(request.query_params)
    found = due(web_context, chosen)
    language = language_of(request, web_context)
    with web_context.reading() as store:
        ribbons = deadline_ribbons(store, found, web_context.today(), language)
        wrong = problems(request.query_params, web_context, store, language)
    month: Callable[[Deadline], tuple[int, int]] = lambda entry: (entry.date.year, entry.date.month)  # noqa: E731
    return page(
        request,
        web_context,
        "calendar.html.j2",
        wrong=wrong,
        filter=chosen,
        values=chosen.values(),
        choices=choices(web_context),
        total=len(found),
        ribbons=ribbons,
        months=[(key, list(entries)) for key, entries in groupby(found, key=month)],
    )


@router.get("/calendar.ics")
def calendar_file(request: Request, web_context: InjectedContext) -> Response:
    """Return the same dates as an iCalendar file."""
    return calendar_of(request, web_context, filter_of(request.query_params))


def calendar_of(request: Request, web_context: WebContext, chosen: InboxFilter) -> Response:
    language = asked_language(request, web_context)
    gone = superseded_deadlines(_dated(web_context, chosen, superseded=True), web_context.today())
    found = due(web_context, chosen)
    with web_context.reading() as store:
        ribbons = deadline_ribbons(store, found, web_context.today(), language)
    data = calendar(
        found,
        language,
        ribbons=ribbons,
        viewer_url=web_context.settings.viewer_url,
        stamp=web_context.now(),
        cancelled=(entry for entry in gone if entry.level.rank >= _floor(chosen)),
    )
    return Response(
        data,
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="tracker.ics"',
            "Cache-Control": "private, no-cache",
        },
    )


def _size(count: int) -> str:
    """Return a number of bytes for readers: `12 kB`, `3.4 MB`."""
    return f"{max(1, round(count / 1_000))} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


@router.get("/sources")
def sources_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    with web_context.store.read() as connection:
        asked = audit_log.entries(connection, Event.POLL, limit=20)
        predicted = {
            source.id: predictions.counts(connection, source.title)
            for source in web_context.settings.sources
            if source.kind == "ecfr"
        }
    with web_context.reading() as store:
        rows = store.sources()
        found = status_report(web_context.settings, store, web_context.now())
        disk = store.disk()
    language = language_of(request, web_context)
    named = partial(source_label, web_context.settings, language=language)
    return page(
        request,
        web_context,
        "sources.html.j2",
        disk=disk,
        predicted={name: counted for name, counted in predicted.items() if any(counted.values())},
        health=found,
        reports={name: json.loads(row["last_report"]) for name, row in rows.items()},
        asked=request.query_params.get("asked", ""),
        polls=asked,
        settings={source.id: source for source in web_context.settings.sources},
        incident=lambda subject: incident_name(subject, language, named),
        incident_line=lambda row: incident_line(row, language, named),
        reason=lambda row: in_words(reason_line(row["cause"], row["reason"], language), language),
        size=_size,
    )


@router.post("/sources/{source}/poll")
def poll_now(
    request: Request, web_context: InjectedContext, source: str, form: Annotated[str, Form(max_length=200)]
) -> Response:
    """Make the source due now; the running daemon polls it within seconds."""
    check_form(request, form, web_context.settings.viewer_url)
    known = web_context.settings.source(source)
    if known is None or not known.enabled:
        raise HTTPException(404, f"no enabled source has the id {source!r}")
    now = web_context.now()
    standing = source_state.source_states(web_context.store, [source]).get(source)
    if standing is None:
        source_state.ensure(web_context.store, [source])
    elif standing.last_attempt_at is not None and clamp_future(standing.last_attempt_at, now, PAUSE):
        raise HTTPException(
            429, f"{source} was polled less than {PAUSE.seconds} seconds ago (wait a minute and ask again)"
        )
    who = reviewer(request)
    with web_context.store.write() as connection:
        source_state.reschedule(web_context.store, source, now)
        audit_log.add(
            connection, now, who, Event.POLL, source, address_of(request, web_context.settings.access)
        )
    log.info("poll asked for", source=source, who=who)
    return RedirectResponse(f"/sources?asked={quote(source, safe='')}", 303)


@router.get("/deliveries")
def deliveries_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    state = request.query_params.get("state", "")
    with web_context.reading() as store:
        found = status_report(web_context.settings, store, web_context.now())
        chosen = (
            state
            if state in {"dead", "pending", "sent", "withheld"}
            else "dead"
            if found["alerts"]["dead"]
            else "sent"
        )
        rows = store.deliveries_in(chosen)
    language = language_of(request, web_context)
    named = partial(source_label, web_context.settings, language=language)
    return page(
        request,
        web_context,
        "deliveries.html.j2",
        health=found,
        chosen=chosen,
        rows=rows,
        why=lambda reason: route_line(reason, language, named),
        held=lambda row: hold_line(row, language, web_context.settings.timezone, named),
        recipients=lambda row: recipient_lines(row, language),
        channel_state=channel_state,
        channel_lines=channel_lines(found, language),
        reader=digest_reader,
        incident=lambda subject: incident_name(subject, language, named),
        incident_line=lambda row: incident_line(row, language, named),
    )


@router.get("/settings")
def settings_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    """Show the settings, read only. The address of a channel is a secret and is not shown."""
    language = language_of(request, web_context)
    return page(
        request,
        web_context,
        "settings.html.j2",
        settings=web_context.settings,
        span=lambda value: format_span(value, language),
    )
