"""Each column of each table that matters, altered by hand with another tool: `verify` finds it.

The columns come from the tables' metadata. What is left out is listed with its reason in `row_log` and below.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, Table, insert, select

from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tracker.archive.evidence import write_evidence
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.archive.verification import verify
from tracker.errors import StoreError
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.storage import audit_log, outbox, retention, reviews, row_log, snapshots
from tracker.storage.audit_log import Event
from tracker.storage.database import FILE, Store
from tracker.storage.deliveries import Attempt
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import CHANGE, DELIVERY, metadata
from tracker.storage.table_base import DayType, InstantType, JsonType

# Columns of the other tables that verify does not look at.
LEFT_OUT = {
    "blob": {"size": "how many bytes there were; the bytes are hashed"},
    "snapshot": {"id": "the order of the chain"},
    "attempt": {"id": "the order of the chain"},
    "review": {"id": "the order of the chain"},
    "audit_log": {"id": "the order of the chain"},
    "tombstone": {"id": "the order of the chain"},
    "row_event": {"id": "the order of the chain"},
    "change": {"seq": "how rows refer to it: what refers to it stands alone then"},
    "change_status": {"id": "its order", "seq": "which change: compared by change"},
    "legal_date": {"id": "its order", "seq": "which change: compared by change"},
}
NOT_LOOKED_AT = {
    "change_text",
    "delivery_count",
    "data_version",
    "kept_count",
    "card",
    "read_mark",
    "source_disk",
    "similarity_result",
    "model_summary",
}


@pytest.fixture
def filled(world: World) -> World:
    """A state with a row in every table that is looked at."""
    world.use("page", "fr-bis").poll()
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1, hours=1)
    world.poll()
    store = Store(world.state)
    with store.write() as connection:
        change = connection.execute(select(CHANGE.c.id).where(~CHANGE.c.baseline)).scalar()
        assert change
        reviews.add(connection, change, at=world.now, who="Sato", action=ReviewAction.ACKNOWLEDGE)
        for hour in range(2):  # of which the first is dropped by policy
            at = world.now - timedelta(days=9 - hour)
            answer = HttpResponse("https://example.gov/list", 200, (), f"a list {hour}".encode(), at)
            snapshots.save(connection, "page", Fetched("list", ResourceType.LISTING, answer))
        audit_log.add(connection, world.now, "Sato", Event.POLL, "page")
        for table in (metadata.tables["account"], *row_log.tables()):
            if connection.execute(select(table)).first() is None:
                connection.execute(insert(table).values(**_made_up(table, world)))
    retention.prune(store, older=timedelta(seconds=1), now=world.now)
    store.close()
    return world


def _made_up(table: Table, world: World) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, InstantType):
            values[column.name] = world.now
        elif isinstance(column.type, Date | DayType):
            values[column.name] = date(2026, 11, 20)
        elif isinstance(column.type, JSON | JsonType):
            values[column.name] = ["a"]
        elif isinstance(column.type, Boolean):
            values[column.name] = False
        elif isinstance(column.type, Integer):
            values[column.name] = 1
        else:
            values[column.name] = "account" if column.name in {"account"} or (table.name, column.name) == ("account", "id") else f"a {column.name}"  # fmt: skip
    return values


def _other(column: Column[Any], value: Any) -> Any:
    """Return another value that the column may have."""
    if isinstance(column.type, InstantType):
        return "2031-01-01T00:00:00.000000Z"
    if isinstance(column.type, Date | DayType):
        return "2031-01-01"
    if isinstance(column.type, JSON | JsonType):
        return json.dumps(["b", 1]) if value != json.dumps(["b", 1]) else "[]"
    if isinstance(column.type, Boolean):
        return 0 if value else 1
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, int | float):
        return value + 1
    return {"pending": "sent", "sent": "dead"}.get(str(value), f"{value or ''}x")


def _problems(state: Path) -> list[str]:
    return verify(state, {}, lambda _: None).problems


def _looked_at() -> Iterator[tuple[Table, Column[Any]]]:
    for table in metadata.sorted_tables:
        exempt = row_log.EXEMPT_COLUMNS.get(table.name) or LEFT_OUT.get(table.name, {})
        if table.name in NOT_LOOKED_AT:
            continue
        for column in table.columns:
            if column.name not in exempt:
                yield table, column


def test_every_table_is_covered_or_left_out_for_a_reason() -> None:
    assert set(metadata.tables) == set(row_log.EXEMPT_COLUMNS) | set(row_log.EXEMPT_TABLES)
    for name, columns in row_log.EXEMPT_COLUMNS.items():
        assert set(columns) <= set(metadata.tables[name].columns.keys())
        assert all(columns.values())
    assert set(row_log.EXEMPT_TABLES) >= NOT_LOOKED_AT


def test_each_alteration_of_each_column_is_seen(filled: World) -> None:
    assert _problems(filled.state) == []
    unseen, looked = [], 0
    with closing(sqlite3.connect(filled.state / FILE, isolation_level=None)) as other:
        for table, column in _looked_at():
            row = other.execute(
                f'SELECT rowid, "{column.name}" FROM {table.name} ORDER BY rowid DESC LIMIT 1'
            ).fetchone()
            if row is None:
                unseen.append(f"{table.name}: no row")
                continue
            change = f'UPDATE {table.name} SET "{column.name}" = ? WHERE rowid = ?'
            other.execute(change, [_other(column, row[1]), row[0]])
            looked += 1
            now = other.execute(f"SELECT rowid FROM {table.name} WHERE rowid = ?", [row[0]]).fetchone()
            if not _problems(filled.state):
                unseen.append(f"{table.name}.{column.name}")
            other.execute(change, [row[1], now[0] if now else _other(column, row[0])])
    assert not unseen, "\n".join(unseen)
    assert looked > 150
    assert _problems(filled.state) == [], "each was put back"


def test_a_value_that_makes_no_sense_is_a_problem_and_no_crash(filled: World) -> None:
    unseen = []
    with closing(sqlite3.connect(filled.state / FILE, isolation_level=None)) as other:
        for table, column in _looked_at():
            if not isinstance(column.type, InstantType | JSON | JsonType):
                continue
            number, value = other.execute(
                f'SELECT rowid, "{column.name}" FROM {table.name} LIMIT 1'
            ).fetchone()
            for nonsense in ("soon", "\\x00", '{"a'):
                other.execute(
                    f'UPDATE {table.name} SET "{column.name}" = ? WHERE rowid = ?', [nonsense, number]
                )
                if not _problems(filled.state):
                    unseen.append(f"{table.name}.{column.name}: {nonsense}")
            other.execute(f'UPDATE {table.name} SET "{column.name}" = ? WHERE rowid = ?', [value, number])
    assert not unseen, "\n".join(unseen)


def test_a_row_that_was_removed_or_inserted_is_found(filled: World) -> None:
    unseen = []
    for name in row_log.EXEMPT_COLUMNS:
        for harm in ("taken away", "put in"):
            state = filled.folder / "harmed"
            shutil.rmtree(state, ignore_errors=True)
            shutil.copytree(filled.state, state)
            with closing(sqlite3.connect(state / FILE, isolation_level=None)) as other:
                if harm == "taken away":
                    other.execute(f"DELETE FROM {name} WHERE rowid = (SELECT max(rowid) FROM {name})")
                else:
                    other.execute(f"CREATE TEMP TABLE copied AS SELECT * FROM {name} LIMIT 1")
                    for column in metadata.tables[name].columns:
                        if column.primary_key or column.unique or column.name in {"document_id", "owner"}:
                            new = 99_999 if isinstance(column.type, Integer) else "another"
                            other.execute(f'UPDATE copied SET "{column.name}" = ?', [new])
                    other.execute(f"INSERT INTO {name} SELECT * FROM copied")
            if not _problems(state):
                unseen.append(f"{name}: a row {harm}")
    assert unseen == []


def test_an_alteration_is_still_seen_after_the_program_wrote_the_row_again(filled: World) -> None:
    with closing(sqlite3.connect(filled.state / FILE)) as other:
        (number,) = other.execute("SELECT max(id) FROM delivery").fetchone()
        other.execute("UPDATE delivery SET channel = 'elsewhere' WHERE id = ?", [number])
        other.commit()
    store = Store(filled.state)
    outbox.Outbox(store).record(
        [number], Attempt(filled.now, True, "200", 0.1), state="sent", next_attempt_at=None
    )
    store.close()
    (problem,) = [one for one in _problems(filled.state) if one.startswith("delivery")]
    assert "altered by other means" in problem


def test_a_delivery_that_was_sent_without_any_attempt_is_seen(filled: World) -> None:
    with closing(sqlite3.connect(filled.state / FILE)) as forged, forged:
        forged.execute("DELETE FROM attempt")
    assert any("sent, but no attempt" in problem for problem in _problems(filled.state))


def test_a_log_that_was_emptied_is_not_written_again_from_altered_rows(filled: World) -> None:
    with closing(sqlite3.connect(filled.state / FILE)) as forged, forged:
        forged.execute("DELETE FROM row_event")
        forged.execute("UPDATE delivery SET channel = 'other'")
    Store(filled.state).close()
    assert any("delivery" in problem for problem in _problems(filled.state))


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE version SET snapshots = '[1]' WHERE document_id = ?",
        "UPDATE delivery SET channel = 'somebody' WHERE subject_id = :change",
        "UPDATE attempt SET ok = 1 - ok",
        "UPDATE review SET who = 'Tanaka'",
        "UPDATE change SET level = 0",
        "DELETE FROM row_event WHERE id = 1",
        "DELETE FROM row_event",
    ],
)
def test_evidence_is_refused_where_the_chains_do_not_bear_it_out(
    filled: World, harm: str, tmp_path: Path
) -> None:
    (change,) = filled.changes(source="page", baseline=False)
    with closing(sqlite3.connect(filled.state / FILE)) as other:
        (identity,) = other.execute("SELECT document_id FROM change WHERE id = ?", [change["id"]]).fetchone()
        other.execute(
            harm, [identity] if "?" in harm else {"change": change["id"]} if ":change" in harm else []
        )
        other.commit()
    with pytest.raises(StoreError, match="no evidence for"):
        write_evidence(filled.state, change["id"], tmp_path / "proof", now=filled.now, timezone="Asia/Tokyo")
    assert not (tmp_path / "proof").exists()


def test_a_state_that_moved_is_still_clean(filled: World, tmp_path: Path) -> None:
    export_archive(filled.state, tmp_path / "all.zip")
    import_archive(tmp_path / "all.zip", tmp_path / "fresh")
    assert _problems(tmp_path / "fresh") == []
    with closing(Store(tmp_path / "fresh")) as store, store.read() as connection:
        assert connection.execute(select(DELIVERY)).first() is not None
