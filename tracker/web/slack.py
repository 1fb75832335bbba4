"""What Slack sends to the viewer: pressed buttons and the command `/tracker`. Each request is signed; there is no other sign-in."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from tracker.answers.texts import text_sources
from tracker.interactions import slack
from tracker.interactions.service import SlackService
from tracker.logs import Logger
from tracker.notifications.http_post import send_json
from tracker.search.answers import answer_to_json
from tracker.search.answers import search as search_everywhere
from tracker.web.context import InjectedContext, WebContext

router = APIRouter(include_in_schema=False)

FOUND = 5  # changes and passages in the answer of the command
log = Logger()


@router.post("/slack/actions")
async def actions(request: Request, web_context: InjectedContext, later: BackgroundTasks) -> Response:
    """Record a press, and change the message in place once Slack has its answer, which it wants within three seconds."""
    fields = await _signed(request, web_context)
    found = await run_in_threadpool(
        service(request, web_context).action, slack.payload_of(fields.get("payload", ""))
    )
    if found is not None:
        later.add_task(answer, *found)
    return Response(status_code=200)


@router.post("/slack/commands")
async def commands(request: Request, web_context: InjectedContext) -> Response:
    """Answer `/tracker WORDS`."""
    fields = await _signed(request, web_context)
    return JSONResponse(await run_in_threadpool(service(request, web_context).command, fields))


def service(request: Request, web_context: WebContext) -> SlackService:
    """Return what answers Slack, with the search of the viewer."""

    def search(words: str) -> dict[str, object]:
        with web_context.reading() as store:
            sources = text_sources(web_context.settings)
            return answer_to_json(search_everywhere(store, request.app.state.finder, words, sources, FOUND))

    return SlackService(web_context.settings, web_context.store, web_context.now, search)


def answer(address: str, body: dict[str, object]) -> None:
    """Send an answer to the `response_url` of a press. Only Slack's own host gets one."""
    if not re.match(re.escape(slack.RESPONSE_HOST), address):
        log.warning("an answer to Slack has no address of Slack")
        return
    result = send_json(address, body)
    if not result.ok:
        log.warning("Slack did not take the answer to a press; the review is recorded", answer=result.text)


async def _signed(request: Request, web_context: WebContext) -> dict[str, str]:
    """Return the fields of a form that Slack signed. Raises HTTPException 404 where no app is set up, 401 for a signature that is
    wrong or older than five minutes."""
    app = web_context.settings.slack
    if app is None or not app.signing_secret:
        raise HTTPException(404)
    body = await request.body()
    if not slack.verify(app.signing_secret, body, request.headers):
        raise HTTPException(401, "the signature is wrong, or older than five minutes")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
