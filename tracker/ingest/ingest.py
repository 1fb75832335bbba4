"""One answer that came in becomes a version of a document, a change, and deliveries to channels.

First it is decided what the answer means (`decision`: pure), then that is written (`recording`: one transaction), and
only then this process remembers it. A failure at any point leaves what is stored and what is remembered as they were,
and the answer is held: it is read again until it can be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
from tracker.ingest.confirmation import Confirmation, Second, how_read
from tracker.ingest.decision import NewVersion, Reading, Seen, decide, roles_of
from tracker.ingest.doubts import Doubt
from tracker.ingest.page_annexes import ACCEPT, check_annexes, completed, first_read
from tracker.ingest.quarantine import CURE, Quarantine, Why, without_attachment, without_texts
from tracker.model import Change, Document, Fetched, Operation, ResourceType
from tracker.parsing import volatile_content
from tracker.sandbox import pool
from tracker.sources.events import PARSER_CRASHED
from tracker.storage import changes, snapshots, source_state, versions
from tracker.storage.blobs import sha256
from tracker.storage.database import Store

# What publishers give with clocks, tokens and counts in it.
_NOISY = frozenset({ResourceType.PAGE, ResourceType.FEED_ENTRY})
# Errors of the database that one document's values cause; the others are the database's own trouble.
_OF_VALUES = (DataError, IntegrityError, InterfaceError, ProgrammingError)
_MANY_UNITS = 5_000  # of a document, from which on it is compared by a worker
_TRIES = 5  # of one answer, while other sources bring states of the same document
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of one answer. `change`: its new or renewed record; `told`: deliveries owed for it;
    `held`: why the answer waits for a second look instead; `waits`: its text waits for the next poll to confirm it;
    `annexes`: key, address and reason of each annex that is held while the page itself is taken in."""

    change: Change | None = None
    told: int = 0
    held: str = ""
    waits: bool = False
    annexes: tuple[tuple[str, str, str], ...] = ()


class Ingest:
    """Takes in the answers of one poll of one source. Its methods write in transactions of their own, and are never
    called inside one."""

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
        self.quarantine = Quarantine(store, source.id, known)
        self.site_wide = SiteWide()
        self.confirmation = Confirmation(store, source.id)
        self._failed: dict[str, tuple[tuple[str, ...], ParseError]] = {}

    def take(
        self,
        fetched: Fetched,
        now: datetime,
        *,
        kept: bool = False,
        afresh: bool = False,
        incomplete: bool = False,
    ) -> IngestResult:
        """Raises ParseError when the bytes cannot be read or processed, or break whoever reads them; they are kept all
        the same. StoreError: nothing was written.

        `kept`: they come out of the store, so the source is not asked a second time. `afresh`: what is remembered of
        the last answer does not count, only what is stored. `incomplete`: things that this list names could not be
        taken in, so the next request for it is unconditional."""
        if self.store.is_writing():
            raise RuntimeError("an answer is taken in inside another transaction")
        if fetched.role is ResourceType.LISTING:
            return self._evidence(fetched, incomplete=incomplete)
        self._check_failed(fetched)
        self.quarantine.release_unlinked(fetched)
        broken = next((part for part in (fetched, *fetched.attachments) if PARSER_CRASHED in part.meta), None)
        if broken is not None:
            error = ParserCrashed(broken.meta[PARSER_CRASHED])
            return self._set_aside(fetched, error, now, kept=kept, broken=broken)
        if not self.accept:
            fetched = self.quarantine.check(fetched)
        try:
            if not self.accept and not afresh and self._same_bytes(fetched):
                return self._write(Seen(fetched), now)
            return self._decided(fetched, now, kept=kept)
        except (ParseError, FetchError) as error:
            return self._set_aside(fetched, error, now, kept=kept)
        except TrackerError:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, _OF_VALUES):
                raise
            # A defect that one document brings to light must not take the others of its source with it.
            log.exception("a document could not be processed", source=self.source.id, key=fetched.key)
            return self._set_aside(fetched, _defect(error), now, kept=kept)

    def _decided(self, fetched: Fetched, now: datetime, *, kept: bool) -> IngestResult:
        for _ in range(_TRIES):
            fetched, reading = self._read(fetched)
            fetched, reading, annexes = self._without_doubtful_annexes(fetched, reading)
            doubts_ = () if self.accept else self._doubts(fetched, reading)
            if doubts_:
                reason, baseline = doubts.reason_of(doubts_), self._is_baseline(fetched.key)
                labels = [doubt.label for doubt in doubts_ if doubt.label]
                self.quarantine.put(fetched, reason, Why.DOUBTFUL, baseline=baseline, labels=labels)
                return IngestResult(held=reason, annexes=annexes)
            reading, second = self._without_noise(fetched, reading, ask=not kept)
            if not self.accept and self.confirmation.waits(fetched, reading, second, now):
                return IngestResult(waits=True, annexes=annexes)
            decision = decide(
                fetched,
                reading,
                source=self.source.id,
                profiles=self.settings.profiles,
                baseline=self._is_baseline(fetched.key),
                now=now,
                site_wide=self.site_wide,
                compare=_compared,
            )
            try:
                return self._write(decision, now, annexes)
            except Outdated:
                continue  # another source has just brought a state of this document
        raise ParseError(f"{fetched.key}: other sources bring new states of it all the time")

    def _doubts(self, fetched: Fetched, reading: Reading) -> tuple[Doubt, ...]:
        """Why the answer should be held; empty where it is fine, or where an earlier poll gave the same doubts."""
        found = doubts.doubts(fetched, reading)
        labels = {doubt.label for doubt in found}
        return found if found and labels - self.quarantine.labels_before(fetched) else ()

    def _without_doubtful_annexes(
        self, fetched: Fetched, reading: Reading
    ) -> tuple[Fetched, Reading, tuple[tuple[str, str, str], ...]]:
        """The page with the stored annex in place of each that is not taken as true, which is held by itself: what else
        changes on the page is not kept waiting. Gives key, address and reason of those held."""
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
        return True

    def _read(self, fetched: Fetched) -> tuple[Fetched, Reading]:
        """What the answer says, and the answer with the annexes that did not come this time."""
        document = parsing.read(fetched)
        document_id = document_id_of(self.source, fetched, document)
        with self.store.read() as connection:
            version = versions.latest(connection, document_id)
            if version is None:
                return fetched, Reading(document_id, document, None, None, (), True)
            old = snapshots.load(connection, version.snapshots)
            references = tuple(snapshots.reference(connection, number) for number in version.snapshots)
            record = changes.of_document(connection, document_id) if fetched.role in LASTING else None
        if fetched.role is ResourceType.PAGE and document.notes and not self.accept:
            check_annexes(fetched, old)
        whole = completed(fetched, old)
        if whole.attachments != fetched.attachments:
            fetched, document = whole, parsing.read(whole)
        text, kept = fetched, tuple[int, ...]()
        if fetched.meta.get("text") == "owed" and old.attachments and not fetched.attachments:
            # The record came without its full text, which is there but could not be had: the text that we have
            # stands until it comes, so that a correction in it is still seen then.
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
        """Attachments that could not be had in the first poll of the source."""
        found = {part.key: self.known.get(part.key) for part in fetched.attachments}
        return {
            key
            for key, known in found.items()
            if known and known.validators.extraction_config == source_state.PENDING
        }

    def _previous(self, fetched: Fetched, old: Fetched) -> Document | None:
        """The stored text, read by today's extraction_config, so that another selector or a better reader is not mistaken for
        another text. None where it holds nothing under a new extraction_config: there is no before to compare with. Raises
        ParseError where it cannot be read for any other reason, for then nothing is known of what changed."""
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
            raise ParseError(
                f"the stored text cannot be read any more: {error.cause}", cure=ACCEPT
            ) from error

    def _is_baseline(self, key: str) -> bool:
        """Whether the document was there before the source was watched: in its first poll, or where it failed then
        and no version of it was stored since."""
        known = self.known.get(key)
        return self.baseline or (
            known is not None and known.validators.extraction_config == source_state.PENDING
        )

    def _without_noise(
        self, fetched: Fetched, reading: Reading, *, ask: bool = True
    ) -> tuple[Reading, Second | None]:
        """Masks what changes by itself. A page or an entry of a feed that seems changed is fetched a second time: what
        differs between the two fetches and from what is stored is noise, and is remembered as such. Without `ask` it is
        not. An entry that is new is left as it is."""
        if fetched.role not in _NOISY or (
            fetched.role is ResourceType.FEED_ENTRY and reading.previous is None
        ):
            return reading, None

        def quieted(templates: tuple[str, ...]) -> Reading:
            previous = reading.previous and volatile_content.mask_document(reading.previous, templates)
            return replace(
                reading,
                document=volatile_content.mask_document(reading.document, templates),
                previous=previous,
                templates=templates,
            )

        quiet = quieted(reading.templates)
        if not ask or quiet.previous is None or content_hash(quiet.document) == content_hash(quiet.previous):
            return quiet, None
        answer = self.again(fetched)
        second = parsing.read(answer)
        assert reading.previous is not None
        learned = volatile_content.learn_volatile(reading.document, second, reading.previous)
        earlier = self.confirmation.earlier(fetched, reading)
        if earlier is not None:
            learned |= volatile_content.learn_volatile(
                reading.document, earlier[0], reading.previous, elapsed=earlier[1]
            )
        quiet = quieted(tuple(sorted({*reading.templates, *learned}))) if learned else quiet
        return quiet, Second(answer, volatile_content.mask_document(second, quiet.templates))

    # --- writing --------------------------------------------------------------------------------

    def _write(
        self, decision: Seen | NewVersion, now: datetime, annexes: tuple[tuple[str, str, str], ...] = ()
    ) -> IngestResult:
        """Raises Outdated, and then nothing was written."""
        key = decision.fetched.key
        # Where masks were learned just now, what waited was noise.
        seen = isinstance(decision, Seen) and decision.version is None
        with self.store.write() as connection:
            held = {name for name, _, _ in annexes}
            written = apply.apply(connection, decision, self.source, self.settings, held=held)
            row = self.confirmation.write_settled(connection, key, now, stored=seen)
        self._remember(written.resources)
        self.confirmation.remember(key, row)
        if isinstance(decision, NewVersion):
            self.site_wide.add(decision.operations)
        return IngestResult(written.change, written.told, annexes=annexes)

    def _remember(self, resources: dict[str, source_state.Resource]) -> None:
        """Called after the transaction that wrote them is committed."""
        self.known.update(resources)
        for key in resources:
            self.quarantine.passed(key)

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

    # --- what fails -----------------------------------------------------------------------------

    def _check_failed(self, fetched: Fetched) -> None:
        """Raises what these very bytes raised before in this poll."""
        found = self._failed.get(fetched.key)
        if found is not None and found[0] == _bytes_of(fetched):
            raise found[1]

    def _set_aside(
        self,
        fetched: Fetched,
        error: ParseError | FetchError,
        now: datetime,
        *,
        kept: bool,
        broken: Fetched | None = None,
    ) -> IngestResult:
        """Keeps an answer that failed, and raises why. Where only an attachment cannot be read, that is kept, and the
        rest is taken in without it."""
        baseline = self._is_baseline(fetched.key)
        if isinstance(error, AttachmentUnreadable):
            part = next((part for part in fetched.attachments if part.key == error.attachment), None)
            if part is not None:
                self.quarantine.put(part, error.cause, Why.FAILED, of=fetched.key, baseline=baseline)
                return self.take(without_attachment(fetched, part.key), now, kept=kept)
        if isinstance(error, ParserCrashed):
            if fetched.attachments and broken is not fetched:
                for part in fetched.attachments if broken is None else (broken,):
                    self.quarantine.put(part, error.cause, Why.BROKE, of=fetched.key)
                return self.take(without_texts(fetched), now, kept=kept)
            self.quarantine.put(fetched, error.cause, Why.BROKE, baseline=baseline)
            raise ParserCrashed(error.cause, cure=CURE) from error
        self.quarantine.put(fetched, error.cause, Why.FAILED, baseline=baseline)
        failure = error if isinstance(error, ParseError) else ParseError(error.cause, cure=error.cure)
        self._failed[fetched.key] = (_bytes_of(fetched), failure)
        raise failure from error

    # --- history --------------------------------------------------------------------------------

    def take_history(
        self,
        many: Sequence[Fetched],
        now: datetime,
        *,
        listing: Fetched | None = None,
        mark: Callable[[Connection], None] | None = None,
    ) -> tuple[int, list[str]]:
        """Takes in records of the past, told to nobody: the number of new ones, and a line for each that could not be
        read, which is held. New ones are written in one transaction, with the list that they stood in and with what
        `mark` writes: where the loading goes on. What is known already goes the usual way, before that, so that
        nothing is lost."""
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
            # One of them cannot be written, or came from elsewhere just now: each by itself, so that it is found.
            log.warning("a page of history is taken in one by one", source=self.source.id, cause=str(error))
            more, failed = self._one_by_one([decision.fetched for decision in fresh.values()], now)
            self._write_history([], listing, mark)
            return count + more, troubles + failed
        return count + len(fresh), troubles

    def _history(self, fetched: Fetched, now: datetime) -> NewVersion | None:
        """What a record means that no version is stored of; None for what goes the usual way."""
        if fetched.attachments or fetched.role not in LASTING:
            return None
        try:
            document = parsing.read(fetched)
            reading = Reading(document_id_of(self.source, fetched, document), document, None, None, (), True)
            decision = decide(
                fetched,
                reading,
                source=self.source.id,
                profiles=self.settings.profiles,
                baseline=True,
                now=now,
            )
        except Exception as error:  # noqa: BLE001 - the usual way finds it again, and holds the record with the reason
            log.info("a record of the past failed", source=self.source.id, key=fetched.key, cause=str(error))
            return None
        return decision if isinstance(decision, NewVersion) else None

    def _one_by_one(self, many: Sequence[Fetched], now: datetime) -> tuple[int, list[str]]:
        count, troubles = 0, list[str]()
        for fetched in many:
            try:
                count += self.take(fetched, now).change is not None
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


def _compared(before: Document | None, after: Document) -> tuple[Operation, ...]:
    """What differs. Documents of very many units are compared by a worker, within the time of their source."""
    if before is not None and max(len(before.units), len(after.units)) > _MANY_UNITS:
        return pool.run(diffing.compare, before, after)
    return diffing.compare(before, after)


def _bytes_of(fetched: Fetched) -> tuple[str, ...]:
    return tuple(sha256(part.answer.body) for part in (fetched, *fetched.attachments))


def _defect(error: Exception) -> ParseError:
    cause = f"defect in tracker: {type(error).__name__}: {error}"
    return ParseError(cause, cure="report it; the bytes are kept")
