"""What a change makes owed to the channels, written in the transaction that writes the change."""

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
    identity: str,
    settings: Settings,
    now: datetime,
) -> int:
    """How many deliveries are new. What is muted is owed to nobody, and written down as withheld."""
    wanted = routing.route(change, settings)
    if not wanted:
        return 0
    story = related_documents.story_of_change(
        connection, change, related_documents.story_references(change, document, operations), identity
    )
    muted = mutes.active(connection, now)
    told = 0
    for routed in wanted:
        channel = settings.channel(routed.channel)
        if channel is None:
            continue
        plan = routing.plan_delivery(
            channel, routed.level, now=now, timezone=settings.timezone, mutes=muted, story=story,
            source=change.source, topics=[topic.id for topic in change.tagging.topics],
        )  # fmt: skip
        told += outbox.enqueue(
            connection, change_id=change.id, revision=change.revision, channel=channel.id,
            reason=routed.reason, now=now, story=story, at=plan.at, batch=plan.batch,
            held=plan.held.record() if plan.held else None, withheld=not plan.told,
        )  # fmt: skip
    return told
