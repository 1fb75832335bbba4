"""The base of all tables: naming of constraints, and the type of instants.

Instants are stored as ISO text in UTC (`2026-11-22T08:00:00.000000Z`), which sorts by time and means the same in
SQLite and in PostgreSQL.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Dialect, MetaData, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from tracker.storage.instants import from_text, to_text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class InstantType(TypeDecorator[datetime]):
    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_text(value)


class TableBase(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)
