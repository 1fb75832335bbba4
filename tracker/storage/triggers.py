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
    return (*first_triggers(), *kept_count(), *cards())


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
    """Counts of changes by level, and of effects."""

    def step(sign: str, name: str) -> str:
        return f"UPDATE kept_count SET number = number {sign} 1 WHERE name = {name}"

    level_out, level_in = step("-", "'level ' || old.level"), step("+", "'level ' || new.level")
    return (
        Trigger("kept_count_level_insert", "INSERT", "change", (level_in,)),
        Trigger("kept_count_level_delete", "DELETE", "change", (level_out,)),
        Trigger("kept_count_level_update", "UPDATE OF level", "change", (level_out, level_in)),
        Trigger("kept_count_effect_insert", "INSERT", "effect", (step("+", "'effects'"),)),
        Trigger("kept_count_effect_delete", "DELETE", "effect", (step("-", "'effects'"),)),
    )


# The triggers that `cards` replaced, and their tables: they counted cards of changes without views.
FORMER = {
    "kept_count_change_insert": "change", "kept_count_change_update": "change", "kept_count_change_delete": "change",
    "kept_count_join": "document_group", "kept_count_leave": "document_group", "kept_count_move": "document_group",
}  # fmt: skip
# The columns of a card after its name, from the rows of its changes.
_LISTED = "NOT editorial AND NOT baseline"
_LEVELS_OF_CARD = (
    f"max(CASE WHEN {_LISTED} THEN queue_level END), max(CASE WHEN {_LISTED} AND NOT handled THEN queue_level END),"
    f" max(CASE WHEN {_LISTED} AND handled THEN queue_level END)"
)
# The level by which a card counts in each view. A card is done while nothing in it within the field is open.
_VIEWS = {
    "all": "{0}shown",
    "open": "{0}open",
    "done": "CASE WHEN coalesce({0}open, 0) = 0 THEN {0}handled END",
}


def cards() -> tuple[Trigger, ...]:
    """Each write to a change, or to the changes of a story, writes the card again; each write to a card, its counts."""

    def card(name: str, changes: str) -> str:
        return (
            f"INSERT INTO card SELECT {name}, {_LEVELS_OF_CARD} FROM change WHERE change.id IN ({changes})"
            " ON CONFLICT (name) DO UPDATE SET shown = excluded.shown, open = excluded.open, handled = excluded.handled"
        )

    def of_story(story: str) -> str:
        return card(story, f"SELECT name FROM document_group WHERE story = {story}")

    def of_change(row: str) -> str:
        story = f"(SELECT story FROM document_group WHERE name = {row}.id)"
        members = f"SELECT {row}.id UNION SELECT name FROM document_group WHERE story = {story}"
        return card(f"coalesce({story}, {row}.id)", members)

    def counted(sign: str, row: str) -> tuple[str, ...]:
        return tuple(
            f"UPDATE kept_count SET number = number {sign} 1 WHERE name = '{view} ' || ({level.format(f'{row}.')})"
            for view, level in _VIEWS.items()
        )

    columns = ("queue_level", "editorial", "baseline", "handled")
    changed = " OR ".join(f"old.{name} <> new.{name}" for name in columns)
    # A name of a story may be a document's; only changes are in cards.
    own, new = "DELETE FROM card WHERE name = new.name", of_story("new.story")
    alone = (
        f"INSERT INTO card SELECT change.id, {_LEVELS_OF_CARD} FROM change WHERE change.id = old.name GROUP BY change.id"
        " ON CONFLICT (name) DO UPDATE SET shown = excluded.shown, open = excluded.open, handled = excluded.handled"
    )
    return (
        Trigger("card_change_insert", "INSERT", "change", (of_change("new"),)),
        Trigger(
            "card_change_update", f"UPDATE OF {', '.join(columns)}", "change", (of_change("new"),), changed
        ),
        Trigger("card_change_delete", "DELETE", "change", (of_change("old"),)),
        Trigger("card_join", "INSERT", "document_group", (own, new)),
        Trigger("card_leave", "DELETE", "document_group", (of_story("old.story"), alone)),
        Trigger(
            "card_move",
            "UPDATE OF story",
            "document_group",
            (of_story("old.story"), new),
            "old.story <> new.story",
        ),
        Trigger("card_count_insert", "INSERT", "card", counted("+", "new")),
        Trigger("card_count_update", "UPDATE", "card", (*counted("-", "old"), *counted("+", "new"))),
        Trigger("card_count_delete", "DELETE", "card", counted("-", "old")),
    )


def stored_cards() -> tuple[str, ...]:
    """The statements that write the cards of all stored changes and count them, before their triggers exist."""
    return (
        f"INSERT INTO card SELECT coalesce(story, change.id) AS card, {_LEVELS_OF_CARD} FROM change"
        " LEFT JOIN document_group ON name = change.id GROUP BY card",
        *(
            f"INSERT INTO kept_count SELECT '{view} {rank}', count(*) FROM card WHERE ({level.format('')}) = {rank}"
            for view, level in _VIEWS.items()
            for rank in range(5)
        ),
    )
