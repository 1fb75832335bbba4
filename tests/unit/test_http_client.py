from __future__ import annotations

import gc
import gzip
import weakref
import zlib
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import START, Site, Time, client_for, conditional, page
from tracker.config.models import HostLimit
from tracker.errors import AccessDenied, FetchError, LimitExceeded, NotFound, UnexpectedResponse, Unreachable
from tracker.http.rate_limit import ECFR, PAGES, RateLimit
from tracker.model import HttpResponse, Validators

URL = "https://www.example.gov/news"
FREE = RateLimit("free", 1000.0)


def get(site: Site, time: Time | None = None, url: str = URL, **options: Any) -> HttpResponse | None:
    time = time or Time()
    options.setdefault("rate", FREE)
    return client_for(site, time).get(url, deadline=time.monotonic() + 300, **options)


def test_requests_identify_the_client_and_a_contact() -> None:
    site = Site({"/news": page("x")})
    get(site)
    assert site.requests[0].headers["user-agent"] == "tracker/0.1.0 (+trade@example.co.jp)"


def test_an_answer_keeps_request_and_response() -> None:
    answer = get(Site({"/news": page("<p>law</p>", '"v1"')}), accept="text/html")
    assert answer is not None
    assert answer.body == b"<p>law</p>"
    assert answer.header("ETag") == '"v1"'
    assert answer.fetched_at == START
    assert ("Accept", "text/html") in answer.request_headers


def test_replays_the_servers_validators_verbatim_and_takes_304_for_none() -> None:
    etag, modified = 'W/"a;b ,c"', "Tue, 09 Jun 2026 07:00:00 -0400"
    site = Site({"/news": conditional(b"x", etag)})
    assert get(site, validators=Validators(etag, modified)) is None
    sent = site.requests[0].headers
    assert sent["if-none-match"] == etag
    assert sent["if-modified-since"] == modified


def test_never_sends_a_date_that_the_server_did_not_give() -> None:
    site = Site({"/news": page("x", '"v1"')})
    get(site, validators=Validators(last_full_fetch_at=START, sha256="0" * 64))
    assert not {"if-modified-since", "if-none-match"} & set(site.requests[0].headers)


def test_an_etag_outside_ascii_is_sent_back_unchanged() -> None:
    raw = b'"\xe9t\xe9"'
    site = Site({"/news": httpx.Response(200, headers=[(b"etag", raw)], content=b"x")})
    answer = get(site)
    assert answer is not None
    get(site, validators=Validators(answer.header("etag")))
    assert (b"If-None-Match", raw) in site.requests[1].headers.raw


def test_304_to_an_unconditional_request_is_no_answer() -> None:
    with pytest.raises(UnexpectedResponse, match="304 without"):
        get(Site({"/news": httpx.Response(304)}))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, AccessDenied),
        (401, AccessDenied),
        (403, AccessDenied),
        (451, AccessDenied),
        (404, NotFound),
        (410, NotFound),
        (408, Unreachable),
        (429, Unreachable),
        (500, Unreachable),
        (504, Unreachable),
        (204, UnexpectedResponse),
        (206, UnexpectedResponse),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[FetchError]) -> None:
    with pytest.raises(kind) as raised:
        get(Site({"/news": httpx.Response(status, content=b"why")}))
    assert raised.value.status == status
    assert raised.value.url == URL


def test_the_servers_own_words_are_in_the_error() -> None:
    body = b'{"errors":{"agencies":"no such agency"}}'
    with pytest.raises(AccessDenied, match="no such agency"):
        get(Site({"/news": httpx.Response(400, content=body)}))


def test_a_slow_504_is_tried_again_and_succeeds() -> None:
    time = Time()
    site = Site({"/news": [httpx.Response(504), page("now")]})
    answer = get(site, time)
    assert answer is not None
    assert answer.body == b"now"
    assert len(site.requests) == 2
    assert 0.5 <= sum(time.slept) <= 1.1


def test_a_connection_error_is_tried_three_times_and_then_sent() -> None:
    site = Site({"/news": httpx.ConnectError("connection refused")})
    with pytest.raises(Unreachable, match="connection refused"):
        get(site)
    assert len(site.requests) == 3


def test_429_without_retry_after_waits_longer_each_time() -> None:
    time = Time()
    site = Site({"/news": [httpx.Response(429), httpx.Response(429), page("x")]})
    assert get(site, time, rate=ECFR) is not None
    waits = [pause for pause in time.slept if pause > 1]
    assert len(waits) == 2
    assert waits[0] >= 2.0
    assert waits[1] >= 6.0


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed_as_seconds_and_as_date(form: str) -> None:
    time = Time()
    value = "7" if form == "seconds" else format_datetime(START + timedelta(seconds=7), usegmt=True)
    refusal = httpx.Response(503, headers={"retry-after": value, "date": format_datetime(START, usegmt=True)})
    assert get(Site({"/news": [refusal, page("x")]}), time) is not None
    assert sum(time.slept) == pytest.approx(7.0)


def test_retry_after_holds_for_all_who_ask_the_same_host() -> None:
    time = Time()
    site = Site({"/news": [httpx.Response(429, headers={"retry-after": "50"})], "/other": page("x")})
    client = client_for(site, time)
    with pytest.raises(Unreachable):
        client.get(URL, rate=FREE, deadline=time.monotonic() + 10)
    client.get("https://www.example.gov/other", rate=ECFR, deadline=time.monotonic() + 100)
    assert sum(time.slept) == pytest.approx(50.0)


def test_a_longer_retry_after_than_a_poll_can_wait_is_handed_on() -> None:
    site = Site({"/news": httpx.Response(429, headers={"retry-after": "3600"})})
    with pytest.raises(Unreachable) as raised:
        get(site)
    assert raised.value.retry_after == 3600
    assert len(site.requests) == 1


def test_a_retry_after_of_nought_is_no_invitation_to_hammer() -> None:
    time = Time()
    site = Site({"/news": [httpx.Response(503, headers={"retry-after": "0"}), page("x")]})
    assert get(site, time) is not None
    assert sum(time.slept) >= 0.5


def test_a_retry_after_that_is_neither_number_nor_date_is_as_none() -> None:
    site = Site({"/news": [httpx.Response(503, headers={"retry-after": "soon"}), page("x")]})
    assert get(site) is not None


def test_nothing_is_tried_again_beyond_the_deadline() -> None:
    time = Time()
    site = Site({"/news": httpx.Response(503)})
    with pytest.raises(Unreachable):
        client_for(site, time).get(URL, rate=FREE, deadline=time.monotonic() + 0.2)
    assert len(site.requests) == 1


def test_after_the_deadline_nothing_is_requested() -> None:
    time = Time()
    site = Site({"/news": page("x")})
    with pytest.raises((LimitExceeded, Unreachable)):
        client_for(site, time).get(URL, rate=FREE, deadline=time.monotonic() - 1)
    assert site.requests == []


def test_a_body_that_never_ends_stops_at_the_deadline() -> None:
    time = Time()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            while True:
                time.seconds += 5
                yield b"x"

    with pytest.raises(LimitExceeded, match="time limit"):
        client_for(lambda _: httpx.Response(200, stream=Drip()), time).get(
            URL, rate=FREE, deadline=time.monotonic() + 60
        )


def test_a_body_over_the_bound_is_refused_before_it_is_read() -> None:
    with pytest.raises(LimitExceeded):
        get(Site({"/news": page("x" * 1001)}), max_bytes=1000)


def test_a_body_without_length_stops_at_the_bound() -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            while True:
                yield b"x" * 100

    with pytest.raises(LimitExceeded):
        client_for(lambda _: httpx.Response(200, stream=Endless())).get(
            URL, rate=FREE, deadline=2000, max_bytes=1000
        )


def test_a_gzip_bomb_stops_at_the_bound_of_unpacked_bytes() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(50)) + packer.flush()
    assert len(bomb) < 100_000
    reply = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    with pytest.raises(LimitExceeded):
        get(Site({"/news": reply}), max_bytes=5_000_000)


def test_gzip_and_both_kinds_of_deflate_are_unpacked() -> None:
    text = b"Entity List " * 1000
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    bodies = {
        "gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "Deflate": raw.compress(text) + raw.flush(),
    }
    for encoding, body in bodies.items():
        reply = httpx.Response(200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(body))
        answer = get(Site({"/news": reply}))
        assert answer is not None
        assert answer.body == text


@pytest.mark.parametrize("cut", [1, 15, 40])
def test_a_packed_body_that_ends_in_the_middle_is_no_shorter_page(cut: int) -> None:
    body = gzip.compress(bytes(range(256)) * 4)[:-cut]
    reply = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(body))
    with pytest.raises(UnexpectedResponse, match="is truncated"):
        get(Site({"/news": reply}))


def test_an_encoding_that_was_not_requested_is_reported() -> None:
    reply = httpx.Response(200, headers={"content-encoding": "zstd"}, stream=httpx.ByteStream(b"x"))
    with pytest.raises(UnexpectedResponse, match="zstd"):
        get(Site({"/news": reply}))


def test_a_body_shorter_than_its_length_is_tried_again_then_sent() -> None:
    cut = httpx.RemoteProtocolError(
        "peer closed connection without sending complete message body (received 5 bytes, expected 9)"
    )
    site = Site({"/news": [cut, page("whole")]})
    answer = get(site)
    assert answer is not None
    assert answer.body == b"whole"
    with pytest.raises(UnexpectedResponse, match="cut off"):
        get(Site({"/news": cut}))


def test_redirects_are_followed_and_the_last_address_is_kept() -> None:
    site = Site(
        {
            "/news": httpx.Response(301, headers={"location": "/moved#top"}),
            "/moved": httpx.Response(302, headers={"location": "https://media.example.gov/there"}),
            "/there": page("here"),
        }
    )
    answer = get(site)
    assert answer is not None
    assert answer.url == "https://media.example.gov/there"


@pytest.mark.parametrize(
    "target", ["http://www.example.gov/moved", "HTTP://www.example.gov:8080/moved", "//www.example.gov/http"]
)
def test_a_redirect_from_https_to_http_is_not_followed(target: str) -> None:
    hops = {
        "/news": httpx.Response(301, headers={"location": target}),
        "/http": httpx.Response(302, headers={"location": "http://www.example.gov/moved"}),
        "/moved": page("changed on the way"),
    }
    site = Site(hops)
    with pytest.raises(AccessDenied, match=r"(?i)from https to http:"):
        get(site)
    assert all(request.url.scheme == "https" for request in site.requests)


def test_a_redirect_without_end_is_left() -> None:
    site = Site({"/news": httpx.Response(302, headers={"location": URL})})
    with pytest.raises(UnexpectedResponse, match="redirects"):
        get(site)
    assert len(site.requests) == 6


@pytest.mark.parametrize("target", ["file:///etc/hostname", "gopher://x/", "javascript:alert(1)", "http://"])
def test_a_redirect_to_another_scheme_is_refused(target: str) -> None:
    with pytest.raises(AccessDenied):
        get(Site({"/news": httpx.Response(302, headers={"location": target})}))


@pytest.mark.parametrize("target", ["https://unblock.federalregister.gov/", "https://www.ecfr.gov/_captcha"])
def test_a_redirect_to_a_wall_against_robots_is_named(target: str) -> None:
    with pytest.raises(AccessDenied, match="wall"):
        get(Site({"/news": httpx.Response(302, headers={"location": target})}))


def test_robots_are_checked_at_each_hop() -> None:
    site = Site(
        {
            "/news": httpx.Response(302, headers={"location": "/search/all"}),
            "/robots.txt": page("User-agent: *\nDisallow: /search/"),
            "/search/all": page("x"),
        }
    )
    with pytest.raises(AccessDenied, match=r"robots\.txt"):
        get(site, robots=True)
    assert "/search/all" not in site.asked


def test_requests_and_answers_are_counted() -> None:
    time = Time()
    client = client_for(Site({"/news": conditional(b"12345", '"v"')}), time)
    before = client.tally()
    client.get(URL, rate=FREE, deadline=2000)
    client.get(URL, rate=FREE, deadline=2000, validators=Validators('"v"'))
    after = client.tally()
    assert (before.requests, before.bytes, before.not_modified) == (0, 0, 0)
    assert (after.requests, after.bytes, after.not_modified) == (2, 5, 1)


def test_an_error_that_is_kept_keeps_no_answer_alive() -> None:
    alive: list[weakref.ref[Any]] = []

    def refuse(_: httpx.Request) -> httpx.Response:
        response = httpx.Response(403, content=b"no" * 1000)
        alive.append(weakref.ref(response))
        return response

    client = client_for(refuse)
    errors = []
    for _ in range(3):
        try:
            client.get(URL, rate=FREE, deadline=2000)
        except AccessDenied as error:
            errors.append(error)
    gc.collect()
    assert len(errors) == 3
    assert not [one for one in alive if one() is not None]


def test_the_settings_own_rate_holds_for_the_host() -> None:
    time = Time()
    client = client_for(Site({"/news": page("x")}), time, [HostLimit("www.example.gov", 0.5)])
    for _ in range(3):
        client.get(URL, rate=PAGES, deadline=2000)
    assert sum(time.slept) == pytest.approx(4.0)


def test_a_key_is_sent_to_its_own_host_only_and_is_not_kept() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "www.example.gov":
            return httpx.Response(302, headers={"Location": "https://elsewhere.example.gov/x"})
        return httpx.Response(200, content=b"x")

    site = Site({"/news": answer, "/x": answer})
    answer_ = get(site, secrets={"X-Api-Key": "made-up"})
    assert answer_ is not None
    assert [request.headers.get("x-api-key") for request in site.requests] == ["made-up", None]
    own = get(Site({"/news": page("x")}), secrets={"X-Api-Key": "made-up"})
    assert own is not None
    assert "made-up" not in repr(own)
