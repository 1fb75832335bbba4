"""What readers do in the inbox: acknowledge, assign, decide, undo and mark as read or unread, one story or several at once.

Everything is an entry of the review log. An undo is a further entry, by which the earlier ones no longer count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from tracker.errors import UsageError
from tracker.storage import read_marks, reviews
from tracker.storage.read_queries import StoreReader
from tracker.storage.reviews import ReviewAction
from tracker.web.context import InjectedContext
from tracker.web.rendering import local_path, query
from tracker.web.review import reader_of, reviewer
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)

MOST = 200  # stories at once
_ENTRIES = 2_000  # of one action, with the other records of the stories
_RANGE = re.compile(r"(\d{1,15})-(\d{1,15})")

Field = Annotated[str, Form(max_length=reviews.NOTE + 100)]
Ids = Annotated[list[Annotated[str, Form(max_length=20)]], Form(max_length=MOST)]


@dataclass(frozen=True, slots=True)
class Done:
    """What an action has just written: `entries` is the range of its entries in the log, `action` the first one's,
    `value` its assignee or decision, `count` the number of stories. `who` wrote it."""

    entries: str
    action: str
    value: str
    count: int
    who: str


def done_of(store: StoreReader, entries: str) -> Done | None:
    """Return what the entries of this range did; None where it names none."""
    first, last = _range(entries)
    rows = store.review_entries(first, last) if first <= last < first + _ENTRIES else []
    if not rows:
        return None
    own = {row["change_id"] for row in rows if not reviews.is_from_story(row["note"])}
    undone = rows[0]["action"] == ReviewAction.UNDO
    return Done(entries, rows[0]["action"], "" if undone else rows[0]["value"], len(own), rows[0]["who"])


@router.post("/inbox/review")
def act(
    request: Request,
    web_context: InjectedContext,
    action: Field,
    form: Field,
    id: Ids = [],  # noqa: B006 - the name of the field; FastAPI copies it
    assignee: Field = "",
    due: Field = "",
    decision: Field = "",
    note: Field = "",
    back: Field = "/",
) -> Response:
    """Acknowledge, assign or decide these changes, each with the open ones of its story."""
    check_form(request, form, web_context.settings.viewer_url)
    if not id:
        raise HTTPException(422, "no change is selected")
    if action == ReviewAction.ACKNOWLEDGE:
        entered = [(ReviewAction.ACKNOWLEDGE, "", "")]
    elif action == ReviewAction.ASSIGN:
        entered = [(ReviewAction.ASSIGN, assignee, ""), *([(ReviewAction.DUE, due, "")] if due else [])]
    elif action == ReviewAction.DECIDE:
        entered = [(ReviewAction.DECIDE, decision, note)]
    else:
        raise HTTPException(422, f"{action!r} is no action of the inbox")
    at, who = web_context.now(), reviewer(request)
    try:
        with web_context.store.write() as connection:
            before = reviews.last_id(connection)
            for change_id in dict.fromkeys(id):
                for kind, value, words in entered:
                    reviews.add_to_story(
                        connection, change_id, at=at, who=who, action=kind, value=value, note=words
                    )
            read_marks.add(connection, reader_of(request), id, at)
            written = f"{before + 1}-{reviews.last_id(connection)}"
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return _back(back, written)


@router.post("/inbox/undo")
def undo(
    request: Request, web_context: InjectedContext, form: Field, entries: Field = "", back: Field = "/"
) -> Response:
    """Undo the entries of one action, by their range in the log."""
    check_form(request, form, web_context.settings.viewer_url)
    first, last = _range(entries)
    if not 0 < first <= last < first + _ENTRIES:
        raise HTTPException(422, f"{entries[:40]!r} is no range of entries")
    try:
        with web_context.store.write() as connection:
            written = reviews.undo(
                connection, range(first, last + 1), at=web_context.now(), who=reviewer(request)
            )
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return _back(back, f"{written[0]}-{written[-1]}")


@router.post("/inbox/read")
def mark_read(
    request: Request,
    web_context: InjectedContext,
    form: Field,
    id: Ids = [],  # noqa: B006 - as above
    back: Field = "/",
) -> Response:
    """Mark these changes and their stories as read by this reader."""
    check_form(request, form, web_context.settings.viewer_url)
    with web_context.store.write() as connection:
        read_marks.add(connection, reader_of(request), id, web_context.now())
    return _back(back, "")


@router.post("/inbox/unread")
def mark_unread(
    request: Request,
    web_context: InjectedContext,
    form: Field,
    id: Ids = [],  # noqa: B006 - as above
    back: Field = "/",
) -> Response:
    """Mark these changes and their stories as unread by this reader."""
    check_form(request, form, web_context.settings.viewer_url)
    with web_context.store.write() as connection:
        read_marks.remove(connection, reader_of(request), id, web_context.now())
    return _back(back, "")


def _back(back: str, done: str) -> RedirectResponse:
    """Return to the page of the form, which then says what was done."""
    place = urlsplit(local_path(back))
    fragment = f"#{place.fragment}" if place.fragment else ""
    return RedirectResponse(f"{place.path}{query(dict(parse_qsl(place.query)), done=done)}{fragment}", 303)


def _range(entries: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(entries)
    return (int(found[1]), int(found[2])) if found else (0, -1)
