"""Which recipients of a channel a message is still for, and what that makes of the message as a whole. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from tracker.notifications.delivery_result import LENGTH, DeliveryResult
from tracker.recipients import ONLY, Recipient, RecipientState
from tracker.sanitize import shorten

GONE = "no longer a recipient of the channel"
WAITS = "an earlier alert of its story has not reached it yet"


@dataclass(slots=True)
class Roster:
    """The recipients that one copy of a message is for, and what each of them answered.

    Whoever sends asks `wants` before each recipient and calls `note` right after it, so that what hangs later
    takes nothing back. `known` are the recipients that have a state, `blocked` the names for which an earlier message
    of the story still waits. A copy that is `labeled` says that it may be a repetition, and is for those that may
    have the message already; `unknown_labeled` says which copy is for a recipient without a state. `hide` takes
    the secrets out of an answer.
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
        """Whether somebody refused it for good."""
        return any(not answer.ok and not answer.transient for answer in self.answers.values())

    def without_refused(self) -> Roster:
        """For one more copy to those who refused it for good, and to nobody else."""
        others = {name for name, answer in self.answers.items() if answer.ok or answer.transient}
        known = {**self.known, **{name: Recipient(name, "sent") for name in others}}
        return replace(self, known=known, answers={}, seen=set(), started=set(), deferred=set())


@dataclass(frozen=True, slots=True)
class Try:
    """What one try, of one copy or of two, did for the recipients of a message. `unanswered` were asked and gave no
    answer. `complete`: every recipient was asked for, rather than that the try was cut off."""

    answers: Mapping[str, DeliveryResult]
    seen: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()
    complete: bool = True


def gathered(rosters: Iterable[Roster], *, complete: bool) -> Try:
    """The copies of one try taken together."""
    answers: dict[str, DeliveryResult] = {}
    seen: set[str] = set()
    deferred: set[str] = set()
    started: set[str] = set()
    for roster in rosters:
        answers.update(roster.answers)
        seen |= roster.seen
        deferred |= roster.deferred
        started |= roster.started
    return Try(answers, frozenset(seen), frozenset(deferred), frozenset(started - answers.keys()), complete)


def copies(known: Mapping[str, Recipient], repeated: bool) -> list[bool]:
    """Which copies of a message are needed, by their label: one for recipients that cannot have it yet, one for those
    that may have it already. `repeated`: which of the two is for recipients without a state."""
    return sorted(
        {recipient.repeated for recipient in known.values() if recipient.state == "pending"} | {repeated}
    )


def after(
    known: Mapping[str, Recipient], try_: Try, silence: DeliveryResult | None, *, last: bool
) -> tuple[Recipient, ...]:
    """How every recipient stands after a try. `silence`: the answer of those that were asked and said nothing.
    `last`: there is no further try, so that what is put off now is given up."""
    found = dict(known)

    def settle(name: str, answer: DeliveryResult) -> None:
        before = known.get(name)
        state: RecipientState = (
            "sent" if answer.ok else "pending" if answer.transient and not last else "dead"
        )
        repeated = (before.repeated if before else False) or (answer.uncertain and not answer.ok)
        found[name] = Recipient(name, state, answer.text, repeated, (before.attempts if before else 0) + 1)

    for name, answer in try_.answers.items():
        settle(name, answer)
    if silence is not None:
        for name in try_.unanswered:
            settle(name, silence)
    for name in try_.deferred:
        found.setdefault(name, Recipient(name, "pending", WAITS))
    if try_.complete and try_.seen:
        for name, recipient in known.items():
            if name not in try_.seen and recipient.state != "sent":
                found[name] = replace(recipient, state="removed", answer=GONE)
    return tuple(found.values())


def summary(answers: Mapping[str, DeliveryResult], said: DeliveryResult) -> DeliveryResult:
    """The answer of the channel as a whole: `said` where it has one recipient or all took it, otherwise how many took
    it and who did not, by name."""
    if len(answers) < 2 or all(answer.ok for answer in answers.values()):
        return said
    refused = {name: answer for name, answer in answers.items() if not answer.ok}
    texts = [
        answer.text if not name or name in answer.text else f"{answer.text} ({name})"
        for name, answer in refused.items()
    ]
    taken = len(answers) - len(refused)
    return DeliveryResult(
        False,
        shorten(f"{taken} of {len(answers)} taken; {'; '.join(dict.fromkeys(texts))}", LENGTH),
        transient=any(answer.transient for answer in refused.values()),
        retry_after=max(
            (answer.retry_after for answer in refused.values() if answer.retry_after is not None),
            default=None,
        ),
        uncertain=any(answer.uncertain for answer in refused.values()),
        handle=said.handle,
        partly=taken > 0,
    )
