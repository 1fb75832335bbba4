"""The table of the watch list that operators edit in the viewer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from tracker.storage.table_base import InstantType, JsonType, TableBase


class WatchEntryRow(TableBase, table=True):
    """One edit of a profile, a route or a watched instrument (`kind`), by whom and when. Rows are only added: the newest row
    of a kind and key holds. `value` has the keys of the table in `sources.toml`; NULL: the entry was removed."""

    __tablename__ = "watch_entry"
    __table_args__ = (Index(None, "kind", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=InstantType)
    who: str
    address: str
    kind: str
    key: str
    value: Any = Field(default=None, sa_column=Column(JsonType(none_as_null=True), nullable=True))


WATCH_ENTRY = TableBase.metadata.tables["watch_entry"]
