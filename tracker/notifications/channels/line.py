"""An alert as LINE messages (https://developers.line.biz/en/reference/messaging-api/#send-push-message).

Texts carry no markup there, and a mention has to be declared: what the source says stays words.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.formats import headline, pieces, plain
from tracker.rendering.alert_message import Message

# LINE's own limits: 5,000 UTF-16 units a text, five messages a push.
TEXT = 5000
MESSAGES = 5
_CONFLICT = "409"


def push_payloads(message: Message) -> list[list[dict[str, Any]]]:
    """The messages of each push, in order: one text, unless it passes LINE's limits."""
    texts = [{"type": "text", "text": text} for text in _texts(f"{headline(message)}\n{plain(message)}")]
    return [texts[start : start + MESSAGES] for start in range(0, len(texts), MESSAGES)]


def retry_key(key: str, target: str, number: int) -> str:
    """For the header X-Line-Retry-Key: the same push has the same one, and LINE takes it once in 24 hours."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}\n{target}\n{number}"))


def read_answer(answer: DeliveryResult, _body: str) -> DeliveryResult:
    """LINE answers 409 to a push that it took under the same key before: then it has arrived."""
    if answer.text.startswith(_CONFLICT):
        return replace(answer, ok=True, text="409 taken before")
    return answer


def _texts(text: str) -> Iterator[str]:
    for piece in pieces(text, TEXT):
        if len(piece.encode("utf-16-le")) <= TEXT * 2:
            yield piece
        else:
            yield from pieces(piece, TEXT // 2)  # a character has two units at the most
