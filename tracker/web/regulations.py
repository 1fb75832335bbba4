"""Shows a text as it read on any stored day, by section, and compares two of its days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from tracker.answers.texts import text_sources
from tracker.clock import legal_day
from tracker.diffing import compare, summarize
from tracker.diffing.summary import split_path
from tracker.errors import ParseError
from tracker.legal_status.register import StateOnDay
from tracker.legal_status.ribbons import Ribbon, asked_words, ribbons
from tracker.legal_status.stored_register import status_of_units
from tracker.model import Document, DocumentKind, Language, Operation, Unit, UnitKind
from tracker.rendering.official_links import official_url
from tracker.rendering.redlines.layout import anchor_of, item_of
from tracker.rendering.redlines.model import Redline, RedlineSide
from tracker.rendering.redlines.stored import document_of, unit_states
from tracker.search.answers import WAIT
from tracker.search.index import SearchIndex
from tracker.search.marks import highlight, passage
from tracker.search.query import terms
from tracker.serialization import change_from_json
from tracker.storage import changes as stored
from tracker.storage import versions
from tracker.storage.instants import from_text
from tracker.stories.paragraph_history import paragraph_history
from tracker.stories.related import made_by_step
from tracker.stories.story_text import made_by_line
from tracker.text import index_form
from tracker.web.context import InjectedContext, WebContext
from tracker.web.law_on_day import law_day
from tracker.web.redline import TYPES, as_file, redline_view
from tracker.web.rendering import language_of, number_of, page

router = APIRouter(include_in_schema=False)

PAGE = 200  # units on one page
HITS = 50
_NOTES = {UnitKind.EFFECTIVE_NOTE, UnitKind.EDITORIAL_NOTE, UnitKind.NOTE}


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit as drawn: `local` is its path within its section, `link` its official page."""

    unit: Unit
    anchor: str
    local: str
    link: str
    note: bool


@router.get("/law")
def texts(request: Request, web_context: InjectedContext) -> HTMLResponse:
    sources = text_sources(web_context.settings)
    with web_context.reading() as store:
        found = store.texts(sources)
    groups = [(source, [row for row in found if row["source"] == source]) for source in sources]
    return page(
        request, web_context, "texts.html.j2", groups=[(source, rows) for source, rows in groups if rows]
    )


@router.get("/law/search")
def search(request: Request, web_context: InjectedContext) -> HTMLResponse:
    """Search all stored versions of all texts. New versions are indexed in the background; the page shows how
    many are missing.
    """
    asked = request.query_params
    q, today = asked.get("q", "").strip()[:200], asked.get("today", "")
    number = number_of(asked.get("page", "1"))
    finder: SearchIndex = request.app.state.finder
    sources = text_sources(web_context.settings)
    unread = finder.catch_up(sources, WAIT)
    wanted = terms(q)
    total, hits = finder.find(wanted, today_only=bool(today), limit=HITS, offset=(number - 1) * HITS)
    return page(
        request,
        web_context,
        "law_search.html.j2",
        q=q,
        values={"q": q, "today": today and "1"},
        forms=[form for group in wanted for form in group[1:]],
        unread=unread,
        total=total,
        hits=[(hit, split_path(hit.path)[0], anchor_of(hit.path)) for hit in hits],
        lit=partial(highlight, wanted=wanted),
        passage=partial(passage, wanted=wanted),
        near=finder.near(q, today_only=bool(today)) if q and not hits else (),
        days=version_days(web_context, {hit.identity for hit in hits}),
        number=number,
        pages=max(1, -(-total // HITS)),
    )


def version_days(web_context: WebContext, identities: Iterable[str]) -> dict[tuple[str, int], str]:
    """Return the label of each version of these texts: its day."""
    with web_context.reading() as store:
        return {
            (identity, state["ordinal"]): state["as_of"] or legal_day(from_text(state["at"])).isoformat()
            for identity in identities
            for state in store.text_states(identity)
        }


@router.get("/law/text")
def text(
    request: Request,
    web_context: InjectedContext,
    text: str,
    on: int = 0,
    place: str = "",
    q: str = "",
    part: int = 1,
    at: str = "",
    day: date | None = None,
) -> HTMLResponse:
    """Show a stored text; with `day`, its newest version as rules that it lacks amend it by that day."""
    language = language_of(request, web_context)
    states = _states(web_context, text)
    ordinal = on if on and not day else states[-1]["ordinal"]
    ahead = law_day(web_context.store, text, ordinal, day, language)
    document = (ahead.document if ahead else None) or _document(web_context, text, ordinal)
    places: dict[str, int] = {}
    for unit in document.units:
        name = split_path(unit.path)[0]
        places[name] = places.get(name, 0) + 1
    chosen = place if place in places else "" if q else next(iter(places), "")
    units = [unit for unit in document.units if not chosen or split_path(unit.path)[0] == chosen]
    wanted = index_form(q)
    if wanted:
        units = [unit for unit in units if wanted in index_form(f"{unit.path} {unit.text}")]
    parts = max(1, -(-len(units) // PAGE))
    where = next((index for index, unit in enumerate(units) if at and unit.path == at), None)
    part = max(1, min(part, parts)) if where is None else where // PAGE + 1
    shown = units[(part - 1) * PAGE : part * PAGE]
    return page(
        request,
        web_context,
        "law.html.j2",
        document=document,
        text=text,
        states=states,
        on=ordinal,
        places=places,
        place=chosen,
        q=q,
        found=len(units),
        units=[_shown(unit) for unit in shown],
        ribbons=_ribbons(web_context, [unit.path for unit in shown], language, day=day),
        asked=asked_words(day or on_day, language)
        if (on_day := _asked(web_context, document, states, ordinal))
        else "",
        ahead=ahead,
        chosen_day=day,
        part=part,
        parts=parts,
    )


@router.get("/law/compare")
def comparison(
    request: Request, web_context: InjectedContext, text: str, on: int = 0, since: int = 0
) -> HTMLResponse:
    redline = _compared(web_context, text, since, on)
    values = {"text": text, "on": on, "since": since}
    return redline_view(
        request,
        web_context,
        redline,
        summary=summarize(redline.operations),
        address="/law/compare",
        values=values,
        back="/law/text",
        whole=redline,
    )


@router.get("/law/compare.{form}")
def comparison_file(
    request: Request, web_context: InjectedContext, form: str, text: str, on: int = 0, since: int = 0
) -> Response:
    if form not in TYPES:
        raise HTTPException(404)
    return as_file(
        request, web_context, _compared(web_context, text, since, on), form, f"{text}-{since}-{on}"
    )


@router.get("/law/history")
def history(request: Request, web_context: InjectedContext, text: str, path: str) -> HTMLResponse:
    """Show one unit through all stored changes, newest first, under its former names too."""
    states = _states(web_context, text)
    with web_context.reading() as store:
        changes = [change_from_json(record) for record in store.changes_of(text)]
    language = language_of(request, web_context)
    newest = states[-1]["ordinal"]
    try:
        document = _document(web_context, text, newest)
    except (
        HTTPException
    ):  # its bytes were dropped: the history needs no text, and nothing is said about force
        printed, day = True, None
    else:
        printed = any(unit.path == path for unit in document.units)
        day = _asked(web_context, document, states, newest) if printed else None
    with web_context.store.read() as connection:
        found = paragraph_history(
            path, ((change, stored.operations(connection, change.id)) for change in changes)
        )
        steps = [
            (change, item_of(operation), made_by_line(made, language) if made else None)
            for change, operation in found
            for made in [made_by_step(connection, change, operation)]
        ]
    return page(
        request,
        web_context,
        "history.html.j2",
        text=text,
        path=path,
        first=states[0],
        ribbons=_ribbons(web_context, [path], language, unprinted=() if printed else (path,)).get(path, ()),
        asked=asked_words(day, language) if day else "",
        steps=steps,
    )


def _shown(unit: Unit) -> ShownUnit:
    name, local = split_path(unit.path)
    return ShownUnit(unit, anchor_of(unit.path), local or name, official_url(unit.path), unit.kind in _NOTES)


def _ribbons(
    web_context: WebContext,
    paths: Iterable[str],
    language: Language,
    *,
    unprinted: Collection[str] = (),
    day: date | None = None,
) -> dict[str, tuple[Ribbon, ...]]:
    """Return the ribbons of units on a day, today where none is given, by the register of effects."""
    with web_context.store.read() as connection:
        found = status_of_units(connection, paths, day or web_context.today(), unprinted=unprinted)
    return {path: ribbons(states, language) for path, states in found.items()}


def _states(web_context: WebContext, identity: str) -> list[dict[str, Any]]:
    with web_context.reading() as store:
        found = store.text_states(identity)
    if not found:
        raise HTTPException(404, identity)
    return found


def _compared(web_context: WebContext, identity: str, since: int, on: int) -> Redline:
    stored_states = _states(web_context, identity)
    states = {state["ordinal"]: state for state in stored_states}
    if since not in states or on not in states:
        raise HTTPException(404, f"{identity}: {since}, {on}")
    before, after = _document(web_context, identity, since), _document(web_context, identity, on)
    operations = compare(before, after)
    return Redline(
        title=after.title,
        source=identity,
        url=after.url,
        before=_side(states[since], before),
        after=_side(states[on], after),
        operations=operations,
        generated_at=web_context.now(),
        timezone=web_context.settings.timezone,
        states=unit_states_of(web_context, operations, after.units),
        asked=_asked(web_context, after, stored_states, on),
        document_id=identity,
        excerpt=True,
    )


def _asked(
    web_context: WebContext, document: Document, states: Iterable[dict[str, Any]], on: int
) -> date | None:
    """Return today where a version is the newest text of the CFR: then the register says what is in force."""
    newest = max(state["ordinal"] for state in states)
    return web_context.today() if document.kind is DocumentKind.CFR and on == newest else None


def unit_states_of(
    web_context: WebContext, operations: Sequence[Operation], around: Sequence[Unit]
) -> dict[str, tuple[StateOnDay, ...]]:
    with web_context.store.read() as connection:
        return unit_states(connection, operations, web_context.now(), around)


def _side(state: dict[str, Any], document: Document) -> RedlineSide:
    day = date.fromisoformat(state["as_of"]) if state["as_of"] else None
    return RedlineSide(
        "" if day else f"#{state['ordinal']}", state["sha256"], state["fetched_at"], document.units, day
    )


@lru_cache(maxsize=6)
def _document(web_context: WebContext, identity: str, ordinal: int) -> Document:
    """Parse a version from the stored bytes. A whole part takes 0.25 s, so the last few are cached."""
    with web_context.store.read() as connection:
        version = versions.get(connection, identity, ordinal)
        if version is None:
            raise HTTPException(404, f"{identity}: {ordinal}")
        try:
            return document_of(connection, version, version.volatile_patterns)
        except ParseError as error:
            raise HTTPException(404, error.line()) from error
