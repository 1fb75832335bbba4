"""How a channel calls the thread of a story: kept from the target's answer to the story's first message."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from tracker.storage.schema import THREAD


def thread_id(connection: Connection, channel: str, story: str) -> str:
    """Empty where the story was not told there yet, or the place has no threads."""
    found = connection.execute(
        select(THREAD.c.external_thread_id).where((THREAD.c.channel == channel) & (THREAD.c.story == story))
    ).scalar()
    return found or ""


def keep_thread_id(connection: Connection, channel: str, story: str, value: str) -> None:
    """Later messages hang below it. `value` holds what was known before, with the rooms that took their first message
    since."""
    known = thread_id(connection, channel, story)
    if not known:
        connection.execute(insert(THREAD).values(channel=channel, story=story, external_thread_id=value))
    elif known != value:
        mine = (THREAD.c.channel == channel) & (THREAD.c.story == story)
        connection.execute(update(THREAD).where(mine).values(external_thread_id=value))
