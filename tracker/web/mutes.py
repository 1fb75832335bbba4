"""The forms of the watch list that mute and snooze alerts: of a source, a topic, a channel or a story."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from tracker.alerts import mutes
from tracker.alerts.routing import Scope
from tracker.clock import reader_instant
from tracker.config.models import Settings
from tracker.errors import UsageError
from tracker.model import TOPIC_IDS
from tracker.serialization import change_from_json
from tracker.storage import audit_log
from tracker.storage.audit_log import Event
from tracker.stories import story_index
from tracker.text import fold_space
from tracker.web.context import InjectedContext, WebContext
from tracker.web.security_headers import check_form
from tracker.web.watch_list import by_whom, show_page

router = APIRouter(include_in_schema=False)

STORY = "story"
Text = Annotated[str, Form(max_length=1_000)]


@router.post("/watch-list/mute")
def mute(
    request: Request,
    web_context: InjectedContext,
    form: Text,
    what: Text = "",
    story: Text = "",
    until: Text = "",
    channel: Text = "",
    hold: Text = "",
) -> Response:
    """Withhold alerts until a day, or hold them back until then (`hold`). `what` is `topic=fdpr`, or `story` with a document
    number, citation or id of a change in `story`.
    """
    check_form(request, form, web_context.settings.viewer_url)
    settings, now = web_context.settings, web_context.now()
    problems = _problems(settings, what, until, channel, now)
    scope, _, value = what.partition("=")
    if scope == STORY:
        try:
            value = _story(web_context, fold_space(story))
        except UsageError as error:
            problems = (error.line(), *problems)
    if problems:
        entered = {"what": what, "story": story, "until": until, "channel": channel, "hold": hold}
        return show_page(request, web_context, problems, status=422, mute=entered)
    by = by_whom(request, web_context)
    with web_context.store.write() as connection:
        number = mutes.add(
            connection,
            scope=cast("Scope", scope),
            value=value,
            channel=channel or None,
            hold=bool(hold),
            until=_day_start(until, settings.timezone),
            now=now,
        )
        where = f" ({channel})" if channel else ""
        said = f"{number}: {scope}={value}{where} {'hold' if hold else 'mute'} {until}"
        audit_log.add(connection, now, by["who"], Event.MUTED, said, by["address"])
    return RedirectResponse("/watch-list?saved=mute#mutes", 303)


@router.post("/watch-list/mute/end")
def end_mute(
    request: Request, web_context: InjectedContext, form: Text, number: Annotated[int, Form()] = 0
) -> Response:
    check_form(request, form, web_context.settings.viewer_url)
    by = by_whom(request, web_context)
    with web_context.store.write() as connection:
        if mutes.end(connection, number, by["at"]):
            audit_log.add(connection, by["at"], by["who"], Event.MUTE_ENDED, str(number), by["address"])
    return RedirectResponse("/watch-list?saved=mute#mutes", 303)


def _story(web_context: WebContext, name: str) -> str:
    """Return the story of the change that a document number, citation or id names. Raises UsageError."""
    if not name:
        raise UsageError("story: must not be empty")
    with web_context.reading() as store:
        change = change_from_json(store.change(name))
    with web_context.store.write() as connection:
        return story_index.story_of_stored(connection, change)


def _problems(settings: Settings, what: str, until: str, channel: str, now: datetime) -> tuple[str, ...]:
    scope, _, value = what.partition("=")
    known = {
        "source": [source.id for source in settings.sources],
        "topic": list(TOPIC_IDS),
        "channel": [one.id for one in settings.channels],
    }
    problems = []
    if scope != STORY and value not in known.get(scope, ()):
        problems.append(f'no {scope if scope in known else "source"} has the id "{value}"')
    if channel and channel not in known["channel"]:
        problems.append(f'no channel has the id "{channel}"')
    try:
        if _day_start(until, settings.timezone) <= now:
            problems.append(f"until: {until!r} has passed")
    except ValueError:
        problems.append(f"until: {until!r} is not a day such as 2026-11-22")
    return tuple(problems)


def _day_start(text: str, timezone: str) -> datetime:
    return reader_instant(datetime.strptime(text, "%Y-%m-%d").date(), timezone)  # noqa: DTZ007 - a day of the reader
