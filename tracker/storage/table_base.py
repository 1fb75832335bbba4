"""The base of all tables: naming of constraints, and the types that mean the same in SQLite and in PostgreSQL.

Instants are stored as ISO text in UTC (`2026-11-22T08:00:00.000000Z`), days as ISO text, and JSON as its text, in both
databases: plain SQL compares and sorts them alike, and the hash chains cover the same bytes. Text is compared by its
bytes (`COLLATE "C"` in PostgreSQL), as SQLite does.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Date,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from tracker.storage.instants import from_text, to_text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
POSTGRES = "postgresql"
# The types of columns in migrations: days and JSON are text in PostgreSQL (`DayType`, `JsonType`).
DAY_TEXT = Date().with_variant(String(10), POSTGRES)
JSON_TEXT = JSON().with_variant(Text(), POSTGRES)
# A sum of bytes: SQLite's integers have 64 bits already.
BIG_INTEGER = Integer().with_variant(BigInteger(), POSTGRES)


class InstantType(TypeDecorator[datetime]):
    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_text(value)


class DayType(TypeDecorator[date]):
    """A day. SQLite's DATE is ISO text; PostgreSQL gets the same text."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return String(10) if dialect.name == POSTGRES else Date()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value.isoformat() if value is not None and dialect.name == POSTGRES else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:  # noqa: ARG002
        return date.fromisoformat(value) if isinstance(value, str) else value


class JsonType(TypeDecorator[Any]):
    """JSON as its text. `none_as_null`: None is stored as NULL, not as the JSON value null."""

    impl = JSON
    cache_ok = True

    def __init__(self, *, none_as_null: bool = False) -> None:
        self.none_as_null = none_as_null
        super().__init__(none_as_null=none_as_null)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # Not `type_descriptor`: it takes Text for VARCHAR.
        return Text() if dialect.name == POSTGRES else JSON(none_as_null=self.none_as_null)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name != POSTGRES or (value is None and self.none_as_null):
            return value
        return json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if value is not None and dialect.name == POSTGRES else value


@compiles(String, POSTGRES)
@compiles(Text, POSTGRES)
def _bytewise(kind: String, compiler: Any, **named: Any) -> str:
    """A column of text is compared by its bytes; a cast has no collation."""
    written = getattr(compiler, f"visit_{'TEXT' if isinstance(kind, Text) else 'VARCHAR'}")(kind, **named)
    column = isinstance(named.get("type_expression"), Column) and kind.collation is None
    return f'{written} COLLATE "C"' if column else str(written)


def where(condition: str) -> dict[str, Any]:
    """The option of an index of some rows, in both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert with `on_conflict_do_update` for this connection's database."""
    return postgresql.insert(table) if connection.dialect.name == POSTGRES else sqlite.insert(table)


class TableBase(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)
