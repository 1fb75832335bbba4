"""Groups related documents into one story: a rule, its correction, its text in the eCFR, the press release about it.

A story is found by names: the document's own number and citation, those of the documents that it acts on, the document
that made a change of the CFR or of a list (`rule_join`), and those that a page newly cites. A row of a list that is
not joined to a stored document belongs to the change of the CFR, or of another source's list, with the same row. A change that several documents made
belongs to the story of the one that made most of it; an ambiguous join makes no story.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, insert, or_, select, update

from tracker import citations
from tracker.model import Change, Document, DocumentKind, Op, Operation, UnitKind
from tracker.storage import changes, document_names
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP
from tracker.storage.story_queries import story_id
from tracker.stories.order_story import join_order, order_names
from tracker.stories.rule_join import Join, JoinState, Rule
from tracker.stories.rule_records import joined, joined_operations, texts_made_by
from tracker.stories.tariff_chain import chain_references, orders_of_chain
from tracker.tariff.changes import is_tariff
from tracker.text import name_key

_ACTS = frozenset({"corrects", "extends", "delays", "stays", "withdraws", "rescinds"})
_FR = re.compile(r"(\d+) FR (\d+)")
_NUMBER = re.compile(r"(?:[A-Z]\d-)?(?:19|20)\d\d-\d{4,6}")
_CHANGE = re.compile(r"chg_[0-9a-f]{16}")
# The longest delay between two sources of one list: the eCFR and the Consolidated Screening List.
_REPEATED_WITHIN = timedelta(days=35)
# A page, or a new state of a list, that cites more documents than this is about none of them.
_MAX_CITED = 3
_MANY = 400  # values in one IN list
_MADE = frozenset({DocumentKind.CFR, DocumentKind.LIST})
_RULES = frozenset({DocumentKind.RULE, DocumentKind.CORRECTION})


def register(
    connection: Connection,
    change: Change,
    document: Document,
    operations: Sequence[Operation],
    document_id: str,
) -> str:
    """Puts a change that was just stored into its story, and a text of the CFR that was stored before its rule into the
    rule's. Returns the id of the story; empty where nothing else belongs to it."""
    about = _references(connection, change, document, operations, document_id)
    own = [name for name in (change.document_number, change.citation) if name]
    story = ""
    if about or (own and _stories_by_name(connection, own)):
        story = story_of_change(connection, change, about, document_id)
    if change.kind in _RULES:
        story = _take_in_texts(connection, change) or story
    if names := order_names(change, document):
        story = join_order(connection, story, names, change, document_id)
    return story


def _references(
    connection: Connection,
    change: Change,
    document: Document,
    operations: Sequence[Operation],
    document_id: str,
) -> tuple[str, ...]:
    """The documents that this one is about, most relevant first: those that it acts on, the one that made it, and for a
    page those that it newly cites."""
    found = [link.target for link in change.tagging.links if link.relation in _ACTS]
    found += chain_references(connection, change, document, operations)
    if change.kind in _MADE and not is_tariff(document):
        joins = joined_operations(connection, change, operations, document_id)
        made = _makers(joins, change.kind)
        if not any(join.rule and join.rule.document_number in made for join in joins):
            made = _with_the_same_row(connection, change, operations) or made
        found += made
    elif change.kind in (DocumentKind.PAGE, DocumentKind.DOCKET):
        new = _newly_cited(document, operations)
        found += new if len(new) <= _MAX_CITED else []
    forms = (_FR, _NUMBER, _CHANGE)
    orders = orders_of_chain(connection, change, document, operations)
    names = [
        _begins(connection, name)
        for name in dict.fromkeys(found)
        if any(form.fullmatch(name) for form in forms)
    ]
    names = [*orders, *names]
    own = {change.document_number, change.citation}
    return tuple(name for name in names if name not in own)


def _begins(connection: Connection, name: str) -> str:
    """The citation of the stored document that a page within it cites; the name itself for any other."""
    within = document_names.on_page(connection, name)
    found = changes.of_documents(connection, within) if len(within) == 1 else []
    return (found[0].citation if found else None) or name


def _makers(joins: Iterable[Join], kind: DocumentKind) -> list[str]:
    """The document that made most of a change; none where a new state of a list follows many."""
    counted = Counter(
        join.rule.document_number if join.rule else join.citation
        for join in joins
        if join.state is JoinState.JOINED
    )
    if not counted or (kind is DocumentKind.LIST and len(counted) > _MAX_CITED):
        return []
    return [max(counted, key=lambda name: counted[name])]


def _with_the_same_row(connection: Connection, change: Change, operations: Sequence[Operation]) -> list[str]:
    """The id of the change of the CFR or of another source's list that adds or removes a row of this list, or of the list that does so
    for a row of the CFR: the one with most of these rows, none where no row is the same."""
    rows = _rows(operations)
    if not rows:
        return []
    others = [DocumentKind.LIST] if change.kind is DocumentKind.CFR else [DocumentKind.CFR, DocumentKind.LIST]
    earlier = connection.execute(
        select(CHANGE.c.id)
        .where(
            CHANGE.c.kind.in_(list(map(str, others))),
            CHANGE.c.source != change.source,
            CHANGE.c.operations.is_not(None),
            CHANGE.c.detected_at.between(change.detected_at - _REPEATED_WITHIN, change.detected_at),
        )
        .order_by(CHANGE.c.seq.desc())
    ).all()
    shared = {str(row.id): len(rows & _rows(changes.operations(connection, row.id))) for row in earlier}
    best = max(shared, key=lambda name: shared[name], default="")
    return [best] if best and shared[best] else []


def _rows(operations: Iterable[Operation]) -> set[tuple[Op, str]]:
    return {
        (op.op, name_key(op.path))
        for op in operations
        if op.kind is UnitKind.ROW and op.op in (Op.ADDED, Op.REMOVED)
    }


def _newly_cited(document: Document, operations: Sequence[Operation]) -> list[str]:
    if operations:
        texts = [(operation.before, operation.after) for operation in operations]
    else:
        texts = [
            ("", text)
            for text in (document.title, document.abstract, *(unit.text for unit in document.units))
        ]
    before = {name for old, _ in texts for name in citations.citation_values(old, "fr", "document-number")}
    after = [name for _, new in texts for name in citations.citation_values(new, "fr", "document-number")]
    return [name for name in dict.fromkeys(after) if name not in before]


def _take_in_texts(connection: Connection, change: Change) -> str:
    """Puts the texts that a rule made, and that were stored before it, into its story; returns it, empty where there is
    no such text. A text that already belongs to another document's story stays there."""
    texts: dict[str, Rule] = {}
    for text, own in texts_made_by(connection, change.id):
        joins = joined(connection, text).joins
        if _makers(joins, text.kind) == [change.document_number]:
            texts.update((text.id, join.rule) for join in own if join.rule is not None)
    if not texts:
        return ""
    story = story_of_change(connection, change, (), change.id)
    for text_id, rule in texts.items():
        known = _stories_by_name(connection, [text_id]).get(text_id, "")
        if not known:
            connection.execute(insert(DOCUMENT_GROUP).values(name=text_id, story=story))
        elif known != story and all(
            _CHANGE.fullmatch(name) or rule.holds_page(name) for name in _names_of(connection, known)
        ):
            # It had a story without a document, or one that began with a page of this rule.
            connection.execute(
                update(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.story == known).values(story=story)
            )
    return story


def _names_of(connection: Connection, story: str) -> list[str]:
    rows = connection.execute(select(DOCUMENT_GROUP.c.name).where(DOCUMENT_GROUP.c.story == story))
    return [str(row.name) for row in rows]


def story_of_change(connection: Connection, change: Change, about: Iterable[str], document_id: str) -> str:
    """The id of the story of a change (`sty_` and 16 hex digits); creates the story where there is none."""
    own = [name for name in (change.document_number, change.citation) if name]
    others = [_canonical(connection, name) for name in about]
    if not own and not others:
        # A page is one story over time. Parts of a code and lists are not: each change is its own story.
        own = [document_id] if change.kind is DocumentKind.PAGE else [change.id]
    named = [*own, *others]
    names = list(dict.fromkeys([*named, change.id, *_changes_called(connection, named)]))
    stories = _stories_by_name(connection, names)
    story = next((stories[name] for name in names if name in stories), "") or story_id((others or own)[0])
    new = [{"name": name, "story": story} for name in names if name not in stories]
    if new:
        connection.execute(insert(DOCUMENT_GROUP), new)
    return story


def story_of_stored(connection: Connection, change: Change) -> str:
    """The id of the story of a stored change; creates the story where there is none."""
    return register_story_names(connection, change) or story_of_change(
        connection, change, (), _identity(connection, change)
    )


def register_story_names(connection: Connection, change: Change) -> str:
    """The id of the story of a stored change; empty where it has none."""
    names = [change.document_number, change.citation, _identity(connection, change), change.id]
    stories = _stories_by_name(connection, [name for name in names if name])
    return next((stories[name] for name in names if name in stories), "")


def stories_of(connection: Connection, change_ids: Sequence[str]) -> dict[str, str]:
    """The story of each of these changes that shares one, or was alerted."""
    found: dict[str, str] = {}
    for start in range(0, len(change_ids), _MANY):
        found.update(_stories_by_name(connection, change_ids[start : start + _MANY]))
    return found


def _identity(connection: Connection, change: Change) -> str:
    found = connection.execute(select(CHANGE.c.document_id).where(CHANGE.c.id == change.id)).scalar()
    return found or change.id


def _changes_called(connection: Connection, names: Sequence[str]) -> list[str]:
    """The ids of the stored records of these documents."""
    rows = connection.execute(
        select(CHANGE.c.id)
        .where(or_(CHANGE.c.document_number.in_(names), CHANGE.c.citation.in_(names)))
        .order_by(CHANGE.c.seq)
    )
    return [str(row.id) for row in rows]


def _stories_by_name(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(select(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name.in_(names)))
    return {str(row.name): str(row.story) for row in rows}


def _canonical(connection: Connection, name: str) -> str:
    """The document number of the stored document with this citation; otherwise the name itself."""
    if _FR.fullmatch(name) is None:
        return name
    found = connection.execute(
        select(CHANGE.c.document_number)
        .where(CHANGE.c.citation == name, CHANGE.c.document_number.is_not(None))
        .order_by(CHANGE.c.seq)
        .limit(1)
    ).scalar()
    return found or name
