"""The dockets, RINs, pages and listed parties of stored documents, by which others name them without their number."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from tracker.documents.sanctions_entries import sanctions_entries
from tracker.model import Document
from tracker.storage.effect_tables import DOCUMENT_NAME, EFFECT_NAME
from tracker.storage.effects import AFFECTED
from tracker.text import name_key

DOCKET, RIN, PAGES = "docket", "rin", "pages"
_PARTY = "party"
_NAMED = select(EFFECT_NAME.c.effect_id, EFFECT_NAME.c.name).where(EFFECT_NAME.c.role == AFFECTED)
_CITATION = re.compile(r"(\d+) FR (\d+)", re.IGNORECASE)


def write(connection: Connection, document_id: str, document: Document) -> None:
    """Store the names of the present version of a document."""
    rows: list[dict[str, Any]] = [
        {"document_id": document_id, "role": role, "name": name, "first": None, "last": None}
        for role, names in ((DOCKET, document.docket_ids), (RIN, document.rins))
        for name in dict.fromkeys(filter(None, map(name_key, names)))
    ]
    listed = [one for one in sanctions_entries(document) if not one.removed]
    rows += [
        {"document_id": document_id, "role": role, "name": name, "first": None, "last": None}
        for role, name in dict.fromkeys(
            (party_role(program), name_key(one.name)) for one in listed for program in one.programs
        )
    ]
    cited = _CITATION.fullmatch(document.citation or "")
    if cited and document.pages:
        first, last = document.pages
        rows.append(
            {
                "document_id": document_id,
                "role": PAGES,
                "name": f"{cited[1]} FR",
                "first": first,
                "last": last,
            }
        )
    connection.execute(delete(DOCUMENT_NAME).where(DOCUMENT_NAME.c.document_id == document_id))
    if rows:
        connection.execute(insert(DOCUMENT_NAME), rows)


def party_role(program: str) -> str:
    """Return the role of a party that a document lists under a sanctions program."""
    return f"{_PARTY} {program}"


def parties_listed(connection: Connection, document_id: str) -> set[str]:
    """Return the parties that a document puts on a sanctions list, by their normalized names."""
    query = select(DOCUMENT_NAME.c.name).where(
        DOCUMENT_NAME.c.document_id == document_id, DOCUMENT_NAME.c.role.startswith(f"{_PARTY} ")
    )
    return set(connection.execute(query).scalars())


def bearing(connection: Connection, role: str, name: str) -> list[str]:
    """Return the documents with a docket or RIN."""
    query = select(DOCUMENT_NAME.c.document_id).where(
        DOCUMENT_NAME.c.role == role, DOCUMENT_NAME.c.name == name_key(name)
    )
    return list(connection.execute(query.order_by(DOCUMENT_NAME.c.document_id)).scalars())


def on_page(connection: Connection, citation: str) -> list[str]:
    """Return the documents that a page within their pages cites: `90 FR 47205`."""
    cited = _CITATION.fullmatch(citation)
    if cited is None:
        return []
    page = int(cited[2])
    query = select(DOCUMENT_NAME.c.document_id).where(
        DOCUMENT_NAME.c.role == PAGES,
        DOCUMENT_NAME.c.name == f"{cited[1]} FR",
        DOCUMENT_NAME.c.first < page,
        DOCUMENT_NAME.c.last >= page,
    )
    return list(connection.execute(query.order_by(DOCUMENT_NAME.c.document_id)).scalars())


def effects_naming(connection: Connection, document_id: str) -> list[str]:
    """Return the effects whose affected side has a docket, a RIN or a page of a document."""
    names = connection.execute(
        select(DOCUMENT_NAME.c.role, DOCUMENT_NAME.c.name, DOCUMENT_NAME.c.first, DOCUMENT_NAME.c.last).where(
            DOCUMENT_NAME.c.document_id == document_id
        )
    ).all()
    found: dict[str, None] = {}
    for row in names:
        if row.role != PAGES:
            named = _NAMED.where(EFFECT_NAME.c.name == row.name)
            found |= dict.fromkeys(each.effect_id for each in connection.execute(named))
            continue
        volume = f"{name_key(row.name)} "
        cited = _NAMED.where(EFFECT_NAME.c.name > volume, EFFECT_NAME.c.name < f"{volume}:")  # after "9"
        for each in connection.execute(cited):
            page = each.name.removeprefix(volume)
            if page.isascii() and page.isdigit() and row.first < int(page) <= row.last:
                found[each.effect_id] = None
    return list(found)
