"""One change: what it is, whether it is in force, why it matters, and the official words."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tracker.documents.names import references
from tracker.legal_status.current import standing, standing_line
from tracker.model import Change
from tracker.rendering.alert_message import codified, force, level_badge, what_changed
from tracker.rendering.annotations import besides
from tracker.rendering.deadlines import ahead
from tracker.rendering.delivery_hold import held_line, recipient_lines
from tracker.rendering.location_text import status_where, where_said
from tracker.rendering.official_links import official_unit
from tracker.serialization import restore
from tracker.storage import reviews
from tracker.text import name_form
from tracker.web.change_history import marked, story
from tracker.web.context import AtDesk, Desk
from tracker.web.page_cache import shelved
from tracker.web.rendering import language_of, page
from tracker.web.review import reviewer

router = APIRouter(include_in_schema=False)

UNITS = 40  # so many are shown before the rest is folded


@router.get("/changes/{reference}")
def change_page(request: Request, desk: AtDesk, reference: str) -> HTMLResponse:
    return shelved(request, desk, lambda: _change(request, desk, reference))


def _change(request: Request, desk: Desk, reference: str) -> HTMLResponse:
    language = language_of(request, desk)
    today = desk.today()
    with desk.reading() as store:
        change = restore(store.change(reference))
        names = references(change)
        actors = [restore(record) for record in store.acting_on(names)] if names else []
        states = store.states_of(change.id)
        deliveries = store.deliveries(change.id)
        targets = {
            link.target: store.names(link.target)
            for link in change.tagging.links
            if name_form(link.target) not in names
        }
        differs = store.has_operations(change.id)
        log = store.reviews([change.id])
        beside = store.beside(change.id)
    what, detail = what_changed(change, language)
    found = standing(change.tagging.status, today)
    return page(
        request,
        desk,
        "change.html.j2",
        change=change,
        badge=level_badge(change.tagging.level, change.tagging.direction, language),
        what=what,
        detail=detail,
        standing=found,
        statuses=sorted(change.tagging.status, key=lambda status: status != found.now),
        # Text of the CFR, a page or a list says nothing of its own force: "not stated" would read as doubt of it.
        standing_line=standing_line(change.tagging.status, today, language, codified=codified(change))
        if force(change, today, language)
        else "",
        ahead=ahead(change, today),
        events=story(change, actors),
        states=states,
        deliveries=deliveries,
        held=lambda row: held_line(row, language, desk.settings.timezone),
        recipients=lambda row: recipient_lines(row, language),
        targets=targets,
        differs=differs,
        log=log,
        **besides(beside, language, desk.settings.timezone),
        review=reviews.standing(log, change.revision),
        who=reviewer(request),
        decisions=list(reviews.Decision),
        abstract=marked(change.abstract, _quotes(change, "abstract")),
        title=marked(change.title, _quotes(change, "title")),
        units=[(path, official_unit(path)) for path in change.tagging.units],
        shown_units=UNITS,
        where=lambda where: where_said(where, language),
        status_where=lambda status: where_said(status_where(status, change), language),
    )


def _quotes(change: Change, where: str) -> list[str]:
    tagging = change.tagging
    evidence = [
        *(entry for topic in tagging.topics for entry in topic.evidence),
        *tagging.japan_nexus,
        *(entry for match in change.profiles for entry in match.evidence),
    ]
    return [entry.quote for entry in evidence if entry.where == where]
