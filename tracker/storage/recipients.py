"""The state of each recipient of a delivery.

There are rows only where recipients differ from the delivery as a whole: a message that the only recipient of a channel
accepted at the first attempt has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from tracker.storage.deliveries import Recipient
from tracker.storage.schema import DELIVERY_RECIPIENT as RECIPIENT


def of(connection: Connection, key: str) -> tuple[Recipient, ...]:
    """The recipients of a delivery that have a state, by its key."""
    rows = connection.execute(select(RECIPIENT).where(RECIPIENT.c.key == key).order_by(RECIPIENT.c.recipient))
    return tuple(
        Recipient(row.recipient, row.state, row.answer, bool(row.repeated), row.attempts) for row in rows
    )


def update_states(
    connection: Connection, keys: Iterable[str], found: Sequence[Recipient], at: datetime
) -> None:
    """Stores the states of recipients after an attempt at the deliveries with these keys."""
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


def mark_repeated(connection: Connection, key: str) -> None:
    """Marks the pending recipients of a delivery whose attempt ended without a record: they may have the message."""
    mine = (RECIPIENT.c.key == key) & (RECIPIENT.c.state == "pending")
    connection.execute(update(RECIPIENT).where(mine).values(repeated=True))


def revive(connection: Connection, keys: Iterable[str]) -> None:
    """Makes the dead recipients of the deliveries with these keys pending again."""
    mine = RECIPIENT.c.key.in_(list(keys)) & (RECIPIENT.c.state == "dead")
    connection.execute(update(RECIPIENT).where(mine).values(state="pending", attempts=0))
