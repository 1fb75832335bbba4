"""Notices that depend on time: upcoming dates, sources that are too quiet, unacknowledged alerts, due reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection

from tracker.alerts import incidents, mutes, routing
from tracker.clock import ahead, legal_day
from tracker.config.models import Settings, Source
from tracker.config.source_kinds import source_kinds
from tracker.ingest.poll import PollContext
from tracker.model import Change, Level
from tracker.rendering.deadlines import Deadline, deadlines
from tracker.rendering.words_on_day import worded_on
from tracker.scheduler.due_reviews import queue_due_reviews
from tracker.scheduler.review_events import queue_review_events
from tracker.serialization import format_instant
from tracker.storage import alert_queries, notices
from tracker.stories import story_index

WARNED = frozenset(
    {"comments-close", "applications-close", "effective", "compliance", "stay-ends", "expires"}
)
STEPS = (0, 1, 7, 14)  # days before the date; no new document announces the day itself

# A source is too quiet when it published nothing for three times its longest pause, and for at least a week.
PAUSES = 3
QUIET = timedelta(days=7)
DAYS = 30  # of publication, from which the longest pause is computed
FEWEST = 8

LOOK_BACK = timedelta(days=14)  # how long alerts wait for their acknowledgement


def send_reminders(context: PollContext) -> int:
    """Queues the notices that are due now, each once, however often this is called. Returns the number of deliveries."""
    now = context.now().replace(microsecond=0)
    settings = context.settings
    with context.store.write() as connection:
        incidents.end_of_removed(
            connection,
            {source.id for source in settings.sources if source.enabled},
            {channel.id for channel in settings.channels},
            now,
        )
        return (
            _upcoming_dates(connection, context.settings, now)
            + _quiet_sources(connection, context.settings, now)
            + _escalate(connection, context.settings, now)
            + queue_due_reviews(connection, context.settings, now)
            + queue_review_events(connection, context.settings, now)
        )


def reminder_step(kind: str, on: date, seen: date, today: date) -> int | None:
    """The reminder of a date that is due: 14, 7, 1 or 0 days before; None where none is. No reminder is due for a
    step that had passed when the change was first seen: the alert itself gave the date."""
    left = (on - today).days
    due = next((days for days in STEPS if days >= left), None)
    if kind not in WARNED or left < 0 or due is None or on - timedelta(days=due) <= seen:
        return None
    return due


def too_quiet(days: Sequence[date], today: date) -> bool:
    """Whether a source that published on these days, newest first, should have published again by now."""
    if len(days) < FEWEST:
        return False
    longest = max(later - earlier for later, earlier in pairwise(days))
    return today - days[0] > max(longest * PAUSES, QUIET)


def _upcoming_dates(connection: Connection, settings: Settings, now: datetime) -> int:
    today = legal_day(now)
    changes = {
        change.id: change
        for change in alert_queries.changes_with_dates(connection, today, today + timedelta(days=max(STEPS)))
    }
    in_force = {
        (change.id, day.type, day.date.isoformat())
        for change in changes.values()
        for day in change.tagging.dates
        if not day.superseded
    }
    for notice in notices.pending(connection, "deadline"):
        if (notice.data["change"], notice.data["type"], notice.data["date"]) not in in_force:
            notices.withdraw(connection, notice.id)
    queued = 0
    muted = mutes.active(connection, now)
    for entry in deadlines(changes.values(), today, story_index.stories_of(connection, list(changes))):
        seen = changes[entry.first].detected_at
        # Detected while the clock was ahead: the day is unknown, and an extra reminder is better than none.
        first_seen = date.min if ahead(seen, now) else legal_day(seen)
        days = reminder_step(entry.type, entry.date, first_seen, today)
        if days is not None:
            related = [changes[one] for one in entry.changes]
            queued += _remind(connection, settings, related, entry, days, muted, now)
    return queued


def _remind(
    connection: Connection,
    settings: Settings,
    changes: Sequence[Change],
    entry: Deadline,
    days: int,
    muted: Sequence[routing.Mute],
    now: datetime,
) -> int:
    """Queues one reminder for every channel that one of these changes is routed to, also where it was a baseline. The
    first of the changes gives the text."""
    story = story_index.story_of_stored(connection, changes[0])
    facts = {
        "change": entry.change_id, "type": entry.type, "date": entry.date.isoformat(), "days": days,
        "note": entry.note, "by": entry.by, "quote": entry.quote, "where": entry.where, "units": list(entry.units),
        "title": entry.title, "what": {"ja": entry.what_ja, "en": entry.what_en},
        "document_number": entry.document_number or "", "url": entry.url,
    }  # fmt: skip
    planned: dict[str, tuple[routing.DeliveryPlan, Mapping[str, Any]]] = {}
    for change in changes:
        for routed in routing.route(replace(change, baseline=False), settings):
            channel = settings.channel(routed.channel)
            if channel is None or (channel.id in planned and not planned[channel.id][0].withheld):
                continue
            plan = routing.plan_delivery(
                channel, max(entry.level, routed.level, key=lambda level: level.rank), now=now, timezone=settings.timezone, mutes=muted, story=story,
                source=change.source, topics=[topic.id for topic in change.tagging.topics],
            )  # fmt: skip
            planned[channel.id] = (plan, routed.reason)
    return sum(
        notices.enqueue_notice(
            connection, name=(entry.first, entry.type, entry.date, days), kind="deadline",
            level=entry.level, story=story, data=facts, channels=[channel], reason=reason,
            now=now, at=plan.at, batch=plan.batch or f"dates-{legal_day(now)}",
            hold_reason=plan.hold.record() if plan.hold else None, withheld=plan.withheld,
        )
        for channel, (plan, reason) in planned.items()
    )  # fmt: skip


def _quiet_sources(connection: Connection, settings: Settings, now: datetime) -> int:
    today = legal_day(now)
    observations = []
    for source in settings.sources:
        if not source.enabled or not source_kinds()[source.kind].regular:
            continue
        days = alert_queries.publication_days(connection, _covering(source, settings), DAYS)
        quiet = too_quiet(days, today)
        cause = {"code": "quiet", "last_published": days[0].isoformat()} if quiet else {}
        failures = incidents.FAILURES if quiet else 0
        observations.append(incidents.SubjectHealth(f"quiet:{source.id}", failures, "quiet", cause=cause))
    return incidents.observe(connection, observations, settings.channels_for_outages(), now)


def _covering(source: Source, settings: Settings) -> list[str]:
    """The sources that may have published a document of this source first."""
    kinds, wanted = source_kinds(), set(source.agencies)
    return [
        other.id
        for other in settings.sources
        if kinds[other.kind].series == kinds[source.kind].series
        and (not other.agencies or (wanted and wanted <= set(other.agencies)) or other.id == source.id)
    ]


def _highest_level(change: Change, settings: Settings) -> Level:
    """The highest level by which a route sends the change: its own, or that for a profile."""
    levels = (routed.level for routed in routing.route(change, settings))
    return max((change.tagging.level, *levels), key=lambda level: level.rank)


def _escalate(connection: Connection, settings: Settings, now: datetime) -> int:
    if all(route.acknowledge_within is None for route in settings.routes):
        return 0
    queued = 0
    for change, sent_at, channels in alert_queries.unacknowledged(
        connection, Level.HIGH.rank, now - LOOK_BACK
    ):
        for within, to in routing.escalations(change, settings):
            if now - sent_at < within and not ahead(sent_at, now):
                continue
            tagging = worded_on(change, legal_day(now)).tagging
            text = tagging.headline if tagging.headline.ja else tagging.summary
            facts = {
                "change": change.id, "title": change.title, "url": change.url, "told_at": format_instant(sent_at),
                "channel": ", ".join(channels),
                "what": {"ja": text.ja, "en": text.en},
            }  # fmt: skip
            queued += notices.enqueue_notice(
                connection, name=(change.id, change.revision, within), kind="unacknowledged",
                level=_highest_level(change, settings), story=story_index.register_story_names(connection, change) or change.id, data=facts,
                channels=to, reason={"code": "unacknowledged", "seconds": int(within.total_seconds())}, now=now,
            )  # fmt: skip
    return queued
