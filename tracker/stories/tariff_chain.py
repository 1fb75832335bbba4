"""Ties the links of a tariff measure: the order, the release of the tariff schedule with its headings, and the bulletins
and pages that name them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from tracker import citations
from tracker.effects import RecordedEffect
from tracker.model import Change, Document, DocumentKind, Operation
from tracker.storage import changes, effects
from tracker.storage.schema import CHANGE
from tracker.stories.order_story import known_orders
from tracker.tariff.changes import is_tariff

_WITHIN = timedelta(days=120)  # between an order or a release and what says how it is carried out
_MAX_NAMED = 3  # a page that newly names more orders is about none of them
_RELEASES = 20  # of the newest, that are looked at
_CHAPTER_99 = "99"


def chain_references(
    connection: Connection, change: Change, document: Document, operations: Sequence[Operation]
) -> list[str]:
    """Return the documents of the chain that a change belongs to, the most relevant first: for a release the document
    that made most of its headings, for a page the orders that it newly names, and the release with its headings.
    """
    if is_tariff(document):
        headings = [one.path for one in operations if one.path.startswith(_CHAPTER_99)]
        return _makers(connection, headings) if headings else []
    if change.kind is DocumentKind.JUDGMENT:
        return _records(
            connection, [act.earlier_act for act in change.tagging.acts if act.earlier_act][:_MAX_NAMED]
        )
    if change.kind is not DocumentKind.PAGE:
        return []
    orders = _newly_named(document, operations, "executive-order", "proclamation")
    found = _records(connection, orders) if len(orders) <= _MAX_NAMED else []
    headings = [one for one in _newly_named(document, operations, "hts") if one.startswith(_CHAPTER_99)]
    release = _release_with(connection, change, set(headings))
    return [*found, *([release] if release else [])]


def orders_of_chain(
    connection: Connection, change: Change, document: Document, operations: Sequence[Operation]
) -> list[str]:
    """Return the names of the stored orders that a change belongs to: for a release the one that made most of its headings, for a
    page those that it newly names.
    """
    if is_tariff(document):
        headings = [one.path for one in operations if one.path.startswith(_CHAPTER_99)]
        counted = Counter(map(_order_of, effects.affected(connection, headings) if headings else ()))
        counted.pop("", None)
        return known_orders(connection, [name for name, _ in counted.most_common(1)])
    if change.kind is not DocumentKind.PAGE:
        return []
    named = _newly_named(document, operations, "executive-order", "proclamation")
    return known_orders(connection, named) if len(named) <= _MAX_NAMED else []


def _order_of(one: RecordedEffect) -> str:
    by = one.effect.affecting
    if by.executive_order:
        return f"E.O. {by.executive_order}"
    return f"Proclamation {by.proclamation}" if by.proclamation else ""


def _makers(connection: Connection, headings: Sequence[str]) -> list[str]:
    """Return the document that the register names for most of these headings."""
    counted = Counter(
        one.effect.affecting.document_number
        for one in effects.affected(connection, headings)
        if one.effect.affecting.document_number
    )
    return [name for name, _ in counted.most_common(1) if name]


def _records(connection: Connection, orders: Sequence[str]) -> list[str]:
    """Return the stored records of these orders by their numbers."""
    found = []
    for order in orders:
        records = changes.find(connection, order)
        if len(records) == 1:
            record = records[0][0]
            found.append(record.document_number or record.id)
    return found


def _release_with(connection: Connection, change: Change, headings: set[str]) -> str:
    """Return the record of the newest release that changed one of these headings; empty where none did."""
    if not headings:
        return ""
    rows = connection.execute(
        select(CHANGE.c.id)
        .where(
            CHANGE.c.kind == str(DocumentKind.LIST),
            CHANGE.c.citation.like("%HTS%"),
            CHANGE.c.operations.is_not(None),
            CHANGE.c.detected_at.between(change.detected_at - _WITHIN, change.detected_at),
        )
        .order_by(CHANGE.c.seq.desc())
        .limit(_RELEASES)
    )
    for row in rows.all():
        if headings & {one.path for one in changes.operations(connection, row.id)}:
            return str(row.id)
    return ""


def _newly_named(document: Document, operations: Sequence[Operation], *kinds: citations.Kind) -> list[str]:
    if operations:
        texts = [(one.before, one.after) for one in operations]
    else:
        texts = [
            ("", text)
            for text in (document.title, document.abstract, *(unit.text for unit in document.units))
        ]
    before = {name for old, _ in texts for name in citations.citation_values(old, *kinds)}
    after = [name for _, new in texts for name in citations.citation_values(new, *kinds)]
    return [name for name in dict.fromkeys(after) if name not in before]
