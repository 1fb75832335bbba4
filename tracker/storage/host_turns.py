"""When a host may be asked next, for all processes that use one PostgreSQL database. Times are the server's, in seconds.

A turn is one statement, which commits by itself: the row of the host is locked meanwhile, so turns are given one after the
other. The table is written to the log of the database, so that a host keeps its rate when the database is restarted.
"""
# ruff: noqa: S608 - the statements have no value in them

from __future__ import annotations

from sqlalchemy import Connection, text

from tracker.storage.database import Store

LONGEST = 24 * 3600.0  # seconds; a later moment comes from a clock that was set back since
_HELD = "(held)"  # after the name of a host in a key: its own wish, from a Retry-After

_NOW = "extract(epoch FROM clock_timestamp())::double precision"


def _moment(kept: str) -> str:
    """The moment in a column, at the earliest now."""
    return f"greatest({_NOW}, CASE WHEN {kept} - {_NOW} <= {LONGEST} THEN {kept} END)"


_ASKED = "(SELECT next_at FROM host_turn WHERE host = :held)"
_FIRST = _moment(_ASKED)
_NEXT = f"greatest({_FIRST}, {_moment('host_turn.next_at')})"
_TAKE = text(
    f"INSERT INTO host_turn (host, next_at) SELECT :key, {_FIRST} + :gap WHERE {_FIRST} - {_NOW} <= :patience"
    f" ON CONFLICT (host) DO UPDATE SET next_at = {_NEXT} + :gap WHERE {_NEXT} - {_NOW} <= :patience"
    f" RETURNING next_at - :gap - {_NOW}"
)
_LOOK = text(
    f"SELECT greatest({_FIRST}, {_moment('(SELECT next_at FROM host_turn WHERE host = :key)')}) - {_NOW}"
)
_HOLD = text(
    f"INSERT INTO host_turn (host, next_at) VALUES (:held, {_NOW} + :seconds)"
    f" ON CONFLICT (host) DO UPDATE SET next_at = greatest({_moment('host_turn.next_at')}, excluded.next_at)"
)


def take(store: Store, host: str, kind: str, gap: float, patience: float) -> float:
    """The seconds until the next turn of a kind of requests to a host. It is taken where that is within `patience`; the
    turn after it is `gap` seconds later. Without a gap, only the host's own wish counts."""
    keys = {"held": f"{host} {_HELD}", "key": f"{host} {kind}".strip()}
    with _beside(store) as connection:
        if gap:
            taken = connection.execute(_TAKE, {**keys, "gap": gap, "patience": patience}).scalar()
            if taken is not None:
                return max(0.0, float(taken))
        return max(0.0, float(connection.execute(_LOOK, keys).scalar_one()))


def hold(store: Store, host: str, seconds: float) -> None:
    """Give no turn at the host for this many seconds, at most a day."""
    with _beside(store) as connection:
        connection.execute(_HOLD, {"held": f"{host} {_HELD}", "seconds": min(seconds, LONGEST)})


def _beside(store: Store) -> Connection:
    """A connection on which each statement commits by itself. It writes to no table that a chain covers."""
    return store.engine.execution_options(isolation_level="AUTOCOMMIT", tracker_beside=True).connect()
