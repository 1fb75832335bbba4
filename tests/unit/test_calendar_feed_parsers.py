"""The calendar and the feed, read by libraries that did not make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feedparser
import vobject

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import viewer
from tracker.model import Change, LegalDate, LocalizedText
from tracker.rendering.deadlines import calendar, deadlines, superseded_deadlines

NOW = datetime(2026, 6, 10, 13, tzinfo=UTC)
TODAY = date(2026, 6, 10)
WORDS = "半導体製造装置の輸出規制の見直し、意見募集; 改行\n「a, b」\\n " * 6


def proposal(*dates: LegalDate, revision: int = 1) -> Change:
    rule = affiliates_rule()
    tagging = replace(rule.tagging, dates=dates, status=(), summary=LocalizedText(WORDS, WORDS))
    return replace(rule, title=WORDS, revision=revision, tagging=tagging)


def read(change: Change) -> list[Any]:
    """The events as vobject reads them; every line as RFC 5545 wants it."""
    data = calendar(
        deadlines([change], TODAY), "ja", viewer_url="https://t.example", stamp=NOW, cancelled=superseded_deadlines([change], TODAY)
    )  # fmt: skip
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert data.count(b"\n") == data.count(b"\r\n")
    data.decode("utf-8")  # folds fall between letters, whatever their length in bytes
    book = vobject.readOne(data.decode("utf-8"))
    assert book.method.value == "PUBLISH"
    return list(book.contents.get("vevent", []))


def test_a_date_that_moves_keeps_its_uid_and_one_that_falls_is_cancelled() -> None:
    first, later = (
        LegalDate("comments-close", date(2026, 7, 10)),
        LegalDate("comments-close", date(2026, 7, 31)),
    )
    (alerted,) = read(proposal(first))
    (moved,) = read(proposal(replace(first, superseded=True), later, revision=2))
    (gone,) = read(proposal(replace(first, superseded=True), replace(later, superseded=True), revision=3))[:1]
    assert alerted.uid.value == moved.uid.value == gone.uid.value
    assert int(alerted.sequence.value) < int(moved.sequence.value) < int(gone.sequence.value)
    assert (alerted.dtstart.value, moved.dtstart.value) == (date(2026, 7, 10), date(2026, 7, 31))
    assert [event.status.value for event in (alerted, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_folded_japanese_and_escaped_text_are_restored() -> None:
    (event,) = read(
        proposal(LegalDate("comments-close", date(2026, 7, 10), quote="by July 10; 5 p.m., ET \\ see"))
    )
    assert "半導体製造装置の輸出規制の見直し、意見募集; 改行 「a, b」\\n" in event.description.value
    assert "“by July 10; 5 p.m., ET \\ see”" in event.description.value
    assert event.valarm.trigger.value.days == -7
    assert (event.dtend.value - event.dtstart.value).days == 1


def test_words_from_outside_add_nothing_to_a_calendar() -> None:
    trick = "Rule\r\nATTENDEE:mailto:evil@example.org\r\nEND:VEVENT \u202egnp.exe; a,b\\n"
    change = replace(proposal(LegalDate("hearing", date(2026, 7, 10), note=trick, quote=trick)), title=trick)
    (event,) = read(replace(change, url="javascript:alert(1)"))
    assert not {"attendee", "attach"} & set(event.contents)
    assert event.url.value.startswith("https://t.example/changes/")
    assert "javascript:" not in event.description.value
    assert "\u202e" not in event.description.value + event.summary.value


def test_a_feed_reader_takes_the_feed(tmp_path: Path) -> None:
    client = viewer(tmp_path, with_hostile=True)
    read = feedparser.parse(client.get("/feed.atom?lang=ja").content)
    assert not read.bozo, read.get("bozo_exception")
    assert (read.version, read.feed.language) == ("atom10", "ja")
    ids = [entry.id for entry in read.entries]
    assert len(ids) == len(set(ids)) > 1
    for entry in read.entries:
        assert entry.updated_parsed
        assert entry.title
        assert entry.link.startswith("http://127.0.0.1:8000/changes/chg_")
        assert all(link.href.startswith("http") for link in entry.links)
        assert entry.title_detail.type == entry.summary_detail.type == "text/plain"
        assert not {"\u202e", "\x1b"} & set(entry.title + entry.summary)
