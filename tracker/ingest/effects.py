"""Writes the effects of a document into the register, in the transaction of its change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from tracker.clock import legal_instant
from tracker.documents.text_view import build_text_view
from tracker.effects import Affecting, Applied, Effect, Extent
from tracker.ingest import assess
from tracker.legal_status import effect_targets, stored_register
from tracker.legal_status.effect_days import with_last_day
from tracker.legal_status.effect_reader import read_effects
from tracker.locations import annex_of
from tracker.model import Change, Document, DocumentKind, DocumentRelation, Operation
from tracker.parsing.annexes import NOT_READ
from tracker.storage import changes, document_names, effects
from tracker.storage.effects import Gone
from tracker.tariff.changes import is_tariff

_TITLED = re.compile(r"\((?:the )?(Executive Order|E\.O\.|Proclamation) (\d{4,5})\)\s*$", re.IGNORECASE)
# Texts that are kept up to date: a note that disappears from the CFR was true until then, and a page that no longer
# announces something has not taken it back.
_GONE = {
    DocumentKind.CFR: Gone.ENDED,
    DocumentKind.LAW: Gone.ENDED,
    DocumentKind.LIST: Gone.ENDED,
    DocumentKind.PAGE: Gone.KEPT,
    DocumentKind.DOCKET: Gone.KEPT,
    DocumentKind.BILL: Gone.KEPT,
}


def effects_of(document: Document, operations: tuple[Operation, ...], change: Change) -> tuple[Effect, ...]:
    """Return the effects of a document, each with the names of the document that has it. Pure."""
    if document.kind is DocumentKind.LAW:
        return ()  # it is the law itself; which act amends it is one of its facts
    if is_tariff(document) or document.kind in (DocumentKind.DOCKET, DocumentKind.BILL):
        return ()  # a row states a rate or a date, and a bill is no law
    found = read_effects(build_text_view(document, operations))
    dates = change.tagging.dates
    return tuple(
        replace(with_last_day(effect, dates), affecting=named(effect.affecting, document, change))
        for effect in found
    )


def new_failures(found: Sequence[Effect], previous: Document) -> tuple[Effect, ...]:
    """Return the amendments of which the text newly says that they could not be incorporated. Pure."""
    before = {(one.affected, one.affecting.quote) for one in read_effects(build_text_view(previous))}
    return tuple(
        one
        for one in found
        if one.applied is Applied.NOT_INCORPORATED and (one.affected, one.affecting.quote) not in before
    )


def named(affecting: Affecting, document: Document, change: Change) -> Affecting:
    """Return the affecting side with all names of its document. An eCFR note speaks for the document that it cites."""
    if affecting.document_number or affecting.citation or affecting.executive_order or affecting.proclamation:
        if change.kind in (DocumentKind.CFR, DocumentKind.LIST):
            return affecting
    elif not change.document_number:
        # The page of an order or proclamation that is not printed yet names it in its title.
        titled = _TITLED.search(change.title)
        kind = titled[1].lower()[0] if titled else ""
        return replace(
            affecting,
            page=affecting.page or change.url,
            executive_order=titled[2] if titled and kind == "e" else None,
            proclamation=titled[2] if titled and kind == "p" else None,
        )
    if change.kind is DocumentKind.JUDGMENT:
        return replace(affecting, page=affecting.page or change.url)
    return replace(
        affecting,
        document_number=affecting.document_number or change.document_number,
        citation=affecting.citation or change.citation,
        executive_order=affecting.executive_order or document.executive_order,
        proclamation=affecting.proclamation or document.proclamation,
    )


def known_at(document: Document, now: datetime) -> datetime:
    """Return since when a document has been public: its filing, else its publication, else its detection."""
    public = document.filed_at or (legal_instant(document.published) if document.published else None)
    return now if public is None or document.kind in _GONE or public > now else public


def settle(connection: Connection, entries: Iterable[changes.ChangeEntry]) -> None:
    """Write the status that the register gives to these records now."""
    for entry in entries:
        updated = stored_register.settled(connection, entry.change)
        if updated is not entry.change:
            words = assess.search_labels(updated)
            changes.save(connection, replace(entry, change=updated, words=words))


def settle_after(connection: Connection, ids: Sequence[str]) -> None:
    """Write the status of all records that these effects may have changed."""
    settle(connection, stored_register.records_affected(connection, ids))


def write(
    connection: Connection,
    found: Sequence[Effect],
    change: Change,
    document: Document,
    document_id: str,
    now: datetime,
) -> list[str]:
    """Write the effects that the present version of a document has. Return the ids of those that are new or differ."""
    origin = effects.Origin(
        document_id,
        change.id,
        change.title,
        known_at(document, now),
        _GONE.get(change.kind, Gone.RETRACTED),
        annexes_read=any(annex_of(unit.path) for unit in document.units)
        and not any(note.startswith(NOT_READ) for note in document.notes),
    )
    document_names.write(connection, document_id, document)
    resolve = partial(effect_targets.resolved, connection, own=document_id)
    return effects.write(connection, origin, found, now, resolve)


def with_party_links(connection: Connection, change: Change) -> Change:
    """Return a record with links to the notices that listed the parties which its document takes off a list: such a notice
    is known by its parties, and only in the store."""
    known = {link.target for link in change.tagging.links}
    links: dict[str, DocumentRelation] = {}
    for one in effects.of_change(connection, change.id):
        affected, affecting = one.effect.affected, one.effect.affecting
        target = affected.citation or affected.document_number
        if affected.party and not affected.path and target and one.retracted_at is None:
            relation = "rescinds" if one.effect.extent is Extent.WHOLE else "amends"
            links.setdefault(target, DocumentRelation(relation, target, affecting.quote, affecting.where))
    added = tuple(link for target, link in links.items() if target not in known)
    return (
        replace(change, tagging=replace(change.tagging, links=change.tagging.links + added))
        if added
        else change
    )


def join_stored(connection: Connection, document_id: str) -> list[str]:
    """Join the effects that name a document by its docket, RIN or a page, after its record was stored."""
    return effect_targets.join_stored(connection, document_id)
