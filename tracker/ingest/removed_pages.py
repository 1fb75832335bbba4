"""Records pages and documents that were removed, and those that returned.

A single answer "not found" proves little. Once several polls over some days agree, the removal gets one record, and the
last known text stays stored; a return gets a record too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from tracker import diffing, parsing
from tracker.alerts import enqueue
from tracker.clock import legal_day
from tracker.config.models import Settings, Source
from tracker.errors import ParseError
from tracker.i18n import format_instant, t
from tracker.ingest import assess
from tracker.model import (
    Absent,
    Change,
    Classification,
    Document,
    DocumentKind,
    Language,
    Level,
    LocalizedText,
    Operation,
    ResourceType,
    SnapshotRef,
    Status,
)
from tracker.parsing import volatile_content
from tracker.sources.page.annexes import is_annex
from tracker.storage import changes, page_states, snapshots, versions
from tracker.storage.database import Store
from tracker.storage.page_states import Absence
from tracker.stories import story_index

POLLS = 3  # answers in a row
FOR = timedelta(days=1)


def is_sure(absence: Absence) -> bool:
    """Whether there were enough answers over enough time to record a removal."""
    return absence.polls >= POLLS and absence.at - absence.since >= FOR


def count_absence(known: Absence | None, item: Absent, now: datetime) -> Absence:
    if known is None:
        return Absence(item.url, item.reason, 1, now, now)
    return replace(known, reason=item.reason, polls=known.polls + 1, at=now)


def record_gone(
    store: Store, settings: Settings, source: Source, item: Absent, now: datetime
) -> tuple[Change | None, int]:
    """Counts a "not found" answer, and records the removal once it is certain. Returns the record, if any, and its
    number of deliveries. A page that was never stored has no removal, nor has an annex: its page keeps its record."""
    version = _latest(store, source, item.key)
    if version is None and not is_annex(item.key):
        return None, 0
    absence = count_absence(page_states.absences(store, source.id).get(item.key), item, now)
    if version is None or absence.change is not None or not is_sure(absence):
        with store.write() as connection:
            page_states.save_absence(connection, source.id, item.key, absence)
        return None, 0
    document, before = _stored(store, version)
    operations = diffing.compare(document, replace(document, units=()))
    change = assess.assess(
        document,
        operations,
        change_id=_id(version, "gone", absence),
        source=source.id,
        profiles=settings.profiles,
        baseline=False,
        now=now,
        before=before,
        after=before,
    )
    facts = {"title": document.title, "url": absence.url, "reason": absence.reason}
    change = replace(
        change,
        after=None,
        tagging=_with_reason(change.tagging, "gone", facts, absence.since, settings.timezone),
    )
    with store.write() as connection:
        page_states.save_absence(connection, source.id, item.key, replace(absence, change=change.id))
        alerts = _write(connection, settings, version, version.ordinal + 1, change, document, operations, now)
    return change, alerts


def record_return(
    store: Store, settings: Settings, source: Source, key: str, now: datetime, *, changed: bool
) -> tuple[Change | None, int]:
    """Ends an absence. Returns a record where the removal was recorded and the old text returned; a different text
    has a record of its own (`changed`)."""
    absence = page_states.absences(store, source.id).get(key)
    if absence is None:
        return None, 0
    version = _latest(store, source, key)
    with store.read() as connection:
        record = None if absence.change is None else changes.get(connection, absence.change)
    change: Change | None = None
    if version is not None and record is not None and not changed:
        document, after = _stored(store, version)
        facts = {"title": document.title, "url": absence.url, "reason": absence.reason}
        tagging = replace(record.tagging, units=())
        change = replace(
            record,
            id=_id(version, "back", absence),
            detected_at=now,
            revision=1,
            before=None,
            after=after,
            tagging=_with_reason(tagging, "back", facts, absence.since, settings.timezone),
        )
    alerts = 0
    with store.write() as connection:
        page_states.clear_absence(connection, source.id, key)
        if change is not None and version is not None:
            alerts = _write(connection, settings, version, version.ordinal, change, document, None, now)
    return change, alerts


def record_withdrawal(
    store: Store, settings: Settings, source: Source, item: Absent, now: datetime
) -> tuple[Change | None, int]:
    """Records that a document left public inspection unpublished: its record gets that status and a new revision."""
    version = _latest(store, source, item.key)
    with store.read() as connection:
        old = None if version is None else changes.of_document(connection, version.document_id)
    if version is None or old is None or any(each.state == "withdrawn" for each in old.tagging.status):
        return None, 0
    document, _ = _stored(store, version)
    today = legal_day(now)
    status = Status("withdrawn", since=today, quote=item.reason, where="public inspection")
    facts = {"title": old.title, "url": old.url, "reason": item.reason}
    tagging = _with_reason(old.tagging, "withdrawn", facts, now, settings.timezone)
    tagging = replace(
        tagging,
        status=(*(each for each in tagging.status if each.state != "published"), status),
        dates=tuple(replace(each, superseded=True) if each.date >= today else each for each in tagging.dates),
    )
    change = replace(old, revision=old.revision + 1, baseline=False, tagging=tagging)
    with store.write() as connection:
        alerts = _write(connection, settings, version, version.ordinal, change, document, None, now)
    return change, alerts


def record_relisting(
    store: Store, settings: Settings, source: Source, key: str, now: datetime
) -> tuple[Change | None, int]:
    """Records that a withdrawn document is on public inspection again: its record is assessed again from its text."""
    version = _latest(store, source, key)
    with store.read() as connection:
        old = None if version is None else changes.of_document(connection, version.document_id)
    if version is None or old is None or all(each.state != "withdrawn" for each in old.tagging.status):
        return None, 0
    document, after = _stored(store, version)
    fresh = assess.assess(
        document,
        (),
        change_id=old.id,
        source=old.source,
        profiles=settings.profiles,
        baseline=False,
        now=now,
        before=old.before,
        after=after,
    )
    change = replace(fresh, detected_at=old.detected_at, revision=old.revision + 1)
    with store.write() as connection:
        return change, _write(connection, settings, version, version.ordinal, change, document, None, now)


def _latest(store: Store, source: Source, key: str) -> versions.Version | None:
    with store.read() as connection:
        return versions.latest_of(connection, source.id, key)


def _stored(store: Store, version: versions.Version) -> tuple[Document, SnapshotRef]:
    """The stored text and its snapshot. Where it can no longer be read, a document with its address only, so that
    the removal is still recorded."""
    with store.read() as connection:
        fetched = snapshots.load(connection, version.snapshots)
        reference = snapshots.reference(connection, version.snapshots[0])
    try:
        return volatile_content.mask_document(parsing.read(fetched), version.volatile_patterns), reference
    except ParseError:
        kind = DocumentKind.CFR if fetched.role is ResourceType.ECFR_PART else DocumentKind.PAGE
        return Document(version.key, kind, fetched.answer.url, fetched.answer.url), reference


def _with_reason(
    tagging: Classification, what: str, facts: dict[str, str], since: datetime, timezone: str
) -> Classification:
    """The classification with the event (`what`) as summary and reason. The level is at least `low`, because the
    page was followed on purpose."""

    def words(name: str, language: Language) -> str:
        return t(name, language, day=format_instant(since, language, timezone), **facts)

    level = max(tagging.level, Level.LOW, key=lambda level: level.rank)
    summary = LocalizedText(words(f"{what}.summary", "ja"), words(f"{what}.summary", "en"))
    reason = LocalizedText(words(f"{what}.reason", "ja"), words(f"{what}.reason", "en"))
    return replace(tagging, level=level, direction=None, summary=summary, reason=reason)


def _id(version: versions.Version, what: str, absence: Absence) -> str:
    name = f"{version.document_id}|{version.ordinal}|{what}|{absence.since.isoformat()}"
    return f"chg_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _write(
    connection: Connection,
    settings: Settings,
    version: versions.Version,
    ordinal: int,
    change: Change,
    document: Document,
    operations: Sequence[Operation] | None,
    now: datetime,
) -> int:
    entry = changes.ChangeEntry(change, version.document_id, ordinal, assess.search_labels(change))
    changes.save(connection, entry, operations)
    story = story_index.register(connection, change, document, operations or (), version.document_id)
    return enqueue.enqueue_alerts(connection, change, story, version.document_id, settings, now)
