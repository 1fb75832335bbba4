"""Reads the list of the revisions of a law (`law_revisions`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tracker.errors import UnexpectedResponse
from tracker.http.response_checks import json_object
from tracker.model import HttpResponse
from tracker.model.law_revision import FUTURE, IN_FORCE, LawRevision, law_revision_of

_SHORT = 20  # characters of a title that is its own short name


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revision in force and those to come, in the order in which they apply, and what paths call the law. `past` are the ids
    of the earlier ones."""

    name: str
    watched: tuple[LawRevision, ...]
    past: frozenset[str]


def revisions_in(answer: HttpResponse, law_id: str) -> Revisions:
    """Return the revisions of a law. Raises AccessDenied for a wall, UnexpectedResponse for anything but the list of this law."""
    value = json_object(answer)
    rows = value.get("revisions")
    law = value.get("law_info")
    if not isinstance(rows, list) or not isinstance(law, Mapping):
        raise UnexpectedResponse("no list of revisions", url=answer.url, status=answer.status)
    if law.get("law_id") != law_id:
        raise UnexpectedResponse(
            f"requested {law_id}, received {str(law.get('law_id'))[:40]}",
            url=answer.url,
            status=answer.status,
        )
    found = [law_revision_of(row) for row in rows if isinstance(row, Mapping)]
    known = [one for one in found if one.id.startswith(f"{law_id}_")]
    current = [one for one in known if one.status == IN_FORCE]
    if len(current) != 1 or len(known) != len(rows):
        raise UnexpectedResponse(
            f"{len(rows)} revisions of {law_id}, {len(known)} with an id, {len(current)} in force; one has to be in force",
            url=answer.url,
            status=answer.status,
        )
    future = [one for one in known if one.status == FUTURE]
    undated = [one.id for one in future if one.day is None]
    if undated:
        raise UnexpectedResponse(
            f"{undated[0]} is not in force and has no day", url=answer.url, status=answer.status
        )
    # The list has the newest first; of the same day, the one further down applies first.
    future.reverse()
    ahead = sorted(future, key=lambda one: one.day or date.max)
    return Revisions(
        _name(current[0]),
        (current[0], *ahead),
        frozenset(one.id for one in known) - {one.id for one in (current[0], *ahead)},
    )


def _name(revision: LawRevision) -> str:
    """Return what paths call a law: its title, or the first abbreviation where the title is a long one."""
    if len(revision.title) <= _SHORT or not revision.abbreviations:
        return revision.title
    return revision.abbreviations[0]
