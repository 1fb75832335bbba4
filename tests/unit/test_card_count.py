"""The counts of the inbox's cards that triggers keep equal those that are counted, after any writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, text, update

from tests.unit.web_samples import proposal
from tracker.model import Level
from tracker.storage import changes, story_cards
from tracker.storage.database import Store
from tracker.storage.read_queries import ChangeQuery, open_reader
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP

LEVELS = list(Level)
WRITES = st.one_of(
    st.tuples(st.just("save"), st.integers(0, 5), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("join"), st.integers(0, 5), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("leave"), st.integers(0, 5), st.integers(0, 2), st.booleans()),
)


def write(connection: Connection, what: str, one: int, other: int, flag: bool) -> None:
    name = f"chg_{one:016x}"
    if what == "save":
        found = replace(proposal(), id=name, document_number=f"2025-1{one:04}", editorial=flag)
        found = replace(found, tagging=replace(found.tagging, level=LEVELS[other]))
        changes.save(connection, changes.ChangeEntry(found, f"fr:2025-1{one:04}", 1))
    elif what == "join":
        connection.execute(delete(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name == name))
        connection.execute(insert(DOCUMENT_GROUP).values(name=name, story=f"sty_{other}"))
    elif what == "merge":
        connection.execute(
            update(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.story == f"sty_{one}").values(story=f"sty_{other}")
        )
    else:
        connection.execute(delete(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name == name))


LEVELED = text("SELECT 'level ' || level AS name, count(*) AS number FROM change GROUP BY level")
COUNTED = text(
    "SELECT level, count(*) AS number FROM (SELECT max(level) AS level FROM change LEFT JOIN document_group ON name = id"
    " WHERE NOT editorial GROUP BY coalesce(story, id)) GROUP BY level"
)


@given(st.lists(WRITES, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_kept_counts_are_those_of_the_rows(
    tmp_path_factory: object, writes: list[tuple[str, int, int, bool]]
) -> None:
    store = shared(tmp_path_factory)
    with store.write() as connection:
        for table in (
            "document_relation",
            "legal_date",
            "change_status",
            "change_profile",
            "change_topic",
            "change_text",
        ):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(delete(DOCUMENT_GROUP))
        connection.execute(delete(CHANGE))
        for one in writes:
            write(connection, *one)
        kept = {
            row.name: row.number for row in connection.execute(text("SELECT name, number FROM kept_count"))
        }
        levels = {row.name: row.number for row in connection.execute(LEVELED)}
        assert {
            name: kept.pop(name) for name in list(kept) if name.startswith("level") and kept[name]
        } == levels
        counted = {f"card {row.level}": row.number for row in connection.execute(COUNTED)}
        assert {name: number for name, number in kept.items() if number} == counted
    wanted = ChangeQuery(level=Level.LOW, editorial=False)
    with open_reader(store.state) as opened:
        listed = story_cards.cards(opened, wanted)
        assert (
            sum(story_cards.levels(opened, wanted).values())
            == len(listed)
            == story_cards.count(opened, wanted)
        )


_STORES: list[Store] = []


def shared(factory: object) -> Store:
    """One store for all examples: to make one costs more than an example."""
    if not _STORES:
        _STORES.append(Store(Path(factory.mktemp("counts"))))  # type: ignore[attr-defined]
    return _STORES[0]
