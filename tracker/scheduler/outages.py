"""Derives the present outages from the last polls of all sources. Pure.

One cause is one outage: a network or host that is down is reported once, with the sources that it affects. A source that
fails by itself is an outage of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.alerts.incidents import FAILURES, SubjectHealth

# Codes of `errors.cause_of` where a host did not answer at all, and those that a whole host may cause.
SILENT = frozenset({"no-connection", "no-answer", "broken"})
OF_HOST = SILENT | {"server-error"}
NETWORK = "network:"


@dataclass(frozen=True, slots=True)
class Polled:
    """The state of a source after its last poll. `host` is the one in its settings; `failures` are in a row, the first of
    them at `since`; the last poll ended at `ended_at`; `cause` is that of `errors.cause_of`, empty after a success."""

    source: str
    host: str
    failures: int
    state: str
    reason: str
    cause: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    ended_at: datetime | None = None
    succeeded_at: datetime | None = None

    @property
    def code(self) -> str:
        return str(self.cause.get("code", "")) if self.failures else ""

    @property
    def blamed(self) -> str:
        """The host that the failure is about."""
        return str(self.cause.get("host", "")) or self.host

    def heard_since(self, moment: datetime | None) -> bool:
        """Whether a host answered this source, with success or an error, at or after `moment`."""
        if moment is None:
            return False
        answered = self.succeeded_at if not self.failures or self.code in OF_HOST else self.ended_at
        return answered is not None and answered >= moment


def outages(polled: Sequence[Polled], lasting: Collection[str]) -> list[SubjectHealth]:
    """The present outages, by subject: `network:`, `host:NAME`, `source:ID`. `lasting` are the subjects of outages that were
    open before: a source's own outage lasts until one of its polls succeeds."""
    silent = [one for one in polled if one.code in SILENT]
    since = _since(silent)
    others = [one for one in polled if one.code not in SILENT]
    hosts = {one.blamed for one in silent}
    if len(hosts) > 1 and _sure(silent) and not any(one.heard_since(since) for one in others):
        return [_together(NETWORK, silent)]
    found = []
    grouped = set[str]()
    for host in sorted({one.blamed for one in polled if one.code in OF_HOST}):
        members = [one for one in polled if one.code in OF_HOST and one.blamed == host]
        elsewhere = [one for one in polled if one.host == host and one not in members]
        subject = f"host:{host}"
        if len(members) < 2 or any(one.heard_since(_since(members)) for one in elsewhere):
            continue
        if subject in lasting or any(_fresh(one, polled) for one in members):
            grouped |= {one.source for one in members}
            if _sure(members):
                found.append(_together(subject, members))
    for one in polled:
        subject = f"source:{one.source}"
        if one.failures and one.source not in grouped and (subject in lasting or _fresh(one, polled)):
            found.append(
                SubjectHealth(
                    subject, one.failures, one.state, one.reason, one.since, (one.source,), one.cause
                )
            )
    return [health for health in found if health.failures >= FAILURES]


def _sure(members: Iterable[Polled]) -> bool:
    return any(one.failures >= FAILURES for one in members)


def _since(members: Iterable[Polled]) -> datetime | None:
    return min((one.since for one in members if one.since is not None), default=None)


def _fresh(one: Polled, polled: Iterable[Polled]) -> bool:
    """Whether a failure still counts. It does not once its host (or any host, where its own did not answer at all) has
    answered another source since: the source's next poll shows how it is. Each poll is fresh when it ends."""
    if one.code not in OF_HOST or one.ended_at is None:
        return True
    return not any(
        (one.code in SILENT or other.host == one.host)
        and not other.failures
        and other.succeeded_at is not None
        and other.succeeded_at > one.ended_at
        for other in polled
    )


def _together(subject: str, members: Sequence[Polled]) -> SubjectHealth:
    worst = max(members, key=lambda one: one.failures)
    names = tuple(sorted(one.source for one in members))
    return SubjectHealth(
        subject, worst.failures, worst.state, worst.reason, _since(members), names, worst.cause
    )
