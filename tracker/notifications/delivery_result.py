"""What a target said to a message, and what that means for trying again. Pure.

A channel with several recipients has taken a message when all of them have; `roster` keeps who has it already,
so that nobody gets it again.
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

# 5 s, 20 s, 80 s, ... up to six hours apart: twenty tries outlast a weekend without a mail server.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
GROWTH = 4
TRIES = 20
JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(days=1)

# Where the host of a URL is a host. Apprise reads the first token of other services there.
_NAMED_HOSTS = frozenset({"mailto", "mailtos", "json", "jsons", "tofile", "http", "https"})

# Settings in the query of a URL that say how, not who: answers are about them.
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

# Statuses of 4xx that pass: the request was fine and its time was not (RFC 9110, RFC 6585, RFC 8470).
_PASSING = frozenset({408, 409, 421, 423, 425, 429})


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """`text` is one line without secrets. `transient`: the same message may be taken later.
    `retry_after`: the target's own wish. `uncertain`: it may have taken the message all the same.
    `handle`: what it calls the thread that the message began. `partly`: some of the recipients took it."""

    ok: bool
    text: str
    transient: bool = True
    retry_after: timedelta | None = None
    uncertain: bool = False
    handle: str = ""
    partly: bool = False


def http_answer(status: int, body: str, retry_after: str | None, now: datetime) -> DeliveryResult:
    """What an HTTP status means. A redirect is a failure: following one turns a POST into a GET, which
    is answered with 200 and loses the message."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    said = " ".join(part for part in (str(status), phrase) if part)
    detail = sanitize_line(body)
    text = shorten(f"{said}: {detail}" if detail else said, LENGTH)
    if 200 <= status < 300:
        return DeliveryResult(True, text)
    transient = status >= 500 or status in _PASSING
    return DeliveryResult(False, text, transient, retry_after_of(retry_after, now) if transient else None)


def smtp_refusal(error: smtplib.SMTPException) -> DeliveryResult:
    """What an SMTP server's refusal means: 4yz passes, 5yz does not (RFC 5321, 4.2.1)."""
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
    """The answer of a channel with several recipients, or of a message in several parts."""
    if len(answers) == 1:
        return answers[0]
    taken = sum(answer.ok for answer in answers)
    text = f"{taken} of {len(answers)} taken; " + "; ".join(dict.fromkeys(answer.text for answer in answers))
    refused = [answer for answer in answers if not answer.ok]
    if not refused:
        return DeliveryResult(True, shorten(f"{taken} of {len(answers)} taken", LENGTH))
    return DeliveryResult(
        taken == len(answers),
        shorten(text, LENGTH),
        transient=any(answer.transient for answer in refused),
        retry_after=max(
            (answer.retry_after for answer in refused if answer.retry_after is not None), default=None
        ),
        uncertain=any(answer.uncertain for answer in refused),
        partly=taken > 0,
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
    attempts: int, answer: DeliveryResult, at: datetime, chance: random.Random
) -> datetime | None:
    """When to try again after `attempts` tries, the last answered so; None is never.

    Never before what the target asked for; spread by chance, so that what failed together does not
    come back together.
    """
    if answer.ok or not answer.transient or attempts >= TRIES:
        return None
    return at + retry.delay(
        attempts,
        base=FIRST_WAIT,
        cap=LONGEST_WAIT,
        growth=GROWTH,
        retry_after=answer.retry_after,
        jitter=chance.uniform(-JITTER, JITTER),
    )


def redact(text: str, url: str) -> str:
    """The text without anything that the channel's address keeps secret: user, password, path and
    query, as they stand and decoded. Recipients and hosts stay, since answers are about them."""
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
    except ValueError:  # no URL at all: its whole text is hidden
        secrets.add(url.partition("://")[2])
    secrets |= {unquote(secret) for secret in secrets}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 3:
            text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
    return sanitize_line(text)


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
