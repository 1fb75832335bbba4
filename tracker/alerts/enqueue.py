"""Queues the deliveries of a change, in the transaction that stores the change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from tracker.alerts import mutes, routing
from tracker.config.models import Settings
from tracker.model import Change
from tracker.storage import outbox
from tracker.stories import story_index


def enqueue_alerts(
    connection: Connection,
    change: Change,
    story: str,
    document_id: str,
    settings: Settings,
    now: datetime,
) -> int:
    """Queues the change for the channels of its routes; returns the number of new deliveries. A muted delivery is stored
    as withheld and not counted. `story`: empty where the change is the first record of its own."""
    recipients = routing.route(change, settings)
    if not recipients:
        return 0
    story = story or story_index.story_of_change(connection, change, (), document_id)
    active_mutes = mutes.active(connection, now)
    queued = 0
    for routed in recipients:
        channel = settings.channel(routed.channel)
        if channel is None:
            continue
        plan = routing.plan_delivery(
            channel, routed.level, now=now, timezone=settings.timezone, mutes=active_mutes, story=story,
            source=change.source, topics=[topic.id for topic in change.tagging.topics],
        )  # fmt: skip
        queued += outbox.enqueue(
            connection, subject_id=change.id, revision=change.revision, channel=channel.id,
            reason=routed.reason, now=now, story=story, at=plan.at, batch=plan.batch,
            hold_reason=plan.hold.record() if plan.hold else None, withheld=plan.withheld,
        )  # fmt: skip
    return queued
