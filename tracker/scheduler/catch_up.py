"""The step before a poll that follows an outage: it fetches the states of the code that the outage hid, oldest first.

A poll sees only the newest state. Without this step several amendments would be reported as one change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.config.source_kinds import source_kinds
from tracker.errors import FetchError
from tracker.ingest.poll import PollContext
from tracker.model import Change

AFTER = timedelta(days=2)  # without a successful poll
BEHIND = timedelta(days=7)  # the longest that the eCFR lags behind the day on which it is asked
LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class CatchUpResult:
    """`changes` are the records of the missed states; `alerts` counts their deliveries."""

    changes: tuple[Change, ...] = ()
    alerts: int = 0


def is_due(source: Source, last_success_at: datetime | None, now: datetime) -> bool:
    """Whether a source that keeps its past states failed for so long that some of them may have been missed."""
    if source_kinds()[source.kind].inventory != "states" or last_success_at is None:
        return False
    return now - last_success_at >= AFTER


def catch_up(source: Source, last_success_at: datetime, context: PollContext) -> CatchUpResult:
    """Ingests the missed states of one source. Nothing while the outage lasts: the poll that follows reports why."""
    try:
        from tracker.reconciliation import gap_filling

        gaps = gap_filling.audit(source, context, legal_day(last_success_at) - BEHIND).gaps
    except FetchError:
        return CatchUpResult()
    changes = tuple(gap.change for gap in gaps if gap.change is not None)
    return CatchUpResult(changes, sum(gap.alerts for gap in gaps))
