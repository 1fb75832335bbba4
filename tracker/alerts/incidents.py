"""Outages: one incident from its detection to the recovery; a notice is queued when it opens and when it closes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from tracker.model import Level
from tracker.serialization import format_instant
from tracker.storage import notices
from tracker.storage.deliveries import Attempt
from tracker.storage.outbox import OnSettled
from tracker.storage.schema import INCIDENT

# One failed poll is normal; the second in a row is an outage.
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
    """The state of a source, a host, the network or a channel after a poll. `subject` is `source:fr-bis`,
    `host:www.ecfr.gov` or `network:`; `failures` in a row, the first of them at `since` (None: unknown). `sources` are
    the affected ones. `cause` is structured: that of `errors.cause_of`, or a code of its own such as `quiet`."""

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
    host_by_source: Mapping[str, str],
) -> int:
    """Opens and closes the incidents of sources, hosts and the network, so that they match `found`; returns the number of
    deliveries queued. An incident whose cause turns out wider or narrower is renamed and not announced again.
    `host_by_source` has every watched source."""
    open_now = {
        str(row.subject): row
        for row in connection.execute(select(INCIDENT).where(INCIDENT.c.closed_at.is_(None))).all()
        if str(row.subject).partition(":")[0] in _OF_SOURCES
    }
    failing = {health.subject: health for health in found}
    ended = {subject: row for subject, row in open_now.items() if subject not in failing}
    observations = []
    for subject, health in failing.items():
        before = [old for old in ended if subject not in open_now and _affects(old, health, host_by_source)]
        for number, old in enumerate(before):
            row = ended.pop(old)
            renamed = {"subject": subject, "reason": health.reason, "cause": dict(health.cause) or None}
            values: dict[str, Any] = {"closed_at": now} if number else renamed
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == row.id).values(**values))
        if not before:
            observations.append(health)
    observations += [
        SubjectHealth(subject, 0, sources=_sources_of(subject, host_by_source))
        for subject in ended
        if not subject.startswith("source:") or subject.removeprefix("source:") in host_by_source
    ]
    return observe(connection, observations, channels, now)


def _affects(subject: str, health: SubjectHealth, host_by_source: Mapping[str, str]) -> bool:
    """Whether the incident of `subject` affected one of the sources of `health`."""
    return any(_is_about(subject, name, host_by_source) for name in health.sources)


def _sources_of(subject: str, host_by_source: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in host_by_source if _is_about(subject, name, host_by_source)))


def _is_about(subject: str, source: str, host_by_source: Mapping[str, str]) -> bool:
    kind, _, name = subject.partition(":")
    return kind == "network" or name == (source if kind == "source" else host_by_source.get(source))


def observe(
    connection: Connection, observations: Sequence[SubjectHealth], channels: Iterable[str], now: datetime
) -> int:
    """Opens and closes incidents and queues their notices; returns the number of deliveries queued. Outages that are
    found together go out as one message."""
    open_now = of_subjects(connection, [health.subject for health in observations])
    recipients = list(channels)
    opened, closed = list[tuple[int, dict[str, Any]]](), list[tuple[int, dict[str, Any]]]()
    for health in observations:
        incident = open_now.get(health.subject)
        facts: dict[str, Any] = {
            "subject": health.subject,
            "state": health.state,
            "reason": health.reason,
            "sources": list(health.sources),
            "cause": dict(health.cause),
        }
        if incident is None and health.failures >= FAILURES:
            row = connection.execute(
                insert(INCIDENT)
                .values(
                    subject=health.subject,
                    reason=health.reason,
                    cause=dict(health.cause) or None,
                    opened_at=health.since or now,
                )
                .returning(INCIDENT.c.id)
            )
            opened.append(
                (
                    int(row.scalar_one()),
                    {**facts, "failures": health.failures, "since": format_instant(health.since or now)},
                )
            )
        elif incident is not None and health.failures == 0:
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == incident.id).values(closed_at=now))
            since = format_instant(incident.opened_at)
            closed.append(
                (
                    int(incident.id),
                    {
                        **facts,
                        "reason": incident.reason,
                        "cause": incident.cause or {},
                        "since": since,
                        "until": format_instant(now),
                    },
                )
            )
    queued = 0
    for words, found, level in ((DOWN, opened, Level.HIGH), (BACK, closed, Level.LOW)):
        batch = f"incidents-{found[0][0]}-{words['source']}" if len(found) > 1 else None
        for number, every in found:
            facts = {name: value for name, value in every.items() if value not in ([], {})}
            queued += notices.enqueue_notice(
                connection, name=("incident", number), kind=words[facts["subject"].partition(":")[0]], level=level,
                story=f"incident-{number}", data=facts, channels=recipients, reason={"code": "outage"}, now=now, batch=batch,
            )  # fmt: skip
    return queued


def open_subjects(connection: Connection) -> frozenset[str]:
    """The subjects of all open incidents."""
    found = connection.execute(select(INCIDENT.c.subject).where(INCIDENT.c.closed_at.is_(None)))
    return frozenset(str(subject) for subject in found.scalars())


def of_subjects(connection: Connection, subjects: Sequence[str]) -> dict[str, Any]:
    """The open incidents of these subjects, by subject."""
    rows = connection.execute(
        select(INCIDENT).where(INCIDENT.c.subject.in_(list(subjects)) & INCIDENT.c.closed_at.is_(None))
    )
    return {str(row.subject): row for row in rows}


def end_of_removed(
    connection: Connection, sources: Collection[str], channels: Collection[str], now: datetime
) -> list[str]:
    """Closes the incidents of sources and channels that the settings no longer have; returns their subjects. Nothing
    else would close them, because they are not polled. No recovery notice is queued."""
    open_now = connection.execute(
        select(INCIDENT.c.id, INCIDENT.c.subject).where(INCIDENT.c.closed_at.is_(None))
    )
    removed = []
    for number, subject in open_now.all():
        kind, _, name = str(subject).partition(":")
        if kind in {"host", "network"}:  # the next poll closes them
            continue
        name = name.partition(" ")[0]  # of a recipient, its channel
        if kind in DOWN and name not in (channels if kind in {"channel", "recipient"} else sources):
            connection.execute(update(INCIDENT).where(INCIDENT.c.id == number).values(closed_at=now))
            removed.append(str(subject))
    return removed


def channel_watch(operators: Sequence[str]) -> OnSettled:
    """A callback for the outbox that opens and closes the incidents of channels. The first delivery that a channel gives
    up opens an incident, announced on the first other channel of the operators; the next delivery that it accepts
    closes it. Where only some recipients refused for good, the incident is that of the recipient; without another
    channel, the remaining recipients are notified."""

    def ended(connection: Connection, channel: str, state: str, attempt: Attempt, subject_id: str) -> None:
        notice = notices.get(connection, subject_id)
        # A notice about a failed notice could repeat without end.
        about_channels = notice is not None and notice.kind in _ABOUT_CHANNELS
        others = [name for name in operators if name != channel][:1]
        reached = any(one.state in {"sent", "pending"} for one in attempt.recipients)
        observations = []
        if state == "dead" and not reached:
            observations.append(SubjectHealth(f"channel:{channel}", FAILURES, "dead", attempt.answer))
        elif reached:
            observations += [
                SubjectHealth(_of_recipient(channel, one.name), FAILURES, "dead", one.answer)
                for one in attempt.recipients
                if one.state == "dead" and one.name
            ]
        if about_channels:
            observations = []
        recovered = [f"channel:{channel}"] if state == "sent" else []
        recovered += [_of_recipient(channel, one.name) for one in attempt.recipients if one.state == "sent"]
        if state == "sent":  # also recipients that were removed from the settings
            recovered += _of_channel(connection, channel)
        observations += [SubjectHealth(subject, 0) for subject in of_subjects(connection, recovered)]
        if observations:
            observe(connection, observations, others or (operators if reached else ()), attempt.at)

    return ended


def _of_recipient(channel: str, name: str) -> str:
    return f"recipient:{channel} {name}"


def _of_channel(connection: Connection, channel: str) -> list[str]:
    mine = INCIDENT.c.subject.startswith(_of_recipient(channel, ""), autoescape=True)
    return list(
        connection.execute(select(INCIDENT.c.subject).where(mine & INCIDENT.c.closed_at.is_(None))).scalars()
    )
