"""The tables of who may use the viewer, and of who did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field

from tracker.storage.table_base import InstantType, TableBase


class AccountRow(TableBase, table=True):
    """A person who may use the viewer. `id` is the name as it is compared, `password` an Argon2 hash; empty: none.
    `subject`: by which issuer and subject a sign-in service knows him; NULL: by none."""

    __tablename__ = "account"
    id: str = Field(primary_key=True)
    name: str
    role: str
    password: str
    created_at: datetime = Field(sa_type=InstantType)
    subject: str | None = Field(default=None, unique=True, index=True)


class SessionRow(TableBase, table=True):
    """A browser that signed in. `id` is the SHA-256 of its token."""

    __tablename__ = "session"
    id: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="account.id", index=True)
    began_at: datetime = Field(sa_type=InstantType)
    ends_at: datetime = Field(sa_type=InstantType)


class ApiKeyRow(TableBase, table=True):
    """A program that may ask. `secret` is the SHA-256 of the whole key; `id` is what people call it by."""

    __tablename__ = "api_key"
    id: str = Field(primary_key=True, max_length=8)
    secret: str = Field(unique=True, max_length=64)
    account: str = Field(foreign_key="account.id", index=True)
    scopes: Any = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=InstantType)


class LoginEventRow(TableBase, table=True):
    """Who came in, went out or was turned away, by the name that was given."""

    __tablename__ = "login_event"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=InstantType)
    name: str
    address: str
    outcome: str


class AuditLogRow(TableBase, table=True):
    """What somebody or some program did that is no review: asked for a poll, used a key, gave or took a right. Rows are
    only ever added; `chain` hashes each together with the chain before it."""

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
    """Conditions of the inbox that somebody keeps under a name. `owner`: an account's id; empty: whoever reads without
    sign-in. `secret`: the SHA-256 of the key in the address of its feed and calendar; NULL: it has none."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("owner", "name"),)
    id: str = Field(primary_key=True, max_length=8)
    owner: str
    name: str
    conditions: Any = Field(sa_column=Column(JSON, nullable=False))
    secret: str | None = Field(default=None, unique=True, max_length=64)
    created_at: datetime = Field(sa_type=InstantType)


ACCOUNT = TableBase.metadata.tables["account"]
SESSION = TableBase.metadata.tables["session"]
API_KEY = TableBase.metadata.tables["api_key"]
LOGIN_EVENT = TableBase.metadata.tables["login_event"]
AUDIT_LOG = TableBase.metadata.tables["audit_log"]
SAVED_SEARCH = TableBase.metadata.tables["saved_search"]
