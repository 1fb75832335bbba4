"""Entries of the review log for webhooks that ask for them (`reviews = true`): each entry is one event, from wherever it was entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from tracker.config.models import Settings
from tracker.model import Level
from tracker.serialization import format_instant
from tracker.storage import changes, notices, outbox
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import DELIVERY, REVIEW
from tracker.stories import story_index

LOOK_BACK = timedelta(days=7)  # a channel that is new or was down gets the entries of these days
PAGE = 200  # entries that are read at once


def queue_review_events(connection: Connection, settings: Settings, now: datetime) -> int:
    """Queue the entries that were not queued yet, oldest first, each once for each channel. Returns the number of deliveries."""
    channels = [channel.id for channel in settings.channels if channel.reviews]
    if not channels:
        return 0
    queued = 0
    entries = _unsent(connection, channels, now)
    stories = story_index.stories_of(connection, [entry.change_id for entry in entries])
    for entry in entries:
        queued += notices.enqueue_notice(
            connection, name=(entry.id,), kind=_kind(entry.action), level=Level.NONE,
            story=stories.get(entry.change_id, entry.change_id), data=_facts(connection, entry),
            channels=channels, reason={"code": "review"}, now=now,
        )  # fmt: skip
    return queued


def _unsent(connection: Connection, channels: Sequence[str], now: datetime) -> list[Row[Any]]:
    """The entries of the last days that a channel lacks, oldest first. They are read from the newest back, until a page that every
    channel has: what is older was queued with it or before it."""
    found: list[Row[Any]] = []
    newest = select(REVIEW).order_by(REVIEW.c.id.desc()).limit(PAGE)
    page = connection.execute(newest).all()
    while page:
        recent = [row for row in page if row.at >= now - LOOK_BACK]
        keys = {
            outbox.alert_key(notices.notice_id(_kind(row.action), row.id), 1, channel): row
            for row in recent
            for channel in channels
        }
        for known in connection.execute(select(DELIVERY.c.key).where(DELIVERY.c.key.in_(list(keys)))):
            del keys[known.key]
        found += {int(row.id): row for row in keys.values()}.values()
        if not keys or len(recent) < len(page):
            break
        page = connection.execute(newest.where(REVIEW.c.id < page[-1].id)).all()
    return sorted(found, key=lambda row: int(row.id))


def _kind(action: str) -> str:
    return "review-decided" if action == ReviewAction.DECIDE else "review-entered"


def _facts(connection: Connection, entry: Row[Any]) -> dict[str, Any]:
    change = changes.get(connection, entry.change_id)
    return {
        "change": entry.change_id, "revision": entry.revision, "title": change.title if change else "",
        "url": change.url if change else "", "who": entry.who,
        "action": entry.action, "value": entry.value, "note": entry.note, "at": format_instant(entry.at),
    }  # fmt: skip
