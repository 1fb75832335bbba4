"""The traps of the sources, over real sockets, against the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import httpcore2
import httpx2 as httpx
import pytest

from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tests.unit.sources_fakes import Notes, fetched_keys
from tracker import sources
from tracker.config.models import HostLimit, Source
from tracker.errors import AccessDenied, FetchError, LimitExceeded, UnexpectedResponse, Unreachable
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Absent, Fetched, NotModified
from tracker.sources import Item, ResourceError

LIST_PATH = "/downloadable_consolidated_screening_list/v1/consolidated.json"
LISTS = r"/api/v1/documents\.json"
XML = r"full_text/xml"
INSPECTION = "public-inspection-documents"
TITLES = r"titles\.json"
FULL = "/full/"


class Desk:
    """A stand-in, a client, and the stored state of each source."""

    def __init__(self, server: StandIn) -> None:
        self.server = server
        self.now = SAMPLE_NOW
        host = server.url.partition("//")[2]
        # Rate limits are off here; they have tests of their own.
        self.client = Client(
            literal_hosts={host},
            contact="trade@example.co.jp",
            clock=self.clock,
            hosts=[HostLimit(host, 1000.0)],
            sleep=lambda _: None,
        )
        self.notes: dict[str, Notes] = {}
        api = f"{server.url}/api/v1"
        self.fr = Source("fr", "federal-register", base_url=api)
        self.pi = Source("pi", "public-inspection", base_url=api, agencies=("industry-and-security-bureau",))
        self.ear = Source("ear", "ecfr", base_url=server.url, title=15, parts=((730, 774),))
        self.news = Source("news", "page", url=f"{server.url}/news", follow="same-site")
        self.feed = Source("feed", "feed", url=f"{server.url}/feed.xml")
        self.csl = Source("csl", "screening-list", url=f"{server.url}{LIST_PATH}")

    def clock(self) -> datetime:
        return self.now

    def poll(self, source: Source) -> list[Item]:
        notes = self.notes.setdefault(source.id, Notes())
        return notes.keep(source, sources.poll(source, notes, self.client, self.now))

    def later(self, **by: int) -> None:
        self.now += timedelta(**by)
        self.server.now = self.now


@pytest.fixture
def desk() -> Iterator[Desk]:
    with StandIn(sample_archive(), now=SAMPLE_NOW) as server:
        made = Desk(server)
        with made.client:
            yield made


def kinds(desk: Desk) -> list[Source]:
    return [desk.fr, desk.pi, desk.ear, desk.news, desk.feed, desk.csl]


def troubles(items: list[Item]) -> list[type[FetchError]]:
    return [type(item.error) for item in items if isinstance(item, ResourceError)]


def test_every_kind_is_ingested_and_a_second_poll_finds_nothing(desk: Desk) -> None:
    for source in kinds(desk):
        items = desk.poll(source)
        assert fetched_keys(items), source.id
        assert not troubles(items), source.id
    desk.server.forget()
    for source in kinds(desk):
        items = desk.poll(source)
        assert fetched_keys(items) == [], source.id
        assert any(isinstance(item, NotModified) for item in items), source.id
    assert {entry.status for entry in desk.server.requests} == {304}


@pytest.mark.parametrize(
    "behavior",
    ["504-slow", "500", "502", "503", "503-retry-after", "429", "429-retry-after", "reset", "truncated-body"],
)
def test_a_success_on_the_next_try_is_no_failure(desk: Desk, behavior: str) -> None:
    for source, pattern in ((desk.fr, LISTS), (desk.pi, INSPECTION), (desk.ear, FULL), (desk.news, "/news")):
        options = {"seconds": 0} if behavior.startswith(("504", "503-r", "429-r")) else {}
        desk.server.misbehave(pattern, behavior, times=1, **options)
        items = desk.poll(source)
        assert fetched_keys(items), source.id
        assert not troubles(items), source.id


@pytest.mark.parametrize(
    ("behavior", "error"),
    [
        ("503", Unreachable),
        ("429", Unreachable),
        ("reset", Unreachable),
        ("truncated-body", UnexpectedResponse),
        ("request-access-200", AccessDenied),
        ("request-access-403", AccessDenied),
        ("captcha-200", AccessDenied),
        ("captcha-302", AccessDenied),
        ("html", UnexpectedResponse),
        ("empty-200", UnexpectedResponse),
        ("broken-gzip", UnexpectedResponse),
        ("redirect-metadata", AccessDenied),
        ("redirect-file", AccessDenied),
        ("redirect-loop", UnexpectedResponse),
    ],
)
def test_a_bad_day_is_an_error_of_the_source_and_never_news(
    desk: Desk, behavior: str, error: type[FetchError]
) -> None:
    for source, pattern in (
        (desk.fr, LISTS),
        (desk.pi, INSPECTION),
        (desk.ear, TITLES),
        (desk.news, "/news$"),
        (desk.feed, "/feed"),
        (desk.csl, LIST_PATH),
    ):
        desk.poll(source)
        desk.later(days=2)
        rule = desk.server.misbehave(pattern, behavior)
        with pytest.raises(error):
            desk.poll(source)
        assert rule.met, source.id
        desk.server.behave()
        desk.poll(source)


@pytest.mark.parametrize("behavior", ["truncated", "maintenance-200"])
def test_half_an_answer_and_a_maintenance_page_are_no_lists(desk: Desk, behavior: str) -> None:
    for source, pattern in (
        (desk.fr, LISTS),
        (desk.pi, INSPECTION),
        (desk.ear, TITLES),
        (desk.feed, "/feed"),
        (desk.csl, LIST_PATH),
    ):
        desk.server.misbehave(pattern, behavior)
        with pytest.raises(UnexpectedResponse):
            desk.poll(source)


def test_a_maintenance_page_is_not_the_page(desk: Desk) -> None:
    desk.server.misbehave("/news$", "maintenance-200")
    with pytest.raises(UnexpectedResponse, match="unavailable"):
        desk.poll(desk.news)


def test_a_bomb_and_an_endless_answer_end(desk: Desk) -> None:
    desk.server.misbehave(TITLES, "gzip-bomb", megabytes=80)
    with pytest.raises(LimitExceeded):
        desk.poll(desk.ear)
    desk.server.behave()
    for behavior in ("drip", "hang"):
        desk.server.misbehave(TITLES, behavior, seconds=0.05 if behavior == "drip" else 20)
        with pytest.raises((LimitExceeded, Unreachable)):
            desk.poll(replace(desk.ear, time_limit=timedelta(seconds=0.4)))
        desk.server.behave()


# --- Federal Register ---


@pytest.mark.parametrize("behavior", ["empty-list", "missing-results"])
def test_an_empty_list_is_a_failure_where_documents_are_known(desk: Desk, behavior: str) -> None:
    desk.poll(desk.fr)
    desk.later(days=2)
    desk.server.misbehave(LISTS, behavior)
    with pytest.raises(UnexpectedResponse):
        desk.poll(desk.fr)


def test_unknown_fields_trailing_spaces_and_views_are_no_change_of_a_record(desk: Desk) -> None:
    desk.poll(desk.fr)
    desk.server.misbehave(LISTS, "unknown-fields")
    assert fetched_keys(desk.poll(desk.fr)) == []


def test_missing_fields_are_no_failure(desk: Desk) -> None:
    desk.server.misbehave(
        LISTS, "missing-fields", names=["full_text_xml_url", "raw_text_url", "agencies", "abstract"]
    )
    items = desk.poll(desk.fr)
    assert fetched_keys(items) == ["2026-11001", "2026-11002"]
    assert not troubles(items)


def test_documents_of_the_next_issue_are_fetched_when_listed(desk: Desk) -> None:
    desk.server.misbehave(LISTS, "early-listed")
    assert "2026-11003" in fetched_keys(desk.poll(desk.fr))


def test_an_answer_out_of_a_cache_removes_nothing(desk: Desk) -> None:
    desk.poll(desk.fr)
    desk.later(days=1)
    desk.server.misbehave(LISTS, "stale", hours=48)
    assert not [item for item in desk.poll(desk.fr) if isinstance(item, Absent)]


def test_a_new_document_is_seen_at_the_next_poll_and_a_correction_in_place_too(desk: Desk) -> None:
    desk.poll(desk.fr)
    desk.later(days=1, hours=1)
    assert fetched_keys(desk.poll(desk.fr)) == ["2026-11003"]
    desk.server.patch_xml("2026-11001", "controls", "regulates")
    items = desk.poll(desk.fr)
    assert fetched_keys(items) == ["2026-11001"]
    changed = next(item for item in items if isinstance(item, Fetched))
    assert b"regulates" in changed.attachments[0].answer.body


def test_a_wrong_agency_is_sent_in_the_servers_words(desk: Desk) -> None:
    with pytest.raises(AccessDenied, match="400"):
        desk.poll(replace(desk.fr, agencies=("no-such-agency",)))


def test_xml_that_fails_leaves_the_record(desk: Desk) -> None:
    for behavior in ("request-access-200", "500", "truncated", "html"):
        desk.notes.clear()
        desk.server.misbehave(XML, behavior)
        items = desk.poll(desk.fr)
        assert fetched_keys(items) == ["2026-11001", "2026-11002"], behavior
        assert troubles(items), behavior
        desk.server.behave()
        later = [item for item in desk.poll(desk.fr) if isinstance(item, Fetched) and item.attachments]
        assert [item.key for item in later] == ["2026-11002", "2026-11001"], behavior


def test_inspection_takes_the_child_agency_and_leaves_the_list_when_published(desk: Desk) -> None:
    assert fetched_keys(desk.poll(desk.pi)) == ["2026-11003"]
    desk.later(days=2)
    assert [item.key for item in desk.poll(desk.pi) if isinstance(item, Absent)] == ["2026-11003"]


def test_an_empty_inspection_list_before_publication_is_a_failure(desk: Desk) -> None:
    desk.poll(desk.pi)
    desk.server.misbehave(INSPECTION, "empty-list")
    with pytest.raises(UnexpectedResponse):
        desk.poll(replace(desk.pi, full_fetch_every=timedelta(0)))


def test_history_yields_published_documents(desk: Desk) -> None:
    pages = list(sources.poll_history(desk.fr, desk.client, date(2026, 1, 1), {}, desk.now))
    assert [item.key for page in pages for item in page.fetched] == ["2026-11001", "2026-11002"]


# --- eCFR ---


def test_an_import_in_progress_passes(desk: Desk) -> None:
    desk.server.misbehave(TITLES, "import-in-progress", times=1)
    with pytest.raises(Unreachable, match="importing"):
        desk.poll(desk.ear)
    assert fetched_keys(desk.poll(desk.ear)) == ["15 CFR 744"]


def test_an_amended_part_is_fetched_and_an_older_day_is_not(desk: Desk) -> None:
    desk.poll(desk.ear)
    desk.later(days=1)
    desk.server.edit_part(15, "744", "Sample Etching Works", "Sample Deposition Works")
    items = desk.poll(desk.ear)
    assert fetched_keys(items) == ["15 CFR 744"]
    assert b"Deposition" in next(item for item in items if isinstance(item, Fetched)).answer.body
    desk.server.misbehave(TITLES, "stale", hours=72)
    desk.later(days=1)
    with pytest.raises(UnexpectedResponse, match="stale"):
        desk.poll(desk.ear)


def test_without_a_structure_the_parts_are_found_all_the_same(desk: Desk) -> None:
    desk.server.misbehave("/structure/", "404")
    assert fetched_keys(desk.poll(desk.ear)) == ["15 CFR 744"]


@pytest.mark.parametrize("behavior", ["truncated", "html", "empty-200", "request-access-200", "404"])
def test_a_part_that_is_none_is_a_trouble_and_no_removal(desk: Desk, behavior: str) -> None:
    desk.poll(desk.ear)
    desk.later(days=1)
    desk.server.misbehave(FULL, behavior)
    items = desk.poll(replace(desk.ear, full_fetch_every=timedelta(0)))
    assert troubles(items)
    assert fetched_keys(items) == []
    assert not [item for item in items if isinstance(item, Absent)]


# --- pages ---


def test_a_changed_page_is_reported_although_its_last_modified_is_old(desk: Desk) -> None:
    desk.server.misbehave("/news/rule", "old-last-modified")
    desk.poll(desk.news)
    desk.server.edit_page("/news/rule", "etching", "deposition")
    assert fetched_keys(desk.poll(desk.news)) == [f"{desk.server.url}/news/rule"]


def test_a_server_that_always_answers_304_is_detected_by_the_full_fetch(desk: Desk) -> None:
    desk.poll(desk.news)
    desk.server.misbehave("/news/rule", "lying-304")
    desk.server.edit_page("/news/rule", "etching", "deposition")
    assert fetched_keys(desk.poll(desk.news)) == []
    desk.later(days=1)
    assert f"{desk.server.url}/news/rule" in fetched_keys(desk.poll(desk.news))


def test_a_pdf_replaced_in_place_is_reported(desk: Desk) -> None:
    source = replace(desk.news, depth=2)
    before = fetched_keys(desk.poll(source))
    pdfs = [key for key in before if key.endswith(".pdf")]
    assert pdfs
    desk.later(hours=1)
    desk.server.put_page("/media/guidance.pdf", "Another text of the guidance.")
    assert fetched_keys(desk.poll(source)) == pdfs


def test_a_removed_page_is_absent(desk: Desk) -> None:
    desk.poll(desk.news)
    desk.server.remove_page("/news/guidance")
    assert [item.key for item in desk.poll(desk.news) if isinstance(item, Absent)] == [
        f"{desk.server.url}/news/guidance"
    ]


def test_threads_share_the_client_and_its_connections(desk: Desk) -> None:
    def ask(_: int) -> int:
        answer = desk.client.fetch(
            f"{desk.server.url}/news", rate=PAGES, deadline=desk.client.monotonic() + 20
        )
        return len(answer.body)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(200)))) == 1
    transport = desk.client._transport
    assert isinstance(transport, httpx.HTTPTransport)
    pool = transport._pool
    assert isinstance(pool, httpcore2.ConnectionPool)
    assert 1 <= len(pool.connections) <= 8


def test_a_refused_connection_is_an_outage(desk: Desk) -> None:
    desk.poll(desk.news)
    with desk.server.refusing(), pytest.raises(Unreachable):
        desk.poll(desk.news)
    desk.poll(desk.news)
