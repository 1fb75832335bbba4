"""The tables of the viewer's accounts, sessions and API keys, and of what people and programs did in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from tracker.storage.table_base import InstantType, JsonType, TableBase


class AccountRow(TableBase, table=True):
    """A person who may use the viewer. `id` is the name as it is compared; `password` is an Argon2 hash, empty:
    none. `subject` is the issuer and subject of the sign-in service, NULL: none."""

    __tablename__ = "account"
    id: str = Field(primary_key=True)
    name: str
    role: str
    password: str
    created_at: datetime = Field(sa_type=InstantType)
    subject: str | None = Field(default=None, unique=True, index=True)


class SessionRow(TableBase, table=True):
    """A signed-in browser. `id` is the SHA-256 of its token."""

    __tablename__ = "session"
    id: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="account.id", index=True)
    began_at: datetime = Field(sa_type=InstantType)
    ends_at: datetime = Field(sa_type=InstantType)


class ApiKeyRow(TableBase, table=True):
    """The API key of a program. `secret` is the SHA-256 of the whole key; `id` is its public name."""

    __tablename__ = "api_key"
    id: str = Field(primary_key=True, max_length=8)
    secret: str = Field(unique=True, max_length=64)
    account: str = Field(foreign_key="account.id", index=True)
    scopes: Any = Field(sa_column=Column(JsonType(), nullable=False))
    created_at: datetime = Field(sa_type=InstantType)


class LoginEventRow(TableBase, table=True):
    """A sign-in, a sign-out, or a refused sign-in, with the name that was given."""

    __tablename__ = "login_event"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=InstantType)
    name: str
    address: str
    outcome: str


class AuditLogRow(TableBase, table=True):
    """An action other than a review: a requested poll, a used key, a granted or revoked right. Rows are only added;
    `chain` hashes each row with the chain before it."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "action", "value"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=InstantType)
    who: str
    address: str
    action: str
    value: str
    chain: str = Field(max_length=64)


class SavedSearchRow(TableBase, table=True):
    """Conditions of the inbox, saved under a name. `owner` is an account's id; empty: all readers without sign-in.
    `secret` is the SHA-256 of the key in the address of its feed and calendar; NULL: no key."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("owner", "name"),)
    id: str = Field(primary_key=True, max_length=8)
    owner: str
    name: str
    conditions: Any = Field(sa_column=Column(JsonType(), nullable=False))
    secret: str | None = Field(default=None, unique=True, max_length=64)
    created_at: datetime = Field(sa_type=InstantType)


ACCOUNT = TableBase.metadata.tables["account"]
SESSION = TableBase.metadata.tables["session"]
API_KEY = TableBase.metadata.tables["api_key"]
LOGIN_EVENT = TableBase.metadata.tables["login_event"]
AUDIT_LOG = TableBase.metadata.tables["audit_log"]
SAVED_SEARCH = TableBase.metadata.tables["saved_search"]
