"""The result of sending a message to a target, and the time of the retry. Pure.

A channel with several recipients has accepted a message when all of them have; `recipient_list` tracks who has it, so
that nobody receives it twice.
"""

from __future__ import annotations

import random
import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from tracker import retry
from tracker.sanitize import sanitize_line, shorten

LENGTH = 300
HIDDEN = "***"

# 5 s, 20 s, 80 s, ... up to six hours: twenty attempts cover a weekend without a mail server.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
GROWTH = 4
MAX_ATTEMPTS = 20
JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(days=1)

# Schemes whose URL host is a host name. For other services Apprise reads a token there.
_NAMED_HOSTS = frozenset({"mailto", "mailtos", "json", "jsons", "tofile", "http", "https"})

# Query parameters of a URL that are options, not secrets: answers may mention them.
_PUBLIC = frozenset(
    {
        "mode",
        "smtp",
        "method",
        "format",
        "overflow",
        "verify",
        "rto",
        "cto",
        "retry",
        "wait",
        "optional",
        "name",
    }
)

# Transient 4xx statuses: the same request may succeed later (RFC 9110, RFC 6585, RFC 8470).
_TRANSIENT = frozenset({408, 409, 421, 423, 425, 429})


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of sending one message. `text` is one line without secrets. `transient`: a retry may succeed.
    `retry_after`: the delay that the target asked for. `uncertain`: the target may have accepted the message anyway.
    `handle`: the target's id of the thread that the message started. `partly`: some recipients accepted it."""

    ok: bool
    text: str
    transient: bool = True
    retry_after: timedelta | None = None
    uncertain: bool = False
    handle: str = ""
    partly: bool = False


def http_answer(status: int, body: str, retry_after: str | None, now: datetime) -> DeliveryResult:
    """The result for an HTTP status. A redirect is a failure: following it turns a POST into a GET, which is answered
    with 200 and loses the message."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    said = " ".join(part for part in (str(status), phrase) if part)
    detail = sanitize_line(body)
    text = shorten(f"{said}: {detail}" if detail else said, LENGTH)
    if 200 <= status < 300:
        return DeliveryResult(True, text)
    transient = status >= 500 or status in _TRANSIENT
    return DeliveryResult(False, text, transient, retry_after_of(retry_after, now) if transient else None)


def smtp_refusal(error: smtplib.SMTPException) -> DeliveryResult:
    """The result for an SMTP refusal: 4yz is transient, 5yz permanent (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies = [
            (code, f"{code} {_text(reply)} ({address})")
            for address, (code, reply) in error.recipients.items()
        ]
        return DeliveryResult(
            False,
            shorten(sanitize_line("; ".join(text for _, text in replies)), LENGTH),
            transient=any(code < 500 for code, _ in replies),
        )
    if isinstance(error, smtplib.SMTPResponseException):
        said = shorten(sanitize_line(f"{error.smtp_code} {_text(error.smtp_error)}"), LENGTH)
        return DeliveryResult(False, said, transient=error.smtp_code < 500)
    return DeliveryResult(False, shorten(sanitize_line(str(error)), LENGTH), transient=False)


def combine_results(answers: Sequence[DeliveryResult]) -> DeliveryResult:
    """The combined result of several recipients, or of the parts of a message."""
    if len(answers) == 1:
        return answers[0]
    accepted = sum(answer.ok for answer in answers)
    text = f"{accepted} of {len(answers)} taken; " + "; ".join(
        dict.fromkeys(answer.text for answer in answers)
    )
    refused = [answer for answer in answers if not answer.ok]
    if not refused:
        return DeliveryResult(True, shorten(f"{accepted} of {len(answers)} taken", LENGTH))
    return DeliveryResult(
        accepted == len(answers),
        shorten(text, LENGTH),
        transient=any(answer.transient for answer in refused),
        retry_after=max(
            (answer.retry_after for answer in refused if answer.retry_after is not None), default=None
        ),
        uncertain=any(answer.uncertain for answer in refused),
        partly=accepted > 0,
    )


def retry_after_of(header: str | None, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3), at most a day; None where it is neither."""
    if header is None:
        return None
    value = header.strip()
    if re.fullmatch(r"\d{1,9}", value):
        wait = timedelta(seconds=int(value))
    else:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        wait = moment - now
    return min(max(wait, timedelta()), LONGEST_RETRY_AFTER)


def next_attempt_at(
    attempts: int, answer: DeliveryResult, at: datetime, generator: random.Random
) -> datetime | None:
    """The time of the next attempt after `attempts` attempts; None: no retry.

    Never before the time that the target asked for. Random jitter spreads retries that failed together.
    """
    if answer.ok or not answer.transient or attempts >= MAX_ATTEMPTS:
        return None
    return at + retry.delay(
        attempts,
        base=FIRST_WAIT,
        cap=LONGEST_WAIT,
        growth=GROWTH,
        retry_after=answer.retry_after,
        jitter=generator.uniform(-JITTER, JITTER),
    )


def redact(text: str, url: str) -> str:
    """The text without the secrets of the channel's URL: user, password, path and query, raw and decoded. Recipients
    and hosts stay, because answers are about them."""
    secrets = {url}
    try:
        parts = urlsplit(url)
        private = [parts.username, parts.password]
        if parts.scheme not in _NAMED_HOSTS:
            private += [parts.netloc, parts.hostname]
        secrets.update(word for word in private if word)
        path = [
            parts.path,
            parts.query,
            *parts.path.split("/"),
            *(value for key, value in parse_qsl(parts.query) if key not in _PUBLIC),
        ]
        secrets.update(word for word in path if len(word) >= 6 and "@" not in unquote(word))
    except ValueError:  # not a URL: its whole text is hidden
        secrets.add(url.partition("://")[2])
    secrets |= {unquote(secret) for secret in secrets}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 3:
            text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
    return sanitize_line(text)


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
