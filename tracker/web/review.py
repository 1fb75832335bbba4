"""Records reviews of changes, lists them, and exports them as CSV and PDF.

A signed-in reviewer writes under the account's name. Without sign-in, reviewers enter their name, which the
browser remembers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.errors import UsageError
from tracker.i18n import format_minute, t
from tracker.rendering import print_pdf, review_log
from tracker.rendering.correction_text import review_words
from tracker.storage import reviews
from tracker.storage.read_queries import StoreReader
from tracker.storage.reviews import ReviewAction
from tracker.text import fold_space, search_key
from tracker.web.authentication import principal_of
from tracker.web.context import InjectedContext
from tracker.web.rendering import language_of, local_path, page, set_cookie
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)

WHO = "reviewer"
_OF_OTHER_FORMS = frozenset({ReviewAction.CORRECT, ReviewAction.UNDO})
LISTED = 500
STORY = 500  # records of one story

Field = Annotated[str, Form(max_length=reviews.NOTE + 100)]


def reviewer(request: Request) -> str:
    """Return the name of the signed-in user, or the name that the reader entered; empty where there is neither."""
    visitor = principal_of(request)
    if visitor is not None and visitor.signed_in:
        return visitor.name
    return fold_space(unquote(request.cookies.get(WHO, "")))[: reviews.NAME]


def reader_of(request: Request) -> str:
    """Return the key under which a reader's marks are kept: the account; empty for all readers without sign-in."""
    visitor = principal_of(request)
    return search_key(visitor.name) if visitor is not None and visitor.signed_in else ""


@router.post("/reviewer")
def set_reviewer_name(
    request: Request, web_context: InjectedContext, who: Field, form: Field, back: Field = "/"
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    name = fold_space(who)
    if not name or len(name) > reviews.NAME:
        raise HTTPException(422, f"a name has 1 to {reviews.NAME} characters")
    answer = RedirectResponse(local_path(back), 303)
    set_cookie(request, answer, WHO, quote(name))
    return answer


@router.post("/changes/{change_id}/review")
def review(
    request: Request,
    web_context: InjectedContext,
    change_id: str,
    action: Field,
    form: Field,
    value: Field = "",
    note: Field = "",
    due: Field = "",
) -> Response:
    """Add one entry, or two where a person is assigned with a due date, to a change and the open ones of its story."""
    check_form(request, form, web_context.settings.viewer_url)
    who = reviewer(request)
    if action not in list(ReviewAction) or action in _OF_OTHER_FORMS:
        raise HTTPException(422, f"{action!r} is no action")
    entries = [(ReviewAction(action), value)]
    if action == ReviewAction.ASSIGN and due:
        entries.append((ReviewAction.DUE, due))
    try:
        with web_context.store.write() as connection:
            for kind, entered in entries:
                words = note if kind is not ReviewAction.DUE else ""
                reviews.add_to_story(
                    connection,
                    change_id,
                    at=web_context.now(),
                    who=who,
                    action=kind,
                    value=entered,
                    note=words,
                )
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return RedirectResponse(f"/changes/{change_id}#review", 303)


def undo_ranges(store: StoreReader, log: Sequence[Mapping[str, Any]], who: str) -> dict[int, str]:
    """Return the ranges of entries that this person can undo, by the entry of the change's log: the entry itself with those
    that were recorded with it for the other changes of its story."""
    gone = reviews.undone(log)
    mine = [
        one
        for one in log
        if who and one["who"] == who and one["action"] in reviews.UNDOABLE and one["id"] not in gone
    ]
    return {one["id"]: f"{one['id']}-{_last_with(store, one)}" for one in mine}


def _last_with(store: StoreReader, entry: Mapping[str, Any]) -> int:
    """Return the id of the last entry that was recorded with this one; its own where one of them was undone apart."""
    mark = reviews.recorded_with(entry["change_id"])
    first = entry["id"]
    following = store.review_entries(first + 1, first + STORY)
    with_it = list(
        takewhile(lambda row: row["action"] == entry["action"] and row["note"].endswith(mark), following)
    )
    changes = [row["change_id"] for row in with_it]
    if not with_it or reviews.undone(store.reviews(changes)) & {row["id"] for row in with_it}:
        return int(first)
    return int(with_it[-1]["id"])


@router.get("/reviews")
def log(request: Request, web_context: InjectedContext) -> HTMLResponse:
    with web_context.reading() as store:
        entries = store.reviews()
        titles = store.titles({entry["change_id"] for entry in entries[-LISTED:]})
    with web_context.store.read() as connection:
        broken = list(reviews.verify(connection))
    return page(
        request,
        web_context,
        "reviews.html.j2",
        entries=entries[: -LISTED - 1 : -1],
        review_words=lambda entry: review_words(entry, language_of(request, web_context)),
        total=len(entries),
        titles=titles,
        broken=broken,
        last=entries[-1]["chain"] if entries else "",
    )


@router.get("/reviews.{form}")
def log_file(request: Request, web_context: InjectedContext, form: str, change: str = "") -> Response:
    """Return the whole log for an audit, oldest first."""
    if form not in {"csv", "pdf"}:
        raise HTTPException(404)
    with web_context.reading() as store:
        entries = store.reviews([change] if change else None)
        titles = store.titles({entry["change_id"] for entry in entries})
    timezone = web_context.settings.timezone
    if form == "csv":
        data, kind = review_log.table(entries, titles, timezone), "text/csv; charset=utf-8"
    else:
        with web_context.store.read() as connection:
            broken = list(reviews.verify(connection))
        language = language_of(request, web_context)
        made = t(
            "redline.by",
            language,
            moment=format_minute(web_context.now(), language, timezone),
            author="tracker",
        )
        data = print_pdf.reviews_pdf(entries, titles, broken, language=language, timezone=timezone, made=made)
        kind = "application/pdf"
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="reviews.{form}"'}
    )
