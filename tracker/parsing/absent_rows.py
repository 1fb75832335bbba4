"""Handles rows of a party list that one answer lacks: a server that lags behind lacks the newest rows. Until a
second answer lacks them too, they count as listed, and the snapshot of the first one names them in its
`meta`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from tracker.model import Document, Unit, UnitKind
from tracker.text import search_key

ABSENT = "absent_rows"  # in the `meta` of an answer


def absent_rows(document: Document, previous: Document) -> tuple[Unit, ...]:
    """Return the rows of `previous` whose party `document` no longer lists. A party that `document` newly has
    in another list or country moved there, and is not included.
    """
    keys = {unit.key for unit in document.units}
    listed = set(map(_party, document.units))
    old_keys = {unit.key for unit in previous.units}
    old = set(map(_party, previous.units))
    added = {
        _party(unit)[2] for unit in document.units if unit.key not in old_keys and _party(unit) not in old
    }
    return tuple(
        unit
        for unit in previous.units
        if unit.key not in keys and _party(unit) not in listed and _party(unit)[2] not in added
    )


def to_meta(rows: Iterable[Unit]) -> str:
    return json.dumps(
        [[unit.path, unit.text, unit.depth, unit.key, unit.meta] for unit in rows], ensure_ascii=False
    )


def with_absent_rows(units: Sequence[Unit], text: str) -> tuple[Unit, ...]:
    """Return `units` with the rows of an answer's `meta`, in the order of lists and parties."""
    if not text:
        return tuple(units)
    rows = [
        Unit(path, UnitKind.ROW, words, depth, "", key, tuple((name, value) for name, value in meta))
        for path, words, depth, key, meta in json.loads(text)
    ]
    return tuple(sorted((*units, *rows), key=_place))


def _party(unit: Unit) -> tuple[str, str, str]:
    facts = dict(unit.meta)
    return facts.get("list", ""), facts.get("country", ""), search_key(facts.get("party") or unit.path)


def _place(unit: Unit) -> tuple[str, str]:
    facts = dict(unit.meta)
    return facts.get("list", ""), facts.get("party", "")
