"""The message by which `tracker check` tries a channel: it looks like an alert and says it is none."""

from __future__ import annotations

from datetime import datetime

from tracker.i18n import t
from tracker.model import Language, Level
from tracker.notifications.formats import Parcel
from tracker.rendering.alert_message import Fact, Message
from tracker.serialization import instant


def trial_parcel(language: Language, now: datetime) -> Parcel:
    """A parcel whose record is `{"test": true}`, so that programs can tell it from a change."""
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
        facts=(Fact(t("message.sent", language), instant(now)),),
        links=(),
        notice="",
    )
    return Parcel(message, {"test": True, "sent_at": instant(now)}, f"test-{instant(now)}", "test")
