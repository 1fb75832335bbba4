"""A clock that was in 2090 for a while, and is right again: nothing sleeps until that year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tracker.alerts import mutes
from tracker.clock import NEW_YORK
from tracker.config.models import Channel, Digest, Settings, Source
from tracker.digest.schedule import due as digests_due
from tracker.digest.schedule import fires_at
from tracker.http.robots import _Rules
from tracker.model import Validators
from tracker.notifications.delivery import DeliveryGate
from tracker.reconciliation.daily import due_audits as audit_due
from tracker.scheduler.schedule import next_poll_at, overdue
from tracker.sources.state_view import without_validators
from tracker.storage import accounts, outbox, source_state
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BOGUS = datetime(2090, 6, 1, 8, tzinfo=UTC)
LEASE = timedelta(seconds=90)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state")
    yield opened
    opened.close()


@pytest.mark.parametrize("timing", [{"every": timedelta(minutes=30)}, {"every": None, "cron": "45 8 * * mon-fri"},
                                    {"every": None, "cron": "0 0 1 1 *"}])  # fmt: skip
def test_a_poll_that_was_planned_by_a_wrong_clock_is_due(timing: dict[str, object]) -> None:
    source = replace(Source("a", "page"), **timing)  # type: ignore[arg-type]
    assert overdue(next_poll_at(source, BOGUS), NOW, source)
    for failures, wish in ((0, 0.0), (1, 0.0), (3, 1e9)):
        planned = next_poll_at(source, NOW, failures=failures, retry_after=wish)
        assert not overdue(planned, NOW, source), "a right one is not"
        assert not overdue(planned, NOW + (planned - NOW) / 2, source)


def test_a_lease_under_a_wrong_clock_blocks_no_other_process(store: Store) -> None:
    source_state.ensure(store, ["a"])
    claim = partial(source_state.claim_sources, store, ["a"], lease=timedelta(minutes=5), due_only=False)
    assert claim(owner="elsewhere:1:x", now=BOGUS) == ["a"]
    assert claim(owner="here:2:y", now=NOW) == ["a"]
    assert claim(owner="elsewhere:1:x", now=NOW) == [], "a right one does"


def queued(store: Store, moment: datetime, **more: object) -> outbox.Outbox:
    with store.write() as connection:
        outbox.enqueue(connection, subject_id="chg_1", revision=1, channel="a", reason={}, now=moment, **more)  # type: ignore[arg-type]
    return outbox.Outbox(store)


def test_the_claim_of_a_killed_sender_under_a_wrong_clock_is_released(store: Store) -> None:
    box = queued(store, BOGUS)
    assert box.claim(BOGUS, channel="a", limit=1, lease=LEASE)
    (again,) = box.claim(NOW, channel="a", limit=1, lease=LEASE)
    assert again.repeated
    assert box.claim(NOW, channel="a", limit=1, lease=LEASE) == [], "a right claim holds"


@pytest.mark.parametrize(
    "more", [{}, {"at": BOGUS, "hold_reason": {"rule": "quiet", "until": ""}, "batch": "b"}, {"at": BOGUS, "hold_reason": {"rule": "batch", "until": ""}}]
)  # fmt: skip
def test_a_delivery_waiting_for_a_wrong_time_is_due(store: Store, more: dict[str, object]) -> None:
    assert queued(store, BOGUS, **more).claim(NOW, channel="a", limit=1, lease=LEASE)


def test_a_retry_planned_by_a_wrong_clock_is_due(store: Store) -> None:
    box = queued(store, NOW)
    (one,) = box.claim(NOW, channel="a", limit=1, lease=LEASE)
    box.record([one.id], Attempt(BOGUS, False, "500", 0.1), state="pending", next_attempt_at=BOGUS)
    assert box.claim(NOW, channel="a", limit=1, lease=LEASE)


def test_a_snoozed_alert_waits_until_the_chosen_time(store: Store) -> None:
    box = queued(
        store, NOW, at=NOW + timedelta(days=300), hold_reason={"rule": "snooze", "until": ""}, batch="b"
    )
    assert box.claim(NOW, channel="a", limit=1, lease=LEASE) == []


def test_a_digest_claimed_or_put_off_by_a_wrong_clock_is_due(store: Store) -> None:
    box = outbox.Outbox(store, kind="digest")
    with store.write() as connection:
        for channel in ("a", "b"):
            outbox.enqueue(
                connection, kind="digest", subject_id="2026-W47", channel=channel, language="en", profile="",
                reason={}, now=NOW,
            )  # fmt: skip
    first, second = box.claim(BOGUS, channel=None, limit=2, lease=LEASE)
    box.record([second.id], Attempt(BOGUS, False, "500", 0.1), state="pending", next_attempt_at=BOGUS)
    assert [one.id for one in box.claim(NOW, channel=None, limit=2, lease=LEASE)] == [first.id, second.id]
    assert box.claim(NOW, channel=None, limit=2, lease=LEASE) == []


def test_the_weekly_digest_is_sent_after_a_first_poll_under_a_wrong_clock() -> None:
    settings = Settings(Path("sources.toml"), channels=(Channel("a", ""),), digest=Digest(("a",)))
    assert digests_due(settings, NOW, BOGUS)
    fired = fires_at(settings.digest.at, settings.timezone, NOW) if settings.digest else NOW
    assert digests_due(settings, NOW, fired) == [], "one that has just begun to watch waits"


def test_a_mute_created_under_a_wrong_clock_withholds_nothing(store: Store) -> None:
    with store.write() as connection:
        mutes.add(
            connection, scope="channel", value="a", channel=None, hold=False, until=BOGUS + LEASE, now=BOGUS
        )
        assert mutes.active(connection, NOW) == []
        mutes.add(connection, scope="channel", value="a", channel=None, hold=False, until=BOGUS, now=NOW)
        assert len(mutes.active(connection, NOW)) == 1


def test_a_session_begun_under_a_wrong_clock_is_over(store: Store) -> None:
    with store.write() as connection:
        accounts.add(connection, "Sato", accounts.UserRole.READER, "", NOW)
        token = accounts.start_session(connection, "Sato", BOGUS)
        assert accounts.account_of_session(connection, token, NOW) is None
        assert (
            accounts.account_of_session(connection, accounts.start_session(connection, "Sato", NOW), NOW)
            is not None
        )


def test_memory_of_channels_and_hosts_is_bounded() -> None:
    assert DeliveryGate(paused={"a": BOGUS}).open("a", NOW)
    assert not DeliveryGate(paused={"a": NOW + timedelta(hours=20)}).open("a", NOW)
    assert not _Rules(BOGUS, unreachable="x").hold(NOW)
    assert _Rules(NOW + timedelta(hours=23)).hold(NOW)


def test_a_whole_answer_is_requested_where_the_last_one_was_stored_under_a_wrong_clock() -> None:
    source = Source("a", "page")
    known = Validators("tag", None, "0" * 64, source.extraction_config(), BOGUS)
    assert without_validators(known, source, NOW) is None
    assert without_validators(replace(known, last_full_fetch_at=NOW), source, NOW) is not None


def test_the_daily_audit_is_done_where_the_first_poll_was_under_a_wrong_clock() -> None:
    noon = datetime.combine(date(2026, 11, 22), datetime.min.time(), NEW_YORK) + timedelta(hours=13)
    assert audit_due(None, BOGUS, noon.astimezone(UTC))
