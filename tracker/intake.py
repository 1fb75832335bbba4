"""One answer that came in becomes a version of a document, a change, and what is owed to the channels.

Everything that one answer causes is written in one transaction: a kill before its end leaves nothing, and the
repeated poll makes the same records under the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tracker import assessment, diff, parse, timeline
from tracker.clock import legal_day
from tracker.diff.site_wide import SiteWide
from tracker.errors import ParseError, Poison, TrackerError
from tracker.fetch.items import BROKE
from tracker.identity import LASTING, change_id, digest, identify
from tracker.model import (
    Change,
    Document,
    Fetched,
    Operation,
    Role,
    SnapshotRef,
    Validators,
)
from tracker.names import references
from tracker.parse import guard, noise
from tracker.quarantine import CURE, Quarantine, bare
from tracker.sources import Settings, Source
from tracker.store import changes, owing, snapshots, states, versions
from tracker.store.blobs import sha256
from tracker.store.db import Store
from tracker.text import name_form

# What is judged by its shape; API records are judged by the adapters, key by key.
_GUARDED = frozenset({Role.PAGE, Role.PDF, Role.ECFR_PART, Role.SCREENING_LIST})
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one answer. `change`: its new or renewed record; `told`: deliveries owed for it;
    `held`: why the answer waits for a second look instead."""

    change: Change | None = None
    told: int = 0
    held: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says, and what the last answer that was kept said, both read by today's rules."""

    document: Document
    previous: Document | None
    version: versions.Version | None
    templates: tuple[str, ...]
    same_kind: bool  # the previous text was of the same role, so that comparing words makes sense
    kept: tuple[int, ...] = ()  # snapshots of attachments that stand on although they did not come this time
    cut: bool = False  # a page that was closed at its end, and no longer is


class Intake:
    """Takes in the answers of one poll of one source."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        source: Source,
        known: dict[str, states.Resource],
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

    def take(self, fetched: Fetched, now: datetime) -> Taken:
        """Raises ParseError when the bytes cannot be read, or break whoever reads them; they are kept all the same."""
        if fetched.role is Role.LISTING:
            return self._evidence(fetched)
        if not self.accept:
            fetched = self.quarantine.check(fetched)
        if not self.accept and self._same_bytes(fetched):
            self._remember(fetched)
            return Taken()
        try:
            return self._taken(fetched, now)
        except Poison as error:
            if not fetched.attachments:
                self.quarantine.put(fetched, error.cause, baseline=self.baseline)
                raise Poison(error.cause, cure=CURE) from error
            for part in fetched.attachments:
                self.quarantine.put(part, error.cause, of=fetched.key)
            return self.take(bare(fetched), now)
        except ParseError as error:
            self._hold(fetched, error.cause)
            raise
        except (TrackerError, DBAPIError):
            raise
        except Exception as error:
            # A defect that one document brings to light must not take the others of its source with it.
            log.exception("a document broke its reader", source=self.source.id, key=fetched.key)
            cause = f"defect in tracker: {type(error).__name__}: {error}"
            self._hold(fetched, cause)
            raise ParseError(cause, cure="report it; the bytes are kept") from error

    def _taken(self, fetched: Fetched, now: datetime) -> Taken:
        reading = self._read(fetched)
        if not self.accept and fetched.role in _GUARDED:
            reason = guard.judge(
                reading.document, reading.previous, len(fetched.answer.body), self._size(fetched.key)
            )
            if reason is None and reading.cut:
                reason = f"the page ends in the middle, after {len(fetched.answer.body):,} bytes"
            if reason:
                self._hold(fetched, reason)
                return Taken(held=reason)
        reading = self._without_noise(fetched, reading)
        if reading.previous is not None and digest(reading.document) == digest(reading.previous):
            with self.store.write() as connection:
                self._remember(fetched)
                if reading.version is not None and reading.templates != reading.version.noise:
                    versions.learn(connection, reading.version, reading.templates)
            return Taken()
        return self._keep(fetched, reading, now)

    # --- reading --------------------------------------------------------------------------------

    def _same_bytes(self, fetched: Fetched) -> bool:
        for part in (fetched, *fetched.attachments):
            known = self.known.get(part.key)
            if known is None or known.validators.sha256 != sha256(part.answer.body):
                return False
            if known.validators.recipe != self.source.recipe():
                return False
        return True

    def _read(self, fetched: Fetched) -> Reading:
        document = parse.read(fetched)
        identity = identify(self.source, fetched, document)
        with self.store.read() as connection:
            version = versions.latest(connection, identity)
            if version is None:
                return Reading(document, None, None, (), True)
            old = snapshots.load(connection, version.snapshots)
        kept: tuple[int, ...] = ()
        if fetched.meta.get("text") == "owed" and old.attachments and not fetched.attachments:
            # The record came without its full text, which is there but could not be had: the text that we have
            # stands until it comes, so that a correction in it is still seen then.
            kept = version.snapshots[1:]
            fetched = replace(fetched, attachments=old.attachments)
            document = parse.read(fetched)
        # The old bytes are read by today's recipe, so that another selector or a better reader is not
        # mistaken for another text.
        meta = {**old.meta, **{name: fetched.meta[name] for name in ("content",) if name in fetched.meta}}
        same_kind = old.role is fetched.role and bool(old.attachments) == bool(fetched.attachments)
        cut = (
            fetched.role is Role.PAGE
            and guard.is_whole(old.answer.body)
            and not guard.is_whole(fetched.answer.body)
        )
        try:
            previous = parse.read(replace(old, meta=meta))
        except TrackerError:
            # The old bytes hold nothing under the new recipe: there is no before to compare with.
            return Reading(document, None, version, (), same_kind, kept, cut)
        return Reading(document, previous, version, version.noise, same_kind, kept, cut)

    def _size(self, key: str) -> int | None:
        known = self.known.get(key)
        return known.size if known else None

    def _without_noise(self, fetched: Fetched, reading: Reading) -> Reading:
        """Masks what changes by itself. A page that seems changed is fetched a second time: what differs
        between two fetches of the same moment is noise, and is remembered as such."""
        if fetched.role is not Role.PAGE:
            return reading

        def quieted(templates: tuple[str, ...]) -> Reading:
            previous = reading.previous and noise.quiet(reading.previous, templates)
            return replace(
                reading,
                document=noise.quiet(reading.document, templates),
                previous=previous,
                templates=templates,
            )

        quiet = quieted(reading.templates)
        if quiet.previous is None or digest(quiet.document) == digest(quiet.previous):
            return quiet
        second = parse.read(self.again(fetched))
        assert reading.previous is not None
        learned = noise.volatile(reading.document, second, reading.previous)
        return quieted(tuple(sorted({*reading.templates, *learned}))) if learned else quiet

    # --- writing --------------------------------------------------------------------------------

    def _evidence(self, fetched: Fetched) -> Taken:
        if BROKE in fetched.meta:
            self.quarantine.put(fetched, fetched.meta[BROKE])
            raise Poison(fetched.meta[BROKE], cure=CURE)
        with self.store.write() as connection:
            if not self._same_bytes(fetched):
                snapshots.save(connection, self.source.id, fetched)
            self._save_resource(connection, fetched)
        return Taken()

    def _remember(self, fetched: Fetched) -> None:
        """The server's validators of an answer that says nothing new."""
        with self.store.write() as connection:
            for part in (fetched, *fetched.attachments):
                self._save_resource(connection, part)

    def _hold(self, fetched: Fetched, reason: str) -> None:
        """Keeps a doubtful answer as evidence, once, and not as truth."""
        body_sha = sha256(fetched.answer.body)
        known = self.known.get(fetched.key) or states.Resource(Validators())
        again = known.held_sha256 == body_sha
        held = replace(known, held_sha256=body_sha, held_count=known.held_count + 1 if again else 1)
        with self.store.write() as connection:
            if not again:
                meta = {**fetched.meta, "held": reason}
                snapshots.save(connection, self.source.id, replace(fetched, meta=meta))
            states.save_resource(connection, self.source.id, fetched.key, held)
        self.known[fetched.key] = held
        self.quarantine.passed(fetched.key)

    def _save_resource(self, connection: Connection, part: Fetched) -> None:
        resource = self._resource(part)
        states.save_resource(connection, self.source.id, part.key, resource)
        self.known[part.key] = resource
        self.quarantine.passed(part.key)

    def _resource(self, part: Fetched) -> states.Resource:
        answer = part.answer
        validators = Validators(
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            sha256=sha256(answer.body),
            recipe=self.source.recipe(),
            full_at=answer.fetched_at,
        )
        return states.Resource(validators, size=len(answer.body))

    def _keep(self, fetched: Fetched, reading: Reading, now: datetime) -> Taken:
        document = reading.document
        identity = identify(self.source, fetched, document)
        ordinal = 1 if reading.version is None else reading.version.ordinal + 1
        baseline = self.baseline or self._pending(fetched.key)
        lasting = fetched.role in LASTING
        compared = reading.previous is not None and reading.same_kind
        operations = diff.compare(reading.previous, document) if compared else ()
        operations = self.site_wide.without_recorded(operations)
        # A recipe under which the old bytes hold nothing gives a new beginning, not a new page.
        restart = reading.version is not None and reading.previous is None
        with self.store.write() as connection:
            if versions.latest(connection, identity) != reading.version:
                # Another source has just brought a state of this document: it is read again, beside that one.
                return self.take(fetched, now)
            old = changes.of_identity(connection, identity) if lasting else None
            ids = [
                snapshots.save(connection, self.source.id, part) for part in (fetched, *fetched.attachments)
            ]
            ids += reading.kept
            row = versions.Version(
                identity,
                ordinal,
                self.source.id,
                fetched.key,
                digest(document),
                tuple(ids),
                reading.templates,
                now,
            )
            versions.add(connection, [row])
            for part in (fetched, *fetched.attachments):
                self._save_resource(connection, part)
            before, after = _references(connection, reading.version, ids)
            change = self._assessed(
                identity, ordinal, document, operations, now, baseline or restart, before, after
            )
            if old is not None:
                change = assessment.renewed(old, change, operations, same_kind=reading.same_kind)
            taken = self._record(connection, change, old, identity, ordinal, document, operations, now)
        self.site_wide.add(operations)
        return taken

    def _pending(self, key: str) -> bool:
        """Failed in the source's first poll: it was there before we looked, so it is no news."""
        known = self.known.get(key)
        return known is not None and known.validators.recipe == states.PENDING

    def _assessed(
        self,
        identity: str,
        ordinal: int,
        document: Document,
        operations: tuple[Operation, ...],
        now: datetime,
        baseline: bool,
        before: SnapshotRef | None,
        after: SnapshotRef,
    ) -> Change:
        return assessment.assess(
            document,
            operations,
            change_id=change_id(identity, ordinal, document),
            source=self.source.id,
            profiles=self.settings.profiles,
            baseline=baseline,
            now=now,
            before=before,
            after=after,
        )

    def _record(
        self,
        connection: Connection,
        change: Change,
        old: Change | None,
        identity: str,
        ordinal: int,
        document: Document,
        operations: tuple[Operation, ...],
        now: datetime,
    ) -> Taken:
        change = self._joined(connection, change)
        changes.save(
            connection, changes.Entry(change, identity, ordinal, assessment.labels(change)), operations
        )
        self._act(connection, change)
        told = 0
        if old is None or change.revision > old.revision:
            told = owing.owe(connection, change, document, operations, identity, self.settings, now)
        return Taken(change, told)

    def _joined(self, connection: Connection, change: Change) -> Change:
        """With what documents that came before it do to it."""
        for actor in changes.acting_on(connection, references(change)):
            change = timeline.applied(change, actor)
        names, fellows = self._fellows(connection, change)
        for fellow, _, _ in fellows:
            change = timeline.overtaken(change, fellow, names)
        return change

    @staticmethod
    def _fellows(connection: Connection, change: Change) -> tuple[set[str], list[tuple[Change, str, int]]]:
        """Other documents that act on what this one moves dates of, and the names by which they call it."""
        names: set[str] = set()
        for link in timeline.moving(change):
            names.add(name_form(link.target))
            for target, _, _ in changes.find(connection, link.target):
                names.update(references(target))
        found = changes.entries_acting_on(connection, sorted(names)) if names else []
        return names, [entry for entry in found if entry[0].id != change.id]

    def _act(self, connection: Connection, change: Change) -> None:
        """Writes what this change does to the records of others."""
        for link in change.tagging.links:
            for target, identity, version in changes.find(connection, link.target):
                acted = timeline.applied(target, change)
                if acted is not target:
                    changes.save(
                        connection, changes.Entry(acted, identity, version, assessment.labels(acted))
                    )
        names, fellows = self._fellows(connection, change)
        for fellow, identity, version in fellows:
            acted = timeline.overtaken(fellow, change, names)
            if acted is not fellow:
                changes.save(connection, changes.Entry(acted, identity, version, assessment.labels(acted)))

    # --- history --------------------------------------------------------------------------------

    def take_history(self, many: Sequence[Fetched], now: datetime) -> tuple[int, list[str]]:
        """Takes in records of the past, many in one transaction: the number of new ones, and a line for each
        that could not be read. What is known already goes the usual way, so that nothing is lost."""
        read: dict[str, tuple[Fetched, Document]] = {}
        usual: list[Fetched] = []
        troubles: list[str] = []
        for fetched in many:
            try:
                document = parse.read(fetched)
            except ParseError as error:
                if isinstance(error, Poison) and fetched.attachments:
                    usual.append(fetched)  # the record can be read without its text
                    continue
                self._hold(fetched, error.cause)
                troubles.append(f"{fetched.key}: {error.line()}")
                continue
            identity = identify(self.source, fetched, document)
            if fetched.attachments or fetched.role not in LASTING or identity in read:
                usual.append(fetched)
            else:
                read[identity] = (fetched, document)
        with self.store.write() as connection:
            for identity in versions.known(connection, list(read)):
                usual.append(read.pop(identity)[0])
            self._add(connection, read, now)
            stored = len(read) + sum(self.take(fetched, now).change is not None for fetched in usual)
        return stored, troubles

    def _add(self, connection: Connection, read: dict[str, tuple[Fetched, Document]], now: datetime) -> None:
        if not read:
            return
        parts = [fetched for fetched, _ in read.values()]
        ids = snapshots.save_many(connection, self.source.id, parts)
        # Validators are for asking again, and what was published long ago is not asked for again.
        again = legal_day(now) - self.source.recheck
        resources = {
            fetched.key: self._resource(fetched)
            for fetched, document in read.values()
            if document.published is None or document.published >= again
        }
        if resources:
            states.save_resources(connection, self.source.id, resources)
            self.known.update(resources)
        rows, entries = [], []
        for snapshot, (identity, (fetched, document)) in zip(ids, read.items(), strict=True):
            rows.append(
                versions.Version(
                    identity, 1, self.source.id, fetched.key, digest(document), (snapshot,), (), now
                )
            )
            after = SnapshotRef(sha256(fetched.answer.body), fetched.answer.fetched_at)
            change = self._assessed(identity, 1, document, (), now, True, None, after)
            entries.append(changes.Entry(change, identity, 1, assessment.labels(change)))
        versions.add(connection, rows)
        changes.add_many(connection, entries)
        self._link(connection, entries)

    def _link(self, connection: Connection, entries: Sequence[changes.Entry]) -> None:
        """What these documents do to others, and others to them."""
        names = [name for entry in entries for name in references(entry.change)]
        targets = changes.acted_on(connection, names)
        for entry in entries:
            if targets.intersection(references(entry.change)) or timeline.moving(entry.change):
                joined = self._joined(connection, entry.change)
                if joined is not entry.change:
                    changes.save(connection, replace(entry, change=joined, words=assessment.labels(joined)))
            self._act(connection, entry.change)


def _references(
    connection: Connection, version: versions.Version | None, ids: Sequence[int]
) -> tuple[SnapshotRef | None, SnapshotRef]:
    """The two snapshots that a change stands between: the main ones, or where these are the same bytes, the first
    attachment that is not (a record stays as it is when its full text is corrected in place)."""
    after = snapshots.reference(connection, ids[0])
    if version is None:
        return None, after
    before = snapshots.reference(connection, version.snapshots[0])
    for old, new in zip(version.snapshots, ids, strict=False):
        one, other = snapshots.reference(connection, old), snapshots.reference(connection, new)
        if one.sha256 != other.sha256:
            return one, other
    return before, after
