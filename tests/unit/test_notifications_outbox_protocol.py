"""What the sender relies on, asked of the outbox in memory and of the store's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.notifications_sinks import NOW, MemoryOutbox
from tracker.notifications.outbox_protocol import OutboxProtocol
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt
from tracker.storage.outbox import Outbox as StoredOutbox
from tracker.storage.outbox import enqueue

pytestmark = pytest.mark.databases

LEASE = timedelta(minutes=1)
OK = Attempt(NOW, True, "200 OK", 0.1)
FAILED = Attempt(NOW, False, "500", 0.1)
SILENT = Attempt(NOW, False, "no answer in time", 0.1, uncertain=True)

Make = Callable[[int], OutboxProtocol]


@pytest.fixture(params=["memory", "store"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """An outbox in which so many changes are queued to the channels `a` and `b`."""

    def stored(changes: int) -> OutboxProtocol:
        store = Store(tmp_path)
        with store.write() as connection:
            for change in range(changes):
                for channel in ("a", "b"):
                    enqueue(
                        connection,
                        subject_id=f"chg_{change:016x}",
                        revision=1,
                        channel=channel,
                        reason={},
                        now=NOW,
                    )
        return StoredOutbox(store)

    def memory(changes: int) -> OutboxProtocol:
        return MemoryOutbox(("a", "b"), changes=changes)

    return stored if request.param == "store" else memory


def claim(
    outbox: OutboxProtocol, channel: str | None = "a", limit: int = 1, after: timedelta = timedelta()
) -> list[str]:
    claimed = outbox.claim(NOW + after, channel=channel, limit=limit, lease=LEASE)
    return [delivery.key for delivery in claimed]


def test_a_claim_takes_the_earliest_of_its_channel_exclusively(make: Make) -> None:
    outbox = make(2)
    first, second = claim(outbox), claim(outbox)
    assert [key[0] for key in (first, second)] == ["chg_0000000000000000/1/a", "chg_0000000000000001/1/a"]
    assert claim(outbox) == []
    assert len(claim(outbox, "b", 5)) == 2
    assert claim(outbox, None, 5) == []


def test_sent_and_dead_deliveries_are_never_claimed_again(make: Make) -> None:
    outbox = make(1)
    (mine,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
    (other,) = outbox.claim(NOW, channel="b", limit=1, lease=LEASE)
    outbox.record([mine.id], OK, state="sent", next_attempt_at=None)
    outbox.record([other.id], FAILED, state="dead", next_attempt_at=None)
    assert claim(outbox, None, 5, timedelta(days=30)) == []


def test_a_failed_delivery_is_retried_at_its_time_unmarked_and_counted(make: Make) -> None:
    outbox = make(1)
    (delivery,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
    outbox.record([delivery.id], FAILED, state="pending", next_attempt_at=NOW + timedelta(minutes=5))
    assert claim(outbox, after=timedelta(minutes=4)) == []
    (again,) = outbox.claim(NOW + timedelta(minutes=5), channel="a", limit=1, lease=LEASE)
    assert (again.id, again.attempts, again.repeated) == (delivery.id, 1, False)


def test_a_message_that_may_have_arrived_is_retried_with_a_mark(make: Make) -> None:
    outbox = make(1)
    (delivery,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
    outbox.record([delivery.id], SILENT, state="pending", next_attempt_at=NOW)
    (again,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
    assert (again.attempts, again.repeated) == (1, True)


def test_a_lost_lease_is_released_marked_and_counted(make: Make) -> None:
    outbox = make(1)
    (delivery,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
    assert (delivery.attempts, delivery.repeated) == (0, False)
    assert claim(outbox, after=LEASE - timedelta(seconds=1)) == []
    (again,) = outbox.claim(NOW + LEASE, channel="a", limit=1, lease=LEASE)
    assert (again.id, again.attempts, again.repeated) == (delivery.id, 1, True)


def test_a_possible_repeat_stays_marked(make: Make) -> None:
    outbox = make(1)
    for attempt in (SILENT, FAILED, FAILED):
        (delivery,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
        outbox.record([delivery.id], attempt, state="pending", next_attempt_at=NOW)
    (again,) = outbox.claim(NOW, channel="a", limit=1, lease=LEASE)
    assert (again.attempts, again.repeated) == (3, True)
