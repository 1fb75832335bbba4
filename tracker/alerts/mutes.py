"""What somebody has said not to tell, or not to tell yet, until a moment."""

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
    """Its number."""
    values = {"scope": scope, "value": value, "channel": channel, "hold": hold, "until": until}
    row = connection.execute(insert(MUTE).values(**values, created_at=now).returning(MUTE.c.id))
    return int(row.scalar_one())


def end(connection: Connection, number: int, now: datetime) -> bool:
    """False where there is none of that number that lasts. What was snoozed by it still waits for its moment."""
    lasting = (MUTE.c.id == number) & (MUTE.c.until > now) & ~MUTE.c.ended
    return connection.execute(update(MUTE).where(lasting).values(ended=True)).rowcount > 0


def active(connection: Connection, now: datetime) -> list[Mute]:
    """Those that last. One that was made in the future was made under a wrong clock, and holds nothing back."""
    lasting = (MUTE.c.until > now) & ~MUTE.c.ended & (MUTE.c.created_at <= now + SKEW)
    rows = connection.execute(select(MUTE).where(lasting).order_by(MUTE.c.id))
    return [Mute(row.id, row.scope, row.value, row.channel, row.hold, row.until) for row in rows]
