"""One cause is one outage: a host that is down, or no network at all, touches many sources and is reported once."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tracker.alerts import incidents
from tracker.errors import AccessDenied, NotFound, UnexpectedResponse, Unreachable, cause_of
from tracker.i18n import catalog
from tracker.rendering.failure_cause import reason_line
from tracker.scheduler.outages import Polled, outages
from tracker.storage.database import Store
from tracker.storage.schema import INCIDENT, NOTICE

START = datetime(2026, 6, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class World:
    """Sources on hosts; `poll` records the outcome of one of them and reports what is due."""

    def __init__(self, state: Path, **hosts: str) -> None:
        self.hosts = hosts
        self.store = Store(state)
        self.stand: dict[str, Polled] = {
            name: Polled(name, host, 0, "new", "") for name, host in hosts.items()
        }

    def poll(
        self, minutes: float, source: str, error: Unreachable | UnexpectedResponse | None = None
    ) -> None:
        old, now, host = self.stand[source], at(minutes), self.hosts[source]
        if error is None:
            self.stand[source] = Polled(source, host, 0, "healthy", "", {}, now, now, now)
        else:
            since = old.since if old.failures else now
            self.stand[source] = Polled(
                source, host, old.failures + 1, "failing", error.line(), cause_of(error), since, now,
                old.succeeded_at,
            )  # fmt: skip
        with self.store.write() as connection:
            found = outages(list(self.stand.values()), incidents.open_subjects(connection))
            incidents.settle(connection, found, ["ops"], now, self.hosts)

    def output(self) -> list[str]:
        with self.store.read() as connection:
            rows = connection.execute(NOTICE.select().order_by(NOTICE.c.created_at)).all()
        return [f"{row.kind} {row.data['subject']} {','.join(row.data.get('sources', ()))}" for row in rows]

    def lasting(self) -> list[str]:
        with self.store.read() as connection:
            rows = connection.execute(INCIDENT.select().where(INCIDENT.c.closed_at.is_(None))).all()
        return [row.subject for row in rows]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., World]:
    return lambda **hosts: World(tmp_path, **hosts)


def down(host: str, code: str = "no-connection", status: int | None = None) -> Unreachable:
    return Unreachable("nobody there", url=f"https://{host}/x", code=code, status=status)


def test_a_host_that_is_down_is_reported_once_with_all_its_sources(make: Callable[..., World]) -> None:
    world = make(a="h.gov", b="h.gov", c="h.gov", d="other.gov")
    for name in "abcd":
        world.poll(0, name)
    for minutes in (10, 20, 30):
        for name in "abc":
            world.poll(minutes, name, down("h.gov", "server-error", 503))
        world.poll(minutes, "d")
    assert world.output() == ["host-down host:h.gov a,b,c"]
    assert world.lasting() == ["host:h.gov"]
    world.poll(40, "a")  # the others are polled later, and report nothing false until then
    world.poll(41, "d")
    assert world.output() == ["host-down host:h.gov a,b,c", "host-back host:h.gov a,b,c"]
    world.poll(45, "b")
    world.poll(45, "c")
    assert len(world.output()) == 2
    assert world.lasting() == []


def test_a_network_outage_is_reported_once_for_all_hosts(make: Callable[..., World]) -> None:
    world = make(a="one.gov", b="two.gov", c="three.gov", daily="four.gov")
    for name in world.hosts:
        world.poll(0, name)
    for minutes in (10, 20, 30):
        for name in "abc":
            world.poll(minutes, name, down(world.hosts[name]))
    world.poll(35, "daily", down("four.gov"))
    assert [one.partition(" ")[0] for one in world.output()] == ["network-down"]
    assert world.lasting() == ["network:"]
    for name in world.hosts:
        world.poll(40, name)
    assert [one.partition(" ")[0] for one in world.output()] == ["network-down", "network-back"]
    assert world.lasting() == []


def test_an_outage_grows_and_shrinks_without_another_message(
    make: Callable[..., World],
) -> None:
    world = make(a="h.gov", b="h.gov", c="other.gov")
    for name in "abc":
        world.poll(0, name)
    for minutes in (10, 20):
        world.poll(minutes, "a", down("h.gov"))
    assert (len(world.output()), world.lasting()) == (1, ["source:a"])
    world.poll(25, "b", down("h.gov"))
    assert (len(world.output()), world.lasting()) == (1, ["host:h.gov"])
    for name in "abc":
        world.poll(30, name, down(world.hosts[name]))
    assert (len(world.output()), world.lasting()) == (1, ["network:"])
    world.poll(40, "c")
    assert [one.partition(" ")[0] for one in world.output()] == ["source-down", "network-back"]
    world.poll(41, "a")
    world.poll(42, "b")
    assert len(world.output()) == 2
    assert world.lasting() == []


def test_a_source_that_still_fails_when_the_network_is_back_is_sent(make: Callable[..., World]) -> None:
    world = make(a="one.gov", b="two.gov", c="three.gov")
    for name in "abc":
        world.poll(0, name)
    for minutes in (10, 20):
        for name in "abc":
            world.poll(minutes, name, down(world.hosts[name]))
    world.poll(30, "a")
    world.poll(31, "b")
    world.poll(32, "c", down("three.gov"))
    kinds = [one.partition(" ")[0] for one in world.output()]
    assert kinds == ["network-down", "network-back", "source-down"]
    assert world.lasting() == ["source:c"]


def test_a_slow_failure_among_quick_successes_of_its_host_is_sent(make: Callable[..., World]) -> None:
    world = make(a="h.gov", b="h.gov")
    for minutes in (0, 10, 20, 30):
        world.poll(minutes + 1, "a")
        world.poll(minutes + 3, "b", down("h.gov", "no-answer"))
    assert world.output() == ["source-down source:b b"]


def test_sources_that_fail_each_for_its_own_reason_are_sent_each(make: Callable[..., World]) -> None:
    world = make(a="h.gov", b="h.gov", c="h.gov")
    for minutes in (10, 20, 30):
        world.poll(minutes, "a", UnexpectedResponse("no results", url="https://h.gov/a"))
        world.poll(minutes, "b", down("h.gov", "server-error", 500))
        world.poll(minutes, "c")
    assert sorted(world.output()) == ["source-down source:a a", "source-down source:b b"]


def test_one_hanging_source_next_to_a_good_one_is_no_host_outage_and_no_flapping(
    make: Callable[..., World],
) -> None:
    world = make(a="h.gov", b="h.gov", c="h.gov")
    for name in "abc":
        world.poll(0, name)
    for minutes in range(10, 100, 10):
        world.poll(minutes, "a", down("h.gov", "no-answer"))
        world.poll(minutes + 1, "b", down("h.gov", "no-answer"))
        world.poll(minutes + 2, "c")
    assert sorted(world.output()) == ["source-down source:a a", "source-down source:b b"]
    assert sorted(world.lasting()) == ["source:a", "source:b"]


@pytest.mark.parametrize(
    ("error", "ja"),
    [
        (down("www.ecfr.gov"), "www.ecfr.gov に接続できません"),
        (down("www.ecfr.gov", "no-answer"), "www.ecfr.gov から時間内に応答がありません"),
        (down("www.ecfr.gov", "server-error", 503), "www.ecfr.gov がエラーを返しました(HTTP 503)"),
        (
            AccessDenied("robots.txt forbids", url="https://a.gov/"),
            "アクセスを拒否されました: robots.txt forbids",
        ),
        (NotFound("404", url="https://a.gov/"), "見つかりません: 404"),
    ],
)
def test_reasons_are_in_the_readers_language(error: Any, ja: str) -> None:
    assert reason_line(cause_of(error), error.line(), "ja") == ja
    assert reason_line(cause_of(error), error.line(), "en") == error.line()
    assert reason_line(None, "an older reason", "ja") == "an older reason"


def test_every_code_has_words() -> None:
    codes = {"no-connection", "no-answer", "broken", "server-error", "held", "parts"}
    for kind in (Unreachable, AccessDenied, NotFound, UnexpectedResponse):
        codes.add(kind.code)
    assert {f"cause.{code}" for code in codes} <= catalog("ja").keys()


def test_the_client_reports_which_timeout_occurred(tmp_path: Path) -> None:
    from tracker.http.client import Client
    from tracker.http.rate_limit import PAGES

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    client = Client(literal_hosts=[f"127.0.0.1:{port}"], clock=lambda: START, sleep=lambda _: None)
    with pytest.raises(Unreachable) as refused:
        client.fetch(f"http://127.0.0.1:{port}/x", rate=PAGES, deadline=client.deadline(timedelta(seconds=5)))
    client.close()
    assert cause_of(refused.value)["code"] == "no-connection"
    assert cause_of(refused.value)["host"] == f"127.0.0.1:{port}"
