"""Digests are due once a week, for each reader; each is sent once, whatever crashes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.digest_samples import MONDAY, PERIOD, VIEWER, full_week
from tests.unit.notifications_sinks import http_sink, mail_sink
from tracker.config.models import Channel, Digest, Settings, Source
from tracker.digest.delivery_forms import digest_message
from tracker.digest.schedule import LEASE, DigestMessages, DigestRecipient, due, readers, send_due, send_week
from tracker.notifications import targets as places
from tracker.notifications.delivery import deliver
from tracker.notifications.delivery_result import MAX_ATTEMPTS, DeliveryResult, combine_results
from tracker.notifications.formats import OutboundMessage
from tracker.rendering.status_report import is_healthy as well_kept
from tracker.rendering.status_report import status_report
from tracker.rendering.status_text import table
from tracker.storage import changes as stored
from tracker.storage import notices, outbox, source_state
from tracker.storage.database import Store
from tracker.storage.outbox import LOST_TWICE, DeliveryStatus, Outbox
from tracker.storage.read_queries import open_reader
from tracker.storage.schema import NOTICE

pytestmark = pytest.mark.databases

WATCHED = PERIOD.start - timedelta(days=30)
NEWS = Digest(to=("mail", "chat"))


def settings(digest: Digest | None = NEWS, *channels: Channel) -> Settings:
    return Settings(
        path=Path("sources.toml"),
        sources=(Source(id="fr-bis", kind="federal-register"),),
        channels=channels or (Channel("mail", "mailto://x"), Channel("chat", "slack://x", language="en")),
        viewer_url=VIEWER,
        digest=digest,
    )


@dataclass
class Post:
    """A channel in memory: keeps what it was given, and answers as sent."""

    reply: Callable[[int], DeliveryResult | BaseException] = lambda _: DeliveryResult(True, "250 taken")
    accepted: list[tuple[str, OutboundMessage]] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, channel: Channel, given: OutboundMessage) -> DeliveryResult:
        with self.guard:
            self.accepted.append((channel.id, given))
            answer = self.reply(len(self.accepted))
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    source_state.ensure(opened, ["fr-bis"])
    with opened.write() as connection:
        source_state.set_baseline(connection, "fr-bis", WATCHED)
        for item in full_week().items:
            stored.save(connection, stored.ChangeEntry(item.change, item.change.id, 1))
    yield opened
    opened.close()


# --- when ---------------------------------------------------------------------------------------


def test_on_monday_at_eight_the_week_that_is_over_is_due() -> None:
    before = due(settings(), MONDAY - timedelta(seconds=1), WATCHED)
    assert {queued.week for queued in before} == {"2026-W19"}
    assert {queued.week for queued in due(settings(), MONDAY, WATCHED)} == {"2026-W20"}
    assert {queued.week for queued in due(settings(), MONDAY + timedelta(days=6, hours=23), WATCHED)} == {
        "2026-W20"
    }


def test_each_channel_gets_its_own_language_and_each_profile_its_own_digest() -> None:
    digest = replace(NEWS, languages=("ja", "en"), profiles=("valves", "chips"))
    assert [(queued.channel, queued.language, queued.profile) for queued in readers(settings(), digest, PERIOD)] == [
        ("mail", "ja", "valves"), ("mail", "en", "valves"), ("mail", "ja", "chips"), ("mail", "en", "chips"),
        ("chat", "en", "valves"), ("chat", "en", "chips"),
    ]  # fmt: skip
    assert [(queued.channel, queued.language) for queued in readers(settings(), NEWS, PERIOD)] == [
        ("mail", "ja"),
        ("chat", "en"),
    ]


@pytest.mark.parametrize("watched", [None, PERIOD.end, PERIOD.end + timedelta(hours=1)])
def test_no_digest_is_due_for_an_unwatched_week(watched: datetime | None) -> None:
    assert due(settings(), MONDAY, watched) == []


def test_without_settings_nothing_is_due() -> None:
    assert due(settings(None), MONDAY, WATCHED) == []


# --- once ---------------------------------------------------------------------------------------


def run(
    store: Store, post: Post, now: datetime = MONDAY, given: Settings | None = None
) -> list[tuple[str, str]]:
    reports = send_due(given or settings(), store, lambda: now, send=post)
    return [(report.delivery.channel, report.state) for report in reports]


def statuses_of(store: Store, recipients: Iterable[DigestRecipient]) -> list[DeliveryStatus]:
    with store.read() as connection:
        return list(outbox.statuses(connection, [recipient.key for recipient in recipients]).values())


def send_and_die(store: Store, post: Post, given: Settings, now: datetime = MONDAY) -> None:
    """Sends what is due as a process does that is killed before the answer is recorded."""

    class Dying(Outbox):
        def record(self, *_: object, **__: object) -> None:
            """The process died: nothing is recorded."""

    with store.write() as connection:
        for recipient in due(given, now, WATCHED):
            outbox.enqueue(
                connection, kind="digest", subject_id=recipient.week, channel=recipient.channel,
                language=recipient.language, profile=recipient.profile, reason={}, now=now,
            )  # fmt: skip

    def clock() -> datetime:
        return now

    deliver(
        Dying(store, kind="digest"),
        DigestMessages(given, store, clock),
        given,
        clock,
        send=post,
        lease=LEASE,
    )


def test_a_digest_is_sent_once_however_often_the_daemon_looks(store: Store) -> None:
    post = Post()
    assert run(store, post) == [("mail", "sent"), ("chat", "sent")]
    for minutes in (1, 60, 6 * 24 * 60):
        assert run(store, post, MONDAY + timedelta(minutes=minutes)) == []
    assert len(post.accepted) == 2
    run(store, post, MONDAY + timedelta(days=7))
    assert [given.record["digest"] for _, given in post.accepted] == ["2026-W20"] * 2 + ["2026-W21"] * 2


def test_a_clock_that_is_set_back_sends_nothing_again(store: Store) -> None:
    post = Post()
    run(store, post)
    run(store, post, MONDAY - timedelta(hours=2))  # now the week before is due, and it is sent
    run(store, post, MONDAY)
    assert [given.record["digest"] for _, given in post.accepted] == ["2026-W20"] * 2 + ["2026-W19"] * 2


def test_two_processes_send_it_once(store: Store) -> None:
    post = Post()
    other = Store(store.state)
    try:
        both = [threading.Thread(target=run, args=(opened, post)) for opened in (store, other)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    finally:
        other.close()
    assert sorted(name for name, _ in post.accepted) == ["chat", "mail"]


def test_a_crash_while_sending_leads_to_one_marked_repeat(store: Store) -> None:
    one = replace(NEWS, to=("mail",))
    lost = Post()
    send_and_die(store, lost, settings(one))
    post = Post()
    assert (
        run(store, post, MONDAY + LEASE - timedelta(seconds=1), settings(one)) == []
    )  # it may be on its way
    assert run(store, post, MONDAY + LEASE, settings(one)) == [("mail", "sent")]
    assert run(store, post, MONDAY + timedelta(hours=1), settings(one)) == []
    (_, first), (_, second) = lost.accepted[0], post.accepted[0]
    assert "(再送の可能性あり)" not in first.message.subject
    assert "(再送の可能性あり)" in second.message.subject
    assert first.key == second.key


def test_a_second_crash_ends_it_until_a_person_asks(store: Store) -> None:
    one = replace(NEWS, to=("mail",))
    for again in range(2):
        send_and_die(store, Post(), settings(one), MONDAY + again * LEASE)
    post = Post()
    assert run(store, post, MONDAY + timedelta(days=1), settings(one)) == []
    with open_reader(store.state) as opened:
        assert [(row["attempts"], row["answer"]) for row in opened.dead_digests()] == [(2, LOST_TWICE)]
    _, statuses = send_week(settings(one), one, PERIOD, store, lambda: MONDAY + timedelta(days=1), send=post)
    assert [status.state for status in statuses.values()] == ["sent"]
    assert len(post.accepted) == 1


def test_a_message_that_may_have_arrived_is_repeated_once_at_most(store: Store) -> None:
    one = settings(replace(NEWS, to=("mail",)))
    post = Post(reply=lambda _: DeliveryResult(False, "no answer", uncertain=True))
    assert run(store, post, MONDAY, one) == [("mail", "pending")]
    assert run(store, post, MONDAY + timedelta(minutes=1), one) == [("mail", "dead")]
    assert run(store, post, MONDAY + timedelta(days=1), one) == []
    assert ["(再送の可能性あり)" in given.message.subject for _, given in post.accepted] == [False, True]


def test_a_broken_channel_is_tried_again_and_does_not_touch_the_other(store: Store) -> None:
    def reply(number: int) -> DeliveryResult:
        return DeliveryResult(False, "451 later")

    broken, well = Post(reply), Post()

    def send(channel: Channel, given: OutboundMessage) -> DeliveryResult:
        return (broken if channel.id == "mail" else well)(channel, given)

    now = MONDAY
    for _ in range(MAX_ATTEMPTS + 5):
        send_due(settings(), store, lambda now=now: now, send=send)  # type: ignore[misc]
        now += timedelta(hours=8)
    assert len(well.accepted) == len({given.key for _, given in well.accepted})
    assert (
        len([given for _, given in broken.accepted if given.record["digest"] == "2026-W20"]) == MAX_ATTEMPTS
    )
    (status,) = statuses_of(store, [DigestRecipient("2026-W20", "mail", "ja")])
    assert (status.state, status.attempts, status.answer) == ("dead", MAX_ATTEMPTS, "451 later")
    # It shows, in both languages, and is sent on the other channel.
    with open_reader(store.state) as opened:
        found = status_report(settings(), opened, now)
    assert [(row["week"], row["channel"], row["answer"]) for row in found["digests"]["given_up"]][-1] == (
        "2026-W20", "mail", "451 later",
    )  # fmt: skip
    assert [row["subject"] for row in found["incidents"]] == ["channel:mail"]
    assert not well_kept(found)
    assert "送信を断念した週報" in table(found, "ja", "Asia/Tokyo")
    assert "通知先 mail の障害" in table(found, "ja", "Asia/Tokyo")
    assert "Weekly digests given up" in table(found, "en", "Asia/Tokyo")
    with store.read() as connection:
        (notice,) = (
            notices.get(connection, name) for name in connection.execute(select(NOTICE.c.id)).scalars()
        )
    assert notice is not None
    assert (notice.kind, notice.data["reason"]) == ("channel-down", "451 later")


def test_a_digest_waits_for_a_channel_that_is_removed_until_it_is_redirected(store: Store) -> None:
    assert run(store, Post(reply=lambda _: DeliveryResult(False, "503"))) == [
        ("mail", "pending"),
        ("chat", "pending"),
    ]
    fewer = settings(replace(NEWS, to=("chat",)), Channel("chat", "slack://x", language="en"))
    later = MONDAY + timedelta(minutes=5)
    assert run(store, Post(), later, fewer) == [("chat", "sent")]
    with open_reader(store.state) as opened:
        found = status_report(fewer, opened, later)
        assert not well_kept(found)
    assert [(row["id"], row["removed"], row["pending"]) for row in found["channels"]] == [
        ("chat", False, 0),
        ("mail", True, 1),
    ]
    with store.write() as connection:
        assert outbox.redirect(connection, later, to="chat", channels=["chat"]) == 1
    post = Post()
    assert run(store, post, later, fewer) == [("chat", "sent")]
    (chat, message) = post.accepted[0]
    assert (chat, message.key, message.message.language) == ("chat", "digest/2026-W20/chat/ja/", "ja")


def test_a_mistake_of_ours_over_one_digest_is_no_matter_for_the_other(store: Store) -> None:
    post = Post(
        reply=lambda number: RuntimeError("token=secret") if number == 1 else DeliveryResult(True, "ok")
    )
    assert sorted(state for _, state in run(store, post)) == ["pending", "sent"]
    answers = [status.answer for status in statuses_of(store, readers(settings(), NEWS, PERIOD))]
    assert "internal: RuntimeError" in answers
    assert not any("secret" in answer for answer in answers)


def test_any_past_week_can_be_sent_by_hand_and_is_sent_once(store: Store) -> None:
    post = Post()
    later = MONDAY + timedelta(days=50)
    for tried in (2, 0):
        outcomes, statuses = send_week(settings(), NEWS, PERIOD, store, lambda: later, send=post)
        assert len(outcomes) == tried
        assert [status.state for status in statuses.values()] == ["sent", "sent"]
    assert len(post.accepted) == 2


# --- what is sent -------------------------------------------------------------------------------


def test_a_mail_has_both_halves_and_a_list_of_its_own() -> None:
    with mail_sink() as sink:
        url = (
            f"mailto://127.0.0.1:{sink.port}?from=tracker@example.co.jp&to=legal@example.co.jp&mode=insecure"
        )
        made = digest_message(full_week(), "ja", "digest/2026-W20/mail/ja/")
        assert places.send(Channel("mail", url), made).ok
        (letter,) = sink.mails
    assert letter["Subject"] == "週報 2026年第20週: 変更4件(緊急・高 2件)"
    assert letter["List-Id"] == "tracker digest <digest.tracker.example.co.jp>"
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "## 対応が必要なもの(期限順)" in plain.get_content()
    assert "<table" in html.get_content()


def test_a_mail_of_markdown_is_text_alone_and_one_with_a_pdf_carries_it() -> None:
    text = digest_message(full_week(), "en", "k", form="md").letter
    assert text is not None
    assert text.html == ""
    pytest.importorskip("weasyprint")
    letter = digest_message(full_week(), "en", "k", form="pdf").letter
    assert letter is not None
    ((name, kind, data),) = letter.files
    assert (name, kind, data[:5]) == ("tracker-2026-W20-en.pdf", "application/pdf", b"%PDF-")


def test_a_program_gets_the_week_as_json() -> None:
    with http_sink() as sink:
        made = digest_message(full_week(), "en", "digest/2026-W20/hook/en/")
        assert places.send(Channel("hook", f"json://127.0.0.1:{sink.port}/x"), made).ok
        (body,) = sink.bodies
    assert body["digest"] == "2026-W20"
    assert body["from"] == "2026-05-10T15:00:00Z"
    assert body["levels"] == {"critical": 1, "high": 1, "medium": 1, "low": 1}
    assert body["changes"][0] == "chg_0000000000000003"
    assert body["actions"][1] == {
        "change": "chg_0000000000000001", "level": "high", "in_force": False, "type": "effective",
        "date": "2026-05-25", "assignee": None,
    }  # fmt: skip
    assert body["alert"]["key"] == "digest/2026-W20/hook/en/"


def test_a_file_gets_the_whole_digest(tmp_path: Path) -> None:
    path = tmp_path / "alerts.txt"
    assert places.send(Channel("file", f"tofile://{path}"), digest_message(full_week(), "en", "k")).ok
    text = path.read_text("utf-8")
    assert "# Weekly digest 2026, week 20" in text
    assert "Sample Seimitsu K.K." in text


def test_a_chat_gets_the_three_sentences_and_what_to_do() -> None:
    message = digest_message(full_week(), "en", "k").message
    assert message.what.startswith("4 changes in the field this week")
    assert [point.label for point in message.points] == ["In force", "May 25, 2026 Effective (8 days left)"]
    assert [link.value for link in message.links] == [f"{VIEWER}/digest/2026-W20"]


def test_a_digest_that_one_recipient_puts_off_reaches_each_of_them_once(store: Store) -> None:
    asked: list[str] = []

    def send(_: Channel, made: OutboundMessage) -> DeliveryResult:
        answers = []
        for name in ("a@x.example", "b@x.example"):
            if made.roster.wants(name):
                asked.append(name)
                answers.append(
                    DeliveryResult(len(asked) != 2, "451 later" if len(asked) == 2 else "250 taken")
                )
                made.roster.note(name, answers[-1])
        return combine_results(answers)

    one = settings(Digest(to=("mail",)), Channel("mail", "mailto://x"))
    (first,) = send_due(one, store, lambda: MONDAY, send=send)
    assert (first.state, first.answer) == ("pending", "1 of 2 taken; 451 later (b@x.example)")
    (second,) = send_due(one, store, lambda: MONDAY + timedelta(hours=1), send=send)
    assert second.state == "sent"
    assert asked == ["a@x.example", "b@x.example", "b@x.example"]
