"""The watch list: profiles, routes, watched instruments and mutes, shown to all readers and edited by operators.

What is in the settings file is shown and cannot be edited here. Each edit is one entry of the log in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from tracker.alerts import mutes, watch_list
from tracker.alerts.routing import DEFAULT_LEVEL, route_conditions
from tracker.alerts.watch_list import WatchListError
from tracker.errors import UsageError
from tracker.legal_status.watched import shipped
from tracker.model import TOPIC_IDS, Direction, DocumentKind, Level
from tracker.rendering.delivery_hold import conditions_line
from tracker.rendering.source_text import source_label
from tracker.screening.partner_file import LARGEST, read_watch_columns
from tracker.screening.report import country_name
from tracker.storage import audit_log, watch_entries
from tracker.storage.audit_log import Event
from tracker.storage.story_queries import faces_of_stories
from tracker.storage.watch_entries import EntryKind, WatchEntry
from tracker.text import fold_space
from tracker.web.authentication import address_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.rendering import language_of, local_path, page
from tracker.web.review import reviewer
from tracker.web.security_headers import check_form
from tracker.web.watch_forms import profile_fields, profile_values, route_fields, route_values
from tracker.web.watch_words import conditions_of, mute_words, muted_story, said, span_words

router = APIRouter(include_in_schema=False)

LOGGED = 200
LONGEST_NAME = 100  # of a story in the address

Text = Annotated[str, Form(max_length=1_000_000)]
Texts = Annotated[list[str] | None, Form(max_length=100)]
Write = Callable[[Connection], object]


@router.get("/watch-list")
def watch_list_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return show_page(request, web_context)


@router.get("/watch-list/log")
def log_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    with web_context.store.read() as connection:
        entries = watch_entries.log(connection, LOGGED)
        muted = audit_log.entries(connection, Event.MUTED, Event.MUTE_ENDED, limit=LOGGED)
    language = language_of(request, web_context)
    named = partial(source_label, web_context.settings, language=language)
    stories = [story for entry in muted if (story := muted_story(entry.value))]
    with web_context.reading() as store:
        faces = faces_of_stories(store.connection, stories)
    return page(
        request,
        web_context,
        "watch_log.html.j2",
        entries=entries,
        muted=muted,
        said=lambda entry: said(entry, language, named),
        said_mute=lambda value: mute_words(value, language, named, faces),
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
        return show_page(
            request, web_context, problems, status=422, instrument={"name": name, "title": title}
        )
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
        lambda connection: watch_list.remove(
            connection, EntryKind(kind), key, **by_whom(request, web_context)
        ),
    )
    if problems:
        return show_page(request, web_context, problems, status=422)
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
            connection, web_context.settings, wanted, profile=profile, **by_whom(request, web_context)
        ),
    )
    if problems:
        return show_page(request, web_context, problems, status=422)
    return RedirectResponse(local_path(back), 303)


# --- pages


def show_page(
    request: Request,
    web_context: WebContext,
    problems: tuple[str, ...] = (),
    status: int = 200,
    *,
    mute: Mapping[str, str] | None = None,
    instrument: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return the page. `mute` and `instrument`: what was entered in a form that has mistakes, so that it is not lost."""
    settings, now = web_context.settings, web_context.now()
    language = language_of(request, web_context)
    with web_context.store.read() as connection:
        entries = watch_entries.current(connection)
        muted = mutes.active(connection, now)
    with web_context.reading() as store:
        stories = faces_of_stories(store.connection, [one.value for one in muted if one.scope == "story"])
        asked = request.query_params.get("story", "")[:LONGEST_NAME]
    named = partial(source_label, settings, language=language)
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
        said=lambda route: conditions_line(route_conditions(route), language, named),
        said_entry=lambda value: conditions_line(conditions_of(value), language, named),
        span=lambda value: span_words(value, language),
        country=lambda printed: country_name(printed, language),
        profile_fields=("eccns", "hts", "products", "parties", "countries", "topics", "units"),
        shipped=len(shipped()),
        mutes=muted,
        stories=stories,
        mute=dict(mute or {"what": "story" if asked else "", "story": asked}),
        instrument=dict(instrument or {}),
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


def by_whom(request: Request, web_context: WebContext) -> dict[str, Any]:
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
    by = by_whom(request, web_context)
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
