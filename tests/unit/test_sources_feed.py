from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import START, Notes, Site, Time, client_for, conditional, fetched_keys, page
from tracker import sources
from tracker.config.models import Source
from tracker.errors import AccessDenied, UnexpectedResponse
from tracker.model import Fetched, NotModified, ResourceType
from tracker.sources import Item
from tracker.sources.feed import entry_keys, formats

FEED = Source("feed", "feed", url="https://www.govinfo.gov/rss/fr.xml")
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
    return notes.keep(source, sources.poll(source, notes, client_for(at, time), time.now()))


def entries(items: list[Item]) -> list[dict[str, str]]:
    return [
        json.loads(item.answer.body)
        for item in items
        if isinstance(item, Fetched) and item.role is ResourceType.FEED_ENTRY
    ]


def test_each_entry_of_rss_is_a_record() -> None:
    items = poll(Notes(), RSS)
    assert fetched_keys(items)[:2] == ["id-1", "https://a.gov/two"]
    assert entries(items)[2] == {"summary": "nothing to know it by"}, "it is known by what it says"
    assert entries(items)[0] == {
        "title": "One & only",
        "link": "https://www.govinfo.gov/one",
        "id": "id-1",
        "published": "Mon, 08 Jun 2026 07:00:00 GMT",
        "summary": "<p>First</p>",
        "categories": "notice, rule",
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


def test_only_new_and_changed_entries_are_returned() -> None:
    notes = Notes()
    poll(notes, RSS)
    assert fetched_keys(poll(notes, RSS)) == []
    assert fetched_keys(poll(notes, RSS.replace("One &amp; only", "One, amended"))) == ["id-1"]


def test_dates_that_are_written_again_are_no_change_of_an_entry() -> None:
    notes = Notes()
    poll(notes, RSS)
    assert fetched_keys(poll(notes, RSS.replace("Mon, 08 Jun", "Tue, 09 Jun"))) == []


def test_a_second_poll_is_conditional_and_checks_robots() -> None:
    notes, time = Notes(), Time()
    at = Site({"/rss/fr.xml": conditional(RSS.encode(), '"f"', "application/rss+xml")})
    client = client_for(at, time)
    notes.keep(FEED, sources.poll(FEED, notes, client, START))
    assert [type(item) for item in sources.poll(FEED, notes, client, START)] == [NotModified]
    assert at.asked[0] == "/robots.txt"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<html><title>Request Access</title></html>", AccessDenied),
        ("<!doctype html><html><title>Home</title></html>", UnexpectedResponse),
        ("<opml/>", UnexpectedResponse),
        ("<rss><channel><item>", UnexpectedResponse),
        ("", UnexpectedResponse),
    ],
)
def test_an_answer_that_is_no_feed_fails_the_source(text: str, kind: type[Exception]) -> None:
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


def test_an_entry_is_requested_again_by_its_feed() -> None:
    site = Site({"/rss/fr.xml": httpx.Response(200, content=RSS.encode())})
    client = client_for(site)
    first = next(item for item in sources.poll(FEED, Notes(), client, START) if isinstance(item, Fetched))
    edited = RSS.replace("First", "Edited")
    client = client_for(Site({"/rss/fr.xml": httpx.Response(200, content=edited.encode())}))
    second = sources.refetch(FEED, first, client)
    assert (second.key, second.role) == (first.key, first.role)
    assert entries([second])[0]["summary"] == "<p>Edited</p>"
    gone = RSS.replace("id-1", "id-9").replace("/one", "/nine")
    client = client_for(Site({"/rss/fr.xml": httpx.Response(200, content=gone.encode())}))
    assert sources.refetch(FEED, first, client) == first, "the other answer does not have it"


def same_guid(*titles: str, guid: str = "<guid>0</guid>", link: str = "/news/{}") -> str:
    items = "".join(
        f"<item><title>{title}</title><link>{link.format(title.split(',')[0])}</link>{guid}</item>"
        for title in titles
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def titles(items: list[Item]) -> list[str]:
    return [entry["title"] for entry in entries(items)]


@pytest.mark.parametrize("link", ["/news/{}", "/"])
@pytest.mark.parametrize("guid", ["<guid isPermaLink='false'>0</guid>", ""])
def test_entries_that_share_an_id_or_have_none_are_separate(guid: str, link: str) -> None:
    notes = Notes()
    assert titles(poll(notes, same_guid("one", guid=guid, link=link))) == ["one"]
    more = same_guid("four", "three", "one", "two", guid=guid, link=link)
    found = poll(notes, more)
    assert titles(found) == ["four", "three", "two"]
    assert len(set(fetched_keys(found))) == 3
    assert titles(poll(notes, more)) == []
    assert titles(poll(notes, same_guid("two", "one", "three", "four", guid=guid, link=link))) == [], "order"
    assert titles(poll(notes, same_guid("one", guid=guid, link=link))) == []
    assert titles(poll(notes, more)) == [], "entries that come back are no news"


def test_a_feed_of_one_entry_that_keeps_its_guid_brings_each_new_entry() -> None:
    notes = Notes()
    keys = [fetched_keys(poll(notes, same_guid(name))) for name in ("one", "two", "three", "one")]
    assert keys == [
        ["0"],
        ["0 https://www.govinfo.gov/news/two"],
        ["0 https://www.govinfo.gov/news/three"],
        [],
    ]


def test_an_entry_whose_title_or_link_is_edited_stays_the_same_entry() -> None:
    notes = Notes()
    both = [fetched_keys(poll(notes, same_guid(name))) for name in ("one", "one, amended")]
    assert both == [["0"], ["0"]]
    moved = same_guid("one, amended").replace("/news/one", "/archive/one")
    assert fetched_keys(poll(notes, moved)) == ["0"]


def test_an_entry_known_by_an_earlier_version_stays_the_same_entry() -> None:
    notes = Notes()
    poll(notes, same_guid("one"))
    notes.cursor = {"0": "0123456789abcdef"}  # the content alone was kept
    assert fetched_keys(poll(notes, same_guid("one, amended"))) == ["0"]


def test_markup_in_titles_xml_base_and_a_bare_ampersand_are_read() -> None:
    rss = """<rss version="2.0" xml:base="https://www.bis.gov/news/"><channel><title>News</title>
<item><title>Rule on &lt;em&gt;chips&lt;/em&gt; &amp;amp; AI, where x &lt; y</title><link>one</link><guid isPermaLink="false">1</guid>
<description>&lt;p&gt;See &lt;a href="two"&gt;two&lt;/a&gt;&lt;script&gt;x()&lt;/script&gt;.&lt;/p&gt;</description></item>
<item><title>AT&T and others</title><link>https://a.gov/2</link></item></channel></rss>"""
    first, second = entries(poll(Notes(), rss))
    assert first["title"] == "Rule on chips & AI, where x < y"
    assert first["link"] == "https://www.bis.gov/news/one"
    assert first["summary"] == '<p>See <a href="https://www.bis.gov/news/two">two</a>.</p>'
    assert second["title"] == "AT&T and others", "the bare ampersand makes it no XML"


def test_rss_1_and_atom_with_a_base_are_read() -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="/"><title>N</title></channel>
<item rdf:about="https://a.jp/1"><title>告示</title><link>https://a.jp/1</link><dc:date>2026-06-08</dc:date></item></rdf:RDF>"""
    (item,) = entries(poll(Notes(), rdf))
    assert (item["title"], item["link"], item["updated"]) == ("告示", "https://a.jp/1", "2026-06-08")
    atom = ATOM.replace("<entry>", '<entry xml:base="https://b.gov/x/">').replace('href="/one"', 'href="one"')
    assert [entry["link"] for entry in entries(poll(Notes(), atom))] == ["https://b.gov/x/one"]


def test_a_json_feed_is_read() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [
            {
                "id": 1,
                "title": "A & B",
                "url": "/one",
                "content_text": "1 < 2",
                "tags": ["z", "a"],
                "authors": [{"name": "N"}],
            },
            {"id": "2", "content_html": "<p>Two</p>", "date_published": "2026-06-08T01:00:00Z"},
        ],
    }
    assert entries(poll(Notes(), json.dumps(feed))) == [
        {
            "id": "1",
            "title": "A & B",
            "link": "https://www.govinfo.gov/one",
            "content": "1 &lt; 2",
            "author": "N",
            "categories": "a, z",
        },
        {"id": "2", "content": "<p>Two</p>", "published": "2026-06-08T01:00:00Z"},
    ]
    with pytest.raises(UnexpectedResponse):
        poll(Notes(), '{"error": "no feed"}')


def test_a_feed_cannot_make_its_reader_open_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda _, url, *rest: asked.append(str(url)))
    text = same_guid("one").replace(
        "<item>", '<item><enclosure url="http://127.0.0.1:1/x"/><image href="http://127.0.0.1:1/y"/>'
    )
    answer = next(item for item in poll(Notes(), RSS) if isinstance(item, Fetched)).answer
    assert [record["title"] for record in formats.entries(replace(answer, body=text.encode()))] == ["one"]
    for body in (b"http://127.0.0.1:1/", b"/etc/hostname", b"file:///etc/hostname</rss>"):
        with suppress(UnexpectedResponse):
            assert formats.entries(replace(answer, body=body)) == []
    assert asked == []


def test_a_feed_of_many_entries_with_one_id_takes_no_square_of_their_number() -> None:
    records = [{"id": "0", "title": f"title {number}", "link": "https://a.gov/"} for number in range(20_000)]
    first = entry_keys.keyed(records, {}, lambda _: False)
    again = entry_keys.keyed(records, entry_keys.remembered(first, {}), lambda _: True)
    assert list(again) == list(first)
    assert len(first) == 20_000


def test_a_new_id_is_the_known_entry_only_where_link_title_and_content_are_the_same() -> None:
    old = {"id": "a", "title": "Rule", "link": "https://a.gov/1", "summary": "Text"}
    cursor = entry_keys.remembered(entry_keys.keyed([old], {}, lambda _: False), {})
    for same in ({}, {"published": "2026-06-09"}):
        assert list(entry_keys.keyed([{**old, "id": "b", **same}], cursor, lambda _: False)) == ["a"]
    for other in ({"summary": "Other text"}, {"title": "Other"}, {"link": "https://a.gov/2"}, {"link": ""}):
        assert list(entry_keys.keyed([{**old, "id": "b", **other}], cursor, lambda _: False)) == ["b"]
    both = entry_keys.keyed([old, {**old, "id": "b"}], cursor, lambda _: False)
    assert list(both) == ["a", "b"], "the feed has the known id as well: two entries"
