"""RSS and Atom feeds: one record an entry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from lxml import etree

from tracker.apart import pool
from tracker.errors import Poison, WrongShape
from tracker.fetch.address import absolute
from tracker.fetch.client import Client
from tracker.fetch.fr_api import part_of
from tracker.fetch.items import BROKE, Cursor, Item
from tracker.fetch.memory import Memory, for_replay
from tracker.fetch.rate import PAGES
from tracker.fetch.shape import xml_root
from tracker.model import Answer, Fetched, NotModified, Role
from tracker.sources import Source
from tracker.text import fold_space

LISTING = "listing/feed"
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8"
_ENTRIES = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "feed", "RDF"})
_DATES = frozenset({"published", "updated"})
# What each of our names is called in RSS 2.0, RSS 1.0 and Atom, the better name first.
_NAMES = {
    "title": ("title",),
    "id": ("guid", "id"),
    "published": ("pubDate", "published", "date"),
    "updated": ("updated",),
    "summary": ("description", "summary"),
    "content": ("encoded", "content"),
    "author": ("creator", "author"),
}


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
    marks: dict[str, str] = {}
    for record in records:
        key = record.get("id") or record.get("link") or record.get("title")
        if not key or key in marks:
            continue
        marks[key] = _mark(record)
        if memory.validators(key) is None or memory.cursor.get(key) != marks[key]:
            own = part_of(answer, _json(record), record.get("link") or answer.url)
            yield Fetched(key, Role.FEED_ENTRY, own)
    yield Fetched(LISTING, Role.LISTING, answer)
    if marks != dict(memory.cursor):
        yield Cursor(marks)


def entries(answer: Answer) -> list[dict[str, str]]:
    """The entries in the names of this project. Raises Refused, WrongShape for what is no feed."""
    root = xml_root(answer)
    if _name(root) not in _ROOTS:
        raise WrongShape(f"no feed: the root is {_name(root)}", url=answer.url, status=answer.status)
    return [_entry(element, answer.url) for element in root.iter() if _name(element) in _ENTRIES]


def _mark(record: dict[str, str]) -> str:
    """What tells one state of an entry from another. Its dates do not: govinfo writes the time of reprocessing
    into all of them."""
    lasting = {name: value for name, value in record.items() if name not in _DATES}
    return sha256(_json(lasting)).hexdigest()[:16]


def _json(record: dict[str, str]) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _entry(element: etree._Element, base: str) -> dict[str, str]:
    """An entry in the names of this project, as text; empty ones left out."""
    record: dict[str, str] = {}
    texts: dict[str, str] = {}
    categories: list[str] = []
    for child in element:
        name = _name(child)
        text = fold_space(" ".join(str(piece) for piece in child.itertext()))
        if name == "link":
            relation = child.get("rel", "alternate")
            address = absolute(base, child.get("href") or text)
            if relation == "alternate" and address and "link" not in record:
                record["link"] = address
        elif name == "category":
            categories.append(child.get("term") or text)
        elif text:
            texts.setdefault(name, text)
    for own, theirs in _NAMES.items():
        value = next((texts[name] for name in theirs if name in texts), "")
        if value:
            record[own] = value
    if categories:
        record["categories"] = ", ".join(categories)
    return record


def _name(element: etree._Element) -> str:
    """The local name of an element; "" for processing instructions and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
