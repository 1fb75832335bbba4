"""The inbox: a queue of stories, by view, level, topic, source, profile, legal status, period and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.clock import legal_day
from tracker.documents.listed_parties import PARTY_LISTS
from tracker.i18n import t
from tracker.legal_status.current import current_status
from tracker.legal_status.ribbons import Ribbon
from tracker.locations import unit_path
from tracker.model import Change, Language, LegalDate, Level, ProfileMatch, Status
from tracker.rendering.alert_message import what_changed
from tracker.rendering.correction_text import leading_correction
from tracker.rendering.deadlines import upcoming
from tracker.rendering.profile_lead import leading_match, profile_reason
from tracker.rendering.status_ribbons import status_ribbons, story_ribbons
from tracker.rendering.words_on_day import worded_on
from tracker.sanitize import sanitize_line
from tracker.screening.screener import list_level
from tracker.search.marks import highlight
from tracker.search.near import near_changes
from tracker.serialization import change_from_json
from tracker.storage import read_marks, reviews, saved_searches, story_cards
from tracker.storage.change_query import ChangeQuery, QueueView
from tracker.storage.read_queries import StoreReader
from tracker.stories.story_text import record_line
from tracker.text import search_key
from tracker.web.authentication import principal_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.inbox_actions import done_of
from tracker.web.inbox_filter import PAGE, VIEWS, InboxFilter, choices, filter_of, problems
from tracker.web.page_cache import cached_page
from tracker.web.rendering import language_of, local_path, number_of, page, query, set_cookie
from tracker.web.review import reader_of, reviewer
from tracker.web.screening import listed_of_profile

router = APIRouter(include_in_schema=False)

UNREAD_DAYS = 30  # what is older is not unread, however new the reader is
PROFILE = "profile"  # the cookie with the reader's profile
_QUEUES = {"unreviewed": "open", "unread": "unread", "mine": "mine", "done": "done", "all": "all"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the inbox: the name under which marks are kept, the name to which changes are assigned (empty: none
    yet), and the profile whose levels lead. `read`: those of the listed changes that this reader has opened.
    `names`: the spellings of the name under which changes were assigned."""

    key: str
    name: str
    profile: str
    read: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A row of the list: the change, its summary, its legal status today, and its next date. `level` is the level for
    the reader's profile, else the general one; `because` is the reason why the profile matches; `ribbons` say by which
    document and until when it, or on a card another record of its story, is stayed, ended or not effective yet.
    `japan`: the first quoted words on Japan, on a card those of its first record with some.
    """

    change: Change
    level: Level
    because: str
    corrected: bool
    what: str
    detail: str
    now: Status | None
    ribbons: tuple[Ribbon, ...]
    next: LegalDate | None
    review: reviews.ReviewState
    japan: str = ""


def entries(
    records: list[dict[str, Any]],
    log: list[dict[str, Any]],
    today: date,
    language: Language,
    profile: str = "",
) -> list[InboxRow]:
    """Return the rows of these records, with the level for `profile`; `log` holds the entries of their reviews."""
    rows = []
    for record in records:
        change = worded_on(change_from_json(record), today)
        days = upcoming(change, today)
        found = current_status(change.tagging.status, today)
        what, detail = what_changed(change, language)
        holds = found.now or next(iter(found.parts), None)
        done = reviews.review_state(
            [entry for entry in log if entry["change_id"] == change.id], change.revision
        )
        match = leading_match(change, profile) or leading_match(change)
        general = change.tagging.level
        because = profile_reason(match, general, language) if match else ""
        level = match.level if match else general
        if match and change.baseline and (already := _listed_already(match)):
            names, level = already
            what, detail = t("screen.listed-already", language, names=", ".join(names)), ""
        corrected = leading_correction(change) is not None
        rows.append(
            InboxRow(
                change,
                level,
                because,
                corrected,
                what,
                detail,
                holds,
                status_ribbons(found, language),
                days[0] if days else None,
                done,
                next((sanitize_line(found.quote) for found in change.tagging.japan_nexus), ""),
            )
        )
    return rows


def _listed_already(match: ProfileMatch) -> tuple[list[str], Level] | None:
    """Return the parties of a profile that a list named at its first poll, and their level: for the profile that is no
    record without a change."""
    rows = [
        unit_path(evidence.where).split(" › ")
        for evidence in match.evidence
        if unit_path(evidence.where).partition(" › ")[0] in PARTY_LISTS
    ]
    named = {steps[-1]: list_level(PARTY_LISTS[steps[0]]) for steps in rows if len(steps) > 2}
    return (list(named), max(named.values(), key=lambda level: level.rank)) if named else None


@dataclass(frozen=True, slots=True)
class OtherRecords:
    """The other records of a card, each in one line with its id; `open` are those that nobody has reviewed. `unread`:
    the reader has not opened a record of the card."""

    lines: tuple[tuple[str, str], ...]
    open: int
    unread: bool


def _cards(
    cards: list[story_cards.Card], log: list[dict[str, Any]], today: date, language: Language, reader: Reader
) -> list[tuple[InboxRow, OtherRecords]]:
    """Return the row of each card with the other records of its story."""
    rows = entries(
        [record for card in cards for record in (card.lead, *card.rest)], log, today, language, reader.profile
    )
    by_id = {row.change.id: row for row in rows}
    found = []
    for card in cards:
        rest = [by_id[record["id"]] for record in card.rest]
        lines = tuple((record_line(row.change, language), row.change.id) for row in rest)
        waiting = sum(row.review.state == "open" and not row.change.baseline for row in rest)
        lead = by_id[card.lead["id"]]
        whole = (lead, *rest)
        shown = story_ribbons(lead.change, [row.change for row in rest], today, language)
        days = [row.next for row in whole if row.next]
        row = replace(
            lead,
            ribbons=shown,
            next=min(days, key=lambda day: day.date, default=None),
            japan=next((row.japan for row in whole if row.japan), ""),
        )
        unread = any(_is_unread(row.change, today, reader) for row in whole)
        found.append((row, OtherRecords(lines, waiting, unread)))
    return found


def _is_unread(change: Change, today: date, reader: Reader) -> bool:
    day = change.published or legal_day(change.detected_at)
    listed = not change.baseline and not change.editorial
    return listed and day >= today - timedelta(days=UNREAD_DAYS) and change.id not in reader.read


def lead_profile(request: Request, web_context: WebContext, chosen: InboxFilter) -> str:
    """Return the profile whose levels lead: the filter's, else the one that the reader chose, else the only one."""
    known = [profile.id for profile in web_context.settings.profiles]
    kept = request.cookies.get(PROFILE, "")
    return chosen.profile or (kept if kept in known else "") or (known[0] if len(known) == 1 else "")


@router.get("/profile/{name}")
def choose_profile(request: Request, web_context: InjectedContext, name: str, back: str = "/") -> Response:
    """Remember whose levels lead in this browser; `all`: the general ones."""
    if name != "all" and name not in {profile.id for profile in web_context.settings.profiles}:
        raise HTTPException(404, "there is no such profile")
    answer = RedirectResponse(local_path(back), 303)
    set_cookie(request, answer, PROFILE, "" if name == "all" else name)
    return answer


@router.get("/")
def inbox(request: Request, web_context: InjectedContext) -> HTMLResponse:
    profile = request.query_params.get("profile", "").strip()[:200]
    listed = listed_of_profile(request, web_context, profile) if profile else []
    if listed:  # which the page cache does not know of
        return _inbox(request, web_context, listed)
    with web_context.reading() as store:
        read = read_marks.last(store.connection, reader_of(request))
    beside = (read, request.cookies.get(PROFILE, ""))
    return cached_page(request, web_context, lambda: _inbox(request, web_context), beside=beside)


def _inbox(request: Request, web_context: WebContext, listed: Sequence[str] = ()) -> HTMLResponse:
    chosen, language = filter_of(request.query_params), language_of(request, web_context)
    reader = Reader(reader_of(request), reviewer(request), lead_profile(request, web_context, chosen))
    number = number_of(request.query_params.get("page", "1"))
    with web_context.reading() as store:
        reader = replace(reader, names=store.spellings(reader.name) if reader.name else ())
        wanted = _wanted(chosen, web_context.today(), store, reader)
        floor = (wanted.level or Level.NONE).rank
        counts = _counts(store, wanted, chosen, reader)
        total = _from(counts[chosen.shown_view], floor)
        pages = max(1, -(-total // PAGE))
        number = min(number, pages)
        cards = story_cards.cards(store, replace(wanted, offset=(number - 1) * PAGE))
        ids = [record["id"] for card in cards for record in (card.lead, *card.rest)]
        log = store.reviews(ids)
        reader = replace(reader, read=frozenset(read_marks.read_among(store.connection, reader.key, ids)))
        found = _cards(cards, log, web_context.today(), language, reader)
        anything = total > 0 or bool(store.levels())
        near = near_changes(store, chosen.q, wanted) if chosen.q and not cards else ()
        wrong = problems(request.query_params, web_context, store, language)
        done = done_of(store, request.query_params.get("done", ""))
    visitor = principal_of(request)
    with web_context.store.read() as connection:
        kept = saved_searches.list_searches(connection, visitor.name if visitor and visitor.signed_in else "")
    return page(
        request,
        web_context,
        "inbox.html.j2",
        filter=chosen,
        values=chosen.values(),
        entries=found,
        views=[(name, _from(counts[name], floor)) for name in VIEWS],
        tabs=_tabs(counts[chosen.shown_view]),
        total=total,
        number=number,
        pages=pages,
        anything=anything,
        listed=listed,
        near=near,
        wrong=wrong,
        done=done,
        who=reader.name,
        people=_people(choices_made := choices(web_context), reader.name),
        decisions=list(reviews.Decision),
        own_profile=reader.profile,
        profiles=choices_made["profile"],
        days=UNREAD_DAYS,
        saved=[(one.name, filter_of(one.conditions).values()) for one in kept],
        choices=choices_made,
        lit=partial(highlight, wanted=wanted.terms),
        filtered=bool(chosen.conditions),
        address=f"/{query(chosen.values(), page=number if number > 1 else '')}",
    )


def _people(known: Mapping[str, list[str]], own: str) -> list[str]:
    others = [name for name in known["assignee"] if search_key(name) != search_key(own)]
    return [*filter(None, (own,)), *others]


def _wanted(chosen: InboxFilter, today: date, store: StoreReader, reader: Reader) -> ChangeQuery:
    """Return the query for the shown view. The records of the first poll are out of sight unless they are asked for."""
    view = _view(chosen.shown_view, today, reader)
    return replace(chosen.wanted(today, store), baseline=None if chosen.baseline else False, queue=view)


def _view(name: str, today: date, reader: Reader) -> QueueView:
    since = today - timedelta(days=UNREAD_DAYS)
    return QueueView(_QUEUES[name], people=reader.names, reader=reader.key, since=since)


def _counts(
    store: StoreReader, wanted: ChangeQuery, chosen: InboxFilter, reader: Reader
) -> dict[str, dict[int, int]]:
    """Return the number of cards by rank in each view, under the same filter."""
    # Changes outside the field, nearly all that are stored, are counted only where they are listed.
    lowest = Level.LOW if wanted.level and wanted.level.rank >= Level.LOW.rank else Level.NONE
    counted = replace(wanted, level=lowest, editorial=None if chosen.level == "none" else False)
    kept = story_cards.views(store, counted)
    assert wanted.on is not None
    unread = replace(counted, queue=_view("unread", wanted.on, reader), baseline=False)
    mine = replace(counted, queue=_view("mine", wanted.on, reader))
    return {
        "unreviewed": kept["open"],
        "done": kept["done"],
        "all": kept["all"],
        "unread": story_cards.levels(store, unread),
        "mine": story_cards.levels(store, mine) if reader.name else {},
    }


def _from(counts: Mapping[int, int], floor: int) -> int:
    return sum(number for rank, number in counts.items() if rank >= floor)


def _tabs(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return each level with the number of changes at it or above."""
    tabs = []
    for level in (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW):
        tabs.append((level.value, sum(number for rank, number in counts.items() if rank >= level.rank)))
    return tabs
