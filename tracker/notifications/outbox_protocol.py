"""What the sender asks of the store: to claim what is due, and to keep what happened.

A notice and its target are one row, written in the transaction that writes the change. A claim is
stored before anything is sent, so that a crash between sending and recording is seen by whoever claims
the row next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from tracker.model import Attempt, Delivery

State = Literal["sent", "pending", "dead"]


class Outbox(Protocol):
    """The deliveries that are owed. Every method commits before it returns; any thread may call."""

    def claim(self, now: datetime, *, channel: str | None, limit: int, lease: timedelta) -> list[Delivery]:
        """Takes up to `limit` pending rows that are due at `now`, earliest first, of one channel or of
        all, and holds them until `now + lease`: nobody else gets them before that. With a row of a batch come
        all that are due of it, whatever the limit. A row waits behind an earlier one of its story.

        A row whose lease ran out without `record` is due again, and comes `repeated` from then on; so
        does one of which an attempt was `uncertain`. `attempts` counts recorded attempts and lost leases.
        """
        ...

    def record(
        self,
        delivery_ids: Sequence[int],
        attempt: Attempt,
        *,
        state: State,
        next_attempt_at: datetime | None,
    ) -> None:
        """Keeps an attempt and ends the claims of all that the message was for. `pending` rows are due again
        at `next_attempt_at`, which is None for `sent` and `dead`."""
        ...
