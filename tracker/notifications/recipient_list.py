"""Decides which recipients of a channel still need a message, and the state of the whole message. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from tracker.notifications.delivery_result import LENGTH, DeliveryResult
from tracker.sanitize import shorten
from tracker.storage.deliveries import ONLY, Recipient, RecipientState

GONE = "no longer a recipient of the channel"
WAITS = "an earlier alert of its story has not reached it yet"


@dataclass(slots=True)
class Roster:
    """The recipients of one copy of a message, and the answer of each.

    A channel calls `wants` before each recipient and `note` right after it, so that a later hang does not lose earlier
    answers. `known` are the recipients with a stored state, `blocked` the names for which an earlier message of the story
    is still pending. A `labeled` copy says that it may be a repetition, and goes to recipients that may have the message
    already; `unknown_labeled` tells which copy goes to a recipient without a state. `hide` removes secrets from an
    answer.
    """

    known: Mapping[str, Recipient] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    labeled: bool = False
    unknown_labeled: bool = False
    hide: Callable[[DeliveryResult], DeliveryResult] | None = None
    answers: dict[str, DeliveryResult] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)

    def wants(self, name: str = ONLY) -> bool:
        self.seen.add(name)
        known = self.known.get(name)
        if known is not None and known.state in {"sent", "dead"}:
            return False
        if (known.repeated if known else self.unknown_labeled) != self.labeled:
            return False
        if name in self.blocked:
            self.deferred.add(name)
            return False
        self.started.add(name)
        return True

    def note(self, name: str, answer: DeliveryResult) -> None:
        self.answers[name] = self.hide(answer) if self.hide else answer

    def refused(self) -> bool:
        """Whether a recipient refused it for good."""
        return any(not answer.ok and not answer.transient for answer in self.answers.values())

    def without_refused(self) -> Roster:
        """The roster of one more copy, only for the recipients that refused it for good."""
        others = {name for name, answer in self.answers.items() if answer.ok or answer.transient}
        known = {**self.known, **{name: Recipient(name, "sent") for name in others}}
        return replace(self, known=known, answers={}, seen=set(), started=set(), deferred=set())


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """The outcome of one attempt (one or two copies) for the recipients of a message. `unanswered` were contacted and
    gave no answer. `complete`: every recipient was tried; false where the attempt was cut off."""

    answers: Mapping[str, DeliveryResult]
    seen: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()
    complete: bool = True


def combine_rosters(rosters: Iterable[Roster], *, complete: bool) -> AttemptOutcome:
    """The outcome of one attempt from the rosters of its copies."""
    answers: dict[str, DeliveryResult] = {}
    seen: set[str] = set()
    deferred: set[str] = set()
    started: set[str] = set()
    for roster in rosters:
        answers.update(roster.answers)
        seen |= roster.seen
        deferred |= roster.deferred
        started |= roster.started
    return AttemptOutcome(
        answers, frozenset(seen), frozenset(deferred), frozenset(started - answers.keys()), complete
    )


def copies_needed(known: Mapping[str, Recipient], repeated: bool) -> list[bool]:
    """The copies of a message that are needed: unlabeled (False) for recipients that cannot have it yet, labeled (True)
    for those that may have it. `repeated`: the copy for recipients without a state."""
    return sorted(
        {recipient.repeated for recipient in known.values() if recipient.state == "pending"} | {repeated}
    )


def recipients_after(
    known: Mapping[str, Recipient], outcome: AttemptOutcome, silence: DeliveryResult | None, *, last: bool
) -> tuple[Recipient, ...]:
    """The state of every recipient after an attempt. `silence`: the result for recipients that gave no answer. `last`:
    there is no further attempt, so temporary failures become dead."""
    found = dict(known)

    def settle(name: str, answer: DeliveryResult) -> None:
        before = known.get(name)
        state: RecipientState = (
            "sent" if answer.ok else "pending" if answer.transient and not last else "dead"
        )
        repeated = (before.repeated if before else False) or (answer.uncertain and not answer.ok)
        found[name] = Recipient(name, state, answer.text, repeated, (before.attempts if before else 0) + 1)

    for name, answer in outcome.answers.items():
        settle(name, answer)
    if silence is not None:
        for name in outcome.unanswered:
            settle(name, silence)
    for name in outcome.deferred:
        found.setdefault(name, Recipient(name, "pending", WAITS))
    if outcome.complete and outcome.seen:
        for name, recipient in known.items():
            if name not in outcome.seen and recipient.state != "sent":
                found[name] = replace(recipient, state="removed", answer=GONE)
    return tuple(found.values())


def summary(answers: Mapping[str, DeliveryResult], whole: DeliveryResult) -> DeliveryResult:
    """The result of the channel as a whole: `whole` where it has one recipient or all accepted the message, otherwise how
    many accepted it and who did not, by name."""
    if len(answers) < 2 or all(answer.ok for answer in answers.values()):
        return whole
    refused = {name: answer for name, answer in answers.items() if not answer.ok}
    texts = [
        answer.text if not name or name in answer.text else f"{answer.text} ({name})"
        for name, answer in refused.items()
    ]
    accepted = len(answers) - len(refused)
    return DeliveryResult(
        False,
        shorten(f"{accepted} of {len(answers)} taken; {'; '.join(dict.fromkeys(texts))}", LENGTH),
        transient=any(answer.transient for answer in refused.values()),
        retry_after=max(
            (answer.retry_after for answer in refused.values() if answer.retry_after is not None),
            default=None,
        ),
        uncertain=any(answer.uncertain for answer in refused.values()),
        handle=whole.handle,
        partly=accepted > 0,
    )
