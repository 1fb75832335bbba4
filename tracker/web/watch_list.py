"""The watch list: profiles, routes, watched instruments and mutes, shown to all readers and edited by operators.

What is in the settings file is shown and cannot be edited here. Each edit is one entry of the log in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from tracker.alerts import mutes, watch_list
from tracker.alerts.routing import DEFAULT_LEVEL, route_conditions
from tracker.alerts.watch_list import WatchListError
from tracker.clock import reader_instant
from tracker.config.models import Route, Settings
from tracker.config.validators import weekday_span
from tracker.errors import UsageError
from tracker.legal_status.watched import shipped
from tracker.model import TOPIC_IDS, Direction, DocumentKind, Level
from tracker.rendering.delivery_hold import conditions_line
from tracker.screening.partner_file import LARGEST, read_watch_columns
from tracker.storage import audit_log, watch_entries
from tracker.storage.audit_log import Event
from tracker.storage.watch_entries import EntryKind, WatchEntry
from tracker.text import fold_space
from tracker.web.authentication import address_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.rendering import language_of, local_path, page
from tracker.web.review import reviewer
from tracker.web.security_headers import check_form
from tracker.web.watch_forms import profile_fields, profile_values, route_fields, route_values

router = APIRouter(include_in_schema=False)

LOGGED = 200
SCOPES = ("source", "topic", "channel")

Text = Annotated[str, Form(max_length=1_000_000)]
Texts = Annotated[list[str] | None, Form(max_length=100)]
Write = Callable[[Connection], object]


@router.get("/watch-list")
def watch_list_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return _page(request, web_context)


@router.get("/watch-list/log")
def log_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    with web_context.store.read() as connection:
        entries = watch_entries.log(connection, LOGGED)
        muted = audit_log.entries(connection, Event.MUTED, Event.MUTE_ENDED, limit=LOGGED)
    return page(
        request,
        web_context,
        "watch_log.html.j2",
        entries=entries,
        muted=muted,
        said=_said,
    )


@router.get("/watch-list/sources.toml")
def export(web_context: InjectedContext) -> Response:
    """Return the entries of the viewer as tables for `sources.toml`."""
    with web_context.store.read() as connection:
        text = watch_list.to_toml(watch_entries.current(connection))
    return Response(
        text,
        media_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="watch-list.toml"'},
    )


@router.get("/watch-list/profile")
def profile_page(request: Request, web_context: InjectedContext, key: str = "") -> HTMLResponse:
    held = _held(web_context, EntryKind.PROFILE, key)
    values = held.value if held and held.value else {}
    return _profile_form(request, web_context, profile_fields(values), key, held.id if held else 0)


@router.post("/watch-list/profile")
def save_profile(
    request: Request,
    web_context: InjectedContext,
    form: Text,
    id: Text = "",
    key: Text = "",
    seen: Annotated[int, Form()] = 0,
    eccns: Text = "",
    hts: Text = "",
    products: Text = "",
    parties: Text = "",
    countries: Text = "",
    units: Text = "",
    topics: Texts = None,
) -> Response:
    fields: dict[str, Any] = {
        "id": id, "eccns": eccns, "hts": hts, "products": products, "parties": parties,
        "countries": countries, "units": units, "topics": topics or [],
    }  # fmt: skip
    check_form(request, form, web_context.settings.viewer_url)
    problems = _save(request, web_context, EntryKind.PROFILE, profile_values(fields), key, seen)
    if problems:
        return _profile_form(request, web_context, fields, key, seen, problems)
    return RedirectResponse(f"/watch-list?saved={quote(fold_space(id), safe='')}#profiles", 303)


@router.get("/watch-list/route")
def route_page(request: Request, web_context: InjectedContext, key: str = "") -> HTMLResponse:
    held = _held(web_context, EntryKind.ROUTE, key)
    values = held.value if held and held.value else {}
    return _route_form(request, web_context, route_fields(values), key, held.id if held else 0)


@router.post("/watch-list/route")
def save_route(
    request: Request,
    web_context: InjectedContext,
    form: Text,
    key: Text = "",
    seen: Annotated[int, Form()] = 0,
    level: Text = "",
    profile: Text = "",
    topic: Texts = None,
    direction: Texts = None,
    source: Texts = None,
    kind: Texts = None,
    to: Texts = None,
    acknowledge_within: Text = "",
    escalate_to: Texts = None,
) -> Response:
    fields: dict[str, Any] = {
        "level": level, "profile": profile, "topic": topic or [], "direction": direction or [],
        "source": source or [], "kind": kind or [], "to": to or [],
        "acknowledge_within": acknowledge_within, "escalate_to": escalate_to or [],
    }  # fmt: skip
    check_form(request, form, web_context.settings.viewer_url)
    problems = _save(request, web_context, EntryKind.ROUTE, route_values(fields), key, seen)
    if problems:
        return _route_form(request, web_context, fields, key, seen, problems)
    return RedirectResponse("/watch-list?saved=route#routes", 303)


@router.post("/watch-list/instrument")
def save_instrument(
    request: Request, web_context: InjectedContext, form: Text, name: Text = "", title: Text = ""
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    value = {"name": fold_space(name)} | ({"title": fold_space(title)} if title.strip() else {})
    problems = _save(request, web_context, EntryKind.INSTRUMENT, value, "", None)
    if problems:
        return _page(request, web_context, problems, status=422)
    return RedirectResponse("/watch-list?saved=instrument#instruments", 303)


@router.post("/watch-list/remove")
def remove(
    request: Request, web_context: InjectedContext, form: Text, kind: Text = "", key: Text = ""
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    if kind not in list(EntryKind):
        raise HTTPException(422, f"{kind!r} is no table of the watch list")
    problems = _write(
        web_context,
        lambda connection: watch_list.remove(connection, EntryKind(kind), key, **_by(request, web_context)),
    )
    if problems:
        return _page(request, web_context, problems, status=422)
    return RedirectResponse("/watch-list?saved=removed", 303)


@router.post("/watch-list/import")
def import_file(
    request: Request,
    web_context: InjectedContext,
    form: Text,
    key: Text = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Add the parties and ECCNs of a CSV to a profile of the viewer."""
    check_form(request, form, web_context.settings.viewer_url)
    held = _held(web_context, EntryKind.PROFILE, key)
    if file is None or held is None or held.value is None:
        raise HTTPException(422, "no file was sent")
    try:
        parties, eccns = read_watch_columns(file.file.read(LARGEST + 1), (file.filename or "file")[:100])
    except UsageError as error:
        return _profile_form(request, web_context, profile_fields(held.value), key, held.id, (error.line(),))
    added = {"parties": parties, "eccns": eccns}
    value = dict(held.value) | {
        name: list(dict.fromkeys((*held.value.get(name, ()), *found)))
        for name, found in added.items()
        if found
    }
    problems = _save(request, web_context, EntryKind.PROFILE, value, key, held.id)
    if problems:
        return _profile_form(request, web_context, profile_fields(value), key, held.id, problems)
    return RedirectResponse(
        f"/watch-list/profile?key={quote(key, safe='')}&imported={len(parties) + len(eccns)}", 303
    )


@router.post("/watch-list/units")
def watch_unit(
    request: Request,
    web_context: InjectedContext,
    form: Text,
    path: Text = "",
    profile: Text = "",
    back: Text = "/",
) -> Response:
    """Add a unit or instrument to a profile of the viewer: "watch this" of the law view."""
    check_form(request, form, web_context.settings.viewer_url)
    wanted = fold_space(path)
    if not wanted or len(wanted) > 500:
        raise HTTPException(422, "path: must not be empty")
    problems = _write(
        web_context,
        lambda connection: watch_list.watch_unit(
            connection, web_context.settings, wanted, profile=profile, **_by(request, web_context)
        ),
    )
    if problems:
        return _page(request, web_context, problems, status=422)
    return RedirectResponse(local_path(back), 303)


@router.post("/watch-list/mute")
def mute(
    request: Request,
    web_context: InjectedContext,
    form: Text,
    what: Text = "",
    until: Text = "",
    channel: Text = "",
    hold: Text = "",
) -> Response:
    """Withhold alerts of a source, topic or channel until a day, or hold them back until then (`hold`)."""
    check_form(request, form, web_context.settings.viewer_url)
    settings, now = web_context.settings, web_context.now()
    problems = _mute_problems(settings, what, until, channel, now)
    if problems:
        return _page(request, web_context, problems, status=422)
    scope, _, value = what.partition("=")
    moment = _day_start(until, settings.timezone)
    by = _by(request, web_context)
    with web_context.store.write() as connection:
        number = mutes.add(
            connection, scope=scope, value=value, channel=channel or None, hold=bool(hold), until=moment, now=now  # type: ignore[arg-type]
        )  # fmt: skip
        said = f"{number}: {what}{f' ({channel})' if channel else ''} {'hold' if hold else 'mute'} {until}"
        audit_log.add(connection, now, by["who"], Event.MUTED, said, by["address"])
    return RedirectResponse("/watch-list?saved=mute#mutes", 303)


@router.post("/watch-list/mute/end")
def end_mute(
    request: Request, web_context: InjectedContext, form: Text, number: Annotated[int, Form()] = 0
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    by = _by(request, web_context)
    with web_context.store.write() as connection:
        if mutes.end(connection, number, by["at"]):
            audit_log.add(connection, by["at"], by["who"], Event.MUTE_ENDED, str(number), by["address"])
    return RedirectResponse("/watch-list?saved=mute#mutes", 303)


# --- pages


def _page(
    request: Request, web_context: WebContext, problems: tuple[str, ...] = (), status: int = 200
) -> HTMLResponse:
    settings, now = web_context.settings, web_context.now()
    language = language_of(request, web_context)
    with web_context.store.read() as connection:
        entries = watch_entries.current(connection)
        muted = mutes.active(connection, now)
    _, held = watch_list.with_entries(settings, entries)
    own = watch_list.in_file(settings)
    made = {kind: [one for one in held if one.entry.kind is kind] for kind in EntryKind}
    shadowed = {profile.id for profile in own.profiles}
    return page(
        request,
        web_context,
        "watch_list.html.j2",
        status=status,
        problems=problems,
        saved=request.query_params.get("saved", ""),
        file=settings.path.name,
        own=own,
        made=made,
        shadowed=shadowed,
        default_route=not own.routes,
        said=lambda route: conditions_line(route_conditions(route), language),
        said_entry=lambda value: conditions_line(_conditions_of(value), language),
        span=weekday_span,
        profile_fields=("eccns", "hts", "products", "parties", "countries", "topics", "units"),
        shipped=len(shipped()),
        mutes=muted,
        channels=[channel.id for channel in settings.channels],
        scopes={
            "source": [source.id for source in settings.sources],
            "topic": list(TOPIC_IDS),
            "channel": [channel.id for channel in settings.channels],
        },
        default_level=DEFAULT_LEVEL.value,
        timezone=settings.timezone,
    )


def _profile_form(
    request: Request,
    web_context: WebContext,
    fields: Mapping[str, Any],
    key: str,
    seen: int,
    problems: tuple[str, ...] = (),
) -> HTMLResponse:
    return page(
        request,
        web_context,
        "watch_profile.html.j2",
        status=422 if problems else 200,
        problems=problems,
        fields=fields,
        key=key,
        seen=seen,
        topics=TOPIC_IDS,
        imported=request.query_params.get("imported", ""),
        megabytes=LARGEST // 1_000_000,
    )


def _route_form(
    request: Request,
    web_context: WebContext,
    fields: Mapping[str, Any],
    key: str,
    seen: int,
    problems: tuple[str, ...] = (),
) -> HTMLResponse:
    settings = web_context.settings
    return page(
        request,
        web_context,
        "watch_route.html.j2",
        status=422 if problems else 200,
        problems=problems,
        fields=fields,
        key=key,
        seen=seen,
        levels=[level.value for level in Level if level is not Level.NONE],
        profiles=[profile.id for profile in settings.profiles],
        channels=[channel.id for channel in settings.channels],
        options=(
            ("topic", "topic", TOPIC_IDS),
            ("direction", "direction", [direction.value for direction in Direction]),
            ("kind", "kind", [kind.value for kind in DocumentKind]),
            ("source", "", [source.id for source in settings.sources]),
        ),
    )


# --- writing


def _by(request: Request, web_context: WebContext) -> dict[str, Any]:
    return {
        "who": reviewer(request),
        "address": address_of(request, web_context.settings.access),
        "at": web_context.now(),
    }


def _write(web_context: WebContext, write: Write) -> tuple[str, ...]:
    """Make an edit in one transaction. Return the mistakes; with any, nothing is written."""
    try:
        with web_context.store.write() as connection:
            write(connection)
    except WatchListError as error:
        return error.problems
    web_context.watch_list_changed()
    return ()


def _save(
    request: Request,
    web_context: WebContext,
    kind: EntryKind,
    value: Mapping[str, Any],
    key: str,
    seen: int | None,
) -> tuple[str, ...]:
    by = _by(request, web_context)
    return _write(
        web_context,
        lambda connection: watch_list.save(
            connection, web_context.settings, kind, value, key=key, seen=seen, **by
        ),
    )


def _held(web_context: WebContext, kind: EntryKind, key: str) -> WatchEntry | None:
    """Return the entry of the viewer that is edited; None for a new one. Raises HTTPException 404 for an unknown one."""
    if not key:
        return None
    with web_context.store.read() as connection:
        found = [one for one in watch_entries.current(connection) if (one.kind, one.key) == (kind, key)]
    if not found:
        raise HTTPException(404, f'the viewer has no {kind} "{key}"')
    return found[0]


def _mute_problems(settings: Settings, what: str, until: str, channel: str, now: datetime) -> tuple[str, ...]:
    scope, _, value = what.partition("=")
    known = {
        "source": [source.id for source in settings.sources],
        "topic": list(TOPIC_IDS),
        "channel": [one.id for one in settings.channels],
    }
    problems = []
    if value not in known.get(scope, ()):
        problems.append(f'no {scope if scope in known else "source"} has the id "{value}"')
    if channel and channel not in known["channel"]:
        problems.append(f'no channel has the id "{channel}"')
    try:
        if _day_start(until, settings.timezone) <= now:
            problems.append(f"until: {until!r} has passed")
    except ValueError:
        problems.append(f"until: {until!r} is not a day such as 2026-11-22")
    return tuple(problems)


def _day_start(text: str, timezone: str) -> datetime:
    return reader_instant(datetime.strptime(text, "%Y-%m-%d").date(), timezone)  # noqa: DTZ007 - a day of the reader


def _conditions_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions of a route as the viewer holds it, also where it is not in use."""
    when = value.get("when", {})
    return route_conditions(
        Route(
            to=(),
            level=Level(when.get("level", "low")) if when.get("level", "low") in list(Level) else Level.LOW,
            topics=tuple(_listed(when.get("topic"))),
            directions=tuple(_listed(when.get("direction"))),
            sources=tuple(_listed(when.get("source"))),
            kinds=tuple(_listed(when.get("kind"))),
            profile=when.get("profile"),
        )
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _said(entry: WatchEntry) -> list[tuple[str, list[str]]]:
    """The values of a logged entry, each with its key."""
    return [
        (name, list(map(str, value)) if isinstance(value, list) else [_line(value)])
        for name, value in (entry.value or {}).items()
    ]


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {', '.join(_listed(one))}" for name, one in value.items())
    return str(value)
