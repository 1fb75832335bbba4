"""The store: bytes are restored, tampering is found, a lease has one owner, a delivery is queued once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from tracker.errors import StoreError, UsageError
from tracker.model import (  # fmt: skip
    Change,
    Classification,
    DocumentKind,
    DocumentRelation,
    Fetched,
    HttpResponse,
    LegalDate,
    Level,
    LocalizedText,
    Op,
    Operation,
    ResourceType,
    Topic,
    UnitKind,
    Validators,
)
from tracker.storage import blobs, changes, outbox, snapshots, source_state, versions
from tracker.storage.change_query import ChangeQuery
from tracker.storage.comparison import is_described
from tracker.storage.database import Store
from tracker.storage.deliveries import Attempt
from tracker.storage.read_queries import StoreReader, open_reader
from tracker.storage.schema import metadata
from tracker.storage.schema_version import HEAD

pytestmark = pytest.mark.databases
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state")
    yield opened
    opened.close()


def answer(body: bytes) -> HttpResponse:
    return HttpResponse("https://x.example/a", 200, (("ETag", '"1"'),), body, NOW)


def change(number: str, **more: object) -> Change:
    tagging = Classification(
        Level.HIGH,
        topics=(Topic("semiconductor-subsystems", 0.9, ()),),
        dates=(LegalDate("comments-close", date(2026, 12, 1)),),
        links=(DocumentRelation("stays", "2025-19001"),),
        summary=LocalizedText("半導体製造装置の規制", "Controls on chip making equipment"),
    )
    values: dict[str, object] = {
        "id": f"chg_{number}", "source": "fr-bis", "kind": DocumentKind.RULE, "title": f"Rule {number}",
        "url": "https://x.example", "detected_at": NOW, "tagging": tagging, "document_number": number,
        "published": date(2026, 11, 20),
    }  # fmt: skip
    return Change(**{**values, **more})  # type: ignore[arg-type]


# SQLAlchemy does not read back an index over an expression.
@pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression-based index ix_(change_newest|change_queue|effect_last)"
)
def test_the_tables_equal_those_of_the_migrations(store: Store) -> None:
    with store.write() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_described})
        assert compare_metadata(context, metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_versions_of_a_text_are_small_and_restored_whole(store: Store) -> None:
    first = "".join(f"({n}) A license is required for item {n * 7919}.\n" for n in range(4000)).encode()
    later = [first.replace(b"item 7919.", f"item 7919, as amended {n}.".encode()) for n in range(20)]
    with store.write() as connection:
        ids = [
            snapshots.save(connection, "ear", Fetched("k", ResourceType.PAGE, answer(body)))
            for body in [first, *later]
        ]
        packed = connection.execute(
            text("SELECT sum(length(data)) FROM blob WHERE dictionary_sha256 IS NOT NULL")
        ).scalar()
        assert (
            connection.execute(text("SELECT count(*) FROM blob WHERE dictionary_sha256 IS NULL")).scalar()
            == 1
        )
        assert packed is not None
        assert packed / 20 < 300
    with store.read() as connection:
        assert [snapshots.load(connection, [one]).answer.body for one in ids] == [first, *later]


def test_the_same_bytes_are_kept_once(store: Store) -> None:
    with store.write() as connection:
        assert blobs.put(connection, b"x" * 100) == blobs.put(connection, b"x" * 100)
        assert connection.execute(text("SELECT count(*) FROM blob")).scalar() == 1


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE blob SET data = substr(data, 1, length(data) - 3)", "blob"),
        ("UPDATE snapshot SET url = 'https://other.example' WHERE id = 1", "snapshot 1"),
        ("DELETE FROM snapshot WHERE id = 1", "snapshot 2"),
        ('UPDATE snapshot SET headers = \'[["x","y"]]\' WHERE id = 1', "snapshot 1"),
    ],
)
def test_verify_finds_alterations(store: Store, harm: str, found: str) -> None:
    with store.write() as connection:
        for number in range(3):
            snapshots.save(
                connection, "a", Fetched("k", ResourceType.PAGE, answer(f"text {number}".encode() * 50))
            )
    assert list(snapshots.verify(store)) == [6]
    with store.write() as connection:
        connection.execute(text(harm))
    problems = [line for line in snapshots.verify(store) if isinstance(line, str)]
    assert any(line.startswith(found) for line in problems)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def half() -> None:
        with store.write() as connection:
            changes.save(connection, changes.ChangeEntry(change("1"), "fr:1", 1))
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        half()
    with open_reader(store.state) as opened:
        assert opened.changes(ChangeQuery()) == []


def test_a_write_inside_a_write_is_one_transaction(store: Store) -> None:
    def both() -> None:
        with store.write() as outer:
            with store.write() as inner:
                assert inner is outer
                changes.save(inner, changes.ChangeEntry(change("1"), "fr:1", 1))
            with store.read() as seen:
                assert changes.get(seen, "chg_1") is not None
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        both()
    with store.read() as connection:
        assert changes.get(connection, "chg_1") is None


def test_a_change_is_restored_with_its_operations(store: Store) -> None:
    operation = Operation(
        "15 CFR 744.1(a)", Op.RENUMBERED, "(a) x", "(b) x", "15 CFR 744.1(b)",
        spans=(("delete", "(a)"), ("insert", "(b)"), ("equal", " x")), kind=UnitKind.ITEM, follows="p", position=3,
    )  # fmt: skip
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(change("1"), "fr:1", 1), [operation])
    with store.read() as connection:
        assert changes.get(connection, "chg_1") == change("1")
        assert changes.operations(connection, "chg_1") == (operation,)
        assert [found.id for found, _, _ in changes.find(connection, "1")] == ["chg_1"]
        assert [found.id for found in changes.changes_relating_to(connection, ["2025-19001"])] == ["chg_1"]


@pytest.mark.parametrize(
    "query",
    [
        "半導体",
        "輸出",
        "製造",
        '"chip making"',
        "CHIP equipment",
        "3b001.a",
        "2026-1",
        "10-10",
        "10^(−10)",
        "m3",
    ],
)
def test_a_change_is_found_by_words_in_both_languages(store: Store, query: str) -> None:
    one = change("2026-1", abstract="Adds ECCN 3B001.a.4 items below 10⁻¹⁰ Pa m³.")
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(one, "fr:1", 1, ("exports", "輸出管理")))
        changes.save(
            connection, changes.ChangeEntry(change("2026-2", tagging=Classification(Level.NONE)), "fr:2", 1)
        )
    with open_reader(store.state) as opened:
        assert [row["id"] for row in opened.changes(ChangeQuery(query=query))] == ["chg_2026-1"]
        assert opened.changes(ChangeQuery(query='nothing "of the" sort')) == []


def test_a_change_written_again_is_no_longer_found_by_its_old_words(store: Store) -> None:
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(change("1", title="Quince rule"), "fr:1", 1))
        changes.save(connection, changes.ChangeEntry(change("1", title="Medlar rule"), "fr:1", 1))
    with open_reader(store.state) as opened:
        assert opened.changes(ChangeQuery(query="quince")) == []
        assert len(opened.changes(ChangeQuery(query="medlar"))) == 1


@pytest.mark.parametrize("query", ['"', "(", "a* OR b", "NEAR(", "'; DROP TABLE change; --", "半", "%"])
def test_no_query_breaks_the_search(store: Store, query: str) -> None:
    with open_reader(store.state) as opened:
        assert opened.changes(ChangeQuery(query=query)) == []


def test_filters_narrow(store: Store) -> None:
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(change("1"), "fr:1", 1))
        low = change("2", tagging=Classification(Level.LOW), source="ear", published=date(2024, 1, 1))
        changes.save(connection, changes.ChangeEntry(low, "x", 1))
    with open_reader(store.state) as opened:
        for wanted in (
            ChangeQuery(level=Level.MEDIUM), ChangeQuery(topic="semiconductor-subsystems"), ChangeQuery(source="fr-bis"),
            ChangeQuery(since=date(2026, 1, 1)), ChangeQuery(limit=1),
        ):  # fmt: skip
            assert [row["id"] for row in opened.changes(wanted)] == ["chg_1"]
        assert [record["id"] for record in opened.planned(date(2026, 11, 30))] == ["chg_1"]
        assert list(opened.planned(date(2026, 12, 2))) == []


def test_a_change_without_a_publication_date_is_of_the_day_in_new_york_on_which_it_was_seen(
    store: Store,
) -> None:
    evening = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)  # 21:30 on 20 November in New York
    with store.write() as connection:
        changes.save(
            connection, changes.ChangeEntry(change("1", published=None, detected_at=evening), "page:1", 1)
        )
    with open_reader(store.state) as opened:
        for since, until, found in ((20, 20, 1), (21, 22, 0), (19, 19, 0), (1, 30, 1)):
            wanted = ChangeQuery(since=date(2026, 11, since), until=date(2026, 11, until))
            assert len(opened.changes(wanted)) == found, (since, until)
        assert len(opened.changes(ChangeQuery(until=date.max))) == 1


def test_a_change_is_named_by_id_its_beginning_or_its_number(store: Store) -> None:
    with store.write() as connection:
        for number in ("aaaa1111", "aaaa2222"):
            changes.save(connection, changes.ChangeEntry(change(number), number, 1))
    with open_reader(store.state) as opened:
        assert opened.change("chg_aaaa1111")["id"] == "chg_aaaa1111"
        assert opened.change("aaaa2")["id"] == "chg_aaaa2222"
        assert opened.change("aaaa1111")["document_number"] == "aaaa1111"
        with pytest.raises(UsageError, match="more than one"):
            opened.change("aaaa")
        with pytest.raises(UsageError, match="no change is called"):
            opened.change("2020-1")


@pytest.mark.databases("sqlite")
def test_without_a_state_the_reader_explains_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is stored yet"):
        StoreReader(tmp_path)


def test_a_source_is_leased_to_one_and_free_when_the_lease_runs_out(store: Store) -> None:
    source_state.ensure(store, ["a", "b"])
    claim = {"lease": 5 * MINUTE, "due_only": False}
    assert source_state.claim_sources(store, ["a", "b"], owner="one", now=NOW, **claim) == ["a", "b"]  # type: ignore[arg-type]
    assert source_state.claim_sources(store, ["a"], owner="two", now=NOW + MINUTE, **claim) == []  # type: ignore[arg-type]
    assert source_state.claim_sources(store, ["a"], owner="two", now=NOW + 6 * MINUTE, **claim) == ["a"]  # type: ignore[arg-type]


def test_a_finished_poll_frees_its_lease_and_counts_failures(store: Store) -> None:
    source_state.ensure(store, ["a"])
    for number, ok in enumerate([True, False, False, True]):
        at = NOW + number * MINUTE
        source_state.claim_sources(store, ["a"], owner="one", now=at, lease=MINUTE, due_only=False)
        state = "healthy" if ok else "failing"
        source_state.record_outcomes(
            store, [source_state.Outcome("a", state, "", ok, at, at + MINUTE, {})], owner="one"
        )
        found = source_state.source_states(store)["a"]
        assert found.consecutive_failures == (0, 1, 2, 0)[number]
        assert found.since == NOW + (0, 1, 1, 3)[number] * MINUTE
    assert source_state.lease_owners(store) == set()


def test_a_poll_that_lost_its_lease_releases_nothing(store: Store) -> None:
    source_state.ensure(store, ["a"])
    source_state.claim_sources(store, ["a"], owner="one", now=NOW, lease=MINUTE, due_only=False)
    later = NOW + 2 * MINUTE
    assert source_state.claim_sources(store, ["a"], owner="two", now=later, lease=MINUTE, due_only=False) == [
        "a"
    ]
    source_state.record_outcomes(
        store,
        [source_state.Outcome("a", "failing", "", ok=False, at=later, next_poll_at=later, report={})],
        owner="one",
    )
    assert source_state.lease_owners(store) == {"two"}
    assert source_state.source_states(store)["a"].state == "new"


def test_resources_are_restored_verbatim(store: Store) -> None:
    source_state.ensure(store, ["a"])
    kept = source_state.Resource(
        Validators('W/"x"', "Wed, 21 Oct 2015 07:28:00 GMT", "s", "r", NOW), 12, "h", 2, 1
    )
    with store.write() as connection:
        source_state.save_resource(connection, "a", "k", source_state.Resource(Validators()))
        source_state.save_resource(connection, "a", "k", kept)
    assert source_state.load_resources(store, ["a"]) == {"a": {"k": kept}}


def test_the_latest_version_is_the_one_with_the_highest_ordinal(store: Store) -> None:
    with store.write() as connection:
        for ordinal in (1, 2):
            versions.add(connection, [versions.Version("fr:1", ordinal, "a", "k", "d", (ordinal,), (), NOW)])
        latest = versions.latest(connection, "fr:1")
        assert latest is not None
        assert (latest.ordinal, latest.snapshots) == (2, (2,))
        assert versions.latest(connection, "fr:2") is None


def test_the_keys_of_a_source_cost_no_more_with_more_versions(store: Store, database: str) -> None:
    steps = []
    for many in (1, 100):
        with store.write() as connection:
            versions.add(
                connection,
                [
                    versions.Version(f"{source}:{key}.{many}", ordinal, source, key, "d", (1,), (), NOW)
                    for source in ("a", "b")
                    for key in ("15 CFR 736", "15 CFR 744")
                    for ordinal in range(1, many + 1)
                ],
            )
        with store.read() as connection:
            counted: list[None] = []
            if database == "sqlite":
                raw: Any = connection.connection.dbapi_connection
                raw.set_progress_handler(lambda counted=counted: counted.append(None), 1)
            assert versions.keys(connection, "a") == ["15 CFR 736", "15 CFR 744"]
            if database == "sqlite":
                raw.set_progress_handler(None, 1)
            steps.append(len(counted))
    assert steps[1] <= steps[0]


def test_a_delivery_is_queued_once_and_claimed_by_one(store: Store) -> None:
    box = outbox.Outbox(store)
    with store.write() as connection:
        queued = [
            outbox.enqueue(connection, subject_id="chg_1", revision=1, channel="mail", reason={}, now=NOW)
            for _ in range(2)
        ]
    assert queued == [True, False]
    (claimed,) = box.claim(NOW, channel=None, limit=9, lease=MINUTE)
    assert not claimed.repeated
    assert box.claim(NOW, channel=None, limit=9, lease=MINUTE) == []
    (again,) = box.claim(NOW + 2 * MINUTE, channel="mail", limit=9, lease=MINUTE)
    assert again.repeated, "a claim that ran out unrecorded may have been sent"


def test_a_failed_try_waits_and_a_sent_one_is_done(store: Store) -> None:
    box = outbox.Outbox(store)
    with store.write() as connection:
        outbox.enqueue(connection, subject_id="chg_1", revision=1, channel="mail", reason={}, now=NOW)
    (first,) = box.claim(NOW, channel=None, limit=9, lease=MINUTE)
    box.record([first.id], Attempt(NOW, False, "500", 0.1), state="pending", next_attempt_at=NOW + 5 * MINUTE)
    assert box.claim(NOW + 4 * MINUTE, channel=None, limit=9, lease=MINUTE) == []
    (second,) = box.claim(NOW + 5 * MINUTE, channel=None, limit=9, lease=MINUTE)
    assert (second.attempts, second.repeated) == (1, False)
    box.record([second.id], Attempt(NOW, True, "250 OK", 0.1), state="sent", next_attempt_at=None)
    assert box.claim(NOW + timedelta(days=9), channel=None, limit=9, lease=MINUTE) == []
    with open_reader(store.state) as opened:
        (row,) = opened.deliveries("chg_1")
        assert [attempt["answer"] for attempt in row["tries"]] == ["500", "250 OK"]


def counted(store: Store) -> dict[str, dict[str, int]]:
    """The counts of `delivery_count`, from the rows of `delivery`."""
    with store.read() as connection:
        rows = connection.execute(
            text("SELECT channel || ' ' || kind, state, count(*) FROM delivery GROUP BY 1, 2")
        ).all()
        last = connection.execute(
            text(
                "SELECT channel || ' ' || kind, max(attempt.id) FROM attempt JOIN delivery ON delivery.id = delivery_id"
                " GROUP BY 1"
            )
        ).all()
    found: dict[str, dict[str, int]] = {}
    for name, state, number in rows:
        found.setdefault(name, {})[state] = number
    for name, number in last:
        found[name]["last_attempt"] = number
    return found


def kept_counts(store: Store) -> dict[str, dict[str, int]]:
    with store.read() as connection:
        rows = connection.execute(text("SELECT * FROM delivery_count")).mappings().all()
    return {
        f"{row['channel']} {row['kind']}": {
            name: value for name, value in row.items() if name not in {"channel", "kind"} and value
        }
        for row in rows
    }


def test_the_delivery_count_of_a_channel_equals_a_count(store: Store) -> None:
    box = outbox.Outbox(store)
    with store.write() as connection:
        for number in range(9):
            outbox.enqueue(
                connection,
                subject_id=f"chg_{number}",
                revision=1,
                channel="ab"[number % 2],
                reason={},
                now=NOW,
            )
        outbox.enqueue(
            connection, kind="digest", subject_id="2026-W47", channel="a", language="ja", profile="", reason={}, now=NOW
        )  # fmt: skip
    digests = outbox.Outbox(store, kind="digest")
    (digest,) = digests.claim(NOW, channel="a", limit=1, lease=MINUTE)
    digests.record([digest.id], Attempt(NOW, True, "250", 0.1), state="sent", next_attempt_at=None)
    for state in ("sent", "dead", "pending"):
        (claimed,) = box.claim(NOW, channel="a", limit=1, lease=MINUTE)
        box.record([claimed.id], Attempt(NOW, state == "sent", state, 0.1), state=state, next_attempt_at=NOW)
        box.claim(NOW, channel="b", limit=1, lease=MINUTE)
    with store.write() as connection:
        outbox.redeliver(connection, NOW)
        connection.execute(text("DELETE FROM delivery WHERE channel = 'b' AND state = 'pending'"))
    assert kept_counts(store) == counted(store)
    with open_reader(store.state) as opened:
        assert opened.channels()["a"]["last"]["answer"] == "pending"
        assert opened.channels()["a"]["sent"] == 2
        assert opened.delivery_counts("alert")["sent"] == opened.delivery_counts("digest")["sent"] == 1


def test_a_claim_is_on_the_disk_before_its_message_is_sent(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = outbox.Outbox(store)
    asked = text("PRAGMA synchronous" if database == "sqlite" else "SHOW synchronous_commit")
    how: list[int | str] = []
    claim_row = outbox._claim_row

    def noted(connection: Connection, *arguments: Any) -> Any:
        how.append(connection.execute(asked).scalar_one())
        return claim_row(connection, *arguments)

    monkeypatch.setattr(outbox, "_claim_row", noted)
    with store.write() as connection:
        outbox.enqueue(connection, subject_id="chg_1", channel="mail", reason={}, now=NOW)
    box.claim(NOW, channel=None, limit=1, lease=MINUTE)
    with store.write() as connection:
        how.append(connection.execute(asked).scalar_one())
    assert how == ([2, 1] if database == "sqlite" else ["on", "off"]), (
        "FULL while it is claimed, NORMAL otherwise"
    )
