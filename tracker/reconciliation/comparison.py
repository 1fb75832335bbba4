"""Compares the documents that a source lists with those that are stored, day by day. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from tracker.clock import legal_day


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """One document that the source lists, with its day: the publication day of a document, or the issue date of a
    CFR part."""

    key: str
    day: date
    title: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The same document in the store. `first_seen` is None where it has no record of its own. `alerted_at`: when
    the first channel accepted its alert; None where no alert was due or none was accepted yet."""

    key: str
    first_seen: datetime | None = None
    alerted_at: datetime | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class LateDocument:
    """A document that was first seen after its day although the source was watched then."""

    expected: ExpectedDocument
    first_seen: datetime
    alerted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    expected: int
    stored: int
    missing: tuple[str, ...]
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReconciliationResult:
    """`missing` is oldest first; `delays` are the seconds from first sight to the first accepted alert."""

    expected: int
    stored: int
    days: tuple[Day, ...]
    missing: tuple[ExpectedDocument, ...]
    late: tuple[LateDocument, ...]
    delays: tuple[float, ...]


def reconcile(
    expected: Iterable[ExpectedDocument], stored: Mapping[str, StoredDocument]
) -> ReconciliationResult:
    """Which of the `expected` documents are stored, missing or late."""
    days: dict[date, list[ExpectedDocument]] = {}
    for one in sorted(set(expected), key=lambda one: (one.day, one.key)):
        days.setdefault(one.day, []).append(one)
    rows, missing, late, delays = list[Day](), list[ExpectedDocument](), list[LateDocument](), list[float]()
    for day, listed in days.items():
        absent = [one for one in listed if one.key not in stored]
        behind = [found for one in listed if (found := _late(one, stored.get(one.key))) is not None]
        for one in listed:
            known = stored.get(one.key)
            if known is not None and known.first_seen and known.alerted_at and not known.baseline:
                delays.append((known.alerted_at - known.first_seen).total_seconds())
        rows.append(
            Day(
                day,
                len(listed),
                len(listed) - len(absent),
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
    return LateDocument(expected, stored.first_seen, stored.alerted_at)


def percentile(values: tuple[float, ...], share: float) -> float | None:
    """The smallest of the sorted values that at least this share of them does not exceed; None of none."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


@dataclass(frozen=True, slots=True)
class EcfrIssue:
    """A state of a CFR part that the eCFR lists from `day` until before `until` (None: it is the present state)."""

    part: str
    day: date
    until: date | None


def issues(dates: Mapping[str, Iterable[date]]) -> list[EcfrIssue]:
    """The states between the issue dates of each part, oldest first over all parts."""
    found = []
    for part, days in dates.items():
        ordered = sorted(set(days))
        found += [EcfrIssue(part, day, until) for day, until in zip_longest(ordered, ordered[1:])]
    return sorted(found, key=lambda issue: (issue.day, issue.part))


def unseen(all_issues: Iterable[EcfrIssue], seen: Mapping[str, Iterable[date]]) -> list[EcfrIssue]:
    """The issues without a stored text. `seen` are the days as of which the stored texts of a part were requested. Issues
    before the first of them are not missing: the part was not watched then."""
    found = []
    for issue in all_issues:
        days = sorted(seen.get(issue.part, ()))
        if not days or (issue.until is not None and issue.until <= days[0]):
            continue
        if not any(issue.day <= day and (issue.until is None or day < issue.until) for day in days):
            found.append(issue)
    return found
