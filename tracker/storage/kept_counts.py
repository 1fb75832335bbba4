"""The counts that triggers keep (`sqlite_objects`). Plain SQL, for readers."""

from __future__ import annotations

import sqlite3


def levels(connection: sqlite3.Connection) -> dict[int, int]:
    """The number of changes by the rank of their level."""
    return _by_rank(connection, "level", 0)


def cards(connection: sqlite3.Connection, lowest: int) -> dict[int, int]:
    """The number of cards of the inbox by the rank of their gravest change, from this rank up."""
    return _by_rank(connection, "card", lowest)


def _by_rank(connection: sqlite3.Connection, what: str, lowest: int) -> dict[int, int]:
    rows = connection.execute(
        "SELECT name, number FROM kept_count WHERE name BETWEEN ? AND ? AND number > 0",
        [f"{what} {lowest}", f"{what} 4"],
    )
    return {int(name.removeprefix(f"{what} ")): number for name, number in rows}
