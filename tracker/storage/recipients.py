"""How each recipient of an alert or a digest stands: which of them have it, which were put off or refused it.

Only what differs from the message as a whole has rows: nothing is kept of a message that the only recipient of a
channel took at the first try.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from tracker.recipients import Recipient
from tracker.storage.schema import DELIVERY_RECIPIENT as RECIPIENT


def of(connection: Connection, key: str) -> tuple[Recipient, ...]:
    """The recipients of a delivery or a digest that have a state, by its key."""
    rows = connection.execute(select(RECIPIENT).where(RECIPIENT.c.key == key).order_by(RECIPIENT.c.recipient))
    return tuple(
        Recipient(row.recipient, row.state, row.answer, bool(row.repeated), row.attempts) for row in rows
    )


def keep(connection: Connection, keys: Iterable[str], found: Sequence[Recipient], at: datetime) -> None:
    """Writes down how they stand after a try at the messages with these keys."""
    for key in keys:
        known = {recipient.name: recipient for recipient in of(connection, key)}
        if not known and len(found) == 1 and found[0].state == "sent":
            continue
        for recipient in found:
            if known.get(recipient.name) == recipient:
                continue
            values = {
                "state": recipient.state, "repeated": recipient.repeated, "attempts": recipient.attempts,
                "answer": recipient.answer, "at": at,
            }  # fmt: skip
            if recipient.name in known:
                mine = (RECIPIENT.c.key == key) & (RECIPIENT.c.recipient == recipient.name)
                connection.execute(update(RECIPIENT).where(mine).values(**values))
            else:
                connection.execute(insert(RECIPIENT).values(key=key, recipient=recipient.name, **values))


def lost(connection: Connection, key: str) -> None:
    """A try ended without a record: those that do not have it yet may have it."""
    mine = (RECIPIENT.c.key == key) & (RECIPIENT.c.state == "pending")
    connection.execute(update(RECIPIENT).where(mine).values(repeated=True))


def revive(connection: Connection, keys: Iterable[str]) -> None:
    """Those for whom the messages with these keys were given up are to get them after all."""
    mine = RECIPIENT.c.key.in_(list(keys)) & (RECIPIENT.c.state == "dead")
    connection.execute(update(RECIPIENT).where(mine).values(state="pending", attempts=0))
