"""Polls one source: fetch, ingest each answer, and report. The only module in which all stages meet."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from tracker import clock, sources
from tracker.config.models import Settings, Source
from tracker.config.source_kinds import source_kinds
from tracker.errors import (
    AccessDenied,
    FetchError,
    KeyMissing,
    ParseError,
    ParserCrashed,
    SelectorUnmatched,
    StoreError,
    TrackerError,
    UnexpectedResponse,
    cause_of,
)
from tracker.http.client import Client
from tracker.ingest.ingest import Ingest, IngestResult
from tracker.ingest.quarantine import CURE
from tracker.logs import Logger
from tracker.model import (
    Absent,
    Change,
    Document,
    DocumentKind,
    Fetched,
    Level,
    NotModified,
    Validators,
)
from tracker.serialization import format_instant
from tracker.sources.events import CursorUpdate, ResourceError
from tracker.sources.page.annexes import is_annex
from tracker.storage import page_states, source_state
from tracker.storage.database import Store
from tracker.storage.page_states import Absence

log = Logger()
BIS = "industry-and-security-bureau"
PRESIDENTIAL = frozenset({"presidential document", "presdocu"})  # types of the API and of the daily issue
TICK = 1.1  # seconds before a second fetch: long enough for a clock that counts seconds to move
GIVEN_UP = 3  # polls in a row without a document, after which it is no longer asked for


@dataclass(slots=True)
class PollReport:
    """The result of one poll of one source, as `tracker poll` prints it."""

    source: str
    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    documents: int = 0
    changes: list[str] = field(default_factory=list)
    editorial: list[str] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    baseline: int = 0
    alerts: int = 0
    held: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    flapping: list[dict[str, Any]] = field(default_factory=list)
    state: str = "healthy"
    reason: str = ""
    cause: dict[str, Any] = field(
        default_factory=dict
    )  # `errors.cause_of`, or `held` or `parts` with `detail`
    causes: list[dict[str, Any]] = field(
        default_factory=list
    )  # of each of `errors` that came from the network
    seconds: float = 0.0
    retry_after: float = 0.0  # seconds that the server asked to wait

    @property
    def ok(self) -> bool:
        """Whether the poll succeeded. A flapping page is no failure: both of its texts were read. Nor is a source that waits
        for its key."""
        return self.state in {"healthy", "flapping", "new"}

    def line(self) -> str:
        """Return the report in one line, and the reason of a failure in a second."""
        parts = [
            f"{self.source}: {self.state}",
            f"{self.requests} requests",
            _size(self.bytes),
            f"{self.not_modified} not modified",
        ]
        for number, what in (
            (self.baseline, "stored as baseline"),
            (len(self.changes), "changes"),
            (len(self.updates), "updates"),
            (len(self.editorial), "editorial only"),
            (self.alerts, "alerts"),
            (len(self.held), "held until confirmed"),
            (len(self.errors), "errors"),
        ):
            if number:
                parts.append(f"{number} {what}")
        parts.append(f"{self.seconds:.1f} s")
        line = ", ".join(parts)
        return f"{line}\n    {self.reason}" if self.reason else line

    def json(self) -> dict[str, Any]:
        shown = (name for name in self.__slots__ if name != "causes")
        return {name: getattr(self, name) for name in shown} | {"ok": self.ok}


def _size(number: int) -> str:
    if number < 1_000:
        return f"{number} B"
    return f"{number / 1_000:.0f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


@dataclass(frozen=True, slots=True)
class PollContext:
    """The context of every poll; one for the whole process."""

    settings: Settings
    store: Store
    client: Client
    now: Callable[[], datetime] = clock.now
    pause: Callable[[float], None] = time.sleep


class StoredSourceView:
    """The stored state of a source, for its adapter (`sources.state_view.StateView`)."""

    def __init__(
        self,
        cursor: Mapping[str, str],
        known: source_state.Resources,
        absences: Mapping[str, Absence] | None = None,
        now: datetime | None = None,
        waiting: Collection[str] = (),
    ) -> None:
        self.cursor = cursor
        self._known = known
        self._absences = absences or {}
        self._now = now
        self._waiting = waiting

    def validators(self, key: str) -> Validators | None:
        found = self._known.get(key)
        if found is None or not found.validators.sha256:
            return None
        if found.held_sha256 or key in self._waiting:
            # Its last answer is held: the next request is unconditional, and no answer counts as the same.
            return Validators(extraction_config=found.validators.extraction_config)
        return found.validators

    def is_held(self, key: str) -> bool:
        found = self._known.get(key)
        return found is not None and found.held_sha256 is not None

    def keys(self, prefix: str = "") -> Iterable[str]:
        return (
            key
            for key, found in self._known.beginning_with(prefix)
            if (found.validators.sha256 or found.held_sha256) and self._is_due(key)
        )

    def _is_due(self, key: str) -> bool:
        absence = self._absences.get(key)
        return absence is None or self._now is None or page_states.is_due(absence, self._now)


def in_field(record: Mapping[str, Any], now: datetime) -> bool:
    """Whether the full text of an API record is fetched: the Bureau of Industry and Security or the President wrote it, or
    its title and abstract alone are in the field. The title of an order often names nothing."""
    agencies = record.get("agencies")
    slugs = (
        {agency.get("slug") for agency in agencies if isinstance(agency, dict)}
        if isinstance(agencies, list)
        else ()
    )
    if BIS in slugs or str(record.get("type") or "").casefold() in PRESIDENTIAL:
        return True
    number = str(record.get("document_number") or "")
    document = Document(
        key=number,
        kind=DocumentKind.NOTICE,
        title=str(record.get("title") or ""),
        abstract=str(record.get("abstract") or ""),
        url=str(record.get("html_url") or ""),
        document_number=number or None,
    )
    from tracker import classification

    try:
        return classification.classify(document, today=clock.legal_day(now)).level is not Level.NONE
    except Exception:
        # A defect that one record triggers may not end the poll of its source: the text is fetched, and the record is
        # held with the reason when it is ingested.
        log.exception("a record could not be tagged", key=number)
        return True


def poll(
    source: Source,
    context: PollContext,
    state: source_state.SourceState | None = None,
    known: source_state.Resources | None = None,
    pages: page_states.PageStates | None = None,
    *,
    accept: bool = False,
) -> PollReport:
    """Polls one source once. Failures of the source are in the report and never raised.

    `state`, `known` and `pages` are given by callers that read them for many sources at once. `accept` accepts answers
    that were held for confirmation.
    """
    began = time.perf_counter()
    report = PollReport(source.id)
    state = state or source_state.source_states(context.store, [source.id])[source.id]
    known = known if known is not None else source_state.load_resources(context.store, [source.id])[source.id]
    now = context.now()
    pages = pages or page_states.load(context.store, [source.id])[source.id]
    absences = pages.absences
    baseline = state.baseline_at is None
    ingest = Ingest(
        context.store,
        context.settings,
        source,
        known,
        baseline=baseline,
        again=sources.refetcher(source, context.client, partial(context.pause, TICK)),
        accept=accept,
        flapping=pages.flapping,
    )
    memory = StoredSourceView(state.cursor, known, absences, now, _asked_whole(source, ingest))
    before = context.client.tally()
    counted = (before.requests, before.bytes, before.not_modified)
    try:
        for waiting in ingest.quarantine.due(everything=accept):
            _ingest(waiting, ingest, report, context, from_store=True)
        seen = set[str]()
        asked = _with_profile_words(source, context.settings)
        for item in sources.poll(asked, memory, context.client, now, wanted=partial(in_field, now=now)):
            if isinstance(item, Fetched | NotModified):
                seen.add(item.key)
            result = _handle(item, ingest, report, context, memory.cursor)
            if (
                result is not None
                and isinstance(item, Fetched | NotModified)
                and item.key in absences
                and not (result.held or result.unconfirmed)
            ):
                from tracker.ingest import removed_pages

                # It was missing and has returned. A different text has a record of its own.
                changed = result.change is not None
                _record_absence(
                    partial(removed_pages.record_return, changed=changed), item.key, ingest, report, context
                )
        for waiting in ingest.quarantine.left(frozenset(seen)):
            _ingest(waiting, ingest, report, context, from_store=True)
        if source_kinds()[source.kind].listing in seen:
            ingest.confirmation.forget_left(seen, now)
        for key in absences:
            if is_annex(key) and key not in report.absent and not report.errors:
                from tracker.ingest import removed_pages

                _record_absence(
                    partial(removed_pages.record_return, changed=True), key, ingest, report, context
                )
        if baseline:
            with context.store.write() as connection:
                source_state.set_baseline(connection, source.id, now)
        if ingest.amends or report.absent or report.changes or report.updates or source.kind == "ecfr":
            from tracker.ingest.predict_again import predict_again

            predict_again(context.store, context.settings)
    except KeyMissing as error:
        # Nothing was requested. A source that was never polled waits for its key; one that was polled has failed.
        report.state = "new" if baseline else "blocked"
        report.reason, report.cause = error.line(), cause_of(error)
    except FetchError as error:
        report.state, report.reason, report.cause = state_for_error(error), error.line(), cause_of(error)
        report.retry_after = max(report.retry_after, error.retry_after or 0.0)
        report.errors.append({"key": "", "url": error.url, "error": error.line()})
    except StoreError:
        raise
    except TrackerError as error:
        report.state, report.reason, report.cause = "failing", error.line(), cause_of(error)
        report.errors.append({"key": "", "url": "", "error": error.line()})
    _report_quarantined(ingest, report)
    report.flapping = [
        {"key": key, "url": row.url, "since": format_instant(row.since), "polls": row.seen}
        for key, row in sorted(ingest.confirmation.flapping.items())
    ]
    tally = context.client.tally()
    report.requests = tally.requests - counted[0]
    report.bytes = tally.bytes - counted[1]
    report.not_modified = tally.not_modified - counted[2]
    report.seconds = round(time.perf_counter() - began, 3)
    _set_state(report)
    return report


def _with_profile_words(source: Source, settings: Settings) -> Source:
    """The source with the words of the profiles, where its kind searches for them."""
    if not source_kinds()[source.kind].profile_words:
        return source
    words = [word for profile in settings.profiles for word in (*profile.products, *profile.eccns)]
    return replace(source, options={**source.options, "profile_words": tuple(dict.fromkeys(words))})


def _asked_whole(source: Source, ingest: Ingest) -> frozenset[str]:
    """The keys to request without validators, because one of their texts is unconfirmed: "not modified" would neither
    confirm nor refute it."""
    kind = source_kinds()[source.kind]
    if not kind.single_answer or not ingest.confirmation.flapping:
        return frozenset()
    return frozenset({kind.listing, *ingest.confirmation.flapping})


def _handle(
    item: Fetched | NotModified | Absent | ResourceError | CursorUpdate,
    ingest: Ingest,
    report: PollReport,
    context: PollContext,
    cursor: Mapping[str, str],
) -> IngestResult | None:
    """Handles one item of an adapter. Returns the result for an answer; None for other items and unreadable answers."""
    source = ingest.source
    match item:
        case Fetched():
            return _ingest(item, ingest, report, context)
        case NotModified():
            _reset_missing(item.key, ingest, context)
            ingest.confirmation.unchanged(item.key, context.now().replace(microsecond=0))
            if source_kinds()[source.kind].may_relist:
                from tracker.ingest import removed_pages

                _record_absence(removed_pages.record_relisting, item.key, ingest, report, context)
            return IngestResult()
        case Absent():
            from tracker.ingest import removed_pages

            report.absent.append(item.key)
            _count_missing(item.key, ingest, context)
            if item.how == "withdrawn":
                _record_absence(removed_pages.record_withdrawal, item, ingest, report, context)
            elif item.how == "gone":
                _record_absence(removed_pages.record_gone, item, ingest, report, context)
        case ResourceError():
            report.errors.append({"key": item.key, "url": item.url, "error": item.error.line()})
            report.causes.append(cause_of(item.error))
            report.retry_after = max(report.retry_after, item.error.retry_after or 0.0)
            if ingest.baseline and item.key not in ingest.known:
                pending = source_state.Resource(Validators(extraction_config=source_state.PENDING))
                with context.store.write() as connection:
                    source_state.save_resource(connection, source.id, item.key, pending)
                ingest.known[item.key] = pending
        case CursorUpdate():
            if dict(item.values) != dict(cursor):
                with context.store.write() as connection:
                    source_state.set_cursor(connection, source.id, item.values)
    return None


def _ingest(
    fetched: Fetched, ingest: Ingest, report: PollReport, context: PollContext, *, from_store: bool = False
) -> IngestResult | None:
    """Ingests one answer and counts it in the report. `from_store`: it was held in the store."""
    # Where a document of a list failed, the next request for the list is unconditional, so that it is listed again.
    incomplete = bool(report.errors or report.held)
    try:
        result = ingest.ingest(
            fetched, context.now().replace(microsecond=0), from_store=from_store, incomplete=incomplete
        )
    except SelectorUnmatched as error:
        entry = {"key": fetched.key, "url": fetched.answer.url, "reason": error.line()}
        if entry not in report.held:
            report.held.append(entry)
        return None
    except ParseError as error:
        # One unreadable answer is held with its bytes; the rest of the source is processed.
        failure = {"key": fetched.key, "url": fetched.answer.url, "error": error.line()}
        if failure not in report.errors:
            report.errors.append(failure)
        return None
    report.documents += 1
    if result.held:
        report.held.append({"key": fetched.key, "url": fetched.answer.url, "reason": result.held})
    report.held += [{"key": key, "url": url, "reason": reason} for key, url, reason in result.annexes]
    change = result.change
    if change is not None:
        report.alerts += result.alerts
        count_change(report, change, context.now().replace(microsecond=0))
    return result


T = TypeVar("T")
AbsenceRecorder = Callable[[Store, Settings, Source, T, datetime], tuple[Change | None, int]]


def _record_absence(
    what: AbsenceRecorder[T], of: T, ingest: Ingest, report: PollReport, context: PollContext
) -> None:
    """Records a removal or a return, and counts its change in the report."""
    now = context.now().replace(microsecond=0)
    change, alerts = what(context.store, context.settings, ingest.source, of, now)
    if change is not None:
        report.alerts += alerts
        count_change(report, change, now)


def count_change(report: PollReport, change: Change, now: datetime) -> None:
    """Counts a record in the report: as baseline, editorial, an update of a known document, or a change."""
    if change.baseline:
        report.baseline += 1
    elif change.editorial:
        report.editorial.append(change.id)
    elif change.detected_at < now and change.document_number:
        report.updates.append(change.id)
    else:
        report.changes.append(change.id)


def _report_quarantined(ingest: Ingest, report: PollReport) -> None:
    """Adds the quarantined answers to the errors of each poll, also when the server sent nothing new."""
    reported = {entry["key"] for entry in (*report.errors, *report.held)}
    for held in ingest.quarantine.held.values():
        if held.key not in reported and (held.failed or ingest.known[held.key].missing_count < GIVEN_UP):
            error = ParseError(held.reason) if held.failed else ParserCrashed(held.reason, cure=CURE)
            report.errors.append({"key": held.key, "url": held.url, "error": error.line()})


def _count_missing(key: str, ingest: Ingest, context: PollContext) -> None:
    known = ingest.known.get(key)
    if known is not None:
        known = replace(known, missing_count=known.missing_count + 1)
        with context.store.write() as connection:
            source_state.save_resource(connection, ingest.source.id, key, known)
        ingest.known[key] = known


def _reset_missing(key: str, ingest: Ingest, context: PollContext) -> None:
    """Resets the count of polls in a row that missed a document."""
    known = ingest.known.get(key)
    if known is not None and known.missing_count:
        known = replace(known, missing_count=0)
        with context.store.write() as connection:
            source_state.save_resource(connection, ingest.source.id, key, known)
        ingest.known[key] = known


def state_for_error(error: FetchError) -> str:
    if isinstance(error, AccessDenied):
        return "blocked"
    return "changed-shape" if isinstance(error, UnexpectedResponse) else "failing"


def _set_state(report: PollReport) -> None:
    if report.state != "healthy":
        return
    if report.held:
        first = report.held[0]
        detail = f"{first['key']}: {first['reason']}"
        _fail(report, "changed-shape", "held", len(report.held), "held until confirmed", detail)
    elif report.errors:
        first = report.errors[0]
        detail = f"{first['key']}: {first['error']}"
        _fail(report, "failing", "parts", len(report.errors), "of its documents failed", detail)
        same = {(cause["code"], cause["host"]) for cause in report.causes}
        if len(same) == 1 and len(report.causes) == len(report.errors):
            report.cause = report.causes[0]  # all of them for one reason
    elif report.flapping:
        first = report.flapping[0]
        detail = f"{first['key']}: since {first['since']}"
        _fail(
            report, "flapping", "flapping", len(report.flapping), "pages alternate between two texts", detail
        )


def _fail(report: PollReport, state: str, code: str, count: int, words: str, detail: str) -> None:
    report.state, report.reason = state, f"{count} {words}; {detail}"
    report.cause = {"code": code, "host": "", "status": None, "detail": detail, "count": count}
