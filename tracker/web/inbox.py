"""The inbox: changes by level, topic, source, profile, legal status, period and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tracker.documents.listed_parties import PARTY_LISTS
from tracker.i18n import t
from tracker.legal_status.current import current_status
from tracker.legal_status.ribbons import Ribbon
from tracker.locations import unit_path
from tracker.model import TOPIC_IDS, Change, DocumentKind, Language, LegalDate, Level, ProfileMatch, Status
from tracker.rendering.alert_message import what_changed
from tracker.rendering.correction_text import leading_correction
from tracker.rendering.deadlines import upcoming
from tracker.rendering.profile_lead import leading_match, profile_reason
from tracker.rendering.status_ribbons import status_ribbons, story_ribbons
from tracker.screening.screener import list_level
from tracker.search.marks import highlight
from tracker.search.near import near_changes
from tracker.search.query import terms
from tracker.serialization import change_from_json
from tracker.storage import reviews, saved_searches, story_cards
from tracker.storage.read_queries import ChangeQuery
from tracker.stories.story_text import record_line
from tracker.web.authentication import principal_of
from tracker.web.context import InjectedContext, WebContext
from tracker.web.page_cache import cached_page
from tracker.web.rendering import language_of, number_of, page
from tracker.web.screening import listed_of_profile

router = APIRouter(include_in_schema=False)

PAGE = 50
STATES = (
    "proposed",
    "published",
    "in-force",
    "delayed",
    "stayed",
    "not-enforced",
    "expired",
    "withdrawn",
    "rescinded",
    "declared-unlawful",
    "not-incorporated",
    "unclear",
)
REVIEWS = ("open", "acknowledged", "decided")
Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """The filter of the inbox, as written in the address; empty fields match anything. `new`: without the first
    poll. `similar`: changes that no rule matched, but whose words are similar to a topic's.
    """

    q: str = ""
    level: str = ""
    topic: str = ""
    source: str = ""
    profile: str = ""
    status: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    new: str = ""
    similar: str = ""
    review: str = ""
    assignee: str = ""

    def values(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    def wanted(self, today: date) -> ChangeQuery:
        """Return the filter for the query. Without a level, typographic changes and changes outside the field
        are left out, unless a profile is given.
        """
        level = _member(Level, self.level)
        return ChangeQuery(
            since=_day(self.since),
            until=_day(self.until),
            topic=self.topic or None,
            level=level or (Level.NONE if self.similar or self.profile else Level.LOW),
            source=self.source or None,
            terms=terms(self.q),
            kind=self.kind or None,
            profile=self.profile or None,
            status=self.status or None,
            on=today,
            review=self.review or None,
            assignee=self.assignee or None,
            editorial=None if level is Level.NONE else False,
            baseline=False if self.new else None,
            resembling=bool(self.similar),
            limit=PAGE,
        )


def filter_of(values: Mapping[str, str]) -> InboxFilter:
    """Return the filter of a query string; invalid values are ignored."""
    taken = {name: values.get(name, "").strip()[:200] for name in InboxFilter.__slots__}
    known = {
        "level": list(Level),
        "topic": TOPIC_IDS,
        "status": STATES,
        "kind": list(DocumentKind),
        "review": REVIEWS,
    }
    for name, allowed in known.items():
        if taken[name] not in allowed and name != "topic":
            taken[name] = ""
    for name in ("since", "until"):
        if _day(taken[name]) is None:
            taken[name] = ""
    return InboxFilter(**taken)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A row of the list: the change, its summary, its legal status today, and its next date. `level` is the level for
    the selected profile, else the general one; `because` is the reason why the profile matches; `ribbons` say by which
    document and until when it, or on a card another record of its story, is stayed, ended or not effective yet.
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
        change = change_from_json(record)
        days = upcoming(change, today)
        found = current_status(change.tagging.status, today)
        what, detail = what_changed(change, language)
        holds = found.now or next(iter(found.parts), None)
        done = reviews.review_state(
            [entry for entry in log if entry["change_id"] == change.id], change.revision
        )
        match = leading_match(change, profile)
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
    """The other records of a card, each in one line with its id; `open` are those that nobody has reviewed."""

    lines: tuple[tuple[str, str], ...]
    open: int


def _cards(
    cards: list[story_cards.Card], log: list[dict[str, Any]], today: date, language: Language, profile: str
) -> list[tuple[InboxRow, OtherRecords]]:
    """Return the row of each card with the other records of its story."""
    rows = entries(
        [record for card in cards for record in (card.lead, *card.rest)], log, today, language, profile
    )
    by_id = {row.change.id: row for row in rows}
    found = []
    for card in cards:
        rest = [by_id[record["id"]] for record in card.rest]
        lines = tuple((record_line(row.change, language), row.change.id) for row in rest)
        waiting = sum(row.review.state == "open" and not row.change.baseline for row in rest)
        lead = by_id[card.lead["id"]]
        shown = story_ribbons(lead.change, [row.change for row in rest], today, language)
        found.append((replace(lead, ribbons=shown), OtherRecords(lines, waiting)))
    return found


@router.get("/")
def inbox(request: Request, web_context: InjectedContext) -> HTMLResponse:
    profile = request.query_params.get("profile", "").strip()[:200]
    listed = listed_of_profile(request, web_context, profile) if profile else []
    if listed:  # which the page cache does not know of
        return _inbox(request, web_context, listed)
    return cached_page(request, web_context, lambda: _inbox(request, web_context))


def _inbox(request: Request, web_context: WebContext, listed: Sequence[str] = ()) -> HTMLResponse:
    chosen = filter_of(request.query_params)
    number = number_of(request.query_params.get("page", "1"))
    today = web_context.today()
    wanted = replace(chosen.wanted(today), offset=(number - 1) * PAGE)
    with web_context.reading() as store:
        # Changes outside the field, nearly all that are stored, are counted only where they are listed.
        lowest = Level.LOW if wanted.level and wanted.level.rank >= Level.LOW.rank else Level.NONE
        counts = story_cards.levels(
            store, replace(wanted, level=lowest, editorial=None if chosen.level == "none" else False)
        )
        cards = story_cards.cards(store, wanted)
        log = store.reviews([record["id"] for card in cards for record in (card.lead, *card.rest)])
        found = _cards(cards, log, today, language_of(request, web_context), chosen.profile)
        anything = bool(counts) or bool(store.levels())
        near = near_changes(store, chosen.q, wanted) if chosen.q and not cards else ()
    visitor = principal_of(request)
    with web_context.store.read() as connection:
        kept = saved_searches.list_searches(connection, visitor.name if visitor and visitor.signed_in else "")
    mine = [(one.name, filter_of(one.conditions).values()) for one in kept]
    floor = (wanted.level or Level.NONE).rank
    total = sum(number for rank, number in counts.items() if rank >= floor)
    return page(
        request,
        web_context,
        "inbox.html.j2",
        filter=chosen,
        values=chosen.values(),
        entries=found,
        tabs=_tabs(counts),
        total=total,
        number=number,
        pages=max(1, -(-total // PAGE)),
        anything=anything,
        listed=listed,
        near=near,
        saved=mine,
        choices=choices(web_context),
        lit=partial(highlight, wanted=wanted.terms),
        filtered=any(value for name, value in chosen.values().items() if name != "level"),
    )


def choices(web_context: WebContext) -> dict[str, list[str]]:
    settings = web_context.settings
    with web_context.reading() as store:
        assignees = store.assignees()
    return {
        "topic": list(TOPIC_IDS),
        "source": [source.id for source in settings.sources],
        "profile": [profile.id for profile in settings.profiles],
        "status": list(STATES),
        "kind": [str(kind) for kind in DocumentKind],
        "review": list(REVIEWS),
        "assignee": assignees,
        "similar": ["1"] if settings.similarity else [],
    }


def _tabs(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return each level with the number of changes at it or above."""
    tabs = []
    for level in (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW):
        tabs.append((level.value, sum(number for rank, number in counts.items() if rank >= level.rank)))
    return tabs


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _member(kind: type[Member], text: str) -> Member | None:
    try:
        return kind(text)
    except ValueError:
        return None
