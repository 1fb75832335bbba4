"""Audits one source: fetches its list, compares it with the store, and fills the gaps, oldest first.

A document published since the source is watched should have been reported: it is ingested as by a poll, with alerts. An
older one is ingested without alerts, as by `backfill`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from tracker import sources
from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.config.source_kinds import source_kinds
from tracker.errors import FetchError, ParseError, UsageError
from tracker.ingest.history import HistoryIngest
from tracker.ingest.ingest import Ingest
from tracker.ingest.poll import PollContext, StoredSourceView, in_field
from tracker.model import Change, Fetched, ResourceType
from tracker.reconciliation import stored_inventory
from tracker.reconciliation.comparison import (
    EcfrIssue,
    ExpectedDocument,
    ReconciliationResult,
    StoredDocument,
    issues,
    reconcile,
    unseen,
)
from tracker.reconciliation.govinfo_crosscheck import CrossCheck, IssueCache, cross_check
from tracker.sources.ecfr import adapter as ecfr_adapter
from tracker.sources.ecfr.issues import fetch_issues
from tracker.sources.events import ResourceError
from tracker.sources.federal_register import adapter as federal_register_adapter
from tracker.storage import predictions, source_state
from tracker.storage.blobs import sha256
from tracker.storage.resources import no_resources


@dataclass(slots=True)
class FilledGap:
    """One gap. `how`: `told` (reported as news), `stored` (without alerts), `evidence` (a state between two stored ones:
    kept, no longer news), or empty where the gap is still open, and then `error` gives the reason. `expected_by_poll`: a poll
    should have stored it; false for what is older than the first poll, or existed only between two polls."""

    expected: ExpectedDocument
    how: str = ""
    alerts: int = 0
    change: Change | None = None  # its record, where it has one of its own
    error: str = ""
    expected_by_poll: bool = True


@dataclass(slots=True)
class AuditResult:
    """The result for one source. `source_count` is the source's own count, where it gives one; `second` is the
    cross-check with a second service, where there is one; `predicted` counts the units that were computed from rules
    and agree with the eCFR, differ from it, or are pending."""

    source: str
    kind: str
    account: ReconciliationResult
    source_count: int | None = None
    gaps: list[FilledGap] = field(default_factory=list)
    second: CrossCheck | None = None
    unlisted: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    predicted: dict[str, int] | None = None

    @property
    def ok(self) -> bool:
        return not self.troubles and all(gap.how for gap in self.gaps)


def audit(source: Source, context: PollContext, since: date, cache: IssueCache | None = None) -> AuditResult:
    """Audits one source from `since` on and fills its gaps. Raises FetchError where the source does not answer,
    UsageError for one that was never polled or keeps no list. Audits of one run share `cache`, the fetched issues."""
    state = source_state.source_states(context.store, [source.id]).get(source.id)
    if state is None or state.baseline_at is None:
        raise UsageError(f"{source.id}: never polled with success", cure=f"tracker poll {source.id}")
    match source_kinds()[source.kind].inventory:
        case "documents":
            return _register(source, context, since, legal_day(state.baseline_at), cache or IssueCache())
        case "states":
            return _code(source, context, since)
        case _:
            raise UsageError(f"{source.id}: a source of kind {source.kind} keeps no list to compare with")


def audited_kinds() -> tuple[str, ...]:
    """The kinds of source that `audit` can compare."""
    return tuple(name for name, kind in source_kinds().items() if kind.inventory)


def _ingest_for(source: Source, context: PollContext, *, baseline: bool) -> HistoryIngest:
    return HistoryIngest(
        context.store,
        context.settings,
        source,
        source_state.load_resources(context.store, [source.id])[source.id],
        baseline=baseline,
        again=lambda fetched: sources.refetch(source, fetched, context.client),
    )


def _now(context: PollContext) -> datetime:
    return context.now().replace(microsecond=0)


# --- the Federal Register -----------------------------------------------------------------------


def _register(
    source: Source, context: PollContext, since: date, watched: date, cache: IssueCache
) -> AuditResult:
    listed: dict[str, Fetched] = {}
    source_count, troubles = 0, list[str]()
    for page in sources.poll_history(source, context.client, since, {}, context.now()):
        source_count += int(json.loads(page.listing.answer.body)["count"])
        troubles += [f"{trouble.key}: {trouble.error.line()}" for trouble in page.troubles]
        listed.update({fetched.key: fetched for fetched in page.fetched})
    second = cross_check(source, context, since, listed, cache)
    troubles += second.troubles
    listed.update(second.found)
    expected = [_expected(fetched) for fetched in listed.values()]
    until = max((one.day for one in expected), default=since)
    with context.store.read() as connection:
        held = stored_inventory.held_keys(connection, source)
        stored = {
            key: one
            for key, one in stored_inventory.documents(connection, list(listed)).items()
            if key not in held
        }
        unlisted = stored_inventory.unlisted(connection, source, since, until, list(listed))
    found = AuditResult(
        source.id, str(source.kind), reconcile(expected, stored), source_count, [], second, unlisted, troubles
    )
    # A poll fetched the held document: it is news whatever its day.
    missed = [one for one in found.account.missing if one.day >= watched or one.key in held]
    silent = [one for one in found.account.missing if one not in missed]
    found.gaps += _fill_silently(source, context, silent, listed)
    news = _ingest_for(source, context, baseline=False)
    found.gaps += [_fill_document(source, context, one, listed[one.key], news) for one in missed]
    return found


def _expected(fetched: Fetched) -> ExpectedDocument:
    record = json.loads(fetched.answer.body)
    return ExpectedDocument(
        fetched.key, date.fromisoformat(record["publication_date"]), " ".join(record["title"].split())
    )


def _fill_silently(
    source: Source, context: PollContext, missing: Sequence[ExpectedDocument], listed: dict[str, Fetched]
) -> Iterator[FilledGap]:
    if not missing:
        return
    history = _ingest_for(source, context, baseline=True)
    _, unread = history.ingest_history([listed[one.key] for one in missing], _now(context))
    for one in missing:
        error = next((line for line in unread if line.startswith(f"{one.key}: ")), "")
        yield FilledGap(one, "" if error else "stored", error=error, expected_by_poll=False)


def _fill_document(
    source: Source, context: PollContext, missing: ExpectedDocument, fetched: Fetched, news: Ingest
) -> FilledGap:
    """Ingests a missing record with alerts, with its full text where it is in the field, as a poll does."""
    filled = FilledGap(missing)
    nothing = StoredSourceView({}, no_resources(source.id))
    now = context.now()
    wants_text = partial(in_field, now=now)
    for item in federal_register_adapter.with_full_text(
        source, nothing, context.client, now, wants_text, fetched
    ):
        if isinstance(item, ResourceError):
            filled.error = (
                item.error.line()
            )  # of its text: the record is ingested without it, and the text is pending
        if isinstance(item, Fetched):
            try:
                result = news.ingest(item, _now(context), ignore_known=True)
            except ParseError as error:
                filled.error = error.line()
                continue
            if result.change is not None:
                filled.how, filled.alerts = "told" if result.alerts else "stored", result.alerts
    return filled


# --- the Code of Federal Regulations ------------------------------------------------------------


def _code(source: Source, context: PollContext, since: date) -> AuditResult:
    book = fetch_issues(source, context.client, since)
    with context.store.read() as connection:
        texts = stored_inventory.texts(connection, source)
        held = stored_inventory.held_keys(connection, source)
    cursor = source_state.source_states(context.store, [source.id])[source.id].cursor
    seen = {
        part: [
            date.fromisoformat(as_of) for as_of, _, _ in texts.get(ecfr_adapter.part_key(source, part), ())
        ]
        for part in book.sizes
    }
    all_issues = issues(book.issued)
    expected = [_issue(source, issue) for issue in all_issues]
    gaps = {_issue(source, issue): issue for issue in unseen(all_issues, seen)}
    for part, size in book.sizes.items():
        behind = ecfr_adapter.part_key(source, part) in held
        if behind or not seen[part] or _other_size(cursor.get(f"part {part}", ""), size):
            issue = EcfrIssue(part, book.as_of, None)
            if not any(open_.part == part and open_.until is None for open_ in gaps.values()):
                gaps[_issue(source, issue)] = issue
    news = _ingest_for(source, context, baseline=False)
    filled, same = list[FilledGap](), set[ExpectedDocument]()
    for one, issue in sorted(gaps.items(), key=lambda gap: (gap[0].day, gap[0].key)):
        newest = max(seen[issue.part], default=date.min)
        known = {digest for _, digest, _ in texts.get(ecfr_adapter.part_key(source, issue.part), ())}
        gap = _fill_issue(source, context, one, issue, news, known, as_news=issue.day >= newest)
        if gap is None:
            same.add(one)
        else:
            filled.append(gap)
    missing = {gap.expected for gap in filled}
    stored = {one.key: StoredDocument(one.key) for one in expected if one not in missing}
    account = reconcile([*expected, *missing], stored)
    with context.store.read() as connection:
        counted = predictions.counts(connection, source.title)
    count = sum(map(len, book.issued.values()))
    return AuditResult(source.id, str(source.kind), account, count, filled, predicted=counted)


def _issue(source: Source, issue: EcfrIssue) -> ExpectedDocument:
    key = ecfr_adapter.part_key(source, issue.part)
    return ExpectedDocument(f"{key} as of {issue.day}", issue.day, key)


def _other_size(mark: str, size: int | None) -> bool:
    """Whether the size differs from that of the last fetch, with which the stored validator ends."""
    known = mark.rpartition("|")[2]
    return bool(known and size is not None and int(known) != size)


def _fill_issue(
    source: Source,
    context: PollContext,
    one: ExpectedDocument,
    issue: EcfrIssue,
    news: Ingest,
    known: set[str],
    *,
    as_news: bool,
) -> FilledGap | None:
    """Fetches and ingests one issue. None where its text is stored already, so that nothing is missing."""
    try:
        fetched = ecfr_adapter.part_of_day(source, context.client, issue.part, issue.day.isoformat())
        if as_news:
            result = news.ingest(fetched, _now(context), ignore_known=True)
            if result.held:
                return FilledGap(one, error=result.held)
            if result.change is None:
                return None
            return FilledGap(one, "told" if result.alerts else "stored", result.alerts, result.change)
        digest = sha256(fetched.answer.body)
        if digest in known:
            return None
        evidence = Fetched(f"evidence/{one.key}", ResourceType.LISTING, fetched.answer, fetched.meta)
        if news.known.get(evidence.key) is None:
            news.ingest(evidence, _now(context))
            return FilledGap(one, "evidence", expected_by_poll=False)
    except (FetchError, ParseError) as error:
        return FilledGap(one, error=error.line())
    return None
