"""The answers to Slack: to a press, at the address that came with it, and previews of posted links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tracker.config.models import Settings
from tracker.interactions import slack
from tracker.logs import Logger
from tracker.notifications.channels.slack import bot_answer, preview_blocks
from tracker.notifications.delivery_result import HIDDEN
from tracker.notifications.http_post import send_json
from tracker.rendering.alert_message import build_message
from tracker.storage import changes, corrections

log = Logger()


API = "https://slack.com/api/"


def send_previews(bot_token: str, body: dict[str, Any]) -> None:
    """Send the previews of posted links by `chat.unfurl`."""
    result = send_json(
        f"{API}chat.unfurl", body, headers={"Authorization": f"Bearer {bot_token}"}, interpret=bot_answer
    )
    if not result.ok:
        log.warning("Slack did not take the preview of a link", answer=redact_token(result.text, bot_token))


def redact_token(text: str, token: str) -> str:
    """The text without the token, which no answer of Slack should repeat."""
    return text.replace(token, HIDDEN)


def change_preview(
    connection: Connection, settings: Settings, change_id: str, now: datetime
) -> list[dict[str, Any]] | None:
    """Return the blocks of a change for a preview, in the main language; None where it is not stored."""
    stored = changes.get(connection, change_id)
    if stored is None:
        return None
    message = build_message(
        corrections.with_leading(connection, stored), settings.languages[0], now=now, timezone=settings.timezone,
        viewer_url=settings.viewer_url,
    )  # fmt: skip
    return preview_blocks(message)


def answer_press(address: str, body: dict[str, Any]) -> None:
    """Send an answer to the `response_url` of a press. Only Slack's own host gets one."""
    if not address.startswith(slack.RESPONSE_HOST):
        log.warning("an answer to Slack has no address of Slack")
        return
    result = send_json(address, body)
    if not result.ok:
        log.warning("Slack did not take the answer to a press; the review is recorded", answer=result.text)
