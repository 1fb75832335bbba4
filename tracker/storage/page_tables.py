"""The tables of pages that do not answer as they should: those that give two texts in turn, and those that are gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from tracker.storage.table_base import InstantType, TableBase


class FlappingRow(TableBase, table=True):
    """A text that a page gave while a fetch moments later, or its last stored change, says another one.

    `digest` is of the text that waits to be confirmed; `polls` counts the polls in a row that got it, `seen` all polls
    that got a text other than the stored one; `snapshots` are the ids of the answers with the two texts.
    """

    __tablename__ = "flapping"
    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    url: str
    digest: str = Field(max_length=64)
    polls: int
    seen: int
    since: datetime = Field(sa_type=InstantType)
    at: datetime = Field(sa_type=InstantType)
    snapshots: Any = Field(sa_column=Column(JSON, nullable=False))


class AbsenceRow(TableBase, table=True):
    """A page or document that was stored and that its source no longer has: `polls` answers in a row said so, the
    last one `at`, in the words of `reason`. `change` is the record that tells it; NULL: it is too early to tell."""

    __tablename__ = "absence"
    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    url: str
    reason: str
    polls: int
    since: datetime = Field(sa_type=InstantType)
    at: datetime = Field(sa_type=InstantType)
    change: str | None = None


FLAPPING = TableBase.metadata.tables["flapping"]
ABSENCE = TableBase.metadata.tables["absence"]
