"""When a host may be asked next, for all processes that use one PostgreSQL database. Times are the server's, in seconds."""

from __future__ import annotations

from sqlalchemy import text

from tracker.storage.database import Store

_NOW = "extract(epoch FROM clock_timestamp())::double precision"
# The row is locked until the transaction ends: turns are given one after the other.
_LOOK = text(
    f"INSERT INTO host_turn (host, next_at) VALUES (:host, {_NOW})"  # noqa: S608 - no value in it
    f" ON CONFLICT (host) DO UPDATE SET next_at = greatest(host_turn.next_at, {_NOW}) RETURNING next_at - {_NOW}"
)
_TAKE = text("UPDATE host_turn SET next_at = next_at + :gap WHERE host = :host")
_HOLD = text(
    f"INSERT INTO host_turn (host, next_at) VALUES (:host, {_NOW} + :seconds)"  # noqa: S608 - no value in it
    " ON CONFLICT (host) DO UPDATE SET next_at = greatest(host_turn.next_at, excluded.next_at)"
)


def take(store: Store, host: str, gap: float, patience: float) -> tuple[float, bool]:
    """The seconds until the next turn at a host, and whether it was taken: not where it is later than `patience`.
    The turn after it is `gap` seconds later."""
    with store.engine.execution_options(tracker_beside=True).begin() as connection:
        wait = max(0.0, float(connection.execute(_LOOK, {"host": host}).scalar_one()))
        if wait > patience:
            return wait, False
        connection.execute(_TAKE, {"host": host, "gap": gap})
    return wait, True


def hold(store: Store, host: str, seconds: float) -> None:
    """Give no turn at the host for this many seconds."""
    with store.engine.execution_options(tracker_beside=True).begin() as connection:
        connection.execute(_HOLD, {"host": host, "seconds": seconds})
