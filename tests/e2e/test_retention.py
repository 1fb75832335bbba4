"""What may be dropped, and what is left of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.e2e.test_process import tracker
from tests.e2e.world import World
from tracker.archive.evidence import write_evidence
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.errors import StoreError
from tracker.rendering.status_report import disk
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.schedule import load_checked
from tracker.storage import blobs, retention, snapshots
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader
from tracker.storage.retention import BlobInfo, StoredAnswer, droppable_blobs

NOW = datetime(2026, 6, 10, tzinfo=UTC)

answers = st.builds(
    lambda number, key, role, digest, days, held: (key, role, f"{digest:064x}", days, held),
    st.none(), st.sampled_from(["a", "b", "evidence/c"]), st.sampled_from(["listing", "page"]), st.integers(0, 7),
    st.integers(0, 20), st.booleans(),
)  # fmt: skip


# A chain: 3 needs 2, and 2 needs 1. 3 stays.
@example([("a", "listing", f"{n:064x}", 20, False) for n in (1, 2, 0)], set(), [(2, 1), (3, 2)])
@given(
    st.lists(answers, max_size=25),
    st.sets(st.integers(0, 7)),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7))),
)
def test_needed_young_newest_and_reference_bytes_are_not_pruned(
    made: list[tuple[str, str, str, int, bool]], needed: set[int], packed: list[tuple[int, int]]
) -> None:
    bases = {f"{one:064x}": f"{base:064x}" for one, base in packed if base < one}
    kept = {f"{n:064x}": BlobInfo(f"{n:064x}", 10, 5, bases.get(f"{n:064x}")) for n in range(8)}
    rows = [
        StoredAnswer(number, "s", key, role, digest, NOW - timedelta(days=days), held)
        for number, (key, role, digest, days, held) in enumerate(made, 1)
    ]
    wanted = frozenset(f"{n:064x}" for n in needed)
    gone = {one.sha256 for one in droppable_blobs(rows, kept, wanted, NOW - timedelta(days=10))}
    assert not gone & wanted
    newest = {(row.source, row.key): row for row in rows}
    assert not gone & {row.sha256 for row in newest.values()}
    for row in rows:
        if row.sha256 in gone:
            assert row.held or row.role == "listing"
            assert row.fetched_at < NOW - timedelta(days=10)
            assert not row.key.startswith("evidence/")
    assert not gone & {base for one, base in bases.items() if one not in gone}


def problems(state: Path) -> list[str]:
    store = Store(state)
    try:
        return [found for found in snapshots.verify(store) if isinstance(found, str)]
    finally:
        store.close()


@pytest.fixture
def busy(world: World) -> World:
    """Lists that changed daily, and a page that was quarantined once."""
    world.use("fr-bis", "page").poll()
    for number in range(6):
        world.later(days=1)
        if number == 2:
            world.standin.misbehave("/news/rule", "maintenance-200", times=1)
        if number == 3:
            world.standin.edit_page("/news/rule", "ECCN 3B001", "ECCN 3B002")
        document = world.standin.archive.documents.get("2026-11003")
        assert document is not None
        document.facts["action"] = f"Notice {number}."
        world.poll()
    world.later(days=60)
    return world


def test_pruned_bytes_leave_a_tombstone_and_sent_changes_stay_provable(busy: World, tmp_path: Path) -> None:
    before = busy.changes()
    store = Store(busy.state)
    with store.read() as connection:
        could = retention.unneeded_answers(connection, busy.now - timedelta(days=30))
    assert len(could) >= 4
    done = json.loads(tracker(busy, "prune", "--older-than", "30d", "--apply", "--json"))
    assert (done["blobs"], done["bytes"]) == (len(could), sum(one.compressed_size for one in could))
    output = json.loads(tracker(busy, "verify", "--json"))
    assert (output["problems"], output["dropped"], output["dropped_bytes"]) == (
        [],
        done["blobs"],
        done["bytes"],
    )
    assert retention.prune(store, older=timedelta(days=30), now=busy.now) == []
    store.close()
    assert busy.changes() == before
    (change,) = busy.changes(source="page", baseline=False)
    assert write_evidence(
        busy.state, change["id"], tmp_path / "proof", now=busy.now, timezone="Asia/Tokyo"
    ).files
    with open_reader(busy.state) as opened:
        shown = disk(opened)["sources"]
    assert sum(row["dropped"] for row in shown.values()) == done["blobs"]
    assert shown["fr-bis"]["answers"] > shown["page"]["answers"]
    export_archive(busy.state, tmp_path / "all.zip")
    import_archive(tmp_path / "all.zip", tmp_path / "again")
    assert problems(tmp_path / "again") == []
    busy.standin.edit_page("/news/rule", "ECCN 3B002", "ECCN 3B993")
    busy.poll()
    assert problems(busy.state) == [], "and the watching goes on"


HARMS = {
    "DELETE FROM tombstone": "no tombstone says why",
    "UPDATE tombstone SET reason = 'because' WHERE id = 1": "tombstone 1",
    "DELETE FROM tombstone WHERE id = 1": "tombstone 2",
    "UPDATE blob SET data = x'' WHERE sha256 IN (SELECT sha256 FROM snapshot WHERE role = 'page')": "no tombstone",
}


def test_bytes_removed_without_a_tombstone_are_reported(busy: World) -> None:
    store = Store(busy.state)
    assert retention.prune(store, older=timedelta(days=30), now=busy.now)
    for harm, found in HARMS.items():
        with store.engine.connect() as connection:
            connection.execute(text(harm))
            assert any(found in problem for problem in retention.verify(connection)), harm
            connection.rollback()
        assert problems(busy.state) == []
    store.close()


def test_a_returning_body_is_stored_again(busy: World) -> None:
    store = Store(busy.state)
    with store.read() as connection:
        body = {
            one.sha256: blobs.get(connection, one.sha256)
            for one in retention.unneeded_answers(connection, busy.now)
        }
    (gone, *_) = retention.prune(store, older=timedelta(days=30), now=busy.now)
    with store.write() as connection:
        with pytest.raises(StoreError, match="dropped by policy"):
            blobs.get(connection, gone.sha256)
        assert blobs.put(connection, body[gone.sha256]) == gone.sha256
        assert blobs.get(connection, gone.sha256) == body[gone.sha256]
    store.close()
    assert problems(busy.state) == []


def test_nothing_is_pruned_without_an_age_and_confirmation(busy: World) -> None:
    tracker(busy, "prune", code=2)
    busy.head = 'prune_unreferenced_after = "30d"\n'
    output = tracker(busy, "prune")
    assert "can be removed" in output
    store = Store(busy.state)
    with store.read() as connection:
        assert retention.dropped_totals(connection) == (0, 0)
    Daemon(load_checked(busy.config), store, lambda: busy.now).prune()
    with store.read() as connection:
        assert retention.dropped_totals(connection)[0] >= 4
    store.close()
