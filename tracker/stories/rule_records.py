"""Loads the stored Federal Register documents that may have made a change of the CFR, and joins stored changes to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, or_, select

from tracker import parsing
from tracker.amendments.instructions import read_instructions
from tracker.clock import legal_day, legal_instant
from tracker.errors import ParseError
from tracker.model import Change, Document, DocumentKind, Operation, ResourceType
from tracker.parsing.fr_record import fr_document
from tracker.parsing.json_fields import load_object
from tracker.serialization import change_from_json
from tracker.storage import changes, snapshots, versions
from tracker.storage.schema import CHANGE, LEGAL_DATE, SNAPSHOT
from tracker.stories.printed_citations import PrintedCitation, new_citations
from tracker.stories.rule_join import CITED_KINDS, Join, Rule, Window, join_operations, part_of

_KINDS = (str(DocumentKind.RULE), str(DocumentKind.CORRECTION))
_MANY = 400  # values in one IN list
_REMEMBERED = 2000
_SUPPLEMENT = re.compile(r"Supplement No\. (\d+) to Part (\d+)")
# The eCFR shows an amendment within days of its effective date.
_CODIFIED_WITHIN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class _Scope:
    """The parts of the CFR that the API's record of a document names, and its last page; None: unknown."""

    parts: tuple[str, ...] = ()
    last_page: int | None = None


@dataclass(frozen=True, slots=True)
class JoinedChange:
    """The joins of a stored change of the CFR or of a list: one for each of its operations."""

    change: Change
    window: Window
    operations: tuple[Operation, ...]
    joins: tuple[Join, ...]


# Rules by the hash of their record, which covers all that is read here. Reading one parses its text.
_rules: dict[str, Rule] = {}
_scopes: dict[str, _Scope] = {}
_Known = TypeVar("_Known")


def joined(
    connection: Connection, change: Change, operations: tuple[Operation, ...] | None = None
) -> JoinedChange:
    """Return the joins of a stored change. A new text, which has no operations, has none. `operations`: where the caller
    has read them."""
    if operations is None:
        operations = changes.operations(connection, change.id)
    row = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change.id)
    ).first()
    if row is None or not operations:
        return JoinedChange(change, Window(None, change.published), operations, ())
    version = versions.get(connection, row.document_id, row.version)
    window = window_of(connection, row.document_id, row.version, change)
    rules = rules_for(connection, operations, window)
    amended = amended_days(connection, version) if version else {}
    return JoinedChange(change, window, operations, join_operations(operations, rules, window, amended))


def joined_operations(
    connection: Connection, change: Change, operations: Sequence[Operation], document_id: str
) -> tuple[Join, ...]:
    """Return the joins of the newest change of a text."""
    version = versions.latest(connection, document_id)
    if version is None or not operations:
        return ()
    window = window_of(connection, document_id, version.ordinal, change)
    rules = rules_for(connection, operations, window)
    return join_operations(operations, rules, window, amended_days(connection, version))


def texts_made_by(connection: Connection, change_id: str) -> Iterator[tuple[Change, tuple[Join, ...]]]:
    """Yield the stored changes of the CFR and of lists that a stored rule made, at least in part, with the joins to it."""
    record = connection.execute(select(CHANGE.c.record).where(CHANGE.c.id == change_id)).scalar()
    if record is None:
        return
    made = change_from_json(json.loads(record))
    days = [each.date for each in made.tagging.dates if each.type == "effective" and not each.superseded]
    days += [made.published] if made.published else []
    if made.document_number is None or not days:
        return
    first, last = min(days), max(days) + _CODIFIED_WITHIN
    rows = connection.execute(
        select(CHANGE.c.record)
        .where(
            CHANGE.c.kind.in_([str(DocumentKind.CFR), str(DocumentKind.LIST)]),
            CHANGE.c.operations.is_not(None),
            or_(
                CHANGE.c.published.between(first, last),
                CHANGE.c.published.is_(None)
                & CHANGE.c.detected_at.between(legal_instant(first), legal_instant(last)),
            ),
        )
        .order_by(CHANGE.c.published, CHANGE.c.seq)
    ).all()
    for row in rows:
        change = change_from_json(json.loads(row.record))
        found = tuple(
            join
            for join in joined(connection, change).joins
            if join.rule and join.rule.change_id == change_id
        )
        if found:
            yield change, found


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


def amended_days(connection: Connection, version: versions.Version) -> dict[str, tuple[date, ...]]:
    """Return the days on which sections and supplements were amended, as the eCFR listed them when it gave this version."""
    query = select(SNAPSHOT.c.meta).where(SNAPSHOT.c.id == version.snapshots[0])
    meta: dict[str, str] = connection.execute(query).scalar() or {}
    found: dict[str, tuple[date, ...]] = {}
    for identifier, days in json.loads(meta.get("amended", "{}")).items():
        supplement = _SUPPLEMENT.match(identifier)
        path = (
            f"Supp. No. {supplement[1]} to Part {supplement[2]}"
            if supplement
            else f"{meta['title']} CFR {identifier}"
        )
        found[path] = tuple(date.fromisoformat(day) for day in days)
    return found


def rules_for(connection: Connection, operations: Sequence[Operation], window: Window) -> tuple[Rule, ...]:
    """Return the stored rules that the operations newly cite, and those that take effect in the window."""
    if not operations:
        return ()
    cited = [
        entry for op in operations if op.kind in CITED_KINDS for entry in new_citations(op.before, op.after)
    ]
    parts = {part_of(path) for op in operations for path in (op.path, op.from_path or "")} - {""}
    found = [*cited_rules(connection, cited, parts), *_due_rules(connection, window, parts)]
    return tuple(dict.fromkeys(found))


def cited_rules(connection: Connection, cited: Iterable[PrintedCitation], parts: Set[str]) -> Iterator[Rule]:
    """Yield the stored documents with one of these citations, and those that were published on a day that is printed
    with one and amend one of these parts of the CFR."""
    entries = list(cited)
    names = sorted({name for entry in entries for name in (entry.citation, entry.volume_of_day) if name})
    days = sorted({entry.day for entry in entries if entry.day is not None})
    for start in range(0, len(names), _MANY):
        chunk = names[start : start + _MANY]
        yield from _rules_where(connection, CHANGE.c.citation.in_(chunk), None)
    for start in range(0, len(days), _MANY):
        yield from _rules_where(connection, CHANGE.c.published.in_(days[start : start + _MANY]), parts)


def _due_rules(connection: Connection, window: Window, parts: Set[str]) -> Iterator[Rule]:
    if window.after is None or window.through is None:
        return
    effective = select(LEGAL_DATE.c.seq).where(
        LEGAL_DATE.c.type == "effective",
        LEGAL_DATE.c.day > window.after,
        LEGAL_DATE.c.day <= window.through,
    )
    published = (CHANGE.c.published > window.after) & (CHANGE.c.published <= window.through)
    yield from _rules_where(connection, or_(CHANGE.c.seq.in_(effective), published), parts)


def rules_after(
    connection: Connection, day: date, parts: Set[str]
) -> Iterator[tuple[str, Change, tuple[str, ...]]]:
    """Yield the stored rules that were published or take effect after a day, and name one of these parts of the CFR or
    none: the document, its record, and the parts that it names."""
    effective = select(LEGAL_DATE.c.seq).where(LEGAL_DATE.c.type == "effective", LEGAL_DATE.c.day > day)
    rows: dict[int, Row[Any, Any, Any, Any, Any]] = {}
    for condition in (CHANGE.c.published > day, CHANGE.c.seq.in_(effective)):  # each has its index
        query = select(
            CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version, CHANGE.c.row_hash, CHANGE.c.seq
        ).where(CHANGE.c.kind.in_(_KINDS), condition)
        rows |= {row.seq: row for row in connection.execute(query)}
    for _, row in sorted(rows.items()):
        named = _scope_of(connection, row).parts
        if not named or parts & set(named):
            yield row.document_id, change_from_json(json.loads(row.record)), named


def _rules_where(connection: Connection, condition: Any, parts: Set[str] | None) -> Iterator[Rule]:
    """Yield the rules under a condition; with `parts`, only those that amend one of them, or do not name any."""
    rows = connection.execute(
        select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version, CHANGE.c.row_hash)
        .where(CHANGE.c.kind.in_(_KINDS), CHANGE.c.document_number.is_not(None), condition)
        .order_by(CHANGE.c.published, CHANGE.c.seq)
    ).all()
    for row in rows:
        scope = _scope_of(connection, row)
        if parts is None or not scope.parts or parts & set(scope.parts):
            yield _rule_of(connection, row, scope)


def _scope_of(connection: Connection, row: Row[Any, Any, Any, Any] | Row[Any, Any, Any, Any, Any]) -> _Scope:
    """Return what the API's record of a document names; its full text is not read for that."""
    known = _scopes.get(row.row_hash)
    if known is None:
        known = _Scope()
        version = versions.get(connection, row.document_id, row.version)
        fetched = version and snapshots.load(connection, version.snapshots[:1])
        if fetched and fetched.role in (ResourceType.FR_RECORD, ResourceType.PI_RECORD):
            record = load_object(fetched.answer.body, fetched.key)
            references = fr_document(record, fetched.key).cfr_references
            last = record.get("end_page")
            known = _Scope(
                tuple(ref for ref in references if ref[-1].isdigit()), last if isinstance(last, int) else None
            )
        _remember(_scopes, row.row_hash, known)
    return known


def _rule_of(connection: Connection, row: Row[Any, Any, Any, Any], scope: _Scope) -> Rule:
    known = _rules.get(row.row_hash)
    if known is not None:
        return known
    change = change_from_json(json.loads(row.record))
    document = _document(connection, row.document_id, row.version)
    named = () if document is None else read_instructions(document)
    targets = tuple(dict.fromkeys(path for each in named for path in each.paths)) or tuple(
        path for path in change.tagging.units if part_of(path)
    )
    effective = {
        each.date for each in change.tagging.dates if each.type == "effective" and not each.superseded
    }
    rule = Rule(
        change_id=change.id,
        document_number=change.document_number or "",
        citation=change.citation,
        title=change.title,
        url=change.url,
        published=change.published,
        effective=tuple(sorted(effective)),
        parts=scope.parts,
        last_page=scope.last_page,
        targets=targets,
    )
    _remember(_rules, row.row_hash, rule)
    return rule


def _remember(memory: dict[str, _Known], key: str, value: _Known) -> None:
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value


def _document(connection: Connection, document_id: str, ordinal: int) -> Document | None:
    version = versions.get(connection, document_id, ordinal)
    if version is None:
        return None
    try:
        return parsing.read(snapshots.load(connection, version.snapshots))
    except ParseError:
        # Its text is not readable now; the record still has its dates, and the units read when it was stored.
        return None
