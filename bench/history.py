"""What a poll cycle, an inbox page, a search and a digest cost after 0, 1 and 10 years of history.

`python -m bench.history` prints the table; `--write` puts it into docs/benchmarks.md. A small tracker on a stand-in of the
sources is polled; then copies of it are filled by SQL: ten years are 1,000,000 documents with their resources, 100,000
versions of texts and 1,000,000 deliveries. Cost: the median processor time of this process, pages never from the cache.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import text

from bench import report
from bench.drill_kit import disable_logging
from tests.e2e.world import World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker import digest
from tracker.ingest.poll import PollContext
from tracker.scheduler import poll_cycle, reminders
from tracker.scheduler.schedule import load_checked
from tracker.search.index import SearchIndex
from tracker.storage import sqlite_objects
from tracker.storage.database import Store
from tracker.web.app import create_app

NAME = "history"
YEARS = (0, 1, 10)
DOCUMENTS, VERSIONS, DELIVERIES = 100_000, 10_000, 100_000  # of one year
IN_FIELD = 70  # every so many documents one is in the field
RUNS = 9
MOST = 1.3  # times the cost at 0
SOURCES = ("fr-bis", "ear", "page", "feed", "list")


def fill(state: Path, rows: Stretch) -> None:
    """Adds rows before the stored ones: copies of stored rows, with other names and days."""
    with closing(sqlite3.connect(state / "tracker.db")) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in _statements(rows):
            connection.execute(statement)
        connection.commit()
    store = Store(state)
    with store.write() as opened:
        opened.execute(text("DELETE FROM kept_count"))
        opened.execute(text("DROP INDEX ix_effect_last"))
        opened.execute(text("DROP INDEX ix_change_queue"))
        opened.execute(text("DELETE FROM card"))
        sqlite_objects.create_kept_count(opened)
        sqlite_objects.create_cards(opened)
        sqlite_objects.create_triggers(opened)
        sqlite_objects.rebuild_search(opened)
        for table, columns in (("delivery_count", "channel, kind"), ("source_disk", "source")):
            opened.execute(text(f"DELETE FROM {table} WHERE {columns.split(',')[0]} IS NULL"))
        opened.execute(
            text("UPDATE source_disk SET answers = answers + :more WHERE source = 'fr-bis'"),
            {"more": rows.documents},
        )
    SearchIndex(store).unread([])  # makes the index of texts
    store.close()
    with closing(sqlite3.connect(state / "tracker.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # The copies of texts count as searchable, as those of real years are.
        connection.execute("ATTACH ? AS law", [str(state / "law-search.db")])
        connection.execute(
            "INSERT OR IGNORE INTO law.read SELECT document_id, ordinal FROM version WHERE digest = 'x'"
        )
        connection.commit()


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many rows of each kind, over so many days up to the last one, numbered from `first`."""

    first: int
    documents: int
    versions: int
    deliveries: int
    last: str
    days: int


RECENT = Stretch(
    1, 30_000, 600, 6_000, "2026-06-09", 100
)  # in every copy: its pages and its quarter are full


def _history(years: int) -> Stretch:
    return Stretch(
        10_000_000, years * DOCUMENTS, years * VERSIONS, years * DELIVERIES, "2026-03-01", 365 * years
    )


def _statements(rows: Stretch) -> Iterator[str]:
    def numbers(count: int) -> str:
        last = rows.first + count - 1
        return f"WITH RECURSIVE n(i) AS (SELECT {rows.first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"

    documents, versions, deliveries = rows.documents, rows.versions, rows.deliveries
    day = f"date('{rows.last}', '-' || (i % {rows.days}) || ' days')"
    ours = f"seq BETWEEN {1_000_000 + rows.first} AND {1_000_000 + rows.first + documents}"
    level = f"iif(i % {IN_FIELD} = 0, 1 + (i / {IN_FIELD}) % 4, 0)"
    record = (
        "json_set(old.record, '$.id', 'chg_' || printf('%016x', i), '$.title', 'Notice of hearing ' || i, '$.document_number',"
        " 'H-' || i, '$.abstract', '', '$.acts', json('[]'), '$.evidence', json('[]'))"
    )
    template = "(SELECT * FROM change WHERE document_number IS NOT NULL ORDER BY length(record) LIMIT 1)"
    names = (
        "seq, id, document_id, version, source, kind, document_number, citation, level, direction, published, detected_at,"
        " baseline, editorial, revision, operations, record, row_hash, queue_level"
    )
    yield (
        f"INSERT INTO change ({names}) SELECT i + 1000000, 'chg_' || printf('%016x', i), 'fr:H-' || i, 1, 'fr-bis', 'notice', 'H-' || i,"
        f" NULL, {level}, NULL, day, day || 'T12:00:00.000000Z', 0, 0, 1, NULL, {record}, '', {level} FROM"
        f" ({numbers(documents)} SELECT i, {day} AS day FROM n), {template} AS old"
    )
    yield (
        f"INSERT INTO change_text (seq, title, en, ja) SELECT i + 1000000, 'notice of hearing ' || i, 'the agency hears about item ' || (i % 5000), ''"
        f" FROM ({numbers(documents)} SELECT i FROM n)"
    )
    yield (
        f"INSERT INTO document_group SELECT id, 'sty_' || (seq / 140) FROM change WHERE {ours} AND level > 0"
    )
    yield (
        f"INSERT INTO legal_date (seq, type, day, superseded) SELECT seq, 'effective', published, 0 FROM change WHERE {ours} AND level > 0"
    )
    yield (
        "INSERT INTO resource (source, key, sha256, size, extraction_config, held_count, missing_count) SELECT 'fr-bis', 'H-' || i, 'x', 1,"
        f" (SELECT extraction_config FROM resource WHERE source = 'fr-bis' LIMIT 1), 0, 0 FROM ({numbers(documents)} SELECT i FROM n)"
    )
    one = "(SELECT * FROM version WHERE source = 'ear' ORDER BY id LIMIT 1)"
    yield (
        f"INSERT INTO version (document_id, ordinal, source, key, digest, snapshots, volatile_patterns, at) SELECT 'ear:99 CFR ' || (i % 500) || '.{rows.first}',"
        f" 1 + i / 500, 'ear', '99 CFR ' || (i % 500) || '.{rows.first}', 'x', old.snapshots, '[]', {day} || 'T12:00:00.000000Z' FROM"
        f" ({numbers(versions)} SELECT i FROM n), {one} AS old"
    )
    columns = "key, kind, subject_id, revision, channel, reason, state, attempts, repeated, created_at, next_attempt_at, story"
    yield (
        f"INSERT INTO delivery ({columns}) SELECT 'h' || i, 'alert', 'chg_' || printf('%016x', i * {IN_FIELD}), 1, 'file', '{{}}', 'sent', 1, 0,"
        f" {day} || 'T12:00:00.000000Z', {day} || 'T12:00:00.000000Z', 'sty_' || (i / 2) FROM ({numbers(deliveries)} SELECT i FROM n)"
    )
    yield (
        "INSERT INTO attempt (delivery_id, at, ok, answer, seconds, chain) SELECT id, created_at, 1, '200', 0.1, '' FROM delivery"
        " WHERE key LIKE 'h%' AND id NOT IN (SELECT delivery_id FROM attempt)"
    )


@contextmanager
def cost(into: list[float]) -> Iterator[None]:
    """Adds the milliseconds of processor time of this process, all threads together."""
    began = time.process_time()
    yield
    into.append((time.process_time() - began) * 1e3)


@contextmanager
def jobs_of(world: World) -> Iterator[dict[str, Callable[[], None]]]:
    """What is measured on one copy, by name. Each clears the cache of pages first."""
    settings = load_checked(world.config)
    store = Store(world.state)
    context = PollContext(settings, store, world.client(settings), lambda: world.now, lambda _: None)
    client = TestClient(
        create_app(settings, world.state, lambda: world.now), base_url="http://127.0.0.1:8000"
    )
    week = digest.last_week(world.now, settings.timezone)

    def poll() -> None:
        reports = list(poll_cycle.run(settings.sources, context))
        assert all(one.ok and not one.changes for one in reports), [one.json() for one in reports]
        reminders.send_reminders(context)
        poll_cycle.deliver_due(context)

    def page(path: str) -> Callable[[], None]:
        def ask() -> None:
            assert client.get(path).status_code == 200

        return ask

    def weekly() -> None:
        digest.load_week(world.state, week, now=world.now, store=store)

    yield {
        "a poll cycle, nothing new": poll, "an inbox page": page("/"), "the inbox, high and above": page("/?level=high"),
        "a search": page("/search?q=semiconductor"), "the status by the API": page("/api/status"), "a digest": weekly,
    }  # fmt: skip
    context.client.close()
    store.close()


def measured(worlds: dict[int, World]) -> dict[int, dict[str, float]]:
    """The medians in milliseconds. The copies take turns, so that a busy minute of the machine is in all of them."""
    with ExitStack() as stack:
        jobs = {number: stack.enter_context(jobs_of(world)) for number, world in worlds.items()}
        times: dict[int, dict[str, list[float]]] = {number: {} for number in worlds}
        for name in next(iter(jobs.values())):
            for turn in range(RUNS + 1):
                for number, world in worlds.items():
                    world.later(hours=1)
                    with closing(sqlite3.connect(world.state / "tracker.db")) as connection, connection:
                        connection.execute("UPDATE data_version SET number = number + 1")  # no cached page
                    with cost(times[number].setdefault(name, []) if turn else []):
                        jobs[number][name]()
    return {
        number: {name: statistics.median(costs) for name, costs in found.items()}
        for number, found in times.items()
    }


def run(years: tuple[int, ...]) -> str:
    disable_logging()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server = stack.enter_context(StandIn(sample_archive(), now=SAMPLE_NOW))
        first = World(folder / "base", server, SAMPLE_NOW)
        first.folder.mkdir()
        first.use(*SOURCES).poll()
        first.later(days=2)
        first.poll()
        fill(first.state, RECENT)
        worlds = {}
        for number in years:
            worlds[number] = World(folder / str(number), server, first.now, list(SOURCES), first.extra)
            shutil.copytree(first.folder, worlds[number].folder)
            if number:
                fill(worlds[number].state, _history(number))
        figures = measured(worlds)
    least = years[0]
    rows = [
        [what, *(f"{figures[number][what]:.1f}" for number in years), *(f"{figures[number][what] / figures[least][what]:.2f}" for number in years[1:])]
        for what in figures[least]
    ]  # fmt: skip
    head = [
        "CPU ms",
        *(f"{number} years" for number in years),
        *(f"{number} years / {least}" for number in years[1:]),
    ]
    return "\n\n".join(
        [
            "## Cost after years",
            f"Median of {RUNS} in one process; wanted: at most {MOST} times the cost at 0. A year: {DOCUMENTS:,} documents, each with its resource, "
            f"{VERSIONS:,} versions of texts, {DELIVERIES:,} deliveries with their attempts; one document in {IN_FIELD} is in the field.",
            report.table(head, rows),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--years", type=int, nargs="+", default=list(YEARS))
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    found = run(tuple(options.years))
    print(found)
    if options.write:
        report.write(NAME, found, command="python -m bench.history --write")


if __name__ == "__main__":
    main()
