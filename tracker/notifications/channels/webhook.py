"""Webhooks: the record of `docs/records.md` as JSON, with the text of the alert beside it, or a body that a template makes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from apprise.plugins.custom_json import NotifyJSON

from tracker.clock import machine_now
from tracker.errors import DeliveryError
from tracker.model import Notice
from tracker.notifications import webhook_events
from tracker.notifications.channels.base import TrackerPlugin
from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.formats import OutboundMessage, plain
from tracker.notifications.http_post import send_request
from tracker.serialization import format_instant


class WebhookPlugin(TrackerPlugin, NotifyJSON):  # type: ignore[misc]
    """`json://`, `jsons://`: the record as JSON, with the headers of Standard Webhooks and the delivery's key as
    Idempotency-Key."""

    def send(self, *_: Any, **__: Any) -> bool:
        port = f":{self.port}" if isinstance(self.port, int) else ""
        try:
            content = self._body()
        except DeliveryError as error:
            self.answer = DeliveryResult(False, error.line(), transient=False)
            return False
        self.answer = send_request(
            self,
            self.method,
            f"{'https' if self.secure else 'http'}://{self.host}{port}{self.fullpath}",
            content,
            headers={
                "Idempotency-Key": self.parcel.key,
                "Content-Type": webhook_events.CONTENT_TYPES.get(
                    self.channel.payload, "application/json; charset=utf-8"
                ),
                **self.headers,
            },
            params=self.params,
            auth=(self.user, self.password or "") if self.user else None,
            sign=self._signed,
        )
        return self.answer.ok

    def _body(self) -> Mapping[str, Any]:
        if self.channel.template is not None:
            from tracker.notifications import templates  # Jinja is loaded only where templates are used

            return templates.render_json(self.channel.template, self.parcel)
        return webhook_events.envelope(
            self.channel.payload,
            {**body(self.parcel), **self.payload_extras},
            event=self.parcel.event,
            identity=webhook_events.message_id(self.parcel.key),
            at=format_instant(self.parcel.at or machine_now()),
        )

    def _signed(self, content: bytes) -> dict[str, str]:
        at, secret = int(machine_now().timestamp()), self.channel.secret
        standard = webhook_events.signed_headers(
            secret, webhook_events.message_id(self.parcel.key), content, at
        )
        return {**standard, "X-Tracker-Signature": signature(secret, content, at)} if secret else standard


def body(parcel: OutboundMessage) -> dict[str, Any]:
    """The JSON body of a webhook: the record at the top level, and `alert` with the event's type, the delivery's key (the
    same in a repetition), story, language, leading level and its profile, marks, plain text and links."""
    message = parcel.message
    return {
        **parcel.record,
        "alert": {
            "event": parcel.event,
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
    """The older signature header `t=1700000000,v1=<hex>`: HMAC-SHA256 over the time, a dot and the body. `at` in seconds since
    1970. Receivers of Standard Webhooks check `webhook-signature` instead."""
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
