"""Alerts those who had a record when its legal status changes: by a later document, or by a correction by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from tracker.alerts import status_changes
from tracker.clock import legal_day
from tracker.config.models import Settings
from tracker.ingest import assess, effects
from tracker.legal_status import stored_register
from tracker.legal_status.register_status import effective
from tracker.legal_status.stored_register import is_codified
from tracker.model import Change
from tracker.storage import changes


def stored_now(connection: Connection, entries: Iterable[changes.ChangeEntry]) -> list[changes.ChangeEntry]:
    """Return the entries as they are stored now."""
    found = (changes.entry(connection, entry.change.id) for entry in entries)
    return [entry for entry in found if entry is not None]


def enqueue(
    connection: Connection,
    earlier: Sequence[tuple[Change, changes.ChangeEntry]],
    actor: Change | str,
    settings: Settings,
    now: datetime,
) -> int:
    """Queue an alert to those who had a record whose status changed, one in each thread. `earlier`: the records of
    documents before, with what is stored now. `actor`: the document that changed it, or the name of what a person
    recorded. Returns the number."""
    today, queued = legal_day(now), 0
    reached = status_changes.reached(connection, actor) if isinstance(actor, Change) else set()
    for before, entry in earlier:
        if is_codified(entry.change) or effective(before, today) == effective(entry.change, today):
            continue
        raised = replace(entry.change, revision=entry.change.revision + 1)
        sent = status_changes.enqueue(connection, raised, actor, settings, now, reached)
        if sent:
            words = assess.search_labels(raised)
            changes.save(connection, replace(entry, change=raised, words=words))
        queued += sent
    return queued


def settle_by_hand(
    connection: Connection, effect: str, by: str, settings: Settings | None, now: datetime
) -> int:
    """Write what a correction by hand makes of the stored records. Returns the number of alerts that were queued; none
    without settings."""
    affected = stored_register.records_affected(connection, [effect])
    effects.settle(connection, affected)
    if settings is None:
        return 0
    later = {entry.change.id: entry for entry in stored_now(connection, affected)}
    earlier = [(entry.change, later[entry.change.id]) for entry in affected]
    return enqueue(connection, earlier, by, settings, now)
