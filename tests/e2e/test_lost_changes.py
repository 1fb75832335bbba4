"""A change that a stage fails on is kept, reported, and sent once when the stage is fixed: an answer without a stored
version leaves no validators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.e2e.test_drills_audit import audited
from tests.e2e.test_process import NEWS, RULE
from tests.e2e.world import World
from tracker import classification, parsing, sources
from tracker.demo.model import FrDocument
from tracker.demo.parties import LIST_PATH
from tracker.ingest import backfill, decision
from tracker.ingest.ingest import Ingest, IngestResult
from tracker.ingest.poll import PollContext
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.scheduler import poll_cycle
from tracker.scheduler.schedule import load_checked
from tracker.storage import changes, source_state
from tracker.storage.database import Store
from tracker.storage.resources import no_resources
from tracker.storage.schema import RESOURCE, SNAPSHOT, VERSION

BIS = ("commerce-department", "industry-and-security-bureau")
# Where each stage is called from, the parser's worker aside.
STAGES = {
    "parse": "tracker.parsing.read",
    "diff": "tracker.diffing.compare",
    "tag": "tracker.classification.classify",
    "assess": "tracker.ingest.assess.assess",
    "link": "tracker.legal_status.propagation.date_moves",
    "route": "tracker.alerts.routing.route",
    "store": "tracker.storage.changes.save",
    "version": "tracker.storage.versions.add",
    "validators": "tracker.storage.source_state.save_resources",
}
ANSWER = HttpResponse("https://x.gov", 200, (), b"<p>x</p>", datetime(2026, 6, 10, tzinfo=UTC))
FABRICATION = ("fabrication facility", "fabrication plant")


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError("a stage that fails on this document")


def failing(name: str) -> Callable[..., Any]:
    """As `broken`, but only inside the transaction of a document: the resource of the hold itself can be written."""
    honest = source_state.save_resources

    def save(connection: Any, source: str, resources: Any) -> None:
        if any(key.startswith("15 CFR") and not found.held_sha256 for key, found in resources.items()):
            raise ValueError(name)
        honest(connection, source, resources)

    return save


def unstored(world: World) -> list[str]:
    """Keys whose validators are of an answer that is not among the snapshots of any version."""
    store = Store(world.state)
    with store.read() as connection:
        versions = connection.execute(select(VERSION.c.snapshots)).scalars().all()
        ids = {number for snapshots in versions for number in snapshots}
        rows = connection.execute(select(SNAPSHOT.c.key, SNAPSHOT.c.sha256).where(SNAPSHOT.c.id.in_(ids)))
        stored = {(row.key, row.sha256) for row in rows}
        known = connection.execute(select(RESOURCE.c.key, RESOURCE.c.sha256)).all()
    store.close()
    return [
        row.key
        for row in known
        if row.sha256 and not row.key.startswith("listing/") and (row.key, row.sha256) not in stored
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_fails_on_a_part_of_the_code_swallows_no_change(
    world: World, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    world.use("ear").poll()
    world.standin.edit_part(15, "744", *FABRICATION)
    world.later(days=1, hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(STAGES[stage], failing(stage) if stage == "validators" else broken)
        for _ in range(2):
            report = world.one()
            assert report.state == "failing", "in every poll, although the server has nothing new to say"
            assert "15 CFR 744" in report.reason
            assert report.changes == []
            assert unstored(world) == []
            world.later(hours=1)
        missing = audited(world, ok=False)["ear"]["missing"]
        assert [gap["key"].partition(" as of")[0] for gap in missing] == ["15 CFR 744"]
        assert missing[0]["error"]
    world.later(hours=1)
    report = world.one()
    assert report.ok
    assert len(report.changes) == 1
    changes = [alert for alert in world.alerts if "chg_" in alert]
    assert len(changes) == 1
    world.later(hours=1)
    assert world.one().changes == []
    assert audited(world)["ear"]["missing"] == []


@pytest.mark.parametrize("source", ["page", "feed", "list", "fr-bis", "inspection"])
def test_a_failed_resource_is_requested_in_full_and_sent_once_when_processed(
    world: World, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    world.use(source).poll()
    world.later(days=1, hours=1)
    _change(world, source)
    honest = parsing.read
    old = {change["id"] for change in world.changes()}
    seen = set[str]()

    def read(fetched: Fetched) -> Any:
        if "harm" in fetched.answer.body.decode():
            seen.add(fetched.key)
            raise ValueError("a defect")
        return honest(fetched)

    with monkeypatch.context() as patch:
        patch.setattr(parsing, "read", read)
        for _ in range(2):
            world.standin.forget()
            report = world.one()
            assert report.state == "failing"
            asked = [one for one in world.standin.asked() if "robots" not in one.path]
            world.later(hours=1)
        assert seen
        conditional = [one.path for one in asked if "if-none-match" in {name.lower() for name in one.headers}]
        assert [path for path in conditional if "full_text" not in path or "2026-11009" in path] == []
    report = world.one()
    assert report.ok, report.reason
    # On that day another document is published, and sent.
    new = [one for one in world.changes() if one["id"] not in old and one["document_number"] != "2026-11003"]
    assert len(new) == 1
    world.later(hours=1)
    world.one()
    assert [new[0]["id"] in alert for alert in world.alerts].count(True) == 1


def _change(world: World, source: str) -> None:
    """A change that the reader of `what_failed...` fails on."""
    title = "Revisions to Controls on Sample Reactors of ECCN 3B001 (harm)"
    day = world.now.date()
    match source:
        case "page":
            world.standin.edit_page("/news/rule", RULE, f"{RULE}{NEWS} harm")
        case "feed":
            entry = f"<item><title>{title}</title><guid>two</guid><description>{NEWS}</description></item>"
            world.standin.edit_page("/feed.xml", "</channel>", f"{entry}</channel>")
        case "list":
            world.standin.edit_page(LIST_PATH, "Sample Valve Trading", "Sample harm Trading")
        case "fr-bis":
            world.standin.add_document(
                FrDocument("2026-11009", day, title, "RULE", BIS), ["BIS adds valves."]
            )
        case _:
            later = FrDocument(
                "2026-11009",
                day + timedelta(days=3),
                title,
                "RULE",
                BIS,
                filed_at=world.now - timedelta(hours=1),
            )
            world.standin.add_document(later, ["BIS adds vacuum valves."])


def test_a_full_text_corrected_in_place_that_fails_is_sent_once_after_the_record_left_the_list(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold keeps the text with its record, so that both can be read without the source."""
    world.use("fr-bis").poll()
    world.later(days=2)
    world.standin.patch_xml("2026-11001", "ECCN 3B001", "ECCNs 3B001 and 3B002")
    with monkeypatch.context() as patch:
        patch.setattr("tracker.diffing.compare", broken)
        assert world.one().state == "failing"
        missing = audited(world, ok=False)["fr-bis"]["missing"]
        assert [gap["key"] for gap in missing] == ["2026-11001"]
    world.standin.archive.documents._by_number.pop("2026-11001")
    world.standin.archive.documents._ordered[:] = [
        one for one in world.standin.archive.documents._ordered if one.number != "2026-11001"
    ]
    world.later(hours=1)
    report = world.one()
    assert len(report.updates) == 1
    assert world.changes(query="2026-11001")[0]["revision"] == 2


def test_an_answer_quarantined_in_the_first_poll_is_no_news_a_month_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what failed then, nor what looked wrong."""
    page = world.standin.archive.pages["/news/rule"].latest().body.decode()
    world.standin.put_page("/news/rule", "<html><body><main><h1>Just a moment</h1></main></body></html>")
    monkeypatch.setattr("tracker.diffing.compare", broken)
    honest = parsing.read

    def read(fetched: Fetched) -> Any:
        if "744" in fetched.key:
            raise ValueError("a defect")
        return honest(fetched)

    with monkeypatch.context() as patch:
        patch.setattr(parsing, "read", read)
        reports = world.use("news", "ear").poll()
    assert reports["news"].held
    assert reports["ear"].errors
    world.standin.put_page("/news/rule", page)
    world.later(days=30)
    reports = world.poll()
    assert all(report.ok for report in reports.values()), reports
    assert [change["baseline"] for change in world.changes()].count(False) == 0
    assert [alert for alert in world.alerts if "chg_" in alert] == []


def test_changes_since_a_failed_first_poll_are_news(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text that failed is read first, out of the store, so that there is something to compare with."""
    with monkeypatch.context() as patch:
        patch.setattr("tracker.ingest.assess.assess", broken)
        assert world.use("ear").one().errors
    world.standin.edit_part(15, "744", *FABRICATION)
    world.later(days=3)
    report = world.one()
    assert (report.baseline, len(report.changes)) == (1, 1)


def test_one_defective_document_costs_a_page_of_history_nothing_but_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis").poll()
    for number in range(1, 6):
        title = f"Controls on Sample Reactors, Part {number}"
        world.standin.add_document(
            FrDocument(f"2025-0000{number}", date(2025, 6, number), title, "RULE", BIS)
        )
    honest = parsing.read

    def read(fetched: Fetched) -> Any:
        if fetched.key == "2025-00003":
            raise ValueError("a defect")
        return honest(fetched)

    def save(connection: Any, entries: Any) -> None:
        if any(entry.change.document_number == "2025-00002" for entry in entries):
            raise ValueError("cannot be written")
        add_many(connection, entries)

    add_many = changes.add_many
    with monkeypatch.context() as patch:
        patch.setattr(parsing, "read", read)
        patch.setattr(changes, "add_many", save)
        progress = loaded(world)
    assert [line.partition(":")[0] for one in progress for line in one.troubles] == ["2025-00003"]
    assert {change["document_number"] for change in world.changes()} >= {
        f"2025-0000{number}" for number in (1, 2, 4, 5)
    }
    world.later(hours=1)
    assert world.one().ok
    (found,) = world.changes(query="2025-00003")
    assert found["baseline"], "what was held comes with the next poll, in silence"
    assert world.alerted == 0


def loaded(world: World) -> list[backfill.Progress]:
    settings, store = load_checked(world.config), Store(world.state)
    context = PollContext(settings, store, world.client(settings), lambda: world.now, lambda _: None)
    try:
        return list(backfill.run(settings.sources[0], context, date(2025, 6, 1)))
    finally:
        context.client.close()
        store.close()


def test_nothing_is_fetched_or_waited_for_inside_a_transaction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that changed is asked for twice, with a pause between."""
    world.use("page", "fr-bis").poll()
    _change(world, "page")
    _change(world, "fr-bis")
    world.later(days=1)
    settings, store = load_checked(world.config), Store(world.state)
    client = world.client(settings)
    calls: list[bool] = []
    fetch, get = client.fetch, client.get

    def note(call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **named: Any) -> Any:
            calls.append(store.is_writing())
            return call(*arguments, **named)

        return noted

    monkeypatch.setattr(client, "fetch", note(fetch))
    monkeypatch.setattr(client, "get", note(get))
    context = PollContext(settings, store, client, lambda: world.now, note(lambda _: None))
    reports = list(poll_cycle.run(settings.sources, context))
    assert all(len(report.changes) >= 1 for report in reports)
    assert len(calls) > 3
    assert not any(calls)
    source = settings.sources[0]
    ingest = Ingest(
        store, settings, source, no_resources(source.id), baseline=False, again=lambda fetched: fetched
    )
    with store.write(), pytest.raises(RuntimeError):
        ingest.ingest(Fetched("x", ResourceType.PAGE, ANSWER), world.now)
    client.close()
    store.close()


def test_two_sources_that_bring_one_document_at_once_make_one_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one decided before the first one had written: it decides again, in no transaction."""
    world.use("fr-bis").poll()
    settings, store = load_checked(world.config), Store(world.state)
    source = settings.sources[0]

    def ingest() -> Ingest:
        known = source_state.load_resources(store, [source.id])[source.id]
        return Ingest(store, settings, source, known, baseline=False, again=lambda fetched: fetched)

    (first,) = backfill_records(world, store)
    one, other = ingest(), ingest()
    between = iter([True])
    honest = decision.decide

    def decide(*arguments: Any, **named: Any) -> Any:
        decided = honest(*arguments, **named)
        if next(between, False):
            assert one.ingest(first, world.now).change is not None
        return decided

    monkeypatch.setattr("tracker.ingest.decision.decide", decide)
    assert other.ingest(first, world.now) == IngestResult()
    assert len(world.changes(query="2026-11009")) == 1
    store.close()


def backfill_records(world: World, store: Store) -> list[Fetched]:
    """The record of one document that is not stored yet."""
    _change(world, "fr-bis")
    settings = load_checked(world.config)
    client = world.client(settings)
    try:
        pages = sources.poll_history(settings.sources[0], client, date(2026, 6, 1), {}, world.now)
        return [one for page in pages for one in page.fetched if one.key == "2026-11009"]
    finally:
        client.close()


def test_a_record_that_cannot_be_tagged_costs_the_others_of_its_source_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its text is wanted is asked in the middle of the poll, by the same tagger."""
    world.use("fr-all").poll()
    agencies = ("treasury-department",)
    for number, title in (("2026-11021", "Sanctions (harm)"), ("2026-11022", "Sanctions on Sample Chips")):
        document = FrDocument(
            number, world.now.date(), title, "RULE", agencies, "Export controls on ECCN 3B001."
        )
        world.standin.add_document(document, ["OFAC adds parties."])
    world.later(hours=1)
    honest = classification.classify

    def tagged(document: Any, *arguments: Any, **named: Any) -> Any:
        if "harm" in document.title:
            raise ValueError("a defect")
        return honest(document, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(classification, "classify", tagged)
        report = world.one()
        assert [error["key"] for error in report.errors] == ["2026-11021"]
        assert len(world.changes(query="2026-11022")) == 1
    world.later(hours=1)
    assert world.one().ok
    assert len(world.changes(query="2026-11021")) == 1
