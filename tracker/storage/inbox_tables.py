"""The tables of the inbox: its cards with their levels, the counts that triggers keep, and what each reader has read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from tracker.storage.table_base import InstantType, TableBase


class CardRow(TableBase, table=True):
    """A card of the inbox: a story, or a change that shares none. Each column is the highest `queue_level` of some of its
    changes, NULL where there is none: `shown` of all that are listed (no baselines, no typographic changes), `open` of
    those that nobody has acknowledged or decided, `handled` of the others. Triggers update it, and `kept_count` from it."""

    __tablename__ = "card"
    name: str = Field(primary_key=True)
    shown: int | None = None
    open: int | None = None
    handled: int | None = None


class KeptCountRow(TableBase, table=True):
    """`level 0` to `level 4`: the number of changes of this rank; `effects`: that of effects; `all 0`, `open 0`, `done 0` and
    so on: the number of cards in these views of the inbox by rank (`CardRow`). Triggers update it, because
    counting reads every change."""

    __tablename__ = "kept_count"
    name: str = Field(primary_key=True)
    number: int


class ReadMarkRow(TableBase, table=True):
    """A revision of a change that a reader has opened or handled. `reader`: an account; empty: all readers without
    sign-in."""

    __tablename__ = "read_mark"
    __table_args__ = (UniqueConstraint("reader", "change_id", "revision"), Index(None, "reader", "id"))
    id: int | None = Field(default=None, primary_key=True)
    reader: str
    change_id: str = Field(max_length=20)
    revision: int
    at: datetime = Field(sa_type=InstantType)


CARD = TableBase.metadata.tables["card"]
READ_MARK = TableBase.metadata.tables["read_mark"]
