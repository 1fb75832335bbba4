"""The upcoming dates of all changes. Plain SQL, so that `tracker deadlines` answers before SQLAlchemy is imported."""

from __future__ import annotations

from datetime import date

from tracker.rendering.deadlines import Deadline, deadlines
from tracker.serialization import change_from_json
from tracker.storage.read_queries import StoreReader
from tracker.storage.story_queries import stories_of


def deadlines_ahead(reader: StoreReader, today: date) -> tuple[Deadline, ...]:
    """Return the upcoming dates, earliest first; equal dates of one story are one."""
    planned = [change_from_json(record) for record in reader.planned(today)]
    stories = stories_of(reader.connection, (change.id for change in planned))
    return deadlines(planned, today, stories)
