"""Readers that are ended from outside, for want of memory or by a signal: a state is left behind, and no record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tracker.errors import ParserCrashed, ReaderKilled
from tracker.http import response_checks
from tracker.parsing import dispatch
from tracker.sandbox import pool
from tracker.sources.page import links

KILLS = [ReaderKilled("it was ended by SIGKILL"), ParserCrashed("it wants more than 2 GB")]


def killing(which: Callable[..., bool], error: Exception) -> Callable[..., Any]:
    """As `pool.run`, but the jobs that `which` names end their worker."""
    honest = pool.run

    def run(function: Callable[..., Any], *arguments: Any) -> Any:
        if which(function, *arguments):
            raise error
        return honest(function, *arguments)

    return run


@pytest.mark.parametrize("error", KILLS, ids=["signal", "memory"])
@pytest.mark.parametrize("source", ["page", "ear", "list"])
def test_a_known_document_whose_stored_text_cannot_be_read_now_makes_no_record(
    world: World, monkeypatch: pytest.MonkeyPatch, source: str, error: Exception
) -> None:
    """A second baseline would hide the change; a new document would send the old text."""
    world.use(source).poll()
    before = world.changes()
    _change(world, source)
    world.later(days=1, hours=1)
    read: list[int] = []

    def stored(function: Any, *arguments: Any) -> bool:
        """Each second reading of a document is that of its stored text."""
        if function is dispatch.read:
            read.append(1)
        return function is dispatch.read and len(read) % 2 == 0

    with monkeypatch.context() as patch:
        patch.setattr(pool, "run", killing(stored, error))
        report = world.one()
    assert len(read) >= 2
    assert report.state == "failing"
    assert "the stored text" in report.reason
    assert world.changes() == before
    world.later(hours=1)
    assert len(world.one().changes) == 1
    assert len([alert for alert in world.alerts if "chg_" in alert]) == 1


@pytest.mark.parametrize("source", ["page", "ear", "list", "news", "fr-bis", "feed"])
def test_when_every_reader_is_killed_nothing_is_left_but_a_state(
    world: World, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    world.use(source).poll()
    before = world.changes()
    world.later(days=8)  # long enough for everything to be asked for whole
    with monkeypatch.context() as patch:
        patch.setattr(pool, "run", killing(lambda *_: True, ReaderKilled("it was ended by SIGKILL")))
        report = world.one()
        assert report.changes == report.updates == []
        assert report.baseline == 0
    assert [change for change in world.changes() if change["id"] not in {one["id"] for one in before}] == []
    world.later(hours=1)
    report = world.one()
    assert report.ok, report.reason
    assert {one["document_number"] for one in world.changes() if one not in before} <= {"2026-11003"}


def test_unreadable_links_are_not_removed_links(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.use("news").poll()
    world.standin.edit_page("/news", "</ul>", '<li><a href="/news/new">New</a></li></ul>')
    world.standin.put_page("/news/new", f"<html><body><main><h1>New</h1><p>{NEWS}</p></main></body></html>")
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1, hours=1)

    def of_links(function: Any, *_: Any) -> bool:
        return function is links.anchors_of

    with monkeypatch.context() as patch:
        patch.setattr(pool, "run", killing(of_links, KILLS[0]))
        report = world.one()
    assert report.state == "failing"
    assert "links" in report.reason
    assert any("rule" in change["url"] for change in world.changes() if not change["baseline"])
    world.later(hours=1)
    report = world.one()
    assert report.ok, report.reason
    assert [change["url"].rpartition("/")[2] for change in world.changes(limit=1)] == ["new"]


@pytest.mark.parametrize("error", KILLS, ids=["signal", "memory"])
def test_a_part_that_could_not_be_checked_is_not_accepted(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """And it is asked for again: the mark of what was fetched last has not moved on."""
    world.use("ear").poll()
    before = world.changes()
    _change(world, "ear")
    world.later(days=1, hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(pool, "run", killing(lambda function, *_: function is response_checks.root_tag, error))
        report = world.one()
    if isinstance(error, ReaderKilled):
        assert report.state == "failing"
        assert world.changes() == before
        world.later(hours=1)
        report = world.one()
    assert report.ok, report.reason
    assert len(report.changes) == 1


def _change(world: World, source: str) -> None:
    match source:
        case "page":
            world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
        case "ear":
            world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
        case _:
            from tracker.demo.parties import LIST_PATH

            world.standin.edit_page(LIST_PATH, "Sample Valve Trading", "Sample Plasma Trading")
