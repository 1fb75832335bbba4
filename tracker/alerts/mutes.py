"""Mutes and snoozes: deliveries that are withheld, or delayed, until a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from tracker.alerts.routing import Mute, Scope
from tracker.clock import SKEW
from tracker.storage.schema import MUTE


def add(
    connection: Connection,
    *,
    scope: Scope,
    value: str,
    channel: str | None,
    hold: bool,
    until: datetime,
    now: datetime,
) -> int:
    """Stores a mute or a snooze; returns its number."""
    values = {"scope": scope, "value": value, "channel": channel, "hold": hold, "until": until}
    row = connection.execute(insert(MUTE).values(**values, created_at=now).returning(MUTE.c.id))
    return int(row.scalar_one())


def end(connection: Connection, number: int, now: datetime) -> bool:
    """Ends a mute; False where no active mute has that number. Deliveries that it snoozed keep their time."""
    is_active = (MUTE.c.id == number) & (MUTE.c.until > now) & ~MUTE.c.ended
    return connection.execute(update(MUTE).where(is_active).values(ended=True)).rowcount > 0


def active(connection: Connection, now: datetime) -> list[Mute]:
    """The mutes that are active at `now`. One created in the future was created under a wrong clock and is ignored."""
    is_active = (MUTE.c.until > now) & ~MUTE.c.ended & (MUTE.c.created_at <= now + SKEW)
    rows = sorted(connection.execute(select(MUTE).where(is_active)), key=lambda row: row.id)
    return [Mute(row.id, row.scope, row.value, row.channel, row.hold, row.until) for row in rows]
