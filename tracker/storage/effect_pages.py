"""The effects register a page at a time: what is not on the page is counted in SQL, and its records are not read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from tracker.documents.effect_names import ancestors, canonical_path
from tracker.effects import RecordedEffect
from tracker.serialization import effect_from_json
from tracker.storage.effect_tables import EFFECT, EFFECT_NAME
from tracker.storage.effects import AFFECTED, inside
from tracker.storage.schema import KEPT_COUNT
from tracker.text import name_key

_PATH = func.json_extract(EFFECT.c.record, "$.affected.path")
_MOVED = func.max(EFFECT.c.known_at, func.coalesce(EFFECT.c.retracted_at, EFFECT.c.known_at))


@dataclass(frozen=True, slots=True)
class EffectQuery:
    """Which effects are wanted. `ids`: these at most; None: all. `since`: known, or known to have ended, since then."""

    ids: frozenset[str] | None = None
    since: datetime | None = None


def page(
    connection: Connection, wanted: EffectQuery, limit: int | None = None, offset: int = 0
) -> list[RecordedEffect]:
    """Return some of the effects, in the order in which they became known."""
    return _read(connection, statement(wanted, limit, offset))


def statement(wanted: EffectQuery, limit: int | None = None, offset: int = 0) -> Select[Any]:
    query = select(EFFECT.c.record).where(*_conditions(wanted))
    return query.order_by(EFFECT.c.known_at, EFFECT.c.id).limit(limit).offset(offset or None)


def count(connection: Connection, wanted: EffectQuery) -> int:
    if wanted == EffectQuery():
        kept = select(KEPT_COUNT.c.number).where(KEPT_COUNT.c.name == "effects")
        return int(connection.execute(kept).scalar_one())
    query = select(func.count()).select_from(EFFECT).where(*_conditions(wanted))
    return int(connection.execute(query).scalar_one())


def newest(connection: Connection, wanted: EffectQuery, limit: int) -> list[RecordedEffect]:
    """Return the effects that became known, or known to have ended, last; the newest first."""
    order = (_MOVED.desc(), EFFECT.c.effect_id.desc())
    query = select(EFFECT.c.record).where(*_conditions(wanted)).order_by(*order).limit(limit)
    return _read(connection, query)


def ids_on(connection: Connection, path: str) -> frozenset[str]:
    """Return the ids of the effects on a unit, on the units that contain it, and on the units within it."""
    path = canonical_path(path)
    names = [name_key(name) for name in ancestors(path)]
    on_it = select(EFFECT_NAME.c.effect_id).where(
        EFFECT_NAME.c.role == AFFECTED, EFFECT_NAME.c.name.in_(names)
    )
    below = select(EFFECT.c.effect_id, _PATH.label("path")).where(inside(path))
    return frozenset(
        {
            *connection.execute(on_it).scalars(),
            *(
                row.effect_id
                for row in connection.execute(below)
                if path in ancestors(canonical_path(row.path or ""))
            ),
        }
    )


def _conditions(wanted: EffectQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.ids is not None:
        listed = func.json_each(json.dumps(sorted(wanted.ids))).table_valued("value")
        found.append(EFFECT.c.effect_id.in_(select(listed.c.value)))
    if wanted.since is not None:
        found.append(or_(EFFECT.c.known_at >= wanted.since, EFFECT.c.retracted_at >= wanted.since))
    return found


def _read(connection: Connection, query: Select[Any]) -> list[RecordedEffect]:
    records: Iterable[str] = connection.execute(query).scalars()
    return [effect_from_json(json.loads(record)) for record in records]
