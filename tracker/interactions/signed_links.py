"""Signed claims: what a link in a mail or a button of a card may do, for whom, and until when.

A claim is text that names everything it is bound to, and its HMAC-SHA256. It is checked before any part of it is used. Several
secrets, separated by spaces or lines, all check; the first one signs, so that a secret can be changed without ending older links.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.interactions.presses import Button
from tracker.serialization import format_instant

LONGEST = 2_000  # characters of a claim


class Purpose(StrEnum):
    """Where a claim is used. One of a mail is none of a card, even with the same secret."""

    MAIL = "mail"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class Claim:
    """One action on one revision of a change. `recipient`: the mail address that it was sent to; empty where a channel shares it.
    `until` is in whole seconds."""

    purpose: Purpose
    button: Button
    change_id: str
    revision: int
    recipient: str
    until: datetime


def sign(secret: str, claim: Claim) -> str:
    """Return the claim with its signature, in characters that an address may hold."""
    body = json.dumps(
        [
            str(claim.purpose),
            str(claim.button),
            claim.change_id,
            claim.revision,
            claim.recipient,
            format_instant(claim.until),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    return f"{_text(body)}.{_text(_code(secret.split(maxsplit=1)[0], body))}"


def read(secret: str, signed: str, purpose: Purpose) -> Claim | None:
    """Return the claim; None where no secret signed it for this purpose. Whether it has expired is for the caller to ask."""
    body_text, _, code_text = signed.partition(".")
    body, code = _bytes(body_text), _bytes(code_text)
    if body is None or code is None or len(signed) > LONGEST:
        return None
    # Every secret is compared, so that the time says nothing about which one signed.
    fitting = [hmac.compare_digest(_code(key, body), code) for key in secret.split()]
    if not any(fitting):
        return None
    of, button, change_id, revision, recipient, until = json.loads(body)
    if of != purpose:
        return None
    return Claim(purpose, Button(button), change_id, revision, recipient, datetime.fromisoformat(until))


def _code(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), b"tracker-claim-1\n" + body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    if not text or not text.isascii():
        return None
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # The last character has unused bits: another spelling of the same bytes is not the text that was signed.
    return found if _text(found) == text else None
