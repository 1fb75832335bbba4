"""Which tables and indexes of a database the metadata describes."""

from __future__ import annotations

from tracker.storage import postgres_objects
from tracker.storage.sqlite_objects import is_shadow


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares an object: not those that `sqlite_objects` and `postgres_objects` create."""
    if kind == "table" and name is not None and is_shadow(name):
        return False
    return not postgres_objects.is_own(name, kind)
