"""What belongs to a stored record: the documents that made it, the texts that it made, and its story."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from tracker.model import Change, DocumentKind, Operation
from tracker.serialization import change_from_json
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP
from tracker.stories.rule_join import Basis, Join, JoinState, Rule
from tracker.stories.rule_records import joined, texts_made_by
from tracker.stories.story_index import register_story_names

TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST})
_RULES = frozenset({DocumentKind.RULE, DocumentKind.CORRECTION})


@dataclass(frozen=True, slots=True)
class MadeBy:
    """One document, or one group of candidates, and the units of a change that it made. `day` is its effective date, or
    the day printed with its citation where it is not stored."""

    state: JoinState
    basis: Basis | None
    rule: Rule | None
    citation: str
    day: date | None
    quote: str
    paths: tuple[str, ...]
    candidates: tuple[Rule, ...] = ()
    cited: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return (self.rule and (self.rule.citation or self.rule.document_number)) or self.citation


@dataclass(frozen=True, slots=True)
class TextMade:
    """A change of the CFR or of a list that a document made, and the units of it that this document made."""

    change: Change
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """`records` are the other records of the story, oldest first."""

    made_by: tuple[MadeBy, ...] = ()
    texts: tuple[TextMade, ...] = ()
    records: tuple[Change, ...] = ()

    @property
    def others(self) -> tuple[Change, ...]:
        """The records that are not among `texts`."""
        shown = {text.change.id for text in self.texts}
        return tuple(record for record in self.records if record.id not in shown)


def related(
    connection: Connection, change: Change, operations: tuple[Operation, ...] | None = None
) -> Related:
    """Return what belongs to a stored record. `operations`: where the caller has read them."""
    made = made_by(connection, change, operations)
    texts = (
        tuple(
            TextMade(text, tuple(join.path for join in joins))
            for text, joins in texts_made_by(connection, change.id)
        )
        if change.kind in _RULES
        else ()
    )
    return Related(made, texts, story_records(connection, change))


def made_by(
    connection: Connection, change: Change, operations: tuple[Operation, ...] | None = None
) -> tuple[MadeBy, ...]:
    """Return the documents that made a stored change; none for a record that is no text of the CFR or list."""
    return group(joined(connection, change, operations).joins) if change.kind in TEXTS else ()


def made_by_step(connection: Connection, change: Change, operation: Operation) -> MadeBy | None:
    """Return who made one operation of a stored change of the CFR or of a list; None for texts of other kinds."""
    if change.kind not in TEXTS:
        return None
    found = joined(connection, change)
    joins = [join for op, join in zip(found.operations, found.joins, strict=True) if op == operation]
    return next(iter(group(joins)), None)


def story_records(connection: Connection, change: Change) -> tuple[Change, ...]:
    """Return the other stored records of the story of a change, oldest first."""
    story = register_story_names(connection, change)
    if not story:
        return ()
    names = select(DOCUMENT_GROUP.c.name).where(DOCUMENT_GROUP.c.story == story)
    rows = connection.execute(
        select(CHANGE.c.record)
        .where(CHANGE.c.id.in_(names), CHANGE.c.id != change.id)
        .order_by(CHANGE.c.published, CHANGE.c.seq)
    )
    return tuple(change_from_json(json.loads(row.record)) for row in rows)


def group(joins: Iterable[Join]) -> tuple[MadeBy, ...]:
    """Return the joins by document: those that are determined first, then by their first unit."""
    found: dict[tuple[object, ...], list[Join]] = {}
    for join in joins:
        key = (join.state, join.basis, join.rule, join.citation, join.quote, join.candidates, join.cited)
        found.setdefault(key, []).append(join)
    order = list(JoinState)
    return tuple(
        MadeBy(
            same[0].state,
            same[0].basis,
            same[0].rule,
            same[0].citation,
            same[0].day,
            same[0].quote,
            tuple(dict.fromkeys(join.path for join in same)),
            same[0].candidates,
            same[0].cited,
        )
        for same in sorted(found.values(), key=lambda same: order.index(same[0].state))
    )


def made_by_json(made: Sequence[MadeBy]) -> list[dict[str, Any]]:
    return [
        {
            "state": str(each.state),
            "basis": None if each.basis is None else str(each.basis),
            **_document(each.rule, each.citation),
            "day": None if each.day is None else each.day.isoformat(),
            "quote": each.quote,
            "paths": list(each.paths),
            "candidates": [
                *(_document(rule, rule.citation or "") for rule in each.candidates),
                *(_document(None, citation) for citation in each.cited),
            ],
        }
        for each in made
    ]


def related_json(found: Related) -> dict[str, Any]:
    """Return the keys that a record has in `tracker show --json` and `/api/changes/ID`."""
    return {
        "made_by": made_by_json(found.made_by),
        "texts": [{**_record(each.change), "paths": list(each.paths)} for each in found.texts],
        "story_records": [_record(change) for change in found.records],
    }


def _document(rule: Rule | None, citation: str) -> dict[str, Any]:
    return {
        "document_number": None if rule is None else rule.document_number,
        "citation": citation or None,
        "title": None if rule is None else rule.title,
        "change": None if rule is None else rule.change_id,
    }


def _record(change: Change) -> dict[str, Any]:
    return {
        "change": change.id,
        "kind": str(change.kind),
        "document_number": change.document_number,
        "citation": change.citation,
        "title": change.title,
        "published": None if change.published is None else change.published.isoformat(),
        "level": change.tagging.level.value,
    }
