"""The page of watched instruments: the status of each today, what touched it last, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tracker.clock import legal_day
from tracker.effects import RecordedEffect
from tracker.i18n import format_day, t
from tracker.legal_status.ribbons import state_words
from tracker.legal_status.watched import shipped
from tracker.model import Language
from tracker.rendering.effect_text import effect_line
from tracker.stories.watch_list import WatchedInstrument, newest_first, watch_list
from tracker.web.context import InjectedContext, WebContext
from tracker.web.page_cache import cached_page
from tracker.web.rendering import language_of, page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One effect in words, with the official words, the day since which it is known, and the record or page of its
    document."""

    words: str
    quote: str
    known: date | None
    change: str | None
    page: str


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """One instrument. `states` are pairs of a state and its words; `ahead` is the next status; `last` is what touched it
    last, `history` everything that touched it before, the newest first; `caused` its effects on others."""

    name: str
    title: str
    own: bool
    change: str | None
    states: tuple[tuple[str, str], ...]
    ahead: str
    last: EffectRow | None
    history: tuple[EffectRow, ...]
    caused: tuple[EffectRow, ...]
    moved: date


@router.get("/watched")
def watched_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return cached_page(request, web_context, lambda: _watched(request, web_context))


def _watched(request: Request, web_context: WebContext) -> HTMLResponse:
    language = language_of(request, web_context)
    today = web_context.today()
    with web_context.store.read() as connection:
        found = watch_list(connection, web_context.settings.instruments, today)
    names = {one.name for one in shipped()}
    stored = [_row(one, language, own=one.name not in names) for one in found if one.law.found]
    return page(
        request,
        web_context,
        "instruments.html.j2",
        rows=sorted(stored, key=lambda row: row.moved, reverse=True),
        rest=[one for one in found if not one.law.found],
        total=len(found),
    )


def _row(one: WatchedInstrument, language: Language, *, own: bool) -> InstrumentRow:
    on_it = _rows(one.law.effects, language)
    caused = _rows(one.law.caused, language)
    return InstrumentRow(
        name=one.name,
        title=one.title,
        own=own,
        change=one.law.change,
        states=tuple((str(state.state), state_words(state, language)) for state in one.law.status),
        ahead="; ".join(
            _ahead(state_words(state, language), state.since, language) for state in one.law.ahead
        ),
        last=on_it[0] if on_it else None,
        history=on_it[1:],
        caused=caused,
        moved=max((row.known or date.min for row in (*on_it, *caused)), default=date.min),
    )


def _rows(found: tuple[RecordedEffect, ...], language: Language) -> tuple[EffectRow, ...]:
    """The effects as rows, the newest first. Two documents that state the same effect are one row."""
    rows: dict[str, EffectRow] = {}
    for one in newest_first(found):
        words = effect_line(one, language)
        affecting = one.effect.affecting
        known = legal_day(one.effect.known_at) if one.effect.known_at else None
        rows.setdefault(words, EffectRow(words, affecting.quote, known, one.change_id, affecting.page or ""))
    return tuple(rows.values())


def _ahead(words: str, since: date | None, language: Language) -> str:
    day = f" ({format_day(since, language)})" if since else ""
    return t("ribbon.next", language, words=f"{words}{day}")
