"""The meaning of a target's answer, and the time of the next attempt."""

from __future__ import annotations

import random
import smtplib
from datetime import UTC, datetime, timedelta

import pytest

from tracker.notifications.delivery_result import (
    MAX_ATTEMPTS,
    DeliveryResult,
    combine_results,
    http_answer,
    next_attempt_at,
    redact,
    retry_after_of,
    smtp_refusal,
)

NOW = datetime(2025, 9, 30, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "ok", "transient"),
    [
        (200, True, True),
        (204, True, True),
        (302, False, False),
        (400, False, False),
        (403, False, False),
        (404, False, False),
        (410, False, False),
        (408, False, True),
        (429, False, True),
        (500, False, True),
        (503, False, True),
        (599, False, True),
    ],
)
def test_a_status_code_decides_about_a_retry(status: int, ok: bool, transient: bool) -> None:
    answer = http_answer(status, "", None, NOW)
    assert (answer.ok, answer.transient) == (ok, transient)
    assert str(status) in answer.text


def test_the_targets_words_are_kept_on_one_line_and_short() -> None:
    answer = http_answer(500, "a\r\n\x1b[31mb" + "x" * 5000, None, NOW)
    assert answer.text.startswith("500 Internal Server Error: a [31mb")
    assert len(answer.text) <= 300


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999", 86400),
        ("Tue, 30 Sep 2025 01:02:00 GMT", 120),
        ("Tue, 30 Sep 2025 00:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: int | None) -> None:
    wait = retry_after_of(header, NOW)
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_waits_grow_to_six_hours_and_outlast_a_weekend() -> None:
    chance = random.Random(1)
    failed = DeliveryResult(False, "500")
    moments = [next_attempt_at(tries, failed, NOW, chance) for tries in range(1, MAX_ATTEMPTS)]
    waits = [moment - NOW for moment in moments if moment is not None]
    assert len(waits) == MAX_ATTEMPTS - 1
    assert waits[0] < timedelta(seconds=7)
    assert max(waits) < timedelta(hours=8)
    assert sum(waits, timedelta()) > timedelta(hours=64)
    assert next_attempt_at(MAX_ATTEMPTS, failed, NOW, chance) is None


def test_the_next_attempt_is_never_before_the_targets_retry_after() -> None:
    answer = DeliveryResult(False, "429", retry_after=timedelta(minutes=10))
    for seed in range(50):
        moment = next_attempt_at(1, answer, NOW, random.Random(seed))
        assert moment is not None
        assert timedelta(minutes=10) <= moment - NOW <= timedelta(minutes=11)


def test_a_permanent_refusal_is_not_retried() -> None:
    assert next_attempt_at(1, DeliveryResult(False, "404", transient=False), NOW, random.Random(1)) is None


def test_smtp_replies_of_4yz_pass_and_of_5yz_do_not() -> None:
    assert smtp_refusal(smtplib.SMTPDataError(451, b"try later")).transient
    assert not smtp_refusal(smtplib.SMTPDataError(554, b"no")).transient
    assert not smtp_refusal(smtplib.SMTPAuthenticationError(535, b"bad credentials")).transient
    mixed = smtplib.SMTPRecipientsRefused({"a@x.example": (550, b"unknown"), "b@x.example": (450, b"busy")})
    assert smtp_refusal(mixed).transient
    assert "a@x.example" in smtp_refusal(mixed).text


def test_a_channel_of_several_recipients_accepted_what_all_of_them_accepted() -> None:
    answer = combine_results(
        [DeliveryResult(True, "250 OK"), DeliveryResult(False, "550 unknown", transient=False)]
    )
    assert (answer.ok, answer.partly) == (False, True)
    assert answer.text == "1 of 2 taken; 250 OK; 550 unknown"
    assert combine_results([DeliveryResult(True, "250 OK"), DeliveryResult(True, "250 OK")]).ok


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7", "TIiajkdnlazkcOXrIdevi7"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7", "t1jj3t3l2"),
        ("mailtos://user:s3cr%2Ft@example.com", "s3cr/t"),
        ("mailtos://user:s3cr%2Ft@example.com", "s3cr%2Ft"),
        ("jsons://u:pw1@hooks.example/abcdef/ghi?token=qwertyuiop", "qwertyuiop"),
        ("jsons://u:pw1@hooks.example/abcdef/ghi?token=qwertyuiop", "/abcdef/ghi"),
        ("jsons://u:pw1@hooks.example/abcdef/ghi", "pw1"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "JHMHI8qBe7bk2ZwO5U711o3dV_js"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "4174216298"),
    ],
)
def test_secrets_of_an_address_never_show(url: str, secret: str) -> None:
    shown = redact(f"could not post to {url}: {secret} was refused", url)
    assert secret.lower() not in shown.lower()
    assert "was refused" in shown


def test_recipients_and_hosts_stay_readable() -> None:
    shown = redact(
        "550 no such mailbox (a.b@firm.example) at mail.example",
        "mailto://u:passw0rd@mail.example/a.b@firm.example",
    )
    assert shown == "550 no such mailbox (a.b@firm.example) at mail.example"
