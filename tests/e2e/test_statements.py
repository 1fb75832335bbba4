"""No statement of the main paths reads a whole table that grows: the plans of all statements that they run are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from tests import postgres_plans
from tests.e2e.world import World
from tests.statements import recorded, scans
from tracker.cli import alerts, digest, queries  # noqa: F401 - they register their commands
from tracker.cli.app import app
from tracker.digest import schedule as digests
from tracker.notifications.delivery_result import DeliveryResult
from tracker.scheduler.schedule import load_checked
from tracker.search.index import SearchIndex
from tracker.storage import location
from tracker.storage.database import Store
from tracker.web.app import create_app

MORE = (
    '[[channel]]\nid = "file"\nurl = "tofile://{folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'
    'acknowledge_within = "1h"\nescalate_to = ["file"]\n[digest]\nto = ["file"]\n'
)
PAGES = (
    "/", "/?level=high", "/?level=none", "/?q=semiconductor", "/?q=744", "/?q=%E8%BC%B8%E5%87%BA", "/?topic=entity-list",
    "/?source=ear", "/?review=open", "/?status=effective", "/?kind=rule", "/?since=2026-05-01&until=2026-07-01", "/?new=1",
    "/search?q=license", "/sources", "/deliveries", "/deliveries?state=dead", "/deliveries/log", "/calendar", "/calendar.ics", "/feed.atom",
    "/lists", "/law", "/law/search?q=license", "/watched", "/effects.atom", "/healthz", "/readyz", "/metrics",
    "/api/changes", "/api/changes?q=license", "/api/changes?level=high", "/api/deadlines", "/api/status", "/api/effects",
)  # fmt: skip
# The inbox without a condition: the stories of all changes that are no baseline, by an index in SQLite, hashed in PostgreSQL.
ASKS_FOR_ALL = "SELECT document_group.story AS story, seq, queue_level AS rank,"
COMMANDS = (["status"], ["changes"], ["changes", "--query", "license"], ["deadlines"])


@pytest.fixture
def busy(world: World) -> World:
    """A tracker with a baseline and a changed part."""
    world.use(
        "fr-bis", "inspection", "ear", "page", "feed", "list", extra=MORE.format(folder=world.folder)
    ).poll()
    return world


def days(world: World) -> Iterator[None]:
    """Polls on which something is new, nothing is, and reminders are due."""
    world.later(days=1, hours=1)
    world.standin.edit_part(15, "744", "fabrication facility", "fabrication plant")
    world.poll()
    yield
    for _ in range(2):
        world.later(hours=2)
        world.poll()
        yield


def use_everything(busy: World) -> None:
    """What runs every day: polls, pages, a digest, the search index, commands."""
    for _ in days(busy):
        pass
    settings = load_checked(busy.config)
    with TestClient(
        create_app(settings, busy.state, lambda: busy.now), base_url="http://127.0.0.1:8000"
    ) as client:
        for page in PAGES:
            assert client.get(page).status_code == 200, page
        (first, *_) = client.get("/api/changes").json()
        assert client.get(f"/changes/{first['id']}").status_code == 200
    store = Store(busy.state)
    digests.send_due(
        settings, store, lambda: busy.now + timedelta(days=8), send=lambda *_: DeliveryResult(True, "taken")
    )  # fmt: skip
    SearchIndex(store).refresh(["ear"])
    assert SearchIndex(store).catch_up(["ear"], 1) == 0
    store.close()
    for words in COMMANDS:
        done = CliRunner().invoke(app, [*words, "--config", str(busy.config), "--state", str(busy.state)])
        assert done.exit_code in (0, 1), done.output


@pytest.mark.databases("postgres")
def test_no_statement_reads_a_whole_table_that_grows_in_postgres(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_plans.recorded(monkeypatch) as statements:
        use_everything(busy)
    assert len(statements) > 150
    url = location.url_of(busy.state)
    assert url is not None
    with psycopg.connect(url) as connection:  # rolled back: the database is used again
        filled = postgres_plans.fill(connection)
        assert {
            "change",
            "change_text",
            "delivery",
            "attempt",
            "version",
            "snapshot",
            "blob",
        } <= filled
        found = postgres_plans.scans(connection, statements, filled)
        seen = postgres_plans.scans(
            connection,
            {
                "like": ("SELECT record FROM change WHERE document_id LIKE '%:15 CFR 744'", None),
                "all": ("SELECT * FROM delivery AS d ORDER BY created_at", None),
                "newest": ("SELECT id FROM delivery ORDER BY id DESC LIMIT 1", None),
                "by id": ("SELECT record FROM change WHERE id = %s", ("x",)),
            },
            filled,
        )
        connection.rollback()
    assert set(seen) == {"like", "all"}
    found = {statement: steps for statement, steps in found.items() if not statement.startswith(ASKS_FOR_ALL)}
    assert not found, "\n".join(f"{steps} {statement}" for statement, steps in found.items())


def test_no_statement_reads_a_whole_table_that_grows(busy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch) as statements:
        use_everything(busy)
    assert len(statements) > 150
    found = scans(busy.state / "tracker.db", statements)
    assert not found, "\n".join(f"{steps} {statement}" for statement, steps in found.items())


def test_the_check_finds_a_statement_that_reads_a_whole_table(busy: World) -> None:
    found = scans(
        busy.state / "tracker.db",
        {
            "like": "SELECT record FROM change WHERE document_id LIKE '%:15 CFR 744'",
            "all": "SELECT * FROM delivery AS d ORDER BY created_at",
            "newest": "SELECT id FROM delivery ORDER BY id DESC LIMIT 1",
            "open": "SELECT subject FROM incident WHERE closed_at IS NULL",
            "by id": "SELECT record FROM change WHERE id = 'x'",
            "view": "SELECT seq FROM change WHERE baseline = 0 AND editorial = 0 AND NOT EXISTS (SELECT 1 FROM change AS twin"
            " WHERE twin.baseline = 0 AND twin.editorial = 0 AND twin.seq > change.seq + 1) LIMIT 50",
            "since": "SELECT count(*) FROM change WHERE baseline = 0 AND editorial = 0"
            " AND coalesce(published, substr(detected_at, 1, 10)) >= '2026-01-01'",
        },
    )
    assert set(found) == {"like", "all", "view", "since"}
