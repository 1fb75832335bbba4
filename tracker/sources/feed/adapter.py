"""Polls RSS, Atom and JSON feeds: one record per entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from tracker.config.models import Source
from tracker.errors import ParserCrashed, UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Fetched, HttpResponse, NotModified, ResourceType
from tracker.sandbox import pool
from tracker.serialization import format_instant
from tracker.sources.adapter import Adapter, Refetcher
from tracker.sources.events import PARSER_CRASHED, CursorUpdate, Item, Wanted
from tracker.sources.feed import LISTING
from tracker.sources.feed.entry_keys import Known, is_changed, keyed, remembered
from tracker.sources.feed.formats import Record, canonical, entries
from tracker.sources.partial_response import part_of
from tracker.sources.state_view import StateView, without_validators

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8"
)


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield entries that are new or changed, then the feed itself. An entry that left the feed is not an event:
    feeds are short. Raises FetchError; UnexpectedResponse for anything but a feed, and for an empty feed
    that had entries.
    """
    known = without_validators(stored.validators(LISTING), source, now)
    answer = client.get(
        source.url,
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        validators=known,
        accept=_ACCEPT,
        robots=True,
    )
    if answer is None:
        yield NotModified(LISTING, source.url, client.clock())
        return
    try:
        records = pool.run(entries, answer)
    except ParserCrashed as error:
        yield Fetched(LISTING, ResourceType.LISTING, answer, {PARSER_CRASHED: error.cause})
        return
    if not records and stored.cursor:
        raise UnexpectedResponse(_emptied(stored), url=answer.url, status=answer.status)
    found = keyed(records, stored.cursor, lambda key: stored.validators(key) is not None)
    for key, record in found.items():
        before = stored.validators(key)
        if before is None or before.sha256 is None or is_changed(key, record, stored.cursor):
            own = part_of(answer, canonical(record), record.get("link") or answer.url)
            yield Fetched(key, ResourceType.FEED_ENTRY, own)
    yield Fetched(LISTING, ResourceType.LISTING, answer)
    values = remembered(found, stored.cursor)
    if values != dict(stored.cursor):
        yield CursorUpdate(values)


def _emptied(stored: StateView) -> str:
    last = stored.validators(LISTING)
    since = (
        f", none since {format_instant(last.last_full_fetch_at)}"
        if last is not None and last.last_full_fetch_at
        else ""
    )
    return f"the feed has no entries{since}"


def _again(source: Source, client: Client) -> tuple[HttpResponse, list[Record]]:
    """Request the feed again, unconditionally, and parse its entries. Raises FetchError; ParserCrashed."""
    deadline = client.deadline(source.time_limit)
    answer = client.fetch(source.url, rate=PAGES, deadline=deadline, accept=_ACCEPT)
    return answer, pool.run(entries, answer)


def _entry_again(fetched: Fetched, answer: HttpResponse, records: Sequence[Record]) -> Fetched:
    """Return the entry `fetched` as this other answer of its feed has it; `fetched` itself where it is missing
    there.
    """
    first: Record = json.loads(fetched.answer.body)
    cursor = {fetched.key: Known.of(fetched.key, first).value()}
    record = keyed(records, cursor, lambda _: False).get(fetched.key)
    if record is None:
        return fetched
    return replace(fetched, answer=part_of(answer, canonical(record), record.get("link") or answer.url))


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Return the same entry from another answer of the feed. Raises FetchError; ParserCrashed."""
    return _entry_again(fetched, *_again(source, client))


def refetcher(source: Source, client: Client, before: Callable[[], None]) -> Refetcher:
    """Return a function that requests the feed once more, for all of its entries."""

    @cache
    def other() -> tuple[HttpResponse, list[Record]]:
        before()
        return _again(source, client)

    return lambda fetched: _entry_again(fetched, *other())


ADAPTER = Adapter(poll, refetch, refetcher=refetcher)
