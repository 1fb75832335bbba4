"""The tables of pages that alternate between two texts, and of removed pages and documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

from tracker.storage.table_base import InstantType, JsonType, TableBase


class FlappingRow(TableBase, table=True):
    """An unconfirmed text of a page: a fetch moments later, or the last stored change, has another one.

    `digest` is that of the unconfirmed text; `polls` counts the polls in a row that returned it, `seen` all polls
    that returned a text other than the stored one; `snapshots` are the ids of the answers with the two texts.
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
    snapshots: Any = Field(sa_column=Column(JsonType(), nullable=False))


class AbsenceRow(TableBase, table=True):
    """A stored page or document that its source no longer has: `polls` answers in a row said so, the last one `at`,
    with the `reason`. `change` is the record of the removal; NULL: the removal is not certain yet."""

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
