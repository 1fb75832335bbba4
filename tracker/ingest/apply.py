"""Writes decisions into the store: versions, changes, their effects on the records of other documents, deliveries,
and the validators of the answers. Each call runs in the caller's transaction and changes nothing outside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from tracker.alerts import enqueue, prediction_incidents
from tracker.clock import legal_day
from tracker.config.models import Settings, Source
from tracker.documents.names import references_in
from tracker.ingest import assess, compare_predictions, effects, status_alerts
from tracker.ingest.answers import Outdated, Written, resource, save_resources
from tracker.ingest.judgments import with_reviewed
from tracker.ingest.reading import NewVersion
from tracker.ingest.status_alerts import stored_now
from tracker.legal_status import propagation, stored_register
from tracker.legal_status.watched import watched
from tracker.model import Change, DocumentKind
from tracker.storage import changes, predictions, snapshots, source_state, versions
from tracker.stories import story_index
from tracker.text import name_key


def new_version(
    connection: Connection,
    decision: NewVersion,
    source: Source,
    settings: Settings,
    held: Collection[str],
) -> Written:
    """Writes a new version. Raises Outdated, after which the transaction must be rolled back. `held`: keys of
    attachments whose answer is held, while the decision contains the stored one; their stored state is not changed.
    """
    document_id = decision.version.document_id
    if versions.latest(connection, document_id) != decision.follows:
        raise Outdated
    if decision.record is not None and changes.of_document(connection, document_id) != decision.record:
        raise Outdated
    parts = (decision.fetched, *decision.fetched.attachments)
    ids = [snapshots.save(connection, source.id, part) for part in parts]
    row = replace(decision.version, snapshots=(*ids, *decision.kept))
    versions.add(connection, [row])
    saved = save_resources(connection, source, decision.fetched, held)
    touched = effects.write(
        connection, decision.effects, decision.change, decision.document, document_id, row.at
    )
    linked = effects.with_party_links(connection, decision.change)
    linked = with_reviewed(
        connection, linked, decision.document, decision.effects, watched(settings.instruments)
    )
    change = stored_register.settled(connection, _apply_from_others(connection, linked))
    entry = changes.ChangeEntry(change, document_id, row.ordinal, assess.search_labels(change))
    changes.save(connection, entry, decision.operations)
    if decision.predictions is not None:
        predictions.write(connection, document_id, decision.predictions)
    differing = _compared(connection, decision)
    if effects.join_stored(connection, document_id):
        change = stored_register.settled(connection, change)
        changes.save(connection, replace(entry, change=change, words=assess.search_labels(change)))
    if change.kind is DocumentKind.DOCKET:
        _supersede_states(connection, change, document_id)
    earlier = _update_others(connection, change, touched)
    story = story_index.register(connection, change, decision.document, decision.operations, document_id)
    alerts = 0
    if decision.record is None or change.revision > decision.record.revision:
        alerts = enqueue.enqueue_alerts(connection, change, story, document_id, settings, row.at)
    alerts += status_alerts.enqueue(connection, earlier, change, settings, row.at)
    if differing:
        people = settings.channels_for_outages()
        alerts += prediction_incidents.enqueue(connection, change, story, people, row.at)
    return Written(saved, change, alerts, differing)


def _compared(connection: Connection, decision: NewVersion) -> tuple[str, ...]:
    """Compare a new text of the CFR with what was computed from rules. Return the units that differ."""
    document = decision.document
    if document.kind is not DocumentKind.CFR or document.published is None:
        return ()
    pending = predictions.pending(connection, decision.fetched.key)
    settled = compare_predictions.outcomes(pending, document, document.published, decision.change.id)
    predictions.settle(connection, settled)
    return tuple(one.unit.path for one in settled if one.unit.outcome == predictions.DIFFERS)


def add_history(
    connection: Connection, decisions: Sequence[NewVersion], source: Source
) -> dict[str, source_state.Resource]:
    """Writes many past documents without a stored version, without alerts. Raises Outdated where one of them has
    been stored since. Returns the state of those resources that are still polled."""
    if not decisions:
        return {}
    if versions.known_keys(connection, [decision.version.document_id for decision in decisions]):
        raise Outdated
    ids = snapshots.save_many(connection, source.id, [decision.fetched for decision in decisions])
    saved = {}
    for decision in decisions:
        # Only documents that are polled again need validators; those published long ago are not.
        published, earliest = decision.document.published, legal_day(decision.version.at) - source.recheck
        if published is None or published >= earliest:
            saved[decision.fetched.key] = resource(source, decision.fetched)
    if saved:
        source_state.save_resources(connection, source.id, saved)
    rows = [
        replace(decision.version, snapshots=(number,))
        for number, decision in zip(ids, decisions, strict=True)
    ]
    versions.add(connection, rows)
    entries = [
        changes.ChangeEntry(
            decision.change, decision.version.document_id, 1, assess.search_labels(decision.change)
        )
        for decision in decisions
    ]
    changes.add_many(connection, entries)
    touched: list[str] = []
    for decision in decisions:
        document_id, at = decision.version.document_id, decision.version.at
        touched += effects.write(
            connection, decision.effects, decision.change, decision.document, document_id, at
        )
    for decision in decisions:
        touched += effects.join_stored(connection, decision.version.document_id)
    named = [replace(entry, change=effects.with_party_links(connection, entry.change)) for entry in entries]
    for entry, before in zip(named, entries, strict=True):
        if entry.change is not before.change:
            changes.save(connection, replace(entry, words=assess.search_labels(entry.change)))
    _apply_relations(connection, named)
    effects.settle(
        connection, [*stored_register.records_affected(connection, touched), *stored_now(connection, entries)]
    )
    for decision, entry in zip(decisions, named, strict=True):
        story_index.register(connection, entry.change, decision.document, (), decision.version.document_id)
    return saved


# --- effects of documents on the records of others ----------------------------------------------


def _apply_from_others(connection: Connection, change: Change) -> Change:
    """`change` with the effects of documents that were stored before it."""
    for actor in changes.changes_relating_to(connection, references_in(change)):
        change = propagation.apply_relations(change, actor)
    names, related = _related_changes(connection, change)
    for other, _, _ in related:
        change = propagation.supersede_dates(change, other, names)
    return change


def _related_changes(
    connection: Connection, change: Change
) -> tuple[set[str], list[tuple[Change, str, int]]]:
    """The names of the documents whose dates this one moves, and the changes of other documents that affect them."""
    names: set[str] = set()
    for link in propagation.date_moves(change):
        names.add(name_key(link.target))
        for target, _, _ in changes.find(connection, link.target):
            names.update(references_in(target))
    found = changes.entries_relating_to(connection, sorted(names)) if names else []
    return names, [entry for entry in found if entry[0].id != change.id]


def _update_others(
    connection: Connection, change: Change, touched: Sequence[str]
) -> list[tuple[Change, changes.ChangeEntry]]:
    """Write what the relations and effects of this change make of other records. Return the records of documents whose
    status changed, before and after."""
    affected = {entry.change.id: entry for entry in stored_register.records_affected(connection, touched)}
    for link in change.tagging.links:
        for target, document_id, version in changes.find(connection, link.target):
            affected.setdefault(target.id, changes.ChangeEntry(target, document_id, version))
    affected.pop(change.id, None)
    _apply_to_others(connection, change)
    effects.settle(connection, stored_now(connection, affected.values()))
    later = {entry.change.id: entry for entry in stored_now(connection, affected.values())}
    return [(entry.change, later[name]) for name, entry in affected.items()]


def _apply_to_others(connection: Connection, change: Change) -> None:
    """Writes the effects of this change on the records of other documents."""
    for link in change.tagging.links:
        for target, document_id, version in changes.find(connection, link.target):
            updated = propagation.apply_relations(target, change)
            if updated is not target:
                _save(connection, updated, document_id, version)
    names, related = _related_changes(connection, change)
    for other, document_id, version in related:
        updated = propagation.supersede_dates(other, change, names)
        if updated is not other:
            _save(connection, updated, document_id, version)


def _supersede_states(connection: Connection, change: Change, document_id: str) -> None:
    """Writes what the new state of a docket makes of the days in the records of its earlier states."""
    for earlier, version in changes.records_of_document(connection, document_id):
        updated = earlier if earlier.id == change.id else propagation.supersede_state(earlier, change)
        if updated is not earlier:
            _save(connection, updated, document_id, version)


def _save(connection: Connection, change: Change, document_id: str, version: int) -> None:
    changes.save(connection, changes.ChangeEntry(change, document_id, version, assess.search_labels(change)))


def _apply_relations(connection: Connection, entries: Sequence[changes.ChangeEntry]) -> None:
    """Writes the effects of these documents on others, and of others on them."""
    names = [name for entry in entries for name in references_in(entry.change)]
    targets = changes.relation_targets(connection, names)
    for entry in entries:
        if targets.intersection(references_in(entry.change)) or propagation.date_moves(entry.change):
            updated = _apply_from_others(connection, entry.change)
            if updated is not entry.change:
                changes.save(connection, replace(entry, change=updated, words=assess.search_labels(updated)))
        _apply_to_others(connection, entry.change)
