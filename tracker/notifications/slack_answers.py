"""The answer to a press in Slack, sent to the address that came with it."""

from __future__ import annotations

from typing import Any

from tracker.interactions import slack
from tracker.logs import Logger
from tracker.notifications.http_post import send_json

log = Logger()


def answer_press(address: str, body: dict[str, Any]) -> None:
    """Send an answer to the `response_url` of a press. Only Slack's own host gets one."""
    if not address.startswith(slack.RESPONSE_HOST):
        log.warning("an answer to Slack has no address of Slack")
        return
    result = send_json(address, body)
    if not result.ok:
        log.warning("Slack did not take the answer to a press; the review is recorded", answer=result.text)
