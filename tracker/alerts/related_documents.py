"""What belongs together is one story: a rule, its correction, its text in the eCFR, the press release about it.

A story is found by names: the document's own number and citation, those of the documents that it acts on, those
that a page or a section newly cites. A page in the Federal Register within a stored document is that document's
(the source notes of the eCFR cite the page on which a section was amended).
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
# A page that cites more documents than this is an index of them, not about one.
_FEW = 3
# The longest that a rule is looked for before the page that a source note cites.
_PAGES = 150
_STANDING = frozenset({DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE})


def story_references(change: Change, document: Document, operations: Sequence[Operation]) -> tuple[str, ...]:
    """The documents that this one is about, in the order of their weight: those that it acts on; for a page or a
    text of the eCFR those that it newly cites."""
    found = [link.target for link in change.tagging.links if link.relation in _ACTS]
    if change.kind in _STANDING:
        new = _newly_cited(document, operations)
        found += new if len(new) <= _FEW else []
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


def story_of_change(connection: Connection, change: Change, about: Iterable[str], identity: str) -> str:
    """The id of the story (`sty_` and 16 hex digits) that a change belongs to; begins one where there is none."""
    own = [name for name in (change.document_number, change.citation) if name]
    others = [_canonical(connection, name) for name in about]
    if not own and not others:
        # A page is one story over time. The parts of a code and the lists are not: rules are.
        own = [identity] if change.kind is DocumentKind.PAGE else [change.id]
    names = list(dict.fromkeys([*own, *others, change.id]))
    known = _known(connection, names)
    story = next((known[name] for name in names if name in known), "")
    if not story:
        root = (others or own)[0]
        story = "sty_" + hashlib.sha256(root.encode()).hexdigest()[:16]
    new = [{"name": name, "story": story} for name in names if name not in known]
    if new:
        connection.execute(insert(DOCUMENT_GROUP), new)
    return story


def story_of_stored(connection: Connection, change: Change) -> str:
    """The story of a change that is stored, by what it was told under; begins one where it never was told."""
    return register_story_names(connection, change) or story_of_change(
        connection, change, (), _identity(connection, change)
    )


def register_story_names(connection: Connection, change: Change) -> str:
    """The story of a change as far as it has one yet; empty where it has none."""
    names = [change.document_number, change.citation, _identity(connection, change), change.id]
    known = _known(connection, [name for name in names if name])
    return next((known[name] for name in names if name in known), "")


def _identity(connection: Connection, change: Change) -> str:
    found = connection.execute(select(CHANGE.c.identity).where(CHANGE.c.id == change.id)).scalar()
    return found or change.id


def _known(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(select(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name.in_(names)))
    return {str(row.name): str(row.story) for row in rows}


def _canonical(connection: Connection, name: str) -> str:
    """A stored document's number for its citation, and for a page within it."""
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
            & page.between(int(match[2]) - _PAGES, int(match[2]))
        )
        .order_by(page.desc(), CHANGE.c.seq)
        .limit(1)
    ).scalar()
    return found or name
