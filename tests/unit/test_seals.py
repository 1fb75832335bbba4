"""Rows of changes and of tries that were altered with other tools are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from tests import other_tool
from tests.unit.rehash import rehash
from tracker.model import (
    Change,
    Classification,
    Direction,
    DocumentKind,
    LegalDate,
    Level,
    Op,
    Operation,
    Status,
)
from tracker.storage import changes, integrity, outbox, snapshots
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt

pytestmark = pytest.mark.databases

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state")
    yield opened
    opened.close()


def change(number: str) -> Change:
    return Change(
        id=f"chg_{number}", source="fr-bis", kind=DocumentKind.RULE, title="規則 on chips", url="https://x.example",
        detected_at=NOW, tagging=Classification(Level.HIGH, direction=Direction.RELIEF), document_number=number,
        published=date(2026, 11, 20), baseline=True,
    )  # fmt: skip


def filled(store: Store) -> None:
    """One change written twice, two added together, and three tries at a delivery."""
    operation = Operation("15 CFR 744.21", Op.CHANGED, "a", "b")
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(change("1"), "fr:1", 1), [operation])
        changes.save(connection, changes.ChangeEntry(change("1"), "fr:1", 2))
        changes.add_many(connection, [changes.ChangeEntry(change(name), f"fr:{name}", 1) for name in "23"])
        outbox.enqueue(
            connection,
            subject_id="chg_1",
            revision=1,
            channel="file",
            reason={},
            now=NOW,
            story="s",
        )
    for number in range(3):
        outbox.Outbox(store).record(
            [1], Attempt(NOW, False, f"500 no {number}", 0.25), state="pending", next_attempt_at=NOW
        )


def problems(store: Store) -> list[str]:
    return [found for found in snapshots.verify(store) if isinstance(found, str)]


def test_rows_that_the_program_wrote_are_logged_and_counted(store: Store) -> None:
    filled(store)
    assert problems(store) == []
    with store.read() as connection:
        assert list(integrity.verify(connection)) == [6]


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE change SET record = replace(record, 'chips', 'ships') WHERE id = 'chg_2'", "change chg_2"),
        ("UPDATE change SET level = 1 WHERE id = 'chg_2'", "change chg_2"),
        ("UPDATE change SET direction = NULL WHERE id = 'chg_1'", "change chg_1"),
        ("UPDATE change SET published = '2026-11-21' WHERE id = 'chg_3'", "change chg_3"),
        ("UPDATE change SET operations = NULL WHERE id = 'chg_1'", "change chg_1"),
        ("UPDATE change SET record = 'x' WHERE id = 'chg_1'", "change chg_1"),
        ("UPDATE attempt SET answer = '999 no' WHERE id = 2", "attempt 2"),
        ("UPDATE attempt SET ok = true WHERE id = 3", "attempt 3"),
        ("DELETE FROM attempt WHERE id = 1", "attempt 2"),
    ],
)
def test_an_altered_row_is_named(store: Store, harm: str, found: str) -> None:
    filled(store)
    with store.write() as connection:
        connection.execute(text(harm))
    (problem,) = problems(store)
    assert problem.startswith(found)


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE legal_date SET day = '2027-01-01'", ["change chg_1: a row of legal_date is not what its record says"]),
        ("DELETE FROM legal_date", ["change chg_1: a row of legal_date is not what its record says"]),
        ("UPDATE change_status SET until = NULL", ["change chg_1: a row of change_status is not what its record says"]),
        (
            "DELETE FROM delivery",
            [f"attempt {number}: the delivery that it belongs to was taken away" for number in (1, 2, 3)],
        ),
    ],
)  # fmt: skip
def test_rows_derived_from_a_record_are_compared_with_it_and_orphans_are_found(
    store: Store, harm: str, found: list[str]
) -> None:
    """The days ahead and the status of today are read from these rows, not from the record."""
    filled(store)
    tagging = replace(
        change("1").tagging,
        dates=(LegalDate("effective", date(2026, 12, 1)),),
        status=(Status("stayed", date(2026, 11, 20), date(2026, 12, 9)),),
    )
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(replace(change("1"), tagging=tagging), "fr:1", 3))
    assert problems(store) == []
    other_tool.execute(store.state, harm)
    assert problems(store) == found


@pytest.mark.parametrize("column", ["level", "direction", "document_number", "published"])
def test_a_column_that_differs_from_the_record_is_found_although_its_hash_was_recomputed(
    store: Store, column: str
) -> None:
    filled(store)
    with store.write() as connection:
        connection.execute(text(f"UPDATE change SET {column} = 0 WHERE id = 'chg_2'"))
        rehash(connection)
    assert problems(store) == [f"change chg_2: {column} is not what its record says"]
