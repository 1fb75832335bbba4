"""The rules for confirming a new text of a page. Pure.

A page behind several servers may give its old text again after the new one was seen. A text is confirmed by a second fetch
moments later that does not give the stored text, or by the next poll. A text that the page had before needs two polls, so
that a lagging server never makes a change back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

IN_A_ROW = 2  # polls
IN_ALL = 3  # polls
CALM = timedelta(days=1)  # without another text, after which a page is no longer flapping


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unconfirmed text: `polls` in a row returned it; `seen` polls in all returned a text other than the stored one."""

    digest: str
    polls: int
    seen: int


def next_state(
    new: str, second: str, stored: str, former: Collection[str], waiting: Waiting | None
) -> Waiting | None:
    """None where the new text counts; otherwise the state of the unconfirmed text.

    All are digests: of the new text, of the second fetch, of the stored text, and of the texts that the page had before
    that.
    """
    returning = new in former
    if not returning and second != stored:
        return None
    same = waiting is not None and waiting.digest == new
    earlier = waiting.polls if waiting is not None and same else 0
    seen = (waiting.seen if waiting is not None else 0) + 1
    polls = 0 if returning and second != new else earlier + 1
    if polls >= IN_A_ROW or (not returning and seen >= IN_ALL):
        return None
    return Waiting(new, polls, seen)


def is_calm(at: datetime, now: datetime) -> bool:
    """Whether a page that last gave another text at `at`, and the stored one since, is no longer flapping."""
    return now - at >= CALM
