"""The effects register: one row for each effect of a document on another, with the time from which it was known.

A row is never deleted. Where a document no longer has an effect, the row keeps the time from which that was known, so
that the register answers what could be known at any time. Rows that a person wrote or ended are not touched by a poll.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, or_, select, update

from tracker.clock import legal_day
from tracker.documents.effect_names import (
    affected_names,
    affecting_names,
    ancestors,
    canonical_path,
    section_of,
)
from tracker.effects import Effect, RecordedEffect
from tracker.locations import annex_of
from tracker.serialization import effect_from_json, effect_to_json
from tracker.storage.effect_tables import EFFECT, EFFECT_NAME
from tracker.text import name_key

HAND = "hand"  # owner of the effects that were recorded by hand
AFFECTED, AFFECTING = "affected", "affecting"
TITLE = "title"  # role of a name that may be informal, beside `AFFECTED`
_DAY = timedelta(days=1)
_MANY = 500  # names per statement


class Gone(Enum):
    """What it means that a new version of a document lacks an effect."""

    RETRACTED = "retracted"  # the effect never was
    ENDED = "ended"  # it was there until now
    KEPT = "kept"  # nothing


@dataclass(frozen=True, slots=True)
class Origin:
    """The document whose effects are written. `known_at`: since when its first version was public. `annexes_read`: its
    annexes were read, so that what they no longer state is retracted, whatever `gone` says of the rest."""

    owner: str
    change_id: str
    title: str
    known_at: datetime
    gone: Gone = Gone.RETRACTED
    annexes_read: bool = False

    def gone_of(self, effect: Effect) -> Gone:
        """Return what it means that a new version lacks this effect."""
        return Gone.RETRACTED if self.annexes_read and annex_of(effect.affecting.where) else self.gone


def effect_id(owner: str, effect: Effect) -> str:
    """Return the id of an effect: equal whenever the same document is read again with the same result."""
    affected = {name: value for name, value in asdict(effect.affected).items() if value is not None}
    facts = [
        owner, effect.verb.value, affected, effect.affecting.instruction, str(effect.from_), str(effect.until),
        effect.certainty.value, effect.extent.value,
    ]  # fmt: skip
    return f"eff_{hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]}"


def write(
    connection: Connection,
    origin: Origin,
    effects: Iterable[Effect],
    now: datetime,
    resolve: Callable[[Effect], Effect] = lambda effect: effect,
) -> list[str]:
    """Store the effects that the present version of a document has. Return the ids of the rows that were added, ended
    or altered, the first version's included. `resolve` adds the stored document that an effect names; the id does not
    depend on it."""
    stored = {
        row.effect_id: row
        for row in connection.execute(select(EFFECT).where(EFFECT.c.owner == origin.owner)).all()
    }
    touched: list[str] = []
    found: dict[str, Effect] = {}
    for effect in effects:
        found.setdefault(effect_id(origin.owner, effect), effect)
    for name, effect in found.items():
        # What a new version adds is known from now on.
        later = bool(stored) and origin.gone_of(effect) is Gone.RETRACTED
        row = stored.get(name)
        if row is not None and row.by_hand:
            continue
        recorded = RecordedEffect(
            name,
            replace(
                resolve(effect), known_at=row.known_at if row else _known(effect, origin, now, later=later)
            ),
            row.change_id if row else origin.change_id,
            origin.title,
        )
        if row is None:
            _insert(connection, origin.owner, recorded)
            touched.append(name)
        elif row.record != _record(recorded):
            _update(connection, recorded)
            touched.append(name)
    for name, row in stored.items():
        if name in found or row.by_hand or row.retracted_at is not None:
            continue
        gone = origin.gone_of(_read(row.record).effect)
        if gone is not Gone.KEPT:
            ended = legal_day(now) - _DAY if gone is Gone.ENDED else None
            _update(connection, replace(_read(row.record), retracted_at=now, ended_on=ended))
            touched.append(name)
    return touched


def _known(effect: Effect, origin: Origin, now: datetime, *, later: bool) -> datetime:
    return now if later else min(effect.known_at or origin.known_at, now)


def add_by_hand(
    connection: Connection,
    effect: Effect,
    title: str,
    resolve: Callable[[Effect], Effect] = lambda effect: effect,
) -> RecordedEffect | None:
    """Record an effect by hand; `effect.by_hand` says who and why. None where the same effect is recorded already."""
    name = effect_id(HAND, effect)
    if get(connection, name) is not None:
        return None
    recorded = RecordedEffect(name, resolve(effect), None, title)
    _insert(connection, HAND, recorded, by_hand=True)
    return recorded


def end_by_hand(
    connection: Connection, recorded: RecordedEffect, *, at: datetime, ended_on: date | None, who: str
) -> RecordedEffect:
    """End an effect by hand after its last day; without a day it never held."""
    ended = replace(recorded, retracted_at=at, ended_on=ended_on, ended_by_hand=who)
    _update(connection, ended, by_hand=True)
    return ended


def owner_of(connection: Connection, name: str) -> str:
    """Return the identity of the document in which an effect was read, or `HAND`."""
    return str(connection.execute(select(EFFECT.c.owner).where(EFFECT.c.effect_id == name)).scalar() or "")


def join(connection: Connection, recorded: RecordedEffect) -> None:
    """Write an effect with the document that it names, which was stored after it."""
    _update(connection, recorded)


def get(connection: Connection, name: str) -> RecordedEffect | None:
    found = connection.execute(select(EFFECT.c.record).where(EFFECT.c.effect_id == name)).scalar()
    return None if found is None else _read(found)


def all_effects(connection: Connection, since: datetime | None = None) -> list[RecordedEffect]:
    """Return all effects, or those known since an instant, in the order in which they became known."""
    query = select(EFFECT.c.record).order_by(EFFECT.c.known_at, EFFECT.c.id)
    if since is not None:
        query = query.where(or_(EFFECT.c.known_at >= since, EFFECT.c.retracted_at >= since))
    return _all(connection, query)


def of_change(connection: Connection, change_id: str) -> list[RecordedEffect]:
    """Return the effects that were read in the document of a change."""
    query = select(EFFECT.c.record).where(EFFECT.c.change_id == change_id).order_by(EFFECT.c.id)
    return _all(connection, query)


def affecting(connection: Connection, names: Iterable[str]) -> list[RecordedEffect]:
    """Return the effects of the documents with these names on others."""
    return _named(connection, AFFECTING, [name_key(name) for name in names])


def affected(connection: Connection, names: Iterable[str]) -> list[RecordedEffect]:
    """Return the effects on the documents, headings or parties with these names."""
    return _named(connection, AFFECTED, [name_key(name) for name in names])


def by_title(connection: Connection) -> list[RecordedEffect]:
    """Return the effects whose words name the affected document by a title or informal name alone."""
    ids = select(EFFECT_NAME.c.effect_id).where(EFFECT_NAME.c.role == TITLE)
    return _all(connection, select(EFFECT.c.record).where(EFFECT.c.effect_id.in_(ids)).order_by(EFFECT.c.id))


def on_path(connection: Connection, path: str, *, below: bool = False) -> list[RecordedEffect]:
    """Return the effects on a unit and on the units that contain it; with `below` also on the units within it."""
    path = canonical_path(path)
    found = affected(connection, ancestors(path))
    if below:
        query = select(EFFECT.c.record).where(inside(path))
        known = {one.id for one in found}
        found += [
            one
            for one in _all(connection, query.order_by(EFFECT.c.known_at, EFFECT.c.id))
            if one.id not in known and path in ancestors(canonical_path(one.effect.affected.path or ""))
        ]
    return found


def inside(path: str) -> ColumnElement[bool]:
    """Return the condition for effects on the section, supplement or part of a unit, and for a part on what it contains."""
    section = section_of(path)
    title, separator, part = section.partition(" CFR ")
    found = [EFFECT.c.section == section]
    if separator and "." not in part:
        found.append(EFFECT.c.section.startswith(f"{section}.", autoescape=True))
        if title == "15":
            found.append(EFFECT.c.section.endswith(f" to Part {part}", autoescape=True))
    return or_(*found)


def connected(connection: Connection, path: str, names: Iterable[str]) -> list[RecordedEffect]:
    """Return all effects that may decide the status of a unit or document: those on it, those on the documents that
    affect it, and so on."""
    first = [*(on_path(connection, path, below=True) if path else ()), *affected(connection, names)]
    return with_their_documents(connection, first, {name_key(name) for name in names})


def with_their_documents(
    connection: Connection, first: Sequence[RecordedEffect], seen: Collection[str] = ()
) -> list[RecordedEffect]:
    """Return these effects, those on the documents that have them, and so on."""
    found: dict[str, RecordedEffect] = {}
    seen = set(seen)
    while first:
        wanted: list[str] = []
        for one in first:
            found.setdefault(one.id, one)
            wanted += [name for name in affecting_names(one.effect.affecting) if name not in seen]
        wanted = list(dict.fromkeys(wanted))
        seen.update(wanted)
        first = [one for one in affected(connection, wanted) if one.id not in found] if wanted else []
    return list(found.values())


def _named(connection: Connection, role: str, names: Sequence[str]) -> list[RecordedEffect]:
    found: list[RecordedEffect] = []
    keys = list(dict.fromkeys(names))
    for start in range(0, len(keys), _MANY):
        some = keys[start : start + _MANY]
        ids = select(EFFECT_NAME.c.effect_id).where(
            (EFFECT_NAME.c.role == role) & EFFECT_NAME.c.name.in_(some)
        )
        query = select(EFFECT.c.record).where(EFFECT.c.effect_id.in_(ids))
        found += _all(connection, query.order_by(EFFECT.c.known_at, EFFECT.c.id))
    return list({one.id: one for one in found}.values())


def _all(connection: Connection, query: Select[Any]) -> list[RecordedEffect]:
    return [_read(row.record) for row in connection.execute(query)]


def _read(record: str) -> RecordedEffect:
    return effect_from_json(json.loads(record))


def _record(recorded: RecordedEffect) -> str:
    return json.dumps(effect_to_json(recorded), ensure_ascii=False, separators=(",", ":"))


def _insert(connection: Connection, owner: str, recorded: RecordedEffect, *, by_hand: bool = False) -> None:
    values = {"effect_id": recorded.id, "owner": owner, "by_hand": by_hand, **_values(recorded)}
    connection.execute(insert(EFFECT).values(**values))
    _index(connection, recorded)


def _update(connection: Connection, recorded: RecordedEffect, *, by_hand: bool = False) -> None:
    values = _values(recorded) | ({"by_hand": True} if by_hand else {})
    connection.execute(update(EFFECT).where(EFFECT.c.effect_id == recorded.id).values(**values))
    connection.execute(delete(EFFECT_NAME).where(EFFECT_NAME.c.effect_id == recorded.id))
    _index(connection, recorded)


def _values(recorded: RecordedEffect) -> dict[str, Any]:
    path = recorded.effect.affected.path
    return {
        "change_id": recorded.change_id,
        "verb": recorded.effect.verb.value,
        "section": section_of(canonical_path(path)) if path else None,
        "known_at": recorded.effect.known_at,
        "retracted_at": recorded.retracted_at,
        "record": _record(recorded),
    }


def _index(connection: Connection, recorded: RecordedEffect) -> None:
    target = recorded.effect.affected
    others = (
        target.document_number,
        target.executive_order,
        target.proclamation,
        target.citation,
        target.path,
    )
    titles = (name_key(target.title),) if target.title and not any(others) else ()
    rows = [
        {"effect_id": recorded.id, "role": role, "name": name}
        for role, names in (
            (AFFECTED, affected_names(target)),
            (AFFECTING, affecting_names(recorded.effect.affecting)),
            (TITLE, titles),
        )
        for name in names
    ]
    if rows:
        connection.execute(insert(EFFECT_NAME), rows)
