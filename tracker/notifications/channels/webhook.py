"""Webhooks: the change record of `docs/records.md` as JSON, with the text of the alert beside it, and its plugin."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from apprise.plugins.custom_json import NotifyJSON

from tracker.clock import machine_now
from tracker.model import Notice
from tracker.notifications.channels.base import TrackerPlugin
from tracker.notifications.formats import OutboundMessage, plain
from tracker.notifications.http_post import send_request
from tracker.serialization import format_instant


class WebhookPlugin(TrackerPlugin, NotifyJSON):  # type: ignore[misc]
    """`json://`, `jsons://`: the record as JSON, with the delivery's key as Idempotency-Key."""

    def send(self, *_: Any, **__: Any) -> bool:
        port = f":{self.port}" if isinstance(self.port, int) else ""
        self.answer = send_request(
            self,
            self.method,
            f"{'https' if self.secure else 'http'}://{self.host}{port}{self.fullpath}",
            {**body(self.parcel), **self.payload_extras},
            headers={"Idempotency-Key": self.parcel.key, **self.headers},
            params=self.params,
            auth=(self.user, self.password or "") if self.user else None,
            sign=self._signed if self.secret else None,
        )
        return self.answer.ok

    def _signed(self, content: bytes) -> dict[str, str]:
        return {"X-Tracker-Signature": signature(self.secret, content, int(machine_now().timestamp()))}


def body(parcel: OutboundMessage) -> dict[str, Any]:
    """The JSON body of a webhook: the record at the top level, and `alert` with the delivery's key (the same in a
    repetition), story, language, leading level and its
    profile, marks, plain text and links."""
    message = parcel.message
    return {
        **parcel.record,
        "alert": {
            "key": parcel.key,
            "story": parcel.thread,
            "language": message.language,
            "level": str(message.level),
            "profile": message.profile,
            "marks": list(message.marks),
            "subject": message.subject,
            "text": plain(message),
            "links": [link.value for link in message.links],
        },
    }


def signature(secret: str, body: bytes, at: int) -> str:
    """The signature header `t=1700000000,v1=<hex>`: HMAC-SHA256 over the time, a dot and the body, so that an old message
    cannot be replayed as a new one. `at` in seconds since 1970."""
    code = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


def notice_record(notice: Notice) -> dict[str, Any]:
    """The JSON record of a notice (an outage, a date ahead): its kind, level, time and facts."""
    return {
        "id": notice.id,
        "kind": notice.kind,
        "level": str(notice.level),
        "detected_at": format_instant(notice.at),
        "notice": dict(notice.data),
    }
