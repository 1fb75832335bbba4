"""A poll that is killed after any item loses nothing: the next whole poll brings what is still missing."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import islice

import httpx2 as httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sources_fakes import Notes, Site, Time, client_for, conditional, json_answer
from tests.unit.sources_register import BIS, Register, record, xml_path
from tracker import sources
from tracker.config.models import Source
from tracker.model import Fetched, ResourceType

PAGES = Source("bis", "page", url="https://a.gov/", follow="same-site", depth=2)
EAR = Source("ear", "ecfr", base_url="https://a.gov", title=15, parts=((730, 774),))
States = st.lists(st.integers(0, 2), min_size=4, max_size=4)


def digest(body: bytes) -> str:
    return sha256(body).hexdigest()


def drill(
    source: Source, at: Callable[[list[int]], Site], before: list[int], after: list[int], killed: int
) -> Notes:
    """A whole poll of one state of the site, one of another that is killed, and a whole one."""
    notes, time = Notes(), Time()
    for state, items in ((before, None), (after, killed), (after, None)):
        polled = sources.poll(source, notes, client_for(at(state), time), time.now())
        notes.keep(source, islice(polled, items))
        time.seconds += 60
    return notes


def page_site(state: list[int]) -> Site:
    """`/` links to three pages, the first of which links to a fourth from its state 1 on."""
    deeper = '<a href="/deep">d</a>' if state[1] else ""
    bodies = {
        "/": f'<p>{state[0]}</p><a href="/a">a</a><a href="/b">b</a>' + '<a href="/c">c</a>' * bool(state[0]),
        "/a": f"<p>{state[1]}</p>{deeper}",
        "/b": f"<p>{state[2]}</p>",
        "/c": f"<p>{state[3]}</p>",
        "/deep": f"<p>deep {state[2]}</p>",
    }
    return Site(
        {path: conditional(body.encode(), f'"{digest(body.encode())}"') for path, body in bodies.items()}
    )


@settings(max_examples=60, deadline=None)
@given(States, States, st.integers(0, 7))
def test_no_page_is_lost(before: list[int], after: list[int], killed: int) -> None:
    notes = drill(PAGES, page_site, before, after, killed)
    expected = {"/", "/a", "/b"} | ({"/c"} if after[0] else set()) | ({"/deep"} if after[1] else set())
    table = page_site(after).table
    for path in expected:
        body = table[path](httpx.Request("GET", f"https://a.gov{path}")).content
        assert notes.known[f"https://a.gov{path}"].sha256 == digest(body), path


def register_site(state: list[int]) -> Site:
    """Four documents; each one's state is in its title, and its XML changes in place with state 2."""
    records = [record(f"2026-1100{n}", "2026-06-08", f"Title {min(one, 1)}") for n, one in enumerate(state)]
    site = Register(records).site(texts=[])
    for n, one in enumerate(records):
        body = f"<RULE><P>{state[n] == 2}</P></RULE>".encode()
        site.table[xml_path(one)] = conditional(body, f'"{digest(body)}"', "application/xml")
    listing = site.table["/api/v1/documents.json"]

    def tagged(request: httpx.Request) -> httpx.Response:
        answer = listing(request)
        etag = f'"{digest(answer.content)}"'
        if request.headers.get("if-none-match") == etag:
            return httpx.Response(304)
        return httpx.Response(200, headers={"etag": etag}, content=answer.content)

    site.table["/api/v1/documents.json"] = tagged
    return site


@settings(max_examples=60, deadline=None)
@given(States, States, st.integers(0, 7))
def test_no_document_and_no_correction_in_place_is_lost(
    before: list[int], after: list[int], killed: int
) -> None:
    notes = drill(BIS, register_site, before, after, killed)
    for n, state in enumerate(after):
        xml = f"<RULE><P>{state == 2}</P></RULE>".encode()
        assert notes.known[f"2026-1100{n}/xml"].sha256 == digest(xml)
    # Nothing is pending.
    last = sources.poll(BIS, notes, client_for(register_site(after), Time()), Time().now())
    assert not [item for item in last if isinstance(item, Fetched) and item.role is ResourceType.FR_RECORD]


def code_site(state: list[int]) -> Site:
    """Four parts; the title's own dates move with any of them."""
    moved = f"2026-06-0{1 + max(state)}"
    title = {
        "number": 15,
        "up_to_date_as_of": "2026-06-08",
        "latest_amended_on": moved,
        "latest_issue_date": str(state),
    }
    nodes = [{"type": "part", "identifier": str(730 + n), "size": 10} for n in range(4)]
    table: dict[str, object] = {
        "/api/versioner/v1/titles.json": json_answer({"titles": [title], "meta": {}}),
        "/api/versioner/v1/structure/2026-06-08/title-15.json": json_answer(
            {"type": "title", "children": nodes}
        ),
    }
    for n, one in enumerate(state):
        body = f'<DIV5 N="{730 + n}"><P>{one}</P></DIV5>'.encode()
        address = f"/api/versioner/v1/full/2026-06-08/title-15.xml?part={730 + n}"
        # The server sends two of the parts without validators.
        table[address] = (
            conditional(body, f'"{digest(body)}"') if n % 2 else httpx.Response(200, content=body)
        )
    return Site(table)


@settings(max_examples=60, deadline=None)
@given(States, States, st.integers(0, 7))
def test_no_part_is_lost(before: list[int], after: list[int], killed: int) -> None:
    notes = drill(EAR, code_site, before, after, killed)
    for n, one in enumerate(after):
        body = f'<DIV5 N="{730 + n}"><P>{one}</P></DIV5>'.encode()
        assert notes.known[f"15 CFR {730 + n}"].sha256 == digest(body)
