from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from tests.unit.sources_fakes import START, Notes, Site, Time, client_for, fetched_keys, json_answer, page
from tracker import sources
from tracker.config.models import Source
from tracker.errors import AccessDenied, FetchError, UnexpectedResponse, Unreachable
from tracker.model import Absent, Fetched, NotModified, ResourceType
from tracker.sources import Item, ResourceError

EAR = Source("ear", "ecfr", base_url="https://www.ecfr.gov", title=15, parts=((730, 774),))
API = "/api/versioner/v1"


def titles(as_of: str | None = "2026-06-08", moved: str = "2026-06-05", **more: Any) -> httpx.Response:
    title = {
        "number": 15,
        "latest_amended_on": moved,
        "latest_issue_date": moved,
        "up_to_date_as_of": as_of,
        "reserved": as_of is None,
    }
    meta: dict[str, Any] = {"import_in_progress": False}
    return json_answer({"titles": [title], "meta": meta | more})


def structure(**sizes: int) -> httpx.Response:
    parts = [
        {
            "type": "part",
            "identifier": name.removeprefix("p"),
            "size": size,
            "reserved": False,
            "children": [],
        }
        for name, size in sizes.items()
    ]
    chapter = {"type": "chapter", "identifier": "VII", "children": parts}
    return json_answer({"type": "title", "identifier": "15", "children": [chapter]})


def part(
    number: str, text: str = "may", etag: str | None = None
) -> Callable[[httpx.Request], httpx.Response]:
    body = f'<?xml version="1.0"?>\n<DIV5 N="{number}" TYPE="PART"><HEAD>PART</HEAD><P>{text}</P></DIV5>'

    def reply(request: httpx.Request) -> httpx.Response:
        if etag and request.headers.get("if-none-match") == etag:
            return httpx.Response(304)
        headers = {"content-type": "application/xml"} | ({"etag": etag} if etag else {})
        return httpx.Response(200, headers=headers, content=body.encode())

    return reply


def site(day: str = "2026-06-08", **more: Any) -> Site:
    return Site(
        {
            f"{API}/titles.json": titles(day),
            f"{API}/structure/{day}/title-15.json": structure(p744=10, p746=20),
            f"{API}/full/{day}/title-15.xml?part=744": part("744"),
            f"{API}/full/{day}/title-15.xml?part=746": part("746"),
        }
    )


def poll(notes: Notes, at: Site, time: Time | None = None, source: Source = EAR) -> list[Item]:
    time = time or Time()
    return notes.keep(source, sources.poll(source, notes, client_for(at, time), time.now()))


def asked_parts(at: Site) -> list[str]:
    return [request.url.params["part"] for request in at.requests if "/full/" in request.url.path]


def test_takes_the_parts_of_the_structure_as_of_the_last_day_there_is() -> None:
    items = poll(Notes(), site())
    assert fetched_keys(items) == ["15 CFR 744", "15 CFR 746"]
    first = next(item for item in items if isinstance(item, Fetched))
    assert first.role is ResourceType.ECFR_PART
    assert first.meta == {
        "as_of": "2026-06-08",
        "title": "15",
        "part": "744",
        "url": "https://www.ecfr.gov/current/title-15/part-744",
    }


def test_parts_outside_the_source_and_reserved_parts_are_not_requested() -> None:
    at = site()
    at.table[f"{API}/structure/2026-06-08/title-15.json"] = structure(p744=1, p746=1, p800=1, p30=1)
    poll(Notes(), at, source=replace(EAR, parts=((744, 744), (800, 801))))
    assert asked_parts(at) == ["744", "800"]


def test_equal_sizes_mean_no_change_where_the_server_has_no_validators() -> None:
    notes, at = Notes(), site()
    poll(notes, at)
    at.requests.clear()
    items = poll(notes, at)
    assert [item.key for item in items if isinstance(item, NotModified)] == ["15 CFR 744", "15 CFR 746"]
    assert asked_parts(at) == []


def test_a_part_of_another_size_is_fetched() -> None:
    notes, at = Notes(), site()
    poll(notes, at)
    at.requests.clear()
    at.table[f"{API}/structure/2026-06-08/title-15.json"] = structure(p744=11, p746=20)
    assert fetched_keys(poll(notes, at)) == ["15 CFR 744"]


def test_when_the_title_moved_even_parts_of_the_same_size_are_fetched() -> None:
    notes, at = Notes(), site()
    poll(notes, at)
    at = site("2026-06-09")
    at.table[f"{API}/titles.json"] = titles("2026-06-09", moved="2026-06-09")
    assert fetched_keys(poll(notes, at)) == ["15 CFR 744", "15 CFR 746"]


def test_a_later_day_on_which_nothing_moved_costs_no_text() -> None:
    notes = Notes()
    poll(notes, site())
    at = site("2026-06-09")
    poll(notes, at)
    assert asked_parts(at) == []


def test_validators_are_replayed_for_the_same_day_and_never_for_another() -> None:
    notes, at = Notes(), site()
    at.table[f"{API}/full/2026-06-08/title-15.xml?part=744"] = part("744", etag='"v1"')
    poll(notes, at)
    at.requests.clear()
    poll(notes, at)
    full = next(request for request in at.requests if "/full/" in request.url.path)
    assert full.headers["if-none-match"] == '"v1"'
    at = site("2026-06-09")
    at.table[f"{API}/titles.json"] = titles("2026-06-09", moved="2026-06-09")
    at.table[f"{API}/full/2026-06-09/title-15.xml?part=744"] = part("744", "must", '"v1"')
    assert "15 CFR 744" in fetched_keys(poll(notes, at))


def test_an_unmoved_title_whose_parts_have_validators_costs_no_structure() -> None:
    notes, at = Notes(), site()
    for number in ("744", "746"):
        at.table[f"{API}/full/2026-06-08/title-15.xml?part={number}"] = part(number, etag=f'"{number}"')
    poll(notes, at)
    at.requests.clear()
    poll(notes, at)
    assert not [path for path in at.asked if "structure" in path]
    assert asked_parts(at) == ["744", "746"]


def test_the_full_text_is_requested_periodically_for_any_sizes() -> None:
    notes, at, time = Notes(), site(), Time()
    poll(notes, at, time)
    time.seconds += timedelta(days=1).total_seconds()
    assert fetched_keys(poll(notes, at, time)) == ["15 CFR 744", "15 CFR 746"]


def test_an_import_in_progress_is_a_state_that_passes() -> None:
    at = Site({f"{API}/titles.json": titles(import_in_progress=True)})
    with pytest.raises(Unreachable, match="importing") as raised:
        poll(Notes(), at)
    assert raised.value.transient
    assert raised.value.retry_after


def test_a_reserved_title_is_reported_to_have_no_text() -> None:
    with pytest.raises(AccessDenied, match="reserved"):
        poll(Notes(), Site({f"{API}/titles.json": titles(None)}))


@pytest.mark.parametrize(
    "reply",
    [
        json_answer({"titles": []}),
        json_answer({}),
        titles("soon"),
        page("<title>eCFR</title>"),
        json_answer([]),
        httpx.Response(200, content=b'{"titles": [{"num'),
        httpx.Response(200, content=b""),
    ],
)
def test_titles_that_are_none_fail_the_source(reply: httpx.Response) -> None:
    with pytest.raises(UnexpectedResponse):
        poll(Notes(), Site({f"{API}/titles.json": reply}))


def test_an_older_day_than_the_last_is_a_stale_answer() -> None:
    notes = Notes()
    poll(notes, site("2026-06-08"))
    with pytest.raises(UnexpectedResponse, match="stale"):
        poll(notes, site("2026-06-05"))


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html><title>Request Access</title></html>", AccessDenied, "wall"),
        (b"<!DOCTYPE html><html><title>Oops</title></html>", UnexpectedResponse, "HTML"),
        (b'<DIV1 N="15" TYPE="TITLE"><DIV5 N="744"/></DIV1>', UnexpectedResponse, "whole title"),
        (b'<DIV5 N="745" TYPE="PART"/>', UnexpectedResponse, "requested part 744, received DIV5 745"),
        (b'<DIV5 N="744" TYPE="PART"><P>cut', UnexpectedResponse, "truncated XML"),
        (b"", UnexpectedResponse, "truncated XML"),
    ],
)
def test_a_wrong_part_is_an_error_and_the_other_parts_are_read(
    body: bytes, kind: type[FetchError], words: str
) -> None:
    at = site()
    at.table[f"{API}/full/2026-06-08/title-15.xml?part=744"] = httpx.Response(200, content=body)
    items = poll(Notes(), at)
    trouble = next(item for item in items if isinstance(item, ResourceError))
    assert trouble.key == "15 CFR 744"
    assert isinstance(trouble.error, kind)
    assert words in trouble.error.cause
    assert fetched_keys(items) == ["15 CFR 746"]


def test_a_part_that_failed_is_requested_again_at_the_next_poll() -> None:
    notes, at = Notes(), site()
    at.table[f"{API}/full/2026-06-08/title-15.xml?part=744"] = httpx.Response(200, content=b"<DIV1/>")
    poll(notes, at)
    at.table[f"{API}/full/2026-06-08/title-15.xml?part=744"] = part("744")
    assert fetched_keys(poll(notes, at)) == ["15 CFR 744"]


def test_without_a_structure_the_versions_list_the_parts() -> None:
    at = site()
    del at.table[f"{API}/structure/2026-06-08/title-15.json"]
    rows = [{"part": number} for number in ("744", "744", "746", "30")]
    at.table[f"{API}/versions/title-15.json"] = json_answer({"content_versions": rows})
    assert fetched_keys(poll(Notes(), at)) == ["15 CFR 744", "15 CFR 746"]
    assert asked_parts(at) == ["744", "746"]


def test_versions_that_may_be_cut_off_are_not_believed() -> None:
    at = site()
    del at.table[f"{API}/structure/2026-06-08/title-15.json"]
    at.table[f"{API}/versions/title-15.json"] = json_answer({"content_versions": [{"part": "744"}] * 1000})
    assert fetched_keys(poll(Notes(), at, source=replace(EAR, parts=((743, 746),)))) == [
        "15 CFR 744",
        "15 CFR 746",
    ]
    assert asked_parts(at) == ["743", "744", "745", "746"]


def test_a_part_that_left_the_structure_is_absent_only_when_it_answers_404() -> None:
    notes, at = Notes(), site()
    poll(notes, at)
    at.table[f"{API}/structure/2026-06-08/title-15.json"] = structure(p744=10)
    assert not [item for item in poll(notes, at) if isinstance(item, Absent)]
    del at.table[f"{API}/full/2026-06-08/title-15.xml?part=746"]
    absent = [item for item in poll(notes, at) if isinstance(item, Absent)]
    assert [item.key for item in absent] == ["15 CFR 746"]


def test_a_structure_without_any_known_part_is_a_failure() -> None:
    notes, at = Notes(), site()
    poll(notes, at)
    at.table[f"{API}/structure/2026-06-08/title-15.json"] = structure(p999=10)
    with pytest.raises(UnexpectedResponse, match="none of the 2 known parts"):
        poll(notes, at)


def test_a_part_of_the_structure_that_answers_404_is_no_removal() -> None:
    notes, at = Notes(), site()
    poll(notes, at)
    at.table[f"{API}/structure/2026-06-08/title-15.json"] = structure(p744=10, p746=99)
    del at.table[f"{API}/full/2026-06-08/title-15.xml?part=746"]
    items = poll(notes, at)
    assert [type(item.error) for item in items if isinstance(item, ResourceError)] == [UnexpectedResponse]
    assert not [item for item in items if isinstance(item, Absent)]


def test_the_same_part_of_the_same_day_can_be_requested_again() -> None:
    at = site()
    client = client_for(at)
    first = next(item for item in sources.poll(EAR, Notes(), client, START) if isinstance(item, Fetched))
    assert sources.refetch(EAR, first, client).answer.body == first.answer.body


VERSIONS = f"{API}/versions/title-15.json?issue_date%5Bgte%5D=2026-06-08"


def moved_site(versions: httpx.Response | None) -> Site:
    """The site two days later, with another text of part 744."""
    at = site("2026-06-10")
    at.table[f"{API}/titles.json"] = titles("2026-06-10", "2026-06-09")
    at.table[f"{API}/full/2026-06-10/title-15.xml?part=744"] = part("744", "must")
    if versions is not None:
        at.table[VERSIONS] = versions
    return at


def row(identifier: str, day: str, number: str = "744", kind: str = "section") -> dict[str, str]:
    return {
        "part": number,
        "identifier": identifier,
        "amendment_date": day,
        "type": kind,
        "issue_date": "2026-06-10",
    }


def amended(items: list[Item]) -> dict[str, str]:
    return {
        item.key: item.meta.get("amended", "")
        for item in items
        if isinstance(item, Fetched) and "part" in item.meta
    }


def test_a_part_carries_the_days_on_which_its_sections_were_amended() -> None:
    notes = Notes()
    poll(notes, site())
    rows = [
        row("744.11", "2026-06-09"), row("Supplement No. 4 to Part 744", "2026-06-09", kind="appendix"),
        row("744.11", "2026-06-10"), row("746.1", "2026-06-10", "746"), row("746.2", "soon", "746"), {"part": None}, "744",
    ]  # fmt: skip
    at = moved_site(json_answer({"content_versions": rows}))
    found = amended(poll(notes, at))
    assert json.loads(found["15 CFR 744"]) == {
        "744.11": ["2026-06-09", "2026-06-10"],
        "Supplement No. 4 to Part 744": ["2026-06-09"],
    }
    assert json.loads(found["15 CFR 746"]) == {"746.1": ["2026-06-10"]}
    assert len([request for request in at.requests if "/versions/" in request.url.path]) == 1


def test_the_first_poll_and_an_edition_that_did_not_move_ask_for_no_versions() -> None:
    notes, at = Notes(), site()
    assert amended(poll(notes, at)) == {"15 CFR 744": "", "15 CFR 746": ""}
    poll(notes, at)
    assert not [request for request in at.requests if "/versions/" in request.url.path]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        json_answer({"content_versions": [row("744.11", "2026-06-09")] * 1000}),
        json_answer({"content_versions": "none"}),
    ],
)
def test_without_a_list_of_versions_a_part_is_taken_all_the_same(answer: httpx.Response | None) -> None:
    notes = Notes()
    poll(notes, site())
    items = poll(notes, moved_site(answer))
    assert amended(items) == {"15 CFR 744": "", "15 CFR 746": ""}
    assert not [item for item in items if isinstance(item, ResourceError)]


def test_a_list_of_versions_that_fails_is_an_error_and_the_parts_are_taken() -> None:
    notes = Notes()
    poll(notes, site())
    items = poll(notes, moved_site(httpx.Response(403)))
    assert fetched_keys(items) == ["15 CFR 744", "15 CFR 746"]
    assert [item.key for item in items if isinstance(item, ResourceError)] == ["listing/versions"]
