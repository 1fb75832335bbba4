"""Previews of links to the viewer in Slack: what Slack reports of a posted link, and what is sent back.

A preview is for all who read the channel of the message, so it needs more than a link: the workspace is named in the settings, the
person who posted it is a reviewer with an account where the viewer has accounts, the channel is not shared with another firm, and the
change was sent to a Slack channel before. Shapes: docs.slack.dev, event `link_shared` and method `chat.unfurl`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tracker.config.models import Settings
from tracker.interactions import presses
from tracker.logs import Logger
from tracker.sanitize import sanitize_line
from tracker.storage import outbox

log = Logger()

MOST = 10  # links of one message
_SCHEMES = ("slack://", "https://hooks.slack.com/")

# The blocks of a change in a preview; None where it is not stored.
Preview = Callable[[str], list[dict[str, Any]] | None]


@dataclass(frozen=True, slots=True)
class Shared:
    """Links that a person posted, as Slack reports them. `place` names the message for the answer."""

    team: str
    user: str
    external: bool
    links: tuple[str, ...]
    place: Mapping[str, str]


def read_shared(payload: Mapping[str, Any]) -> Shared | None:
    """Return the links of a `link_shared` event; None for another one."""
    event = payload.get("event")
    if payload.get("type") != "event_callback" or not isinstance(event, dict):
        return None
    found = event.get("links")
    if event.get("type") != "link_shared" or not isinstance(found, list):
        return None
    links = [str(one.get("url", "")) for one in found if isinstance(one, dict)]
    names = ("unfurl_id", "source") if event.get("unfurl_id") else ("channel", "ts")
    place = {name: str(event.get("message_ts" if name == "ts" else name, "")) for name in names}
    external = payload.get("is_ext_shared_channel") is not False
    return Shared(
        str(payload.get("team_id", "")), str(event.get("user", "")), external, tuple(links[:MOST]), place
    )


def answer(
    connection: Connection, settings: Settings, shared: Shared, preview: Preview
) -> dict[str, Any] | None:
    """Return the body of `chat.unfurl`; None where nothing may be shown."""
    app = settings.slack
    if app is None or not app.bot_token:
        return None
    who = app.users.get(shared.user, "")
    reason = (
        "another workspace"
        if shared.team not in app.workspaces
        else "a channel that is shared with others"
        if shared.external
        else "no reviewer"
        if not who or not presses.may_read(connection, settings, who)
        else ""
    )
    if reason:
        log.info("a link in Slack gets no preview", reason=reason, team=sanitize_line(shared.team))
        return None
    channels = [channel.id for channel in settings.channels if channel.url.startswith(_SCHEMES)]
    unfurls = {}
    for link in shared.links:
        change_id = change_of(link, settings.viewer_url)
        if change_id and outbox.was_sent(connection, change_id, channels) and (blocks := preview(change_id)):
            unfurls[link] = {"blocks": blocks}
    return {**shared.place, "unfurls": unfurls} if unfurls else None


def change_of(link: str, viewer_url: str) -> str:
    """Return the id of the change that an address of this viewer shows; empty for any other address."""
    found = re.fullmatch(
        rf"{re.escape(viewer_url.rstrip('/'))}/changes/(chg_[0-9a-f]{{16}})(?:[/?#].*)?", link
    )
    return found[1] if found else ""
