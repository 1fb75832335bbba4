"""Where the state of a folder is: in SQLite in the folder itself, or in PostgreSQL where `[store] url` names a database.

The command line binds a folder to its database once (`cli.app`). The folder then holds only files that are derived from the
database, such as the index of the law search.
"""

from __future__ import annotations

import re
from pathlib import Path

from tracker.errors import UsageError

_SCHEME = re.compile(r"\Apostgres(?:ql)?(?:\+psycopg)?://")
_bound: dict[Path, str | UsageError] = {}


def bind(state: Path, url: str) -> None:
    """Keep the state of this folder in the PostgreSQL database with this URL. Raises UsageError for another URL."""
    if not _SCHEME.match(url):
        raise UsageError(
            "[store] url: not a URL of PostgreSQL", cure="postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    _bound[_key(state)] = _SCHEME.sub("postgresql://", url)


def refuse(state: Path, error: UsageError) -> None:
    """Raise this error where the state of this folder is used: its database is not known."""
    _bound[_key(state)] = error


def release(state: Path) -> None:
    """Keep the state of this folder in SQLite again."""
    _bound.pop(_key(state), None)


def url_of(state: Path) -> str | None:
    """The URL of the PostgreSQL database; None: SQLite."""
    found = _bound.get(_key(state)) if _bound else None
    if isinstance(found, UsageError):
        raise found
    return found


def _key(state: Path) -> Path:
    return state.absolute()
