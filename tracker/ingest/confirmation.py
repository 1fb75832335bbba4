"""Confirms new texts of pages: a text that only one of several servers returns must be seen again before it counts.
Both texts are kept while the page is flapping."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from tracker import parsing
from tracker.documents.identity import content_hash
from tracker.errors import ParseError
from tracker.ingest import stability
from tracker.ingest.quarantine import CONFIRMED_AFTER
from tracker.ingest.reading import Reading
from tracker.locations import INDEX
from tracker.model import Document, DocumentKind, Fetched, ResourceType, SnapshotRef
from tracker.model.publication import STATED_REMOVALS
from tracker.parsing.absent_rows import ABSENT, absent_rows, to_meta, with_absent_rows
from tracker.storage import page_states, snapshots, versions
from tracker.storage.database import Store
from tracker.storage.page_states import Flapping
from tracker.storage.versions import Version

# Roles that a server may give in an older state after a newer one; answers of other roles carry their own date.
_CONFIRMED = frozenset(
    {ResourceType.PAGE, ResourceType.PDF, ResourceType.FEED_ENTRY, ResourceType.SCREENING_LIST}
)


@dataclass(frozen=True, slots=True)
class Second:
    """The same page moments later, without its volatile content."""

    fetched: Fetched
    document: Document


def how_read(fetched: Fetched) -> dict[str, str]:
    """The entries of an answer's `meta` that decide how its bytes are parsed."""
    return {name: fetched.meta[name] for name in ("content", INDEX) if name in fetched.meta}


def stored_references(connection: Connection, version: Version, old: Fetched) -> tuple[SnapshotRef, ...]:
    """The snapshots of a stored version whose answer is `old`. Where rows in it are still listed only because no second
    answer lacked them, the bytes of the version before have them."""
    if ABSENT in old.meta:
        version = versions.get(connection, version.document_id, version.ordinal - 1) or version
    return tuple(snapshots.reference(connection, number) for number in version.snapshots)


class Confirmation:
    """The unconfirmed texts of one source: `flapping` holds them by key. It is updated after each commit."""

    def __init__(self, store: Store, source: str, flapping: dict[str, Flapping]) -> None:
        self._store = store
        self._source = source
        self.flapping = flapping

    def check(
        self, fetched: Fetched, reading: Reading, second: Second | None, now: datetime, *, lost: bool
    ) -> tuple[Fetched, Reading, bool]:
        """The answer and its reading, completed with the rows that it lacks for the first time, and whether the
        answer must wait. `lost`: an earlier answer was held for what this one lacks, so this one confirms it."""
        if not lost:
            fetched, reading = self.keep_absent_rows(fetched, reading, now)
        if ABSENT in fetched.meta and reading.previous is not None:
            waits = content_hash(reading.document) == content_hash(reading.previous)
        else:
            waits = self.must_wait(fetched, reading, second, now)
        return fetched, reading, waits

    def must_wait(self, fetched: Fetched, reading: Reading, second: Second | None, now: datetime) -> bool:
        """Whether a text that differs from the stored one must be seen again before it counts. Both texts are then
        kept, and the page is flapping."""
        stored, version = reading.previous, reading.version
        if stored is None or version is None or fetched.role not in _CONFIRMED:
            return False
        if fetched.role is ResourceType.SCREENING_LIST and absent_rows(stored, reading.document):
            return False  # a party that is added, or back on a list, is reported at once
        new = content_hash(reading.document)
        if new == content_hash(stored):
            return False
        known = self.flapping.get(fetched.key)
        waiting = stability.next_state(
            new,
            new if second is None else content_hash(second.document),
            content_hash(stored),
            self._earlier_hashes(fetched, reading),
            None if known is None else stability.Waiting(known.digest, known.polls, known.seen),
        )
        if waiting is None and self._may_be_noise(reading, known, new):
            waiting = stability.Waiting(new, 1, 1)
        if waiting is None:
            return False
        since, ids = (now, ()) if known is None else (known.since, known.snapshots)
        with self._store.write() as connection:
            if known is None or known.digest != new:
                texts = (fetched,) if second is None else (fetched, second.fetched)
                ids = tuple(snapshots.save(connection, self._source, text) for text in texts)
            row = Flapping(fetched.answer.url, new, waiting.polls, waiting.seen, since, now, ids)
            page_states.save_flapping(connection, self._source, fetched.key, row)
            if reading.templates != version.volatile_patterns:
                versions.learn(connection, version, reading.templates)
        self.flapping[fetched.key] = row
        return True

    def keep_absent_rows(self, fetched: Fetched, reading: Reading, now: datetime) -> tuple[Fetched, Reading]:
        """The answer and its reading, completed with the rows of the stored list that it lacks and the last answer
        did not: a party is off a list after two answers in a row without it. Until then the source is flapping."""
        if fetched.role is not ResourceType.SCREENING_LIST or reading.previous is None:
            return fetched, reading
        stated = frozenset(json.loads(fetched.meta.get(STATED_REMOVALS, "[]")))
        rows = tuple(
            row
            for row in absent_rows(reading.document, reading.previous)
            if dict(row.meta).get("id") not in stated
        )
        known = self.flapping.get(fetched.key)
        follows = known is not None and known.polls > 0
        soon = known is not None and follows and now - known.at < CONFIRMED_AFTER
        if rows and known is not None and follows and not soon:
            with self._store.read() as connection:
                last = snapshots.load(connection, known.snapshots[:1])
            absent_before = set(absent_rows(parsing.read(last), reading.previous))
            rows = tuple(row for row in rows if row not in absent_before)
        if not rows:
            return fetched, reading
        if not soon:
            self._save_absent(fetched, reading, now)
        meta = {**fetched.meta, ABSENT: to_meta(rows)}
        units = with_absent_rows(reading.document.units, meta[ABSENT])
        document = replace(reading.document, units=units)
        return replace(fetched, meta=meta), replace(reading, document=document)

    def _save_absent(self, fetched: Fetched, reading: Reading, now: datetime) -> None:
        known = self.flapping.get(fetched.key)
        since, polls, seen = (now, 0, 0) if known is None else (known.since, known.polls, known.seen)
        digest = content_hash(reading.document)
        with self._store.write() as connection:
            kept = (snapshots.save(connection, self._source, fetched),)
            row = Flapping(fetched.answer.url, digest, polls + 1, seen + 1, since, now, kept)
            page_states.save_flapping(connection, self._source, fetched.key, row)
        self.flapping[fetched.key] = row

    def awaits_list(self, fetched: Fetched) -> bool:
        """Whether the last answer of a party list lacked rows, so that the same bytes again have a meaning."""
        known = self.flapping.get(fetched.key)
        return fetched.role is ResourceType.SCREENING_LIST and known is not None and known.polls > 0

    def _may_be_noise(self, reading: Reading, known: Flapping | None, new: str) -> bool:
        """Whether only clocks, tokens and counts changed. A cache repeats them, so the second fetch proves nothing:
        the next poll shows whether they keep changing."""
        if (known is not None and known.digest == new) or reading.document.kind is DocumentKind.LIST:
            return False
        from tracker.parsing import volatile_content

        return reading.previous is not None and volatile_content.only_volatile(
            reading.document, reading.previous
        )

    def earlier(self, fetched: Fetched, reading: Reading) -> tuple[Document, tuple[float, float]] | None:
        """The text that is unconfirmed since an earlier poll, and the seconds from it, and from the stored one, to
        this answer."""
        known = self.flapping.get(fetched.key)
        if known is None or not reading.references:
            return None
        with self._store.read() as connection:
            old = snapshots.load(connection, known.snapshots[:1])
        try:
            document = parsing.read(replace(old, meta={**old.meta, **how_read(fetched)}))
        except ParseError:
            return None
        at = fetched.answer.fetched_at
        since = (at - old.answer.fetched_at, at - reading.references[0].fetched_at)
        return document, (since[0].total_seconds(), since[1].total_seconds())

    def _earlier_hashes(self, fetched: Fetched, reading: Reading) -> frozenset[str]:
        """The hashes of the version before the stored one: as stored, and as the current parser reads it. A server
        lags by one state at most: an even older text is a real return to it."""
        version = reading.version
        if version is None or version.ordinal == 1:
            return frozenset()
        with self._store.read() as connection:
            last = versions.get(connection, version.document_id, version.ordinal - 1)
            old = None if last is None else snapshots.load(connection, last.snapshots)
        if last is None or old is None:
            return frozenset()
        former = frozenset({last.digest})
        try:
            document = parsing.read(replace(old, meta={**old.meta, **how_read(fetched)}))
        except ParseError:
            return former  # the stored hash is enough
        from tracker.parsing import volatile_content

        return former | {content_hash(volatile_content.mask_document(document, reading.templates))}

    def unchanged(self, key: str, now: datetime) -> None:
        """Records that the source confirmed the stored text (304, or the same bytes)."""
        if key in self.flapping:
            with self._store.write() as connection:
                row = self.write_settled(connection, key, now, stored=True)
            self.remember(key, row)

    def write_settled(
        self, connection: Connection, key: str, now: datetime, *, stored: bool, partial: bool = False
    ) -> Flapping | None:
        """Writes that a text counted: the stored one again, or a new version (`stored` False). Returns the row to pass to
        `remember` after the commit. `partial`: rows that it
        lacks wait for the next answer."""
        known = self.flapping.get(key)
        if known is None or partial:
            return known
        if not stored or stability.is_calm(known.at, now):
            page_states.clear_flapping(connection, self._source, key)
            return None
        row = replace(known, polls=0)
        page_states.save_flapping(connection, self._source, key, row)
        return row

    def forget_left(self, seen: Collection[str], now: datetime) -> None:
        """Ends the flapping of entries that left their feed, once no other text of them appears any more."""
        for key, row in list(self.flapping.items()):
            if key not in seen and stability.is_calm(row.at, now):
                with self._store.write() as connection:
                    page_states.clear_flapping(connection, self._source, key)
                self.remember(key, None)

    def remember(self, key: str, row: Flapping | None) -> None:
        if row is None:
            self.flapping.pop(key, None)
        else:
            self.flapping[key] = row
