"""RSS, Atom and JSON feeds: one record an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tracker.apart import pool
from tracker.errors import Poison
from tracker.fetch.client import Client
from tracker.fetch.feed_formats import canonical, entries
from tracker.fetch.feed_keys import is_changed, keyed, remembered
from tracker.fetch.fr_api import part_of
from tracker.fetch.items import BROKE, Cursor, Item
from tracker.fetch.memory import Memory, for_replay
from tracker.fetch.rate import PAGES
from tracker.model import Fetched, NotModified, Role
from tracker.sources import Source

LISTING = "listing/feed"
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8"
)


def poll(source: Source, memory: Memory, client: Client, now: datetime) -> Iterator[Item]:
    """Entries that are new or changed, then the feed itself. An entry that left the feed is no event: feeds are
    short. Raises FetchError; WrongShape for what is no feed."""
    known = for_replay(memory.validators(LISTING), source, now)
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
    except Poison as error:
        yield Fetched(LISTING, Role.LISTING, answer, {BROKE: error.cause})
        return
    found = keyed(records, memory.cursor, lambda key: memory.validators(key) is not None)
    for key, record in found.items():
        before = memory.validators(key)
        if before is None or before.sha256 is None or is_changed(key, record, memory.cursor):
            own = part_of(answer, canonical(record), record.get("link") or answer.url)
            yield Fetched(key, Role.FEED_ENTRY, own)
    yield Fetched(LISTING, Role.LISTING, answer)
    values = remembered(found, memory.cursor)
    if values != dict(memory.cursor):
        yield Cursor(values)
