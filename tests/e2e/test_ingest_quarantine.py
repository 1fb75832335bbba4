"""Documents that crash their parsers: kept with their bytes, reported while they last, the rest is processed, and the
next version of the readers tries again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.test_drills_crash import clean
from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tests.unit import harm
from tracker.demo.model import FrDocument
from tracker.ingest import quarantine
from tracker.sandbox import pool as pools
from tracker.sandbox.pool import Pool
from tracker.storage import source_state
from tracker.storage.database import Store

PAGE = "<html><body><main><h1>Rule</h1><p>{}</p></main></body></html>"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Workers within small bounds."""
    made = Pool(size=2, memory=800_000_000, seconds=0.3)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def harmful(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that documents can harm."""
    monkeypatch.setattr(pools, "_pool", lambda: pool)
    monkeypatch.setattr("tracker.parsing.dispatch.read", harm.poisoned)


def upgrade_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install another version of the parsers, which does not crash."""
    monkeypatch.setattr("tracker.parsing.dispatch.read", harm.HONEST)
    monkeypatch.setattr(quarantine, "parser_versions", lambda: "the next version")


def reason(world: World, source: str) -> str:
    """Return what `tracker status` and the sources page show."""
    store = Store(world.state)
    found = source_state.source_states(store)[source]
    store.close()
    return f"{found.state}: {found.reason}"


HARMS = {"SEGFAULT": "SIGSEGV", "ENDLESS": "too long", "ALLOCATE": "0.8 GB", "KILLED": "SIGKILL"}


def test_pages_that_crash_the_parser_are_kept_and_reported_and_the_rest_is_processed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = "".join(f'<li><a href="/news/{word}">{word}</a></li>' for word in HARMS)
    world.standin.edit_page("/news", "</ul>", f"{links}</ul>")
    for word in HARMS:
        world.standin.put_page(f"/news/{word}", PAGE.format(f"{RULE} {word.lower()}"))
    world.use("news", "ear").poll()
    for word in HARMS:
        world.standin.edit_page(f"/news/{word}", f"{RULE} {word.lower()}", f"{RULE}{NEWS} harm: {word}")
    world.standin.edit_page("/news/guidance", "guidance on red flags", "guidance on red flags for ECCN 3B001")
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
    world.later(days=1, hours=1)
    reports = world.poll()
    assert len(reports["ear"].changes) == 1
    assert len(reports["news"].changes) == 1, "the other page of the same source is read"
    assert len(reports["news"].errors) == len(HARMS)
    for error in reports["news"].errors:
        assert HARMS[error["key"].rpartition("/")[2]] in error["error"]
    before = world.alerted
    for _ in range(2):
        world.later(hours=1)
        assert len(world.poll()["news"].errors) == len(HARMS)
    assert "4 of its documents failed" in reason(world, "news")
    assert world.alerted == before + 1, "the incident is sent, once"
    assert "crashed its parser" in world.alerts[-1]
    upgrade_parsers(monkeypatch)
    world.later(hours=1)
    report = world.poll()["news"]
    assert report.ok
    assert len(report.changes) == len(HARMS)
    assert world.alerted == before + 1 + len(HARMS) + 1, "the changes, and the end of the incident"
    assert clean(world)


def test_a_full_text_that_ends_its_reader_costs_the_record_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis").poll()
    title = "Revisions to Controls on Sample Reactors of ECCN 3B001"
    document = FrDocument("2026-11009", world.now.date(), title, "RULE", ("industry-and-security-bureau",))
    world.standin.add_document(document, ["harm: SEGFAULT", "BIS adds vacuum valves."])
    world.later(hours=1)
    report = world.one()
    assert len(report.changes) == 1
    assert title in world.alerts[0]
    assert report.errors[0]["key"] == "2026-11009/xml"
    world.later(hours=1)
    assert not world.one().ok, "it is sent for as long as it lasts"
    upgrade_parsers(monkeypatch)
    world.later(hours=1)
    report = world.one()
    assert report.ok
    assert report.updates == [world.changes(limit=1)[0]["id"]]


def test_a_part_of_the_code_that_ends_its_reader_is_sent_in_each_poll(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("ear").poll()
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant harm: ENDLESS")
    world.later(days=1, hours=1)
    assert "too long" in world.one().errors[0]["error"]
    world.later(hours=1)
    assert "too long" in world.one().errors[0]["error"], "although the server has nothing new to say"
    upgrade_parsers(monkeypatch)
    world.later(hours=1)
    assert len(world.one().changes) == 1


def test_a_document_that_crashed_the_first_poll_is_no_news_when_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.standin.put_page("/news/rule", PAGE.format(f"{RULE}{NEWS} harm: SEGFAULT"))
    world.use("page").poll()
    upgrade_parsers(monkeypatch)
    world.later(hours=1)
    assert world.one().ok
    assert [change["baseline"] for change in world.changes()] == [True]
    assert world.alerted == 0


def test_another_try_can_be_requested(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.use("page").poll()
    world.standin.put_page("/news/rule", PAGE.format(f"{RULE}{NEWS} harm: SEGFAULT"))
    world.later(days=1)
    assert not world.one().ok
    monkeypatch.setattr("tracker.parsing.dispatch.read", harm.HONEST)
    world.later(hours=1)
    assert not world.one().ok, "by itself only another version tries again"
    world.later(hours=1)
    assert len(world.poll(accept=True)["page"].changes) == 1
    monkeypatch.setattr("tracker.parsing.dispatch.read", harm.poisoned)
    world.standin.put_page("/news/rule", PAGE.format(f"{RULE} harm: SEGFAULT"))
    world.later(days=1)
    assert not world.one().ok
    world.standin.put_page("/news/rule", PAGE.format(RULE))
    world.later(days=1)
    report = world.one()
    assert "the stored text" in report.errors[0]["error"], (
        "what changed cannot be known: no record is made up"
    )
    assert report.changes == report.updates == []
    world.later(hours=1)
    assert world.poll(accept=True)["page"].ok, "somebody takes it as a new beginning"
    world.later(hours=1)
    assert world.one().ok


def test_a_feed_that_ends_its_reader_is_kept_with_its_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.sources.feed.adapter.entries", harm.killing_entries)
    world.use("feed")
    report = world.one()
    assert "SIGSEGV" in report.errors[0]["error"]
    assert report.state == "failing"
    monkeypatch.undo()
    world.later(hours=1)
    assert world.one().ok
