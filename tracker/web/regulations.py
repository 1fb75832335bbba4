"""Shows a text as it read on any stored day, by section, and compares two of its days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from tracker.answers.texts import text_sources
from tracker.clock import legal_day
from tracker.diffing import compare, summarize
from tracker.documents.japanese_law_paths import is_japanese_law
from tracker.errors import ParseError
from tracker.i18n import format_day, t
from tracker.legal_status.register import StateOnDay
from tracker.legal_status.ribbons import Ribbon, asked_words, ribbons
from tracker.legal_status.stored_register import status_of_units
from tracker.model import Change, Document, DocumentKind, Language, Op, Operation, Unit, UnitKind
from tracker.rendering.bluebook import cite, cite_version
from tracker.rendering.official_links import official_url
from tracker.rendering.redlines.layout import (
    about,
    anchor_of,
    country_of,
    heading_titles,
    item_of,
    places,
    split_section,
    table_parent,
)
from tracker.rendering.redlines.model import Redline, RedlineSide
from tracker.rendering.redlines.stored import document_of, unit_states
from tracker.search.answers import WAIT
from tracker.search.index import SearchIndex
from tracker.search.marks import highlight, passage
from tracker.search.query import terms
from tracker.serialization import change_from_json
from tracker.storage import changes as stored
from tracker.storage import versions
from tracker.stories.paragraph_history import paragraph_history
from tracker.stories.related import made_by_step
from tracker.stories.story_text import made_by_line, made_in_japan
from tracker.terms.places import is_party_list, list_columns
from tracker.text import index_form
from tracker.web.context import InjectedContext, WebContext
from tracker.web.law_on_day import law_day
from tracker.web.law_versions import day_of, in_force, version_on, version_today, waits
from tracker.web.redline import TYPES, as_file, redline_view
from tracker.web.rendering import language_of, number_of, official_language, page

router = APIRouter(include_in_schema=False)

PAGE = 200  # units on one page
HITS = 50
_NOTES = {UnitKind.EFFECTIVE_NOTE, UnitKind.EDITORIAL_NOTE}  # notes that are no law


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit as drawn: `local` is its path within its section, `link` its official page, `cited` the citation to copy."""

    unit: Unit
    anchor: str
    local: str
    link: str
    note: bool
    cited: str


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A section, supplement or entry of the table of contents: its heading as printed, and its name in the reader's language.
    `below` are the countries of a list of parties, where the list is shown: path and heading.
    """

    name: str
    title: str
    about: str
    count: int
    below: tuple[tuple[str, str], ...] = ()


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
    total, hits = finder.find(
        wanted,
        today_only=bool(today),
        limit=HITS,
        offset=(number - 1) * HITS,
        in_force=in_force(web_context),
    )
    return page(
        request,
        web_context,
        "law_search.html.j2",
        q=q,
        values={"q": q, "today": today and "1"},
        forms=[form for group in wanted for form in group[1:]],
        unread=unread,
        total=total,
        hits=[(hit, split_section(hit.path)[0], anchor_of(hit.path)) for hit in hits],
        lit=partial(highlight, wanted=wanted),
        passage=partial(passage, wanted=wanted),
        near=finder.near(q, today_only=bool(today)) if q and not hits else (),
        days=version_days(web_context, {hit.identity for hit in hits}),
        number=number,
        pages=max(1, -(-total // HITS)),
    )


def version_days(web_context: WebContext, identities: Iterable[str]) -> dict[tuple[str, int], date]:
    """Return the day of each version of these texts."""
    with web_context.reading() as store:
        return {
            (identity, state["ordinal"]): day_of(state)
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
    """Show a stored text: a version, or what was in force on a day; for a day after the newest version, that version as rules
    that it lacks amend it by then. `at` is a unit to show."""
    language = language_of(request, web_context)
    states = _states(web_context, text)
    ordinal = (
        on
        if on and not day
        else version_on(states, day)
        if day
        else version_today(states, web_context.today())
    )
    ahead = law_day(web_context.store, text, ordinal, day, language)
    computed = ahead.document if ahead else None
    document = computed or _document(web_context, text, ordinal)
    titles = heading_titles(document.units)
    counts = Counter(split_section(unit.path)[0] for unit in document.units)
    wanted_place = split_section(at)[0] if at else place
    chosen = wanted_place if wanted_place in counts else "" if q else next(iter(counts), "")
    units = [unit for unit in document.units if not chosen or split_section(unit.path)[0] == chosen]
    wanted = index_form(q)
    if wanted:
        units = [unit for unit in units if wanted in index_form(f"{unit.path} {unit.text}")]
    parts = max(1, -(-len(units) // PAGE))
    where = next((index for index, unit in enumerate(units) if at and unit.path == at), None)
    part = max(1, min(part, parts)) if where is None else where // PAGE + 1
    shown = units[(part - 1) * PAGE : part * PAGE]
    ordinals = [state["ordinal"] for state in states]
    if ordinal not in ordinals:
        raise HTTPException(404, f"{text}: {ordinal}")
    state = states[ordinals.index(ordinal)]
    return page(
        request,
        web_context,
        "law.html.j2",
        document=document,
        text=text,
        states=states,
        on=ordinal,
        first_day=day_of(states[0]),
        shown_day=day or day_of(state),
        waits=waits(state, web_context.today(), language),
        official=official_language(document.title),
        before_first=day is not None and day < day_of(states[0]),
        previous_day=day_of(states[max(0, ordinals.index(ordinal) - 1)]),
        outline=_outline(document.units, counts, titles, chosen, language),
        place=chosen,
        q=q,
        found=len(units),
        sections=places(shown, language, titles),
        rows={unit.path: _shown(unit, None if computed else state, document.url) for unit in shown},
        ribbons=_ribbons(web_context, [unit.path for unit in shown], language, day=day),
        asked=asked_words(day or on_day, language)
        if (on_day := _asked(web_context, document, states, ordinal))
        else "",
        ahead=ahead,
        chosen_day=day,
        part=part,
        parts=parts,
    )


def _outline(
    units: Sequence[Unit],
    counts: Mapping[str, int],
    titles: Mapping[str, str],
    chosen: str,
    language: Language,
) -> list[OutlineEntry]:
    """Return the table of contents of a text."""
    countries = (
        tuple((unit.path, unit.text) for unit in units if _is_country(unit)) if is_party_list(chosen) else ()
    )
    return [
        OutlineEntry(name, titles.get(name, ""), about(name, language), count, _under(countries, name))
        for name, count in counts.items()
    ]


def _is_country(unit: Unit) -> bool:
    return unit.kind is UnitKind.HEADING and country_of(unit.path) is not None


def _under(countries: Sequence[tuple[str, str]], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(each for each in countries if split_section(each[0])[0] == name)


@router.get("/law/compare")
def comparison(
    request: Request,
    web_context: InjectedContext,
    text: str,
    on: int = 0,
    since: int = 0,
    since_day: date | None = None,
    day: date | None = None,
) -> HTMLResponse:
    """Compare two versions of a text, or what was in force on two days; a day after the newest version shows what rules make
    of it by then."""
    redline = _compared(request, web_context, text, _Asked(since, since_day), _Asked(on, day))
    values = {
        "text": text,
        "on": on or "",
        "since": since or "",
        "since_day": since_day or "",
        "day": day or "",
    }
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
    request: Request,
    web_context: InjectedContext,
    form: str,
    text: str,
    on: int = 0,
    since: int = 0,
    since_day: date | None = None,
    day: date | None = None,
) -> Response:
    if form not in TYPES:
        raise HTTPException(404)
    redline = _compared(request, web_context, text, _Asked(since, since_day), _Asked(on, day))
    return as_file(request, web_context, redline, form, f"{text}-{since_day or since}-{day or on}")


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
            (
                change,
                item_of(operation),
                made_by_line(made, language) if made else made_in_japan(change, language),
                step_cited(change, operation),
            )
            for change, operation in found
            for made in [made_by_step(connection, change, operation)]
        ]
    return page(
        request,
        web_context,
        "history.html.j2",
        text=text,
        path=path,
        name=split_section(path)[0],
        about=about(split_section(path)[0], language),
        cited=cite(path),
        columns=_columns_of(path, language),
        official="ja" if is_japanese_law(path) else "en",
        first=states[0],
        ribbons=_ribbons(web_context, [path], language, unprinted=() if printed else (path,)).get(path, ()),
        asked=asked_words(day, language) if day else "",
        steps=steps,
    )


def step_cited(change: Change, operation: Operation) -> str:
    """Return the citation of a unit in the text that a change made; in the text before it, where the change removed it."""
    side = change.before if operation.op is Op.REMOVED else change.after
    read = legal_day(side.fetched_at) if side else None
    day = change.published if change.kind is DocumentKind.CFR and operation.op is not Op.REMOVED else None
    return cite_version(operation.path, day or read, side.sha256 if side else "", change.url)


def _columns_of(path: str, language: Language) -> tuple[str, ...]:
    """Return the heads of the cells of a row of a list of parties, without that of the country; empty for any other unit."""
    return list_columns(table_parent(path), language)[1:]


def _shown(unit: Unit, state: Mapping[str, Any] | None, address: str) -> ShownUnit:
    """Return a unit as drawn. `state` is its version; None for a text that no source printed."""
    name, local = split_section(unit.path)
    if state is None:
        cited = cite(unit.path)
    else:
        cited = cite_version(unit.path, day_of(state), state["sha256"], address)
    return ShownUnit(
        unit, anchor_of(unit.path), local or name, official_url(unit.path), unit.kind in _NOTES, cited
    )


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
    return sorted(found, key=lambda state: (day_of(state), state["ordinal"]))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One side of a comparison: the number of a version, or a day."""

    ordinal: int
    day: date | None


def _compared(
    request: Request, web_context: WebContext, identity: str, earlier: _Asked, later: _Asked
) -> Redline:
    states = _states(web_context, identity)
    language = language_of(request, web_context)
    before, _ = _side_on(web_context, identity, states, earlier, language)
    after, document = _side_on(web_context, identity, states, later, language)
    read_before, read_after = before.units, after.units
    operations = compare(replace(document, units=read_before), replace(document, units=read_after))
    present = not later.day and document.kind is DocumentKind.CFR and later.ordinal == states[-1]["ordinal"]
    return Redline(
        title=document.title,
        source=identity,
        url=document.url,
        before=before,
        after=after,
        operations=operations,
        generated_at=web_context.now(),
        timezone=web_context.settings.timezone,
        states=unit_states_of(web_context, operations, after.units),
        asked=web_context.today() if present else None,
        document_id=identity,
        excerpt=True,
    )


def _side_on(
    web_context: WebContext,
    identity: str,
    states: Sequence[dict[str, Any]],
    asked: _Asked,
    language: Language,
) -> tuple[RedlineSide, Document]:
    """Return one side of a comparison, and its text."""
    ordinal = version_on(states, asked.day) if asked.day else asked.ordinal
    state = next((state for state in states if state["ordinal"] == ordinal), None)
    if state is None:
        raise HTTPException(404, f"{identity}: {ordinal}")
    document = _document(web_context, identity, ordinal)
    own = date.fromisoformat(state["as_of"]) if state["as_of"] else None
    name = "" if own else f"#{ordinal}"
    if asked.day and asked.day > day_of(state):
        ahead = law_day(web_context.store, identity, ordinal, asked.day, language)
        if ahead and ahead.document:
            words = t("web.law-computed-day", language, day=format_day(asked.day, language))
            return RedlineSide(words, units=ahead.document.units), ahead.document
    return RedlineSide(name, state["sha256"], state["fetched_at"], document.units, own), document


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
