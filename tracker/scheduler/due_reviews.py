"""Reminders of changes that a person put off ("Later") or gave a due day: on that day, to the channels that get the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from tracker.alerts import mutes, routing
from tracker.clock import legal_day, reader_day, reader_instant
from tracker.config.models import Settings
from tracker.model import Change
from tracker.rendering.words_on_day import worded_on
from tracker.storage import changes, corrections, notices, reviews
from tracker.storage.reviews import ReviewAction, review_state, undone
from tracker.storage.schema import REVIEW
from tracker.stories import story_index

AT = time(9)  # on the reader's clock
LOOK_BACK = timedelta(days=7)  # a due day that passed while the tracker was down


def queue_due_reviews(connection: Connection, settings: Settings, now: datetime) -> int:
    """Queue one reminder for each story and due day. Returns the number of deliveries. A change that was decided, or acknowledged
    after its due day was set, needs none."""
    today = reader_day(now, settings.timezone)
    last = today if now >= reader_instant(today, settings.timezone, AT) else today - timedelta(days=1)
    muted = mutes.active(connection, now)
    queued = 0
    reminded: set[tuple[str, date]] = set()
    for change, on, entry in _due(connection, today - LOOK_BACK, last):
        story = story_index.story_of_stored(connection, change)
        if (story, on) in reminded:
            continue
        reminded.add((story, on))
        queued += _remind(connection, settings, change, story, on, entry, muted, now)
    return queued


def _due(connection: Connection, first: date, last: date) -> Iterator[tuple[Change, date, dict[str, Any]]]:
    """The changes whose due day is between two days, with the entry that set it; those of their own before those of their story."""
    found = connection.execute(
        select(REVIEW.c.change_id)
        .where(
            (REVIEW.c.action == ReviewAction.DUE)
            & REVIEW.c.value.between(first.isoformat(), last.isoformat())
        )
        .order_by(REVIEW.c.id)
    )
    for change_id in dict.fromkeys(row.change_id for row in found):
        stored = changes.get(connection, change_id)
        if stored is None:
            continue
        log = reviews.of_change(connection, change_id)
        state, gone = review_state(log, stored.revision), undone(log)
        entries = [entry for entry in log if entry["id"] not in gone]
        entry = (
            next(one for one in reversed(entries) if one["action"] == ReviewAction.DUE) if state.due else None
        )
        if entry is None or state.decision or state.due is None or not first <= state.due <= last:
            continue
        acknowledged = [one["id"] for one in entries if one["action"] == ReviewAction.ACKNOWLEDGE]
        if not acknowledged or acknowledged[-1] < entry["id"]:
            yield corrections.with_leading(connection, stored), state.due, entry


def _remind(
    connection: Connection,
    settings: Settings,
    change: Change,
    story: str,
    on: date,
    entry: dict[str, Any],
    muted: Sequence[routing.Mute],
    now: datetime,
) -> int:
    tagging = worded_on(change, legal_day(now)).tagging
    text = tagging.headline if tagging.headline.ja else tagging.summary
    facts = {
        "change": change.id, "title": change.title, "url": change.url, "date": on.isoformat(), "who": entry["who"],
        "document_number": change.document_number or "", "what": {"ja": text.ja, "en": text.en},
    }  # fmt: skip
    queued = 0
    for routed in routing.route(replace(change, baseline=False), settings):
        channel = settings.channel(routed.channel)
        if channel is None:
            continue
        plan = routing.plan_delivery(
            channel, routed.level, now=now, timezone=settings.timezone, mutes=muted, story=story,
            source=change.source, topics=[topic.id for topic in change.tagging.topics],
        )  # fmt: skip
        queued += notices.enqueue_notice(
            connection, name=(story, on, entry["id"]), kind="review-due", level=change.tagging.level, story=story,
            data=facts, channels=[channel.id], reason={"code": "review-due"}, now=now, at=plan.at,
            batch=plan.batch, hold_reason=plan.hold.record() if plan.hold else None, withheld=plan.withheld,
        )  # fmt: skip
    return queued
