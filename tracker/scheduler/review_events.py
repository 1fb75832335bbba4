"""Entries of the review log for webhooks that ask for them (`reviews = true`): each entry is one event, from wherever it was entered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from tracker.config.models import Settings
from tracker.model import Level
from tracker.serialization import format_instant
from tracker.storage import changes, notices
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import NOTICE, REVIEW
from tracker.stories import story_index

LOOK_BACK = timedelta(days=7)  # a channel that is new or was down gets the entries of these days
MOST = 500  # entries of one round; the next round takes the others


def queue_review_events(connection: Connection, settings: Settings, now: datetime) -> int:
    """Queue the entries that were not queued yet, oldest first, each once for each channel. Returns the number of deliveries."""
    channels = [channel.id for channel in settings.channels if channel.reviews]
    if not channels:
        return 0
    queued = 0
    entries = _unsent(connection, now)
    stories = story_index.stories_of(connection, [entry.change_id for entry in entries])
    for entry in entries:
        queued += notices.enqueue_notice(
            connection, name=(entry.id,), kind=_kind(entry.action), level=Level.NONE,
            story=stories.get(entry.change_id, entry.change_id), data=_facts(connection, entry),
            channels=channels, reason={"code": "review"}, now=now,
        )  # fmt: skip
    return queued


def _unsent(connection: Connection, now: datetime) -> list[Row[Any]]:
    """The entries of the last days without a notice. They are read from the newest back, so that the cost is that of these."""
    newest = select(REVIEW).order_by(REVIEW.c.id.desc()).limit(MOST)
    recent = [row for row in connection.execute(newest) if row.at >= now - LOOK_BACK]
    ids = {notices.notice_id(_kind(row.action), row.id): row for row in recent}
    known = connection.execute(select(NOTICE.c.id).where(NOTICE.c.id.in_(list(ids))))
    for row in known:
        del ids[row.id]
    return sorted(ids.values(), key=lambda row: int(row.id))


def _kind(action: str) -> str:
    return "review-decided" if action == ReviewAction.DECIDE else "review-entered"


def _facts(connection: Connection, entry: Row[Any]) -> dict[str, Any]:
    change = changes.get(connection, entry.change_id)
    return {
        "change": entry.change_id, "revision": entry.revision, "title": change.title if change else "",
        "url": change.url if change else "", "who": entry.who,
        "action": entry.action, "value": entry.value, "note": entry.note, "at": format_instant(entry.at),
    }  # fmt: skip
