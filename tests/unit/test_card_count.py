"""The counts of the inbox's cards that triggers keep equal those that are counted, after any writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update

from tests.unit.web_samples import NOW, proposal
from tracker.model import Level
from tracker.storage import changes, review_states, reviews, story_cards
from tracker.storage.change_query import ChangeQuery, QueueView
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP, REVIEW

LEVELS = list(Level)
WRITES = st.one_of(
    st.tuples(st.just("save"), st.integers(0, 5), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("join"), st.integers(0, 5), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("leave"), st.integers(0, 5), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("baseline"), st.integers(0, 5), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("review"), st.integers(0, 5), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("undo"), st.integers(0, 5), st.integers(0, 2), st.booleans()),
)
REVIEWS = (
    (ReviewAction.ACKNOWLEDGE, ""),
    (ReviewAction.DECIDE, "watch"),
    (ReviewAction.ASSIGN, "Sato"),
)


def write(connection: Connection, what: str, one: int, other: int, flag: bool) -> None:
    name = f"chg_{one:016x}"
    if what in ("save", "baseline"):
        found = replace(proposal(), id=name, document_number=f"2025-1{one:04}", editorial=flag)
        found = replace(found, baseline=what == "baseline")
        found = replace(found, tagging=replace(found.tagging, level=LEVELS[other]))
        changes.save(connection, changes.ChangeEntry(found, f"fr:2025-1{one:04}", 1))
    elif what == "join":
        connection.execute(delete(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name == name))
        connection.execute(insert(DOCUMENT_GROUP).values(name=name, story=f"sty_{other}"))
    elif what == "merge":
        connection.execute(
            update(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.story == f"sty_{one}").values(story=f"sty_{other}")
        )
    elif what == "leave":
        connection.execute(delete(DOCUMENT_GROUP).where(DOCUMENT_GROUP.c.name == name))
    elif connection.execute(select(CHANGE.c.id).where(CHANGE.c.id == name)).first() is not None:
        rows = connection.execute(select(REVIEW).where(REVIEW.c.change_id == name))
        log = [dict(row._mapping) for row in rows]
        gone = reviews.undone(log)
        open_ids = [entry["id"] for entry in log if entry["action"] != "undo" and entry["id"] not in gone]
        if what == "review":
            action, value = REVIEWS[other]
            reviews.add(connection, name, at=NOW, who="A", action=action, value=value, note="why")
        elif open_ids:
            reviews.undo(connection, open_ids[-1:], at=NOW, who="A")


LEVELED = text("SELECT 'level ' || level AS name, count(*) AS number FROM change GROUP BY level")
ROWS = text(
    "SELECT coalesce(story, id) AS card, level, handled FROM change LEFT JOIN document_group ON name = id"
    " WHERE NOT editorial AND NOT baseline"
)


def counted(connection: Connection) -> dict[str, Counter[int]]:
    """The number of cards in each view by rank, from all rows."""
    cards: dict[str, list[tuple[int, bool]]] = {}
    for row in connection.execute(ROWS):
        cards.setdefault(row.card, []).append((row.level, bool(row.handled)))
    found: dict[str, Counter[int]] = {"all": Counter(), "open": Counter(), "done": Counter()}
    for rows in cards.values():
        still = [level for level, handled in rows if not handled]
        done = [level for level, handled in rows if handled]
        found["all"][max(level for level, _ in rows)] += 1
        if still:
            found["open"][max(still)] += 1
        if done and max(still, default=0) == 0:
            found["done"][max(done)] += 1
    return found


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
        connection.execute(delete(REVIEW))
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
        expected = counted(connection)
        names = {f"{view} {rank}": number for view, of in expected.items() for rank, number in of.items()}
        assert {name: number for name, number in kept.items() if number} == names
        assert list(review_states.verify(connection)) == []
    with open_reader(store.state) as opened:
        for view in ("all", "open", "done"):
            wanted = ChangeQuery(
                level=Level.LOW, editorial=False, baseline=False, queue=QueueView(view), limit=100
            )
            listed = len(story_cards.cards(opened, wanted))
            above = sum(number for rank, number in expected[view].items() if rank)
            assert sum(story_cards.levels(opened, wanted).values()) == listed == above
            filtered = replace(wanted, kind="proposed-rule")
            assert sum(story_cards.levels(opened, filtered).values()) == listed


_STORES: list[Store] = []


def shared(factory: object) -> Store:
    """One store for all examples: to make one costs more than an example."""
    if not _STORES:
        _STORES.append(Store(Path(factory.mktemp("counts"))))  # type: ignore[attr-defined]
    return _STORES[0]
