"""The log of webhooks, a test event, and events that are sent once more: with the same ids, by operators alone, and recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook

from tests.unit.notifications_sinks import HttpSink, http_sink
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, fill, settings, stay
from tracker import clock
from tracker.cli import webhooks  # noqa: F401 - it registers its command
from tracker.cli.app import app
from tracker.config.models import Channel, Settings
from tracker.errors import UsageError
from tracker.model import Change, Notice
from tracker.notifications import delivery_log
from tracker.notifications.alert_messages import deliver_alerts
from tracker.storage import audit_log, changes, notices, outbox
from tracker.storage.audit_log import Event
from tracker.storage.database import Store
from tracker.storage.delivery_log import Span
from tracker.storage.outbox import Outbox
from tracker.storage.read_queries import open_reader
from tracker.storage.schema import DELIVERY
from tracker.web.app import create_app

SECRET = "whsec_" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
RULE, STAY = affiliates_rule().id, stay().id


@dataclass
class Firm:
    """A state with a webhook, whose receiver answers with `status`."""

    state: Path
    store: Store
    sink: HttpSink
    now: datetime = NOW
    status: int = 200

    @property
    def settings(self) -> Settings:
        hook = Channel("hook", f"json://127.0.0.1:{self.sink.port}/", secret=SECRET, payload="event")
        return replace(settings(), channels=(hook, Channel("slack-trade", "slack://a/b/c")))

    def queue(self, change: str, batch: str | None = None, revision: int = 1) -> None:
        with self.store.write() as connection:
            outbox.enqueue(
                connection, subject_id=change, revision=revision, channel="hook", reason={"code": "route", "route": 1, "level": "critical", "at_least": "low"},
                now=self.now, batch=batch,
            )  # fmt: skip

    def deliver(self) -> None:
        def lookup(identity: str, _: int) -> Change | Notice:
            with self.store.read() as connection:
                found = changes.get(connection, identity) or notices.get(connection, identity)
            assert found is not None
            return found

        only = replace(self.settings, channels=self.settings.channels[:1])
        deliver_alerts(Outbox(self.store), lookup, only, self.now, lambda: self.now)

    def log(self, days: int = 7) -> list[delivery_log.LoggedRequest]:
        with open_reader(self.state) as opened:
            return delivery_log.requests(opened.connection, ["hook"], self.now, days)

    def replay(self, wanted: int | Span) -> int:
        with self.store.write() as connection:
            return delivery_log.queue_replay(connection, wanted, self.settings, self.now, "Hanako")

    def ids(self) -> list[str]:
        return [
            {name.lower(): value for name, value in one.items()}["webhook-id"] for one in self.sink.headers
        ]

    def audit(self) -> list[tuple[str, str, str]]:
        with self.store.read() as connection:
            found = audit_log.entries(connection, Event.WEBHOOK_TESTED, Event.WEBHOOK_REPLAYED)
            assert not list(audit_log.verify(connection))
        return [(entry.who, entry.action, entry.value) for entry in found]


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    store = Store(tmp_path)
    fill(store)
    with http_sink() as sink:
        found = Firm(tmp_path, store, sink)
        sink.reply = lambda _: found.status
        yield found
    store.close()


def test_each_request_is_logged_with_event_id_time_status_duration_and_attempt(firm: Firm) -> None:
    firm.queue(RULE)
    firm.status = 503
    firm.deliver()
    firm.now += timedelta(hours=1)
    firm.status = 200
    firm.deliver()
    second, first = firm.log()
    assert (first.event, first.status, first.ok, first.attempt) == ("change.created", 503, False, 1)
    assert (second.status, second.ok, second.attempt, second.state) == (200, True, 2, "sent")
    assert first.id == second.id == firm.ids()[0] == firm.ids()[1]
    assert (first.at, second.at) == (NOW, NOW + timedelta(hours=1))
    assert first.seconds is not None
    assert first.seconds >= 0
    assert (first.next_attempt, second.next_attempt) == (None, None)
    assert first.title == affiliates_rule().title


def test_what_is_pending_has_its_next_attempt_and_what_is_queued_is_listed_first(firm: Firm) -> None:
    firm.queue(RULE)
    firm.status = 503
    firm.deliver()
    firm.queue(STAY)
    queued, tried = firm.log()
    assert (queued.subject, queued.at, queued.attempt, queued.status) == (STAY, None, 0, None)
    assert tried.next_attempt is not None
    assert tried.next_attempt > NOW
    assert firm.log(days=1)[1:] == [tried]
    firm.now += timedelta(days=2)
    assert [row.at for row in firm.log(days=1)] == [None, None]  # tried before these days, and not yet


def test_several_alerts_of_one_message_are_one_request_with_its_id(firm: Firm) -> None:
    firm.queue(RULE, batch="morning")
    firm.queue(STAY, batch="morning")
    firm.deliver()
    (row,) = firm.log()
    assert (row.event, row.count, row.id) == ("batch", 2, firm.ids()[0])
    assert firm.replay(row.delivery) == 2
    firm.deliver()
    assert firm.ids() == [row.id, row.id]
    assert firm.sink.bodies[0]["data"]["records"] == firm.sink.bodies[1]["data"]["records"]


def test_a_replay_keeps_the_id_and_is_verified_by_the_library_of_receivers(firm: Firm) -> None:
    firm.queue(RULE)
    firm.deliver()
    (row,) = firm.log()
    firm.now += timedelta(days=3)
    assert firm.replay(row.delivery) == 1
    firm.deliver()
    assert firm.ids() == [row.id, row.id]
    first, again = (
        dict(body["data"], alert=None) for body in firm.sink.bodies
    )  # `alert` counts the days that are left
    assert first == again
    assert firm.sink.bodies[0]["timestamp"] == firm.sink.bodies[1]["timestamp"]
    headers = {name.lower(): value for name, value in firm.sink.headers[1].items()}
    assert Webhook(SECRET).verify(firm.sink.raw[1], headers)
    assert [(one.attempt, one.replayable) for one in firm.log()] == [(2, True), (1, False)]
    assert firm.audit() == [("Hanako", "webhook-replayed", f"{row.delivery} (1)")]


def test_a_range_is_what_was_queued_in_it(firm: Firm) -> None:
    firm.queue(RULE)
    firm.now += timedelta(days=1)
    firm.queue(STAY)
    firm.deliver()
    span = Span("hook", NOW + timedelta(hours=1), NOW + timedelta(days=2))
    assert firm.replay(span) == 1
    firm.deliver()
    assert [body["data"]["id"] for body in firm.sink.bodies] == [RULE, STAY, STAY]
    assert firm.replay(replace(span, first=NOW)) == 2
    with pytest.raises(UsageError, match="no such delivery"):
        firm.replay(replace(span, first=NOW - timedelta(days=9), until=NOW))


def test_only_what_a_webhook_had_is_replayed(firm: Firm) -> None:
    with firm.store.write() as connection:  # `fill` queued one for Slack
        connection.execute(update(DELIVERY).values(state="sent"))
        (other,) = connection.execute(select(DELIVERY.c.id)).scalars()
    with pytest.raises(UsageError, match="no such delivery"):
        firm.replay(other)
    firm.queue(RULE)
    (row,) = firm.log()
    assert not row.replayable
    with pytest.raises(UsageError):
        firm.replay(row.delivery)  # it is queued already
    assert firm.audit() == []


def test_a_test_event_is_sent_signed_and_logged_like_any_other(firm: Firm) -> None:
    with firm.store.write() as connection:
        delivery_log.queue_test(connection, "hook", NOW, "Hanako")
    firm.deliver()
    (body,) = firm.sink.bodies
    assert (body["type"], body["data"]["kind"], body["data"]["notice"]["test"]) == ("test", "test", True)
    headers = {name.lower(): value for name, value in firm.sink.headers[0].items()}
    assert Webhook(SECRET).verify(firm.sink.raw[0], headers) == body
    (row,) = firm.log()
    assert (row.event, row.id, row.status) == ("test", firm.ids()[0], 200)
    assert firm.audit() == [("Hanako", "webhook-tested", "hook")]


# --- the page ------------------------------------------------------------------------------------


def client_of(firm: Firm) -> TestClient:
    made = create_app(lambda: firm.settings, firm.state, lambda: firm.now)
    return TestClient(made, base_url="http://127.0.0.1:8000")


def token_of(client: TestClient) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/deliveries/log").text)
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_each_request_and_no_address(firm: Firm, language: str) -> None:
    firm.queue(RULE)
    firm.status = 503
    firm.deliver()
    client = client_of(firm)
    client.cookies.set("lang", language)
    text = client.get("/deliveries/log").text
    assert firm.ids()[0] in text
    assert "change.created" in text
    assert ">503<" in text
    assert str(firm.sink.port) not in text
    assert SECRET not in text


def test_a_test_and_a_replay_from_the_page_need_its_form_and_are_recorded(firm: Firm) -> None:
    firm.queue(RULE)
    firm.deliver()
    (row,) = firm.log()
    client = client_of(firm)
    for path, data in (
        ("/deliveries/test", {"channel": "hook"}),
        ("/deliveries/replay", {"delivery": str(row.delivery)}),
        ("/deliveries/replay", {"channel": "hook", "first": "2025-11-20", "last": "2025-11-20"}),
    ):
        assert client.post(path, data={**data, "form": "forged"}).status_code == 403
        answer = client.post(path, data={**data, "form": token_of(client)})
        assert answer.status_code == 200
        assert 'role="status"' in answer.text
        firm.deliver()
    assert [body["type"] for body in firm.sink.bodies] == [
        "change.created",
        "test",
        "change.created",
        "change.created",
        "test",
    ]
    assert [action for _, action, _ in firm.audit()] == [
        "webhook-replayed",
        "webhook-replayed",
        "webhook-tested",
    ]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/deliveries/test", {"channel": "slack-trade"}, 404),
        ("/deliveries/test", {"channel": "<b>"}, 404),
        ("/deliveries/replay", {"delivery": "x"}, 422),
        ("/deliveries/replay", {"delivery": "999"}, 422),
        ("/deliveries/replay", {"channel": "hook", "first": "soon", "last": "2025-11-20"}, 422),
        ("/deliveries/replay", {"channel": "hook", "first": "9999-12-31", "last": "9999-12-31"}, 422),
        ("/deliveries/replay", {}, 422),
    ],
)
def test_what_cannot_be_sent_is_named(firm: Firm, path: str, data: dict[str, str], status: int) -> None:
    client = client_of(firm)
    answer = client.post(path, data={**data, "form": token_of(client)})
    assert answer.status_code == status
    assert "<b>" not in answer.text.replace("<b>0</b>", "")
    assert firm.audit() == []


# --- the command ---------------------------------------------------------------------------------


def run(firm: Firm, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    path = firm.state / "sources.toml"
    path.write_text(
        f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{firm.sink.port}/"\n'
        '[[channel]]\nid = "other"\nurl = "slack://TokenA/TokenB/TokenC"\n',
        "utf-8",
    )
    monkeypatch.setattr(clock, "now", lambda: firm.now)
    return CliRunner().invoke(
        app,
        ["webhooks", *arguments, "--config", str(path), "--state", str(firm.state)],
        standalone_mode=False,
    )


def test_the_command_lists_tests_and_replays(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    firm.queue(RULE)
    firm.deliver()
    listed = run(firm, monkeypatch, "log", "--json")
    (row,) = json.loads(listed.output)
    assert (row["event"], row["status"], row["id"]) == ("change.created", 200, firm.ids()[0])
    assert firm.ids()[0] in run(firm, monkeypatch, "log", "hook").output
    assert "queued" in run(firm, monkeypatch, "test", "hook").output
    assert run(firm, monkeypatch, "replay", str(row["delivery"])).output == "1 queued again\n"
    firm.deliver()
    day, after = date(2025, 11, 20), date(2025, 11, 21)
    ranged = run(firm, monkeypatch, "replay", "hook", "--since", str(day), "--until", str(after))
    assert ranged.output == "2 queued again\n"
    assert {who for who, _, _ in firm.audit()} == {"(command line)"}
    assert len(firm.audit()) == 3


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("send",), "is not one of"),
        (("test",), "no webhook has the id"),
        (("test", "other"), "there are: hook"),
        (("replay", "hook"), "which events"),
        (("replay", "hook", "--since", "2025-11-21", "--until", "2025-11-20"), "is not after"),
        (("replay", "7"), "no such delivery"),
        (("log", "other"), "no webhook has the id"),
    ],
)
def test_wrong_use_of_the_command_is_named(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], problem: str
) -> None:
    found = run(firm, monkeypatch, *arguments)
    assert isinstance(found.exception, UsageError)
    assert problem in found.exception.line()
