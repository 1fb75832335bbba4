"""The resources of one source, by key: read at once where they are few, else each when it is asked for, so that a poll
costs the same after years of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from tracker.model import Validators
from tracker.storage.database import Store
from tracker.storage.schema import RESOURCE, SOURCE_DISK
from tracker.storage.table_base import upsert

MANY = 5_000  # answers of a source, from which its resources are read one by one
_TOGETHER = 500  # keys of one step through many


# The extraction_config of a resource that could not be fetched or read in its source's first poll: it belongs to the baseline.
PENDING = "pending-baseline"


@dataclass(frozen=True, slots=True)
class Resource:
    validators: Validators
    size: int | None = None
    held_sha256: str | None = None
    held_count: int = 0
    missing_count: int = 0
    outline: str | None = None


class Resources(MutableMapping[str, Resource]):
    """`found`: those that were read; `whole`: they are all that there are. Changes here are not stored."""

    def __init__(self, store: Store | None, source: str, found: dict[str, Resource], *, whole: bool) -> None:
        self._store = store
        self._source = source
        self._found: dict[str, Resource | None] = dict(found)
        self._whole = whole

    def __getitem__(self, key: str) -> Resource:
        if key not in self._found and not self._whole:
            rows = self._rows(_of(self._source).where(RESOURCE.c.key == key))
            self._found[key] = dict(rows).get(key)
        resource = self._found.get(key)
        if resource is None:
            raise KeyError(key)
        return resource

    def __setitem__(self, key: str, resource: Resource) -> None:
        self._found[key] = resource

    def __delitem__(self, key: str) -> None:
        self._found[key] = None

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.beginning_with(""))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def beginning_with(self, prefix: str) -> Iterator[tuple[str, Resource]]:
        """The resources whose keys begin so, in the order of their keys; many are read step by step."""
        if self._whole:
            yield from (
                (key, one)
                for key, one in list(self._found.items())
                if one is not None and key.startswith(prefix)
            )
            return
        last, more = prefix, True
        while more:
            steps = _of(self._source).where(RESOURCE.c.key >= last).order_by(RESOURCE.c.key).limit(_TOGETHER)
            rows = self._rows(steps)
            for key, one in rows:
                if not key.startswith(prefix):
                    return
                current = self._found.get(key, one)
                if current is not None:
                    yield key, current
            more = len(rows) == _TOGETHER
            last = f"{rows[-1][0]}\0" if rows else last

    def held(self) -> list[str]:
        """The keys of the resources whose last answer is held."""
        if self._whole:
            return [key for key, one in self._found.items() if one is not None and one.held_sha256]
        return [key for key, _ in self._rows(_of(self._source).where(RESOURCE.c.held_sha256.is_not(None)))]

    def _rows(self, query: Select[Any]) -> list[tuple[str, Resource]]:
        assert self._store is not None
        with self._store.read() as connection:
            return [(row.key, resource_of(row)) for row in connection.execute(query)]


def load_resources(store: Store, sources: Sequence[str]) -> dict[str, Resources]:
    """The resources of these sources: those of sources with few answers in one query."""
    names = list(sources)
    with store.read() as connection:
        large = set(
            connection.execute(
                select(SOURCE_DISK.c.source).where(
                    SOURCE_DISK.c.source.in_(names), SOURCE_DISK.c.answers > MANY
                )
            ).scalars()
        )
        found: dict[str, dict[str, Resource]] = {name: {} for name in names}
        few = [name for name in names if name not in large]
        for row in connection.execute(select(RESOURCE).where(RESOURCE.c.source.in_(few))):
            found[row.source][row.key] = resource_of(row)
    return {name: Resources(store, name, found[name], whole=name not in large) for name in names}


def no_resources(source: str) -> Resources:
    """Those of a source of which nothing is stored."""
    return Resources(None, source, {}, whole=True)


def resource_of(row: Any) -> Resource:
    return Resource(
        Validators(row.etag, row.last_modified, row.sha256, row.extraction_config, row.last_full_fetch_at),
        row.size,
        row.held_sha256,
        row.held_count,
        row.missing_count,
        row.outline,
    )


def _of(source: str) -> Select[Any]:
    return select(RESOURCE).where(RESOURCE.c.source == source)


def save_resource(connection: Connection, source: str, key: str, resource: Resource) -> None:
    save_resources(connection, source, {key: resource})


def save_resources(connection: Connection, source: str, resources: Mapping[str, Resource]) -> None:
    rows = [
        {
            "source": source,
            "key": key,
            "etag": resource.validators.etag,
            "last_modified": resource.validators.last_modified,
            "sha256": resource.validators.sha256,
            "extraction_config": resource.validators.extraction_config,
            "last_full_fetch_at": resource.validators.last_full_fetch_at,
            "size": resource.size,
            "held_sha256": resource.held_sha256,
            "held_count": resource.held_count,
            "missing_count": resource.missing_count,
            "outline": resource.outline,
        }
        for key, resource in resources.items()
    ]
    made = upsert(connection, RESOURCE)
    changed = {column.name: made.excluded[column.name] for column in RESOURCE.c if not column.primary_key}
    connection.execute(made.on_conflict_do_update(index_elements=["source", "key"], set_=changed), rows)
