"""Reads the register from the store: what holds for a stored document, or for units of a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from tracker.documents.effect_names import ancestors, canonical_path, document_references
from tracker.documents.names import quoted_name, references_in
from tracker.effects import EffectVerb, RecordedEffect
from tracker.legal_status.register import StateOnDay, Subject, next_states, relevant, status_on
from tracker.legal_status.register_status import with_register, with_unit_status
from tracker.model import Change, DocumentKind, Status
from tracker.storage import changes, effects
from tracker.text import name_key

_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE})
_CODIFIED = frozenset({DocumentKind.CFR, DocumentKind.LIST})
_IN_TEXT = Status("in-force")  # the text of a unit is part of the law


def subject_of(change: Change) -> Subject:
    """Return the document of a record as a subject of the register: its names, and the statuses by its own words."""
    names = references_in(change)
    own = tuple(
        status
        for status in change.tagging.status
        if not status.by or (name_key(status.by) in names and not status.units)
    )
    return Subject(names=frozenset(names), own=own)


def effects_on(
    connection: Connection, subject: Subject, change: Change | None = None
) -> list[RecordedEffect]:
    """Return all effects that may decide the status of a subject. Those that name a rule by its informal name are
    found by its record."""
    found = effects.connected(connection, subject.path, subject.names)
    if change is not None and change.kind is DocumentKind.RULE and change.document_number:
        known = {one.id for one in found}
        for one in effects.by_title(connection):
            if one.id not in known and quoted_name(change, one.effect.affected.title or ""):
                affected = replace(one.effect.affected, document_number=change.document_number)
                found.append(replace(one, effect=replace(one.effect, affected=affected)))
    return found


def status_of_change(
    connection: Connection, change: Change, day: date, known_at: datetime | None = None
) -> tuple[StateOnDay, ...]:
    """Return the states of a stored document on a day, by the register; none for a text that is kept up to date."""
    if change.kind in _TEXTS:
        return ()
    subject = subject_of(change)
    return status_on(subject, effects_on(connection, subject, change), day, known_at)


def next_of_change(connection: Connection, change: Change, day: date) -> tuple[StateOnDay, ...]:
    """Return the states of the next day on which something else holds for a stored document."""
    if change.kind in _TEXTS:
        return ()
    subject = subject_of(change)
    return next_states(subject, effects_on(connection, subject, change), day)


def status_of_units(
    connection: Connection,
    paths: Iterable[str],
    day: date,
    known_at: datetime | None = None,
    *,
    unprinted: Collection[str] = (),
) -> dict[str, tuple[StateOnDay, ...]]:
    """Return the states of units of stored texts on a day, of those for which the register has anything. Units whose
    section no effect touches cost nothing beyond one lookup. `unprinted`: the units that the text does not have yet."""
    wanted = {path: tuple(ancestors(canonical_path(path))) for path in paths}
    names = {name for containing in wanted.values() for name in containing}
    touched = effects.affected(connection, names) if names else []
    if not touched:
        return {}
    affected = {canonical_path(one.effect.affected.path or "") for one in touched}
    found: dict[str, tuple[StateOnDay, ...]] = {}
    everything: Sequence[RecordedEffect] = effects.with_their_documents(connection, touched)
    for path, containing in wanted.items():
        if affected.isdisjoint(containing):
            continue
        subject = unit_subject(containing[0], printed=path not in unprinted)
        states = status_on(subject, everything, day, known_at)
        # What affects only units below is shown beside these.
        own = tuple(one for one in states if not (one.part and containing[0] in _above(one.part)))
        if any(one.effect for one in own):
            found[path] = own
    return found


def _above(path: str) -> tuple[str, ...]:
    return tuple(ancestors(canonical_path(path)))[1:]


def added_by(change: Change, found: Iterable[RecordedEffect]) -> set[str]:
    """Return the units of a record that its document adds, which the text does not have before they take effect."""
    added = {
        canonical_path(one.effect.affected.path)
        for one in found
        if one.change_id == change.id and one.effect.verb is EffectVerb.ADDS and one.effect.affected.path
    }
    return {path for path in change.tagging.units if canonical_path(path) in added}


def effects_about(connection: Connection, change: Change) -> list[RecordedEffect]:
    """Return the effects on a stored document and those that it has on others, the oldest first."""
    found = {one.id: one for one in effects.of_change(connection, change.id)}
    if change.kind not in _TEXTS:
        subject = subject_of(change)
        found |= {one.id: one for one in relevant(subject, effects_on(connection, subject, change))}
    return sorted(found.values(), key=lambda one: (str(one.effect.known_at), one.id))


def settled(connection: Connection, change: Change) -> Change:
    """Return a record with the status that the register gives it now; the same object where nothing differs."""
    if change.kind in _CODIFIED:
        paths = change.tagging.units
        names = {name for path in paths for name in ancestors(canonical_path(path))}
        touched = effects.affected(connection, names) if names else []
        if not touched:
            return change
        units = [(path, unit_subject(path, printed=True)) for path in paths]
        return with_unit_status(change, effects.with_their_documents(connection, touched), units)
    if change.kind is DocumentKind.PAGE:
        return change
    subject = subject_of(change)
    found = effects_on(connection, subject, change)
    return with_register(change, subject, found, relevant(subject, found)) if found else change


def records_affected(connection: Connection, ids: Sequence[str]) -> list[changes.ChangeEntry]:
    """Return the stored records whose status effects may have changed: the documents that they affect, those that
    these affect in turn, and the changes of codified texts that touch an affected unit."""
    wave = [one for one in (effects.get(connection, name) for name in ids) if one is not None]
    seen: set[str] = set()
    found: dict[str, changes.ChangeEntry] = {}
    while wave:
        seen.update(one.id for one in wave)
        references = dict.fromkeys(name for one in wave for name in document_references(one.effect.affected))
        for name in references:
            for change, document_id, version in changes.find(connection, name):
                found.setdefault(change.id, changes.ChangeEntry(change, document_id, version))
        for path in {one.effect.affected.path for one in wave if one.effect.affected.path}:
            for entry in _touching(connection, canonical_path(path)):
                found.setdefault(entry.change.id, entry)
        for name in {one.change_id for one in wave if one.change_id}:
            own = changes.entry(connection, name)
            if own is not None and is_codified(own.change):
                found.setdefault(name, own)
        following = effects.affecting(connection, references) if references else []
        wave = [one for one in following if one.id not in seen]
    return list(found.values())


def _touching(connection: Connection, path: str) -> list[changes.ChangeEntry]:
    """The changes of codified texts that touch a unit, what contains it, or what it contains."""
    part = list(ancestors(path))[-1]
    entries = changes.entries_of_text(connection, part)
    return [
        entry
        for entry in entries
        if any(
            path in ancestors(unit) or unit in ancestors(path)
            for unit in map(canonical_path, entry.change.tagging.units)
        )
    ]


def unit_subject(path: str, *, printed: bool) -> Subject:
    """Return a unit as a subject. `printed`: its text is part of the stored law on that day."""
    return Subject(canonical_path(path), own=(_IN_TEXT,) if printed else ())


def is_codified(change: Change) -> bool:
    """Whether a record is a text of the CFR or a list, whose units have a status of their own."""
    return change.kind in _CODIFIED
