"""Outages: one incident from the moment that it is sure to the recovery, each told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tracker.model import Attempt, Level
from tracker.record import instant
from tracker.store import notices
from tracker.store.outbox import Ended
from tracker.store.tables import INCIDENT

# A single failed poll is weather; the second in a row is an outage.
FAILURES = 2

DOWN = {
    "source": "source-down",
    "quiet": "source-quiet",
    "gap": "source-gap",
    "channel": "channel-down",
}
BACK = {
    "source": "source-back",
    "quiet": "source-resumed",
    "gap": "source-whole",
    "channel": "channel-back",
}
_ABOUT_CHANNELS = frozenset({DOWN["channel"], BACK["channel"]})
WHY = "the operators hear of outages"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source, or a channel, stands after a poll. `subject` is `source:fr-bis`; `failures` in a row, the
    first of them at `since` where that is known."""

    subject: str
    failures: int
    state: str = ""
    reason: str = ""
    since: datetime | None = None


def observe(
    connection: Connection, standings: Sequence[Standing], channels: Iterable[str], now: datetime
) -> int:
    """Opens and closes incidents, and owes what is to be told of them. Outages that are found in one go are told
    in one message. How many deliveries are owed."""
    open_now = of_subjects(connection, [standing.subject for standing in standings])
    told = list(channels)
    opened, closed = list[tuple[int, dict[str, Any]]](), list[tuple[int, dict[str, Any]]]()
    for standing in standings:
        incident = open_now.get(standing.subject)
        facts: dict[str, Any] = {
            "subject": standing.subject,
            "state": standing.state,
            "reason": standing.reason,
        }
        if incident is None and standing.failures >= FAILURES:
            row = connection.execute(
                insert(INCIDENT)
                .values(subject=standing.subject, reason=standing.reason, opened_at=standing.since or now)
                .returning(INCIDENT.c.id)
            )
            opened.append(
                (
                    int(row.scalar_one()),
                    {**facts, "failures": standing.failures, "since": instant(standing.since or now)},
                )
            )
        elif incident is not None and standing.failures == 0:
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == incident.id).values(closed_at=now))
            since = instant(incident.opened_at)
            closed.append(
                (
                    int(incident.id),
                    {**facts, "reason": incident.reason, "since": since, "until": instant(now)},
                )
            )
    owed = 0
    for words, found, level in ((DOWN, opened, Level.HIGH), (BACK, closed, Level.LOW)):
        batch = f"incidents-{found[0][0]}-{words['source']}" if len(found) > 1 else None
        for number, facts in found:
            owed += notices.tell(
                connection, name=("incident", number), kind=words[facts["subject"].partition(":")[0]], level=level,
                story=f"incident-{number}", data=facts, channels=told, reason=WHY, now=now, batch=batch,
            )  # fmt: skip
    return owed


def of_subjects(connection: Connection, subjects: Sequence[str]) -> dict[str, Any]:
    """The incidents of these subjects that last, by subject."""
    rows = connection.execute(
        select(INCIDENT).where(INCIDENT.c.subject.in_(list(subjects)) & INCIDENT.c.closed_at.is_(None))
    )
    return {str(row.subject): row for row in rows}


def channel_watch(operators: Sequence[str]) -> Ended:
    """What the outbox tells of channels: the first alert that one gives up opens an incident, told on the first
    other channel of the operators; the next one that it takes closes it."""

    def ended(connection: Connection, channel: str, state: str, attempt: Attempt, told: str) -> None:
        subject = f"channel:{channel}"
        others = [name for name in operators if name != channel][:1]
        if state == "dead":
            notice = notices.get(connection, told)
            if notice is not None and notice.kind in _ABOUT_CHANNELS:
                return  # notices about notices would go round in circles
            observe(connection, [Standing(subject, FAILURES, "dead", attempt.answer)], others, attempt.at)
        elif of_subjects(connection, [subject]):
            observe(connection, [Standing(subject, 0)], others, attempt.at)

    return ended
