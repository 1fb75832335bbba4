"""Reads the register from the store: what holds for a stored document, or for units of a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from tracker.clock import legal_day
from tracker.documents.effect_names import ancestors, canonical_path, document_references
from tracker.documents.names import quoted_name, references_in
from tracker.effects import Applied, Certainty, EffectVerb, RecordedEffect
from tracker.legal_status.register import (
    RegisterState,
    StateOnDay,
    Subject,
    next_states,
    own_days,
    relevant,
    status_on,
    visible,
)
from tracker.legal_status.register_status import with_register, with_unit_status
from tracker.model import KEPT_UP_TO_DATE, Change, DocumentKind, Status
from tracker.storage import changes, effects
from tracker.text import name_key

_PROPOSED = Certainty.PROPOSED
_CODIFIED = frozenset({DocumentKind.CFR, DocumentKind.LIST})
_DAY = timedelta(days=1)
_NOTE = " › Editorial Note"
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


def asked(connection: Connection, change: Change) -> tuple[Subject, list[RecordedEffect]]:
    """Return the document of a record as a subject, and all effects that may decide its status."""
    subject = subject_of(change)
    found = effects_on(connection, subject, change)
    return with_own_days(subject, change, found), found


def with_own_days(subject: Subject, change: Change, found: Sequence[RecordedEffect]) -> Subject:
    """Return the subject with the days of force that its own words give, where the record has those that another document
    moved and the register knows what moved them; else with those of the record."""
    if any(one.state == "in-force" and not one.units for one in subject.own):
        return subject
    moved = [one for one in change.tagging.status if one.state == "in-force" and not one.units]
    if not moved:
        return subject
    verbs = {one.effect.verb for one in relevant(subject, found) if one.effect.certainty is not _PROPOSED}
    since, until = moved[-1].since, moved[-1].until
    own = [one for one in change.tagging.dates if not one.by and not one.note]
    if EffectVerb.DELAYS in verbs:
        since = min((one.date for one in own if one.type == "effective"), default=since)
    if EffectVerb.EXTENDS in verbs:
        until = max((one.date for one in own if one.type == "expires"), default=until)
    waiting = [
        replace(one, until=since - _DAY) if one.state == "published" and since is not None else one
        for one in subject.own
    ]
    before = replace(subject, own=(*waiting, Status("in-force", since, until, quote=moved[-1].quote)))
    if until == moved[-1].until or any(one.until == moved[-1].until for one in own_days(before, found)):
        return before
    # The record knows of an extension that the register does not, such as one of what a notice grants.
    known = Status("in-force", since, moved[-1].until, quote=moved[-1].quote)
    return replace(subject, own=(*waiting, known))


def effects_on(
    connection: Connection, subject: Subject, change: Change | None = None
) -> list[RecordedEffect]:
    """Return all effects that may decide the status of a subject. Those that name a rule by its informal name are
    found by its record."""
    found = effects.connected(connection, subject.path, subject.names)
    if change is not None and change.kind is DocumentKind.RULE and change.document_number:
        known = {one.id for one in found}
        for one in effects.by_title(connection):
            if one.id in known or _is_later(change, one):
                continue
            if quoted_name(change, one.effect.affected.title or ""):
                affected = replace(one.effect.affected, document_number=change.document_number)
                found.append(replace(one, effect=replace(one.effect, affected=affected)))
    return found


def _is_later(change: Change, one: RecordedEffect) -> bool:
    """Whether a document was published after an effect became known, which therefore names another one."""
    known = one.effect.known_at
    return known is not None and change.published is not None and change.published > legal_day(known)


def status_of_change(
    connection: Connection, change: Change, day: date, known_at: datetime | None = None
) -> tuple[StateOnDay, ...]:
    """Return the states of a stored document on a day, by the register; none for a text that is kept up to date."""
    if change.kind in KEPT_UP_TO_DATE:
        return ()
    subject, found = asked(connection, change)
    return status_on(subject, found, day, known_at)


def next_of_change(connection: Connection, change: Change, day: date) -> tuple[StateOnDay, ...]:
    """Return the states of the next day on which something else holds for a stored document."""
    if change.kind in KEPT_UP_TO_DATE:
        return ()
    subject, found = asked(connection, change)
    return next_states(subject, found, day)


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
    found = {path: states for path in wanted if (states := _noted(connection, path, day, known_at))}
    if not touched:
        return found
    affected = {canonical_path(one.effect.affected.path or "") for one in touched}
    everything: Sequence[RecordedEffect] = effects.with_their_documents(connection, touched)
    for path, containing in wanted.items():
        if affected.isdisjoint(containing):
            continue
        subject = unit_subject(containing[0], printed=path not in unprinted)
        states = status_on(subject, everything, day, known_at)
        # What affects only units below is shown beside these.
        own = tuple(one for one in states if not (one.part and containing[0] in _above(one.part)))
        if any(one.effect for one in own):
            found[path] = (*own, *found.get(path, ()))
    return found


def _noted(connection: Connection, path: str, day: date, known_at: datetime | None) -> tuple[StateOnDay, ...]:
    """What an editorial note says of units below its own that the text does not have, such as an entry that could not be
    added: they have no place in the text but the note."""
    if not path.endswith(_NOTE):
        return ()
    on = effects.on_path(connection, path.removesuffix(_NOTE), below=True)
    said = [one for one in visible(on, known_at) if one.effect.affecting.where == path]
    return tuple(
        replace(state, part=one.effect.affected.party or one.effect.affected.path or "")
        for one in said
        if one.effect.applied is Applied.NOT_INCORPORATED
        for state in status_on(Subject.of(path=one.effect.affected.path or ""), [one], day, known_at)
        if state.state == RegisterState.NOT_INCORPORATED
    )


def _above(path: str) -> tuple[str, ...]:
    return tuple(ancestors(canonical_path(path)))[1:]


def added_by(change: Change, found: Iterable[RecordedEffect]) -> set[str]:
    """Return the units of a record that its document adds, which the text does not have before they take effect."""
    added = {
        canonical_path(one.effect.affected.path)
        for one in found
        if one.change_id == change.id
        and one.effect.verb is EffectVerb.ADDS
        and one.effect.affected.path
        and one.effect.certainty is not _PROPOSED
    }
    return {path for path in change.tagging.units if canonical_path(path) in added}


def effects_about(connection: Connection, change: Change) -> list[RecordedEffect]:
    """Return the effects on a stored document and those that it has on others, the oldest first. What an earlier version
    stated and a later one does not never held, and is left out; what a person ended is kept."""
    found = {one.id: one for one in effects.of_change(connection, change.id)}
    if change.kind not in KEPT_UP_TO_DATE:
        subject = subject_of(change)
        found |= {one.id: one for one in relevant(subject, effects_on(connection, subject, change))}
    held = [one for one in found.values() if not _never_held(one)]
    return sorted(held, key=lambda one: (str(one.effect.known_at), one.id))


def _never_held(one: RecordedEffect) -> bool:
    return one.retracted_at is not None and one.ended_on is None and not one.ended_by_hand


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
    if change.kind in (DocumentKind.PAGE, DocumentKind.LAW):
        return change
    subject, found = asked(connection, change)
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
