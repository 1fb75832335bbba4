"""Queues the deliveries of a change, in the transaction that stores the change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from tracker.alerts import mutes, related_documents, routing
from tracker.config.models import Settings
from tracker.model import Change, Document, Operation
from tracker.storage import outbox


def enqueue_alerts(
    connection: Connection,
    change: Change,
    document: Document,
    operations: Sequence[Operation],
    document_id: str,
    settings: Settings,
    now: datetime,
) -> int:
    """Queues the change for the channels of its routes; returns the number of new deliveries. A muted delivery is stored
    as withheld and not counted."""
    recipients = routing.route(change, settings)
    if not recipients:
        return 0
    story = related_documents.story_of_change(
        connection, change, related_documents.story_references(change, document, operations), document_id
    )
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
