"""How the recipients of one message stand: a mail address, a room of a chat, a phone. Pure data.

A channel can have several recipients. Each of them gets a message exactly once: what one of them took is
never sent to it again because another one was put off or refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RecipientState = Literal["sent", "pending", "dead", "removed"]
# The name of the recipient of a channel that has only one: the channel itself.
ONLY = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of one message. `name` is its address as people know it, without secrets. `state`: sent,
    pending (it will be tried again), dead (refused for good, or given up), removed (no longer in the channel's
    settings). `answer` is the last one. `repeated`: it may have the message, or a part of it, already, so that
    the next copy says so. `attempts` counts the tries."""

    name: str
    state: RecipientState
    answer: str = ""
    repeated: bool = False
    attempts: int = 0
