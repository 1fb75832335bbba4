"""Polls a board of notices: `{"notices": [{"number", "title", "link", "day", "text"}]}`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Fetched, NotModified, ResourceType
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, Wanted
from tracker.sources.partial_response import part_of
from tracker.sources.state_view import StateView, without_validators
from tracker_example.source import KIND


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield each notice that is new or changed, then the board itself. Raises FetchError for anything else than a board: a page of
    an error is never an empty board."""
    answer = client.get(
        source.url,
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        validators=without_validators(stored.validators(KIND.listing), source, now),
        accept="application/json",
    )
    if answer is None:
        yield NotModified(KIND.listing, source.url, client.clock())
        return
    try:
        notices = json.loads(answer.body)["notices"]
        records = {str(notice["number"]): notice for notice in notices}
    except (ValueError, LookupError, TypeError) as error:
        raise UnexpectedResponse("not a board of notices", url=answer.url, status=answer.status) from error
    seen = dict(stored.cursor)
    for number, notice in records.items():
        entry = {
            "id": number,
            "title": str(notice["title"]),
            "link": str(notice["link"]),
            "published": str(notice["day"]),
            "summary": str(notice["text"]),
        }
        body = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()
        digest = sha256(body).hexdigest()
        if seen.get(number) != digest:
            seen[number] = digest
            yield Fetched(number, ResourceType.FEED_ENTRY, part_of(answer, body, entry["link"]))
    yield Fetched(KIND.listing, ResourceType.LISTING, answer)
    if seen != dict(stored.cursor):
        yield CursorUpdate(seen)


ADAPTER = Adapter(poll)
