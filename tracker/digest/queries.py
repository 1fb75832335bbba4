"""Loads the material of a week from the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tracker.digest.period import Period
from tracker.digest.quarter import WEEKS, ChangeSighting
from tracker.digest.week import HORIZON, DigestMaterial, Review, SourceHealth, SourceOutage, Week, build_week
from tracker.model import Change, DocumentKind, Level, Operation
from tracker.rendering.source_text import SourceNames, id_as_name
from tracker.serialization import change_from_json
from tracker.storage import changes as stored
from tracker.storage.database import Store
from tracker.storage.digest_queries import DigestQueries
from tracker.storage.instants import from_text
from tracker.storage.read_queries import StoreReader, open_reader
from tracker.storage.story_queries import stories_of

_COMPARED = frozenset({DocumentKind.CFR, DocumentKind.LIST})
_LEVELS = tuple(Level)
# The longest delay between two sources of one list: the eCFR and the Consolidated Screening List.
EARLIER = timedelta(days=35)


def load_week(
    state: Path,
    period: Period,
    *,
    now: datetime,
    profile: str = "",
    viewer_url: str = "",
    watched: Collection[str] | None = None,
    store: Store | None = None,
    names: SourceNames = id_as_name,
) -> Week:
    """The week from the current content of the store. `watched`: the sources whose health is reported (None: all in the
    store). `store`: an open store to use. `names`: those of the sources. Raises StoreError where there is no state."""
    with open_reader(state) as opened:
        material = _material(opened, period, watched)
        lists = any(change.kind in _COMPARED for change in material.changes)
        before = (
            _restored(DigestQueries(opened.connection).compared(period.start - EARLIER, period.start))
            if lists
            else ()
        )
    wanted = [change.id for change in (*material.changes, *before) if change.kind in _COMPARED]
    operations = _operations(wanted, state, store)
    full = replace(
        material,
        operations=operations,
        earlier=tuple((change, operations[change.id]) for change in before),
    )
    return build_week(period, full, now=now, profile=profile, viewer_url=viewer_url, names=names)


def _material(opened: StoreReader, period: Period, watched: Collection[str] | None) -> DigestMaterial:
    weeks = DigestQueries(opened.connection)
    changes = _restored(weeks.first_seen(period.start, period.end))
    names = [link.target for change in changes for link in change.tagging.links]
    affected = _restored(weeks.turning(period.first, period.last, names))
    updates = _restored(weeks.renewed(period.start, period.end))
    # One day more than the horizon, because dates count by New York's day.
    planned = _restored(weeks.planned(period.first, period.last + HORIZON + timedelta(days=1)))
    sightings = (
        ChangeSighting(
            from_text(seen.detected_at),
            _LEVELS[seen.level],
            seen.topics,
            date.fromisoformat(seen.effective) if seen.effective else None,
        )
        for seen in weeks.seen(period.shifted(1 - WEEKS).start, period.end)
    )
    taken = weeks.taken(period.start, period.end)
    outages = _outages(weeks.outages(period.start, period.end))
    since = weeks.watched_since()
    concerned = dict.fromkeys(change.id for change in (*changes, *updates, *planned))
    return DigestMaterial(
        changes=changes,
        updates=updates,
        planned=planned,
        affected=affected,
        sightings=tuple(sightings),
        sources=tuple(
            _health(row, taken.get(name, 0), outages.get(name, ()))
            for name, row in opened.sources().items()
            if watched is None or name in watched
        ),
        reviews=_reviews(opened.reviews(list(concerned))),
        stories=stories_of(opened.connection, concerned),
        watched_since=from_text(since) if since else None,
    )


def _restored(records: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(change_from_json(record) for record in records)


def _operations(
    change_ids: Sequence[str], state: Path, store: Store | None
) -> dict[str, tuple[Operation, ...]]:
    if not change_ids:
        return {}
    opened = store or Store(state)
    try:
        with opened.read() as connection:
            return {change_id: stored.operations(connection, change_id) for change_id in change_ids}
    finally:
        if store is None:
            opened.close()


def _health(row: Mapping[str, Any], taken: int, outages: tuple[SourceOutage, ...]) -> SourceHealth:
    since = from_text(row["since"]) if row["since"] else None
    return SourceHealth(row["id"], row["state"], since, row["reason"], taken, outages)


def _outages(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[SourceOutage, ...]]:
    """The outages by source, from the subjects `source:ID` (failing) and `quiet:ID` (no publication for too long)."""
    found: dict[str, tuple[SourceOutage, ...]] = {}
    for row in rows:
        kind, _, name = row["subject"].partition(":")
        if kind in {"source", "quiet"}:
            until = from_text(row["closed_at"]) if row["closed_at"] else None
            outage = SourceOutage(
                from_text(row["opened_at"]), until, row["reason"], json.loads(row["cause"] or "{}")
            )
            found[name] = (*found.get(name, ()), outage)
    return found


def _reviews(rows: Iterable[Mapping[str, Any]]) -> dict[str, Review]:
    """The review state of each change. A decision counts for all revisions: the alert about a new revision asks for
    another one, the digest does not."""
    found: dict[str, Review] = {}
    for row in rows:
        known = found.get(row["change_id"], Review())
        if row["action"] == "decide":
            known = Review(True, known.assignee)
        elif row["action"] == "assign":
            known = Review(known.decided, row["value"])
        found[row["change_id"]] = known
    return found
