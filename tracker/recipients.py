"""The delivery state of each recipient of a message: a mail address, a chat room, a phone. Pure data.

A channel can have several recipients, and each receives a message once: when one recipient fails, the retry goes only to
that recipient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RecipientState = Literal["sent", "pending", "dead", "removed"]
# The recipient name for a channel with a single recipient: the channel itself.
ONLY = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of one message. `name` is its address without secrets. `state`: sent, pending (will be retried), dead
    (refused for good, or out of retries), removed (no longer in the channel's settings). `answer` is the target's last
    answer. `repeated`: it may have received the message, or a part of it, so the next copy is labeled as a repetition.
    `attempts` is the number of attempts."""

    name: str
    state: RecipientState
    answer: str = ""
    repeated: bool = False
    attempts: int = 0
