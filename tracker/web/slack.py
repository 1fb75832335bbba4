"""What Slack sends to the viewer: pressed buttons, the command `/tracker` and posted links. Each request is signed; there is no other sign-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from tracker.answers.search import found_everywhere
from tracker.interactions import slack
from tracker.interactions.service import FOUND, SlackService
from tracker.notifications import slack_answers
from tracker.web.context import InjectedContext, WebContext

router = APIRouter(include_in_schema=False)


@router.post("/slack/actions")
async def actions(request: Request, web_context: InjectedContext, later: BackgroundTasks) -> Response:
    """Record a press, and change the message in place once Slack has its answer, which it wants within three seconds."""
    fields = await _signed(request, web_context)
    found = await run_in_threadpool(
        service(request, web_context).action, slack.payload_of(fields.get("payload", ""))
    )
    if found is not None:
        later.add_task(slack_answers.answer_press, *found)
    return Response(status_code=200)


@router.post("/slack/commands")
async def commands(request: Request, web_context: InjectedContext) -> Response:
    """Answer `/tracker WORDS`."""
    fields = await _signed(request, web_context)
    return JSONResponse(await run_in_threadpool(service(request, web_context).command, fields))


@router.post("/slack/events")
async def events(request: Request, web_context: InjectedContext, later: BackgroundTasks) -> Response:
    """Send the previews of posted links, once Slack has its answer."""
    payload = slack.payload_of((await _signed_bytes(request, web_context)).decode("utf-8", "replace"))
    if payload.get("type") == "url_verification":
        return JSONResponse({"challenge": str(payload.get("challenge", ""))})
    found = await run_in_threadpool(service(request, web_context).event, payload)
    if found is not None:
        later.add_task(slack_answers.send_previews, *found)
    return Response(status_code=200)


def service(request: Request, web_context: WebContext) -> SlackService:
    """Return what answers Slack, with the search of the viewer."""

    def preview(change_id: str) -> list[dict[str, Any]] | None:
        with web_context.store.read() as connection:
            return slack_answers.change_preview(
                connection, web_context.settings, change_id, web_context.now()
            )

    def search(words: str) -> dict[str, object]:
        with web_context.reading() as store:
            return found_everywhere(store, request.app.state.finder, web_context.settings, words, FOUND)

    return SlackService(web_context.settings, web_context.store, web_context.now, search, preview)


async def _signed(request: Request, web_context: WebContext) -> dict[str, str]:
    """Return the fields of a form that Slack signed. Raises HTTPException as `_signed_bytes`."""
    body = await _signed_bytes(request, web_context)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


async def _signed_bytes(request: Request, web_context: WebContext) -> bytes:
    """Return a body that Slack signed. Raises HTTPException 404 where no app is set up, 401 for a signature that is wrong or older
    than five minutes."""
    app = web_context.settings.slack
    if app is None or not app.signing_secret:
        raise HTTPException(404)
    body = await request.body()
    if not slack.verify(app.signing_secret, body, request.headers):
        raise HTTPException(401, "the signature is wrong, or older than five minutes")
    return body
