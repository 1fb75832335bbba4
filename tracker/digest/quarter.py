"""Statistics of the last quarter: changes per week, and the days between first sight and effective date. Pure."""

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
TOPICS = 6  # topics with a line of their own
# Upper bounds in days from first sight to effect; the first: in force when first seen.
BOUNDS: tuple[int | None, ...] = (0, 7, 30, 90, None)


@dataclass(frozen=True, slots=True)
class ChangeSighting:
    """One change for statistics. `effective`: the first effective date that its text names; None: it names none."""

    detected_at: datetime
    level: Level
    topics: tuple[str, ...] = ()
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """The number of changes of one week by level and by topic (a change counts for each of its topics)."""

    period: Period
    levels: Counter[Level]
    topics: Counter[str]

    @property
    def total(self) -> int:
        return self.levels.total()


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from first sight to effect: `counts` by `BOUNDS`, and the median (None: no rules)."""

    counts: tuple[int, ...]
    median: float | None

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Quarter:
    """Up to thirteen weeks, oldest first, ending with the week of the digest. `topics`: the most frequent ones, in order."""

    weeks: tuple[WeekCounts, ...]
    topics: tuple[str, ...]
    lead: LeadTime

    @property
    def total(self) -> int:
        return sum(counts_of_week.total for counts_of_week in self.weeks)

    @property
    def usual(self) -> float:
        """The average number of changes per week, without the last week."""
        before = self.weeks[:-1]
        return sum(counts_of_week.total for counts_of_week in before) / len(before) if before else 0.0


def quarter(
    period: Period, sightings: Iterable[ChangeSighting], watched_since: datetime | None = None
) -> Quarter:
    """The quarter that ends with this week. Weeks before `watched_since` are left out, because they would count as weeks
    without changes."""
    periods = [period.shifted(-back) for back in range(WEEKS - 1, -1, -1)]
    weeks = tuple(
        WeekCounts(one, Counter(), Counter())
        for one in periods
        if one == period or watched_since is None or one.end > watched_since
    )
    by_monday = {counts_of_week.period.first: counts_of_week for counts_of_week in weeks}
    leads = []
    for sighting in sightings:
        counts_of_week = by_monday.get(week_of(sighting.detected_at, period.timezone).first)
        if counts_of_week is None:
            continue
        counts_of_week.levels[sighting.level] += 1
        counts_of_week.topics.update(sighting.topics)
        if sighting.effective is not None:
            leads.append((sighting.effective - legal_day(sighting.detected_at)).days)
    topics: Counter[str] = Counter()
    for counts_of_week in weeks:
        topics.update(counts_of_week.topics)
    most_frequent = sorted(topics, key=lambda name: (-topics[name], -weeks[-1].topics[name], name))
    return Quarter(weeks, tuple(most_frequent[:TOPICS]), _lead(leads))


def _lead(days: Sequence[int]) -> LeadTime:
    counts = [0] * len(BOUNDS)
    for number in days:
        counts[next(index for index, bound in enumerate(BOUNDS) if bound is None or number <= bound)] += 1
    return LeadTime(tuple(counts), median(days) if days else None)
