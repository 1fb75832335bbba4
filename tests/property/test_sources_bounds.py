"""What holds for any body, any list of records, any order of requests."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sources_fakes import Notes, Time, client_for, fetched_keys
from tests.unit.sources_register import BIS, Register, record
from tracker import sources
from tracker.errors import LimitExceeded, UnexpectedResponse
from tracker.http.address import absolute, canonical
from tracker.http.body import read_body
from tracker.http.rate_limit import RateLimit, RateLimiter
from tracker.sources.federal_register.api import canonical as canonical_record
from tracker.sources.page.links import Link, deserialize_links, serialize_links

NOW = datetime(2026, 6, 10, 13, tzinfo=UTC)
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 12))


def cut(body: bytes, sizes: list[int]) -> list[bytes]:
    """The body in chunks of these sizes, over and over."""
    chunks, at, turn = [], 0, 0
    while at < len(body):
        size = sizes[turn % len(sizes)]
        chunks.append(body[at : at + size])
        at, turn = at + size, turn + 1
    return chunks


@given(
    st.binary(max_size=5000),
    st.lists(st.integers(1, 700), min_size=1, max_size=4),
    st.sampled_from(["", "gzip", "deflate", "raw"]),
)
def test_a_body_is_reassembled_from_any_chunks(body: bytes, sizes: list[int], packing: str) -> None:
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    sent = {
        "": body,
        "gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "raw": raw.compress(body) + raw.flush(),
    }
    encoding = "deflate" if packing == "raw" else packing
    assert read_body(cut(sent[packing], sizes), encoding, 10_000, lambda: None, "u") == body


@given(st.binary(min_size=1, max_size=3000), st.integers(0, 2999))
def test_never_more_than_the_bound_is_returned(body: bytes, bound: int) -> None:
    for sent, encoding in ((body, ""), (gzip.compress(body), "gzip")):
        try:
            assert len(read_body([sent], encoding, bound, lambda: None, "u")) <= bound
        except LimitExceeded:
            assert len(body) > bound


@given(st.binary(min_size=1, max_size=3000), st.data())
def test_a_truncated_compressed_body_is_never_complete(body: bytes, data: st.DataObject) -> None:
    sent = gzip.compress(body)
    kept = data.draw(st.integers(1, len(sent) - 1))
    try:
        read_body([sent[:kept]], "gzip", 10_000, lambda: None, "u")
    except UnexpectedResponse:
        return
    raise AssertionError("half of it was taken for all")


@given(st.binary(max_size=300))
def test_bytes_that_are_not_packed_are_an_error_and_never_a_crash(body: bytes) -> None:
    for encoding in ("gzip", "deflate"):
        try:
            read_body([body], encoding, 10_000, lambda: None, "u")
        except (UnexpectedResponse, LimitExceeded):
            continue


@given(st.text(max_size=60))
def test_an_address_has_one_spelling_and_links_never_crash(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    found = absolute("https://a.gov/b/c", text)
    assert found == canonical(found)


@given(
    st.lists(
        st.builds(
            lambda n, words: Link(f"https://a.gov/{n}", " ".join(words.split())),
            st.integers(0, 99),
            st.text(st.characters(exclude_characters="\x1f\n", exclude_categories=["Cs", "Cc"]), max_size=20),
        ),
        max_size=8,
    )
)
def test_links_are_restored_from_the_cursor(links: list[Link]) -> None:
    assert deserialize_links(serialize_links(links)) == links


@given(st.dictionaries(st.sampled_from(["title", "abstract", "page_views", "new"]), st.text(max_size=5)))
def test_the_canonical_form_knows_no_order_and_no_strangers(fields: dict[str, str]) -> None:
    form = canonical_record(fields)
    assert form == canonical_record(dict(reversed(fields.items())))
    assert b"page_views" not in form
    assert form == canonical_record({**fields, "excerpts": "x"})


@given(st.lists(st.floats(0, 3), min_size=2, max_size=30), st.sampled_from([0.5, 1.0, 5.0, 8.0]))
def test_no_two_requests_are_closer_than_the_rate_allows(pauses: list[float], per_second: float) -> None:
    time = Time()
    limiter = RateLimiter((), time.monotonic, time.sleep)
    turns = []
    for pause in pauses:
        time.seconds += pause
        limiter.wait("a.gov:443", RateLimit("x", per_second), time.seconds + 1e9)
        turns.append(time.seconds)
    assert all(later - earlier >= 1 / per_second - 1e-6 for earlier, later in pairwise(turns))


@settings(max_examples=30, deadline=None)
@given(st.lists(DAYS, max_size=120), st.sampled_from([1000, 20, 7]), st.integers(0, 3))
def test_a_backfill_brings_each_document_once_however_pages_are_clamped_and_wherever_it_is_ended(
    days: list[date], largest: int, ended_after: int
) -> None:
    records = [record(f"2026-{n:05}", day.isoformat()) for n, day in enumerate(days)]
    client = client_for(Register(records, largest=largest).site(texts=[]), Time())
    received: list[str] = []
    cursor: dict[str, str] = {}
    for turn in range(2):
        for count, page in enumerate(sources.poll_history(BIS, client, date(2026, 1, 1), cursor, NOW)):
            received += [item.key for item in page.fetched]
            cursor = dict(page.cursor)
            if turn == 0 and count == ended_after:
                break
    # Days after today never count as loaded, so their documents may be returned twice.
    past = [
        key
        for key, day in zip((one["document_number"] for one in records), days, strict=True)
        if day <= NOW.date()
    ]
    assert sorted(key for key in received if key in set(past)) == sorted(past)
    assert {one["document_number"] for one in records} == set(received)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=150), st.sampled_from([1000, 100, 20, 3]))
def test_a_poll_misses_nothing_of_its_window_however_pages_are_clamped(ages: list[int], largest: int) -> None:
    records = [
        record(f"2026-{n:05}", (NOW.date() - timedelta(days=age)).isoformat()) for n, age in enumerate(ages)
    ]
    client = client_for(Register(records, largest=largest).site(texts=[]), Time())
    received = set(fetched_keys(list(sources.poll(BIS, Notes(), client, NOW, lambda _: False))))
    wanted = {
        one["document_number"]
        for one, age in zip(records, ages, strict=True)
        if timedelta(days=age) <= BIS.recheck
    }
    assert wanted <= received
