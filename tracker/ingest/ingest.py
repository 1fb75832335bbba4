"""Turns one answer of a source into a version of a document, a change, and deliveries to channels.

`decision` decides what the answer means (pure), `apply` writes that in one transaction, and after the commit this
process updates what it keeps in memory. A failure at any point changes neither the store nor the memory: the answer is
held, and read again until it can be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from tracker import parsing, tracing
from tracker.config.models import Settings, Source
from tracker.documents.identity import LASTING, content_hash, document_id_of
from tracker.errors import (
    AttachmentUnreadable,
    FetchError,
    ParseError,
    ParserCrashed,
    TrackerError,
)
from tracker.ingest.answers import Outdated, Written, has_same_text, resource, save_resources
from tracker.ingest.confirmation import Confirmation, Second, how_read, stored_references
from tracker.ingest.quarantine import CURE, Quarantine, Why, without_attachment, without_texts
from tracker.ingest.reading import NewVersion, Reading, Seen, roles_of
from tracker.logs import Logger
from tracker.model import Change, Document, DocumentKind, Fetched, Operation, ResourceType
from tracker.parsing.absent_rows import ABSENT
from tracker.sandbox import pool
from tracker.sources.events import PARSER_CRASHED
from tracker.storage import changes, page_states, snapshots, source_state, versions
from tracker.storage.blobs import sha256
from tracker.storage.database import Store
from tracker.storage.page_states import Flapping

if TYPE_CHECKING:
    from tracker.diffing.site_wide import SiteWide
    from tracker.ingest.doubts import Doubt

_NOISY = frozenset({ResourceType.PAGE, ResourceType.FEED_ENTRY})  # have volatile content
# Database errors that one document's values cause; all others are failures of the database itself.
OF_VALUES = (DataError, IntegrityError, InterfaceError, ProgrammingError)
AMENDING = frozenset(
    {
        DocumentKind.CFR,
        DocumentKind.RULE,
        DocumentKind.CORRECTION,
        DocumentKind.NOTICE,
        DocumentKind.PRESIDENTIAL,
    }
)
_MANY_UNITS = 5_000  # of a document: larger ones are compared by a worker
_TRIES = 5  # decisions on one answer, while other sources store versions of the same document
log = Logger()


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
        known: source_state.Resources,
        *,
        baseline: bool,
        again: Callable[[Fetched], Fetched],
        accept: bool = False,
        flapping: dict[str, Flapping] | None = None,
    ) -> None:
        """`flapping`: the unconfirmed texts of the source, of callers that have read them."""
        self.store = store
        self.settings = settings
        self.source = source
        self.known = known
        self.baseline = baseline
        self.again = again
        self.accept = accept
        self.quarantine = Quarantine(store, source.id, known)
        unconfirmed = page_states.flapping(store, source.id) if flapping is None else flapping
        self.confirmation = Confirmation(store, source.id, unconfirmed)
        self.amends = False  # a text of the CFR, or a document that may amend it, was stored
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
            if not self.accept and not ignore_known and self._is_known(fetched):
                return self._seen(fetched, now)
            with tracing.span("ingest", source=self.source.id, key=fetched.key):
                return self._decide_and_write(fetched, now, from_store=from_store)
        except (ParseError, FetchError) as error:
            return self._set_aside(fetched, error, now, from_store=from_store)
        except TrackerError:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, OF_VALUES):
                raise
            # A defect that one document triggers must not affect the other documents of its source.
            log.exception("a document could not be processed", source=self.source.id, key=fetched.key)
            return self._set_aside(fetched, _defect(error), now, from_store=from_store)

    @cached_property
    def given(self) -> dict[str, Any]:
        from tracker.legal_status.watched import watched

        return {
            "source": self.source.id,
            "profiles": self.settings.profiles,
            "instruments": watched(self.settings.instruments),
        }

    @cached_property
    def site_wide(self) -> SiteWide:
        from tracker.diffing.site_wide import SiteWide

        return SiteWide()

    def _decide_and_write(self, fetched: Fetched, now: datetime, *, from_store: bool) -> IngestResult:
        from tracker.ingest import decision, doubts, predict

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
            decided = decision.decide(
                fetched,
                reading,
                **self.given,
                baseline=self._is_baseline(fetched.key),
                now=now,
                site_wide=self.site_wide,
                compare=_compare,
            )
            if isinstance(decided, NewVersion):
                decided = replace(
                    decided, predictions=predict.predictions(self.store, self.settings, decided)
                )
            try:
                return self._write(decided, now, annexes)
            except Outdated:
                continue  # another source has just stored a version of this document
        raise ParseError(f"{fetched.key}: other sources keep storing new versions of it")

    def _doubts(self, fetched: Fetched, reading: Reading) -> tuple[Doubt, ...]:
        """The reason to hold the answer; empty where it is fine, or where an earlier poll gave the same doubts."""
        from tracker.ingest import doubts

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
        from tracker.ingest import doubts

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

    def _is_known(self, fetched: Fetched) -> bool:
        """Whether the answer holds the stored text: the same bytes, or a page of which the parser sees the same."""
        for part in (fetched, *fetched.attachments):
            known = self.known.get(part.key)
            if known is None or known.validators.extraction_config != self.source.extraction_config():
                return False
            if known.validators.sha256 != sha256(part.answer.body) and not has_same_text(part, known):
                return False
        return not self.confirmation.awaits_list(fetched)

    def _seen(self, fetched: Fetched, now: datetime) -> IngestResult:
        """Records that the stored text was seen again. Where the server sends no validators, and nothing waits for an
        answer, there is nothing to write."""
        key = fetched.key
        known, new = self.known[key], resource(self.source, fetched).validators
        if (
            fetched.attachments
            or any((new.etag, new.last_modified, known.validators.etag, known.validators.last_modified))
            or known.held_sha256
            or known.missing_count
            or key in self.confirmation.flapping
            or key in self.quarantine.held
        ):
            return self._write(Seen(fetched), now)
        return IngestResult()

    def _read(self, fetched: Fetched) -> tuple[Fetched, Reading]:
        """The answer, completed with stored annexes that it lacks, and its comparison with the stored version."""
        from tracker.ingest import doubts
        from tracker.ingest.page_annexes import check_annexes, completed, first_read
        from tracker.parsing import volatile_content

        document = parsing.read(fetched)
        document_id = document_id_of(self.source, fetched, document)
        with self.store.read() as connection:
            version = versions.latest(connection, document_id)
            if version is None:
                return fetched, Reading(document_id, document, None, None, (), True)
            base = version
            if fetched.role is ResourceType.JAPANESE_LAW:
                from tracker.ingest.law_revisions import compared_with, revision_before

                base = revision_before(connection, version, fetched)
                fetched = compared_with(fetched, base)
            old = snapshots.load(connection, base.snapshots)
            references = stored_references(connection, base, old)
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
            superseded=(old.role, fetched.role) == (ResourceType.FR_RECORD, ResourceType.PI_RECORD),
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
            from tracker.ingest.page_annexes import ACCEPT

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
        from tracker.parsing import volatile_content

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
            written = self._apply(connection, decision, held)
            row = self.confirmation.write_settled(connection, key, now, stored=seen, partial=partial)
        self.remember(written.resources)
        if written.differing:
            log.warning("the eCFR differs from what was computed", key=key, units=list(written.differing))
        self.confirmation.remember(key, row)
        if isinstance(decision, NewVersion):
            self.site_wide.add(decision.operations)
            self.amends |= decision.document.kind in AMENDING
        return IngestResult(written.change, written.alerts, annexes=annexes)

    def _apply(self, connection: Connection, decision: Seen | NewVersion, held: Collection[str]) -> Written:
        if isinstance(decision, Seen):
            if decision.version is not None:
                versions.learn(connection, decision.version, decision.templates)
            return Written(save_resources(connection, self.source, decision.fetched, held))
        from tracker.ingest import apply  # what only a new version needs

        return apply.new_version(connection, decision, self.source, self.settings, held)

    def remember(self, resources: dict[str, source_state.Resource]) -> None:
        """Updates the memory. Call it after the commit of the transaction that wrote `resources`."""
        self.known.update(resources)
        for key in resources:
            self.quarantine.forget(key)

    def _evidence(self, fetched: Fetched, *, incomplete: bool) -> IngestResult:
        if PARSER_CRASHED in fetched.meta:
            self.quarantine.put(fetched, fetched.meta[PARSER_CRASHED], Why.BROKE)
            raise ParserCrashed(fetched.meta[PARSER_CRASHED], cure=CURE)
        saved = {fetched.key: resource(self.source, fetched, revalidate=not incomplete)}
        with self.store.write() as connection:
            self.save_evidence(connection, fetched, saved)
        self.remember(saved)
        return IngestResult()

    def save_evidence(
        self, connection: Connection, fetched: Fetched, saved: dict[str, source_state.Resource]
    ) -> None:
        if not self._is_known(fetched):
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


def _compare(before: Document | None, after: Document) -> tuple[Operation, ...]:
    """The differences. A worker compares documents with very many units, within the time limit of their source."""
    from tracker import diffing

    if before is not None and max(len(before.units), len(after.units)) > _MANY_UNITS:
        return pool.run(diffing.compare, before, after)
    return diffing.compare(before, after)


def _bytes_of(fetched: Fetched) -> tuple[str, ...]:
    return tuple(sha256(part.answer.body) for part in (fetched, *fetched.attachments))


def _defect(error: Exception) -> ParseError:
    cause = f"defect in tracker: {type(error).__name__}: {error}"
    return ParseError(cause, cure="report it; the bytes are kept")
