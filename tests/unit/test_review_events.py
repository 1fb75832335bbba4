"""Entries of the review log as events of webhooks that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, fill, settings
from tracker.config.models import Channel
from tracker.model import Language
from tracker.notifications.webhook_events import notice_event
from tracker.rendering.notice_message import notice_message
from tracker.scheduler.review_events import LOOK_BACK, queue_review_events
from tracker.storage import notices, reviews
from tracker.storage.database import Store
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import DELIVERY

pytestmark = pytest.mark.databases

CHANGE = affiliates_rule().id
HOOKS = (Channel("hook", "json://127.0.0.1/", reviews=True), Channel("other", "json://127.0.0.1/"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    fill(opened)
    yield opened
    opened.close()


def enter(store: Store, action: ReviewAction, value: str = "", note: str = "", at: datetime = NOW) -> None:
    with store.write() as connection:
        reviews.add(connection, CHANGE, at=at, who="Hanako", action=action, value=value, note=note)


def queue(store: Store, *channels: Channel) -> int:
    with store.write() as connection:
        return queue_review_events(connection, replace(settings(), channels=channels or HOOKS), NOW)


def queued(store: Store) -> list[tuple[str, str, str]]:
    """Channel, event and who did what, in the order in which they are sent."""
    with store.read() as connection:
        rows = connection.execute(
            select(DELIVERY.c.channel, DELIVERY.c.subject_id)
            .where(DELIVERY.c.subject_id.like("ntc_%"))
            .order_by(DELIVERY.c.id)
        ).all()
        found = [(row.channel, notices.get(connection, row.subject_id)) for row in rows]
    return [
        (channel, notice_event(notice.kind), f"{notice.data['who']} {notice.data['action']}")
        for channel, notice in found
        if notice is not None
    ]


def test_each_entry_is_one_event_for_the_channels_that_ask(store: Store) -> None:
    enter(store, ReviewAction.ACKNOWLEDGE)
    enter(store, ReviewAction.DECIDE, "applies", "our valves")
    assert queue(store) == 2
    assert queue(store) == 0
    assert queued(store) == [
        ("hook", "review.entered", "Hanako acknowledge"),
        ("hook", "review.decided", "Hanako decide"),
    ]


def test_without_such_a_channel_nothing_is_queued(store: Store) -> None:
    enter(store, ReviewAction.ACKNOWLEDGE)
    assert queue(store, HOOKS[1]) == 0


def test_a_channel_that_is_new_gets_the_entries_of_the_last_days(store: Store) -> None:
    enter(store, ReviewAction.COMMENT, note="old", at=NOW - LOOK_BACK - timedelta(seconds=1))
    enter(store, ReviewAction.COMMENT, note="recent", at=NOW - LOOK_BACK)
    assert queue(store) == 1


def test_no_entry_is_lost_among_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.scheduler.review_events.PAGE", 2)
    for number in range(7):
        enter(store, ReviewAction.COMMENT, note=str(number))
    assert queue(store) == 7
    enter(store, ReviewAction.COMMENT, note="one more")
    assert (queue(store), queue(store)) == (1, 0)


def test_a_second_channel_gets_what_the_first_one_has(store: Store) -> None:
    enter(store, ReviewAction.COMMENT, note="recent")
    assert queue(store) == 1
    second = replace(HOOKS[1], reviews=True)
    assert queue(store, HOOKS[0], second) == 1
    assert [channel for channel, _, _ in queued(store)] == ["hook", "other"]


def test_the_message_says_who_did_what_to_which_record(store: Store) -> None:
    enter(store, ReviewAction.DECIDE, "applies", "our valves")
    queue(store)
    with store.read() as connection:
        identity = connection.execute(
            select(DELIVERY.c.subject_id).where(DELIVERY.c.subject_id.like("ntc_%"))
        ).scalar_one()
        notice = notices.get(connection, identity)
    assert notice is not None
    expected: dict[Language, str] = {"ja": "Hanako: 判断 対応要", "en": "Hanako: Decision"}
    for language, words in expected.items():
        message = notice_message(
            notice, language, now=NOW, timezone="Asia/Tokyo", viewer_url="https://tracker.example"
        )
        assert message.what.startswith(words)
        assert message.links[0].value == f"https://tracker.example/changes/{CHANGE}"
        assert "our valves" in {point.value for point in message.points}
