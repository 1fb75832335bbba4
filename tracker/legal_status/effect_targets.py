"""The stored document that an effect names by its docket, its RIN, a page within its pages, or a party that it lists.

An effect that could be about several documents is about none of them: no stay is attributed by guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from tracker import parsing
from tracker.clock import legal_day
from tracker.documents.effect_names import document_references
from tracker.documents.names import quoted_name
from tracker.documents.sanctions_entries import programs_in, sanctions_entries
from tracker.documents.text_view import clip_quote
from tracker.effects import Effect, Extent
from tracker.errors import ParseError
from tracker.model import Change, DocumentKind
from tracker.storage import changes, document_names, snapshots, versions
from tracker.storage import effects as register
from tracker.text import name_key

_MAKERS = frozenset({DocumentKind.RULE, DocumentKind.PROPOSED_RULE, DocumentKind.NOTICE})


def resolved(connection: Connection, effect: Effect, own: str = "") -> Effect:
    """Return an effect with the document number of what it names; the same object where none is found. `own`: the
    identity of the document that has it, whose docket may be the same."""
    if effect.affected.party and not effect.affected.path and not effect.affected.document_number:
        return _of_party(connection, effect, own)
    target = _target(connection, effect, own)
    if target is None or target.document_number is None:
        return effect
    return replace(effect, affected=replace(effect.affected, document_number=target.document_number))


def join_stored(connection: Connection, document_id: str) -> list[str]:
    """Join the effects that name a document which was stored after them. Return the ids of those that were joined."""
    joined = []
    for name in document_names.effects_naming(connection, document_id):
        one = register.get(connection, name)
        if one is None:
            continue
        found = resolved(connection, one.effect, register.owner_of(connection, name))
        if found is not one.effect:
            register.join(connection, replace(one, effect=found))
            joined.append(name)
    return joined


def _of_party(connection: Connection, effect: Effect, own: str) -> Effect:
    """The effect on the last notice that listed the party under one of the same programs; partial where it lists others too.
    No notice is found by a name that differs."""
    party, known = effect.affected.party or "", effect.known_at
    roles = [document_names.party_role(one) for one in programs_in(effect.affected.part or "")]
    ids = [one for role in roles for one in document_names.bearing(connection, role, party) if one != own]
    listing = [
        (change.published, name, change)
        for name in dict.fromkeys(ids)
        for change in changes.of_documents(connection, [name])
        if change.document_number
        and change.published
        and (known is None or change.published < legal_day(known))
    ]
    last = max((published for published, _, _ in listing), default=None)
    found = [(name, change) for published, name, change in listing if published == last]
    if len(found) != 1:
        return effect
    name, target = found[0]
    alone = document_names.parties_listed(connection, name) == {name_key(party)}
    return replace(
        effect,
        affected=replace(
            effect.affected,
            document_number=target.document_number,
            citation=target.citation,
            quote=_listing_of(connection, name, party) or None,
        ),
        extent=Extent.WHOLE if alone else Extent.PARTIAL,
    )


def _listing_of(connection: Connection, document_id: str, party: str) -> str:
    """The entry by which a stored notice listed a party; empty where its text cannot be read now."""
    version = versions.latest(connection, document_id)
    if version is None:
        return ""
    try:
        document = parsing.read(snapshots.load(connection, version.snapshots))
    except ParseError:
        return ""
    entries = sanctions_entries(document)
    listed = (one.entry for one in entries if not one.removed and name_key(one.name) == name_key(party))
    return clip_quote(next(listed, ""))


def _target(connection: Connection, effect: Effect, own: str) -> Change | None:
    one = effect.affected
    if one.document_number or one.path or one.executive_order or one.proclamation:
        return None
    if one.citation:
        found = changes.of_documents(connection, document_names.on_page(connection, one.citation))
        return found[0] if len(found) == 1 else None
    if any(changes.find(connection, name) for name in document_references(one)):
        return None  # its title is that of one document
    names = ((document_names.RIN, one.rin), (document_names.DOCKET, one.docket))
    for role, name in names:
        if not name:
            continue
        ids = [each for each in document_names.bearing(connection, role, name) if each != own]
        found = _meant(changes.of_documents(connection, ids), one.title or "")
        if len(found) == 1:
            return found[0]
    return None


def _meant(found: Sequence[Change], title: str) -> list[Change]:
    """The documents that are meant: those with the title, in whole or in part; without a title, the rules of the docket
    that are not about another rule."""
    makers = [one for one in found if one.kind in _MAKERS]
    if title:
        wanted = name_key(title)
        return [one for one in makers if _titled(name_key(one.title), wanted) or quoted_name(one, title)]
    rules = [one for one in makers if one.kind is DocumentKind.RULE and ";" not in one.title]
    return rules or makers


def _titled(title: str, wanted: str) -> bool:
    return title == wanted or (
        wanted.count(" ") >= 2 and (title.startswith(wanted) or wanted.startswith(title))
    )
