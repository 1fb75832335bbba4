"""What the schema has in SQLite only: full text search (FTS5), counts that triggers keep, one index over an expression.

`create` belongs to the first schema. A later migration that rebuilds a table with triggers creates them again with
`create_triggers`: SQLite drops a table's triggers together with it.
"""
# ruff: noqa: S608 - table and column names in the statements are the constants of this module

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tracker.storage.deliveries import DELIVERY_STATES

if TYPE_CHECKING:  # the readers of plain SQL import this module
    from sqlalchemy import Connection

FTS = "change_fts"  # the FTS5 table, and the beginning of the names of the shadow tables that SQLite keeps for it

_DISK_COLUMNS = ("answers", "compressed_size", "uncompressed_size", "dropped")
# Tables that the viewer shows: each write makes its cached pages stale.
_SHOWN = ("change", "review", "delivery", "attempt", "version", "saved_search", "effect")
# Writes to the assistants' tables, where only some rows are shown: table, verb, condition.
_SHOWN_IN_PART = (
    ("similarity_result", "insert", "new.topic <> ''"),
    ("similarity_result", "delete", "old.topic <> ''"),
    ("model_summary", "insert", "1"),
)

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
# Lists effects by their last event without sorting them.
_LAST_EFFECTS = (
    "CREATE INDEX ix_effect_last ON effect (max(known_at, coalesce(retracted_at, known_at)), effect_id)"
)


def create(connection: Connection) -> None:
    """Creates all objects beside empty tables. A database other than SQLite gets none of them."""
    if connection.dialect.name == "sqlite":
        _execute(connection, (*_FTS, _NEWEST, *_delivery_count(), *_data_version(), *_source_disk()))


def create_triggers(connection: Connection) -> None:
    """Drops the triggers that exist and creates all of them."""
    names = (
        connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    )
    _execute(connection, (f"DROP TRIGGER {name}" for name in names))
    _execute(connection, (*_delivery_count(), *_data_version(), *_source_disk(), *_kept_count()))


def create_search(connection: Connection) -> None:
    """Creates the search index and fills it from `change_text`; those of the first schema are dropped."""
    if connection.dialect.name == "sqlite":
        _execute(connection, (f"DROP TABLE IF EXISTS {name}" for name in (FTS, *_FORMER_FTS)))
        _execute(connection, _FTS)
        rebuild_search(connection)


def create_kept_count(connection: Connection) -> None:
    """Counts changes, effects and the cards of the inbox, and creates the triggers that keep the counts."""
    if connection.dialect.name != "sqlite":
        return
    gravest = (
        "SELECT coalesce(story, change.id) AS card, max(level) AS level FROM change"
        " LEFT JOIN document_group ON name = change.id WHERE NOT editorial GROUP BY card"
    )
    ranks = ", ".join(f"({rank})" for rank in range(5))
    cards = (
        f"INSERT INTO kept_count WITH ranks(level) AS (VALUES {ranks}) SELECT 'card ' || ranks.level, count(card) FROM ranks"
        f" LEFT JOIN ({gravest}) AS found ON found.level = ranks.level GROUP BY ranks.level"
    )
    levels = (
        f"INSERT INTO kept_count WITH ranks(level) AS (VALUES {ranks}) SELECT 'level ' || ranks.level, count(seq) FROM ranks"
        " LEFT JOIN change ON change.level = ranks.level GROUP BY ranks.level"
    )
    effects = "INSERT INTO kept_count SELECT 'effects', count(*) FROM effect"
    _execute(connection, (cards, levels, effects, _LAST_EFFECTS, *_kept_count()))


def rebuild_search(connection: Connection) -> None:
    """Fills the search index from `change_text`, after rows were written to it directly."""
    connection.exec_driver_sql(f"INSERT INTO {FTS}({FTS}) VALUES ('rebuild')")


def is_shadow(table: str) -> bool:
    """Whether a table belongs to FTS5, which no metadata describes."""
    return table.startswith(FTS)


def _execute(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _delivery_count() -> tuple[str, ...]:
    """Counts of deliveries by channel, kind and state. Reading them from a million deliveries would take 0.2 s."""
    columns = ", ".join(DELIVERY_STATES)
    first = ", ".join(f"new.state = '{state}'" for state in DELIVERY_STATES)
    more = ", ".join(f"{state} = {state} + excluded.{state}" for state in DELIVERY_STATES)
    moved = ", ".join(
        f"{state} = {state} + (new.state = '{state}') - (old.state = '{state}')" for state in DELIVERY_STATES
    )
    fewer = ", ".join(f"{state} = {state} - (old.state = '{state}')" for state in DELIVERY_STATES)
    return (
        f"CREATE TRIGGER delivery_count_insert AFTER INSERT ON delivery BEGIN INSERT INTO delivery_count"
        f" (channel, kind, {columns}) VALUES (new.channel, new.kind, {first}) ON CONFLICT (channel, kind) DO UPDATE SET {more}; END",
        "CREATE TRIGGER delivery_count_update AFTER UPDATE OF state ON delivery WHEN new.state <> old.state BEGIN"
        f" UPDATE delivery_count SET {moved} WHERE channel = new.channel AND kind = new.kind; END",
        f"CREATE TRIGGER delivery_count_delete AFTER DELETE ON delivery BEGIN UPDATE delivery_count SET {fewer}"
        " WHERE channel = old.channel AND kind = old.kind; END",
        "CREATE TRIGGER delivery_count_attempt AFTER INSERT ON attempt BEGIN UPDATE delivery_count SET last_attempt = new.id"
        " WHERE (channel, kind) = (SELECT channel, kind FROM delivery WHERE id = new.delivery_id); END",
    )


def _data_version() -> tuple[str, ...]:
    """A number that grows with each write to what the viewer shows."""
    writes = [(table, verb, "1") for table in _SHOWN for verb in ("insert", "update", "delete")]
    return tuple(
        f"CREATE TRIGGER data_version_{table}_{verb} AFTER {verb.upper()} ON {table} WHEN {condition}"
        " BEGIN UPDATE data_version SET number = number + 1; END"
        for table, verb, condition in (*writes, *_SHOWN_IN_PART)
    )


def _source_disk() -> tuple[str, ...]:
    """What each source takes up on disk. The bytes of a blob count for the source of the first answer that brought them."""
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _DISK_COLUMNS[1:])
    sizes = "length(blob.data), iif(length(blob.data) > 0, blob.size, 0), length(blob.data) = 0"
    return (
        "CREATE TRIGGER source_disk_answer AFTER INSERT ON snapshot BEGIN"
        " INSERT INTO source_disk VALUES (new.source, 1, 0, 0, 0)"
        " ON CONFLICT (source) DO UPDATE SET answers = answers + 1;"
        f" INSERT INTO source_disk SELECT new.source, 0, {sizes} FROM blob WHERE sha256 = new.sha256"
        " AND NOT EXISTS (SELECT 1 FROM snapshot WHERE sha256 = new.sha256 AND id < new.id)"
        f" ON CONFLICT (source) DO UPDATE SET {sums}; END",
        "CREATE TRIGGER source_disk_bytes AFTER UPDATE OF data, size ON blob BEGIN UPDATE source_disk SET"
        " compressed_size = compressed_size + length(new.data) - length(old.data),"
        " uncompressed_size = uncompressed_size + iif(length(new.data) > 0, new.size, 0) - iif(length(old.data) > 0, old.size, 0),"
        " dropped = dropped + (length(new.data) = 0) - (length(old.data) = 0)"
        " WHERE source = (SELECT source FROM snapshot WHERE sha256 = new.sha256 ORDER BY id LIMIT 1); END",
    )


def _kept_count() -> tuple[str, ...]:
    """Counts of changes, effects, and the cards of the inbox. Each trigger of a card takes the cards that its row belonged to away, as they were, and adds
    those that there are now: a row counts for the gravest level of its story."""

    def story(of: str) -> str:
        return f"(SELECT story FROM document_group WHERE name = {of})"

    def others(story_: str, name: str) -> str:
        """The levels of the other changes of a story."""
        return (
            "SELECT level FROM document_group JOIN change ON change.id = name"
            f" WHERE story = {story_} AND name <> {name} AND NOT editorial"
        )

    def count(sign: str, *levels: str) -> str:
        return (
            f"UPDATE kept_count SET number = number {sign} 1 WHERE name ="
            f" (SELECT 'card ' || max(level) FROM ({' UNION ALL '.join(levels)}));"
        )

    def row(of: str) -> str:
        return f"SELECT {of}.level AS level WHERE NOT {of}.editorial"

    def named(name: str) -> str:
        return f"SELECT level FROM change WHERE id = {name} AND NOT editorial"

    def step(sign: str, name: str) -> str:
        return f"UPDATE kept_count SET number = number {sign} 1 WHERE name = {name};"

    level_out, level_in = step("-", "'level ' || old.level"), step("+", "'level ' || new.level")
    made = [
        f"CREATE TRIGGER kept_count_level_insert AFTER INSERT ON change BEGIN {level_in} END",
        f"CREATE TRIGGER kept_count_level_delete AFTER DELETE ON change BEGIN {level_out} END",
        f"CREATE TRIGGER kept_count_level_update AFTER UPDATE OF level ON change BEGIN {level_out} {level_in} END",
        f"CREATE TRIGGER kept_count_effect_insert AFTER INSERT ON effect BEGIN {step('+', repr('effects'))} END",
        f"CREATE TRIGGER kept_count_effect_delete AFTER DELETE ON effect BEGIN {step('-', repr('effects'))} END",
    ]
    for event, on, old, new in (
        ("insert", "INSERT", "", "new"),
        ("update", "UPDATE OF level, editorial", "old", "new"),
        ("delete", "DELETE", "old", ""),
    ):
        one = new or old
        rest = others(story(f"{one}.id"), f"{one}.id")
        before = count("-", rest, *([row("old")] if old else []))
        after = count("+", rest, *([row("new")] if new else []))
        if not old:
            before = count("-", rest)
        when = " WHEN old.level <> new.level OR old.editorial <> new.editorial" if old and new else ""
        made.append(
            f"CREATE TRIGGER kept_count_change_{event} AFTER {on} ON change{when} BEGIN {before} {after} END"
        )
    joined = count("-", named("new.name")) + count("-", others("new.story", "new.name"))
    joined += count("+", others("new.story", "new.name"), named("new.name"))
    left = count("-", others("old.story", "old.name"), named("old.name")) + count(
        "+", others("old.story", "old.name")
    )
    alone = count("+", named("old.name"))
    made += [
        f"CREATE TRIGGER kept_count_join AFTER INSERT ON document_group BEGIN {joined} END",
        f"CREATE TRIGGER kept_count_leave AFTER DELETE ON document_group BEGIN {left} {alone} END",
        "CREATE TRIGGER kept_count_move AFTER UPDATE OF story ON document_group WHEN old.story <> new.story BEGIN"
        f" {left} {alone} {joined} END",
    ]
    return tuple(made)
