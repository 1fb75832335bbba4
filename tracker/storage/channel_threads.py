"""A channel's own id of the thread of a story, from the target's answer to the first message of the story."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from tracker.storage.schema import THREAD


def thread_id(connection: Connection, channel: str, story: str) -> str:
    """The id; empty before the first message of the story, and for channels without threads."""
    found = connection.execute(
        select(THREAD.c.external_thread_id).where((THREAD.c.channel == channel) & (THREAD.c.story == story))
    ).scalar()
    return found or ""


def keep_thread_id(connection: Connection, channel: str, story: str, value: str) -> None:
    """Stores the id for later messages of the story. A new `value` contains the previous one, and the rooms that accepted
    their first message since."""
    known = thread_id(connection, channel, story)
    if not known:
        connection.execute(insert(THREAD).values(channel=channel, story=story, external_thread_id=value))
    elif known != value:
        mine = (THREAD.c.channel == channel) & (THREAD.c.story == story)
        connection.execute(update(THREAD).where(mine).values(external_thread_id=value))
