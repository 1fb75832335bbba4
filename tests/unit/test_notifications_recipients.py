"""Several recipients of one channel: each gets an alert exactly once, whatever happens to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from apprise.plugins.line import NotifyLine
from sqlalchemy import text

from tests.unit.notifications_sinks import Clock, http_sink, lookup, parcel_of, refusing_port, settings_of
from tests.unit.rendering_samples import affiliates_rule, long_change
from tracker.alerts import incidents
from tracker.config.models import Channel, Settings
from tracker.model import Change, LocalizedText
from tracker.notifications.alert_messages import deliver_alerts
from tracker.notifications.channels import slack
from tracker.notifications.delivery import DeliverReport, DeliveryGate
from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.recipient_copies import send_copies
from tracker.rendering.status_report import is_healthy, status_report
from tracker.rendering.status_text import channel_lines
from tracker.storage import notices, outbox
from tracker.storage.database import Store
from tracker.storage.deliveries import Recipient
from tracker.storage.outbox import Outbox, enqueue
from tracker.storage.read_queries import open_reader

pytestmark = pytest.mark.databases

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/#trade/#legal-desk"


@dataclass
class MailServer:
    """Answers RCPT from the lists, by recipient, repeating the last answer; records who got which mail."""

    answers: dict[str, list[str]]
    got: list[tuple[str, str]] = field(default_factory=list)  # recipient, subject
    logins: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        output = self.answers.get(address, ["250 ok"])
        answer = output.pop(0) if len(output) > 1 else output[0]
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.got += [(address, str(letter["Subject"])) for address in envelope.rcpt_tos]
        return "250 ok"


@contextmanager
def mail_server(**answers: list[str]) -> Iterator[MailServer]:
    sink = MailServer({f"{name}@example.test": output for name, output in answers.items()})
    sink.port = refusing_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def mail_channel(sink: MailServer, *names: str, id_: str = "mail") -> Channel:
    to = ",".join(f"{name}@example.test" for name in names)
    return Channel(id_, f"mailto://127.0.0.1:{sink.port}?from=tracker@example.test&to={to}&mode=insecure")


@dataclass
class Post:
    """A store with its outbox, delivered by rounds."""

    state: Path
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    gate: DeliveryGate = field(default_factory=DeliveryGate)
    change: Callable[[str, int], Any] = lookup

    def __post_init__(self) -> None:
        self.store = Store(self.state)

    def enqueue(
        self, number: int, channel: str = "mail", story: str | None = None, batch: str | None = None
    ) -> None:
        with self.store.write() as connection:
            enqueue(
                connection, subject_id=f"chg_{number:016x}", revision=1, channel=channel, reason={},
                now=self.clock(), story=story, batch=batch,
            )  # fmt: skip

    def round(self, **later: float) -> DeliverReport:
        self.clock.now += timedelta(**later)
        watch = incidents.channel_watch(self.settings.channels_for_outages())
        return deliver_alerts(
            Outbox(self.store, watch),
            self.look,
            self.settings,
            self.clock(),
            self.clock,
            gate=self.gate,
        )

    def look(self, change_id: str, revision: int) -> Any:
        with self.store.read() as connection:
            found = notices.get(connection, change_id)
        return found or self.change(change_id, revision)

    def rows(self, state: str) -> list[dict[str, Any]]:
        with open_reader(self.state) as opened:
            return opened.deliveries_in(state)

    def status(self) -> dict[str, Any]:
        with open_reader(self.state) as opened:
            return status_report(self.settings, opened, self.clock())


def post(tmp_path: Path, *channels: Channel, **more: Any) -> Post:
    return Post(tmp_path, settings_of(*channels), **more)


def test_a_recipient_that_is_put_off_gets_it_at_the_next_try_and_the_other_only_once(tmp_path: Path) -> None:
    with mail_server(trade=["451 4.7.1 try again later", "250 ok"]) as sink:
        world = post(tmp_path, mail_channel(sink, "legal", "trade"))
        world.enqueue(1)
        first = world.round()
        assert (first.sent, first.retrying) == (0, 1)
        (row,) = world.rows("pending")
        assert "451 4.7.1 try again later (trade@example.test)" in row["answer"]
        assert [(one["recipient"], one["state"]) for one in row["recipients"]] == [
            ("legal@example.test", "sent"),
            ("trade@example.test", "pending"),
        ]
        assert "trade@example.test" in "".join(channel_lines(world.status(), "en"))
        world.round(minutes=20)
    assert [address for address, _ in sink.got] == ["legal@example.test", "trade@example.test"]
    assert all("possibly repeated" not in subject for _, subject in sink.got)
    (row,) = world.rows("sent")
    assert {one["state"] for one in row["recipients"]} == {"sent"}
    assert is_healthy(world.status())


def test_a_recipient_that_is_refused_for_good_is_an_incident_and_the_alert_is_not_called_sent(
    tmp_path: Path,
) -> None:
    with mail_server(gone=["550 no such mailbox"]) as sink, http_sink() as operators:
        world = post(
            tmp_path,
            mail_channel(sink, "gone", "legal"),
            Channel("ops", f"json://127.0.0.1:{operators.port}/"),
        )
        world.enqueue(1)
        report = world.round()
        world.round(hours=1)
        assert [address for address, _ in sink.got] == ["legal@example.test"]
        assert (report.dead, world.rows("pending")) == (1, [])
        (row,) = world.rows("dead")
        assert [(one["recipient"], one["state"]) for one in row["recipients"]] == [
            ("gone@example.test", "dead"),
            ("legal@example.test", "sent"),
        ]
        assert [body["kind"] for body in operators.bodies] == ["recipient-refused"]
        assert "mail gone@example.test" in operators.bodies[0]["alert"]["text"]
        found = world.status()
        assert not is_healthy(found)
        assert [row["subject"] for row in found["incidents"]] == ["recipient:mail gone@example.test"]
        assert "550 no such mailbox" in "".join(channel_lines(found, "ja"))

        sink.answers.clear()
        with world.store.write() as connection:
            assert outbox.redeliver(connection, world.clock()) == 1
        world.round(minutes=1)
        world.round(minutes=1)
    assert [address for address, _ in sink.got] == ["legal@example.test", "gone@example.test"]
    assert [body["kind"] for body in operators.bodies] == ["recipient-refused", "recipient-back"]
    assert is_healthy(world.status())


def test_where_there_is_no_other_channel_the_other_recipients_hear_of_a_refusal(tmp_path: Path) -> None:
    with mail_server(gone=["550 no such mailbox"]) as sink:
        world = post(tmp_path, mail_channel(sink, "gone", "legal"))
        world.enqueue(1)
        for _ in range(4):
            world.round(minutes=1)
    assert len(sink.got) == 2
    assert {address for address, _ in sink.got} == {"legal@example.test"}
    assert "gone@example.test" in sink.got[1][1]


def test_a_refusal_is_announced_while_another_recipient_is_still_put_off(tmp_path: Path) -> None:
    with mail_server(gone=["550 no"], slow=["451 later"]) as sink, http_sink() as operators:
        world = post(
            tmp_path,
            mail_channel(sink, "gone", "slow", "legal"),
            Channel("ops", f"json://127.0.0.1:{operators.port}/"),
        )
        world.enqueue(1)
        world.round()
        assert [body["kind"] for body in operators.bodies] == ["recipient-refused"]
        assert [row["state"] for row in world.rows("pending")] == ["pending"]


def test_a_room_that_is_busy_gets_it_later_and_the_other_room_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_sink(lambda number: (429, {"Retry-After": "30"}, "") if number == 2 else 200) as sink:
        monkeypatch.setattr(slack.SlackPlugin, "webhook_url", f"http://127.0.0.1:{sink.port}/services")
        world = post(tmp_path, Channel("slack", SLACK))
        world.enqueue(1, "slack")
        assert world.round().retrying == 1
        (row,) = world.rows("pending")
        assert row["answer"] == "1 of 2 taken; 429 Too Many Requests (#trade)"
        assert "TIiajkdnlazkcOXrIdevi7" not in str(row)
        world.enqueue(2, "slack")  # a room that is busy does not hold up the others
        world.round(seconds=1)
        world.round(minutes=2)
    assert [(body["channel"], index) for index, body in enumerate(sink.bodies)] == [
        ("#legal-desk", 0), ("#trade", 1), ("#legal-desk", 2), ("#trade", 3), ("#trade", 4),
    ]  # fmt: skip
    assert len(world.rows("sent")) == 2


def test_services_of_apprises_own_keep_their_recipients_apart_too(tmp_path: Path) -> None:
    def reply(_: int) -> int:
        return 503 if sink.bodies[-1].get("topic") == "second" and len(sink.bodies) < 3 else 200

    with http_sink(reply) as sink:
        world = post(tmp_path, Channel("ntfy", f"ntfy://127.0.0.1:{sink.port}/first/second"))
        world.enqueue(1, "ntfy")
        assert world.round().retrying == 1
        world.round(minutes=10)
    assert [body["topic"] for body in sink.bodies] == ["first", "second", "second"]
    assert len(world.rows("sent")) == 1


def test_an_update_waits_only_for_recipients_that_lack_the_earlier_alert(tmp_path: Path) -> None:
    with mail_server(trade=["451 later", "451 later", "250 ok"]) as sink:
        world = post(tmp_path, mail_channel(sink, "legal", "trade"))
        world.enqueue(1, story="s")
        world.round()
        world.enqueue(2, story="s")
        world.round(seconds=1)
        assert [address for address, _ in sink.got] == ["legal@example.test"] * 2
        for _ in range(6):
            world.round(hours=1)
    assert [address for address, _ in sink.got][2:] == ["trade@example.test"] * 2
    assert len(world.rows("sent")) == 2
    with world.store.read() as connection:
        order = (
            connection.execute(text("SELECT delivery_id FROM attempt WHERE ok ORDER BY id")).scalars().all()
        )
    assert order[-2:] == [1, 2]


def test_alerts_that_go_out_together_are_kept_apart_where_they_reached_different_recipients(
    tmp_path: Path,
) -> None:
    with mail_server(trade=["451 later", "250 ok"]) as sink:
        world = post(tmp_path, mail_channel(sink, "legal", "trade"))
        world.enqueue(1, batch="b")
        world.enqueue(2, batch="b")
        world.round()
        world.enqueue(3, batch="b")
        world.round(hours=1)
        world.round(hours=1)
    addresses = [address for address, _ in sink.got]
    assert addresses.count("legal@example.test") == 2  # the first two together, and the third
    assert addresses.count("trade@example.test") == 2
    assert len(world.rows("sent")) == 3


def test_a_long_message_sent_in_part_is_marked_as_a_possible_repeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = long_change()
    change = replace(change, tagging=replace(change.tagging, reason=LocalizedText("長い理由" * 4000, "x")))

    def look(change_id: str, _: int) -> Change:
        return replace(change, id=change_id)

    with http_sink(lambda number: 500 if number == 2 else 200) as sink:
        monkeypatch.setattr(NotifyLine, "notify_url", f"http://127.0.0.1:{sink.port}/push")
        world = post(tmp_path, Channel("line", "line://secret-token=/U123"), change=look)
        world.enqueue(1, "line")
        world.round()
        assert len(sink.bodies) == 2
        world.round(hours=1)
    texts = [push["messages"][0]["text"] for push in sink.bodies]
    assert "再送の可能性" not in texts[0]
    assert "再送の可能性" in texts[2]


def test_a_crash_in_between_marks_only_those_that_may_have_it(tmp_path: Path) -> None:
    with mail_server(trade=["451 later", "250 ok"]) as sink:
        world = post(tmp_path, mail_channel(sink, "legal", "trade"))
        world.enqueue(1)
        world.round()
        world.clock.now += timedelta(hours=1)
        (lost,) = Outbox(world.store).claim(
            world.clock(), channel="mail", limit=1, lease=timedelta(minutes=1)
        )
        assert [one.repeated for one in lost.recipients] == [False, False]
        world.round(hours=1)
    assert [(address, "再送の可能性" in subject) for address, subject in sink.got] == [
        ("legal@example.test", False),
        ("trade@example.test", True),
    ]


def test_a_server_that_ends_the_session_early_accepted_it_for_no_recipient(tmp_path: Path) -> None:
    with mail_server(first=["421 closing down", "250 ok"]) as sink:
        world = post(tmp_path, mail_channel(sink, "first", "second"))
        world.enqueue(1)
        world.round()
        assert sink.got == []
        world.round(hours=1)
    assert sorted(address for address, _ in sink.got) == ["first@example.test", "second@example.test"]


def test_a_recipient_that_left_the_settings_holds_up_nothing(tmp_path: Path) -> None:
    with mail_server(gone=["451 later"]) as sink:
        world = post(tmp_path, mail_channel(sink, "gone", "legal"))
        world.enqueue(1)
        world.round()
        world.settings = settings_of(mail_channel(sink, "legal", "new"))
        world.round(hours=1)
    assert [address for address, _ in sink.got] == ["legal@example.test", "new@example.test"]
    (row,) = world.rows("sent")
    assert {one["recipient"]: one["state"] for one in row["recipients"]}["gone@example.test"] == "removed"


def test_a_rotated_secret_is_read_again_before_a_refusal_counts(tmp_path: Path) -> None:
    with http_sink(lambda _: 401 if sink.paths[-1].startswith("/old") else 200) as sink:
        file = tmp_path / "url"
        old = f"json://127.0.0.1:{sink.port}/old"
        file.write_text(f"json://127.0.0.1:{sink.port}/new\n", "utf-8")
        world = post(tmp_path / "state", Channel("hook", old, url_file=file))
        world.enqueue(1, "hook")
        world.enqueue(2, "hook")
        report = world.round()
    assert (report.sent, report.dead) == (2, 0)
    assert [path.strip("/") for path in sink.paths] == ["old", "new", "new"]


def test_a_refusal_with_the_secret_as_the_file_has_it_counts(tmp_path: Path) -> None:
    with http_sink(lambda _: 401) as sink:
        file = tmp_path / "url"
        url = f"json://127.0.0.1:{sink.port}/old"
        file.write_text(url, "utf-8")
        world = post(tmp_path / "state", Channel("hook", url, url_file=file))
        world.enqueue(1, "hook")
        assert world.round().dead == 1
    assert len(sink.paths) == 1


def test_a_hang_at_one_recipient_keeps_the_state_of_those_before_it() -> None:
    rosters: list[Any] = []

    def hang(_: Channel, parcel: Any) -> DeliveryResult:
        if parcel.roster.wants("a"):
            parcel.roster.note("a", DeliveryResult(True, "200 OK"))
        if parcel.roster.wants("b"):
            raise RuntimeError("as if for ever")
        return DeliveryResult(True, "")

    channel, known = Channel("c", "json://x/"), [Recipient("c", "sent")]
    with pytest.raises(RuntimeError):
        send_copies(channel, lambda _: parcel_of(affiliates_rule()), hang, known=known, rosters=rosters)
    (roster,) = rosters
    assert list(roster.answers) == ["a"]
    assert roster.started == {"a", "b"}


def test_deliveries_for_a_removed_channel_are_reported_and_can_be_redirected(tmp_path: Path) -> None:
    with http_sink() as sink:
        new = Channel("new", f"json://127.0.0.1:{sink.port}/")
        world = post(tmp_path, new)
        world.enqueue(1, "old")
        world.enqueue(2, "old")
        world.enqueue(2, "new")
        world.round()
        found = world.status()
        assert not is_healthy(found)
        assert "redeliver --to" in "".join(channel_lines(found, "en"))
        assert [(row["id"], row["removed"], row["pending"]) for row in found["channels"]] == [
            ("new", False, 0),
            ("old", True, 2),
        ]
        with world.store.write() as connection:
            assert outbox.redirect(connection, world.clock(), to="new", channels=["new"]) == 1
        world.round(seconds=1)
    assert [body["id"] for body in sink.bodies] == ["chg_0000000000000002", "chg_0000000000000001"]
    assert is_healthy(world.status())
    assert {row["held"]["rule"] for row in world.rows("withheld")} == {"redirected"}
