from __future__ import annotations

import json
from dataclasses import replace

import httpx2 as httpx
import pytest

from tests.unit.fetch_fakes import START, Notes, Site, Time, client_for, conditional, fetched_keys, page
from tracker import fetch
from tracker.errors import Refused, UsageError, WrongShape
from tracker.fetch import Item
from tracker.model import Fetched, NotModified, Role
from tracker.sources import Source, SourceKind

FEED = Source("feed", SourceKind.FEED, url="https://www.govinfo.gov/rss/fr.xml")
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Feed</title>
<item><title>One &amp; only</title><link>/one?utm_source=rss</link><guid>id-1</guid>
<pubDate>Mon, 08 Jun 2026 07:00:00 GMT</pubDate><description>&lt;p&gt;First&lt;/p&gt;</description>
<category>rule</category><category>notice</category></item>
<item><title>No guid</title><link>https://a.gov/two</link></item>
<item><description>nothing to know it by</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title><entry><title>Atom one</title><id>urn:1</id>
<link rel="self" href="/self"/><link href="/one"/><updated>2026-06-08T00:00:00Z</updated>
<content type="xhtml"><div>Text</div></content></entry></feed>"""


def poll(notes: Notes, text: str, url: str = FEED.url) -> list[Item]:
    time = Time()
    at = Site({"/rss/fr.xml": page(text, **{"content-type": "application/rss+xml"})})
    source = replace(FEED, url=url)
    return notes.keep(source, fetch.poll(source, notes, client_for(at, time), time.now()))


def entries(items: list[Item]) -> list[dict[str, str]]:
    return [
        json.loads(item.answer.body)
        for item in items
        if isinstance(item, Fetched) and item.role is Role.FEED_ENTRY
    ]


def test_each_entry_of_rss_is_a_record() -> None:
    items = poll(Notes(), RSS)
    assert fetched_keys(items) == ["id-1", "https://a.gov/two"]
    assert entries(items)[0] == {
        "title": "One & only",
        "link": "https://www.govinfo.gov/one",
        "id": "id-1",
        "published": "Mon, 08 Jun 2026 07:00:00 GMT",
        "summary": "<p>First</p>",
        "categories": "rule, notice",
    }


def test_each_entry_of_atom_is_a_record() -> None:
    assert entries(poll(Notes(), ATOM)) == [
        {
            "title": "Atom one",
            "link": "https://www.govinfo.gov/one",
            "id": "urn:1",
            "updated": "2026-06-08T00:00:00Z",
            "content": "Text",
        }
    ]


def test_only_new_and_changed_entries_come_again() -> None:
    notes = Notes()
    poll(notes, RSS)
    assert fetched_keys(poll(notes, RSS)) == []
    assert fetched_keys(poll(notes, RSS.replace("One &amp; only", "One, amended"))) == ["id-1"]


def test_dates_that_are_written_anew_are_no_change_of_an_entry() -> None:
    notes = Notes()
    poll(notes, RSS)
    assert fetched_keys(poll(notes, RSS.replace("Mon, 08 Jun", "Tue, 09 Jun"))) == []


def test_a_second_poll_is_conditional_and_asks_robots() -> None:
    notes, time = Notes(), Time()
    at = Site({"/rss/fr.xml": conditional(RSS.encode(), '"f"', "application/rss+xml")})
    client = client_for(at, time)
    notes.keep(FEED, fetch.poll(FEED, notes, client, START))
    assert [type(item) for item in fetch.poll(FEED, notes, client, START)] == [NotModified]
    assert at.asked[0] == "/robots.txt"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<html><title>Request Access</title></html>", Refused),
        ("<!doctype html><html><title>Home</title></html>", WrongShape),
        ("<opml/>", WrongShape),
        ("<rss><channel><item>", WrongShape),
        ("", WrongShape),
    ],
)
def test_what_is_no_feed_fails_the_source(text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        poll(Notes(), text)


def test_entities_of_a_feed_read_no_files() -> None:
    text = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><item><title>a&x;b</title></item></channel></rss>'
    assert [entry["title"] for entry in entries(poll(Notes(), text))] in (
        ["ab"],
        ["a b"],
        ["a&x;b"],
        ["a &x; b"],
    )


def test_an_entry_cannot_be_asked_for_by_itself() -> None:
    client = client_for(Site({"/rss/fr.xml": httpx.Response(200, content=RSS.encode())}))
    first = next(item for item in fetch.poll(FEED, Notes(), client, START) if isinstance(item, Fetched))
    with pytest.raises(UsageError):
        fetch.again(FEED, first, client, START)
