"""The filter by a status finds what is expired on a day because its force had a last day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tracker.legal_status.current import current_status
from tracker.model import Change, Classification, DocumentKind, Level, Status
from tracker.storage import changes
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

pytestmark = pytest.mark.databases

END, NEXT = date(2026, 9, 30), date(2026, 10, 1)
FORCE = Status("in-force", date(2026, 6, 1), END)


def found(tmp_path: Path, status: tuple[Status, ...], state: str, day: date) -> bool:
    store = Store(tmp_path)
    record = Change(
        id="chg_0000000000000001", source="fr-all", kind=DocumentKind.RULE, title="Sample", url="",
        detected_at=datetime(2026, 6, 1, tzinfo=UTC), published=date(2026, 6, 1),
        tagging=Classification(Level.HIGH, status=status),
    )  # fmt: skip
    try:
        with store.write() as connection:
            changes.save(connection, changes.ChangeEntry(record, "fr:1", 1))
        with open_reader(tmp_path) as opened:
            return bool(opened.changes(ChangeQuery(status=state, on=day)))
    finally:
        store.close()


@pytest.mark.parametrize(
    ("status", "expired"),
    [
        ((FORCE,), True),
        ((Status("in-force", date(2026, 6, 1)),), False),
        ((FORCE, Status("in-force", NEXT)), False),
        ((FORCE, Status("in-force", date(2026, 6, 1), date(2026, 12, 31), by="91 FR 1")), False),
        ((FORCE, Status("stayed", NEXT, by="91 FR 1")), False),
        ((Status("in-force", date(2026, 6, 1), END, units=("15 CFR 744.6",)),), False),
        ((FORCE, Status("rescinded", date(2026, 8, 1), date(2026, 8, 2), units=("15 CFR 744.6",))), True),
        ((FORCE, Status("expired", NEXT)), True),
    ],
)
def test_the_filter_finds_what_the_record_shows_as_expired(
    tmp_path: Path, status: tuple[Status, ...], *, expired: bool
) -> None:
    shown = current_status(status, NEXT).now
    assert (shown is not None and shown.state == "expired") is expired
    assert found(tmp_path, status, "expired", NEXT) is expired


def test_nothing_is_expired_on_its_last_day(tmp_path: Path) -> None:
    assert not found(tmp_path, (FORCE,), "expired", END)


def test_what_is_expired_is_not_in_force(tmp_path: Path) -> None:
    assert not found(tmp_path, (FORCE,), "in-force", NEXT)
