"""The level that a profile gives leads for its readers: in subjects, Slack, the inbox, the feed, the calendar and lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.test_alerts_routing import at, settings
from tests.unit.web_samples import NOW
from tests.unit.web_samples import settings as viewer_settings
from tracker.alerts.routing import route
from tracker.config.models import Route
from tracker.ingest.poll import PollContext
from tracker.model import Change, Evidence, Language, Level, Notice, ProfileMatch
from tracker.notifications.channels.slack import payloads
from tracker.notifications.channels.webhook import body
from tracker.notifications.formats import OutboundMessage
from tracker.rendering.alert_message import Message, build_message
from tracker.rendering.notice_message import notice_message
from tracker.rendering.profile_lead import as_read_by, leading_match
from tracker.scheduler.reminders import send_reminders
from tracker.serialization import change_to_json
from tracker.storage import alert_queries, changes, integrity, outbox, reviews
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt
from tracker.storage.read_queries import open_reader
from tracker.storage.schema import DELIVERY, NOTICE
from tracker.web.app import create_app

VALVES = ProfileMatch("valves", Level.HIGH, (Evidence("vacuum valves of 2B999", "15 CFR 744.23(a)(4)"),))


def low_for_all() -> Change:
    return replace(at(Level.LOW), profiles=(VALVES, ProfileMatch("robots", Level.LOW, ())))


def alerted(change: Change, profile: str, language: Language = "ja") -> Message:
    now = datetime(2025, 10, 20, 22, 0, tzinfo=UTC)
    return build_message(
        change, language, now=now, timezone="Asia/Tokyo", viewer_url="http://x.test", profile=profile
    )


def test_the_subject_and_slack_lead_with_the_level_of_the_readers_profile() -> None:
    message = alerted(low_for_all(), "valves")
    assert message.level is Level.HIGH
    assert message.subject.startswith("[valves: 高・規制強化] ")
    assert payloads(message)[0]["text"].startswith("🟠 valves: 高・規制強化")
    assert [point.value for point in message.points if point.label == "プロファイルの影響度"] == [
        "valves: 高(全体: 低)。根拠: “vacuum valves of 2B999”(15 CFR 744.23(a)(4))"
    ]
    assert message.quotes[0].text == "vacuum valves of 2B999"
    assert message.links[0].value == "http://x.test/changes/chg_0123456789abcdef?profile=valves"


def test_a_webhook_has_the_leading_and_the_general_level() -> None:
    change = low_for_all()
    sent = body(OutboundMessage(alerted(change, "valves"), change_to_json(change), "k", "s"))
    assert (sent["level"], sent["alert"]["level"], sent["alert"]["profile"]) == ("low", "high", "valves")
    sent = body(OutboundMessage(alerted(change, ""), change_to_json(change), "k", "s"))
    assert (sent["alert"]["level"], sent["alert"]["profile"]) == ("low", "")


def test_everybody_else_reads_the_general_level() -> None:
    message = alerted(low_for_all(), "")
    assert (message.level, message.badge) == (Level.LOW, "低・規制強化")
    assert alerted(low_for_all(), "somebody-else").badge == "低・規制強化"
    assert as_read_by(low_for_all(), "").tagging.level is Level.LOW


def test_outside_the_field_the_highest_profile_leads_for_everybody() -> None:
    outside = replace(at(Level.NONE), profiles=(ProfileMatch("robots", Level.MEDIUM, ()), VALVES))
    assert leading_match(outside) == VALVES
    assert leading_match(outside, "robots") == outside.profiles[0]


def test_a_reminder_leads_with_the_level_of_the_readers_profile() -> None:
    facts = {
        "change": "chg_0123456789abcdef", "type": "comments-close", "date": "2025-10-29", "days": 7, "note": "",
        "quote": "", "where": "", "units": [], "title": "T", "what": {"ja": "", "en": ""}, "document_number": "",
        "url": "https://example.test",
    }  # fmt: skip
    notice = Notice("ntc_0123456789abcdef", "deadline", Level.LOW, "s", facts, NOW)
    message = notice_message(
        notice, "en", now=NOW, timezone="Asia/Tokyo", viewer_url="http://x.test", about=low_for_all(),
        profile="valves",
    )  # fmt: skip
    assert message.level is Level.HIGH
    assert "valves: High" in message.subject


def test_the_reason_of_a_delivery_is_the_route_with_the_highest_level() -> None:
    everybody, theirs = Route(to=("slack",)), Route(to=("slack", "mail"), profile="valves")
    found = {entry.channel: entry for entry in route(low_for_all(), settings(everybody, theirs))}
    assert found["slack"].reason["profile"] == found["mail"].reason["profile"] == "valves"
    assert found["slack"].reason["route"] == 2
    same = replace(low_for_all(), profiles=(replace(VALVES, level=Level.LOW),))
    assert "profile" not in route(same, settings(everybody, theirs))[0].reason


# --- stored -------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path) -> Path:
    outside = replace(
        at(Level.NONE),
        id="chg_00000000000000b1",
        document_number="2025-1",
        profiles=(VALVES,),
        title="Outside",
    )
    store = Store(tmp_path)
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(low_for_all(), "fr:1", 1))
        changes.save(connection, changes.ChangeEntry(outside, "fr:2", 1))
        outbox.enqueue(
            connection, subject_id=outside.id, revision=1, channel="slack", now=NOW,
            reason={"code": "route", "route": 1, "level": "high", "at_least": "low", "profile": "valves"},
        )  # fmt: skip
    store.close()
    return tmp_path


@pytest.fixture
def client(state: Path) -> TestClient:
    return TestClient(create_app(viewer_settings(), state, lambda: NOW), base_url="http://127.0.0.1:8000")


def test_a_level_with_a_profile_is_the_level_for_it(state: Path) -> None:
    with open_reader(state) as store:
        assert len(store.changes(ChangeQuery(profile="valves", level=Level.HIGH))) == 2
        assert store.changes(ChangeQuery(profile="valves", level=Level.CRITICAL)) == []
        assert len(store.changes(ChangeQuery(profile="robots", level=Level.LOW))) == 1
        assert store.levels(ChangeQuery(profile="valves")) == {Level.HIGH.rank: 2}
        assert store.levels(ChangeQuery(profile="robots")) == {Level.LOW.rank: 1}


def test_a_claimed_delivery_knows_the_profile_of_its_route(state: Path) -> None:
    store = Store(state)
    claimed = outbox.Outbox(store).claim(NOW, channel="slack", limit=1, lease=NOW - NOW)
    assert [delivery.profile for delivery in claimed] == ["valves"]
    store.close()


def test_a_change_that_is_high_for_a_profile_alone_is_reminded_of_and_escalated(state: Path) -> None:
    store = Store(state)
    with store.write() as connection:
        first, last = NOW.date().replace(year=2025), NOW.date().replace(year=2027)
        assert len(alert_queries.changes_with_dates(connection, first, last)) == 2
        number = connection.execute(select(DELIVERY.c.id)).scalar_one()
        integrity.add_attempts(connection, [number], Attempt(NOW, True, "ok", 0.1))
        waiting = alert_queries.unacknowledged(connection, Level.HIGH.rank, NOW)
        assert [change.id for change, _, _ in waiting] == ["chg_00000000000000b1"]
        reviews.add(
            connection, "chg_00000000000000b1", at=NOW, who="A", action=reviews.ReviewAction.ACKNOWLEDGE
        )
        assert alert_queries.unacknowledged(connection, Level.HIGH.rank, NOW) == []
    store.close()


def test_the_inbox_of_a_profile_leads_with_its_level_and_shows_why(client: TestClient) -> None:
    html = client.get("/?profile=valves").text
    assert html.count('<li class="high">') == 2
    assert "valves: 高(全体: 低)。根拠: “vacuum valves of 2B999”" in html
    assert 'href="/changes/chg_0123456789abcdef?profile=valves"' in html
    assert "高以上 <b>2</b>" in html
    everybody = client.get("/").text
    assert '<li class="low">' in everybody
    assert ">valves: 高</a>" in everybody


def test_the_page_of_a_change_leads_with_the_level_of_the_profile_that_it_was_opened_for(
    client: TestClient,
) -> None:
    address = "/changes/chg_0123456789abcdef"
    html = client.get(f"{address}?profile=valves").text
    assert '<span class="level high">valves: 高・規制強化</span>' in html
    assert "全体: 低・規制強化" in html
    assert "根拠: “vacuum valves of 2B999”" in html
    plain = client.get(address).text
    assert '<span class="level low">低・規制強化</span>' in plain
    assert f'href="{address}?profile=valves">valves: 高</a>' in plain
    assert "<script>" not in client.get(f"{address}?profile=<script>").text


def test_the_feed_and_the_calendar_of_a_profile_go_by_its_level(client: TestClient) -> None:
    assert "[valves: 高・規制強化]" in client.get("/feed.atom?profile=valves&lang=ja").text
    assert 'href="/changes/chg_' in client.get("/calendar?profile=valves&level=high").text
    assert 'href="/changes/chg_' not in client.get("/calendar?level=high").text


def test_the_terminal_lists_the_level_for_the_profile(state: Path) -> None:
    from click.testing import CliRunner

    from tracker.cli import queries  # noqa: F401 - it registers the commands
    from tracker.cli.app import app

    arguments = ["changes", "--state", str(state), "--config", str(state / "none.toml"), "--lang", "en"]
    lines = CliRunner().invoke(app, [*arguments, "--profile", "valves"]).output.splitlines()
    assert [line.split()[0] for line in lines] == ["High", "High"]
    assert affiliates_rule().title in lines[0] + lines[1]


def test_an_escalation_has_the_level_of_the_profile(state: Path) -> None:
    theirs = Route(
        to=("slack",), profile="valves", acknowledge_within=timedelta(hours=4), escalate_to=("mail",)
    )
    store = Store(state)
    with store.write() as connection:
        number = connection.execute(select(DELIVERY.c.id)).scalar_one()
        integrity.add_attempts(connection, [number], Attempt(NOW, True, "ok", 0.1))
    later = NOW + timedelta(hours=5)
    context = PollContext(settings(theirs), store, cast(Any, None), lambda: later)
    send_reminders(context)
    with store.read() as connection:
        levels = connection.execute(
            select(NOTICE.c.kind, NOTICE.c.level).where(NOTICE.c.kind == "unacknowledged")
        ).all()
    assert [tuple(row) for row in levels] == [("unacknowledged", Level.HIGH.rank)]
    store.close()
