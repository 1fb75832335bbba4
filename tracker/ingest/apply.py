"""Writes decisions into the store: versions, changes, what they do to the records of other documents, deliveries and
the validators of the answers. Each call belongs into one transaction, and changes nothing outside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from tracker.alerts import enqueue
from tracker.clock import legal_day
from tracker.config.models import Settings, Source
from tracker.documents.names import references_in
from tracker.ingest import assess
from tracker.ingest.decision import Decision, NewVersion, Seen
from tracker.legal_status import propagation
from tracker.model import Change, Fetched, Validators
from tracker.storage import changes, snapshots, source_state, versions
from tracker.storage.blobs import sha256
from tracker.text import name_key


class Outdated(Exception):
    """The store no longer holds what a decision was based on: the answer has to be decided on again."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a decision became. `resources`: what is known of the answers from now on, once the transaction is
    committed; `told`: deliveries to channels."""

    resources: dict[str, source_state.Resource] = field(default_factory=dict)
    change: Change | None = None
    told: int = 0


def resource(source: Source, part: Fetched, *, revalidate: bool = True) -> source_state.Resource:
    """What is known of an answer that was read. Without `revalidate` the next request for it is unconditional."""
    answer = part.answer
    validators = Validators(
        etag=answer.header("etag") if revalidate else None,
        last_modified=answer.header("last-modified") if revalidate else None,
        sha256=sha256(answer.body),
        extraction_config=source.extraction_config(),
        last_full_fetch_at=answer.fetched_at if revalidate else None,
    )
    return source_state.Resource(validators, size=len(answer.body))


def apply(
    connection: Connection,
    decision: Decision,
    source: Source,
    settings: Settings,
    *,
    held: Collection[str] = (),
) -> Written:
    """Raises Outdated, and then the transaction has to be rolled back. `held`: keys of attachments whose answer is held, while
    the decision carries the stored one: what is known of these stays as it is."""
    if isinstance(decision, Seen):
        if decision.version is not None:
            versions.learn(connection, decision.version, decision.templates)
        return Written(_save_resources(connection, source, decision.fetched, held))
    return _new_version(connection, decision, source, settings, held)


def _save_resources(
    connection: Connection, source: Source, fetched: Fetched, held: Collection[str]
) -> dict[str, source_state.Resource]:
    parts = (fetched, *fetched.attachments)
    found = {part.key: resource(source, part) for part in parts if part.key not in held}
    source_state.save_resources(connection, source.id, found)
    return found


def _new_version(
    connection: Connection,
    decision: NewVersion,
    source: Source,
    settings: Settings,
    held: Collection[str],
) -> Written:
    document_id = decision.version.document_id
    if versions.latest(connection, document_id) != decision.follows:
        raise Outdated
    if decision.record is not None and changes.of_document(connection, document_id) != decision.record:
        raise Outdated
    parts = (decision.fetched, *decision.fetched.attachments)
    ids = [snapshots.save(connection, source.id, part) for part in parts]
    row = replace(decision.version, snapshots=(*ids, *decision.kept))
    versions.add(connection, [row])
    saved = _save_resources(connection, source, decision.fetched, held)
    change = _joined(connection, decision.change)
    entry = changes.ChangeEntry(change, document_id, row.ordinal, assess.search_labels(change))
    changes.save(connection, entry, decision.operations)
    _act(connection, change)
    told = 0
    if decision.record is None or change.revision > decision.record.revision:
        told = enqueue.enqueue_alerts(
            connection, change, decision.document, decision.operations, document_id, settings, row.at
        )
    return Written(saved, change, told)


def add_history(
    connection: Connection, decisions: Sequence[NewVersion], source: Source
) -> dict[str, source_state.Resource]:
    """Documents of the past that no version is stored of, many at once, told to nobody. Raises Outdated where one of
    them is stored meanwhile. What is known of the answers from then on, of those that are asked for again."""
    if not decisions:
        return {}
    if versions.known_keys(connection, [decision.version.document_id for decision in decisions]):
        raise Outdated
    ids = snapshots.save_many(connection, source.id, [decision.fetched for decision in decisions])
    saved = {}
    for decision in decisions:
        # Validators are for asking again, and what was published long ago is not asked for again.
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
    _link(connection, entries)
    return saved


# --- what documents do to the records of others -------------------------------------------------


def _joined(connection: Connection, change: Change) -> Change:
    """With what documents that came before it do to it."""
    for actor in changes.changes_relating_to(connection, references_in(change)):
        change = propagation.apply_relations(change, actor)
    names, fellows = _fellows(connection, change)
    for fellow, _, _ in fellows:
        change = propagation.supersede_dates(change, fellow, names)
    return change


def _fellows(connection: Connection, change: Change) -> tuple[set[str], list[tuple[Change, str, int]]]:
    """Other documents that act on what this one moves dates of, and the names by which they call it."""
    names: set[str] = set()
    for link in propagation.date_moves(change):
        names.add(name_key(link.target))
        for target, _, _ in changes.find(connection, link.target):
            names.update(references_in(target))
    found = changes.entries_relating_to(connection, sorted(names)) if names else []
    return names, [entry for entry in found if entry[0].id != change.id]


def _act(connection: Connection, change: Change) -> None:
    """Writes what this change does to the records of others."""
    for link in change.tagging.links:
        for target, document_id, version in changes.find(connection, link.target):
            acted = propagation.apply_relations(target, change)
            if acted is not target:
                _save(connection, acted, document_id, version)
    names, fellows = _fellows(connection, change)
    for fellow, document_id, version in fellows:
        acted = propagation.supersede_dates(fellow, change, names)
        if acted is not fellow:
            _save(connection, acted, document_id, version)


def _save(connection: Connection, change: Change, document_id: str, version: int) -> None:
    changes.save(connection, changes.ChangeEntry(change, document_id, version, assess.search_labels(change)))


def _link(connection: Connection, entries: Sequence[changes.ChangeEntry]) -> None:
    """What these documents do to others, and others to them."""
    names = [name for entry in entries for name in references_in(entry.change)]
    targets = changes.relation_targets(connection, names)
    for entry in entries:
        if targets.intersection(references_in(entry.change)) or propagation.date_moves(entry.change):
            joined = _joined(connection, entry.change)
            if joined is not entry.change:
                changes.save(connection, replace(entry, change=joined, words=assess.search_labels(joined)))
        _act(connection, entry.change)
