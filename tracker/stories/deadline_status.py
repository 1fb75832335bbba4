"""What the status of its story says beside an upcoming date: the gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.legal_status.ribbons import Ribbon
from tracker.model import Language
from tracker.rendering.deadlines import Deadline
from tracker.rendering.status_ribbons import story_ribbons
from tracker.serialization import change_from_json
from tracker.storage.read_queries import StoreReader
from tracker.storage.story_queries import records_of_stories


def deadline_ribbons(
    store: StoreReader, found: Sequence[Deadline], today: date, language: Language
) -> dict[str, tuple[Ribbon, ...]]:
    """Return the ribbons of the story of each date on a day, by its key."""
    names = {name for entry in found for name in (entry.change_id, *entry.changes)}
    stories = records_of_stories(store.connection, names)
    alone = {name: store.change(name) for name in names - stories.keys()}
    shown = {}
    for entry in found:
        records = [
            change_from_json(record)
            for name in dict.fromkeys((entry.change_id, *entry.changes))
            for record in (stories.get(name) or [alone[name]])
        ]
        lead = next(record for record in records if record.id == entry.change_id)
        shown[entry.key] = story_ribbons(lead, records, today, language)
    return shown
