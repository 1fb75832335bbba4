"""LINE: alerts as text messages, and the plugin that sends them (https://developers.line.biz/en/reference/messaging-api/#send-push-message).

LINE texts have no markup, and mentions must be declared, so source text needs no escaping.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from apprise.plugins.line import NotifyLine

from tracker.notifications.channels.base import TrackerPlugin, answer_to_part, combine_answers
from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.formats import headline, pieces, plain
from tracker.notifications.http_post import send_request
from tracker.rendering.alert_message import Message

# LINE's own limits: 5,000 UTF-16 units a text, five messages a push.
TEXT = 5000
MESSAGES = 5
_CONFLICT = "409"


class LinePlugin(TrackerPlugin, NotifyLine):  # type: ignore[misc]
    """`line://`: pushes of the Messaging API."""

    def send(self, *_: Any, **__: Any) -> bool:
        answers: dict[str, DeliveryResult] = {}
        for target in dict.fromkeys(self.targets):
            if self.parcel.roster.wants(target):
                answers[target] = self._send_to(target)
                self.parcel.roster.note(target, answers[target])
        self.answer = combine_answers(answers)
        return self.answer.ok

    def _send_to(self, target: str) -> DeliveryResult:
        """Sends the pushes of one recipient. After a failure the remaining pushes are not sent."""
        answer = DeliveryResult(False, "nothing to send", transient=False)
        for number, messages in enumerate(push_payloads(self.parcel.message)):
            answer = send_request(
                self,
                "POST",
                self.notify_url,
                {"to": target, "messages": messages},
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "X-Line-Retry-Key": retry_key(self.parcel.key, target, number),
                },
                interpret=read_answer,
            )
            answer = answer_to_part(answer, number)
            if not answer.ok:
                break
        return answer


def push_payloads(message: Message) -> list[list[dict[str, Any]]]:
    """The messages of each push, in order: one text, unless it exceeds LINE's limits."""
    texts = [{"type": "text", "text": text} for text in _texts(f"{headline(message)}\n{plain(message)}")]
    return [texts[start : start + MESSAGES] for start in range(0, len(texts), MESSAGES)]


def retry_key(key: str, target: str, number: int) -> str:
    """The X-Line-Retry-Key header of a push. It is the same for a retry, and LINE accepts it once in 24 hours."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}\n{target}\n{number}"))


def read_answer(answer: DeliveryResult, _body: str) -> DeliveryResult:
    """The result of a push: status 409 means that LINE accepted a push with the same retry key before."""
    if answer.text.startswith(_CONFLICT):
        return replace(answer, ok=True, text="409 taken before")
    return answer


def _texts(text: str) -> Iterator[str]:
    for piece in pieces(text, TEXT):
        if len(piece.encode("utf-16-le")) <= TEXT * 2:
            yield piece
        else:
            yield from pieces(piece, TEXT // 2)  # a character has two units at the most
