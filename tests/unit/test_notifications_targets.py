"""Alerts at real targets: what arrives, and what is reported of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apprise.plugins.line import NotifyLine

from tests.unit.notifications_sinks import http_sink, mail_sink, parcel_of, refusing_port
from tests.unit.rendering_samples import affiliates_rule, hostile_page, long_change
from tracker.config.models import Channel
from tracker.errors import DeliveryError
from tracker.model import LocalizedText
from tracker.notifications.channels import slack, teams
from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.formats import headline, plain
from tracker.notifications.targets import send, try_channel


def test_a_webhook_gets_the_record_and_what_people_are_sent() -> None:
    with http_sink() as sink:
        answer = send(Channel("hook", f"json://127.0.0.1:{sink.port}/in/box"), parcel_of(affiliates_rule()))
    assert answer == DeliveryResult(True, "200 OK")
    (body,) = sink.bodies
    assert body["id"] == "chg_0123456789abcdef"
    assert body["status"][1]["by"] == "2025-19846"
    assert body["alert"]["key"] == "chg_0123456789abcdef/1/it"
    assert "50%ルール" in body["alert"]["text"]
    assert sink.paths == ["/in/box"]
    assert sink.headers[0]["Idempotency-Key"] == "chg_0123456789abcdef/1/it"


def test_a_webhook_with_a_secret_is_signed_over_the_bytes_that_arrive() -> None:
    with http_sink() as sink:
        url = f"json://127.0.0.1:{sink.port}/"
        send(Channel("hook", url, secret="s3cret"), parcel_of(affiliates_rule()))
        send(Channel("hook", url), parcel_of(affiliates_rule()))
    output = sink.headers[0]["X-Tracker-Signature"]
    at, _, code = output.partition(",v1=")
    seconds = at.removeprefix("t=")
    signed = hmac.new(b"s3cret", f"{seconds}.".encode() + sink.raw[0], hashlib.sha256)
    assert code == signed.hexdigest()
    assert "X-Tracker-Signature" not in sink.headers[1]


def test_updates_of_a_story_hang_below_its_first_slack_message(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_sink(lambda number: (200, {}, json.dumps({"ok": True, "ts": f"17.{number}"}))) as sink:
        monkeypatch.setattr(slack.SlackPlugin, "api_url", f"http://127.0.0.1:{sink.port}/api/{{}}")
        channel = Channel("slack", "slack://xoxb-1234-1234-abc124/#trade")
        first = send(channel, parcel_of(affiliates_rule()))
        again = send(channel, replace(parcel_of(affiliates_rule()), handle=first.handle))
    assert first.handle == again.handle == "#trade=17.1"
    assert [body.get("thread_ts") for body in sink.bodies] == [None, "17.1"]


@pytest.mark.parametrize(
    ("reply", "transient", "uncertain", "expected"),
    [
        (500, True, False, "500"),
        (404, False, False, "404"),
        ((307, {"Location": "http://127.0.0.1:1/"}, ""), False, False, "307"),
        ("drop", True, True, "broke"),
        ("hang", True, True, "no answer in time"),
    ],
)
def test_answers_of_webhooks_are_classified(
    reply: Any, transient: bool, uncertain: bool, expected: str
) -> None:
    with http_sink(lambda _: reply) as sink:
        url = f"json://127.0.0.1:{sink.port}/?rto=0.3&cto=0.3"
        answer = send(Channel("hook", url), parcel_of(affiliates_rule()))
    assert (answer.ok, answer.transient, answer.uncertain) == (False, transient, uncertain)
    assert expected in answer.text


def test_retry_after_is_heard() -> None:
    with http_sink(lambda _: (429, {"Retry-After": "77"}, "slow down")) as sink:
        answer = send(Channel("hook", f"json://127.0.0.1:{sink.port}/"), parcel_of(affiliates_rule()))
    assert answer.retry_after is not None
    assert answer.retry_after.total_seconds() == 77
    assert answer.text == "429 Too Many Requests: slow down"


def test_a_refused_connection_means_nothing_was_sent() -> None:
    answer = send(Channel("hook", f"json://127.0.0.1:{refusing_port()}/"), parcel_of(affiliates_rule()))
    assert answer == DeliveryResult(False, "connection refused")


@pytest.mark.parametrize(
    "url", ["nonsense", "nosuchservice://x", "slack://onlyonetoken", "json://", "mailto://", "", "://"]
)
def test_a_url_that_cannot_be_used_is_a_permanent_failure(url: str) -> None:
    answer = send(Channel("it", url), parcel_of(affiliates_rule()))
    assert (answer.ok, answer.transient) == (False, False)
    assert answer.text.startswith("the url ")


def test_apprise_prints_nothing_that_is_secret(capfd: pytest.CaptureFixture[str]) -> None:
    # Not caplog, which also listens to loggers that were cut off.
    everything = logging.StreamHandler()
    root = logging.getLogger()
    root.addHandler(everything)
    level = root.level
    root.setLevel(logging.DEBUG)
    with http_sink(lambda _: 500) as sink:
        send(
            Channel("hook", f"json://someone:pa55word@127.0.0.1:{sink.port}/s3cretpath"),
            parcel_of(affiliates_rule()),
        )
    send(Channel("bad", "slack://s3cr.et/s3cretpath/pa55word"), parcel_of(affiliates_rule()))
    root.removeHandler(everything)
    root.setLevel(level)
    out, err = capfd.readouterr()
    for secret in ("pa55word", "s3cretpath", "s3cr.et"):
        assert secret not in out + err


def test_a_japanese_mail_arrives_whole() -> None:
    with mail_sink() as sink:
        url = f"mailto://127.0.0.1:{sink.port}/?from=alerts@tracker.example&to=a@firm.example,b@firm.example&cc=c@firm.example"
        answer = send(Channel("mail", url), parcel_of(affiliates_rule()))
    assert answer == DeliveryResult(True, "250 taken for 3")
    (letter,) = sink.mails
    assert sink.recipients == [["a@firm.example", "b@firm.example", "c@firm.example"]]
    assert letter["Subject"] == "[緊急・規制強化] 50%ルール(関連会社規則)の導入 (2025-19001)"
    assert letter["To"] == "a@firm.example, b@firm.example"
    assert letter["List-Id"] == "tracker alerts <alerts.tracker.tracker.example>"
    assert letter["X-Tracker-Change"] == "chg_0123456789abcdef"
    text, page = letter.iter_parts()
    assert "chg_0123456789abcdef" in text.get_content()
    assert "エンティティー・リスト掲載者" in text.get_content()
    assert '<html lang="ja">' in page.get_content()


def test_a_repeated_mail_is_marked_and_keeps_its_message_id() -> None:
    with mail_sink() as sink:
        channel = Channel("mail", f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&to=a@firm.example")
        send(channel, parcel_of(affiliates_rule()))
        send(channel, parcel_of(affiliates_rule(), repeated=True))
    first, second = sink.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert "再送の可能性 / possibly repeated" not in first["Subject"]
    assert "再送の可能性 / possibly repeated" in second["Subject"]


def test_header_lines_cannot_be_smuggled_into_a_mail() -> None:
    change = replace(hostile_page(), title="Title\r\nBcc: everybody@firm.example\r\n\r\nbody")
    with mail_sink() as sink:
        channel = Channel("mail", f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&to=a@firm.example")
        assert send(channel, parcel_of(change, "en")).ok
    (letter,) = sink.mails
    assert letter["Bcc"] is None
    assert sink.recipients == [["a@firm.example"]]


@pytest.mark.parametrize(("reply", "transient"), [("451 busy", True), ("554 no", False)])
def test_answers_of_mail_servers_are_classified(reply: str, transient: bool) -> None:
    with mail_sink(reply) as sink:
        channel = Channel("mail", f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&to=a@firm.example")
        answer = send(channel, parcel_of(affiliates_rule()))
    assert answer == DeliveryResult(False, reply, transient)


def test_one_unknown_recipient_does_not_send_the_mail_to_the_others_again() -> None:
    with mail_sink(refused=("gone@firm.example",)) as sink:
        url = f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&to=gone@firm.example,here@firm.example"
        parcel = parcel_of(affiliates_rule())
        answer = send(Channel("mail", url), parcel)
    assert not answer.ok
    assert "550 no such mailbox (gone@firm.example)" in answer.text
    assert {name: one.ok for name, one in parcel.roster.answers.items()} == {
        "gone@firm.example": False,
        "here@firm.example": True,
    }


@pytest.mark.parametrize(
    ("mode", "transient", "expected"),
    [("starttls", False, "STARTTLS extension not supported"), ("ssl", True, "TLS certificate or protocol")],
)
def test_a_mail_is_never_sent_less_safely_than_configured(mode: str, transient: bool, expected: str) -> None:
    with mail_sink() as sink:
        url = f"mailtos://127.0.0.1:{sink.port}/?mode={mode}&from=a@t.example&to=a@firm.example"
        answer = send(Channel("mail", url), parcel_of(affiliates_rule()))
    assert (answer.ok, answer.transient, answer.uncertain) == (False, transient, False)
    assert expected in answer.text
    assert sink.mails == []


def test_the_channels_own_headers_and_names_are_kept() -> None:
    with mail_sink() as sink:
        url = (
            f"mailto://127.0.0.1:{sink.port}/?from=a@t.example&name=%E8%BC%B8%E5%87%BA%E7%AE%A1%E7%90%86"
            "&to=b@firm.example&reply=desk@firm.example&+X-Team=trade&bcc=log@firm.example"
        )
        assert send(Channel("mail", url), parcel_of(affiliates_rule())).ok
    (letter,) = sink.mails
    assert letter["From"] == "輸出管理 <a@t.example>"
    assert letter["Reply-To"] == "desk@firm.example"
    assert letter["X-Team"] == "trade"
    assert letter["Bcc"] is None
    assert sink.recipients == [["b@firm.example", "log@firm.example"]]


def test_where_no_mail_server_listens_nothing_was_sent() -> None:
    url = f"mailto://127.0.0.1:{refusing_port()}/?from=a@t.example&to=a@firm.example"
    assert send(Channel("mail", url), parcel_of(affiliates_rule())) == DeliveryResult(
        False, "connection refused"
    )


def test_slack_gets_blocks_and_its_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_sink(lambda _: (200, {}, "ok")) as sink:
        monkeypatch.setattr(slack.SlackPlugin, "webhook_url", f"http://127.0.0.1:{sink.port}/services")
        channel = Channel("slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/#trade")
        assert send(channel, parcel_of(affiliates_rule())) == DeliveryResult(True, "200 OK: ok")
    (body,) = sink.bodies
    assert body["channel"] == "#trade"
    assert body["blocks"][0]["text"]["text"] == "🔴 緊急・規制強化"
    assert sink.paths == ["/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"]


@pytest.mark.parametrize(
    ("output", "ok", "transient"),
    [
        ('{"ok": true}', True, True),
        ('{"ok": false, "error": "channel_not_found"}', False, False),
        ('{"ok": false, "error": "ratelimited"}', False, True),
        ("<html>", False, True),
    ],
)
def test_a_slack_bots_200_is_read(
    monkeypatch: pytest.MonkeyPatch, output: str, ok: bool, transient: bool
) -> None:
    with http_sink(lambda _: (200, {}, output)) as sink:
        monkeypatch.setattr(slack.SlackPlugin, "api_url", f"http://127.0.0.1:{sink.port}/api/{{}}")
        channel = Channel("slack", "slack://xoxb-1234-1234-abc124/#trade")
        answer = send(channel, parcel_of(affiliates_rule()))
    assert (answer.ok, answer.transient) == (ok, transient)
    assert sink.headers[0]["Authorization"] == "Bearer xoxb-1234-1234-abc124"


def test_teams_gets_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[tuple[str, dict[str, Any]]] = []

    def request(_: object, __: str, url: str, body: dict[str, Any], **___: object) -> DeliveryResult:
        posted.append((url, body))
        return DeliveryResult(True, "202 Accepted")

    monkeypatch.setattr(teams, "send_request", request)
    channel = Channel("teams", "workflows://prod.example.com:443/643e69f83c8944438d68119179a10a64/sig-nature")
    assert send(channel, parcel_of(affiliates_rule())).ok
    ((url, body),) = posted
    assert url.startswith("https://prod.example.com")
    card = body["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert [action["type"] for action in card["actions"]] == ["Action.OpenUrl", "Action.OpenUrl"]


def test_line_gets_a_long_alert_whole_in_order_and_takes_no_push_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = long_change()
    hostile = "<!channel> @everyone 𠮷" * 4000  # two UTF-16 units in the last letter
    change = replace(change, tagging=replace(change.tagging, reason=LocalizedText(hostile, "x")))
    with http_sink(lambda number: 500 if number == 2 else 409 if number == 3 else 200) as sink:
        monkeypatch.setattr(NotifyLine, "notify_url", f"http://127.0.0.1:{sink.port}/push")
        channel = Channel("line", "line://secret-token=/U123")
        first = send(channel, parcel_of(change))
        assert (first.ok, first.transient, len(sink.bodies)) == (False, True, 2)
        again = send(channel, parcel_of(change, repeated=True))
    assert again.ok
    pushes = sink.bodies[2:]
    assert len(pushes) > 2
    assert all(push["to"] == "U123" and 1 <= len(push["messages"]) <= 5 for push in pushes)
    texts = [message["text"] for push in pushes for message in push["messages"]]
    assert max(len(text.encode("utf-16-le")) // 2 for text in texts) <= 5000
    parcel = parcel_of(change, repeated=True)
    assert "".join(texts) == f"{headline(parcel.message)}\n{plain(parcel.message)}"
    assert "@everyone" not in "".join(texts)
    keys = [headers["X-Line-Retry-Key"] for headers in sink.headers]
    assert keys[:2] == keys[2:4]  # what LINE took before it takes for the same
    assert len(set(keys[2:])) == len(pushes)
    assert sink.headers[0]["Authorization"] == "Bearer secret-token="


@pytest.mark.parametrize(
    ("status", "ok", "transient"),
    [(200, True, True), (409, True, True), (429, False, True), (401, False, False)],
)
def test_answers_of_line_are_classified(
    status: int, ok: bool, transient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_sink(lambda _: status) as sink:
        monkeypatch.setattr(NotifyLine, "notify_url", f"http://127.0.0.1:{sink.port}/push")
        answer = send(Channel("line", "line://secret-token=/U123"), parcel_of(affiliates_rule()))
    assert answer.ok is ok
    assert ok or answer.transient is transient


def test_a_service_without_a_form_of_its_own_gets_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_sink() as sink:
        channel = Channel("ntfy", f"ntfy://127.0.0.1:{sink.port}/topic-of-ours")
        answer = send(channel, parcel_of(affiliates_rule()))
    assert answer == DeliveryResult(True, "taken")
    assert "chg_0123456789abcdef" in json.dumps(sink.bodies)


@pytest.mark.parametrize(
    ("reply", "transient", "uncertain"), [(500, True, False), (403, False, False), ("drop", True, True)]
)
def test_a_failure_that_apprise_calls_optional_is_a_failure(
    reply: Any, transient: bool, uncertain: bool
) -> None:
    with http_sink(lambda _: reply) as sink:
        channel = Channel("ntfy", f"ntfy://127.0.0.1:{sink.port}/topic-of-ours?optional=yes")
        answer = send(channel, parcel_of(affiliates_rule()))
    assert (answer.ok, answer.transient, answer.uncertain) == (False, transient, uncertain)


def test_a_file_gets_one_entry_for_each_alert(tmp_path: Path) -> None:
    file = tmp_path / "notes of 通知" / "alerts.txt"
    file.parent.mkdir()
    channel = Channel("file", f"tofile://{file}")
    assert send(channel, parcel_of(affiliates_rule())).ok
    assert send(channel, parcel_of(affiliates_rule(), "en", update=True)).ok
    text = file.read_text(encoding="utf-8")
    assert text.count("chg_0123456789abcdef") == 4  # link and record, twice
    assert "🔴 緊急・規制強化" in text
    assert "🔴 Critical, restriction [Update]" in text


def test_a_file_that_cannot_be_written_is_reported() -> None:
    answer = send(Channel("file", "tofile:///nosuchfolder/alerts.txt"), parcel_of(affiliates_rule()))
    assert answer == DeliveryResult(False, "no such file or directory")


def test_a_test_message_is_marked_as_one() -> None:
    with http_sink() as sink:
        assert try_channel(Channel("hook", f"json://127.0.0.1:{sink.port}/")) == "200 OK"
    (body,) = sink.bodies
    assert body["test"] is True
    assert "id" not in body
    assert "接続確認" in body["alert"]["text"]


def test_a_trial_that_fails_names_cause_and_cure() -> None:
    with http_sink(lambda _: 403) as sink:
        channel = Channel("hook", f"json://127.0.0.1:{sink.port}/")
        with pytest.raises(DeliveryError, match=r"^403 Forbidden") as caught:
            try_channel(channel)
    assert caught.value.cure == "look at the channel's url"
    with pytest.raises(DeliveryError, match="not one that Apprise supports"):
        try_channel(Channel("bad", "nosuchservice://secret-token"))


def test_a_text_over_a_services_limit_arrives_whole_and_in_order() -> None:
    """Through Apprise, for places without a form of their own."""
    with http_sink() as sink:
        channel = Channel("chat", f"mmost://127.0.0.1:{sink.port}/3ccdd113474722377935511fc85d3dd4")
        assert send(channel, parcel_of(long_change())).ok
    assert len(sink.bodies) > 1
    alerted = re.findall(r"第(\d+)項", "".join(body["text"] for body in sink.bodies))
    assert [int(number) for number in alerted] == [*range(400), *range(400)]  # summary, then reason


@pytest.mark.parametrize("place", ["json", "line", "ntfy", "tofile"])
def test_words_from_outside_do_nothing_in_places_of_text(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = replace(hostile_page(), title=f"{hostile_page().title}\r\nBcc: evil@example.org")
    with http_sink() as sink:
        monkeypatch.setattr(NotifyLine, "notify_url", f"http://127.0.0.1:{sink.port}/push")
        url = {
            "json": f"json://127.0.0.1:{sink.port}/", "line": "line://secret-token=/U123",
            "ntfy": f"ntfy://127.0.0.1:{sink.port}/topic-of-ours", "tofile": f"tofile://{tmp_path}/alerts.txt",
        }[place]  # fmt: skip
        assert send(Channel("it", url), parcel_of(page)).ok
    if place == "tofile":
        shown = (tmp_path / "alerts.txt").read_text("utf-8")
    else:
        (body,) = sink.bodies
        shown = {"json": body.get("alert", {}).get("text"), "ntfy": body.get("message")}.get(place) or str(
            body["messages"][0]["text"]
        )
    assert "Guidance" in shown
    assert not re.search(r"@everyone|<!channel>|<@U123>|[\u202a-\u202e\x1b\r]", shown)
    assert not re.search(r"^Bcc:", shown, re.MULTILINE)
    if place == "json":
        assert sink.bodies[0]["alert"]["links"] == ["http://127.0.0.1:8000/changes/chg_00000000000000ff"]
