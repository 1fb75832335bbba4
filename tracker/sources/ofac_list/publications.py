"""Reads the history of OFAC's publications, and which parties a delta file removes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tracker.errors import UnexpectedResponse
from tracker.http.response_checks import check_no_wall
from tracker.model import HttpResponse
from tracker.model.publication import Publication
from tracker.text import canonical_json

_ENTITY = re.compile(rb"<entity\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""\b(id|action)\s*=\s*["']([^"']*)["']""")


def publications_in(answer: HttpResponse) -> list[Publication]:
    """Return the publications of a year. Raises AccessDenied for a wall, UnexpectedResponse for anything but their list."""
    text = answer.body.lstrip()
    if text[:1] != b"[":
        check_no_wall(answer)
        raise UnexpectedResponse("no list of publications", url=answer.url, status=answer.status)
    try:
        rows = canonical_json(text)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse(f"invalid JSON: {error}", url=answer.url, status=answer.status) from None
    found = []
    for row in rows:
        number = row.get("publicationID") if isinstance(row, Mapping) else None
        day = str(row.get("datePublished") or "")[:10] if isinstance(row, Mapping) else ""
        if isinstance(number, int) and number > 0:
            found.append(Publication(number, day))
    if len(found) != len(rows):
        raise UnexpectedResponse("a publication without its number", url=answer.url, status=answer.status)
    return found


def removals_in(answer: HttpResponse) -> list[str]:
    """Return the ids of the parties that a delta file removes. Raises UnexpectedResponse where it is no whole delta file."""
    body = answer.body.strip()
    if b"<sanctionsData" not in body[:2_000] or not body.endswith(b"sanctionsData>"):
        check_no_wall(answer)
        raise UnexpectedResponse("not a whole delta file of OFAC", url=answer.url, status=answer.status)
    removed = []
    for tag in _ENTITY.findall(body):
        facts = dict(_ATTRIBUTE.findall(tag))
        if facts.get(b"action", b"").lower() in (b"remove", b"delete") and facts.get(b"id"):
            removed.append(facts[b"id"].decode("ascii", "replace"))
    return removed
