"""Feeds whose entries change without an editor, whose servers lag behind, or that get other ids: no alert for any of it,
and each real edit is still reported once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.case_player import Answer, CasePlayer

SOURCE = '[[source]]\nid = "news"\nkind = "feed"\nurl = "{site}/feed"\nevery = "1h"\n'
RULE = "The Bureau amends the license requirements for ECCN 3B001 equipment."
LATER = "The Bureau amends the license requirements for ECCN 3B001 and 3B002 equipment."


def feed(words: str = RULE, *, extra: str = "", ids: str = "id-{}", count: int = 2) -> Answer:
    items = "".join(
        f"<item><title>Rule {n} on chip tools</title><link>https://agency.example/rule/{n}</link>"
        f"<guid isPermaLink='false'>{ids.format(n)}</guid>"
        f"<description>&lt;p&gt;{words if n == 1 else RULE}&lt;/p&gt;{extra}</description></item>"
        for n in range(1, count + 1)
    )
    return Answer(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>',
        type="application/rss+xml",
    )


def revisions(player: CasePlayer) -> list[int]:
    """The revision of each record by its address."""
    found = sorted(player.changes(baseline=True), key=lambda change: change["url"])
    return [change["revision"] for change in found]


def tokens() -> Iterator[str]:
    return (f"{number * 7919:08x}{number * 104729:08x}f3a9" for number in itertools.count(40))


@pytest.mark.parametrize(
    "extra",
    [
        '&lt;img src="https://count.example/open.gif?u={}"&gt;',
        '&lt;img src="https://count.example/open?u={}" width="1" height="1" alt=""&gt;',
        '&lt;p&gt;&lt;a href="https://agency.example/more?key={}"&gt;More&lt;/a&gt;&lt;/p&gt;',
        "&lt;p&gt;Request token {} of this copy&lt;/p&gt;",
    ],
)
def test_tokens_in_entries_are_no_edits_and_an_edit_next_to_them_is_reported(
    tmp_path: Path, extra: str
) -> None:
    token = tokens()
    with CasePlayer(SOURCE, tmp_path) as player:
        for _ in range(5):
            player.step({"/feed": [feed(extra=extra.format(next(token))) for _ in range(2)]})
        assert (player.changes(), player.alerts) == ([], [])
        player.step({"/feed": [feed(LATER, extra=extra.format(next(token))) for _ in range(2)]})
        assert revisions(player) == [2, 1]
        player.step({"/feed": [feed(LATER, extra=extra.format(next(token))) for _ in range(2)]})
        assert len(player.alerts) == 1


def test_how_long_ago_an_entry_was_posted_is_no_edit(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        for ago in ("Posted just now", "Posted 2 hours ago", "Posted about 3 hours ago", "Posted 1 day ago"):
            player.step({"/feed": feed(extra=f"&lt;p&gt;{ago} by the press office&lt;/p&gt;")})
        for ago in ("5 days ago", "6 days ago"):
            player.step({"/feed": feed(extra=f"&lt;p&gt;Posted {ago} by the press office&lt;/p&gt;")})
        assert (player.changes(), player.alerts) == ([], [])
        player.step({"/feed": feed(LATER, extra="&lt;p&gt;Posted 7 days ago by the press office&lt;/p&gt;")})
        assert revisions(player) == [2, 1]


def test_a_server_that_lags_behind_never_makes_an_edit_back(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/feed": feed()})
        for words in (LATER, RULE, LATER, RULE, LATER, RULE):
            report = player.step({"/feed": feed(words)})["news"]
        assert report.state == "flapping"
        assert revisions(player) == [2, 1]
        assert len(player.alerts) == 1
        player.step({"/feed": feed(RULE)})
        assert revisions(player) == [3, 1], "put back for good: two polls in a row say so"
        assert player.step()["news"].state == "healthy"


def test_an_edit_that_the_second_fetch_lacks_is_reported_by_the_next_poll(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/feed": feed()})
        assert player.step({"/feed": [feed(LATER), feed()]})["news"].state == "flapping"
        assert revisions(player) == [1, 1]
        player.step({"/feed": feed(LATER)})
        assert revisions(player) == [2, 1]


def test_an_unconfirmed_edit_of_an_entry_that_left_the_feed_is_forgotten_after_a_day(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/feed": feed(ids="old-{}", count=1)})
        player.step({"/feed": [feed(LATER, ids="old-{}", count=1), feed(ids="old-{}", count=1)]})
        other = Answer(str(feed().body).replace("Rule", "Notice").replace("/rule/", "/notice/"))
        assert player.step({"/feed": other})["news"].state == "flapping"
        assert player.step({"/feed": other}, minutes=60 * 25)["news"].state == "healthy"


def test_other_ids_for_all_entries_are_no_new_entries(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/feed": feed(ids="http://agency.example/?p={}")})
        player.step({"/feed": feed(ids="https://agency.example/?p={}")})
        player.step({"/feed": feed(ids="urn:{}:x")})
        assert player.changes() == []
        player.step({"/feed": feed(LATER, ids="urn:{}:x", count=3)})
        assert revisions(player) == [2, 1, 1], "an edit and a new entry"
        assert len([alert for alert in player.alerts if "level" in alert]) == 2


def test_a_feed_that_lost_all_entries_reports_since_when_and_removes_none(tmp_path: Path) -> None:
    with CasePlayer(SOURCE, tmp_path) as player:
        player.step({"/feed": feed(count=0)})
        assert player.step()["news"].state == "healthy", "it never had any"
        player.step({"/feed": feed()})
        since = f"{player.now:%Y-%m-%dT%H:%M:%SZ}"
        for _ in range(3):
            report = player.step({"/feed": feed(count=0)})["news"]
            assert report.state == "changed-shape"
            assert f"the feed has no entries, none since {since}" in report.reason
        alerted = len(player.changes())
        assert player.step({"/feed": feed()})["news"].state == "healthy"
        assert len(player.changes()) == alerted
