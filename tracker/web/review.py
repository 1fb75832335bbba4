"""Reviews: what people did about changes, written down, listed and taken away as CSV.

Who signed in writes under that name. Without sign-in the reviewer names himself; the browser remembers the name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tracker.errors import UsageError
from tracker.i18n import stamp
from tracker.store import reviews
from tracker.store.moment import from_text
from tracker.store.reviews import Action
from tracker.text import fold_space
from tracker.web.access import visitor_of
from tracker.web.desk import AtDesk
from tracker.web.guard import check_form
from tracker.web.rendering import local_path, page, set_cookie

router = APIRouter(include_in_schema=False)

WHO = "reviewer"
LISTED = 500
COLUMNS = (
    "id",
    "at",
    "who",
    "action",
    "value",
    "note",
    "change_id",
    "revision",
    "document_number",
    "title",
    "chain",
)

Field = Annotated[str, Form(max_length=reviews.NOTE + 100)]


def reviewer(request: Request) -> str:
    """The name of who signed in, or the one that the reader gave himself; empty where he has not."""
    visitor = visitor_of(request)
    if visitor is not None and visitor.signed_in:
        return visitor.name
    return fold_space(unquote(request.cookies.get(WHO, "")))[: reviews.NAME]


@router.post("/reviewer")
def name_oneself(request: Request, desk: AtDesk, who: Field, form: Field, back: Field = "/") -> Response:
    check_form(request, form, desk.settings.viewer_url)
    name = fold_space(who)
    if not name or len(name) > reviews.NAME:
        raise HTTPException(422, f"a name has 1 to {reviews.NAME} characters")
    answer = RedirectResponse(local_path(back), 303)
    set_cookie(request, answer, WHO, quote(name))
    return answer


@router.post("/changes/{change_id}/review")
def review(
    request: Request,
    desk: AtDesk,
    change_id: str,
    action: Field,
    form: Field,
    value: Field = "",
    note: Field = "",
    due: Field = "",
) -> Response:
    """One entry, or two where somebody is assigned with a due day."""
    check_form(request, form, desk.settings.viewer_url)
    who = reviewer(request)
    if action not in list(Action):
        raise HTTPException(422, f"{action!r} is no action")
    entries = [(Action(action), value)]
    if action == Action.ASSIGN and due:
        entries.append((Action.DUE, due))
    try:
        with desk.store.write() as connection:
            for kind, said in entries:
                words = note if kind is not Action.DUE else ""
                reviews.add(
                    connection, change_id, at=desk.now(), who=who, action=kind, value=said, note=words
                )
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return RedirectResponse(f"/changes/{change_id}#review", 303)


@router.get("/reviews")
def log(request: Request, desk: AtDesk) -> HTMLResponse:
    with desk.reading() as store:
        entries = store.reviews()
        titles = store.titles({entry["change_id"] for entry in entries[-LISTED:]})
    with desk.store.read() as connection:
        broken = list(reviews.verify(connection))
    return page(
        request,
        desk,
        "reviews.html.j2",
        entries=entries[: -LISTED - 1 : -1],
        total=len(entries),
        titles=titles,
        broken=broken,
        last=entries[-1]["chain"] if entries else "",
    )


@router.get("/reviews.csv")
def log_file(desk: AtDesk, change: str = "") -> Response:
    """For an audit, oldest first; with a byte order mark, because Excel in Japanese needs one."""
    with desk.reading() as store:
        entries = store.reviews([change] if change else None)
        titles = store.titles({entry["change_id"] for entry in entries})
    text = _table(entries, titles, desk.settings.timezone)
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="reviews.csv"'},
    )


def _table(
    entries: Iterable[Mapping[str, Any]], titles: Mapping[str, Mapping[str, Any]], timezone: str
) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        row = {**titles.get(entry["change_id"], {}), **entry, "at": stamp(from_text(entry["at"]), timezone)}
        writer.writerow([_cell(row.get(name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    """A spreadsheet must not take words for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
