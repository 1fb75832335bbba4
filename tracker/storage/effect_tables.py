"""The tables of the effects register, and the names by which it finds stored documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from tracker.storage.table_base import InstantType, TableBase


class EffectRow(TableBase, table=True):
    """An effect. `owner` is the document_id of the document in which it was read, or `hand`; `change_id` the change that
    wrote it, NULL for an effect recorded by hand. `section` is the section, supplement or part that it affects; NULL: it
    affects no unit. `retracted_at` NULL: it is still known. `by_hand`: a person recorded or ended it, and no poll writes
    the row. `record` is the whole of it as JSON; the other columns are for searching."""

    __tablename__ = "effect"
    id: int | None = Field(default=None, primary_key=True)
    effect_id: str = Field(unique=True)
    owner: str = Field(index=True)
    change_id: str | None = Field(default=None, index=True)
    verb: str
    section: str | None = Field(default=None, index=True)
    known_at: datetime = Field(sa_type=InstantType, index=True)
    retracted_at: datetime | None = Field(default=None, sa_type=InstantType)
    by_hand: bool = False
    record: str = Field(sa_column=Column(Text, nullable=False))


class EffectNameRow(TableBase, table=True):
    """A name of the affecting or the affected side of an effect (`role`), normalized for comparison."""

    __tablename__ = "effect_name"
    __table_args__ = (Index(None, "role", "name"),)
    effect_id: str = Field(primary_key=True, foreign_key="effect.effect_id")
    role: str = Field(primary_key=True)
    name: str = Field(primary_key=True)


class DocumentNameRow(TableBase, table=True):
    """A docket or RIN of a stored document (`role`, `name`), or its pages in a volume of the Federal Register (`name`:
    "90 FR"), from `first` to `last`."""

    __tablename__ = "document_name"
    __table_args__ = (Index(None, "role", "name", "first"),)
    document_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    first: int | None = None
    last: int | None = None


DOCUMENT_NAME = TableBase.metadata.tables["document_name"]
EFFECT = TableBase.metadata.tables["effect"]
EFFECT_NAME = TableBase.metadata.tables["effect_name"]
