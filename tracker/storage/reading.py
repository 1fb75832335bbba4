"""What the readers of plain SQL need of a connection: `sqlite3` has it, and `postgres_reader` for PostgreSQL.

One statement serves both databases: placeholders as in SQLite (`?`, `?1`, `:name`), functions that both have
(`postgres_objects` brings SQLite's names), no comparison of a number with a text, no bare column beside an aggregate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol


class Row(Protocol):
    """A row, by place and by name; iteration yields its values."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def keys(self) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class ReadCursor(Protocol):
    def fetchone(self) -> Any: ...

    def fetchmany(self, size: int, /) -> list[Any]: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class ReadConnection(Protocol):
    def execute(self, sql: str, parameters: Any = ..., /) -> ReadCursor: ...

    def close(self) -> None: ...
