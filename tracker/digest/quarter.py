"""The last quarter in figures: what each week brought, and how long before a rule took effect it was first seen. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from tracker.clock import legal_day
from tracker.digest.period import Period, week_of
from tracker.model import Level

WEEKS = 13
TOPICS = 6  # so many have a line of their own
# Upper ends, in days from first sight to effect; the first is what was in force when it was first seen.
BOUNDS: tuple[int | None, ...] = (0, 7, 30, 90, None)


@dataclass(frozen=True, slots=True)
class ChangeSighting:
    """One change as statistics need it. `effective`: the first day on which any of it takes effect, where its text
    names one."""

    detected_at: datetime
    level: Level
    topics: tuple[str, ...] = ()
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """One week: how many changes of each level, and of each topic (a change counts for each of its topics)."""

    period: Period
    levels: Counter[Level]
    topics: Counter[str]

    @property
    def total(self) -> int:
        return self.levels.total()


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from first sight to effect: `counts` along `BOUNDS`, and the median; None where nothing was counted."""

    counts: tuple[int, ...]
    median: float | None

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Quarter:
    """Up to thirteen weeks, oldest first, the week of the digest last. `topics` are the busiest, busiest first."""

    weeks: tuple[WeekCounts, ...]
    topics: tuple[str, ...]
    lead: LeadTime

    @property
    def total(self) -> int:
        return sum(tally.total for tally in self.weeks)

    @property
    def usual(self) -> float:
        """Changes in an average week before the last one."""
        before = self.weeks[:-1]
        return sum(tally.total for tally in before) / len(before) if before else 0.0


def quarter(
    period: Period, sightings: Iterable[ChangeSighting], watched_since: datetime | None = None
) -> Quarter:
    """The quarter that ends with this week. Sightings outside it are left out, and so are weeks in which nobody
    watched: they would count as quiet."""
    periods = [period.shifted(-back) for back in range(WEEKS - 1, -1, -1)]
    weeks = tuple(
        WeekCounts(one, Counter(), Counter())
        for one in periods
        if one == period or watched_since is None or one.end > watched_since
    )
    by_monday = {tally.period.first: tally for tally in weeks}
    leads = []
    for sighting in sightings:
        tally = by_monday.get(week_of(sighting.detected_at, period.timezone).first)
        if tally is None:
            continue
        tally.levels[sighting.level] += 1
        tally.topics.update(sighting.topics)
        if sighting.effective is not None:
            leads.append((sighting.effective - legal_day(sighting.detected_at)).days)
    topics: Counter[str] = Counter()
    for tally in weeks:
        topics.update(tally.topics)
    busiest = sorted(topics, key=lambda name: (-topics[name], -weeks[-1].topics[name], name))
    return Quarter(weeks, tuple(busiest[:TOPICS]), _lead(leads))


def _lead(days: Sequence[int]) -> LeadTime:
    counts = [0] * len(BOUNDS)
    for number in days:
        counts[next(index for index, bound in enumerate(BOUNDS) if bound is None or number <= bound)] += 1
    return LeadTime(tuple(counts), median(days) if days else None)
