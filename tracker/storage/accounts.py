"""Accounts with a role, their sessions and API keys, and the log of sign-ins.

Tokens are stored only as SHA-256: they are 256 random bits, so a slow hash would add nothing. Passwords are hashed
by the caller (`web.passwords`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from tracker.clock import SKEW
from tracker.errors import UsageError
from tracker.storage.account_tables import ACCOUNT, API_KEY, LOGIN_EVENT, SAVED_SEARCH, SESSION
from tracker.text import fold_space, search_key

NAME = 80  # characters of a person's name, as in `reviews`
SESSION_LASTS = timedelta(hours=12)
KEPT = timedelta(days=400)  # how long the record of sign-ins is kept: a business year and its audit
KEY_BEGINS = "trk_"


class UserRole(StrEnum):
    """The roles. Each includes the rights of the ones before it: read; review; poll and see the settings; see
    sign-ins."""

    READER = "reader"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(UserRole).index(self)


class Scope(StrEnum):
    """The scopes of an API key: records with feed and calendar, or health and figures."""

    RECORDS = "records"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Account:
    """`password` is a hash; empty: none, so only a proxy can sign this account in."""

    name: str
    role: UserRole
    password: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LoginEvent:
    """`outcome`: `in`, `out`, `refused` (wrong name or password)."""

    at: datetime
    name: str
    address: str
    outcome: str


# --- accounts -----------------------------------------------------------------------------------


def add(
    connection: Connection,
    name: str,
    role: UserRole,
    password: str,
    now: datetime,
    *,
    subject: str | None = None,
) -> None:
    """Adds an account. `subject`: the issuer and subject of the sign-in service. Raises UsageError for an invalid
    name, or a name or subject that is in use; upper and lower case are the same."""
    name = fold_space(name)
    if not name or len(name) > NAME or not name.isprintable():
        raise UsageError(f"{name!r} is not a name", cure=f"1 to {NAME} characters")
    if get(connection, name) is not None:
        raise UsageError(f"there is an account {name!r} already")
    if subject is not None and _by_subject(connection, subject) is not None:
        raise UsageError("that subject has an account already")
    row = {"id": search_key(name), "name": name, "role": str(role), "password": password, "created_at": now}
    connection.execute(insert(ACCOUNT).values({**row, "subject": subject}))


def get(connection: Connection, name: str) -> Account | None:
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == search_key(name))).first()
    return None if row is None else Account(row.name, UserRole(row.role), row.password, row.created_at)


def known_as(
    connection: Connection, subject: str, name: str, role: UserRole | None, now: datetime, *, email: str = ""
) -> Account:
    """Returns the account of a person with this subject of a sign-in service, created or updated. An account that
    was created beforehand for a sign-in service (without password and subject) belongs to the person whose e-mail
    address is its name; `email` is one that the service verified, or empty. A display name identifies nobody,
    because people choose it themselves. Without a role from the service an account keeps its own, and a new one may
    read. Raises UsageError where the name is that of another account."""
    row = _by_subject(connection, subject)
    if row is None:
        key = search_key(email)
        mine = (ACCOUNT.c.id == key) & ACCOUNT.c.subject.is_(None) & (ACCOUNT.c.password == "")
        bound = email and connection.execute(update(ACCOUNT).where(mine).values(subject=subject)).rowcount
        if not bound:
            if get(connection, name) is not None:
                raise UsageError(f"the name {name!r} is another account's")
            add(connection, name, role or UserRole.READER, "", now, subject=subject)
            key = search_key(name)
    else:
        key = row.id
    if role is not None:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == key).values(role=str(role)))
    return _known(connection, key)


def _by_subject(connection: Connection, subject: str) -> Any:
    return connection.execute(select(ACCOUNT).where(ACCOUNT.c.subject == subject)).first()


def list_accounts(connection: Connection) -> list[Account]:
    rows = connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.id))
    return [Account(row.name, UserRole(row.role), row.password, row.created_at) for row in rows]


def alter(
    connection: Connection, name: str, *, role: UserRole | None = None, password: str | None = None
) -> None:
    """Changes a role or password. A new role applies at once; a new password ends all sessions. Raises UsageError
    for an unknown name."""
    _known(connection, name)
    values = {"role": role and str(role), "password": password}
    connection.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.id == search_key(name))
        .values({key: value for key, value in values.items() if value is not None})
    )
    if password is not None:
        connection.execute(delete(SESSION).where(SESSION.c.account == search_key(name)))


def remove(connection: Connection, name: str) -> None:
    """Removes an account with its sessions, keys and saved searches; its reviews stay. Raises UsageError for an
    unknown name."""
    _known(connection, name)
    for table, column in (
        (SESSION, "account"),
        (API_KEY, "account"),
        (SAVED_SEARCH, "owner"),
        (ACCOUNT, "id"),
    ):
        connection.execute(delete(table).where(table.c[column] == search_key(name)))


def _known(connection: Connection, name: str) -> Account:
    found = get(connection, name)
    if found is None:
        known = ", ".join(account.name for account in list_accounts(connection)) or "none"
        raise UsageError(f"there is no account {name!r}", cure=f"there are: {known}")
    return found


# --- sessions -----------------------------------------------------------------------------------


def start_session(connection: Connection, name: str, now: datetime) -> str:
    """Starts a session and returns the token for the browser's cookie. Removes expired sessions."""
    connection.execute(delete(SESSION).where(SESSION.c.ends_at <= now))
    token = secrets.token_urlsafe(32)
    row = {"id": _hash(token), "account": search_key(name), "began_at": now, "ends_at": now + SESSION_LASTS}
    connection.execute(insert(SESSION).values(row))
    return token


def account_of_session(connection: Connection, token: str, now: datetime) -> Account | None:
    row = connection.execute(
        select(ACCOUNT)
        .join(SESSION, SESSION.c.account == ACCOUNT.c.id)
        .where(
            (SESSION.c.id == _hash(token))
            & (SESSION.c.ends_at > now)
            & (
                SESSION.c.ends_at <= now + SESSION_LASTS + SKEW
            )  # a start in the future comes from a wrong clock
        )
    ).first()
    return None if row is None else Account(row.name, UserRole(row.role), row.password, row.created_at)


def end_session(connection: Connection, token: str) -> None:
    connection.execute(delete(SESSION).where(SESSION.c.id == _hash(token)))


# --- keys ---------------------------------------------------------------------------------------


def make_key(connection: Connection, name: str, scopes: Iterable[Scope], now: datetime) -> str:
    """Creates an API key and returns it. It is shown once and not stored. Raises UsageError for an unknown name."""
    _known(connection, name)
    chosen = list(dict.fromkeys(str(scope) for scope in scopes))
    if not chosen:
        raise UsageError("a key needs a scope", cure=f"one or more of {', '.join(Scope)}")
    identity, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = f"{KEY_BEGINS}{identity}_{secret}"
    row = {
        "id": identity,
        "secret": _hash(key),
        "account": search_key(name),
        "scopes": chosen,
        "created_at": now,
    }
    connection.execute(insert(API_KEY).values(row))
    return key


def api_key_of(connection: Connection, key: str) -> tuple[Account, ApiKey] | None:
    row = connection.execute(
        select(
            ACCOUNT, API_KEY.c.id.label("key"), API_KEY.c.scopes, API_KEY.c.created_at.label("key_made_at")
        )
        .join(API_KEY, API_KEY.c.account == ACCOUNT.c.id)
        .where(API_KEY.c.secret == _hash(key))
    ).first()
    if row is None:
        return None
    account = Account(row.name, UserRole(row.role), row.password, row.created_at)
    return account, ApiKey(row.key, row.name, tuple(map(Scope, row.scopes)), row.key_made_at)


def keys(connection: Connection) -> list[ApiKey]:
    rows = connection.execute(
        select(API_KEY.c.id, ACCOUNT.c.name, API_KEY.c.scopes, API_KEY.c.created_at)
        .join(ACCOUNT, ACCOUNT.c.id == API_KEY.c.account)
        .order_by(API_KEY.c.created_at)
    )
    return [ApiKey(row.id, row.name, tuple(map(Scope, row.scopes)), row.created_at) for row in rows]


def revoke(connection: Connection, identity: str) -> None:
    """Revokes a key. Raises UsageError for an unknown key."""
    if not connection.execute(delete(API_KEY).where(API_KEY.c.id == identity)).rowcount:
        raise UsageError(f"there is no key {identity!r}")


# --- sign-ins ----------------------------------------------------------------------------------


def record_login(connection: Connection, at: datetime, name: str, address: str, outcome: str) -> None:
    row = {"at": at, "name": fold_space(name)[:NAME], "address": address, "outcome": outcome}
    connection.execute(insert(LOGIN_EVENT).values(row))
    connection.execute(delete(LOGIN_EVENT).where(LOGIN_EVENT.c.at < at - KEPT))


def in_use(connection: Connection) -> bool:
    """Whether there was a sign-in or a refused one: then accounts are set up."""
    return connection.execute(select(LOGIN_EVENT.c.id).limit(1)).first() is not None


def has_signed_in(connection: Connection, name: str, address: str) -> bool:
    """Whether this name signed in from that address before."""
    found = select(LOGIN_EVENT.c.id).where(
        (LOGIN_EVENT.c.name == fold_space(name)[:NAME])
        & (LOGIN_EVENT.c.address == address)
        & (LOGIN_EVENT.c.outcome == "in")
    )
    return connection.execute(found.limit(1)).first() is not None


def list_logins(connection: Connection, limit: int = 500) -> list[LoginEvent]:
    """The sign-ins, newest first."""
    rows = connection.execute(select(LOGIN_EVENT).order_by(LOGIN_EVENT.c.id.desc()).limit(limit))
    return [LoginEvent(row.at, row.name, row.address, row.outcome) for row in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
