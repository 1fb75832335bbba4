"""The triggers that keep counts, for both databases: their statements are plain SQL that SQLite and PostgreSQL read alike."""
# ruff: noqa: S608 - table and column names in the statements are the constants of this module

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.storage.deliveries import DELIVERY_STATES

_DISK_COLUMNS = ("answers", "compressed_size", "uncompressed_size", "dropped")
# Tables that the viewer shows: each write makes its cached pages stale.
_SHOWN = ("change", "review", "delivery", "attempt", "version", "saved_search", "effect")
# Writes to the assistants' tables, where only some rows are shown: table, verb, condition.
_SHOWN_IN_PART = (
    ("similarity_result", "insert", "new.topic <> ''"),
    ("similarity_result", "delete", "old.topic <> ''"),
    ("model_summary", "insert", ""),
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """`event`: such as `UPDATE OF state`. `when`: the condition; empty: always. `each_row` False: once for a statement
    where the database can, because the statements do not read the row."""

    name: str
    event: str
    table: str
    body: tuple[str, ...]
    when: str = ""
    each_row: bool = True

    def for_sqlite(self) -> str:
        when = f" WHEN {self.when}" if self.when else ""
        return f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table}{when} BEGIN {'; '.join(self.body)}; END"

    def for_postgres(self) -> Iterator[str]:
        yield (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $body$ BEGIN {'; '.join(self.body)}; RETURN NULL; END $body$"
        )
        when = f" WHEN ({self.when})" if self.when else ""
        each = "ROW" if self.each_row else "STATEMENT"
        yield f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}"
        yield (
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} FOR EACH {each}{when}"
            f" EXECUTE FUNCTION {self.name}()"
        )


def is_one(condition: str) -> str:
    """1 where a condition holds, 0 elsewhere: PostgreSQL does not add up conditions."""
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def first_triggers() -> Iterable[Trigger]:
    """Those of the first schema."""
    return (*_delivery_count(), *_data_version(), *_source_disk())


def all_triggers() -> Iterable[Trigger]:
    return (*first_triggers(), *kept_count())


def _delivery_count() -> tuple[Trigger, ...]:
    """Counts of deliveries by channel, kind and state. Reading them from a million deliveries would take 0.2 s."""
    columns = ", ".join(DELIVERY_STATES)
    first = ", ".join(is_one(f"new.state = '{state}'") for state in DELIVERY_STATES)
    more = ", ".join(f"{state} = delivery_count.{state} + excluded.{state}" for state in DELIVERY_STATES)
    moved = ", ".join(
        f"{state} = {state} + {is_one(f'''new.state = '{state}' ''')} - {is_one(f'''old.state = '{state}' ''')}"
        for state in DELIVERY_STATES
    )
    fewer = ", ".join(
        f"{state} = {state} - {is_one(f'''old.state = '{state}' ''')}" for state in DELIVERY_STATES
    )
    return (
        Trigger(
            "delivery_count_insert", "INSERT", "delivery",
            (
                f"INSERT INTO delivery_count (channel, kind, {columns}) VALUES (new.channel, new.kind, {first})"
                f" ON CONFLICT (channel, kind) DO UPDATE SET {more}",
            ),
        ),
        Trigger(
            "delivery_count_update", "UPDATE OF state", "delivery",
            (f"UPDATE delivery_count SET {moved} WHERE channel = new.channel AND kind = new.kind",),
            "new.state <> old.state",
        ),
        Trigger(
            "delivery_count_delete", "DELETE", "delivery",
            (f"UPDATE delivery_count SET {fewer} WHERE channel = old.channel AND kind = old.kind",),
        ),
        Trigger(
            "delivery_count_attempt", "INSERT", "attempt",
            (
                "UPDATE delivery_count SET last_attempt = new.id"
                " WHERE (channel, kind) = (SELECT channel, kind FROM delivery WHERE id = new.delivery_id)",
            ),
        ),
    )  # fmt: skip


def _data_version() -> tuple[Trigger, ...]:
    """A number that grows with each write to what the viewer shows."""
    writes = [(table, verb, "") for table in _SHOWN for verb in ("insert", "update", "delete")]
    return tuple(
        Trigger(
            f"data_version_{table}_{verb}",
            verb.upper(),
            table,
            ("UPDATE data_version SET number = number + 1",),
            condition,
            each_row=bool(condition),
        )
        for table, verb, condition in (*writes, *_SHOWN_IN_PART)
    )


def _source_disk() -> tuple[Trigger, ...]:
    """What each source takes up on disk. The bytes of a blob count for the source of the first answer that brought them."""

    def unpacked(row: str) -> str:
        return f"CASE WHEN length({row}.data) > 0 THEN {row}.size ELSE 0 END"

    def dropped(row: str) -> str:
        return is_one(f"length({row}.data) = 0")

    columns = ", ".join(_DISK_COLUMNS)
    sums = ", ".join(f"{name} = source_disk.{name} + excluded.{name}" for name in _DISK_COLUMNS[1:])
    return (
        Trigger(
            "source_disk_answer", "INSERT", "snapshot",
            (
                f"INSERT INTO source_disk (source, {columns}) VALUES (new.source, 1, 0, 0, 0)"
                " ON CONFLICT (source) DO UPDATE SET answers = source_disk.answers + 1",
                f"INSERT INTO source_disk (source, {columns})"
                f" SELECT new.source, 0, length(blob.data), {unpacked('blob')}, {dropped('blob')} FROM blob WHERE sha256 = new.sha256"
                " AND NOT EXISTS (SELECT 1 FROM snapshot WHERE sha256 = new.sha256 AND id < new.id)"
                f" ON CONFLICT (source) DO UPDATE SET {sums}",
            ),
        ),
        Trigger(
            "source_disk_bytes", "UPDATE OF data, size", "blob",
            (
                "UPDATE source_disk SET compressed_size = compressed_size + length(new.data) - length(old.data),"
                f" uncompressed_size = uncompressed_size + {unpacked('new')} - {unpacked('old')},"
                f" dropped = dropped + {dropped('new')} - {dropped('old')}"
                " WHERE source = (SELECT source FROM snapshot WHERE sha256 = new.sha256 ORDER BY id LIMIT 1)",
            ),
        ),
    )  # fmt: skip


def kept_count() -> tuple[Trigger, ...]:
    """Counts of changes, effects, and the cards of the inbox. Each trigger of a card takes the cards that its row
    belonged to away, as they were, and adds those that there are now: a row counts for the gravest level of its story."""

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
            f" (SELECT 'card ' || max(level) FROM ({' UNION ALL '.join(levels)}) AS ranks)"
        )

    def row(of: str) -> str:
        return f"SELECT {of}.level AS level WHERE NOT {of}.editorial"

    def named(name: str) -> str:
        return f"SELECT level FROM change WHERE id = {name} AND NOT editorial"

    def step(sign: str, name: str) -> str:
        return f"UPDATE kept_count SET number = number {sign} 1 WHERE name = {name}"

    level_out, level_in = step("-", "'level ' || old.level"), step("+", "'level ' || new.level")
    made = [
        Trigger("kept_count_level_insert", "INSERT", "change", (level_in,)),
        Trigger("kept_count_level_delete", "DELETE", "change", (level_out,)),
        Trigger("kept_count_level_update", "UPDATE OF level", "change", (level_out, level_in)),
        Trigger("kept_count_effect_insert", "INSERT", "effect", (step("+", "'effects'"),)),
        Trigger("kept_count_effect_delete", "DELETE", "effect", (step("-", "'effects'"),)),
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
        when = "old.level <> new.level OR old.editorial <> new.editorial" if old and new else ""
        made.append(Trigger(f"kept_count_change_{event}", on, "change", (before, after), when))
    joined = (
        count("-", named("new.name")),
        count("-", others("new.story", "new.name")),
        count("+", others("new.story", "new.name"), named("new.name")),
    )
    left = (
        count("-", others("old.story", "old.name"), named("old.name")),
        count("+", others("old.story", "old.name")),
        count("+", named("old.name")),
    )
    made += [
        Trigger("kept_count_join", "INSERT", "document_group", joined),
        Trigger("kept_count_leave", "DELETE", "document_group", left),
        Trigger(
            "kept_count_move", "UPDATE OF story", "document_group", (*left, *joined), "old.story <> new.story"
        ),
    ]
    return tuple(made)
