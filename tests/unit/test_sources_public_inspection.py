from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
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
from tracker import sources
from tracker.config.models import Source
from tracker.errors import AccessDenied, NotFound, UnexpectedResponse
from tracker.model import Absent, Fetched, NotModified, ResourceType
from tracker.sources import Item, ResourceError, Wanted, want_all

PI = Source(
    "pi",
    "public-inspection",
    base_url="https://www.federalregister.gov/api/v1",
    agencies=("industry-and-security-bureau",),
)
LIST = "/api/v1/public-inspection-documents/current.json"


def filed(
    number: str, published: str = "2026-06-11", slug: str = "industry-and-security-bureau", **more: Any
) -> dict[str, Any]:
    return {
        "document_number": number,
        "publication_date": published,
        "title": "Chips",
        "agencies": [{"slug": slug}],
        "filed_at": "2026-06-10T08:45:00.000-04:00",
        "raw_text_url": f"https://www.federalregister.gov/raw/{number}.txt",
        "page_views": {"count": 1},
        **more,
    }


def listing(*documents: dict[str, Any]) -> httpx.Response:
    return json_answer(
        {"count": len(documents), "results": list(documents), "special_filings_updated_at": "x"}
    )


def site(*documents: dict[str, Any]) -> Site:
    table: dict[str, Any] = {LIST: listing(*documents)}
    return Site(table | {f"/raw/{one['document_number']}.txt": page("raw text") for one in documents})


def poll(
    notes: Notes, at: Site, time: Time | None = None, wanted: Wanted = want_all, source: Source = PI
) -> list[Item]:
    time = time or Time()
    return notes.keep(source, sources.poll(source, notes, client_for(at, time), time.now(), wanted))


def test_filings_of_the_agencies_are_fetched_with_their_raw_text() -> None:
    items = poll(Notes(), site(filed("2026-11003"), filed("2026-11004", slug="fish")))
    assert fetched_keys(items) == ["2026-11003"]
    record = next(item for item in items if isinstance(item, Fetched))
    assert record.role is ResourceType.PI_RECORD
    assert [(text.key, text.role) for text in record.attachments] == [
        ("2026-11003/txt", ResourceType.FR_TEXT)
    ]
    assert b"page_views" not in record.answer.body


def test_without_agencies_everything_is_fetched() -> None:
    items = poll(Notes(), site(filed("1"), filed("2", slug="fish")), source=replace(PI, agencies=()))
    assert fetched_keys(items) == ["1", "2"]


def test_a_second_poll_is_conditional() -> None:
    notes, at = Notes(), site(filed("1"))
    at.table[LIST] = conditional(at.table[LIST].content, '"pi"', "application/json")
    poll(notes, at)
    assert [type(item) for item in poll(notes, at)] == [NotModified]


def test_only_views_that_rise_are_no_change_and_a_new_pdf_is() -> None:
    notes = Notes()
    poll(notes, site(filed("1")))
    assert fetched_keys(poll(notes, site(filed("1", page_views={"count": 9})))) == []
    assert fetched_keys(poll(notes, site(filed("1", pdf_updated_at="2026-06-10T12:00:00-04:00")))) == ["1"]


def test_a_text_that_follows_later_is_fetched_then() -> None:
    notes, at = Notes(), site(filed("1"))
    text = at.table.pop("/raw/1.txt")
    first = poll(notes, at)
    assert next(item for item in first if isinstance(item, Fetched)).meta == {"text": "pending"}
    assert not [item for item in first if isinstance(item, ResourceError)]
    at.table["/raw/1.txt"] = text
    second = next(item for item in poll(notes, at) if isinstance(item, Fetched))
    assert second.attachments
    assert second.meta == {}
    assert fetched_keys(poll(notes, at)) == []


def test_a_text_that_fails_is_an_error_next_to_its_record() -> None:
    at = site(filed("1"))
    at.table["/raw/1.txt"] = httpx.Response(500)
    items = poll(Notes(), at)
    assert [item.key for item in items if isinstance(item, ResourceError)] == ["1/txt"]
    assert fetched_keys(items) == ["1"]


def test_no_text_is_fetched_for_unselected_records() -> None:
    at = site(filed("1"))
    poll(Notes(), at, wanted=lambda record: "fish" in record["title"])
    assert "/raw/1.txt" not in at.asked


def absent(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.key, item.how) for item in items if isinstance(item, Absent)]


def test_leaving_the_list_on_the_day_of_publication_is_normal() -> None:
    notes, time = Notes(), Time()
    poll(notes, site(filed("1", "2026-06-11"), filed("3", "2026-06-20")), time)
    time.seconds += timedelta(days=1).total_seconds()
    assert absent(poll(notes, site(filed("3", "2026-06-20")), time)) == [("1", "published")]
    assert absent(poll(notes, site(filed("3", "2026-06-20")), time)) == []


def test_a_document_missing_in_two_lists_and_the_register_is_withdrawn() -> None:
    notes, kept = Notes(), filed("3", "2026-06-20")
    poll(notes, site(filed("2", "2026-06-12"), kept))
    assert absent(poll(notes, site(kept))) == [], "a list may be short for once"
    at = site(kept)
    found = [item for item in poll(notes, at) if isinstance(item, Absent)]
    assert [(item.key, item.how) for item in found] == [("2", "withdrawn")]
    assert "2026-06-12" in found[0].reason
    assert "/api/v1/documents/2.json" in at.asked
    assert absent(poll(notes, site(kept))) == [], "sent once"
    again = poll(notes, site(filed("2", "2026-06-12"), kept))
    assert [item.key for item in again if isinstance(item, NotModified)] == ["2"], "there again"


def test_a_document_published_early_is_not_withdrawn() -> None:
    notes, kept = Notes(), filed("3", "2026-06-20")
    poll(notes, site(filed("2", "2026-06-12"), kept))
    poll(notes, site(kept))
    at = site(kept)
    at.table["/api/v1/documents/2.json"] = json_answer({"document_number": "2"})
    assert absent(poll(notes, at)) == [("2", "published")]


def test_an_unreachable_register_leaves_a_document_undecided() -> None:
    notes, kept = Notes(), filed("3", "2026-06-20")
    poll(notes, site(filed("2", "2026-06-12"), kept))
    poll(notes, site(kept))
    at = site(kept)
    at.table["/api/v1/documents/2.json"] = httpx.Response(503)
    items = poll(notes, at)
    assert absent(items) == []
    assert [item.key for item in items if isinstance(item, ResourceError)] == ["2"]
    assert absent(poll(notes, site(kept))) == [("2", "withdrawn")], "asked again"


def test_an_entry_missing_from_one_list_only_was_never_removed() -> None:
    notes, both = Notes(), (filed("2", "2026-06-12"), filed("3", "2026-06-20"))
    for documents in (both, both[1:], both, both[1:], both):
        items = poll(notes, site(*documents))
        assert absent(items) == []


def test_a_list_that_is_empty_before_its_time_is_a_failure() -> None:
    notes, time = Notes(), Time()
    poll(notes, site(filed("1", "2026-06-11")), time)
    with pytest.raises(UnexpectedResponse, match="empty list"):
        poll(notes, site(), time)
    time.seconds += timedelta(days=1).total_seconds()
    assert [item.key for item in poll(notes, site(), time) if isinstance(item, Absent)] == ["1"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json_answer({"count": 3}), UnexpectedResponse),
        (json_answer({"results": [1]}), UnexpectedResponse),
        (page("<title>Federal Register :: Request Access</title>"), AccessDenied),
        (json_answer({"errors": {"x": "no"}}, 400), AccessDenied),
    ],
)
def test_an_answer_that_is_no_list_fails_the_source(reply: httpx.Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        poll(Notes(), Site({LIST: reply}))


def test_a_record_without_number_is_a_trouble_of_its_own() -> None:
    items = poll(
        Notes(), Site({LIST: listing({**filed("1"), "document_number": None}), "/raw/1.txt": page("x")})
    )
    assert [type(item.error) for item in items if isinstance(item, ResourceError)] == [UnexpectedResponse]


def test_a_record_is_requested_again_from_the_list() -> None:
    at = site(filed("1"))
    client = client_for(at)
    first = next(item for item in sources.poll(PI, Notes(), client, START) if isinstance(item, Fetched))
    assert sources.refetch(PI, first, client).answer.body == first.answer.body
    at.table[LIST] = listing(filed("2"))
    with pytest.raises(NotFound):
        sources.refetch(PI, first, client)


def test_an_order_of_agencies_turned_about_is_no_change() -> None:
    notes = Notes()
    agencies = [{"slug": "industry-and-security-bureau", "name": "Industry and Security Bureau"}, {"slug": "fish", "name": "Fish"}]  # fmt: skip
    poll(notes, site(filed("2026-11003", agencies=agencies, docket_numbers=["1", "2"])))
    turned = filed("2026-11003", agencies=agencies[::-1], docket_numbers=["2", "1"])
    assert fetched_keys(poll(notes, site(turned))) == []
