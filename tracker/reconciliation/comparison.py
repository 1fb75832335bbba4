"""What there should be beside what there is, day by day. Pure: both are handed in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from tracker.clock import legal_day


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """One thing that the source says there is, on the day that it counts under: a document on its publication day, a
    state of a CFR part on its issue date."""

    key: str
    day: date
    title: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The same thing as it is stored. `first_seen` None: it has no record of its own. `told_at` is the first time that a channel took it; None: nobody was to be told, or nobody was yet."""

    key: str
    first_seen: datetime | None = None
    told_at: datetime | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class LateDocument:
    """First seen after its day, though the source was watched by then; and when it was told."""

    expected: ExpectedDocument
    first_seen: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    expected: int
    stored: int
    missing: tuple[str, ...]
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReconciliationResult:
    """`missing` oldest first; `delays` are the seconds from first sight to the first channel that took it."""

    expected: int
    stored: int
    days: tuple[Day, ...]
    missing: tuple[ExpectedDocument, ...]
    late: tuple[LateDocument, ...]
    delays: tuple[float, ...]


def reconcile(
    expected: Iterable[ExpectedDocument], stored: Mapping[str, StoredDocument]
) -> ReconciliationResult:
    """What of `expected` is stored, what is missing, and what came late."""
    days: dict[date, list[ExpectedDocument]] = {}
    for one in sorted(set(expected), key=lambda one: (one.day, one.key)):
        days.setdefault(one.day, []).append(one)
    rows, missing, late, delays = list[Day](), list[ExpectedDocument](), list[LateDocument](), list[float]()
    for day, wanted in days.items():
        absent = [one for one in wanted if one.key not in stored]
        behind = [found for one in wanted if (found := _late(one, stored.get(one.key))) is not None]
        for one in wanted:
            known = stored.get(one.key)
            if known is not None and known.first_seen and known.told_at and not known.baseline:
                delays.append((known.told_at - known.first_seen).total_seconds())
        rows.append(
            Day(
                day,
                len(wanted),
                len(wanted) - len(absent),
                tuple(one.key for one in absent),
                tuple(found.expected.key for found in behind),
            )
        )
        missing += absent
        late += behind
    total = sum(row.expected for row in rows)
    return ReconciliationResult(
        total, total - len(missing), tuple(rows), tuple(missing), tuple(late), tuple(sorted(delays))
    )


def _late(expected: ExpectedDocument, stored: StoredDocument | None) -> LateDocument | None:
    if stored is None or stored.baseline or stored.first_seen is None:
        return None
    if legal_day(stored.first_seen) <= expected.day:
        return None
    return LateDocument(expected, stored.first_seen, stored.told_at)


def percentile(values: tuple[float, ...], share: float) -> float | None:
    """The smallest of the sorted values that at least this share of them does not exceed; None of none."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


@dataclass(frozen=True, slots=True)
class EcfrIssue:
    """A state of a CFR part that the eCFR says there was from `day` until before `until` (None: it still stands)."""

    part: str
    day: date
    until: date | None


def issues(dates: Mapping[str, Iterable[date]]) -> list[EcfrIssue]:
    """The states between the issue dates of each part, oldest first over all."""
    found = []
    for part, days in dates.items():
        ordered = sorted(set(days))
        found += [EcfrIssue(part, day, until) for day, until in zip_longest(ordered, ordered[1:])]
    return sorted(found, key=lambda issue: (issue.day, issue.part))


def unseen(all_issues: Iterable[EcfrIssue], seen: Mapping[str, Iterable[date]]) -> list[EcfrIssue]:
    """Issues that no stored text is of. `seen` are the days that the stored texts of a part were asked as of. What was
    before the first of them is not missing: nobody watched then."""
    found = []
    for issue in all_issues:
        days = sorted(seen.get(issue.part, ()))
        if not days or (issue.until is not None and issue.until <= days[0]):
            continue
        if not any(issue.day <= day and (issue.until is None or day < issue.until) for day in days):
            found.append(issue)
    return found
