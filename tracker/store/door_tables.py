"""The tables of who may use the viewer, and of who did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from tracker.store.row import Instant, Row


class AccountRow(Row, table=True):
    """A person who may use the viewer. `id` is the name as it is compared, `password` an Argon2 hash; empty: none."""

    __tablename__ = "account"
    id: str = Field(primary_key=True)
    name: str
    role: str
    password: str
    made_at: datetime = Field(sa_type=Instant)


class SessionRow(Row, table=True):
    """A browser that signed in. `id` is the SHA-256 of its token."""

    __tablename__ = "session"
    id: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="account.id", index=True)
    began_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)


class ApiKeyRow(Row, table=True):
    """A program that may ask. `secret` is the SHA-256 of the whole key; `id` is what people call it by."""

    __tablename__ = "api_key"
    id: str = Field(primary_key=True, max_length=8)
    secret: str = Field(unique=True, max_length=64)
    account: str = Field(foreign_key="account.id", index=True)
    scopes: Any = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_type=Instant)


class SignInRow(Row, table=True):
    """Who came in, went out or was turned away, by the name that was given."""

    __tablename__ = "sign_in"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    name: str
    address: str
    outcome: str


ACCOUNT = Row.metadata.tables["account"]
SESSION = Row.metadata.tables["session"]
API_KEY = Row.metadata.tables["api_key"]
SIGN_IN = Row.metadata.tables["sign_in"]
