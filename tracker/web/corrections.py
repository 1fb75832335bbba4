"""The form with which a reviewer corrects level, direction, topics and the Japanese gist of a change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from tracker.errors import UsageError
from tracker.ingest.corrections import correct
from tracker.model import Direction, Level
from tracker.model.corrections import CorrectedFields
from tracker.text import fold_space
from tracker.web.context import InjectedContext
from tracker.web.review import Field, reviewer
from tracker.web.security_headers import check_form

router = APIRouter(include_in_schema=False)

TOPICS = 60  # in one form


@router.post("/changes/{change_id}/correction")
def correction(
    request: Request,
    web_context: InjectedContext,
    change_id: str,
    form: Field,
    note: Field = "",
    level: Field = "",
    direction: Field = "",
    topic: Annotated[list[str] | None, Form(max_length=TOPICS)] = None,
    gist: Field = "",
    withdraw: Field = "",
) -> Response:
    """Record a correction. The form sends all its fields; a field that equals the result of the rules is not a
    correction. `withdraw` restores the result of the rules.
    """
    check_form(request, form, web_context.settings.viewer_url)
    wanted = CorrectedFields() if withdraw else _fields(level, direction, topic or [], gist)
    try:
        with web_context.store.write() as connection:
            correct(
                connection, change_id, at=web_context.now(), who=reviewer(request), wanted=wanted, reason=note
            )
    except UsageError as error:
        raise HTTPException(422, error.line()) from error
    return RedirectResponse(f"/changes/{change_id}#correction", 303)


def _fields(level: str, direction: str, topics: list[str], gist: str) -> CorrectedFields:
    if level not in list(Level):
        raise HTTPException(422, f"{level!r} is no level")
    if direction not in ("", *Direction):
        raise HTTPException(422, f"{direction!r} is no direction")
    return CorrectedFields(
        Level(level), Direction(direction) if direction else None, tuple(topics), fold_space(gist)
    )
