"""Records every SQL statement of this process, and names those whose plan reads a whole table that grows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

# Tables with a row for each source, channel, account or setting: reading them whole costs the same after years.
BOUNDED = frozenset(
    {
        "source", "source_disk", "delivery_count", "data_version", "alembic_version", "account", "api_key", "saved_search",
        "sqlite_master", "sqlite_schema", "touched_rows", "kept_count", "change_fts_config",
        "flapping", "absence",  # pages that alternate or are gone now
        "watch_entry",  # edits of the watch list by hand: read again only after one
    }
)  # fmt: skip
# Indexes that a view is read along: nearly all rows of their table have the same first columns, before the day.
VIEWS = ("ix_change_queue",)
_FROM_DAY, _SINCE = "<expr>>", "substr(detected_at, 1, 10)) >= "
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE")
_SCAN = re.compile(r"^SCAN (\S+)(.*)")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_LIST = re.compile(r"\(\?(?:, ?\?)+\)")


def shape(statement: str) -> str:
    """The statement without its values, which alone do not change a plan."""
    return _LIST.sub("(?)", _NUMBER.sub("?", _QUOTED.sub("?", " ".join(statement.split()))))


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Yields the statements that run meanwhile on connections opened meanwhile, by shape: one of each."""
    found: dict[str, str] = {}
    honest = sqlite3.connect

    def note(statement: str) -> None:
        if statement.lstrip().upper().startswith(_VERBS):
            found.setdefault(shape(statement), statement)

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = honest(*arguments, **named)
        connection.set_trace_callback(note)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        patch.setattr(sqlite3.dbapi2, "connect", connect)
        yield found


def scans(path: Path, statements: dict[str, str]) -> dict[str, list[str]]:
    """The statements that read a whole growing table, each with the steps of its plan that do."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(path)) as connection:
        some = {
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
            )
        }
        for made, statement in statements.items():
            try:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):  # a temporary table of the connection
                    continue
                raise
            steps = [str(row[3]) for row in rows]
            whole = [step for step in steps if _reads_whole(step, statement, steps, some)]
            whole += _views_for_each_row(rows)
            if whole:
                found[made] = whole
    return found


def _views_for_each_row(rows: list[tuple[int, int, int, str]]) -> list[str]:
    """The steps that read along the index of a view once for each row of the outer query."""
    inner: set[int] = set()
    found = []
    for number, parent, _, step in rows:
        if parent in inner or step.startswith("CORRELATED"):
            inner.add(number)
        if number in inner and any(f"INDEX {index}" in step for index in VIEWS):
            found.append(step)
    return found


def _reads_whole(step: str, statement: str, steps: list[str], some: set[str]) -> bool:
    """`some`: indexes of some rows of their table, such as the incidents that last; they stay small."""
    # The first rows in the order of an index, and no more.
    ends_early = re.search(r"\bLIMIT\b", statement, re.IGNORECASE) and not any(
        "TEMP B-TREE" in each for each in steps
    )
    if step.startswith("SEARCH") and any(f"INDEX {index} " in step for index in VIEWS):
        return _SINCE in statement and _FROM_DAY not in step and not ends_early
    match = _SCAN.match(step)
    if match is None:
        return False
    name, more = match[1], match[2]
    if "VIRTUAL TABLE" in more or name.startswith(("CONSTANT", "json_each")) or "SUBQUERY" in step:
        return False
    if any(f"INDEX {index}" in more for index in some):
        return False
    table = _table(name, statement)
    if table in BOUNDED or table == "":
        return False
    return not ends_early


def _table(name: str, statement: str) -> str:
    """The table of a name in a plan; "" for the rows of a common table expression or a subquery."""
    made = rf"\b{name}\b(?:\([^)]*\))? AS (?:MATERIALIZED )?\(|\) AS {name}\b"
    if name.startswith("(") or re.search(made, statement, re.IGNORECASE):
        return ""
    name = name.removeprefix("main.")
    alias = re.search(
        rf"\b(?:FROM|JOIN|,|INTO|UPDATE)\s+(?:main\.)?\"?(\w+)\"?(?:\s+AS)?\s+{name}\b",
        statement,
        re.IGNORECASE,
    )
    return alias[1] if alias and alias[1].upper() not in {"SELECT"} else name
