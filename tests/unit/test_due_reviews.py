""" "Later" reminds: on the next working day at nine, once, in the channels of the change, with its buttons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, fill, settings
from tracker.config.models import Channel, Route, Settings, SlackApp
from tracker.interactions import presses
from tracker.interactions.presses import Button, Press
from tracker.model import Change, Notice
from tracker.notifications.alert_messages import AlertMessages
from tracker.notifications.channels.slack import payloads
from tracker.notifications.formats import plain
from tracker.notifications.webhook_events import notice_event
from tracker.scheduler.due_reviews import LOOK_BACK, queue_due_reviews
from tracker.storage import notices, reviews
from tracker.storage.database import Store
from tracker.storage.deliveries import Delivery
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import DELIVERY

CHANGE = affiliates_rule().id
FRIDAY_NINE = datetime.fromisoformat("2025-11-21T09:00:00+09:00")  # NOW is Thursday


def chosen() -> Settings:
    return replace(
        settings(),
        channels=(Channel("slack-trade", "slack://a/b/c"), Channel("other", "json://127.0.0.1/")),
        routes=(Route(to=("slack-trade",)),),
        slack=SlackApp(users={}),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    fill(opened)
    yield opened
    opened.close()


def later(store: Store, at: datetime = NOW) -> None:
    with store.write() as connection:
        press = Press(Button.LATER, CHANGE, 1, "Slack")
        assert presses.record(connection, press, who="Hanako", at=at, settings=chosen()).result == "recorded"


def enter(store: Store, action: ReviewAction, value: str = "", note: str = "") -> None:
    with store.write() as connection:
        reviews.add(connection, CHANGE, at=NOW, who="Taro", action=action, value=value, note=note)


def queue(store: Store, now: datetime) -> int:
    with store.write() as connection:
        return queue_due_reviews(connection, chosen(), now)


def queued(store: Store) -> list[tuple[str, Notice]]:
    with store.read() as connection:
        rows = connection.execute(
            select(DELIVERY.c.channel, DELIVERY.c.subject_id).where(DELIVERY.c.subject_id.like("ntc_%"))
        ).all()
        found = [(row.channel, notices.get(connection, row.subject_id)) for row in rows]
    return [(channel, notice) for channel, notice in found if notice is not None]


def test_later_reminds_once_at_nine_of_the_next_working_day(store: Store) -> None:
    later(store)
    assert queue(store, FRIDAY_NINE - timedelta(seconds=1)) == 0
    assert queue(store, FRIDAY_NINE) == 1
    assert queue(store, FRIDAY_NINE + timedelta(hours=1)) == 0
    ((channel, notice),) = queued(store)
    assert (channel, notice.kind, notice_event(notice.kind)) == ("slack-trade", "review-due", "review.due")
    assert (notice.data["change"], notice.data["who"]) == (CHANGE, "Hanako")


def test_the_reminder_has_the_buttons_of_the_alert(store: Store) -> None:
    later(store)
    queue(store, FRIDAY_NINE)
    ((_, notice),) = queued(store)

    def lookup(identity: str, _: int) -> Change | Notice:
        return notice if identity == notice.id else affiliates_rule()

    compose = AlertMessages(lookup, chosen(), FRIDAY_NINE, lambda _: (), None, lambda *_: ())
    row = Delivery(1, notice.id, 1, "slack-trade", "key", 0, False, queued_at=FRIDAY_NINE)
    parcel = compose(chosen().channels[0], [row], repeated=False)
    (body,) = payloads(parcel.message, parcel.buttons)
    assert f"{CHANGE}:1" in json.dumps(body["blocks"][-1])
    assert "期限になりました" in plain(parcel.message)
    assert "2025年11月21日" in plain(parcel.message)
    assert "Hanako" in plain(parcel.message)


def test_a_second_later_reminds_again(store: Store) -> None:
    later(store)
    queue(store, FRIDAY_NINE)
    later(store, FRIDAY_NINE)
    assert queue(store, FRIDAY_NINE + timedelta(days=2)) == 0  # Sunday
    assert queue(store, FRIDAY_NINE + timedelta(days=3)) == 1


@pytest.mark.parametrize(
    ("action", "value", "note", "reminders"),
    [
        (ReviewAction.ACKNOWLEDGE, "", "", 0),
        (ReviewAction.DECIDE, "applies", "our valves", 0),
        (ReviewAction.DUE, "", "", 0),  # the day was taken away
        (ReviewAction.DUE, "2025-12-01", "", 0),  # and moved
        (ReviewAction.ASSIGN, "Taro", "", 1),
        (ReviewAction.COMMENT, "", "words", 1),
    ],
)
def test_what_was_settled_since_needs_no_reminder(
    store: Store, action: ReviewAction, value: str, note: str, reminders: int
) -> None:
    later(store)
    enter(store, action, value, note)
    assert queue(store, FRIDAY_NINE) == reminders


def test_an_undone_later_does_not_remind(store: Store) -> None:
    later(store)
    with store.write() as connection:
        (entry,) = reviews.of_change(connection, CHANGE)
        reviews.undo(connection, [entry["id"]], at=NOW, who="Hanako")
    assert queue(store, FRIDAY_NINE) == 0


def test_a_day_that_passed_while_the_tracker_was_down_is_reminded_of_for_a_week(store: Store) -> None:
    later(store)
    assert queue(store, FRIDAY_NINE + LOOK_BACK + timedelta(days=1)) == 0
    assert queue(store, FRIDAY_NINE + LOOK_BACK) == 1
