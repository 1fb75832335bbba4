"""The Atom feed."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.unit.web_samples import viewer

pytestmark = pytest.mark.databases

NAMES = {"a": "http://www.w3.org/2005/Atom"}


def test_the_feed_follows_the_filter_and_has_new_changes(tmp_path: Path) -> None:
    client = viewer(tmp_path, with_hostile=True)
    answer = client.get("/feed.atom?topic=fdpr&lang=en")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = etree.fromstring(answer.content)
    links = root.xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=NAMES)
    assert links == [
        "http://127.0.0.1:8000/changes/chg_00000000000000ee",
        "http://127.0.0.1:8000/changes/chg_0123456789abcdef",
    ]
    assert "[Critical, restriction]" in str(root.xpath("string(a:entry[2]/a:title)", namespaces=NAMES))
    # A publication day is a day in New York: midnight there, not in UTC.
    published = [str(entry.text) for entry in root.iterfind("a:entry/a:published", NAMES)]
    assert published
    assert all(moment.endswith(("T04:00:00Z", "T05:00:00Z")) for moment in published)
    assert not root.xpath("//a:link[starts-with(@href, 'javascript')]", namespaces=NAMES)
    assert "proposed controls" not in client.get("/feed.atom").text.lower()
    again = client.get("/feed.atom?topic=fdpr&lang=en", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_an_empty_feed_is_still_a_feed(tmp_path: Path) -> None:
    root = etree.fromstring(viewer(tmp_path, empty=True).get("/feed.atom").content)
    assert root.xpath("count(a:entry)", namespaces=NAMES) == 0
    assert root.xpath("string(a:updated)", namespaces=NAMES)
