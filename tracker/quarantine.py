"""Documents that break whoever reads them: kept with their bytes, told for as long as they stand, and read again by
the next version of the readers, or when somebody asks for it.

What is in quarantine is a snapshot whose `meta` says which readers it broke; that it is there now, its resource says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version

from sqlalchemy import Connection, select

from tracker import __version__
from tracker.errors import Poison
from tracker.fetch.items import BROKE
from tracker.model import Fetched, Role, Validators
from tracker.store import snapshots, states
from tracker.store.blobs import sha256
from tracker.store.db import Store
from tracker.store.tables import SNAPSHOT

CURE = "its bytes are kept; the next version of the readers tries again, and so does `tracker poll --accept`"
_REASON, _READERS, _OF = "held", "readers", "of"
_LIBRARIES = ("lxml", "beautifulsoup4", "pypdfium2")


@lru_cache(maxsize=1)
def readers() -> str:
    """What reads documents in this process: another version of any of it may fare better."""
    return ", ".join((f"tracker {__version__}", *(f"{name} {version(name)}" for name in _LIBRARIES)))


@dataclass(frozen=True, slots=True)
class Held:
    """One document in quarantine. `of` is the key of the record that it is the full text of; "" for others."""

    key: str
    url: str
    snapshot: int
    sha256: str
    reason: str
    readers: str
    of: str


class Quarantine:
    """What of one source is in it. `known` is the source's resources, which this keeps up to date."""

    def __init__(self, store: Store, source: str, known: dict[str, states.Resource]) -> None:
        self._store = store
        self._source = source
        self._known = known
        self.held: dict[str, Held] = {}
        keys = [key for key, resource in known.items() if resource.held_sha256]
        if keys:
            with store.read() as connection:
                self._load(connection, keys)

    def _load(self, connection: Connection, keys: list[str]) -> None:
        rows = connection.execute(
            select(SNAPSHOT.c.id, SNAPSHOT.c.key, SNAPSHOT.c.url, SNAPSHOT.c.sha256, SNAPSHOT.c.meta)
            .where(SNAPSHOT.c.source == self._source, SNAPSHOT.c.key.in_(keys))
            .order_by(SNAPSHOT.c.id)
        )
        for row in rows:
            if row.sha256 == self._known[row.key].held_sha256 and _READERS in row.meta:
                self.held[row.key] = _held(row.key, row.url, row.id, row.sha256, row.meta)

    def stands(self, fetched: Fetched) -> Held | None:
        """Whether these very bytes broke these very readers."""
        found = self.held.get(fetched.key)
        if found is None or found.readers != readers() or found.sha256 != sha256(fetched.answer.body):
            return None
        return found

    def check(self, fetched: Fetched) -> Fetched:
        """`fetched` without the texts that stand in quarantine. Raises Poison where it does itself."""
        found = self.stands(fetched)
        if found is not None:
            raise Poison(found.reason, cure=CURE)
        return bare(fetched) if any(map(self.stands, fetched.attachments)) else fetched

    def put(self, fetched: Fetched, reason: str, *, of: str = "", baseline: bool = False) -> None:
        """Keeps the bytes, once for each version of the readers. `baseline`: it was there before we looked."""
        digest = sha256(fetched.answer.body)
        fresh = Validators(recipe=states.PENDING if baseline else None)
        known = self._known.get(fetched.key) or states.Resource(fresh)
        marks = {_REASON: reason, _READERS: readers(), **({_OF: of} if of else {})}
        again = self.stands(fetched)
        known = replace(known, held_sha256=digest, held_count=known.held_count + 1 if again else 1)
        with self._store.write() as connection:
            if again is None:
                meta = {**fetched.meta, **marks}
                identity = snapshots.save(connection, self._source, replace(fetched, meta=meta))
                self.held[fetched.key] = _held(fetched.key, fetched.answer.url, identity, digest, meta)
            states.save_resource(connection, self._source, fetched.key, known)
        self._known[fetched.key] = known

    def passed(self, key: str) -> None:
        """What is known under this key now was read."""
        self.held.pop(key, None)

    def due(self, *, everything: bool) -> list[Fetched]:
        """What waits for a mended reader, out of the store; all of it where somebody asks for it."""
        found = []
        for held in list(self.held.values()):
            if not everything and held.readers == readers():
                continue
            with self._store.read() as connection:
                fetched = snapshots.load(connection, [held.snapshot])
                record = _newest(connection, self._source, held.of) if held.of else None
                whole = snapshots.load(connection, [record]) if record else None
            fetched = replace(fetched, meta=_clean(fetched.meta))
            if whole is not None:
                found.append(replace(whole, attachments=(fetched,), meta=_clean(whole.meta)))
            elif held.of or fetched.role is Role.LISTING:
                self._release(held.key)  # a text without a record, or a list: it is asked for again anyway
            else:
                found.append(fetched)
        return found

    def _release(self, key: str) -> None:
        known = replace(self._known[key], held_sha256=None, held_count=0)
        with self._store.write() as connection:
            states.save_resource(connection, self._source, key, known)
        self._known[key] = known
        self.passed(key)


def bare(fetched: Fetched) -> Fetched:
    """A record without its texts, which are still owed."""
    return replace(fetched, attachments=(), meta={**fetched.meta, "text": "owed"})


def _held(key: str, url: str, identity: int, digest: str, meta: Mapping[str, str]) -> Held:
    return Held(key, url, identity, digest, meta[_REASON], meta[_READERS], meta.get(_OF, ""))


def _clean(meta: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in meta.items() if name not in (_REASON, _READERS, _OF, "text", BROKE)
    }


def _newest(connection: Connection, source: str, key: str) -> int | None:
    query = select(SNAPSHOT.c.id).where(SNAPSHOT.c.source == source, SNAPSHOT.c.key == key)
    return connection.execute(query.order_by(SNAPSHOT.c.id.desc()).limit(1)).scalar()
