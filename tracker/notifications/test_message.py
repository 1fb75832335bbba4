"""The test message that `tracker check` sends to a channel: it looks like an alert and is marked as a test."""

from __future__ import annotations

from datetime import datetime

from tracker.i18n import t
from tracker.model import Language, Level
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.webhook_events import TEST
from tracker.rendering.alert_message import LabeledFact, Message
from tracker.serialization import format_instant


def test_message(language: Language, now: datetime) -> OutboundMessage:
    """The test message. Its record has `"test": true`, so that programs can distinguish it from a change."""
    title = t("message.test-title", language)
    message = Message(
        id="test",
        language=language,
        level=Level.NONE,
        direction=None,
        marks=(),
        badge=title,
        subject=title,
        what=t("message.test", language),
        title="",
        detail="",
        points=(),
        quotes=(),
        facts=(LabeledFact(t("message.sent", language), format_instant(now)),),
        links=(),
        notice="",
    )
    record = {"test": True, "sent_at": format_instant(now)}
    return OutboundMessage(message, record, f"test-{format_instant(now)}", "test", event=TEST, at=now)
