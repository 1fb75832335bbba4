"""The page that checks names, and files of partners, against the stored lists. Uploads are bounded and not kept."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from tracker.answers.partners import Screeners, has_consolidated, own_lists, screened
from tracker.answers.texts import text_sources
from tracker.errors import UsageError
from tracker.i18n import t
from tracker.model import Language
from tracker.rendering.screening_pdf import screening_pdf
from tracker.screening import report
from tracker.screening.partner_file import LARGEST, LONGEST, MOST, read_partners
from tracker.screening.screener import (
    Partner,
    Screener,
    Screening,
    list_level,
    list_states,
)
from tracker.search.answers import WAIT
from tracker.search.index import SearchIndex
from tracker.search.marks import highlight, passage
from tracker.search.query import terms
from tracker.web.context import InjectedContext, WebContext
from tracker.web.rendering import asked_language, language_of, page
from tracker.web.security_headers import check_form, check_origin

router = APIRouter(include_in_schema=False)

ROWS = 500  # of a result on the page; the files have all
OWN = 100  # listed parties of a profile on the page
TEXTS = 20  # rows of the lists with the words of a question
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
}
_LISTS = ["Supp. No. 4 to Part 744", "Supp. No. 6 to Part 744", "Supp. No. 7 to Part 744"]


def screener_of(request: Request, web_context: WebContext) -> tuple[Screener, int]:
    """Return the lists, and how many stored versions are not read yet."""
    finder: SearchIndex = request.app.state.finder
    unread = finder.catch_up(text_sources(web_context.settings), WAIT)
    screeners: Screeners = request.app.state.screeners
    return screeners.current(finder), unread


def _screened(web_context: WebContext, screener: Screener, partners: list[Partner]) -> Screening:
    with web_context.reading() as store:
        return screened(
            screener, web_context.store, store, web_context.settings, partners, web_context.today()
        )


def listed_of_profile(request: Request, web_context: WebContext, profile: str) -> list[str]:
    """Return the listed names that the parties of a profile match."""
    chosen = [one for one in web_context.settings.profiles if one.id == profile and one.parties]
    if not chosen:
        return []
    screener, _ = screener_of(request, web_context)
    screeners: Screeners = request.app.state.screeners
    hits = screeners.listed(screener, chosen)[0].get(profile, [])
    return list(dict.fromkeys(screener.parties[hit.party].name for _, hit in hits))


@router.get("/parties")
def parties(request: Request, web_context: InjectedContext, q: str = "", country: str = "") -> HTMLResponse:
    """Check one name; names and addresses of the rows that have its words are listed too."""
    asked, place = q.strip()[:LONGEST], country.strip()[:100]
    screener, unread = screener_of(request, web_context)
    found = _screened(web_context, screener, [Partner(asked, place)]) if asked else None
    finder: SearchIndex = request.app.state.finder
    wanted = terms(asked)
    rows = [
        hit
        for hit in finder.find(wanted, today_only=True, limit=10 * TEXTS)[1]
        if hit.path.startswith(tuple(_LISTS))
    ]
    return _page(
        request, web_context, screener, found, unread=unread, q=asked, country=place, rows=rows[:TEXTS],
        lit=partial(highlight, wanted=wanted), passage=partial(passage, wanted=wanted),
    )  # fmt: skip


@router.post("/parties")
def check_file(
    request: Request,
    web_context: InjectedContext,
    form: Annotated[str, Form(max_length=200)],
    file: Annotated[UploadFile | None, File()] = None,
    result: Annotated[Literal["page", "csv", "pdf"], Form()] = "page",
) -> Response:
    """Check a CSV of partners; the answer is a page, a CSV or a PDF."""
    check_form(request, form, web_context.settings.viewer_url)
    if file is None:
        raise HTTPException(422, "no file was sent")
    name = (file.filename or "file")[:100]
    try:
        partners = read_partners(file.file.read(LARGEST + 1), name)
    except UsageError as error:
        screener, unread = screener_of(request, web_context)
        return _page(
            request, web_context, screener, None, status=422, unread=unread, problems=(error.line(),)
        )
    screener, unread = screener_of(request, web_context)
    found = _screened(web_context, screener, partners)
    if result == "page":
        return _page(request, web_context, screener, found, unread=unread, file=name)
    answer = _file(found, result, language_of(request, web_context))
    saved = f"screening-{web_context.today().isoformat()}.{result}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    return answer


@router.post(
    "/api/screen",
    tags=["records"],
    include_in_schema=True,
    summary="Checks the names of a CSV against the stored lists, and keeps nothing",
    responses={200: {"headers": {"X-Lists-Complete": {"schema": {"type": "string"}}}}},
)
def screen_api(
    request: Request,
    web_context: InjectedContext,
    partners: Annotated[bytes, Body(media_type="text/csv", description="Columns name, country, address")],
    form: Literal["text", "csv", "pdf", "json"] = "json",
) -> Response:
    check_origin(request, web_context.settings.viewer_url)
    try:
        read = read_partners(partners, "the file")
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    screener, _ = screener_of(request, web_context)
    return _file(_screened(web_context, screener, read), form, asked_language(request, web_context))


def _file(found: Screening, form: str, language: Language) -> Response:
    """A result in one of the forms of `tracker screen`. X-Lists-Complete: whether all lists were there."""
    if form == "csv":
        data = report.screening_csv(found, language)
    elif form == "pdf":
        heads, rows = report.screening_rows(found, language)
        notes = report.screening_notes(found, language)
        try:
            data = screening_pdf(t("screen.title", language), heads, rows, notes, language)
        except UsageError as error:
            raise HTTPException(422, error.line()) from error
    elif form == "json":
        data = json.dumps(report.screening_to_json(found), ensure_ascii=False).encode()
    else:
        data = report.screening_text(found, language).encode()
    complete = {"X-Lists-Complete": str(found.whole).lower()}
    return Response(data, media_type=_TYPES[form], headers=complete)


def _page(
    request: Request,
    web_context: WebContext,
    screener: Screener,
    found: Screening | None,
    *,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    language = language_of(request, web_context)
    with web_context.reading() as store:
        lists = list_states(
            screener,
            store,
            consolidated=has_consolidated(web_context.settings),
            own=own_lists(web_context.settings),
        )
    screeners: Screeners = request.app.state.screeners
    own, all_checked = screeners.listed(screener, web_context.settings.profiles)
    heads, rows = report.screening_rows(found, language) if found else ([], [])
    paths = [hit.party.path for result in found.results for hit in result.hits] if found else []
    given: dict[str, Any] = {
        "q": "", "country": "", "rows": (), "lit": None, "passage": None, "problems": (), "file": "",
    }  # fmt: skip
    return page(
        request,
        web_context,
        "parties.html.j2",
        status=status,
        found=found,
        heads=heads,
        hits=list(zip(rows, paths, strict=True))[:ROWS],
        total=len(rows),
        without=sum(not result.hits for result in found.results) if found else 0,
        lists=[(one, report.list_name(one.id, language)) for one in lists],
        list_day=lambda printed: report.day_words(printed, language),
        own=[
            (
                profile,
                [
                    (
                        name,
                        party,
                        report.list_name(party.list, language),
                        report.country_name(party.country, language),
                        list_level(party.list),
                    )
                    for name, party in ((name, screener.parties[hit.party]) for name, hit in hits[:OWN])
                ],
                max(0, len(hits) - OWN),
            )
            for profile, hits in own.items()
        ],
        all_checked=all_checked,
        megabytes=LARGEST // 1_000_000,
        most=MOST,
        **{**given, **values},
    )
