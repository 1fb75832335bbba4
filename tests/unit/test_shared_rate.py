"""One rate per host for all processes on one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tracker.config.models import HostLimit
from tracker.errors import Unreachable
from tracker.http.rate_limit import PAGES
from tracker.scheduler.shared_rate import SharedRateLimiter
from tracker.storage import host_turns
from tracker.storage.database import Store

pytestmark = pytest.mark.databases("postgres")
HOST = "a.gov:80"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two processes on one database."""
    with closing(Store(tmp_path)) as one, closing(Store(tmp_path)) as other:
        yield one, other


def test_the_processes_of_one_database_share_the_turns_of_a_host(stores: tuple[Store, Store]) -> None:
    with ThreadPoolExecutor(8) as threads:
        waits = list(
            threads.map(lambda n: host_turns.take(stores[n % 2], HOST, "pages", 100.0, 1e6), range(24))
        )
    assert sorted(round(wait / 100) for wait in waits) == list(range(24))
    assert host_turns.take(stores[0], HOST, "", 100.0, 1e6) < 1
    assert host_turns.take(stores[0], "b.gov:80", "pages", 100.0, 1e6) < 1


def test_a_turn_later_than_the_patience_is_not_taken(stores: tuple[Store, Store]) -> None:
    one, other = stores
    assert host_turns.take(one, HOST, "", 100.0, 5.0) < 1
    for _ in range(2):
        assert host_turns.take(other, HOST, "", 100.0, 5.0) == pytest.approx(100, abs=5)
    assert host_turns.take(other, HOST, "", 100.0, 500.0) == pytest.approx(100, abs=5)


@pytest.mark.parametrize("gap", [0.0, 1.0])
def test_the_wish_of_a_host_to_wait_holds_for_all_processes(stores: tuple[Store, Store], gap: float) -> None:
    one, other = stores
    SharedRateLimiter([], one).hold(HOST, 300.0)
    assert host_turns.take(other, HOST, "pages", gap, 10.0) == pytest.approx(300, abs=5)
    with pytest.raises(Unreachable, match="can be requested again in"):
        SharedRateLimiter([HostLimit(HOST, gap)] if gap else [], other).wait(HOST, PAGES, 0.0)


def test_turns_outlive_a_crash_of_the_database_and_a_clock_that_was_ahead(
    stores: tuple[Store, Store],
) -> None:
    host_turns.take(stores[0], HOST, "", 1.0, 10.0)
    with stores[0].write() as connection:
        kept = connection.execute(
            text("SELECT relpersistence::text FROM pg_class WHERE relname = 'host_turn'")
        ).scalar()
        assert kept == "p", "an unlogged table is emptied after a crash"
        connection.execute(text("UPDATE host_turn SET next_at = next_at + 864000"))
    assert host_turns.take(stores[1], HOST, "", 1.0, 10.0) < 1
