"""One story for the two texts of an order: the page of the White House and the document of the Federal Register, days later.

They share the number of the order where the page has it, else the title. What names the order belongs to the same story.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select, update

from tracker.model import Change, Document, DocumentKind
from tracker.storage.schema import DOCUMENT_GROUP
from tracker.storage.story_queries import story_id
from tracker.text import name_key

_TITLED = re.compile(
    r"\s*\((?:the )?(?P<kind>Executive Order|E\.O\.|Proclamation) (?P<number>\d{4,6})\)\s*$", re.IGNORECASE
)
_TITLE = "order titled "


def order_names(change: Change, document: Document) -> list[str]:
    """Return the names that an order has in all its texts, its number first; none for what is no order."""
    if document.kind is DocumentKind.PAGE:
        from tracker.legal_status.effect_reader import voice_of  # its import takes 0.2 s
        from tracker.legal_status.effect_verbs import Voice

        if voice_of(document) is not Voice.PRESIDENT:
            return []
    elif document.kind is not DocumentKind.PRESIDENTIAL:
        return []
    titled = _TITLED.search(change.title)
    number = change.order or ""
    if titled and not number:
        kind = "Proclamation" if titled["kind"].lower().startswith("p") else "E.O."
        number = f"{kind} {titled['number']}"
    title = name_key(_TITLED.sub("", change.title))
    return [*([number] if number else []), *([f"{_TITLE}{title}"] if title.count(" ") >= 2 else [])]


def known_orders(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return those names of orders of which a text is stored."""
    wanted = list(dict.fromkeys(names))
    rows = connection.execute(select(DOCUMENT_GROUP.c.name).where(DOCUMENT_GROUP.c.name.in_(wanted)))
    found = {str(row.name) for row in rows}
    return [name for name in wanted if name in found]


def join_order(
    connection: Connection, story: str, own: Sequence[str], change: Change, document_id: str
) -> str:
    """Put a text of an order into the order's story, and the stories of its other names into it. `story` is the one that it
    has so far. Return the story; empty where nothing else belongs to it.
    """
    names = list(dict.fromkeys([*own, document_id, change.id]))
    rows = connection.execute(select(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name.in_(names)))
    known = {str(row.name): str(row.story) for row in rows}
    found = list(dict.fromkeys(known[name] for name in names if name in known))
    into = story or next(iter(found), "") or story_id(own[0])
    others = [one for one in found if one != into]
    if others:
        connection.execute(
            update(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.story.in_(others)).values(story=into)
        )
    new = [{"name": name, "story": into} for name in names if name not in known]
    if new:
        connection.execute(insert(DOCUMENT_GROUP), new)
    return into if story or found else ""
