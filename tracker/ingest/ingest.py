"""Turns one answer of a source into a version of a document, a change, and deliveries to channels.

`decision` decides what the answer means (pure), `apply` writes that in one transaction, and after the commit this
process updates what it keeps in memory. A failure at any point changes neither the store nor the memory: the answer is
held, and read again until it can be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from tracker import diffing, parsing
from tracker.config.models import Settings, Source
from tracker.diffing.site_wide import SiteWide
from tracker.documents.identity import LASTING, content_hash, document_id_of
from tracker.errors import (
    AttachmentUnreadable,
    FetchError,
    ParseError,
    ParserCrashed,
    TrackerError,
)
from tracker.ingest import apply, doubts
from tracker.ingest.apply import Outdated
from tracker.ingest.confirmation import Confirmation, Second, how_read, stored_references
from tracker.ingest.decision import NewVersion, Reading, Seen, decide, roles_of
from tracker.ingest.doubts import Doubt
from tracker.ingest.page_annexes import ACCEPT, check_annexes, completed, first_read
from tracker.ingest.quarantine import CURE, Quarantine, Why, without_attachment, without_texts
from tracker.legal_status.watched import watched
from tracker.model import Change, Document, Fetched, Operation, ResourceType
from tracker.parsing import volatile_content
from tracker.parsing.absent_rows import ABSENT
from tracker.sandbox import pool
from tracker.sources.events import PARSER_CRASHED
from tracker.storage import changes, snapshots, source_state, versions
from tracker.storage.blobs import sha256
from tracker.storage.database import Store

_NOISY = frozenset({ResourceType.PAGE, ResourceType.FEED_ENTRY})  # have volatile content
# Database errors that one document's values cause; all others are failures of the database itself.
_OF_VALUES = (DataError, IntegrityError, InterfaceError, ProgrammingError)
_MANY_UNITS = 5_000  # of a document: larger ones are compared by a worker
_TRIES = 5  # decisions on one answer, while other sources store versions of the same document
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IngestResult:
    """The outcome for one answer. `change`: its new or updated record; `alerts`: the number of its deliveries;
    `held`: the reason to hold the answer; `unconfirmed`: the text needs another poll; `annexes`: key, address and
    reason of each held annex of a page that was ingested."""

    change: Change | None = None
    alerts: int = 0
    held: str = ""
    unconfirmed: bool = False
    annexes: tuple[tuple[str, str, str], ...] = ()


class Ingest:
    """Ingests the answers of one poll. Its methods open their own transactions and must not be called inside one."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        source: Source,
        known: dict[str, source_state.Resource],
        *,
        baseline: bool,
        again: Callable[[Fetched], Fetched],
        accept: bool = False,
    ) -> None:
        self.store = store
        self.settings = settings
        self.source = source
        self.known = known
        self.baseline = baseline
        self.again = again
        self.accept = accept
        self._given: dict[str, Any] = {
            "source": source.id, "profiles": settings.profiles, "instruments": watched(settings.instruments)
        }  # fmt: skip
        self.quarantine = Quarantine(store, source.id, known)
        self.site_wide = SiteWide()
        self.confirmation = Confirmation(store, source.id)
        self._failed: dict[str, tuple[tuple[str, ...], ParseError]] = {}

    def ingest(
        self,
        fetched: Fetched,
        now: datetime,
        *,
        from_store: bool = False,
        ignore_known: bool = False,
        incomplete: bool = False,
    ) -> IngestResult:
        """Ingests one answer. Raises ParseError where it cannot be read or processed, or crashes its parser; its
        bytes are kept. Raises StoreError, after which nothing was written.

        `from_store`: the answer was held, so the source is not asked a second time. `ignore_known`: compares with
        the stored version, whatever the validators say. `incomplete`: documents on this list could not be ingested,
        so the next request for it is unconditional.
        """
        if self.store.is_writing():
            raise RuntimeError("an answer is ingested inside another transaction")
        if fetched.role is ResourceType.LISTING:
            return self._evidence(fetched, incomplete=incomplete)
        self._check_failed(fetched)
        self.quarantine.release_unlinked(fetched)
        broken = next((part for part in (fetched, *fetched.attachments) if PARSER_CRASHED in part.meta), None)
        if broken is not None:
            error = ParserCrashed(broken.meta[PARSER_CRASHED])
            return self._set_aside(fetched, error, now, from_store=from_store, broken=broken)
        if not self.accept:
            fetched = self.quarantine.check(fetched)
        try:
            if not self.accept and not ignore_known and self._same_bytes(fetched):
                return self._write(Seen(fetched), now)
            return self._decide_and_write(fetched, now, from_store=from_store)
        except (ParseError, FetchError) as error:
            return self._set_aside(fetched, error, now, from_store=from_store)
        except TrackerError:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, _OF_VALUES):
                raise
            # A defect that one document triggers must not affect the other documents of its source.
            log.exception("a document could not be processed", source=self.source.id, key=fetched.key)
            return self._set_aside(fetched, _defect(error), now, from_store=from_store)

    def _decide_and_write(self, fetched: Fetched, now: datetime, *, from_store: bool) -> IngestResult:
        for _ in range(_TRIES):
            fetched, reading = self._read(fetched)
            fetched, reading, annexes = self._without_doubtful_annexes(fetched, reading)
            doubts_ = () if self.accept else self._doubts(fetched, reading)
            if doubts_:
                reason, baseline = doubts.reason_of(doubts_), self._is_baseline(fetched.key)
                labels = [doubt.label for doubt in doubts_ if doubt.label]
                self.quarantine.put(fetched, reason, Why.DOUBTFUL, baseline=baseline, labels=labels)
                return IngestResult(held=reason, annexes=annexes)
            reading, second = self._mask_volatile(fetched, reading, ask=not from_store)
            if not self.accept:
                lost = self.quarantine.labels_before(fetched)
                fetched, reading, waits = self.confirmation.check(
                    fetched, reading, second, now, lost=bool(lost)
                )
                if waits:
                    return IngestResult(unconfirmed=True, annexes=annexes)
            decision = decide(
                fetched,
                reading,
                **self._given,
                baseline=self._is_baseline(fetched.key),
                now=now,
                site_wide=self.site_wide,
                compare=_compare,
            )
            try:
                return self._write(decision, now, annexes)
            except Outdated:
                continue  # another source has just stored a version of this document
        raise ParseError(f"{fetched.key}: other sources keep storing new versions of it")

    def _doubts(self, fetched: Fetched, reading: Reading) -> tuple[Doubt, ...]:
        """The reason to hold the answer; empty where it is fine, or where an earlier poll gave the same doubts."""
        found = doubts.doubts(fetched, reading)
        labels = {doubt.label for doubt in found}
        return found if found and labels - self.quarantine.labels_before(fetched) else ()

    def _without_doubtful_annexes(
        self, fetched: Fetched, reading: Reading
    ) -> tuple[Fetched, Reading, tuple[tuple[str, str, str], ...]]:
        """The page with the stored annex in place of each doubtful one, which is held separately; with key, address
        and reason of the held ones."""
        if self.accept or not fetched.attachments or reading.version is None:
            return fetched, reading, ()
        with self.store.read() as connection:
            stored = snapshots.load(connection, reading.version.snapshots)
        held = []
        for part, doubt in doubts.annex_doubts(fetched, stored, reading):
            if doubt.label and doubt.label in self.quarantine.labels_before(part):
                continue
            labels = [doubt.label] if doubt.label else []
            reason = doubts.reason_of((doubt,))
            self.quarantine.put(part, reason, Why.DOUBTFUL, labels=labels)
            held.append((part.key, part.answer.url, reason))
        if not held:
            return fetched, reading, ()
        keys = {key for key, _, _ in held}
        kept = tuple(part for part in fetched.attachments if part.key not in keys)
        fetched, reading = self._read(replace(fetched, attachments=kept))
        return fetched, reading, tuple(held)

    # --- reading --------------------------------------------------------------------------------

    def _same_bytes(self, fetched: Fetched) -> bool:
        for part in (fetched, *fetched.attachments):
            known = self.known.get(part.key)
            if known is None or known.validators.sha256 != sha256(part.answer.body):
                return False
            if known.validators.extraction_config != self.source.extraction_config():
                return False
        return not self.confirmation.awaits_list(fetched)

    def _read(self, fetched: Fetched) -> tuple[Fetched, Reading]:
        """The answer, completed with stored annexes that it lacks, and its comparison with the stored version."""
        document = parsing.read(fetched)
        document_id = document_id_of(self.source, fetched, document)
        with self.store.read() as connection:
            version = versions.latest(connection, document_id)
            if version is None:
                return fetched, Reading(document_id, document, None, None, (), True)
            old = snapshots.load(connection, version.snapshots)
            references = stored_references(connection, version, old)
            record = changes.of_document(connection, document_id) if fetched.role in LASTING else None
        if fetched.role is ResourceType.PAGE and document.notes and not self.accept:
            check_annexes(fetched, old)
        whole = completed(fetched, old)
        if whole.attachments != fetched.attachments:
            fetched, document = whole, parsing.read(whole)
        text, kept = fetched, tuple[int, ...]()
        if fetched.text_pending and old.attachments and not fetched.attachments:
            # The record was sent without its full text, which exists but could not be fetched. The stored text applies
            # until it can be, so that a correction in it is still detected.
            kept = version.snapshots[1:]
            text = replace(fetched, attachments=old.attachments)
            document = parsing.read(text)
        reading = Reading(
            document_id,
            document,
            None,
            version,
            (),
            same_kind=roles_of(old) == roles_of(text),
            kept=kept,
            cut=doubts.is_cut(fetched, old),
            references=references,
            record=record,
            first_read=first_read(fetched, old, self._pending_keys(fetched)),
        )
        previous = self._previous(fetched, old)
        if previous is not None:
            reading = replace(
                reading, previous=previous, templates=volatile_content.usable(version.volatile_patterns)
            )
        return fetched, reading

    def _pending_keys(self, fetched: Fetched) -> set[str]:
        """Keys of attachments that could not be fetched in the source's first poll."""
        found = {part.key: self.known.get(part.key) for part in fetched.attachments}
        return {
            key
            for key, known in found.items()
            if known and known.validators.extraction_config == source_state.PENDING
        }

    def _previous(self, fetched: Fetched, old: Fetched) -> Document | None:
        """The stored text, parsed with today's settings and parser, so that a new selector or a better parser is not
        mistaken for a new text. None where new settings find nothing in it: there is nothing to compare with. Raises
        ParseError where it cannot be read for any other reason: then it is unknown what changed."""
        try:
            return parsing.read(replace(old, meta={**old.meta, **how_read(fetched)}))
        except (ParseError, FetchError) as error:
            known = self.known.get(fetched.key)
            same = known is None or known.validators.extraction_config in (
                self.source.extraction_config(),
                source_state.PENDING,
            )
            if self.accept or not (same or isinstance(error, ParserCrashed)):
                return None
            raise ParseError(f"the stored text can no longer be read: {error.cause}", cure=ACCEPT) from error

    def _is_baseline(self, key: str) -> bool:
        """Whether the document existed before the source was watched: it was in the first poll, or failed in it and
        has no version since."""
        known = self.known.get(key)
        return self.baseline or (
            known is not None and known.validators.extraction_config == source_state.PENDING
        )

    def _mask_volatile(
        self, fetched: Fetched, reading: Reading, *, ask: bool = True
    ) -> tuple[Reading, Second | None]:
        """Masks volatile content. A page or feed entry that seems changed is fetched a second time, unless `ask` is False:
        what differs between all three texts is learned as volatile. A new entry is left as it is."""
        if fetched.role not in _NOISY or (reading.previous is None and fetched.role is not ResourceType.PAGE):
            return reading, None

        def masked_by(templates: tuple[str, ...]) -> Reading:
            previous = reading.previous and volatile_content.mask_document(reading.previous, templates)
            return replace(
                reading,
                document=volatile_content.mask_document(reading.document, templates),
                previous=previous,
                templates=templates,
            )

        masked = masked_by(reading.templates)
        if (
            not ask
            or masked.previous is None
            or content_hash(masked.document) == content_hash(masked.previous)
        ):
            return masked, None
        answer = self.again(fetched)
        second = parsing.read(answer)
        assert reading.previous is not None
        learned = volatile_content.learn_volatile(reading.document, second, reading.previous)
        earlier = self.confirmation.earlier(fetched, reading)
        if earlier is not None:
            learned |= volatile_content.learn_volatile(
                reading.document, earlier[0], reading.previous, elapsed=earlier[1]
            )
        masked = masked_by(tuple(sorted({*reading.templates, *learned}))) if learned else masked
        return masked, Second(answer, volatile_content.mask_document(second, masked.templates))

    # --- writing --------------------------------------------------------------------------------

    def _write(
        self, decision: Seen | NewVersion, now: datetime, annexes: tuple[tuple[str, str, str], ...] = ()
    ) -> IngestResult:
        """Raises Outdated, and then nothing was written."""
        key, partial = decision.fetched.key, ABSENT in decision.fetched.meta
        # Where masks were learned just now, the unconfirmed text was volatile content.
        seen = isinstance(decision, Seen) and decision.version is None
        with self.store.write() as connection:
            held = {name for name, _, _ in annexes}
            written = apply.apply(connection, decision, self.source, self.settings, held=held)
            row = self.confirmation.write_settled(connection, key, now, stored=seen, partial=partial)
        self._remember(written.resources)
        self.confirmation.remember(key, row)
        if isinstance(decision, NewVersion):
            self.site_wide.add(decision.operations)
        return IngestResult(written.change, written.alerts, annexes=annexes)

    def _remember(self, resources: dict[str, source_state.Resource]) -> None:
        """Updates the memory. Call it after the commit of the transaction that wrote `resources`."""
        self.known.update(resources)
        for key in resources:
            self.quarantine.forget(key)

    def _evidence(self, fetched: Fetched, *, incomplete: bool) -> IngestResult:
        if PARSER_CRASHED in fetched.meta:
            self.quarantine.put(fetched, fetched.meta[PARSER_CRASHED], Why.BROKE)
            raise ParserCrashed(fetched.meta[PARSER_CRASHED], cure=CURE)
        saved = {fetched.key: apply.resource(self.source, fetched, revalidate=not incomplete)}
        with self.store.write() as connection:
            self._save_evidence(connection, fetched, saved)
        self._remember(saved)
        return IngestResult()

    def _save_evidence(
        self, connection: Connection, fetched: Fetched, saved: dict[str, source_state.Resource]
    ) -> None:
        if not self._same_bytes(fetched):
            snapshots.save(connection, self.source.id, fetched)
        source_state.save_resources(connection, self.source.id, saved)

    # --- failures ------------------------------------------------------------------------------

    def _check_failed(self, fetched: Fetched) -> None:
        """Raises the error that the same bytes raised earlier in this poll."""
        found = self._failed.get(fetched.key)
        if found is not None and found[0] == _bytes_of(fetched):
            raise found[1]

    def _set_aside(
        self,
        fetched: Fetched,
        error: ParseError | FetchError,
        now: datetime,
        *,
        from_store: bool,
        broken: Fetched | None = None,
    ) -> IngestResult:
        """Holds an answer that failed, and raises the error. If only an attachment is unreadable, only that is
        held."""
        baseline = self._is_baseline(fetched.key)
        if isinstance(error, AttachmentUnreadable):
            part = next((part for part in fetched.attachments if part.key == error.attachment), None)
            if part is not None:
                self.quarantine.put(part, error.cause, Why.FAILED, of=fetched.key, baseline=baseline)
                return self.ingest(without_attachment(fetched, part.key), now, from_store=from_store)
        if isinstance(error, ParserCrashed):
            if fetched.attachments and broken is not fetched:
                for part in fetched.attachments if broken is None else (broken,):
                    self.quarantine.put(part, error.cause, Why.BROKE, of=fetched.key)
                return self.ingest(without_texts(fetched), now, from_store=from_store)
            self.quarantine.put(fetched, error.cause, Why.BROKE, baseline=baseline)
            raise ParserCrashed(error.cause, cure=CURE) from error
        self.quarantine.put(fetched, error.cause, Why.FAILED, baseline=baseline)
        failure = error if isinstance(error, ParseError) else ParseError(error.cause, cure=error.cure)
        self._failed[fetched.key] = (_bytes_of(fetched), failure)
        raise failure from error

    # --- history --------------------------------------------------------------------------------

    def ingest_history(
        self,
        many: Sequence[Fetched],
        now: datetime,
        *,
        listing: Fetched | None = None,
        mark: Callable[[Connection], None] | None = None,
    ) -> tuple[int, list[str]]:
        """Ingests past records without alerts. Returns the number of new ones, and a line for each that could not
        be read and is held. New records are written in one transaction with their list and with the position that
        `mark` writes, from which the backfill continues. Known records are ingested one at a time before that."""
        fresh: dict[str, NewVersion] = {}
        usual: list[Fetched] = []
        for fetched in many:
            decision = self._history(fetched, now)
            if decision is None or decision.version.document_id in fresh:
                usual.append(fetched)
            else:
                fresh[decision.version.document_id] = decision
        with self.store.read() as connection:
            stored = versions.known_keys(connection, list(fresh))
        usual += [fresh.pop(document_id).fetched for document_id in sorted(stored)]
        count, troubles = self._one_by_one(usual, now)
        try:
            self._write_history(list(fresh.values()), listing, mark)
        except Exception as error:
            if isinstance(error, TrackerError):
                raise
            if isinstance(error, DBAPIError) and not isinstance(error, _OF_VALUES):
                raise
            # One of them cannot be written, or another source has just stored it: one at a time, to find which.
            log.warning(
                "a page of history is ingested one record at a time", source=self.source.id, cause=str(error)
            )
            more, failed = self._one_by_one([decision.fetched for decision in fresh.values()], now)
            self._write_history([], listing, mark)
            return count + more, troubles + failed
        return count + len(fresh), troubles

    def _history(self, fetched: Fetched, now: datetime) -> NewVersion | None:
        """The decision on a record without a stored version; None for records of `ingest`."""
        if fetched.attachments or fetched.role not in LASTING:
            return None
        try:
            document = parsing.read(fetched)
            reading = Reading(document_id_of(self.source, fetched, document), document, None, None, (), True)
            decision = decide(fetched, reading, **self._given, baseline=True, now=now)
        except Exception as error:  # noqa: BLE001 - `ingest` meets it again, and holds the record with the reason
            log.info("a record of the past failed", source=self.source.id, key=fetched.key, cause=str(error))
            return None
        return decision if isinstance(decision, NewVersion) else None

    def _one_by_one(self, many: Sequence[Fetched], now: datetime) -> tuple[int, list[str]]:
        count, troubles = 0, list[str]()
        for fetched in many:
            try:
                count += self.ingest(fetched, now).change is not None
            except ParseError as error:
                troubles.append(f"{fetched.key}: {error.line()}")
        return count, troubles

    def _write_history(
        self,
        decisions: Sequence[NewVersion],
        listing: Fetched | None,
        mark: Callable[[Connection], None] | None,
    ) -> None:
        evidence = {} if listing is None else {listing.key: apply.resource(self.source, listing)}
        with self.store.write() as connection:
            saved = apply.add_history(connection, decisions, self.source)
            if listing is not None:
                self._save_evidence(connection, listing, evidence)
            if mark is not None:
                mark(connection)
        self._remember({**saved, **evidence})


def _compare(before: Document | None, after: Document) -> tuple[Operation, ...]:
    """The differences. A worker compares documents with very many units, within the time limit of their source."""
    if before is not None and max(len(before.units), len(after.units)) > _MANY_UNITS:
        return pool.run(diffing.compare, before, after)
    return diffing.compare(before, after)


def _bytes_of(fetched: Fetched) -> tuple[str, ...]:
    return tuple(sha256(part.answer.body) for part in (fetched, *fetched.attachments))


def _defect(error: Exception) -> ParseError:
    cause = f"defect in tracker: {type(error).__name__}: {error}"
    return ParseError(cause, cure="report it; the bytes are kept")
