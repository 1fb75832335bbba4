"""Groups related documents into one story: a rule, its correction, its text in the eCFR, the press release about it.

A story is found by names: the document's own number and citation, those of the documents that it acts on, and those
that a page or a section newly cites. A Federal Register page within a stored document refers to that document,
because the source notes of the eCFR cite the page on which a section was amended.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Integer, cast, func, insert, select

from tracker import citations
from tracker.model import Change, Document, DocumentKind, Operation
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP

_ACTS = frozenset({"corrects", "extends", "delays", "stays", "withdraws", "rescinds"})
_FR = re.compile(r"(\d+) FR (\d+)")
_NUMBER = re.compile(r"(?:[A-Z]\d-)?(?:19|20)\d\d-\d{4,6}")
# A page that cites more documents than this is an index of documents.
_MAX_CITED = 3
# How many pages before the cited page a rule may begin.
_MAX_RULE_PAGES = 150
_LASTING_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE})


def story_references(change: Change, document: Document, operations: Sequence[Operation]) -> tuple[str, ...]:
    """The documents that this one is about, most relevant first: those that it acts on, and for a page or a text of the
    eCFR those that it newly cites."""
    found = [link.target for link in change.tagging.links if link.relation in _ACTS]
    if change.kind in _LASTING_TEXTS:
        new = _newly_cited(document, operations)
        found += new if len(new) <= _MAX_CITED else []
    names = [name for name in dict.fromkeys(found) if _FR.fullmatch(name) or _NUMBER.fullmatch(name)]
    own = {change.document_number, change.citation}
    return tuple(name for name in names if name not in own)


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


def story_of_change(connection: Connection, change: Change, about: Iterable[str], document_id: str) -> str:
    """The id of the story of a change (`sty_` and 16 hex digits); creates the story where there is none."""
    own = [name for name in (change.document_number, change.citation) if name]
    others = [_canonical(connection, name) for name in about]
    if not own and not others:
        # A page is one story over time. Parts of a code and lists are not: each change is its own story.
        own = [document_id] if change.kind is DocumentKind.PAGE else [change.id]
    names = list(dict.fromkeys([*own, *others, change.id]))
    stories = _stories_by_name(connection, names)
    story = next((stories[name] for name in names if name in stories), "")
    if not story:
        root = (others or own)[0]
        story = "sty_" + hashlib.sha256(root.encode()).hexdigest()[:16]
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


def _identity(connection: Connection, change: Change) -> str:
    found = connection.execute(select(CHANGE.c.document_id).where(CHANGE.c.id == change.id)).scalar()
    return found or change.id


def _stories_by_name(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(select(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name.in_(names)))
    return {str(row.name): str(row.story) for row in rows}


def _canonical(connection: Connection, name: str) -> str:
    """The document number for a citation of a stored document, or of a page within it; otherwise the name itself."""
    match = _FR.fullmatch(name)
    if match is None:
        return name
    start = f"{match[1]} FR "
    page = cast(func.substr(CHANGE.c.citation, len(start) + 1), Integer)
    found = connection.execute(
        select(CHANGE.c.document_number)
        .where(
            CHANGE.c.citation.startswith(start)
            & CHANGE.c.document_number.is_not(None)
            & page.between(int(match[2]) - _MAX_RULE_PAGES, int(match[2]))
        )
        .order_by(page.desc(), CHANGE.c.seq)
        .limit(1)
    ).scalar()
    return found or name
