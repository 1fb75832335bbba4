"""A connection to PostgreSQL for the readers of plain SQL (`reading`): rows, placeholders and values as `sqlite3` has them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader

from tracker.errors import StoreError
from tracker.storage.postgres_session import parameters
from tracker.storage.text_index import POSTGRES_FORMS, Match

_PIECE = re.compile(r"'(?:[^']|'')*'|\?(?P<place>\d+)?|(?<![:\w]):(?P<name>[A-Za-z_]\w*)|%")


class Row:
    """As `sqlite3.Row`: by place and by name; iteration yields the values."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: Mapping[str, int], values: Sequence[Any]) -> None:
        self._names, self._values = names, values

    def __getitem__(self, key: int | str) -> Any:
        return self._values[self._names[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        return list(self._names)


class _MatchDumper(Dumper):
    def dump(self, obj: Match) -> Buffer:
        return obj.for_postgres().encode()


class _TruthLoader(Loader):
    """0 and 1, as SQLite has them."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _NumberLoader(Loader):
    """A sum of large numbers."""

    def load(self, data: Buffer) -> int | float:
        written = bytes(data).decode()
        return float(written) if "." in written else int(written)


class PostgresConnection:
    """A read-only connection; each statement sees what is committed when it begins. A lost connection is opened again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection[Row]:
        try:
            opened = psycopg.connect(
                self._url, autocommit=True, row_factory=_rows,
                **parameters(self._url, "tracker-reader", "-c default_transaction_read_only=on"),
            )  # fmt: skip
        except psycopg.Error as error:
            raise self._trouble(error) from error
        opened.adapters.register_dumper(Match, _MatchDumper)
        opened.adapters.register_loader("bool", _TruthLoader)
        opened.adapters.register_loader("numeric", _NumberLoader)
        return opened

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> psycopg.Cursor[Row]:
        statement, numbered = translated(sql)
        given: Any = parameters
        if numbered and not isinstance(parameters, Mapping):
            given = {f"place_{place}": value for place, value in enumerate(parameters, 1)}
        try:
            return self._execute(statement, given)
        except psycopg.Error as error:
            raise self._trouble(error) from error

    def _execute(self, statement: str, given: Any) -> psycopg.Cursor[Row]:
        try:
            return self._connection.execute(statement.encode(), given)
        except psycopg.Error:
            if not self._connection.closed:
                raise
            with self._lock:
                if self._connection.closed:
                    self._connection = self._connect()
            return self._connection.execute(statement.encode(), given)

    def streamed(self, sql: str, some: int) -> Iterator[Row]:
        """The rows of a query, some at a time. Inside a transaction."""
        try:
            with self._connection.cursor(name="streamed") as cursor:
                cursor.itersize = some
                cursor.execute(translated(sql)[0].encode())
                yield from cursor
        except psycopg.Error as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        self._connection.close()

    def _trouble(self, error: psycopg.Error) -> StoreError:
        from tracker.storage.postgres import trouble

        return trouble(self._url, error)


@lru_cache(maxsize=1_000)
def translated(sql: str) -> tuple[str, bool]:
    """The statement for psycopg, and whether its values have names."""
    for written, form in POSTGRES_FORMS.items():
        sql = sql.replace(written, form)
    named = False

    def placeholder(piece: re.Match[str]) -> str:
        nonlocal named
        whole = piece[0]
        if whole == "%" or whole.startswith("'"):
            return whole.replace("%", "%%")
        if piece["place"] or piece["name"]:
            named = True
            return f"%({piece['name'] or 'place_' + piece['place']})s"
        return "%s"

    return _PIECE.sub(placeholder, sql), named


def _rows(cursor: psycopg.Cursor[Any]) -> Any:
    names = {column.name: place for place, column in enumerate(cursor.description or ())}
    return lambda values: Row(names, values)
