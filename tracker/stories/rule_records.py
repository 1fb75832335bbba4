"""Loads the stored Federal Register documents that may have made a change of the CFR, and joins stored changes to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from tracker import parsing
from tracker.amendments.instructions import read_instructions
from tracker.clock import legal_day
from tracker.errors import ParseError
from tracker.model import Change, Document, DocumentKind, Operation
from tracker.serialization import change_from_json
from tracker.storage import changes, snapshots, versions
from tracker.storage.schema import CHANGE, LEGAL_DATE, SNAPSHOT
from tracker.stories.printed_citations import PrintedCitation, new_citations
from tracker.stories.rule_join import CITED_KINDS, Join, Rule, Window, join_operations, part_of

_KINDS = (str(DocumentKind.RULE), str(DocumentKind.CORRECTION))
_MANY = 400  # values in one IN list
_REMEMBERED = 2000

# Rules by the hash of their record, which covers all that is read here. Reading one parses its text.
_rules: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class JoinedChange:
    """The joins of a stored change of the CFR or of a list: one for each of its operations."""

    change: Change
    window: Window
    operations: tuple[Operation, ...]
    joins: tuple[Join, ...]


def joined(connection: Connection, change: Change) -> JoinedChange:
    """Return the joins of a stored change. A new text, which has no operations, has none."""
    operations = changes.operations(connection, change.id)
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change.id)
    ).first()
    window = (
        Window(None, change.published)
        if row is None
        else window_of(connection, row.document_id, row.version, change)
    )
    rules = rules_for(connection, operations, window)
    return JoinedChange(change, window, operations, join_operations(operations, rules, window))


def window_of(connection: Connection, document_id: str, ordinal: int, change: Change) -> Window:
    """Return the days between a version of a text and the version before it."""
    through = change.published or legal_day(change.detected_at)
    before = versions.get(connection, document_id, ordinal - 1)
    return Window(None if before is None else state_day(connection, before), through)


def state_day(connection: Connection, version: versions.Version) -> date:
    """Return the day of a version: the day of the eCFR, else that of its answer."""
    row = connection.execute(
        select(SNAPSHOT.c.meta, SNAPSHOT.c.fetched_at).where(SNAPSHOT.c.id == version.snapshots[0])
    ).first()
    as_of = row and row.meta.get("as_of")
    return date.fromisoformat(as_of) if as_of else legal_day(row.fetched_at if row else version.at)


def rules_for(connection: Connection, operations: Sequence[Operation], window: Window) -> tuple[Rule, ...]:
    """Return the stored rules that the operations newly cite, and those that take effect in the window."""
    if not operations:
        return ()
    cited = [
        entry for op in operations if op.kind in CITED_KINDS for entry in new_citations(op.before, op.after)
    ]
    parts = {part_of(path) for op in operations for path in (op.path, op.from_path or "")} - {""}
    found = [*cited_rules(connection, cited), *_due_rules(connection, window)]
    return tuple(
        rule
        for rule in dict.fromkeys(found)
        if not rule.parts
        or parts & set(rule.parts)
        or any(part_of(target) in parts for target in rule.targets)
        or rule.citation in {entry.citation for entry in cited}
    )


def cited_rules(connection: Connection, cited: Iterable[PrintedCitation]) -> Iterator[Rule]:
    """Yield the stored documents with one of these citations, or published on a day that is printed with one."""
    entries = list(cited)
    names = sorted({entry.citation for entry in entries if entry.citation})
    days = sorted({entry.day for entry in entries if entry.day is not None})
    for start in range(0, len(names), _MANY):
        chunk = names[start : start + _MANY]
        yield from _rules_where(connection, CHANGE.c.citation.in_(chunk))
    for start in range(0, len(days), _MANY):
        yield from _rules_where(connection, CHANGE.c.published.in_(days[start : start + _MANY]))


def _due_rules(connection: Connection, window: Window) -> Iterator[Rule]:
    if window.after is None or window.through is None:
        return
    effective = select(LEGAL_DATE.c.seq).where(
        LEGAL_DATE.c.type == "effective",
        LEGAL_DATE.c.day > window.after,
        LEGAL_DATE.c.day <= window.through,
    )
    published = (CHANGE.c.published > window.after) & (CHANGE.c.published <= window.through)
    yield from _rules_where(connection, or_(CHANGE.c.seq.in_(effective), published))


def _rules_where(connection: Connection, condition: Any) -> Iterator[Rule]:
    rows = connection.execute(
        select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version, CHANGE.c.row_hash)
        .where(CHANGE.c.kind.in_(_KINDS), CHANGE.c.document_number.is_not(None), condition)
        .order_by(CHANGE.c.published, CHANGE.c.seq)
    ).all()
    for row in rows:
        yield _rule_of(connection, row)


def rule_of_change(connection: Connection, change_id: str) -> Rule | None:
    """Return what a stored rule amends; None for a record of another kind."""
    return next(_rules_where(connection, CHANGE.c.id == change_id), None)


def _rule_of(connection: Connection, row: Row[Any, Any, Any, Any]) -> Rule:
    known = _rules.get(row.row_hash)
    if known is not None:
        return known
    change = change_from_json(json.loads(row.record))
    document = _document(connection, row.document_id, row.version)
    named = () if document is None else read_instructions(document)
    targets = tuple(dict.fromkeys(path for each in named for path in each.paths)) or tuple(
        path for path in change.tagging.units if part_of(path)
    )
    rule = Rule(
        change_id=change.id,
        document_number=change.document_number or "",
        citation=change.citation,
        title=change.title,
        url=change.url,
        published=change.published,
        effective=tuple(
            sorted(
                {
                    each.date
                    for each in change.tagging.dates
                    if each.type == "effective" and not each.superseded
                }
            )
        ),
        parts=() if document is None else tuple(ref for ref in document.cfr_references if ref[-1].isdigit()),
        targets=targets,
    )
    if len(_rules) >= _REMEMBERED:
        _rules.clear()
    _rules[row.row_hash] = rule
    return rule


def _document(connection: Connection, document_id: str, ordinal: int) -> Document | None:
    version = versions.get(connection, document_id, ordinal)
    if version is None:
        return None
    try:
        return parsing.read(snapshots.load(connection, version.snapshots))
    except ParseError:
        # Its text is not readable now; the record still has its dates, and the units read when it was stored.
        return None
