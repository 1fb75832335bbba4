"""Writes a reviewer's correction into the review log, and rebuilds what the change is found by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from tracker.errors import UsageError
from tracker.ingest import assess
from tracker.model import TOPIC_IDS, Change
from tracker.model.corrections import CorrectedFields
from tracker.storage import changes, corrections, reviews
from tracker.storage.reviews import ReviewAction
from tracker.text import fold_space


def correct(
    connection: Connection, change_id: str, *, at: datetime, who: str, wanted: CorrectedFields, reason: str
) -> None:
    """Makes these fields lead from now on. Where all of them equal the result of the rules, the earlier correction is withdrawn.

    Raises UsageError when there is no such change, when it would say what leads already, when there is no reason or name,
    and for a topic that does not exist.
    """
    entry = changes.entry(connection, change_id)
    if entry is None:
        raise UsageError(f"no change is called {change_id!r}")
    fields = _differing(wanted, entry.change)
    if fields == corrections.fields(connection, change_id, entry.change.revision):
        raise UsageError("nothing is corrected", cure="change the level, direction, topics or gist")
    reviews.add(
        connection, change_id, at=at, who=who, action=ReviewAction.CORRECT, value=fields.encode(), note=reason
    )
    seen = corrections.with_leading(connection, entry.change)
    changes.save(connection, replace(entry, words=assess.search_labels(seen)))


def _differing(wanted: CorrectedFields, change: Change) -> CorrectedFields:
    """What differs from what the rules found."""
    tagging = change.tagging
    found = tuple(topic.id for topic in tagging.topics)
    unknown = sorted(set(wanted.topics or ()) - {*TOPIC_IDS, *found})
    if unknown:
        raise UsageError(f"no topic is called {unknown[0]!r}")
    gist = fold_space(tagging.headline.ja or tagging.summary.ja)
    return CorrectedFields(
        None if wanted.level is tagging.level else wanted.level,
        None if wanted.direction is tagging.direction else wanted.direction,
        None
        if wanted.topics is None or set(wanted.topics) == set(found)
        else tuple(dict.fromkeys(wanted.topics)),
        None if wanted.gist_ja in (None, "", gist) else wanted.gist_ja,
    )
