"""Whether a text that a page gave is its text now, or one that it gives in turn with another.

A page behind several servers may give its old text again after the new one was seen. A text is confirmed by a fetch
moments later that does not give the stored text any more, or by the next poll. One that the page had before has to
prove itself twice, so that a server that lags behind never makes a change back. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

IN_A_ROW = 2  # polls
IN_ALL = 3  # polls
CALM = timedelta(days=1)  # after this long without another text, a page is no longer called flapping


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text that waits to be confirmed: `polls` in a row got it, `seen` polls in all got another text than the stored."""

    digest: str
    polls: int
    seen: int


def next_state(
    new: str, second: str, stored: str, former: Collection[str], waiting: Waiting | None
) -> Waiting | None:
    """None: the new text counts. Otherwise what is known now of the text that waits.

    All are digests: of the new text, of the fetch that should confirm it, of the stored text, and of the texts that the
    page had before that.
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
    """Whether a page that gave another text last at `at`, and the stored one since, is steady again."""
    return now - at >= CALM
