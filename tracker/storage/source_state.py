"""The state of each source: its lease, when it is due, and the result of its last poll."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from tracker.clock import SKEW
from tracker.storage.database import Store
from tracker.storage.resources import (
    PENDING,
    Resource,
    Resources,
    load_resources,
    save_resource,
    save_resources,
)
from tracker.storage.schema import SOURCE

__all__ = ["PENDING", "Resource", "Resources", "load_resources", "save_resource", "save_resources"]


@dataclass(frozen=True, slots=True)
class SourceState:
    id: str
    state: str
    since: datetime | None
    reason: str
    baseline_at: datetime | None
    next_poll_at: datetime | None
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    consecutive_failures: int
    cursor: Mapping[str, str]
    backfill: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a poll, for the source's row."""

    id: str
    state: str
    reason: str
    ok: bool
    at: datetime
    next_poll_at: datetime | None
    report: Mapping[str, Any]


def ensure(store: Store, ids: Iterable[str]) -> None:
    """Creates a row for each source that has none."""
    with store.write() as connection:
        known = set(connection.execute(select(SOURCE.c.id)).scalars())
        new = [
            {
                "id": name,
                "state": "new",
                "reason": "",
                "consecutive_failures": 0,
                "cursor": {},
                "backfill": {},
                "last_report": {},
            }
            for name in ids
            if name not in known
        ]
        if new:
            connection.execute(insert(SOURCE), new)


def health(connection: Connection) -> Sequence[Any]:
    """The state of each source, with the cause of its last poll and when that ended, as the report has them."""
    report = SOURCE.c.last_report
    return connection.execute(
        select(
            SOURCE.c.id, SOURCE.c.state, SOURCE.c.reason, SOURCE.c.since, SOURCE.c.consecutive_failures, SOURCE.c.last_success_at,
            SOURCE.c.last_attempt_at, report["cause"].label("cause"), report["at"].as_string().label("ended"),
        )
    ).all()  # fmt: skip


def any_failed(connection: Connection) -> bool:
    """Whether the last poll of a source failed."""
    query = select(SOURCE.c.id).where(SOURCE.c.consecutive_failures > 0).limit(1)
    return connection.execute(query).first() is not None


def planned(store: Store, ids: Sequence[str]) -> dict[str, datetime | None]:
    """When each of these sources is due; None: now."""
    query = select(SOURCE.c.id, SOURCE.c.next_poll_at).where(SOURCE.c.id.in_(list(ids)))
    with store.read() as connection:
        return {str(row.id): row.next_poll_at for row in connection.execute(query)}


def being_polled(store: Store, ids: Sequence[str], now: datetime) -> set[str]:
    """Which of these sources a process polls now."""
    query = select(SOURCE.c.id).where(SOURCE.c.id.in_(list(ids)), SOURCE.c.lease_until > now)
    with store.read() as connection:
        return set(map(str, connection.execute(query).scalars()))


def claim_sources(
    store: Store,
    ids: Sequence[str],
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    due_only: bool,
    limit: int | None = None,
) -> list[str]:
    """The sources among these that this owner may poll now: free or with an expired lease, and with `due_only` also
    due; at most `limit`, the first ones. Writers take turns, so two pollers never have the same source. A lease that starts
    in the future was taken under a wrong clock and does not count."""
    free = or_(
        SOURCE.c.lease_owner.is_(None),
        SOURCE.c.lease_until <= now,
        SOURCE.c.lease_owner == owner,
        SOURCE.c.last_attempt_at > now + SKEW,
    )
    wanted: ColumnElement[bool] = SOURCE.c.id.in_(list(ids)) & free
    if due_only:
        wanted &= or_(SOURCE.c.next_poll_at.is_(None), SOURCE.c.next_poll_at <= now)
    with store.write() as connection:
        if limit is not None:
            found = set(connection.execute(select(SOURCE.c.id).where(wanted)).scalars())
            wanted = SOURCE.c.id.in_([name for name in ids if name in found][:limit])
        rows = connection.execute(
            update(SOURCE)
            .where(wanted)
            .values(lease_owner=owner, lease_until=now + lease, last_attempt_at=now)
            .returning(SOURCE.c.id)
        )
        got = {str(row.id) for row in rows}
    return [name for name in ids if name in got]


def slow(store: Store, ids: Sequence[str], seconds: float) -> set[str]:
    """The sources among these whose last poll took at least so many seconds."""
    query = select(SOURCE.c.id, SOURCE.c.last_report).where(SOURCE.c.id.in_(list(ids)))
    with store.read() as connection:
        rows = connection.execute(query).all()
    return {str(row.id) for row in rows if float((row.last_report or {}).get("seconds") or 0.0) >= seconds}


def release_leases_of(store: Store, owners: Iterable[str]) -> None:
    """Releases the leases of dead pollers."""
    with store.write() as connection:
        connection.execute(
            update(SOURCE)
            .where(SOURCE.c.lease_owner.in_(list(owners)))
            .values(lease_owner=None, lease_until=None)
        )


def lease_owners(store: Store) -> set[str]:
    with store.read() as connection:
        rows = connection.execute(select(SOURCE.c.lease_owner).where(SOURCE.c.lease_owner.is_not(None)))
        return {str(row.lease_owner) for row in rows}


def record_outcomes(store: Store, outcomes: Sequence[Outcome], *, owner: str) -> None:
    """Stores the results of polls and releases their leases, in one transaction. A source whose lease expired and
    that another owner has claimed since is left alone."""
    if not outcomes:
        return
    with store.write() as connection:
        before = {
            row.id: row
            for row in connection.execute(
                select(SOURCE.c.id, SOURCE.c.state, SOURCE.c.since, SOURCE.c.last_success_at, SOURCE.c.consecutive_failures)
                .where(SOURCE.c.id.in_([outcome.id for outcome in outcomes]))
            )
        }  # fmt: skip
        rows = []
        for outcome in outcomes:
            old = before[outcome.id]
            rows.append(
                {
                    "row_id": outcome.id,
                    "state": outcome.state,
                    "since": old.since if old.state == outcome.state and old.since else outcome.at,
                    "reason": outcome.reason,
                    "next_poll_at": outcome.next_poll_at,
                    "last_success_at": outcome.at
                    if outcome.ok and outcome.state != "new"
                    else old.last_success_at,
                    "consecutive_failures": 0 if outcome.ok else old.consecutive_failures + 1,
                    "last_report": dict(outcome.report),
                }
            )
        connection.execute(
            update(SOURCE)
            .where(
                SOURCE.c.id == bindparam("row_id"),
                or_(SOURCE.c.lease_owner == owner, SOURCE.c.lease_owner.is_(None)),
            )
            .values(lease_owner=None, lease_until=None),
            rows,
        )


def reschedule(store: Store, source: str, at: datetime | None) -> None:
    with store.write() as connection:
        connection.execute(update(SOURCE).where(SOURCE.c.id == source).values(next_poll_at=at))


def source_states(store: Store, ids: Sequence[str] | None = None) -> dict[str, SourceState]:
    query = select(SOURCE)
    if ids is not None:
        query = query.where(SOURCE.c.id.in_(list(ids)))
    with store.read() as connection:
        return {
            row.id: SourceState(**{name: getattr(row, name) for name in SourceState.__slots__})
            for row in connection.execute(query)
        }


def set_baseline(connection: Connection, source: str, at: datetime) -> None:
    connection.execute(
        update(SOURCE).where(SOURCE.c.id == source, SOURCE.c.baseline_at.is_(None)).values(baseline_at=at)
    )


def set_cursor(connection: Connection, source: str, cursor: Mapping[str, str]) -> None:
    connection.execute(update(SOURCE).where(SOURCE.c.id == source).values(cursor=dict(cursor)))


def set_backfill(connection: Connection, source: str, cursor: Mapping[str, str]) -> None:
    connection.execute(update(SOURCE).where(SOURCE.c.id == source).values(backfill=dict(cursor)))
