"""The interface of the outbox: claim deliveries that are due, and record their attempts.

A delivery is one row, written in the transaction that stores the change. A claim is stored before anything is sent,
so that the next claim of the row detects a crash between sending and recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from tracker.storage.deliveries import Attempt, Delivery

State = Literal["sent", "pending", "dead"]


class OutboxProtocol(Protocol):
    """The queued deliveries. Every method commits before it returns; any thread may call."""

    def claim(self, now: datetime, *, channel: str | None, limit: int, lease: timedelta) -> list[Delivery]:
        """Claims up to `limit` pending rows that are due at `now`, earliest first, of one channel or of all. No other
        caller can claim them before `now + lease`. All due rows of a batch are claimed together, regardless of the
        limit. A row waits for earlier rows of its story.

        A row whose lease expired without `record` is due again and is `repeated` from then on, like one with an
        `uncertain` attempt. `attempts` counts recorded attempts and expired leases.
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
        """Stores an attempt and ends the claims of all deliveries of the message. `pending` rows are due again at
        `next_attempt_at`, which is None for `sent` and `dead`."""
        ...
