"""Outages: one incident from the moment that it is sure to the recovery, each told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tracker.model import Attempt, Level
from tracker.serialization import format_instant
from tracker.storage import notices
from tracker.storage.outbox import Ended
from tracker.storage.schema import INCIDENT

# A single failed poll is weather; the second in a row is an outage.
FAILURES = 2

DOWN = {
    "source": "source-down",
    "host": "host-down",
    "network": "network-down",
    "quiet": "source-quiet",
    "gap": "source-gap",
    "channel": "channel-down",
    "recipient": "recipient-refused",
}
BACK = {
    "source": "source-back",
    "host": "host-back",
    "network": "network-back",
    "quiet": "source-resumed",
    "gap": "source-whole",
    "channel": "channel-back",
    "recipient": "recipient-back",
}
_OF_SOURCES = frozenset({"source", "host", "network"})
_ABOUT_CHANNELS = frozenset(words[kind] for words in (DOWN, BACK) for kind in ("channel", "recipient"))


@dataclass(frozen=True, slots=True)
class SubjectHealth:
    """How a source, a host, the network or a channel stands after a poll. `subject` is `source:fr-bis`, `host:www.ecfr.gov`,
    `network:`; `failures` in a row, the first of them at `since` where that is known. `sources` are those that it touches,
    `cause` as `errors.cause_of` gives it."""

    subject: str
    failures: int
    state: str = ""
    reason: str = ""
    since: datetime | None = None
    sources: tuple[str, ...] = ()
    cause: Mapping[str, Any] = field(default_factory=dict)


def settle(
    connection: Connection,
    found: Sequence[SubjectHealth],
    channels: Iterable[str],
    now: datetime,
    well: Mapping[str, str],
) -> int:
    """Brings the incidents of sources, hosts and the network to what `found` says there is. An incident whose cause shows
    itself to be a wider or a narrower one goes on under its new name and is not announced again. `well` gives the host of
    each source that is watched. How many deliveries are owed."""
    open_now = {
        str(row.subject): row
        for row in connection.execute(select(INCIDENT).where(INCIDENT.c.closed_at.is_(None))).all()
        if str(row.subject).partition(":")[0] in _OF_SOURCES
    }
    wanted = {standing.subject: standing for standing in found}
    ended = {subject: row for subject, row in open_now.items() if subject not in wanted}
    standings = []
    for subject, standing in wanted.items():
        before = [old for old in ended if subject not in open_now and _touch(old, standing, well)]
        for number, old in enumerate(before):
            row = ended.pop(old)
            values = {"closed_at": now} if number else {"subject": subject, "reason": standing.reason}
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == row.id).values(**values))
        if not before:
            standings.append(standing)
    standings += [
        SubjectHealth(subject, 0, sources=tuple(sorted(name for name in well if _of(subject, name, well))))
        for subject in ended
        if not subject.startswith("source:") or subject.removeprefix("source:") in well
    ]
    return observe(connection, standings, channels, now)


def _touch(subject: str, standing: SubjectHealth, well: Mapping[str, str]) -> bool:
    """Whether an incident was about one of the sources that an outage touches."""
    return any(_of(subject, name, well) for name in standing.sources)


def _of(subject: str, source: str, well: Mapping[str, str]) -> bool:
    kind, _, name = subject.partition(":")
    return kind == "network" or name == (source if kind == "source" else well.get(source))


def observe(
    connection: Connection, standings: Sequence[SubjectHealth], channels: Iterable[str], now: datetime
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
            "sources": list(standing.sources),
            "cause": dict(standing.cause),
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
                    {**facts, "failures": standing.failures, "since": format_instant(standing.since or now)},
                )
            )
        elif incident is not None and standing.failures == 0:
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == incident.id).values(closed_at=now))
            since = format_instant(incident.opened_at)
            closed.append(
                (
                    int(incident.id),
                    {**facts, "reason": incident.reason, "since": since, "until": format_instant(now)},
                )
            )
    owed = 0
    for words, found, level in ((DOWN, opened, Level.HIGH), (BACK, closed, Level.LOW)):
        batch = f"incidents-{found[0][0]}-{words['source']}" if len(found) > 1 else None
        for number, every in found:
            facts = {name: value for name, value in every.items() if value not in ([], {})}
            owed += notices.enqueue_notice(
                connection, name=("incident", number), kind=words[facts["subject"].partition(":")[0]], level=level,
                story=f"incident-{number}", data=facts, channels=told, reason={"code": "outage"}, now=now, batch=batch,
            )  # fmt: skip
    return owed


def lasting(connection: Connection) -> frozenset[str]:
    """The subjects of all incidents that last."""
    found = connection.execute(select(INCIDENT.c.subject).where(INCIDENT.c.closed_at.is_(None)))
    return frozenset(str(subject) for subject in found.scalars())


def of_subjects(connection: Connection, subjects: Sequence[str]) -> dict[str, Any]:
    """The incidents of these subjects that last, by subject."""
    rows = connection.execute(
        select(INCIDENT).where(INCIDENT.c.subject.in_(list(subjects)) & INCIDENT.c.closed_at.is_(None))
    )
    return {str(row.subject): row for row in rows}


def end_of_removed(
    connection: Connection, sources: Collection[str], channels: Collection[str], now: datetime
) -> list[str]:
    """Closes the incidents of sources and channels that the settings do not name any more: nobody polls them, so that
    nothing else would ever close them. That is no recovery, and none is told. Their subjects."""
    open_now = connection.execute(
        select(INCIDENT.c.id, INCIDENT.c.subject).where(INCIDENT.c.closed_at.is_(None))
    )
    removed = []
    for number, subject in open_now.all():
        kind, _, name = str(subject).partition(":")
        if kind in {"host", "network"}:  # they end with the next poll
            continue
        name = name.partition(" ")[0]  # of a recipient, its channel
        if kind in DOWN and name not in (channels if kind in {"channel", "recipient"} else sources):
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == number).values(closed_at=now))
            removed.append(str(subject))
    return removed


def channel_watch(operators: Sequence[str]) -> Ended:
    """What the outbox says of channels: the first alert that one gives up opens an incident, announced on the first
    other channel of the operators; the next one that it takes closes it. Where some recipients of a channel took
    it and another refused it for good, the incident is that recipient's; where there is no other channel, the other
    recipients hear of it."""

    def ended(connection: Connection, channel: str, state: str, attempt: Attempt, told: str) -> None:
        notice = notices.get(connection, told)
        # Notices about notices would go round in circles.
        about_channels = notice is not None and notice.kind in _ABOUT_CHANNELS
        others = [name for name in operators if name != channel][:1]
        reached = any(one.state in {"sent", "pending"} for one in attempt.recipients)
        standings = []
        if state == "dead" and not reached:
            standings.append(SubjectHealth(f"channel:{channel}", FAILURES, "dead", attempt.answer))
        elif reached:
            standings += [
                SubjectHealth(_of_recipient(channel, one.name), FAILURES, "dead", one.answer)
                for one in attempt.recipients
                if one.state == "dead" and one.name
            ]
        if about_channels:
            standings = []
        well = [f"channel:{channel}"] if state == "sent" else []
        well += [_of_recipient(channel, one.name) for one in attempt.recipients if one.state == "sent"]
        if state == "sent":  # also those that are no recipients any more
            well += _of_channel(connection, channel)
        standings += [SubjectHealth(subject, 0) for subject in of_subjects(connection, well)]
        if standings:
            observe(connection, standings, others or (operators if reached else ()), attempt.at)

    return ended


def _of_recipient(channel: str, name: str) -> str:
    return f"recipient:{channel} {name}"


def _of_channel(connection: Connection, channel: str) -> list[str]:
    mine = INCIDENT.c.subject.startswith(_of_recipient(channel, ""), autoescape=True)
    return list(
        connection.execute(select(INCIDENT.c.subject).where(mine & INCIDENT.c.closed_at.is_(None))).scalars()
    )
