from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import START, Notes, Site, Time, client_for, conditional, fetched_keys, page
from tracker import sources
from tracker.config.models import NOT_WATCHED, Source
from tracker.errors import AccessDenied, NotFound, UnexpectedResponse, Unreachable
from tracker.model import Absent, Fetched, NotModified, ResourceType
from tracker.sources import Item, ResourceError

BASE = "https://www.bis.gov"
NEWS = Source("bis", "page", url=f"{BASE}/news", follow="same-site", depth=1)
INDEX = (
    '<html><body><main><h1>News</h1><a href="/rule">New rule</a> <a href="/media/guidance.pdf">Guidance</a>'
    '<a href="https://elsewhere.gov/x">Elsewhere</a></main></body></html>'
)
PDF = httpx.Response(200, headers={"content-type": "application/pdf"}, content=b"%PDF-1.7 x")


def site(**more: object) -> Site:
    table = {
        "/robots.txt": httpx.Response(404),
        "/news": conditional(INDEX.encode(), '"n1"'),
        "/rule": conditional(b"<p>rule</p>", '"r1"'),
        "/media/guidance.pdf": PDF,
    }
    return Site(table | {name.replace("__", "/"): reply for name, reply in more.items()})


def poll(source: Source, notes: Notes, at: Site, time: Time | None = None) -> list[Item]:
    time = time or Time()
    return notes.keep(source, sources.poll(source, notes, client_for(at, time), time.now()))


def test_the_page_and_its_links_on_the_same_site_are_fetched() -> None:
    items = poll(replace(NEWS, content="main"), Notes(), site())
    assert fetched_keys(items) == [f"{BASE}/news", f"{BASE}/rule", f"{BASE}/media/guidance.pdf"]
    found = {item.key: item for item in items if isinstance(item, Fetched)}
    assert found[f"{BASE}/rule"].meta == {"content": "main", "link_text": "New rule", "annexes": ""}
    assert found[f"{BASE}/media/guidance.pdf"].role is ResourceType.PDF
    assert found[f"{BASE}/rule"].role is ResourceType.PAGE


def test_a_source_without_links_requests_one_page() -> None:
    at = site()
    assert fetched_keys(poll(replace(NEWS, follow="none", annexes=0), Notes(), at)) == [f"{BASE}/news"]
    assert at.asked == ["/robots.txt", "/news"]


def test_a_pattern_selects_the_links_that_are_followed() -> None:
    at = site(__x=page("<p>x</p>"))
    items = poll(replace(NEWS, follow=r"elsewhere\.gov/|\.pdf$"), Notes(), at)
    assert fetched_keys(items) == [f"{BASE}/news", f"{BASE}/media/guidance.pdf", "https://elsewhere.gov/x"]


def test_a_second_poll_is_conditional_and_follows_the_links_of_last_time() -> None:
    notes, at = Notes(), site()
    poll(NEWS, notes, at)
    at.requests.clear()
    items = poll(NEWS, notes, at)
    assert [item.key for item in items if isinstance(item, NotModified)] == [f"{BASE}/news", f"{BASE}/rule"]
    assert fetched_keys(items) == [f"{BASE}/media/guidance.pdf"]  # a server without validators
    assert at.asked == ["/robots.txt", "/news", "/rule", "/media/guidance.pdf"]
    assert at.requests[1].headers["if-none-match"] == '"n1"'


def test_unchanged_pages_write_no_cursor() -> None:
    notes, at = Notes(), site()
    assert any(isinstance(item, sources.CursorUpdate) for item in poll(NEWS, notes, at))
    assert not any(isinstance(item, sources.CursorUpdate) for item in poll(NEWS, notes, at))


def test_links_lost_in_a_crash_are_read_again_instead_of_hidden_by_a_304() -> None:
    notes, at = Notes(), site()
    poll(NEWS, notes, at)
    notes.cursor = {}  # the page was stored, the cursor never was
    del notes.known[f"{BASE}/rule"]
    assert f"{BASE}/rule" in fetched_keys(poll(NEWS, notes, at))


def test_a_full_page_is_requested_periodically_and_for_another_extraction_config() -> None:
    notes, at, time = Notes(), site(), Time()
    poll(NEWS, notes, at, time)
    assert f"{BASE}/rule" in fetched_keys(poll(replace(NEWS, content="article"), notes, at, time))
    time.seconds += timedelta(days=1).total_seconds()
    assert f"{BASE}/rule" in fetched_keys(poll(replace(NEWS, content="article"), notes, at, time))


def test_the_page_limit_keeps_the_nearest_pages_and_reports_the_omitted() -> None:
    links = "".join(f'<a href="/p{n}">{n}</a>' for n in range(10))
    at = Site({"/news": page(links)} | {f"/p{n}": page("x") for n in range(10)})
    notes = Notes()
    items = poll(replace(NEWS, max_pages=4), notes, at)
    assert fetched_keys(items) == [f"{BASE}/news", *(f"{BASE}/p{n}" for n in range(3))]
    output = json.loads(notes.cursor[NOT_WATCHED])
    assert output["left_out"] == 7
    assert output["left_out_links"] == [f"{BASE}/p{n}" for n in range(3, 10)]


def test_depth_bounds_how_far_links_are_followed() -> None:
    table = {
        "/news": page('<a href="/a">a</a>'),
        "/a": page('<a href="/b">b</a>'),
        "/b": page('<a href="/c">c</a>'),
    }
    assert fetched_keys(poll(replace(NEWS, depth=2), Notes(), Site(table))) == [
        f"{BASE}/news",
        f"{BASE}/a",
        f"{BASE}/b",
    ]


def test_a_new_link_is_never_crowded_out_by_pages_known_from_before() -> None:
    notes = Notes()
    source = replace(NEWS, max_pages=3)
    poll(
        source,
        notes,
        Site({"/news": page('<a href="/1">1</a><a href="/2">2</a>'), "/1": page("1"), "/2": page("2")}),
    )
    at = Site({"/news": page('<a href="/3">3</a>'), "/1": page("1"), "/2": page("2"), "/3": page("3")})
    assert f"{BASE}/3" in fetched_keys(poll(source, notes, at))


def test_a_page_without_its_link_is_still_watched_and_absent_only_when_removed() -> None:
    notes, at = Notes(), site()
    poll(NEWS, notes, at)
    at.table["/news"] = page("<p>no links</p>")
    at.table["/rule"] = page("<p>rule, amended</p>")
    assert f"{BASE}/rule" in fetched_keys(poll(NEWS, notes, at))
    at.table["/rule"] = httpx.Response(404)
    absent = [item for item in poll(NEWS, notes, at) if isinstance(item, Absent)]
    assert [item.key for item in absent] == [f"{BASE}/rule"]


def test_dead_and_forbidden_links_are_noted_and_fail_nothing() -> None:
    notes = Notes()
    at = Site(
        {
            "/robots.txt": page("User-agent: *\nDisallow: /search/"),
            "/news": page('<a href="/dead">dead</a><a href="/search/all">search</a><a href="/rule">rule</a>'),
            "/rule": page("x"),
        }
    )
    items = poll(NEWS, notes, at)
    assert fetched_keys(items) == [f"{BASE}/news", f"{BASE}/rule"]
    assert not any(isinstance(item, ResourceError) for item in items)
    output = {entry["url"]: entry["reason"] for entry in json.loads(notes.cursor[NOT_WATCHED])["passed_over"]}
    assert "404" in output[f"{BASE}/dead"]
    assert "robots.txt" in output[f"{BASE}/search/all"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_start_page_is_absent_and_fails_the_source(status: int) -> None:
    notes = Notes()
    poll(NEWS, notes, site())
    items = sources.poll(NEWS, notes, client_for(site(__news=httpx.Response(status))), START)
    first = next(items)
    assert isinstance(first, Absent)
    assert (first.key, first.how) == (f"{BASE}/news", "gone")
    with pytest.raises(NotFound):
        next(items)


def test_one_page_that_fails_is_an_error_and_the_others_are_read() -> None:
    items = poll(NEWS, Notes(), site(__rule=httpx.Response(500)))
    assert [(item.key, type(item.error)) for item in items if isinstance(item, ResourceError)] == [
        (f"{BASE}/rule", Unreachable)
    ]
    assert f"{BASE}/media/guidance.pdf" in fetched_keys(items)


def test_a_trouble_keeps_no_frames_alive() -> None:
    trouble = next(
        item
        for item in poll(NEWS, Notes(), site(__rule=httpx.Response(500)))
        if isinstance(item, ResourceError)
    )
    assert trouble.error.__traceback__ is None


def test_a_site_that_fails_midway_ends_the_poll() -> None:
    links = "".join(f'<a href="/p{n}">{n}</a>' for n in range(10))
    at = Site({"/news": page(links)} | {f"/p{n}": httpx.Response(503) for n in range(10)})
    with pytest.raises(Unreachable):
        poll(NEWS, Notes(), at)
    assert len({path for path in at.asked if path.startswith("/p")}) == 3


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(503), Unreachable),
        (page(""), UnexpectedResponse),
        (page("  \n "), UnexpectedResponse),
        (page("<title>Request Access</title>"), AccessDenied),
        (page("<title>Just a moment...</title>"), AccessDenied),
        (page("<title>Site under maintenance</title><p>Back soon.</p>"), UnexpectedResponse),
    ],
)
def test_a_start_page_that_is_none_fails_the_source(reply: httpx.Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        poll(NEWS, Notes(), site(__news=reply))


def test_a_whole_page_about_maintenance_is_a_page() -> None:
    text = (
        "<title>Scheduled maintenance of SNAP-R</title>" + "<p>The system will be down on Sunday.</p>" * 300
    )
    assert fetched_keys(poll(NEWS, Notes(), site(__news=page(text)))) == [f"{BASE}/news"]


def test_a_start_page_that_moved_to_another_host_takes_that_site_along() -> None:
    notes = Notes()
    at = Site(
        {
            "/news": httpx.Response(301, headers={"location": "https://media.bis.gov/home"}),
            "/home": conditional(b'<a href="https://media.bis.gov/rule">r</a>', '"h"'),
            "/rule": conditional(b"x", '"r"'),
        }
    )
    assert fetched_keys(poll(NEWS, notes, at)) == [f"{BASE}/news", "https://media.bis.gov/rule"]
    assert [item.key for item in poll(NEWS, notes, at) if isinstance(item, NotModified)] == [
        f"{BASE}/news",
        "https://media.bis.gov/rule",
    ]


def test_two_addresses_of_one_page_are_one_page() -> None:
    notes = Notes()
    moved = httpx.Response(301, headers={"location": "/press/1"})
    links = '<a href="/node/1">1</a><a href="/press/1">1</a><a href="/node/2">2</a><a href="/old/2">2</a>'
    at = Site(
        {
            "/news": page(links),
            "/node/1": moved,
            "/press/1": page("one"),
            "/node/2": httpx.Response(301, headers={"location": "/press/2"}),
            "/old/2": httpx.Response(301, headers={"location": "/press/2"}),
            "/press/2": page("two"),
        }
    )
    for _ in range(2):
        assert fetched_keys(poll(NEWS, notes, at)) == [f"{BASE}/news", f"{BASE}/press/1", f"{BASE}/node/2"]


def test_a_known_page_that_moved_keeps_its_name() -> None:
    notes, at = Notes(), site()
    poll(NEWS, notes, at)
    at.table["/rule"] = httpx.Response(301, headers={"location": "/moved"})
    at.table["/moved"] = page("<p>rule, amended</p>")
    assert f"{BASE}/rule" in fetched_keys(poll(NEWS, notes, at))


def test_pictures_scripts_and_archives_are_not_requested() -> None:
    links = "".join(f'<a href="/f.{kind}">f</a>' for kind in ("png", "JPG", "zip", "css", "docx", "mp4"))
    at = Site({"/news": page(links)})
    poll(NEWS, Notes(), at)
    assert at.asked == ["/robots.txt", "/news"]


def test_linked_files_without_text_are_skipped() -> None:
    at = site(__rule=httpx.Response(200, headers={"content-type": "image/png"}, content=b"\x89PNG"))
    assert f"{BASE}/rule" not in fetched_keys(poll(NEWS, Notes(), at))


def test_a_base_element_sets_the_base_of_links() -> None:
    at = Site({"/news": page('<base href="/deep/dir/"><a href="one">1</a>'), "/deep/dir/one": page("x")})
    assert fetched_keys(poll(NEWS, Notes(), at)) == [f"{BASE}/news", f"{BASE}/deep/dir/one"]


def test_a_page_is_fetched_a_second_time_without_conditions() -> None:
    time, at = Time(), site()
    client = client_for(at, time)
    first = next(
        item
        for item in sources.poll(NEWS, Notes(), client, START)
        if isinstance(item, Fetched) and item.key.endswith("/rule")
    )
    second = sources.refetch(NEWS, first, client)
    assert (second.key, second.role, second.meta) == (first.key, first.role, first.meta)
    assert "if-none-match" not in at.requests[-1].headers
