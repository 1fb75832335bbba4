"""The daily reconciliation: audits every source that keeps a list once a day, records the result, fills the gaps, and
opens an incident while something is missing.

It runs at noon in New York: the day's issue is published at six, and is listed everywhere by noon.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from tracker.alerts import incidents
from tracker.clock import ahead, legal_day, legal_instant
from tracker.config.models import Source
from tracker.errors import FetchError
from tracker.ingest.poll import PollContext
from tracker.reconciliation import report
from tracker.reconciliation.gap_filling import AuditResult, audit, audited_kinds
from tracker.reconciliation.govinfo_crosscheck import IssueCache
from tracker.storage import reconciliations, source_state
from tracker.storage.reconciliations import Reconciliation

HOUR = time(12)
SHORTEST = timedelta(days=7)  # back from today: a document may be listed late
AGAIN = timedelta(hours=1)
FRESH = timedelta(minutes=2)  # since the last poll
_OVERLAP = timedelta(days=2)
_NAMED = 12  # documents in the reason of an incident; `tracker audit` lists all


def due_audits(last: Reconciliation | None, baseline_at: datetime | None, now: datetime) -> bool:
    """Whether today's audit is still to be done. Pure. A source whose first poll was after the hour waits for the next day,
    because nothing can be missing yet. One that did not answer is asked again after an hour."""
    hour = legal_instant(legal_day(now), HOUR)
    if now < hour:
        hour = legal_instant(legal_day(now) - timedelta(days=1), HOUR)
    if baseline_at is None or (baseline_at >= hour and not ahead(baseline_at, now)):
        return False
    if last is None or last.at < hour or last.at > now:
        return True
    return "expected" not in last.record and now - last.at >= AGAIN


def since(source: Source, last: Reconciliation | None, baseline_at: datetime, now: datetime) -> date:
    """The first day to audit: a week back, or further to the last audit that compared every channel, so that no outage
    leaves days out; never before the first poll, nor before the recheck window. Pure."""
    today = legal_day(now)
    first = today - SHORTEST
    if last is None or last.through is None:
        first = today - source.recheck
    else:
        first = min(first, last.through - _OVERLAP)
    return max(first, today - source.recheck, min(legal_day(baseline_at), today))


def just_polled(attempt: datetime | None, success: datetime | None, now: datetime) -> bool:
    """Whether the source was polled within the last minutes, so that what its next poll would bring does not count as
    missing. Where no poll has succeeded for a day, a failed one is enough. Pure."""
    if success is None or now - success > timedelta(days=1):
        success = attempt
    return success is not None and timedelta() <= now - success <= FRESH


def is_due(source: Source, context: PollContext) -> bool:
    """Whether today's audit of this source is still to be done, by the stored state."""
    if not source.enabled or source.kind not in audited_kinds():
        return False
    last, state = _before(source, context)
    now = context.now()
    if state is None or not just_polled(state.last_attempt_at, state.last_success_at, now):
        return False
    return due_audits(last, state.baseline_at, now)


def reconcile(source: Source, context: PollContext, cache: IssueCache) -> Reconciliation:
    """Audits a source as far back as needed, and records the result."""
    last, state = _before(source, context)
    now = context.now()
    first = since(source, last, (state.baseline_at if state else None) or now, now)
    try:
        found: AuditResult | FetchError = audit(source, context, first, cache)
    except FetchError as error:
        found = error
    return record_result(source, context, first, found)


def _before(
    source: Source, context: PollContext
) -> tuple[Reconciliation | None, source_state.SourceState | None]:
    with context.store.read() as connection:
        last = reconciliations.latest(connection).get(source.id)
    return last, source_state.source_states(context.store, [source.id]).get(source.id)


def record_result(
    source: Source, context: PollContext, first: date, found: AuditResult | FetchError
) -> Reconciliation:
    """Records the result of an audit, and opens or closes the incident of its gaps. Where the source did not answer, the
    incident stays as it is: nothing is known."""
    now = context.now()
    if isinstance(found, FetchError):
        row = Reconciliation(
            source.id, now, first, None, False, {"kind": str(source.kind), "errors": [found.line()]}
        )
        with context.store.write() as connection:
            reconciliations.add(connection, row)
        return row
    record = {name: value for name, value in report.as_json(found).items() if name != "days"}
    through = legal_day(now) if found.second is None else found.second.through
    row = Reconciliation(source.id, now, first, through, found.ok, record)
    failures = incidents.FAILURES if any(gap.expected_by_poll for gap in found.gaps) else 0
    health = incidents.SubjectHealth(
        f"gap:{source.id}", failures, "gap", cause=_cause(found) if failures else {}
    )
    with context.store.write() as connection:
        reconciliations.add(connection, row)
        if not found.troubles:
            incidents.observe(connection, [health], context.settings.channels_for_outages(), now)
    return row


def _cause(found: AuditResult) -> dict[str, Any]:
    """The gaps as the structured cause of an incident: the first few, and the number of all."""
    gaps = [gap for gap in found.gaps if gap.expected_by_poll]
    named = [
        {"key": gap.expected.key, "filled": gap.how, "alerts": gap.alerts, "error": gap.error}
        for gap in gaps[:_NAMED]
    ]
    return {"code": "gap", "gaps": named, "count": len(gaps)}
