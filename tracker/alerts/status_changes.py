"""Alerts those who had a record when a later document changes its legal status: once, in the thread of the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, select

from tracker.alerts import mutes, routing
from tracker.config.models import Settings
from tracker.documents.names import names_of
from tracker.model import Change
from tracker.storage import outbox
from tracker.storage.schema import DELIVERY


def reached(connection: Connection, actor: Change) -> set[tuple[str, str | None]]:
    """Return the channels and threads in which a document itself is sent."""
    return {(row.channel, row.story) for row in _deliveries(connection, actor.id)}


def enqueue(
    connection: Connection,
    change: Change,
    actor: Change | str,
    settings: Settings,
    now: datetime,
    reached: set[tuple[str, str | None]],
) -> int:
    """Queue a raised revision of a record for the channels that sent it. Returns the number of new deliveries.

    A channel that receives the later document itself, or another record, in the same thread (`reached`) gets no second
    message, and one whose alert is still pending sends the record as it is then. `actor`: the document that changed the
    status, or the name of what a person recorded.
    """
    active = mutes.active(connection, now)
    by = actor if isinstance(actor, str) else names_of(actor)
    sent = {row.channel: row.story for row in _deliveries(connection, change.id) if row.state == "sent"}
    waiting = {
        row.channel for row in _deliveries(connection, change.id) if row.state in ("pending", "claimed")
    }
    queued = 0
    for channel_id, story in sent.items():
        channel = settings.channel(channel_id)
        if channel is None or channel_id in waiting or (story and (channel_id, story) in reached):
            continue
        plan = routing.plan_delivery(
            channel, change.tagging.level, now=now, timezone=settings.timezone, mutes=active, story=story or "",
            source=change.source, topics=[topic.id for topic in change.tagging.topics],
        )  # fmt: skip
        reached.add((channel_id, story))
        queued += outbox.enqueue(
            connection, subject_id=change.id, revision=change.revision, channel=channel_id,
            reason={"code": "status", "by": by}, now=now, story=story, at=plan.at,
            batch=plan.batch, hold_reason=plan.hold.record() if plan.hold else None, withheld=plan.withheld,
        )  # fmt: skip
    return queued


def _deliveries(connection: Connection, change_id: str) -> Sequence[Row[str, str | None, str]]:
    query = select(DELIVERY.c.channel, DELIVERY.c.story, DELIVERY.c.state)
    return connection.execute(
        query.where((DELIVERY.c.kind == "alert") & (DELIVERY.c.subject_id == change_id)).order_by(
            DELIVERY.c.id
        )
    ).all()
