from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import (
    START,
    Notes,
    Site,
    Time,
    client_for,
    conditional,
    fetched_keys,
    json_answer,
    page,
)
from tests.unit.sources_register import BASE, BIS, Register, record, txt_path, xml_path
from tracker import sources
from tracker.errors import AccessDenied, UnexpectedResponse, Unreachable
from tracker.model import Fetched, NotModified, ResourceType
from tracker.sources import Item, ResourceError, Wanted, want_all

RULE = record("2026-11001", "2026-06-08")
NOTICE = record("2026-11002", "2026-06-09", "Request for comments  ")
NEXT = record("2026-11003", "2026-06-11", "Next issue's rule")
LIST = "/api/v1/documents.json"


def poll(
    notes: Notes, at: Site, time: Time | None = None, wanted: Wanted = want_all, **more: Any
) -> list[Item]:
    time = time or Time()
    source = replace(BIS, **more)
    return notes.keep(source, sources.poll(source, notes, client_for(at, time), time.now(), wanted))


def received(items: list[Item]) -> dict[str, Fetched]:
    return {item.key: item for item in items if isinstance(item, Fetched)}


def troubles(items: list[Item]) -> list[tuple[str, type[Exception]]]:
    return [(item.key, type(item.error)) for item in items if isinstance(item, ResourceError)]


def text_requests(at: Site) -> list[str]:
    return [path for path in at.asked if "full_text" in path]


def test_takes_all_documents_of_the_agencies_with_their_xml_oldest_first() -> None:
    at = Register([RULE, NOTICE]).site()
    items = poll(Notes(), at)
    assert fetched_keys(items) == ["2026-11001", "2026-11002"]
    rule = received(items)["2026-11001"]
    assert rule.role is ResourceType.FR_RECORD
    assert [(text.key, text.role) for text in rule.attachments] == [("2026-11001/xml", ResourceType.FR_XML)]
    asked = at.requests[0].url.params
    assert asked.get_list("conditions[agencies][]") == ["industry-and-security-bureau"]
    assert "conditions[term]" not in asked
    assert asked["order"] == "newest"


def test_documents_of_the_next_issue_are_fetched_ahead_of_their_day() -> None:
    assert "2026-11003" in fetched_keys(poll(Notes(), Register([NEXT]).site()))


def test_the_record_is_canonical_and_without_what_moves_by_itself() -> None:
    notes = Notes()
    first = received(poll(notes, Register([RULE]).site()))["2026-11001"].answer.body
    assert b"page_views" not in first
    again = {**dict(reversed(RULE.items())), "page_views": {"count": 99}, "brand_new": 1}
    assert fetched_keys(poll(notes, Register([again]).site())) == []


DEPARTMENT = {"name": "Commerce Department", "slug": "commerce-department", "id": 54}
BUREAU = {
    "name": "Industry and Security Bureau",
    "slug": "industry-and-security-bureau",
    "id": 241,
    "parent_id": 54,
}


def test_an_order_turned_about_costs_no_text_and_makes_no_record() -> None:
    notes = Notes()
    lists: dict[str, list[Any]] = {
        "agencies": [DEPARTMENT, BUREAU],
        "cfr_references": [{"title": 15, "part": 734}, {"title": 15, "part": 744}],
        "topics": ["Exports", "Reporting"],
    }
    first = received(poll(notes, Register([{**RULE, **lists}]).site()))["2026-11001"].answer.body
    assert first.index(b"Commerce Department") < first.index(b"Industry and Security Bureau")
    turned = {name: value[::-1] for name, value in lists.items()}
    at = Register([{**RULE, **turned}]).site()
    assert fetched_keys(poll(notes, at)) == []
    earlier = json.dumps(
        {**json.loads(first), **turned}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    notes.known["2026-11001"] = replace(
        notes.known["2026-11001"], sha256=sha256(earlier.encode()).hexdigest()
    )
    assert fetched_keys(poll(notes, at)) == [], "as earlier versions kept it"


def test_a_second_poll_is_conditional_and_finds_nothing() -> None:
    notes, register = Notes(), Register([RULE, NOTICE])
    at = register.site()
    body = register.search(
        httpx.Request("GET", f"{BASE}/documents.json?order=newest&per_page=100&page=1")
    ).content
    at.table[LIST] = conditional(body, '"list"', "application/json")
    poll(notes, at)
    at.requests.clear()
    items = poll(notes, at)
    assert [item.key for item in items if isinstance(item, NotModified)] == ["listing/documents"]
    assert fetched_keys(items) == []
    assert {request.headers["if-none-match"] for request in at.requests} == {
        '"list"',
        '"2026-11001"',
        '"2026-11002"',
    }


def test_a_second_poll_of_a_server_without_validators_finds_nothing_either() -> None:
    notes, at = Notes(), Register([RULE, NOTICE]).site()
    poll(notes, at)
    assert fetched_keys(poll(notes, at)) == []


def test_a_changed_record_is_fetched_with_its_text() -> None:
    notes = Notes()
    poll(notes, Register([RULE]).site())
    corrected = {**RULE, "corrections": [f"{BASE}/documents/C1-2026-11001"]}
    items = poll(notes, Register([corrected]).site())
    assert [text.key for text in received(items)["2026-11001"].attachments] == ["2026-11001/xml"]


@pytest.mark.parametrize("listed", ["again", "not modified"])
def test_xml_corrected_in_place_is_fetched_with_its_record(listed: str) -> None:
    notes, register = Notes(), Register([RULE])
    at = register.site()
    if listed == "not modified":
        body = register.search(httpx.Request("GET", f"{BASE}/documents.json?per_page=100&page=1")).content
        at.table[LIST] = conditional(body, '"list"', "application/json")
    poll(notes, at)
    at.table[xml_path(RULE)] = conditional(b"<RULE><P>corrected</P></RULE>", '"other"', "application/xml")
    rule = received(poll(notes, at))["2026-11001"]
    assert rule.attachments[0].answer.body == b"<RULE><P>corrected</P></RULE>"
    assert fetched_keys(poll(notes, at)) == []


def test_after_the_newest_few_texts_are_looked_at_again_once_a_day_and_not_for_ever() -> None:
    notes, time = Notes(), Time()
    at = Register([record(f"2026-1{n:04}", f"2026-05-{n + 1:02}") for n in range(15)]).site()
    poll(notes, at, time)
    at.requests.clear()
    poll(notes, at, time)
    assert len(text_requests(at)) == 10
    time.seconds += timedelta(days=1, minutes=1).total_seconds()
    at.requests.clear()
    poll(notes, at, time)
    assert len(text_requests(at)) == 15
    time.seconds += timedelta(days=60).total_seconds()
    poll(notes, at, time)
    at.requests.clear()
    poll(notes, at, time)
    assert text_requests(at) == []


def test_full_text_is_fetched_for_selected_records_of_sources_with_the_setting() -> None:
    at = Register([RULE, NOTICE]).site()
    items = poll(Notes(), at, wanted=lambda record: "comments" in record["title"])
    assert text_requests(at) == [xml_path(NOTICE)]
    assert fetched_keys(items) == ["2026-11001", "2026-11002"]
    at.requests.clear()
    poll(Notes(), at, full_text=False)
    assert text_requests(at) == []


def test_a_text_that_fails_never_delays_its_record_and_follows_with_a_later_poll() -> None:
    notes, at = Notes(), Register([RULE]).site()
    good = at.table[xml_path(RULE)]
    at.table[xml_path(RULE)] = httpx.Response(500)
    items = poll(notes, at)
    assert received(items)["2026-11001"].meta == {"text": "pending"}
    assert ("2026-11001/xml", Unreachable) in troubles(items)
    at.table[xml_path(RULE)] = good
    later = received(poll(notes, at))["2026-11001"]
    assert [text.key for text in later.attachments] == ["2026-11001/xml"]
    assert later.meta == {}


@pytest.mark.parametrize(
    "reply",
    [
        page("<!doctype html><title>Federal Register :: Request Access</title>"),
        page("<RULE><P>cut off"),
        page("<html><title>Error</title></html>"),
    ],
)
def test_an_answer_that_is_no_xml_is_no_text_of_a_document(reply: httpx.Response) -> None:
    at = Register([RULE]).site()
    at.table[xml_path(RULE)] = reply
    items = poll(Notes(), at)
    assert received(items)["2026-11001"].attachments == ()
    assert troubles(items)


def test_a_mirror_serves_the_texts_too() -> None:
    at = Register([RULE]).site()
    items = poll(Notes(), at, base_url="https://mirror.example.co.jp:8443/api/v1")
    assert received(items)["2026-11001"].attachments
    assert {request.url.host for request in at.requests} == {"mirror.example.co.jp"}
    assert {request.url.port for request in at.requests} == {8443}


def test_raw_text_is_used_until_there_is_xml() -> None:
    notes, at = Notes(), Register([NEXT]).site()
    xml = at.table.pop(xml_path(NEXT))
    at.table[txt_path(NEXT)] = page(
        "<html><head><title>Federal Register</title></head><pre>text</pre></html>"
    )
    first = received(poll(notes, at))["2026-11003"]
    assert [(text.key, text.role) for text in first.attachments] == [("2026-11003/txt", ResourceType.FR_TEXT)]
    assert fetched_keys(poll(notes, at)) == []
    at.table[xml_path(NEXT)] = xml
    assert [text.role for text in received(poll(notes, at))["2026-11003"].attachments] == [
        ResourceType.FR_XML
    ]


def test_raw_text_never_takes_the_place_of_xml_that_was_there() -> None:
    notes, at = Notes(), Register([RULE]).site()
    poll(notes, at)
    at.table[xml_path(RULE)] = httpx.Response(500)
    at.table[txt_path(RULE)] = page("text")
    at.table[LIST] = Register([{**RULE, "effective_on": "2026-07-01"}]).search
    changed = received(poll(notes, at))["2026-11001"]
    assert changed.attachments == ()
    assert changed.meta == {"text": "pending"}


def test_an_old_document_without_text_is_not_requested_again() -> None:
    notes, at = Notes(), Register([record("2017-00001", "2017-01-03")]).site(texts=[])
    assert received(poll(notes, at))["2017-00001"].meta == {}
    at.requests.clear()
    poll(notes, at)
    assert text_requests(at) == []


def test_when_the_texts_host_is_down_the_rest_is_queued_and_not_tried() -> None:
    documents = [record(f"2026-1{n:04}", "2026-06-08") for n in range(8)]
    at = Register(documents).site(texts=[])
    for one in documents:
        at.table[xml_path(one)] = at.table[txt_path(one)] = httpx.Response(503)
    items = poll(Notes(), at)
    assert len(fetched_keys(items)) == 8
    assert len(set(text_requests(at))) == 3


def test_when_time_runs_out_records_without_text_are_no_failure() -> None:
    documents = [record(f"2026-1{n:04}", "2026-06-08") for n in range(20)]
    notes, time, at = Notes(), Time(), Register(documents).site()
    items = poll(notes, at, time, time_limit=timedelta(seconds=10))
    assert len(fetched_keys(items)) == 20
    assert troubles(items) == []
    with_text = [item for item in received(items).values() if item.attachments]
    assert 5 <= len(with_text) < 20
    for _ in range(5):
        poll(notes, at, time, time_limit=timedelta(seconds=10))
    assert sum(key.endswith("/xml") for key in notes.known) == 20


# --- lists that are not what they seem ---


def test_one_document_is_the_bare_object() -> None:
    at = Register([RULE]).site()
    at.table[LIST] = json_answer(RULE)
    assert fetched_keys(poll(Notes(), at)) == ["2026-11001"]


def test_no_results_is_fine_only_when_the_count_is_nought() -> None:
    assert fetched_keys(poll(Notes(), Register([]).site())) == []
    bodies: list[object] = [{"count": 3}, {"count": 3, "results": []}, {}, {"results": {}}, {"results": [1]}]
    for body in bodies:
        at = Register([]).site()
        at.table[LIST] = json_answer(body)
        with pytest.raises(UnexpectedResponse):
            poll(Notes(), at)


def test_an_empty_list_where_documents_are_known_is_a_failure_not_a_removal() -> None:
    notes = Notes()
    poll(notes, Register([RULE]).site())
    with pytest.raises(UnexpectedResponse, match="empty list"):
        poll(notes, Register([]).site())


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (page("<title>Federal Register :: Request Access</title>"), AccessDenied, "Request Access"),
        (page("<title>Oops</title>"), UnexpectedResponse, "HTML instead of JSON"),
        (
            httpx.Response(403, content=b"<title>Federal Register :: Request Access</title>"),
            AccessDenied,
            "403",
        ),
        (httpx.Response(200, content=b'{"count": 2, "results": [{'), UnexpectedResponse, "invalid JSON"),
        (httpx.Response(200, content=b""), UnexpectedResponse, "empty body"),
        (
            json_answer({"errors": {"agencies": "x is not a valid value"}}, 400),
            AccessDenied,
            "not a valid value",
        ),
        (json_answer({"errors": {"agencies": "no"}}), UnexpectedResponse, "not a list"),
        (json_answer({"status": 500, "message": "Internal Server Error"}, 500), Unreachable, "Internal"),
    ],
)
def test_an_answer_that_is_no_list_fails_the_source_in_the_servers_words(
    reply: httpx.Response, kind: type[Exception], words: str
) -> None:
    at = Register([]).site()
    at.table[LIST] = reply
    with pytest.raises(kind, match=words):
        poll(Notes(), at)


def test_a_record_without_number_date_or_title_is_a_trouble_of_its_own() -> None:
    bad = [
        {**RULE, "document_number": None},
        {**NOTICE, "title": None},
        {**NEXT, "publication_date": "2026-13-45"},
    ]
    good = record("2026-11009", "2026-06-10")
    items = poll(Notes(), Register([good, *bad]).site(texts=[good]))
    assert fetched_keys(items) == ["2026-11009"]
    assert [kind for _, kind in troubles(items)] == [UnexpectedResponse] * 3


def test_missing_optional_fields_are_no_trouble() -> None:
    bare = {"document_number": "2026-11001", "publication_date": "2026-06-08", "title": "Bare"}
    items = poll(Notes(), Register([bare]).site())
    assert fetched_keys(items) == ["2026-11001"]
    assert troubles(items) == []


def test_a_field_that_the_api_no_longer_knows_is_left_out_of_the_question() -> None:
    register = Register([RULE], bad_fields=frozenset({"toc_subject", "volume"}))
    assert fetched_keys(poll(Notes(), register.site())) == ["2026-11001"]
    asked = register.requests[-1].url.params.get_list("fields[]")
    assert "volume" not in asked
    assert "title" in asked


def test_reused_numbers_of_before_2016_are_distinguished_by_their_date() -> None:
    old = [record("E9-12940", "2009-06-03"), record("E9-12940", "2009-06-09")]
    assert fetched_keys(poll(Notes(), Register(old).site(texts=[]))) == [
        "E9-12940 of 2009-06-03",
        "E9-12940 of 2009-06-09",
    ]


# --- pages ---


def many(count: int, until: str = "2026-06-09") -> list[dict[str, Any]]:
    last = date.fromisoformat(until)
    return [record(f"2026-2{n:04}", (last - timedelta(days=n // 10)).isoformat()) for n in range(count)]


def test_the_list_is_read_until_it_is_older_than_the_window() -> None:
    register = Register(many(1000))
    items = poll(Notes(), register.site(texts=[]), full_text=False)
    days = [
        json.loads(item.answer.body)["publication_date"]
        for item in received(items).values()
        if item.role is ResourceType.FR_RECORD
    ]
    assert min(days) <= "2026-04-26"
    assert len(register.requests) == 2


def test_a_quiet_agency_is_one_page() -> None:
    register = Register(many(40, "2025-01-01"))
    assert len(fetched_keys(poll(Notes(), register.site(texts=[]), full_text=False))) == 40
    assert len(register.requests) == 1


def test_a_page_size_clamped_to_twenty_loses_nothing() -> None:
    register = Register(many(300), largest=100)
    items = poll(Notes(), register.site(texts=[]), full_text=False)
    assert len(fetched_keys(items)) == 300
    assert troubles(items) == []


def test_a_page_number_clamped_to_one_is_noticed() -> None:
    register = Register(many(3000, "2026-06-09"), largest=100)
    register.records = [{**one, "publication_date": "2026-06-09"} for one in register.records]
    items = poll(Notes(), register.site(texts=[]), full_text=False)
    assert len(fetched_keys(items)) == 1000
    assert troubles(items) == [("listing/documents", UnexpectedResponse)]


def test_a_long_downtime_is_caught_up() -> None:
    notes, time = Notes(), Time()
    poll(notes, Register(many(5)).site(texts=[]), time, full_text=False)
    time.seconds += timedelta(days=200).total_seconds()
    records = many(2500, time.now().date().isoformat())
    assert len(fetched_keys(poll(notes, Register(records).site(texts=[]), time, full_text=False))) >= 2000


def test_a_document_is_requested_again_by_its_number() -> None:
    at = Register([RULE]).site()
    client = client_for(at)
    first = next(item for item in sources.poll(BIS, Notes(), client, START) if isinstance(item, Fetched))
    second = sources.refetch(BIS, first, client)
    assert second.answer.body == first.answer.body
    assert [text.answer.body for text in second.attachments] == [first.attachments[0].answer.body]
