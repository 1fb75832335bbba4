from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from tests.unit.sources_fakes import Site, Time, client_for, page
from tests.unit.sources_register import BIS, Register, record
from tracker import sources
from tracker.config.models import Source
from tracker.errors import AccessDenied, UnexpectedResponse, UsageError
from tracker.model import ResourceType
from tracker.sources import HistoryPage

NOW = datetime(2026, 6, 10, 13, tzinfo=UTC)


def spread(count: int, first: str, last: str) -> list[dict[str, Any]]:
    """So many records, evenly over the days from `first` to `last`."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (end - begin).days + 1
    return [
        record(
            f"{(begin + timedelta(days=n * days // count)).year}-{n:05}",
            (begin + timedelta(days=n * days // count)).isoformat(),
        )
        for n in range(count)
    ]


def load(
    register: Register, since: str, cursor: Mapping[str, str] | None = None, source: Source = BIS
) -> list[HistoryPage]:
    client = client_for(register.site(texts=[]), Time())
    return list(sources.poll_history(source, client, date.fromisoformat(since), cursor or {}, NOW))


def keys(pages: list[HistoryPage]) -> list[str]:
    return [item.key for one in pages for item in one.fetched]


def test_everything_since_a_day_is_exported_once_oldest_first() -> None:
    register = Register(spread(500, "2025-01-01", "2026-06-09"))
    pages = load(register, "2025-03-01")
    wanted = [one["document_number"] for one in register.records if one["publication_date"] >= "2025-03-01"]
    assert keys(pages) == wanted
    assert pages[-1].done == len(wanted)


def test_each_page_has_its_list_and_no_text() -> None:
    pages = load(Register(spread(10, "2026-05-01", "2026-06-09")), "2026-05-01")
    assert all(one.listing.role is ResourceType.LISTING for one in pages)
    assert pages[0].listing.key.startswith("listing/2026-05-01..")
    assert all(
        not item.attachments and item.role is ResourceType.FR_RECORD for one in pages for item in one.fetched
    )


def test_documents_of_the_next_issues_are_fetched_and_not_counted_as_loaded() -> None:
    pages = load(Register([record("2026-11003", "2026-06-12")]), "2026-05-01")
    assert keys(pages) == ["2026-11003"]
    assert pages[-1].cursor["loaded_through"] == "2026-06-10"


def test_a_window_that_holds_more_than_can_be_shown_is_split() -> None:
    register = Register(spread(12_000, "2026-01-01", "2026-03-31"))
    pages = load(register, "2026-01-01")
    assert len(keys(pages)) == 12_000
    assert max(len(one.fetched) for one in pages) <= 1000


def test_page_sizes_clamped_to_twenty_lose_nothing() -> None:
    register = Register(spread(3000, "2026-01-01", "2026-05-31"), largest=100)
    assert len(keys(load(register, "2026-01-01"))) == 3000


def test_one_day_with_more_documents_than_a_page_is_paged_through() -> None:
    register = Register([record(f"2026-{n:05}", "2026-06-01") for n in range(2300)])
    pages = load(register, "2026-05-30")
    assert len(keys(pages)) == 2300


def test_one_day_that_cannot_be_paged_through_is_reported_not_skipped() -> None:
    register = Register([record(f"2026-{n:05}", "2026-06-01") for n in range(1500)], largest=20)
    with pytest.raises(UnexpectedResponse, match="1500 documents are counted and 1000 can be listed"):
        load(register, "2026-06-01")


def test_a_run_resumes_where_it_ended() -> None:
    register = Register(spread(2000, "2025-01-01", "2026-06-09"))
    client = client_for(register.site(texts=[]), Time())
    first = list(islice(sources.poll_history(BIS, client, date(2025, 1, 1), {}, NOW), 3))
    rest = load(register, "2025-01-01", first[-1].cursor)
    assert sorted(keys(first) + keys(rest)) == sorted(one["document_number"] for one in register.records)


def test_an_earlier_beginning_than_last_time_starts_afresh() -> None:
    register = Register(spread(100, "2025-01-01", "2026-06-09"))
    done = load(register, "2026-01-01")
    assert len(keys(load(register, "2025-01-01", done[-1].cursor))) == 100


def test_loaded_documents_are_not_requested_again() -> None:
    register = Register(spread(100, "2025-01-01", "2026-06-09"))
    done = load(register, "2025-01-01")
    register.requests.clear()
    load(register, "2025-06-01", done[-1].cursor)
    assert len(register.requests) == 1


def test_an_invalid_record_is_an_error_and_the_others_are_read() -> None:
    good = record("2026-00001", "2026-06-01")
    pages = load(Register([good, {**good, "document_number": ""}]), "2026-06-01")
    assert keys(pages) == ["2026-00001"]
    assert [type(one.error) for window in pages for one in window.troubles] == [UnexpectedResponse]


def test_a_wall_ends_the_loading() -> None:
    at = Site({"/api/v1/documents.json": page("<title>Request Access</title>")})
    with pytest.raises(AccessDenied):
        next(sources.poll_history(BIS, client_for(at), date(2026, 1, 1), {}, NOW))


def test_other_kinds_keep_no_history() -> None:
    source = replace(BIS, kind="page")
    with pytest.raises(UsageError, match="has no history"):
        sources.poll_history(source, client_for(Site()), date(2026, 1, 1), {}, NOW)
