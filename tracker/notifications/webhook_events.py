"""The event type of a message, and the envelopes in which a webhook carries its record.

Sources: Standard Webhooks 1.0 (headers, `type`, `timestamp`, `data`); CloudEvents 1.0, structured mode of the HTTP binding.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tracker.config.signing import signing_keys

CREATED, UPDATED, STATUS_CHANGED = "change.created", "change.updated", "status.changed"
BATCH, DIGEST, TEST = "batch", "digest", "test"
# Kinds of notices whose event type is not the kind with a dot for its first dash. An outage of a host or of the network is one of
# its sources: `kind` of the record tells them apart.
_NOTICES = {
    "deadline": "deadline.near",
    "unacknowledged": "review.unacknowledged",
    "host-down": "source.down",
    "host-back": "source.back",
    "network-down": "source.down",
    "network-back": "source.back",
}
CONTENT_TYPES = {"cloudevent": "application/cloudevents+json; charset=utf-8"}


def notice_event(kind: str) -> str:
    """Return the event type of a kind of notice: `source-down` is `source.down`."""
    return _NOTICES.get(kind) or kind.replace("-", ".", 1)


def change_event(revision: int, cause: str) -> str:
    """Return the event type of a revision of a change. `cause` is the code of the reason for the delivery."""
    return CREATED if revision < 2 else STATUS_CHANGED if cause == "status" else UPDATED


def message_id(key: str) -> str:
    """Return the `webhook-id` of a delivery: the same when it is repeated, without the dot that separates the signed parts."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def signed_headers(secret: str, identity: str, content: bytes, at: int) -> dict[str, str]:
    """Return the three headers of Standard Webhooks for the bytes that are sent. `at` in seconds since 1970. Without a secret
    there is no signature."""
    headers = {"webhook-id": identity, "webhook-timestamp": str(at)}
    if secret:
        signed = f"{identity}.{at}.".encode() + content
        codes = [hmac.new(key, signed, hashlib.sha256).digest() for key in signing_keys(secret)]
        headers["webhook-signature"] = " ".join(f"v1,{base64.b64encode(code).decode()}" for code in codes)
    return headers


def envelope(payload: str, body: dict[str, Any], *, event: str, identity: str, at: str) -> dict[str, Any]:
    """Return the body in an envelope of `PAYLOADS` of the settings. `at` is the instant of the event, which a repetition does not change."""
    if payload == "event":
        return {"type": event, "timestamp": at, "data": body}
    if payload == "cloudevent":
        return {
            "specversion": "1.0",
            "id": identity,
            "source": _source(body),
            "type": event,
            "subject": str(body.get("id") or event),
            "time": at,
            "datacontenttype": "application/json",
            "data": body,
        }
    return body


def _source(body: Mapping[str, Any]) -> str:
    """The source of a CloudEvent, a URI reference: that of the change, else the tracker as a whole."""
    source = body.get("source")
    return f"/tracker/sources/{quote(source, safe='')}" if isinstance(source, str) else "/tracker"
