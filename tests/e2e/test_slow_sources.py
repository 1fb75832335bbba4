"""One page beyond measure, and many slow sources: each ends within its limit, and the others get their turn."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.ingest.poll import PollContext, PollReport
from tracker.scheduler import catch_up, poll_cycle
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.schedule import load_checked
from tracker.sources.page import links
from tracker.storage import source_state
from tracker.storage.database import Store
from tracker.storage.schema import SOURCE

PAGE = "<html><body><main><h1>News</h1>{}</main></body></html>"


def test_a_page_of_very_many_links_is_a_state_and_the_pages_that_are_known_go_on(world: World) -> None:
    world.use("news").poll()
    many = "".join(f'<a href="/x/{number}">x</a> ' for number in range(links.MOST + 1))
    world.standin.put_page("/news", PAGE.format(f"<p>{RULE}</p>{many}"))
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1, hours=1)
    report = world.one()
    assert report.state == "failing"
    assert any("more than 20,000 links" in error["error"] for error in report.errors)
    assert [one for one in world.changes() if not one["baseline"] and one["url"].endswith("/news/rule")]
    assert len(world.standin.asked("/x/")) == 0


def test_links_are_counted_while_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST", 3)
    three = b"".join(b"<a href='/%d'>x</a>" % (number % 3) for number in range(10))
    assert len(links.anchors_of(three, "https://x.gov/")) == 3
    with pytest.raises(UnexpectedResponse, match="more than 3 links"):
        links.anchors_of(three + b"<a href='/y'>y</a>", "https://x.gov/")


EIGHT = "".join(
    f'[[source]]\nid = "slow-{number}"\nkind = "page"\nurl = "{{base}}/slow-{number}"\n'
    for number in range(8)
)


def test_eight_slow_sources_do_not_keep_a_quick_one_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use(
        extra=EIGHT.format(base=world.standin.url)
        + '[[source]]\nid = "quick"\nkind = "page"\nurl = "http://127.0.0.1:1/"\n'
    )
    settings, store = load_checked(world.config), Store(world.state)
    context = poll_cycle.make_context(settings, store, lambda: world.now)
    with store.write() as connection:
        connection.execute(
            update(SOURCE)
            .where(SOURCE.c.id != "quick")
            .values(last_report={"seconds": poll_cycle.SLOW_SECONDS})
        )
    quick = threading.Event()

    def poll(source: Any, *_: Any, **__: Any) -> PollReport:
        if source.id == "quick":
            quick.set()
            return PollReport(source.id)
        return PollReport(source.id, reason="after" if quick.wait(60) else "before")

    monkeypatch.setattr("tracker.ingest.poll.poll", poll)
    reports = {report.source: report for report in poll_cycle.run(settings.sources, context)}
    assert len(reports) == 9
    assert {report.reason for name, report in reports.items() if name != "quick"} == {"after"}
    context.client.close()
    store.close()


def test_a_daemon_takes_slow_sources_up_to_their_share() -> None:
    slow = {f"slow-{number}" for number in range(8)}
    due = ["slow-3", "slow-1", "quick", "slow-2"]
    assert poll_cycle.within_share(due, [], slow) == ["slow-3", "slow-1", "quick"]
    assert poll_cycle.within_share(due, ["slow-5", "other"], slow) == ["slow-3", "quick"]
    assert poll_cycle.within_share(due, ["slow-5", "slow-6"], slow) == ["quick"]


def test_a_lease_counts_from_the_start_of_the_work_on_its_source(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it waited for its turn in the batch."""
    world.use("page", "list")
    settings, store = load_checked(world.config), Store(world.state)
    monkeypatch.setattr(poll_cycle, "WORKERS", 1)
    context = poll_cycle.make_context(settings, store, lambda: world.now)
    leases: dict[str, timedelta] = {}

    def poll(source: Any, context: PollContext, *_: Any, **__: Any) -> PollReport:
        with store.read() as connection:
            until = connection.execute(select(SOURCE.c.lease_until).where(SOURCE.c.id == source.id)).scalar()
        assert until is not None
        leases[source.id] = until - context.now()
        world.now += timedelta(hours=1)  # longer than any lease
        return PollReport(source.id)

    monkeypatch.setattr("tracker.ingest.poll.poll", poll)
    assert [report.state for report in poll_cycle.run(settings.sources, context)] == ["healthy"] * 2
    assert leases == {source.id: source.time_limit + poll_cycle.MARGIN for source in settings.sources}
    context.client.close()
    store.close()


def test_a_catch_up_has_a_lease_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll that follows it has its whole lease, however long the catch-up took."""
    world.use("ear").poll()
    world.later(days=5)
    settings, store = load_checked(world.config), Store(world.state)
    context = poll_cycle.make_context(settings, store, lambda: world.now)
    leases: list[timedelta] = []

    def lease() -> None:
        with store.read() as connection:
            until = connection.execute(select(SOURCE.c.lease_until)).scalar()
        assert until is not None
        leases.append(until - context.now())

    def long(*_: Any) -> catch_up.CatchUpResult:
        lease()
        world.now += timedelta(minutes=20)
        return catch_up.CatchUpResult()

    def poll(source: Any, *_: Any, **__: Any) -> PollReport:
        lease()
        return PollReport(source.id)

    monkeypatch.setattr(catch_up, "catch_up", long)
    monkeypatch.setattr("tracker.ingest.poll.poll", poll)
    assert [report.state for report in poll_cycle.run(settings.sources, context)] == ["healthy"]
    assert leases == [catch_up.LEASE, settings.sources[0].time_limit + poll_cycle.MARGIN]
    context.client.close()
    store.close()


@pytest.mark.parametrize(
    ("kind", "days", "due"),
    [("ecfr", 2, True), ("ecfr", 1, False), ("ecfr", None, False), ("page", 9, False)],
)
def test_a_catch_up_follows_an_outage_of_a_source_that_keeps_its_states(
    kind: str, days: int | None, due: bool
) -> None:
    now = datetime(2026, 6, 10, tzinfo=UTC)
    last = None if days is None else now - timedelta(days=days)
    assert catch_up.is_due(Source("one", kind), last, now) is due


def test_a_source_leased_by_another_process_is_left_to_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("page", "list")
    settings, store = load_checked(world.config), Store(world.state)
    monkeypatch.setattr(poll_cycle, "WORKERS", 1)
    context = poll_cycle.make_context(settings, store, lambda: world.now)

    def poll(source: Any, *_: Any, **__: Any) -> PollReport:
        world.now += timedelta(hours=1)
        others = [one.id for one in settings.sources if one.id != source.id]
        claimed = source_state.claim_sources(
            store, others, owner="host:1:other", now=world.now, lease=timedelta(hours=1), due_only=False
        )
        assert claimed == others
        return PollReport(source.id)

    monkeypatch.setattr("tracker.ingest.poll.poll", poll)
    assert sorted(report.state for report in poll_cycle.run(settings.sources, context)) == ["busy", "healthy"]
    assert source_state.lease_owners(store) == {"host:1:other"}
    context.client.close()
    store.close()


def test_what_other_polls_found_is_stored_before_alerts_are_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_cycle, "WORKERS", 1)
    monkeypatch.setattr(poll_cycle, "_BATCH", 1)
    pages = [
        f'[[source]]\nid = "{name}"\nkind = "page"\nurl = "{world.standin.url}/news/rule"\n' for name in "ab"
    ]
    world.use(extra="".join(pages)).poll()
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1)
    store = Store(world.state)
    daemon = Daemon(load_checked(world.config), store, lambda: world.now)
    daemon.context = replace(daemon.context, pause=lambda _: None)
    stored: list[int] = []

    def deliver() -> None:
        states = source_state.source_states(store).values()
        stored.append(sum(state.last_success_at == world.now for state in states))

    monkeypatch.setattr(daemon, "deliver", deliver)
    daemon.tick()
    daemon.context.client.close()
    store.close()
    assert stored == [2]
