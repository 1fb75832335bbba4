"""What is kept about an answer that was read: the state of its resources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection

from tracker.config.models import Source
from tracker.model import Change, Fetched, ResourceType, Validators
from tracker.storage import source_state
from tracker.storage.blobs import sha256


class Outdated(Exception):
    """The store has changed since a decision was made: the answer needs a new decision."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a decision wrote. `resources`: the new state of the answers' resources, valid once the transaction is
    committed; `alerts`: how many deliveries were queued; `differing`: units of the CFR that differ from what was computed
    from a rule."""

    resources: dict[str, source_state.Resource] = field(default_factory=dict)
    change: Change | None = None
    alerts: int = 0
    differing: tuple[str, ...] = ()


def resource(source: Source, part: Fetched, *, revalidate: bool = True) -> source_state.Resource:
    """The state of a resource whose answer was read. Without `revalidate` the next request for it is unconditional."""
    answer = part.answer
    validators = Validators(
        etag=answer.header("etag") if revalidate else None,
        last_modified=answer.header("last-modified") if revalidate else None,
        sha256=sha256(answer.body),
        extraction_config=source.extraction_config(),
        last_full_fetch_at=answer.fetched_at if revalidate else None,
    )
    return source_state.Resource(validators, size=len(answer.body), outline=outline_of(part))


def outline_of(page: Fetched) -> str | None:
    """The hash of what decides the text of a page: what its parser sees of the bytes, and how they are parsed. None where
    it is unknown."""
    if page.role is not ResourceType.PAGE or not page.outline:
        return None
    return hashlib.sha256(json.dumps([page.outline, sorted(page.meta.items())]).encode()).hexdigest()


def has_same_text(page: Fetched, known: source_state.Resource) -> bool:
    """Whether the text of a page is known to be the stored one although its bytes are not."""
    return known.outline is not None and known.outline == outline_of(page)


def save_resources(
    connection: Connection, source: Source, fetched: Fetched, held: Collection[str]
) -> dict[str, source_state.Resource]:
    parts = (fetched, *fetched.attachments)
    found = {part.key: resource(source, part) for part in parts if part.key not in held}
    source_state.save_resources(connection, source.id, found)
    return found
