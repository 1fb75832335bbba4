"""The counts that triggers keep (`triggers`). Plain SQL, for readers."""

from __future__ import annotations

from tracker.storage.deliveries import DELIVERY_STATES, DeliveryKind
from tracker.storage.reading import ReadConnection


def levels(connection: ReadConnection) -> dict[int, int]:
    """The number of changes by the rank of their level."""
    return _by_rank(connection, "level", 0)


def cards(connection: ReadConnection, view: str, lowest: int) -> dict[int, int]:
    """The number of cards in a view of the inbox (`all`, `open`, `done`) by their rank, from this rank up."""
    return _by_rank(connection, view, lowest)


def deliveries(connection: ReadConnection, kind: DeliveryKind) -> dict[str, int]:
    """The number of deliveries of a kind in each state."""
    sums = ", ".join(f"sum({state})" for state in DELIVERY_STATES)
    row = connection.execute(f"SELECT {sums} FROM delivery_count WHERE kind = ?", [kind]).fetchone()  # noqa: S608 - names of ours
    return {state: number or 0 for state, number in zip(DELIVERY_STATES, row, strict=True)}


def data_version(connection: ReadConnection) -> int:
    """A number that changes with each write to what the viewer shows."""
    return int(connection.execute("SELECT number FROM data_version").fetchone()[0])


def _by_rank(connection: ReadConnection, what: str, lowest: int) -> dict[int, int]:
    rows = connection.execute(
        "SELECT name, number FROM kept_count WHERE name BETWEEN ? AND ? AND number > 0",
        [f"{what} {lowest}", f"{what} 4"],
    )
    return {int(name.removeprefix(f"{what} ")): number for name, number in rows}
