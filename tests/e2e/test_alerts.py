"""Alerts end to end: outages as incidents, upcoming dates, quiet hours, escalation, recipients."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from tests.e2e.test_ingest_poll import BIS, new_rule
from tests.e2e.world import World
from tests.unit.notifications_sinks import http_sink, mail_sink
from tracker.cli import alerts, queries
from tracker.cli.app import app
from tracker.demo.model import FrDocument
from tracker.rendering.delivery_hold import hold_line
from tracker.scheduler import reminders
from tracker.storage.read_queries import open_reader

FR = r"/api/v1/documents\.json"


def channels(folder: Path, *names: str, more: str = "") -> str:
    """File channels; `more` follows the last one's keys."""
    text = "".join(f'[[channel]]\nid = "{name}"\nurl = "tofile://{folder}/{name}.txt"\n' for name in names)
    return f'{text}{more}\n[[route]]\nwhen = {{ level = "low" }}\nto = ["{names[0]}"]\n'


def alerted(folder: Path, name: str) -> list[str]:
    path = folder / f"{name}.txt"
    return path.read_text("utf-8").split("-" * 72 + "\n")[1:] if path.exists() else []


def run(world: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    assert alerts.__name__
    assert queries.__name__
    monkeypatch.setenv("TRACKER_NOW", world.now.isoformat())
    config = str(world.config)
    result = CliRunner().invoke(app, [words[0], "--config", config, "--state", str(world.state), *words[1:]])
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


# --- outages ------------------------------------------------------------------------------------


@pytest.mark.databases
def test_an_outage_of_eight_rounds_is_two_messages(world: World) -> None:
    world.use("fr-bis").one()
    world.standin.misbehave(FR, "503")
    counts = []
    for _ in range(8):
        world.later(minutes=30)
        assert not world.one().ok
        counts.append(world.alerted)
    assert counts == [0, 1, 1, 1, 1, 1, 1, 1]
    world.standin.behave()
    for _ in range(3):
        world.later(minutes=30)
        assert world.one().ok
    down, back = world.alerts
    assert "情報源 連邦官報: BIS (fr-bis) を2回続けて取得できていません" in down
    assert "503" in down
    assert "情報源 連邦官報: BIS (fr-bis) が復旧しました" in back


def test_one_failed_poll_is_no_incident_and_a_second_outage_is_a_second_one(world: World) -> None:
    world.use("fr-bis").one()
    for failures in (1, 2, 2):
        world.standin.misbehave(FR, "503")
        for _ in range(failures):
            world.later(minutes=30)
            world.one()
        world.standin.behave()
        world.later(minutes=30)
        world.one()
    assert world.alerted == 4


def test_one_host_that_is_down_is_one_message_and_one_line_that_names_its_sources(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis", "fr-all").poll()
    world.standin.misbehave(FR, "503")
    for _ in range(3):
        world.later(minutes=30)
        world.poll()
    (alert,) = world.alerts
    host = world.standin.url.partition("//")[2]
    assert f"ホスト {host} から2回続けて正常な応答がありません" in alert
    assert "影響する情報源: 連邦官報 (fr-all)、連邦官報: BIS (fr-bis)" in alert
    assert "エラーを返しました(HTTP 503)" in alert
    code, shown_text = run(world, monkeypatch, "status", "--json")
    (incident,) = json.loads(shown_text[: shown_text.rindex("}") + 1])["incidents"]
    assert code == 1
    assert (incident["subject"], incident["sources"]) == (f"host:{host}", ["fr-bis", "fr-all"])
    assert (incident["cause"]["code"], incident["cause"]["status"]) == ("server-error", 503)
    code, shown = run(world, monkeypatch, "status", "--lang", "ja")
    assert "エラーを返しました(HTTP 503)" in shown
    world.standin.behave()
    world.later(minutes=30)
    world.poll()
    assert len(world.alerts) == 2
    assert f"ホスト {host} が復旧しました" in world.alerts[1]
    assert run(world, monkeypatch, "status")[0] == 0


def test_outages_are_sent_to_operators_only(world: World) -> None:
    world.use("fr-bis", extra=channels(world.folder, "trade", "ops"))
    world.head = 'outage_channels = ["ops"]\n'
    world.one()
    world.standin.misbehave(FR, "503")
    for _ in range(2):
        world.later(minutes=30)
        world.one()
    assert (len(alerted(world.folder, "trade")), len(alerted(world.folder, "ops"))) == (0, 1)
    world.head = "outage_channels = []\n"
    world.standin.behave()
    world.later(minutes=30)
    world.one()
    assert len(alerted(world.folder, "ops")) == 1


def test_a_channel_that_gives_up_is_sent_on_another_once_and_what_died_can_be_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_sink(lambda number: 400 if number <= 2 else 200) as sink:
        config = f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{sink.port}/"\n' + channels(
            world.folder, "file"
        ).replace('to = ["file"]', 'to = ["hook"]')
        world.use("fr-bis", extra=config).one()
        for number in ("2026-11777", "2026-11778"):
            world.later(hours=1)
            world.standin.add_document(new_rule(number))
            world.one()
        (down,) = alerted(world.folder, "file")
        assert "通知先 hook への送信を断念しました" in down
        assert "400 Bad Request" in down
        code, listed = run(world, monkeypatch, "deliveries", "--dead")
        assert code == 1
        assert listed.count("dead") == 2
        assert run(world, monkeypatch, "redeliver", "--dead") == (0, "2 queued again\n")
        world.later(hours=1)
        world.one()
        assert len(sink.bodies) == 4
        assert run(world, monkeypatch, "deliveries", "--dead") == (0, "nothing was given up\n")
    assert ["通知先 hook が再び受け付けました" in alert for alert in alerted(world.folder, "file")] == [
        False,
        True,
    ]


def test_alerts_of_a_channel_that_was_renamed_are_reported_and_can_be_sent_to_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_sink(lambda _: 503) as sink:
        hook = f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{sink.port}/"\n'
        route = '\n[[route]]\nwhen = {{ level = "low" }}\nto = ["{}"]\n'
        world.use("fr-bis", extra=hook + route.format("hook")).one()
        world.later(hours=1)
        world.standin.add_document(new_rule("2026-11777"))
        world.one()
        assert len(sink.bodies) == 1
    file = f'[[channel]]\nid = "file"\nurl = "tofile://{world.folder}/file.txt"\n'
    world.use("fr-bis", extra=file + route.format("file"))
    world.later(hours=1)
    world.one()
    code, shown_text = run(world, monkeypatch, "status")
    assert code == 1
    assert "tracker redeliver --to" in " ".join(shown_text.split())
    assert run(world, monkeypatch, "redeliver", "--to", "nowhere")[0] != 0
    assert run(world, monkeypatch, "redeliver", "--to", "file") == (0, "1 will be sent to file\n")
    world.later(hours=1)
    world.one()
    assert len(alerted(world.folder, "file")) == 1
    assert run(world, monkeypatch, "status")[0] == 0
    code, listed = run(world, monkeypatch, "deliveries")
    assert code == 0
    assert "sent to another channel instead (channel file)" in listed


@pytest.mark.parametrize(
    ("gaps", "since", "quiet"),
    [
        ([1] * 20, 7, False),
        ([1] * 20, 8, True),
        ([7, 1] * 8, 21, False),
        ([7, 1] * 8, 22, True),
        ([1] * 3, 99, False),
    ],
)
def test_a_source_is_too_quiet_by_its_own_habits(gaps: list[int], since: int, quiet: bool) -> None:
    days = [date(2026, 6, 30)]
    for gap in gaps:
        days.append(days[-1] - timedelta(days=gap))
    assert reminders.too_quiet(days, days[0] + timedelta(days=since)) is quiet


# --- dates ahead --------------------------------------------------------------------------------


def proposal(closes: str) -> FrDocument:
    return FrDocument(
        "2026-11790", date(2026, 6, 10), "Proposed controls on semiconductor vacuum equipment", "PRORULE", BIS,
        "BIS proposes license requirements for vacuum valves of semiconductor manufacturing equipment.",
        {"action": "Proposed rule.", "dates": "Comments must be received by the date above.", "comments_close_on": closes},
    )  # fmt: skip


def announced(world: World) -> list[str]:
    return [alert for alert in world.alerts if "期限の予告" in alert and "2026-11790" in alert]


def test_a_deadline_is_announced_14_7_and_1_days_before_and_on_the_day_and_never_twice(world: World) -> None:
    world.use("fr-bis").one()
    world.later(hours=1)
    world.standin.add_document(proposal("2026-07-10"))
    world.one()
    days = []
    for _ in range(35):
        world.later(days=1)
        before = len(announced(world))
        world.one()
        world.one()
        days += [world.now.date()] * (len(announced(world)) - before)
    assert days == [date(2026, 7, 10) - timedelta(days=left) for left in (14, 7, 1, 0)]
    assert "あと14日" in announced(world)[0]


def extension() -> FrDocument:
    return FrDocument(
        "2026-11960", date(2026, 6, 24), "Proposed controls on semiconductor vacuum equipment; extension of comment period",
        "PRORULE", BIS, "BIS extends the comment period of the proposed rule (FR Doc. 2026-11790).",
        {
            "action": "Proposed rule; extension of comment period.",
            "dates": "The comment period for the proposed rule (FR Doc. 2026-11790) is extended to July 31, 2026.",
            "comments_close_on": "2026-07-31",
        },
    )  # fmt: skip


def test_a_date_that_moved_is_announced_for_its_new_day_only(world: World) -> None:
    world.use("fr-bis").one()
    world.later(hours=1)
    world.standin.add_document(proposal("2026-07-10"))
    world.one()
    (change,) = world.changes(query="2026-11790")
    for _ in range(50):
        world.later(days=1)
        if world.now.date() == date(2026, 6, 24):
            world.standin.add_document(extension())
        world.one()
    mine = [alert for alert in announced(world) if change["id"] in alert]
    assert [alert.count("2026年7月10日") for alert in mine] == [0, 0, 0]
    assert all("2026年7月31日" in alert for alert in mine)


def test_a_pending_reminder_is_withdrawn_when_its_date_moves(world: World) -> None:
    world.use("fr-bis", extra=channels(world.folder, "slack", more='batch_at = "08:00"')).one()
    world.later(hours=1)
    world.standin.add_document(proposal("2026-07-08"))
    while world.now.date() < date(2026, 6, 24):
        world.later(days=1)
        world.one()
    before = alerted(world.folder, "slack")
    world.standin.add_document(extension())
    world.later(hours=1)
    world.one()
    world.later(days=1)
    world.one()
    new = alerted(world.folder, "slack")[len(before) :]
    assert new
    assert not any("期限の予告" in alert for alert in new)


def test_a_near_date_is_not_announced_in_addition_to_its_alert(world: World) -> None:
    world.use("fr-bis").one()
    world.later(hours=1)
    world.standin.add_document(proposal("2026-06-15"))
    counts = []
    for _ in range(5):
        world.one()
        counts.append(len(announced(world)))
        world.later(days=1)
    assert counts == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("kind", "left", "due"),
    [
        ("comments-close", 15, None), ("comments-close", 14, 14), ("effective", 8, 14), ("compliance", 7, 7),
        ("expires", 1, 1), ("expires", 0, 0), ("stay-ends", 1, 1), ("stay-ends", 0, 0), ("stay-ends", -1, None),
        ("hearing", 7, None), ("published", 1, None),
    ],
)  # fmt: skip
def test_steps_before_a_date(kind: str, left: int, due: int | None) -> None:
    today = date(2026, 6, 1)
    assert reminders.reminder_step(kind, today + timedelta(days=left), date(2026, 1, 1), today) == due


# --- quiet nights -------------------------------------------------------------------------------


@pytest.mark.databases
def test_forty_changes_in_a_night_are_one_message_in_the_morning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.now = world.standin.now = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)  # 20:00 in Tokyo
    world.use("fr-bis", extra=channels(world.folder, "slack", more='quiet_hours = "20:00-08:00"')).one()
    ids: list[str] = []
    for number in range(8):
        world.later(hours=1)
        for extra in range(5):
            world.standin.add_document(
                FrDocument(f"2026-12{number}{extra:02}", date(2026, 6, 10), f"Information collection {number}-{extra}", "NOTICE",
                           BIS, "Request for comments on license exception reports for semiconductor equipment.", {})
            )  # fmt: skip
        ids += world.one().changes
    assert len(ids) == 40
    levels = {change["level"] for change in world.changes() if change["id"] in ids}
    assert "critical" not in levels
    assert alerted(world.folder, "slack") == []
    listed = run(world, monkeypatch, "deliveries")[1]
    assert listed.count("sent at 2026-06-11 08:00, after the quiet hours of the channel") == 40
    while world.now < datetime(2026, 6, 10, 23, 30, tzinfo=UTC):  # 08:30 in Tokyo
        world.later(minutes=30)
        world.one()
    (alert,) = alerted(world.folder, "slack")
    assert all(alert.count(name) >= 1 for name in ids)
    assert "40件のお知らせ" in alert


def test_a_critical_alert_is_sent_at_night_with_its_story(world: World) -> None:
    world.now = world.standin.now = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
    world.use("fr-bis", extra=channels(world.folder, "slack", more='batch_at = "08:00"')).one()
    world.later(hours=1)
    world.standin.add_document(new_rule())
    world.one()
    (change,) = world.changes(query="additions")
    assert (change["level"] == "critical") == (len(alerted(world.folder, "slack")) == 1)


# --- who gets what ------------------------------------------------------------------------------


def test_route_lists_who_would_get_a_change_and_who_not_and_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = channels(world.folder, "trade", "legal", "idle") + (
        '[[route]]\nwhen = { level = "low", topic = "biosecurity" }\nto = ["legal"]\n'
    )
    world.use("fr-bis", extra=extra).one()
    world.later(hours=1)
    world.standin.add_document(new_rule())
    world.one()
    code, shown_text = run(world, monkeypatch, "route", "2026-11777")
    assert code == 0
    assert "trade: at once (route 1: level " in shown_text
    assert "already trade (revision 1): sent" in shown_text
    assert "not legal by route 2: topic " in shown_text
    assert "not idle: no route to it" in shown_text
    code, shown_text = run(world, monkeypatch, "route", "2026-11001")
    assert "no channel: it was in the source at the first poll" in shown_text


def test_a_mute_and_a_snooze_end_on_their_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.use("fr-bis").one()
    code, shown_text = run(world, monkeypatch, "snooze", "source=fr-bis", "--until", "2026-06-12")
    assert (code, "snoozed until 2026-06-12 00:00" in shown_text) == (0, True)
    world.later(hours=1)
    for number in ("2026-11790", "2026-11791"):
        world.standin.add_document(
            FrDocument(number, date(2026, 6, 10), "Information collection: license exceptions", "NOTICE", BIS,
                       "Request for comments on license exception reports for semiconductor equipment.", {})
        )  # fmt: skip
    assert len(world.one().changes) == 2
    assert world.alerted == 0
    world.now = world.standin.now = datetime(2026, 6, 11, 15, 0, tzinfo=UTC)
    world.one()
    alert = next(alert for alert in world.alerts if "2026-11790" in alert)
    assert "件のお知らせ" in alert
    assert "2026-11791" in alert
    before = world.alerted
    code, shown_text = run(world, monkeypatch, "mute", "source=fr-bis", "--until", "2026-06-20")
    assert code == 0
    world.later(hours=1)
    world.standin.add_document(
        FrDocument("2026-11795", date(2026, 6, 11), "Information collection: reports", "NOTICE", BIS,
                   "Request for comments on license exception reports for semiconductor equipment.", {})
    )  # fmt: skip
    (withheld,) = world.one().changes
    assert world.alerted == before
    why = "muted until 2026-06-20 00:00 (source fr-bis; mute 2)"
    shown_text = run(world, monkeypatch, "route", "2026-11795")[1]
    assert f"already file (revision 1): withheld, {why}" in shown_text
    assert f"file: not sent (route 1: level Low (at least Low); {why})" in shown_text
    assert why in run(world, monkeypatch, "deliveries")[1]
    with open_reader(world.state) as opened:
        (row,) = opened.deliveries(withheld)
        assert hold_line(row, "ja", "Asia/Tokyo") == (
            "通知停止のため送信しません(情報源 fr-bis、2026-06-20 00:00まで、停止番号2)"
        )
        assert opened.channels()["file"]["withheld"] == 1
    assert run(world, monkeypatch, "mute", "--end", "2") == (0, "2 has ended\n")
    assert run(world, monkeypatch, "mute")[1] == "nothing is muted or snoozed\n"


@pytest.mark.databases
def test_an_unacknowledged_alert_is_escalated_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = channels(world.folder, "trade", "boss").rstrip() + (
        '\nacknowledge_within = "4h"\nescalate_to = ["boss"]\n'
    )
    world.use("fr-bis", extra=extra).one()
    for number in ("2026-11777", "2026-11778"):
        world.standin.add_document(new_rule(number, title=f"Additions {number}"))
    world.later(hours=1)
    first, second = world.one().changes
    assert "by whom?" in run(world, monkeypatch, "acknowledge", first)[1]
    assert run(world, monkeypatch, "acknowledge", first, "--who", "Legal", "--note", "seen") == (
        0, f"{first}: acknowledged\n",
    )  # fmt: skip
    for _ in range(6):
        world.later(hours=1)
        world.one()
    (alert,) = alerted(world.folder, "boss")
    assert "まだ誰も確認していません" in alert
    assert second in alert


def test_a_mail_carries_the_word_redline_on_request_again_when_it_is_redelivered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_sink(reply="550 not now") as sink:
        url = f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&to=b@firm.example"
        world.use("ear", extra=(
            f'[[channel]]\nid = "legal"\nurl = "{url}"\nredline = true\n[[channel]]\nid = "plain"\nurl = "{url}"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["legal", "plain"]\n'
        )).one()  # fmt: skip
        world.later(days=3)
        world.standin.edit_part(
            15, "744", "for use in a fabrication facility", "for use in an advanced facility"
        )
        (name,) = world.one().changes
        sink.reply = "250 OK"
        run(world, monkeypatch, "redeliver", "--dead")
        world.later(hours=1)
        world.one()
    mails = [mail for mail in sink.mails if mail["X-Tracker-Change"] == name]
    files = [list(mail.iter_attachments()) for mail in mails]
    assert sorted(len(found) for found in files) == [0, 0, 1, 1]  # refused and accepted, with and without
    first, again = (found[0] for found in files if found)
    for part in (first, again):
        assert part.get_filename() == f"redline-{name}.docx"
        with ZipFile(BytesIO(part.get_content())) as word:
            text = word.read("word/document.xml").decode()
        assert re.search(r"<w:del .*fabrication.*</w:del>", text)
        assert re.search(r"<w:ins .*advanced.*</w:ins>", text)


def test_an_alert_about_a_changed_text_shows_the_deleted_and_inserted_words(world: World) -> None:
    world.use("ear").one()
    world.later(days=3)
    world.standin.edit_part(
        15, "744", "for use in a fabrication facility", "for use in an advanced <I>wafer</I> facility"
    )
    world.one()
    (alert,) = world.alerts
    assert "15 CFR 744.23(a):\n" in alert
    assert "[-a fabrication-]{+an advanced wafer+} facility." in alert
