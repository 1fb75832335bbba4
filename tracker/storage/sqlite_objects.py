"""What the schema has in SQLite beside its tables: full text search (FTS5), triggers (`triggers`), indexes over expressions.
PostgreSQL's are in `postgres_objects`.

`create` belongs to the first schema. A later migration that rebuilds a table with triggers creates them again with
`create_triggers`: SQLite drops a table's triggers together with it.
"""
# ruff: noqa: S608 - table and column names in the statements are the constants of this module

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tracker.storage import triggers

if TYPE_CHECKING:  # the readers of plain SQL import this module
    from sqlalchemy import Connection

FTS = "change_fts"  # the FTS5 table, and the beginning of the names of the shadow tables that SQLite keeps for it

# English is indexed by stems; the Japanese text is stored as the pairs of characters of `text.words`.
_FTS = (
    f"CREATE VIRTUAL TABLE {FTS} USING fts5(title, en, ja, content='change_text', content_rowid='seq',"
    " tokenize='porter unicode61 remove_diacritics 2')",
)
# One question in both languages: bm25 weighs the title, the English text and the Japanese text.
SCORE = f"bm25({FTS}, 8.0, 1.0, 4.0)"
_FORMER_FTS = ("change_fts_en", "change_fts_ja")
# Lists changes newest first without sorting them. SQLAlchemy does not reflect an index over an expression.
_NEWEST = (
    "CREATE INDEX ix_change_newest ON change (coalesce(published, substr(detected_at, 1, 10)),"
    " seq, level, editorial, baseline, source, kind)"
)
# Lists the changes that nobody has handled, or that somebody has, newest first without sorting them.
_QUEUE = (
    "CREATE INDEX ix_change_queue ON change (baseline, editorial, handled, coalesce(published, substr(detected_at, 1, 10)),"
    " seq, queue_level, source, kind)"
)
# Lists effects by their last event without sorting them.
_LAST_EFFECTS = (
    "CREATE INDEX ix_effect_last ON effect (max(known_at, coalesce(retracted_at, known_at)), effect_id)"
)


def create(connection: Connection) -> None:
    """Creates all objects of SQLite beside empty tables."""
    if connection.dialect.name == "sqlite":
        _execute(connection, (*_FTS, _NEWEST, *_made(triggers.first_triggers())))


def create_triggers(connection: Connection) -> None:
    """Drops the triggers that exist and creates all of them."""
    names = (
        connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    )
    _execute(connection, (f"DROP TRIGGER {name}" for name in names))
    _execute(connection, _made(triggers.all_triggers()))


def create_search(connection: Connection) -> None:
    """Creates the search index and fills it from `change_text`; those of the first schema are dropped."""
    if connection.dialect.name == "sqlite":
        _execute(connection, (f"DROP TABLE IF EXISTS {name}" for name in (FTS, *_FORMER_FTS)))
        _execute(connection, _FTS)
        rebuild_search(connection)


def create_kept_count(connection: Connection) -> None:
    """Counts changes and effects, and creates the triggers that keep the counts."""
    if connection.dialect.name == "sqlite":
        _execute(connection, (*counts(), _LAST_EFFECTS, *_made(triggers.kept_count())))


def create_cards(connection: Connection) -> None:
    """Drops the triggers and counts of former cards, writes the cards of the inbox, and creates the triggers that keep
    them."""
    former = "DELETE FROM kept_count WHERE name BETWEEN 'card 0' AND 'card 4'"
    _execute(connection, (former, *triggers.stored_cards()))
    if connection.dialect.name == "sqlite":
        dropped = (f"DROP TRIGGER IF EXISTS {name}" for name in triggers.FORMER)
        _execute(connection, (*dropped, _QUEUE, *_made(triggers.cards())))
    else:
        _execute(
            connection,
            (f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in triggers.FORMER.items()),
        )


def counts() -> tuple[str, ...]:
    """The statements that count the changes and effects, for both databases; triggers count them later."""
    ranks = ", ".join(f"({rank})" for rank in range(5))
    levels = (
        f"INSERT INTO kept_count WITH ranks(level) AS (VALUES {ranks}) SELECT 'level ' || ranks.level, count(seq) FROM ranks"
        " LEFT JOIN change ON change.level = ranks.level GROUP BY ranks.level"
    )
    effects = "INSERT INTO kept_count SELECT 'effects', count(*) FROM effect"
    return levels, effects


def rebuild_search(connection: Connection) -> None:
    """Fills the search index from `change_text`, after rows were written to it directly."""
    connection.exec_driver_sql(f"INSERT INTO {FTS}({FTS}) VALUES ('rebuild')")


def is_shadow(table: str) -> bool:
    """Whether a table belongs to FTS5, which no metadata describes."""
    return table.startswith(FTS)


def _made(wanted: Iterable[triggers.Trigger]) -> Iterable[str]:
    return (trigger.for_sqlite() for trigger in wanted)


def _execute(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
