"""The page of duties: one line of the tariff schedule on a day, the HTS numbers of the profiles, and their history; the rows
that an order or notice states in its annexes; and both as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from tracker.answers.annex_rows import annex_rows_of, rows_csv
from tracker.answers.duty import HistoryStep, duty_on, duty_to_json, history_of, known_numbers, origin_of
from tracker.errors import UsageError
from tracker.rendering.duty_text import open_questions, period
from tracker.screening.report import country_name
from tracker.web.api import Record, answer
from tracker.web.context import InjectedContext, WebContext
from tracker.web.effects import FIRST, LAST
from tracker.web.page_cache import cached_page
from tracker.web.rendering import language_of, page

router = APIRouter()

_MOST = 20  # numbers of profiles on one page
_ROWS = 500  # rows of an annex on one page


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A number with its answer, its open questions in the reader's language, and what changed in its rows."""

    answer: dict[str, Any]
    questions: Sequence[str]
    periods: Sequence[str]
    history: Sequence[HistoryStep]
    profiles: Sequence[str] = ()


@router.get(
    "/api/duty",
    response_model=Record,
    tags=["law"],
    summary="Which duty a line of the tariff schedule pays on a day",
)
def duty(
    request: Request,
    web_context: InjectedContext,
    hts: Annotated[str, Query(max_length=20, description="4 to 10 digits: 8708.40.11")],
    origin: Annotated[str, Query(max_length=2, description="Country of origin: JP")] = "JP",
    on: Annotated[
        date | None, Query(ge=FIRST, le=LAST, description="Day of entry; default: today in New York")
    ] = None,
) -> Response:
    with web_context.store.read() as connection:
        found = duty_on(connection, hts, origin_of(origin), on or web_context.today())
    return answer(request, duty_to_json(found))


@router.get(
    "/api/changes/{reference}/tariff-rows",
    response_model=list[Record],
    tags=["records"],
    summary="The headings and HTS numbers that an order or notice states, with rate and first day",
)
def tariff_rows(
    request: Request,
    web_context: InjectedContext,
    reference: str,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    found = _stated(web_context, reference)[1]
    if form == "csv":
        headers = {"Content-Disposition": 'attachment; filename="tariff-rows.csv"'}
        return Response(rows_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
    return answer(request, found)


@router.get("/changes/{reference}/tariff-rows", include_in_schema=False)
def tariff_rows_page(request: Request, web_context: InjectedContext, reference: str) -> HTMLResponse:
    def make() -> HTMLResponse:
        change, found = _stated(web_context, reference)
        acting = [row for row in found if row["act"] != "listed"]
        listed = [row for row in found if row["act"] == "listed"]
        return page(
            request, web_context, "tariff_rows.html.j2",
            change=change, acting=acting, listed=listed[:_ROWS], more=max(0, len(listed) - _ROWS),
        )  # fmt: skip

    return cached_page(request, web_context, make)


def _stated(web_context: WebContext, reference: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    with web_context.reading() as store:
        change = store.change(reference)
    with web_context.store.read() as connection:
        return change, annex_rows_of(connection, change["id"])


@router.get("/duties", include_in_schema=False)
def duties_page(request: Request, web_context: InjectedContext) -> HTMLResponse:
    return cached_page(request, web_context, lambda: _page(request, web_context))


def _page(request: Request, web_context: WebContext) -> HTMLResponse:
    asked = request.query_params
    number, origin = asked.get("hts", "").strip()[:20], asked.get("origin", "JP").strip()[:2] or "JP"
    trouble, day = "", web_context.today()
    if asked.get("on"):
        try:
            day = min(LAST, max(FIRST, date.fromisoformat(asked["on"])))
        except ValueError:
            trouble = f"on: {asked['on']!r} is no day"
    one: DutyRow | None = None
    mine: list[DutyRow] = []
    numbers = _numbers(web_context)
    with web_context.store.read() as connection:
        try:
            if number and not trouble:
                one = _row(request, web_context, connection, number, origin, day)
            elif not trouble:
                mine = [
                    _row(request, web_context, connection, name, origin, day, profiles)
                    for name, profiles in list(numbers.items())[:_MOST]
                ]
        except UsageError as error:
            trouble = error.line()
    return page(
        request, web_context, "duties.html.j2",
        number=number, origin=origin, on=day, one=one, mine=mine, trouble=trouble,
        left_out=list(numbers)[_MOST:], country=lambda code: country_name(code, language_of(request, web_context)),
    )  # fmt: skip


def _numbers(web_context: WebContext) -> dict[str, list[str]]:
    """Return the HTS numbers of the profiles, each with the profiles that have it."""
    found: dict[str, list[str]] = {}
    for profile in web_context.settings.profiles:
        for number in known_numbers(profile.hts):
            found.setdefault(number, []).append(profile.id)
    return found


def _row(
    request: Request,
    web_context: WebContext,
    connection: Connection,
    number: str,
    origin: str,
    day: date,
    profiles: Sequence[str] = (),
) -> DutyRow:
    language = language_of(request, web_context)
    found = duty_to_json(duty_on(connection, number, origin_of(origin), day))
    return DutyRow(
        found,
        open_questions(found, language),
        [period(one, language) for one in found["additional"]],
        history_of(connection, found["hts"]),
        profiles,
    )
