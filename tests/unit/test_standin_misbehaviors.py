"""Each misbehavior has the effect of its name on the wire, for as many requests as it was set for."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import zlib
from collections.abc import Iterator

import pytest

from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.misbehaviors import BEHAVIORS
from tests.standin.samples import sample_archive
from tests.standin.server import ADMIN, StandIn

DOCUMENTS = "/api/v1/documents.json"
NEWS = "/news"

Got = tuple[int, dict[str, str], bytes]


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(sample_archive(), now=SAMPLE_NOW) as standin:
        yield standin
        assert not standin.failures, standin.failures


def get(server: StandIn, path: str, *, timeout: float = 5, **headers: str) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        reply = connection.getresponse()
        return reply.status, dict(reply.headers), reply.read()
    finally:
        connection.close()


def post(server: StandIn, order: object) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.request("POST", ADMIN, body=json.dumps(order))
        reply = connection.getresponse()
        return reply.status, dict(reply.headers), reply.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("behavior", "status", "words"),
    [
        ("429", 429, b"Too Many Requests"),
        ("429-retry-after", 429, b"Too Many Requests"),
        ("429-retry-after-date", 429, b"Too Many Requests"),
        ("500", 500, b"Internal Server Error"),
        ("502", 502, b"Bad Gateway"),
        ("503", 503, b"Service Temporarily Unavailable"),
        ("503-retry-after", 503, b"Service Temporarily Unavailable"),
        ("404", 404, b"Page not found"),
        ("410", 410, b"Gone"),
        ("request-access-200", 200, b"Federal Register :: Request Access"),
        ("request-access-403", 403, b"Federal Register :: Request Access"),
        ("captcha-200", 200, b"recaptcha"),
        ("maintenance-200", 200, b"scheduled maintenance"),
        ("html", 200, b"<!DOCTYPE html>"),
        ("js-only", 200, b'<div id="__next"></div>'),
        ("empty-200", 200, b""),
    ],
)
def test_answers_in_place_of_the_real_one(server: StandIn, behavior: str, status: int, words: bytes) -> None:
    server.misbehave("/documents", behavior, times=1)
    got = get(server, DOCUMENTS)
    assert got[0] == status
    assert words in got[2]
    assert ("Retry-After" in got[1]) == ("retry-after" in behavior)
    assert get(server, DOCUMENTS)[0] == 200, "only one request was to be met"
    assert json.loads(get(server, DOCUMENTS)[2])["count"] == 2


def test_slow_504_then_200(server: StandIn) -> None:
    server.misbehave("/full/", "504-slow", times=1, seconds=0.05)
    path = "/api/versioner/v1/full/2026-06-08/title-15.xml?part=744"
    assert get(server, path)[0] == 504
    assert get(server, path)[0] == 200


def test_reset_and_refused_connections(server: StandIn) -> None:
    server.misbehave(NEWS, "reset", times=1)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        get(server, NEWS)
    with server.refusing(), pytest.raises(ConnectionRefusedError):
        get(server, NEWS)
    assert get(server, NEWS)[0] == 200


def test_hanging_ends_with_the_clients_patience_and_not_with_the_servers(server: StandIn) -> None:
    server.misbehave(NEWS, "hang")
    with pytest.raises(TimeoutError):
        get(server, NEWS, timeout=0.1)


def test_dripping_sends_a_little_at_a_time(server: StandIn) -> None:
    server.misbehave(NEWS, "drip", seconds=0.05)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"GET /news HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100_000).startswith(b"HTTP/1.1 200")
        assert len(connection.recv(100_000)) < 10


def test_truncated_against_its_length_and_in_itself(server: StandIn) -> None:
    server.misbehave(NEWS, "truncated-body", times=1)
    with pytest.raises(http.client.IncompleteRead):
        get(server, NEWS)
    server.misbehave(DOCUMENTS, "truncated", times=1)
    with pytest.raises(json.JSONDecodeError):
        json.loads(get(server, DOCUMENTS)[2])


def test_the_bomb_is_small_on_the_wire(server: StandIn) -> None:
    server.misbehave(NEWS, "gzip-bomb", megabytes=16)
    _, headers, body = get(server, NEWS)
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 40_000
    assert len(gzip.decompress(body)) == 16 << 20


def test_broken_gzip_cannot_be_unpacked(server: StandIn) -> None:
    server.misbehave(NEWS, "broken-gzip")
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(get(server, NEWS)[2])


def test_wrong_charset_in_both_ways(server: StandIn) -> None:
    server.put_page(NEWS, "<main><p>Kobe — “vacuum”</p></main>")
    server.misbehave(NEWS, "wrong-charset", times=1)
    assert get(server, NEWS)[1]["Content-Type"] == "text/html; charset=ISO-8859-1"
    server.misbehave(NEWS, "wrong-charset", times=1, to="cp1252")
    with pytest.raises(UnicodeDecodeError):
        get(server, NEWS)[2].decode()


@pytest.mark.parametrize(
    ("behavior", "start"),
    [("redirect-metadata", "http://169.254."), ("redirect-file", "file:"), ("redirect", "http://10.")],
)
def test_redirects_lead_to_forbidden_addresses(server: StandIn, behavior: str, start: str) -> None:
    server.misbehave(NEWS, behavior)
    status, headers, _ = get(server, NEWS)
    assert status == 302
    assert headers["Location"].startswith(start)


def test_redirect_loop_and_captcha(server: StandIn) -> None:
    server.misbehave(NEWS, "redirect-loop", times=1)
    assert get(server, NEWS)[1]["Location"] == server.url + NEWS
    server.misbehave(NEWS, "captcha-302", times=1)
    location = get(server, NEWS)[1]["Location"]
    assert b"recaptcha" in get(server, location.removeprefix(server.url))[2]


def test_lists_that_are_empty_because_the_service_failed(server: StandIn) -> None:
    server.misbehave("documents", "empty-list")
    assert json.loads(get(server, DOCUMENTS)[2]) == {"count": 0, "description": "All Documents"}
    current = json.loads(get(server, "/api/v1/public-inspection-documents/current.json")[2])
    assert (current["count"], current["results"]) == (0, [])
    server.behave()
    server.misbehave(DOCUMENTS, "missing-results")
    answer = json.loads(get(server, DOCUMENTS)[2])
    assert answer["count"] == 2
    assert "results" not in answer


def test_import_in_progress(server: StandIn) -> None:
    server.misbehave("titles", "import-in-progress")
    assert json.loads(get(server, "/api/versioner/v1/titles.json")[2])["meta"]["import_in_progress"] is True


def test_records_with_odd_fields(server: StandIn) -> None:
    server.misbehave(DOCUMENTS, "null-abstract", times=1)
    assert {item["abstract"] for item in json.loads(get(server, DOCUMENTS)[2])["results"]} == {None}
    server.misbehave("/2026-11001", "trailing-spaces", times=1)
    assert json.loads(get(server, "/api/v1/documents/2026-11001.json")[2])["title"].endswith("    ")
    server.misbehave(DOCUMENTS, "unknown-fields", times=1)
    assert "brand_new" in json.loads(get(server, DOCUMENTS)[2])["results"][0]
    server.misbehave(DOCUMENTS, "missing-fields", times=1, names=["agencies"])
    assert "agencies" not in json.loads(get(server, DOCUMENTS)[2])["results"][0]


def test_early_listed_and_stale_answers(server: StandIn) -> None:
    server.misbehave(DOCUMENTS, "early-listed", times=1)
    assert json.loads(get(server, DOCUMENTS)[2])["count"] == 3
    server.misbehave(DOCUMENTS, "stale", times=1, hours=48)
    assert json.loads(get(server, DOCUMENTS)[2])["count"] == 1


@pytest.mark.parametrize("behavior", ["visitor-counter", "nonce", "generated-at"])
def test_noise_differs_each_time(server: StandIn, behavior: str) -> None:
    server.misbehave(NEWS, behavior)
    first, second = get(server, NEWS), get(server, NEWS)
    assert first[2] != second[2]
    assert first[1]["ETag"] != second[1]["ETag"]
    assert "Last-Modified" not in first[1]


def test_validators_that_lie(server: StandIn) -> None:
    server.misbehave(NEWS, "old-last-modified", times=1)
    assert get(server, NEWS)[1]["Last-Modified"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    server.misbehave(NEWS, "lying-304", times=1)
    assert get(server, NEWS, If_None_Match='"x"')[0] == 304
    server.misbehave(NEWS, "new-etag", times=2)
    assert get(server, NEWS)[1]["ETag"] != get(server, NEWS)[1]["ETag"]
    etag = get(server, NEWS)[1]["ETag"]
    server.misbehave(NEWS, "no-validators", times=1)
    assert get(server, NEWS, If_None_Match=etag)[0] == 200


def test_edits_apply_from_now_on(server: StandIn) -> None:
    server.patch_xml("2026-11001", "controls etching", "controls dry etching")
    path = "/documents/full_text/xml/2026/06/08/2026-11001.xml"
    assert b"controls dry etching" in get(server, path)[2]
    before = get(server, "/media/guidance.pdf")[2]
    server.put_page("/media/guidance.pdf", "Another text.")
    after = get(server, "/media/guidance.pdf")[2]
    assert after.startswith(b"%PDF")
    assert after != before
    server.remove_page("/news/rule")
    assert get(server, "/news/rule")[0] == 404
    with pytest.raises(ValueError, match="is not in 15 CFR part 744"):
        server.edit_part(15, "744", "no such words", "")


def test_another_process_can_steer_it(server: StandIn) -> None:
    order = {
        "now": "2026-06-11T12:00:00+00:00",
        "misbehave": {"path": NEWS, "behavior": "503-retry-after", "times": 1, "seconds": 7},
        "edit": [
            {"page": "/news/guidance", "before": "Read the", "after": "See the"},
            {"part": "744", "title": 15, "before": "in a fabrication", "after": "in any fabrication"},
            {
                "document": {
                    "number": "2026-11009",
                    "publication_date": "2026-06-11",
                    "title": "New",
                    "type": "NOTICE",
                    "agencies": ["commerce-department"],
                    "paragraphs": ["Text."],
                }
            },
        ],
    }
    assert post(server, order)[0] == 200
    assert get(server, NEWS)[1]["Retry-After"] == "7"
    assert b"See the" in get(server, "/news/guidance")[2]
    assert json.loads(get(server, "/api/v1/documents/2026-11009.json")[2])["title"] == "New"
    alerted = json.loads(get(server, f"{ADMIN}?log=1")[2])
    assert alerted["now"] == "2026-06-11T12:00:00+00:00"
    assert NEWS in [entry["path"] for entry in alerted["requests"]]
    assert post(server, {"misbehave": {"path": NEWS, "behavior": "no-such"}})[0] == 400


@pytest.mark.parametrize("behavior", sorted(BEHAVIORS.keys() - {"hang", "drip", "gzip-bomb"}))
def test_no_behavior_harms_the_server(server: StandIn, behavior: str) -> None:
    server.misbehave("", behavior, None, seconds=0.02)
    for path in (DOCUMENTS, NEWS, "/media/guidance.pdf", "/nowhere"):
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            get(server, path)
    server.behave()
    assert get(server, NEWS)[0] == 200
