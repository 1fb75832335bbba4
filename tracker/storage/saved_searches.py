"""Saved conditions of the inbox, each with a key that gives access only to its feed and calendar.

A key is stored only as SHA-256; a new key replaces a lost one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from tracker.errors import UsageError
from tracker.storage.account_tables import SAVED_SEARCH
from tracker.text import fold_space, search_key

NAME = 80
MOST = 100  # for each owner


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """`owner`: an account's id; empty: all readers without sign-in. `has_key`: its feed and calendar are
    accessible."""

    id: str
    owner: str
    name: str
    conditions: Mapping[str, str]
    has_key: bool
    created_at: datetime


def add(connection: Connection, owner: str, name: str, conditions: Mapping[str, str], now: datetime) -> str:
    """Saves a search and returns its id. An existing one of the same name gets the new conditions and keeps its
    key. Raises UsageError for an invalid name, and where there are too many."""
    name, owner = _name(name), search_key(owner)
    mine = SAVED_SEARCH.c.owner == owner
    existing = connection.execute(
        select(SAVED_SEARCH.c.id).where(mine & (SAVED_SEARCH.c.name == name))
    ).scalar()
    kept = {key: value for key, value in conditions.items() if value}
    if existing is not None:
        connection.execute(update(SAVED_SEARCH).where(SAVED_SEARCH.c.id == existing).values(conditions=kept))
        return str(existing)
    if (connection.execute(select(func.count()).where(mine)).scalar() or 0) >= MOST:
        raise UsageError(f"there are {MOST} saved filters already", cure="remove one")
    identity = secrets.token_hex(4)
    row = {
        "id": identity,
        "owner": owner,
        "name": name,
        "conditions": kept,
        "secret": None,
        "created_at": now,
    }
    connection.execute(insert(SAVED_SEARCH).values(row))
    return identity


def list_searches(connection: Connection, owner: str) -> list[SavedSearch]:
    """The saved searches of an owner, by name."""
    wanted = SAVED_SEARCH.c.owner == search_key(owner)
    return [
        _saved(row)
        for row in connection.execute(select(SAVED_SEARCH).where(wanted).order_by(SAVED_SEARCH.c.name))
    ]


def rename(connection: Connection, owner: str, identity: str, name: str) -> None:
    """Renames a saved search. Raises UsageError where the owner has no such one, or has another of that name."""
    found, name = _own(connection, owner, identity), _name(name)
    if any(other.name == name and other.id != found.id for other in list_searches(connection, owner)):
        raise UsageError(f"there is a filter {name!r} already")
    connection.execute(update(SAVED_SEARCH).where(SAVED_SEARCH.c.id == identity).values(name=name))


def remove(connection: Connection, owner: str, identity: str) -> None:
    _own(connection, owner, identity)
    connection.execute(delete(SAVED_SEARCH).where(SAVED_SEARCH.c.id == identity))


def create_key(connection: Connection, owner: str, identity: str) -> str:
    """Creates a key and returns it. It is shown once; the earlier key ends."""
    _own(connection, owner, identity)
    key = secrets.token_urlsafe(32)
    connection.execute(update(SAVED_SEARCH).where(SAVED_SEARCH.c.id == identity).values(secret=_hash(key)))
    return key


def revoke(connection: Connection, owner: str, identity: str) -> None:
    _own(connection, owner, identity)
    connection.execute(update(SAVED_SEARCH).where(SAVED_SEARCH.c.id == identity).values(secret=None))


def find_by_key(connection: Connection, identity: str, key: str) -> SavedSearch | None:
    """The saved search with this id and key; None where the key does not match."""
    wanted = (SAVED_SEARCH.c.id == identity) & (SAVED_SEARCH.c.secret == _hash(key))
    row = connection.execute(select(SAVED_SEARCH).where(wanted)).first()
    return None if row is None else _saved(row)


def _own(connection: Connection, owner: str, identity: str) -> SavedSearch:
    found = next((one for one in list_searches(connection, owner) if one.id == identity), None)
    if found is None:
        raise UsageError("there is no such saved filter of yours")
    return found


def _name(name: str) -> str:
    name = fold_space(name)
    if not name or len(name) > NAME or not name.isprintable():
        raise UsageError(f"{name!r} is not a name", cure=f"1 to {NAME} characters")
    return name


def _saved(row: object) -> SavedSearch:
    values = row._mapping  # type: ignore[attr-defined]
    return SavedSearch(
        values["id"], values["owner"], values["name"], values["conditions"], values["secret"] is not None, values["created_at"]
    )  # fmt: skip


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
