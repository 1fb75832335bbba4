"""The drills: what is queued arrives, once, whatever the targets do."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

import pytest

from tests.unit.notifications_sinks import (
    NOW,
    Clock,
    MemoryOutbox,
    http_sink,
    lookup,
    mail_sink,
    parcel_of,
    refusing_port,
    settings_of,
)
from tests.unit.rendering_samples import affiliates_rule
from tracker.config.models import Channel
from tracker.errors import StoreError
from tracker.model import Change, Op, Operation
from tracker.notifications import attachments
from tracker.notifications.alert_messages import deliver_alerts
from tracker.notifications.channels import email
from tracker.notifications.delivery import LEASE, DeliveryGate
from tracker.notifications.delivery_result import MAX_ATTEMPTS, DeliveryResult
from tracker.notifications.formats import OutboundMessage
from tracker.storage.deliveries import Delivery

pytestmark = pytest.mark.databases

LONG = timedelta(days=2)


def taken(_: Channel, __: OutboundMessage) -> DeliveryResult:
    return DeliveryResult(True, "200 OK")


def test_each_alert_arrives_once_at_each_channel() -> None:
    with http_sink() as hook, mail_sink() as mail:
        settings = settings_of(
            Channel("hook", f"json://127.0.0.1:{hook.port}/"),
            Channel("mail", f"mailto://127.0.0.1:{mail.port}/?from=a@t.example&to=b@firm.example", "en"),
        )
        outbox = MemoryOutbox(("hook", "mail"), changes=3)
        report = deliver_alerts(outbox, lookup, settings, NOW, Clock())
        again = deliver_alerts(outbox, lookup, settings, NOW, Clock())
    assert (report.sent, report.retrying, report.dead, report.ok) == (6, 0, 0, True)
    assert again.sent == 0
    wanted = [f"chg_{number:016x}" for number in range(3)]
    assert [body["id"] for body in hook.bodies] == wanted
    assert [letter["X-Tracker-Change"] for letter in mail.mails] == wanted
    assert mail.mails[0]["Subject"].startswith("[Critical, restriction]")
    assert {row.attempts[0].answer for row in outbox.rows.values()} == {"200 OK", "250 taken for 1"}


def test_a_target_that_answers_500_gets_it_later() -> None:
    with http_sink(lambda number: 500 if number <= 2 else 200) as sink:
        settings = settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/"))
        outbox = MemoryOutbox(("hook",))
        clock, gate = Clock(), DeliveryGate()
        for _ in range(4):
            deliver_alerts(outbox, lookup, settings, clock(), clock, gate=gate)
            clock.now += timedelta(minutes=1)
    (row,) = outbox.rows.values()
    assert row.state == "sent"
    assert [attempt.ok for attempt in row.attempts] == [False, False, True]
    assert len(sink.bodies) == 3
    assert all(not body["alert"]["marks"] for body in sink.bodies)  # a 500 is no repetition


def test_nothing_is_sent_before_a_targets_retry_after() -> None:
    with http_sink(lambda number: (429, {"Retry-After": "600"}, "") if number == 1 else 200) as sink:
        settings = settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/"))
        outbox = MemoryOutbox(("hook",), changes=3)
        clock, gate = Clock(), DeliveryGate()
        deliver_alerts(outbox, lookup, settings, clock(), clock, gate=gate)
        clock.now += timedelta(seconds=599)
        deliver_alerts(outbox, lookup, settings, clock(), clock, gate=gate)
        assert len(sink.bodies) == 1  # the other two were not tried either
        clock.now += timedelta(seconds=62)
        deliver_alerts(outbox, lookup, settings, clock(), clock, gate=gate)
    assert outbox.states() == ["sent", "sent", "sent"]
    assert len(sink.bodies) == 4


def test_a_permanent_refusal_is_dead_and_does_not_stop_the_rest() -> None:
    with http_sink(lambda number: 400 if number == 1 else 200) as sink:
        outbox = MemoryOutbox(("hook",), changes=3)
        settings = settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/"))
        report = deliver_alerts(outbox, lookup, settings, NOW, Clock())
    assert outbox.states() == ["dead", "sent", "sent"]
    assert (report.sent, report.dead, report.ok) == (2, 1, False)
    assert report.outcomes[0].answer == "400 Bad Request"


def test_a_failing_message_does_not_delay_the_next_but_a_failing_channel_pauses() -> None:
    with http_sink(lambda _: 503) as sink:
        outbox = MemoryOutbox(("hook",), changes=9)
        settings = settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/"))
        report = deliver_alerts(outbox, lookup, settings, NOW, Clock())
    assert len(sink.bodies) == 2
    assert report.retrying == 2
    assert outbox.states().count("pending") == 9


def test_after_the_last_try_it_is_dead() -> None:
    outbox = MemoryOutbox(("down",))
    settings = settings_of(Channel("down", f"json://127.0.0.1:{refusing_port()}/"))
    clock = Clock()
    for _ in range(MAX_ATTEMPTS + 3):
        deliver_alerts(outbox, lookup, settings, clock(), clock)
        clock.now += LONG
    (row,) = outbox.rows.values()
    assert row.state == "dead"
    assert len(row.attempts) == MAX_ATTEMPTS
    assert {attempt.answer for attempt in row.attempts} == {"connection refused"}


@pytest.mark.parametrize("reply", ["drop", "hang"])
def test_a_target_that_times_out_after_the_data_gets_one_marked_repeat(reply: str) -> None:
    with http_sink(lambda number: reply if number == 1 else 200) as sink:
        outbox = MemoryOutbox(("hook",))
        settings = settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/?rto=0.3"))
        clock = Clock()
        deliver_alerts(outbox, lookup, settings, clock(), clock)
        clock.now += LONG
        deliver_alerts(outbox, lookup, settings, clock(), clock)
    first, second = sink.bodies
    assert first["alert"]["marks"] == []
    assert second["alert"]["marks"] == ["(再送の可能性 / possibly repeated)"]
    assert first["alert"]["key"] == second["alert"]["key"]
    assert outbox.states() == ["sent"]


def test_a_crash_between_send_and_record_leads_to_one_marked_repeat() -> None:
    with http_sink() as sink:
        outbox = MemoryOutbox(("hook",))
        settings = settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/"))
        clock = Clock()
        # A sender that died: it claimed, it sent, it recorded nothing.
        outbox.claim(clock(), channel="hook", limit=1, lease=LEASE)
        deliver_alerts(outbox, lookup, settings, clock(), clock)
        assert sink.bodies == []  # its lease still runs
        clock.now += LEASE
        deliver_alerts(outbox, lookup, settings, clock(), clock)
        clock.now += LONG
        deliver_alerts(outbox, lookup, settings, clock(), clock)
    (body,) = sink.bodies
    assert body["alert"]["marks"] == ["(再送の可能性 / possibly repeated)"]


def test_a_channel_that_hangs_delays_no_other_nor_newly_queued_work() -> None:
    release = threading.Event()
    arrived: list[str] = []
    outbox = MemoryOutbox(("hangs", "works"), changes=2)
    late = outbox.rows[4]  # the second change for the channel that works
    assert late.delivery.channel == "works"
    late.due = NOW + timedelta(minutes=5)
    clock = Clock()

    def send(channel: Channel, parcel: OutboundMessage) -> DeliveryResult:
        if channel.id == "hangs":
            release.wait(30)
            return DeliveryResult(True, "at last")
        arrived.append(parcel.message.id)
        if len(arrived) == 1:
            clock.now += timedelta(minutes=6)  # the late one becomes due while the other still hangs
        else:
            release.set()
        return DeliveryResult(True, "200 OK")

    settings = settings_of(Channel("hangs", "json://x"), Channel("works", "json://y"))
    report = deliver_alerts(outbox, lookup, settings, NOW, clock, send=send)
    assert arrived == ["chg_0000000000000000", "chg_0000000000000001"]
    assert report.sent == 4


def test_a_send_without_end_is_given_up_and_its_channel_left_alone_until_it_ends() -> None:
    release = threading.Event()
    calls: list[str] = []

    def send(channel: Channel, parcel: OutboundMessage) -> DeliveryResult:
        calls.append(parcel.message.id)
        release.wait(30)
        return DeliveryResult(True, "much too late")

    outbox, clock, gate = MemoryOutbox(("hangs",), changes=2), Clock(), DeliveryGate()
    settings = settings_of(Channel("hangs", "json://x"))
    brief = timedelta(milliseconds=50)
    report = deliver_alerts(outbox, lookup, settings, NOW, clock, send=send, gate=gate, limit=brief)
    assert report.retrying == 1
    attempt = outbox.rows[1].attempts[0]
    assert (attempt.ok, attempt.uncertain) == (False, True)
    clock.now += LONG
    deliver_alerts(outbox, lookup, settings, NOW, clock, send=send, gate=gate, limit=brief)
    assert len(calls) == 1
    release.set()
    gate.stuck["hangs"].join()
    deliver_alerts(outbox, lookup, settings, NOW, clock, send=taken, gate=gate)
    assert outbox.states() == ["sent", "sent"]


def test_an_update_is_marked_as_one() -> None:
    with http_sink() as sink:
        outbox = MemoryOutbox(("hook",), revision=2)
        deliver_alerts(
            outbox, lookup, settings_of(Channel("hook", f"json://127.0.0.1:{sink.port}/")), NOW, Clock()
        )
    assert sink.bodies[0]["alert"]["marks"] == ["更新"]
    assert sink.bodies[0]["alert"]["subject"].startswith("[緊急・規制強化・更新]")


def test_a_change_that_cannot_be_looked_up_is_tried_again() -> None:
    def missing(change_id: str, revision: int) -> Change:
        raise StoreError("the database is locked")

    outbox = MemoryOutbox(("hook",))
    report = deliver_alerts(
        outbox, missing, settings_of(Channel("hook", "json://x")), NOW, Clock(), send=taken
    )
    assert report.retrying == 1
    assert outbox.rows[1].attempts[0].answer == "the database is locked"


def test_an_error_in_one_channels_code_stops_no_other_and_shows_no_address() -> None:
    def send(channel: Channel, parcel: OutboundMessage) -> DeliveryResult:
        if channel.id == "broken":
            raise ValueError(channel.url)
        return DeliveryResult(True, "200 OK")

    outbox = MemoryOutbox(("broken", "works"))
    settings = settings_of(Channel("broken", "json://secret"), Channel("works", "json://y"))
    report = deliver_alerts(outbox, lookup, settings, NOW, Clock(), send=send)
    assert outbox.states() == ["pending", "sent"]
    assert report.outcomes[0].answer == "internal: ValueError"


def test_a_message_that_cannot_be_made_stops_no_other_message() -> None:
    def broken(change_id: str, revision: int) -> Change:
        change = lookup(change_id, revision)
        return change if change_id.endswith("1") else replace(change, tagging=None)  # type: ignore[arg-type]

    outbox = MemoryOutbox(("hook",), changes=2)
    deliver_alerts(outbox, broken, settings_of(Channel("hook", "json://x")), NOW, Clock(), send=taken)
    assert outbox.states() == ["pending", "sent"]
    assert outbox.rows[1].attempts[0].answer == "internal: AttributeError"


def test_an_outbox_that_fails_is_heard_of_after_the_others_have_worked() -> None:
    class Broken(MemoryOutbox):
        def claim(
            self, now: datetime, *, channel: str | None, limit: int, lease: timedelta
        ) -> list[Delivery]:
            if channel == "first":
                raise StoreError("the disk is full")
            return super().claim(now, channel=channel, limit=limit, lease=lease)

    outbox = Broken(("second",))
    settings = settings_of(Channel("first", "json://x"), Channel("second", "json://y"))
    with pytest.raises(StoreError, match="disk is full"):
        deliver_alerts(outbox, lookup, settings, NOW, Clock(), send=taken)
    assert outbox.states() == ["sent"]


def test_a_stop_ends_the_round_without_waiting() -> None:
    stop, release = threading.Event(), threading.Event()

    def send(channel: Channel, parcel: OutboundMessage) -> DeliveryResult:
        stop.set()
        release.wait(30)
        return DeliveryResult(True, "200 OK")

    outbox = MemoryOutbox(("hangs",), changes=2)
    report = deliver_alerts(
        outbox, lookup, settings_of(Channel("hangs", "json://x")), NOW, Clock(), send=send, stop=stop
    )
    assert report.sent == 0
    assert len(outbox.claims) == 1
    release.set()
    for thread in threading.enumerate():
        if thread.name == "deliver-hangs":
            thread.join()


def content(letter: EmailMessage, kind: Literal["plain", "html"]) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def test_the_firms_templates_replace_ours_and_one_that_is_wrong_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "alert.txt.j2").write_text(
        "{{ message.badge }} / {{ story }} / extension 1234\n{{ text }}", "utf-8"
    )
    page = tmp_path / "alert.html.j2"
    with mail_sink() as mail:
        for template in ("<h1>{{ message.what }}<b>{{ '<script>' }}</b></h1>", "{{ message.nothing.there }}"):
            page.write_text(template, "utf-8")
            channel = Channel("mail", f"mailto://127.0.0.1:{mail.port}/?from=a@t.example&to=b@firm.example")
            settings = replace(settings_of(channel), templates=tmp_path)
            deliver_alerts(MemoryOutbox(("mail",)), lookup, settings, NOW, Clock())
    first, second = mail.mails
    assert content(first, "html").startswith("<h1>")
    assert "緊急・規制強化 / 2025-19001 / extension 1234\n50%ルール" in content(first, "plain")
    assert "<b>&lt;script&gt;</b>" in content(first, "html")
    assert "<!DOCTYPE html>" in content(second, "html")


def test_a_redline_that_is_too_large_or_cannot_be_made_is_a_link() -> None:
    parcel, change = parcel_of(affiliates_rule()), affiliates_rule()
    one = Operation("15 CFR 744.11(a)", Op.CHANGED, before="a", after="b")

    def broken(*_: object) -> bytes:
        raise ValueError("no such style")

    link = "http://127.0.0.1:8000/changes/chg_0123456789abcdef/redline.docx"
    for operations, render in (
        ([one], lambda *_: b"x" * (attachments.MAX_BYTES + 1)),
        ([one] * (attachments.MAX_OPERATIONS + 1), lambda *_: b"small"),
        ([one], broken),
    ):
        made = attachments.attach(parcel, change, operations, "http://127.0.0.1:8000", render)
        assert (made.files, made.message.links[-1].value) == ((), link)
        assert f'href="{link}"' in email.html_page(made.message)
    assert attachments.attach(parcel, change, [], "http://127.0.0.1:8000", broken) is parcel


def test_one_mail_carries_the_files_of_several_alerts_up_to_its_bound() -> None:
    parcel = parcel_of(affiliates_rule())
    half = b"x" * (attachments.MAX_BYTES // 2)
    parcels = [replace(parcel, files=((f"{number}.docx", attachments.WORD, half),)) for number in range(3)]
    assert [name for name, _, _ in attachments.combine_attachments(parcels)] == ["0.docx", "1.docx"]


@pytest.mark.parametrize("name", ["chg_0123", "../../etc/passwd", "a\r\nBcc: x", "ntc/1\u202e"])
def test_a_files_name_is_safe(name: str) -> None:
    assert re.fullmatch(r"redline-[\w-]+\.docx", attachments.file_name(name), re.ASCII)
