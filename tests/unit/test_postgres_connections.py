"""Connections to PostgreSQL: a machine that falls silent does not stop the others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg._connection_base import BaseConnection
from psycopg._cursor_base import BaseCursor
from sqlalchemy import text

from tests.e2e.world import World
from tracker.errors import StoreError
from tracker.ingest.poll import PollContext
from tracker.scheduler import poll_cycle
from tracker.scheduler.schedule import load_checked
from tracker.storage import location, postgres
from tracker.storage.database import Store
from tracker.storage.postgres_session import conninfo, parameters
from tracker.storage.source_state import ensure, source_states

pytestmark = pytest.mark.databases("postgres")


def test_a_writer_that_falls_silent_loses_its_turn(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as silent, closing(Store(tmp_path)) as other:

        def write() -> None:
            with silent.write() as connection:
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 100"))
                ensure(silent, ["lost"])
                ensure(other, ["kept"])  # it waits for the lock of all writers
                connection.execute(text("SELECT 1"))

        with pytest.raises(StoreError, match="idle-in-transaction timeout"):
            write()
        assert set(source_states(silent)) == {"kept"}
        with silent.write() as connection:
            allowed = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
        assert allowed == f"{postgres.SILENT_SECONDS:.0f}s"


def test_a_vanished_machine_is_noticed_by_both_sides(tmp_path: Path) -> None:
    Store(tmp_path).close()
    url = location.url_of(tmp_path)
    assert url is not None
    with psycopg.connect(conninfo(url, "tracker-test")) as connection:
        row = connection.execute("SELECT current_setting('application_name')").fetchone()
        assert row == ("tracker-test",)
    asked = "postgresql://tracker@example.co.jp/tracker?tcp_user_timeout=1000&options=-c%20search_path%3Dours"
    found = parameters(asked)
    assert "tcp_user_timeout" not in found, "what the URL says wins"
    assert found["keepalives_idle"] == 10
    assert found["options"].startswith("-c tcp_keepalives_idle=10")
    assert found["options"].endswith("-c search_path=ours")


@pytest.mark.parametrize(("sources", "most"), [(1, 32), (16, 4)])
def test_a_poll_without_news_asks_the_database_a_few_times(
    world: World, monkeypatch: pytest.MonkeyPatch, sources: int, most: int
) -> None:
    """Round trips for each of the sources that are polled together."""
    pages = "".join(
        f'[[source]]\nid = "page-{number}"\nkind = "page"\nurl = "{world.standin.url}/news/rule"\n'
        for number in range(sources)
    )
    world.use(extra=pages).poll()
    settings = load_checked(world.config)
    trips = 0

    def counting(honest: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            nonlocal trips
            trips += 1
            return honest(*arguments, **named)

        return counted

    with closing(Store(world.state)) as store, closing(world.client(settings)) as client:
        context = PollContext(settings, store, client, lambda: world.now, lambda _: None)
        list(poll_cycle.run(settings.sources, context))
        for owner, name in ((BaseConnection, "_exec_command"), (BaseCursor, "_execute_send")):
            monkeypatch.setattr(owner, name, counting(getattr(owner, name)))
        reports = list(poll_cycle.run(settings.sources, context))
    assert [report.not_modified for report in reports] == [1] * sources
    assert 1 < trips / sources <= most
