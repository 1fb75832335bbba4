"""What a workflow of Teams sends to the viewer: a pressed button of a card, with the secret of the settings; there is no other sign-in."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from tracker.interactions import teams
from tracker.notifications.teams_answers import current_card
from tracker.web.context import InjectedContext, WebContext

router = APIRouter(include_in_schema=False)


@router.post("/teams/actions")
async def actions(request: Request, web_context: InjectedContext) -> JSONResponse:
    """Record a press. The answer has `result`, `text` for the person, and the card in its new state, or null."""
    app = web_context.settings.teams
    if app is None or not app.secret:
        raise HTTPException(404)
    if not teams.sent_by_workflow(app, request.headers.get("authorization", "")):
        raise HTTPException(401, "the workflow's secret is wrong")
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise HTTPException(422, "the body is no JSON") from error
    if not isinstance(body, dict):
        raise HTTPException(422, "the body is no JSON object")
    return await run_in_threadpool(_act, web_context, body)


def _act(web_context: WebContext, body: dict[str, Any]) -> JSONResponse:
    settings, now = web_context.settings, web_context.now()
    pressed = teams.read_press(body)
    language = pressed.language or settings.languages[0]
    with web_context.store.write() as connection:
        outcome = teams.act(connection, settings, pressed, language, now)
        found = (
            current_card(connection, settings, outcome.change_id, language, now)
            if outcome.change_id
            else None
        )
    # Only what no card of ours can have is an error: the run of a workflow ends at one, and the person would learn nothing.
    status = 403 if outcome.result == "forged" else 200
    return JSONResponse({"result": outcome.result, "text": outcome.text, "card": found}, status)
