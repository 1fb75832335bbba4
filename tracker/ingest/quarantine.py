"""Holds answers that are not stored as versions: doubtful ones, those that could not be read or processed, and
documents that crash their parser. Their bytes are kept, the source's state names them, and they are read again
until they can be stored.

A held answer is a snapshot whose `meta` has the reason; its resource has its hash. Holding an answer never changes
the validators of its resource, which always belong to an answer that was read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import version

from sqlalchemy import Connection, select

from tracker import __version__
from tracker.errors import ParserCrashed
from tracker.locations import ANNEXES
from tracker.model import TEXT_PENDING, Fetched, ResourceType, Validators
from tracker.sources.events import PARSER_CRASHED
from tracker.storage import snapshots, source_state
from tracker.storage.blobs import sha256
from tracker.storage.database import Store
from tracker.storage.schema import SNAPSHOT

CURE = "its bytes are kept; the next version of the readers tries again, and so does `tracker poll --accept`"
CONFIRMED_AFTER = timedelta(minutes=10)  # after this time the loss must be seen again
_REASON, _READERS, _OF, _GONE = "held", "readers", "of", "gone"
_FAILED, _PARTS = (
    "failed",
    "parts",
)  # in `meta`: of an answer that is read again at each poll; ids of its attachments
_LIBRARIES = ("lxml", "beautifulsoup4", "pypdfium2")


class Why(StrEnum):
    """`doubtful`: suspicious, and the source is asked again. `failed`: not read or not processed, and tried again
    at each poll. `broke`: it crashes its parser, and is tried again only with other parser versions."""

    DOUBTFUL = "doubtful"
    FAILED = "failed"
    BROKE = "broke"


@lru_cache(maxsize=1)
def parser_versions() -> str:
    """The versions of the parsers in this process: another version may be able to read a held document."""
    return ", ".join((f"tracker {__version__}", *(f"{name} {version(name)}" for name in _LIBRARIES)))


@dataclass(frozen=True, slots=True)
class QuarantinedDocument:
    """One answer that could not be read. `readers` are the parser versions that it crashed, empty where it only failed.
    `of` is the key of the record or page that it is an attachment of; "" for others. `parts` are the snapshots of its
    attachments."""

    key: str
    url: str
    snapshot: int
    sha256: str
    reason: str
    readers: str
    of: str
    role: ResourceType
    parts: tuple[int, ...] = ()

    @property
    def failed(self) -> bool:
        return not self.readers

    @property
    def is_annex(self) -> bool:
        """Whether it is an annex of a page that failed. The source is asked for it in each poll; its page may have
        changed since, so it is never read again from the store."""
        return self.failed and bool(self.of) and self.role is ResourceType.PDF


class Quarantine:
    """The held answers of one source. `known` are the source's resources; they are updated after each commit."""

    def __init__(self, store: Store, source: str, known: source_state.Resources) -> None:
        self._store = store
        self._source = source
        self._known = known
        self.held: dict[str, QuarantinedDocument] = {}
        keys = known.held()
        if keys:
            with store.read() as connection:
                self._load(connection, keys)

    def _load(self, connection: Connection, keys: list[str]) -> None:
        rows = connection.execute(
            select(
                SNAPSHOT.c.id,
                SNAPSHOT.c.key,
                SNAPSHOT.c.role,
                SNAPSHOT.c.url,
                SNAPSHOT.c.sha256,
                SNAPSHOT.c.meta,
            )
            .where(SNAPSHOT.c.source == self._source, SNAPSHOT.c.key.in_(keys))
            .order_by(SNAPSHOT.c.id)
        )
        for row in rows:
            if row.sha256 != self._known[row.key].held_sha256 or _REASON not in row.meta:
                continue
            if _READERS in row.meta or _FAILED in row.meta:
                self.held[row.key] = _held(
                    row.key, ResourceType(row.role), row.url, row.id, row.sha256, row.meta
                )
            else:
                self.held.pop(row.key, None)

    def same_answer(self, fetched: Fetched) -> QuarantinedDocument | None:
        """The held answer with the same bytes that crashed the current parser versions; None where there is none."""
        found = self.held.get(fetched.key)
        if found is None or found.readers != parser_versions() or found.sha256 != sha256(fetched.answer.body):
            return None
        return found

    def check(self, fetched: Fetched) -> Fetched:
        """`fetched` without texts that are in quarantine. Raises ParserCrashed where it is in quarantine itself."""
        found = self.same_answer(fetched)
        if found is not None:
            raise ParserCrashed(found.reason, cure=CURE)
        return without_texts(fetched) if any(map(self.same_answer, fetched.attachments)) else fetched

    def put(
        self,
        fetched: Fetched,
        reason: str,
        why: Why,
        *,
        of: str = "",
        baseline: bool = False,
        labels: Collection[str] = (),
    ) -> None:
        """Keeps the bytes as evidence, once as long as they stay the same, and not as truth. `baseline`: it existed
        before the source was watched. `labels`: of doubts that the next poll can settle."""
        digest = sha256(fetched.answer.body)
        fresh = source_state.Resource(
            Validators(extraction_config=source_state.PENDING if baseline else None)
        )
        known = self._known.get(fetched.key) or fresh
        marks = {_REASON: reason, **({_OF: of} if of else {})}
        if labels:
            marks[_GONE] = "\n".join(labels)
        if why is Why.BROKE:
            marks[_READERS] = parser_versions()
        again = known.held_sha256 == digest and self._is_kept(fetched, why)
        known = replace(known, held_sha256=digest, held_count=known.held_count + 1 if again else 1)
        found = self.held.get(fetched.key) if again else None
        with self._store.write() as connection:
            if not again:
                if why is Why.FAILED:
                    parts = [snapshots.save(connection, self._source, part) for part in fetched.attachments]
                    marks |= {_FAILED: "yes", **({_PARTS: " ".join(map(str, parts))} if parts else {})}
                meta = {**fetched.meta, **marks}
                number = snapshots.save(connection, self._source, replace(fetched, meta=meta))
                if why is not Why.DOUBTFUL:
                    url = fetched.answer.url
                    found = _held(fetched.key, fetched.role, url, number, digest, meta)
            source_state.save_resource(connection, self._source, fetched.key, known)
        self._known[fetched.key] = known
        if found is None:
            self.held.pop(fetched.key, None)
        else:
            self.held[fetched.key] = found

    def labels_before(self, fetched: Fetched) -> frozenset[str]:
        """The labels of the doubts for which an earlier answer of this key is held; none where none is. An answer
        within minutes, from the same poll or the daily audit, confirms nothing."""
        known = self._known.get(fetched.key)
        if known is None or known.held_sha256 is None:
            return frozenset()
        query = select(SNAPSHOT.c.meta, SNAPSHOT.c.fetched_at).where(
            SNAPSHOT.c.source == self._source,
            SNAPSHOT.c.key == fetched.key,
            SNAPSHOT.c.sha256 == known.held_sha256,
        )
        with self._store.read() as connection:
            row = connection.execute(query.order_by(SNAPSHOT.c.id.desc()).limit(1)).one_or_none()
        if row is None or fetched.answer.fetched_at - row.fetched_at < CONFIRMED_AFTER:
            return frozenset()
        return frozenset(row.meta.get(_GONE, "").split("\n")) - {""}

    def _is_kept(self, fetched: Fetched, why: Why) -> bool:
        """Whether this held answer is already kept for the same cause."""
        found = self.held.get(fetched.key)
        if why is Why.DOUBTFUL:
            return found is None
        if why is Why.BROKE:
            return self.same_answer(fetched) is not None
        if found is None or not found.failed:
            return False
        with self._store.read() as connection:
            kept = [snapshots.reference(connection, part).sha256 for part in found.parts]
        return kept == [sha256(part.answer.body) for part in fetched.attachments]

    def forget(self, key: str) -> None:
        """Ends the hold of this key in memory. Call it after the commit that stored its answer."""
        self.held.pop(key, None)

    def due(self, *, everything: bool) -> list[Fetched]:
        """The held answers to read again from the store before the source is asked: failed ones, and ones that wait
        for another parser version; with `everything` all of them.

        Pages and feed entries with a stored version are not among them: their volatile content is recognized only
        by a second request, and the source is asked for each of them in every poll (`left` returns the removed
        ones).
        """
        return self._load_held(
            [
                held
                for held in self.held.values()
                if not held.is_annex
                and (
                    everything
                    or (not held.failed and held.readers != parser_versions())
                    or (held.failed and not self._is_stored_page(held))
                )
            ]
        )

    def left(self, seen: frozenset[str]) -> list[Fetched]:
        """The failed pages that the source did not show in this poll, from the store."""
        return self._load_held(
            [
                held
                for held in self.held.values()
                if held.failed and held.key not in seen and self._is_stored_page(held)
            ]
        )

    def _is_stored_page(self, held: QuarantinedDocument) -> bool:
        return (
            held.role in (ResourceType.PAGE, ResourceType.FEED_ENTRY)
            and self._known[held.key].validators.sha256 is not None
        )

    def _load_held(self, wanted: list[QuarantinedDocument]) -> list[Fetched]:
        found = []
        for held in wanted:
            with self._store.read() as connection:
                fetched = snapshots.load(connection, [held.snapshot, *held.parts])
                record = _newest(connection, self._source, held.of) if held.of else None
                whole = snapshots.load(connection, [record]) if record else None
            fetched = replace(fetched, meta=_clean(fetched.meta))
            if whole is not None:
                meta = {name: value for name, value in _clean(whole.meta).items() if name != "text"}
                found.append(replace(whole, attachments=(fetched,), meta=meta))
            elif held.of or fetched.role is ResourceType.LISTING:
                self._release(
                    held.key
                )  # a text without a record, or a list: the source is asked for it anyway
            else:
                found.append(fetched)
        return found

    def release_unlinked(self, page: Fetched) -> None:
        """Releases annexes that failed and that their page no longer links to."""
        if ANNEXES not in page.meta:
            return
        linked = page.meta[ANNEXES].split("\n")
        for held in list(self.held.values()):
            if held.is_annex and held.of == page.key and held.key not in linked:
                self._release(held.key)

    def _release(self, key: str) -> None:
        known = replace(self._known[key], held_sha256=None, held_count=0)
        with self._store.write() as connection:
            source_state.save_resource(connection, self._source, key, known)
        self._known[key] = known
        self.forget(key)


def without_texts(fetched: Fetched) -> Fetched:
    """A record without its texts, which are pending."""
    return replace(fetched, attachments=(), meta={**fetched.meta, **TEXT_PENDING})


def without_attachment(fetched: Fetched, key: str) -> Fetched:
    """An answer without one attachment. The text of a record is pending then; a page keeps the annex as it is stored."""
    if fetched.role is not ResourceType.PAGE:
        return without_texts(fetched)
    return replace(fetched, attachments=tuple(part for part in fetched.attachments if part.key != key))


def _held(
    key: str, role: ResourceType, url: str, number: int, digest: str, meta: Mapping[str, str]
) -> QuarantinedDocument:
    parts = tuple(map(int, meta.get(_PARTS, "").split()))
    readers_ = meta.get(_READERS, "")
    return QuarantinedDocument(
        key, url, number, digest, meta[_REASON], readers_, meta.get(_OF, ""), role, parts
    )


_MARKS = frozenset({_REASON, _READERS, _OF, _FAILED, _PARTS, _GONE, PARSER_CRASHED})


def _clean(meta: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in meta.items() if name not in _MARKS}


def _newest(connection: Connection, source: str, key: str) -> int | None:
    query = select(SNAPSHOT.c.id).where(SNAPSHOT.c.source == source, SNAPSHOT.c.key == key)
    return connection.execute(query.order_by(SNAPSHOT.c.id.desc()).limit(1)).scalar()
