"""The stand-in answers like the real services: shapes, clamps, validators, clock, log."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.parties import LIST_PATH

Got = tuple[int, dict[str, str], bytes]


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(sample_archive(), now=SAMPLE_NOW) as standin:
        yield standin
        assert not standin.failures, standin.failures


def get(server: StandIn, path: str, **headers: str) -> Got:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(server.url + quote(path, safe="/?&=%,"), headers=names)
    try:
        with urllib.request.urlopen(request, timeout=5) as reply:
            return reply.status, dict(reply.headers), reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def answer(server: StandIn, path: str) -> Any:
    return json.loads(get(server, path)[2])


BIS = "conditions[agencies][]=industry-and-security-bureau"


def test_search_lists_published_documents_of_an_agency_newest_first(server: StandIn) -> None:
    found = answer(server, f"/api/v1/documents.json?{BIS}&per_page=100&order=newest")
    assert found["count"] == 1
    assert found["total_pages"] == 1
    assert "next_page_url" not in found
    assert found["results"][0]["document_number"] == "2026-11001"
    assert [agency["slug"] for agency in found["results"][0]["agencies"]] == [
        "commerce-department",
        "industry-and-security-bureau",
    ]
    assert found["results"][0]["title"].endswith("  ")


def test_search_without_hits_has_no_results(server: StandIn) -> None:
    found = answer(server, "/api/v1/documents.json?conditions[publication_date][lte]=2001-01-01")
    assert found["count"] == 0
    assert "results" not in found
    assert "total_pages" not in found


def test_per_page_and_page_out_of_range_fall_back_to_defaults(server: StandIn) -> None:
    paged = answer(server, "/api/v1/documents.json?per_page=2")
    assert len(paged["results"]) == 2
    assert len(answer(server, "/api/v1/documents.json?per_page=5000")["results"]) == 2
    assert answer(server, "/api/v1/documents.json?per_page=2&page=99")["results"] == paged["results"]


def test_next_page_has_no_json_suffix_and_keeps_unknown_parameters(server: StandIn) -> None:
    server.now = datetime(2026, 6, 12, tzinfo=UTC)
    first = answer(server, "/api/v1/documents.json?per_page=2&bust=1")
    address = first["next_page_url"].removeprefix(server.url)
    assert address.startswith("/api/v1/documents?")
    assert "bust=1" in address
    second = json.loads(get(server, address)[2])
    assert second["results"][0]["document_number"] == "2026-11001"
    assert "next_page_url" not in second


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("conditions[agencies][]=no-such-bureau", "agencies"),
        ("conditions[flavour]=sour", "flavour"),
        ("conditions[publication_date][gte]=yesterday", "publication_date"),
        ("conditions[type][]=RULES", "type"),
    ],
)
def test_a_bad_condition_fails_the_whole_query(server: StandIn, query: str, named: str) -> None:
    status, headers, body = get(server, f"/api/v1/documents.json?{query}")
    assert status == 400
    assert named in json.loads(body)["errors"]
    assert headers["Cache-Control"] == "public, max-age=86400"


def test_unknown_field_is_refused(server: StandIn) -> None:
    status, _, body = get(server, "/api/v1/documents.json?fields[]=color")
    assert status == 400
    assert json.loads(body)["message"] == "field 'color' not valid"


def test_one_number_gives_the_bare_object_and_several_a_list(server: StandIn) -> None:
    assert answer(server, "/api/v1/documents/2026-11001.json")["document_number"] == "2026-11001"
    several = answer(server, "/api/v1/documents/2026-11001,2026-99999.json")
    assert several["count"] == 1
    assert several["errors"] == {"not_found": ["2026-99999"]}
    status, _, body = get(server, "/api/v1/documents/2026-99999.json")
    assert (status, json.loads(body)["message"]) == (404, "Record Not Found")


def test_a_document_is_there_from_its_time_on(server: StandIn) -> None:
    assert get(server, "/api/v1/documents/2026-11003.json")[0] == 404
    server.now = datetime(2026, 6, 11, 12, tzinfo=UTC)
    record = answer(server, "/api/v1/documents/2026-11003.json")
    assert record["citation"] == "91 FR 30200"
    assert record["comments_close_on"] == "2026-07-13"


def test_public_inspection_lists_only_the_child_agency_until_publication(server: StandIn) -> None:
    current = answer(server, "/api/v1/public-inspection-documents/current.json")
    assert current["count"] == 1
    found = current["results"][0]
    assert [agency["slug"] for agency in found["agencies"]] == ["industry-and-security-bureau"]
    assert "parent_id" not in found["agencies"][0]
    assert found["filed_at"] == "2026-06-10T08:45:00.000-04:00"
    assert b"BIS asks what chips there are." in get(server, found["raw_text_url"].removeprefix(server.url))[2]
    assert get(server, found["pdf_url"].removeprefix(server.url))[2].startswith(b"%PDF-1.4")
    server.now = datetime(2026, 6, 11, 12, tzinfo=UTC)
    assert answer(server, "/api/v1/public-inspection-documents/current.json")["results"] == []


def test_full_text_is_gpo_xml_and_raw_text(server: StandIn) -> None:
    record = answer(server, "/api/v1/documents/2026-11001.json")
    xml = get(server, record["full_text_xml_url"].removeprefix(server.url))[2].decode()
    assert "<RULE>" in xml
    assert '<HD SOURCE="HED">DATES:</HD><P>This rule is effective June 8, 2026.</P>' in xml
    text = get(server, record["raw_text_url"].removeprefix(server.url))[2].decode()
    assert "BIS controls etching equipment in ECCN 3B001." in text
    assert "<P>" not in text


def test_ecfr_is_two_business_days_behind_and_later_dates_are_missing(server: StandIn) -> None:
    titles = answer(server, "/api/versioner/v1/titles.json")
    commerce = titles["titles"][14]
    assert (commerce["number"], commerce["up_to_date_as_of"]) == (15, "2026-06-08")
    assert titles["titles"][34]["up_to_date_as_of"] is None
    assert get(server, "/api/versioner/v1/full/2026-06-08/title-15.xml?part=744")[0] == 200
    assert get(server, "/api/versioner/v1/full/2026-06-09/title-15.xml?part=744")[0] == 404
    assert get(server, "/api/versioner/v1/full/2016-12-31/title-15.xml?part=744")[0] == 404
    assert get(server, "/api/versioner/v1/full/2026-06-08/title-15.json?part=744")[0] == 406


def test_ecfr_slices_by_part_section_and_appendix_and_else_gives_the_title(server: StandIn) -> None:
    full = "/api/versioner/v1/full/2026-06-08/title-15.xml"
    assert b'<DIV8 N="744.11"' in get(server, f"{full}?part=744&section=744.11")[2]
    assert b"744.23" not in get(server, f"{full}?part=744&section=744.11")[2]
    assert b"Sample Etching Works" in get(server, f"{full}?appendix=Supplement No. 4 to Part 744")[2]
    assert b"<DIV1" in get(server, f"{full}?chapter=VII")[2]
    assert get(server, f"{full}?section=744.11(a)")[0] == 404


def test_structure_carries_sizes_that_move_with_the_text(server: StandIn) -> None:
    def size() -> int:
        body = answer(server, "/api/versioner/v1/structure/2026-06-08/title-15.json")
        return int(body["size"])

    before = size()
    server.edit_part(15, "744", "A license is required", "A validated license is required")
    assert size() == before + len(" validated")


def test_versions_name_the_sections_that_changed_and_meta_is_text(server: StandIn) -> None:
    day = server.edit_part(15, "744", "in a fabrication facility", "in a “fabrication facility”")
    body = answer(server, f"/api/versioner/v1/versions/title-15.json?issue_date[gte]={day}")
    assert [row["identifier"] for row in body["content_versions"]] == ["744.23"]
    assert body["content_versions"][0]["substantive"] is False, "only quotation marks were added"
    assert body["meta"]["result_count"] == "1"


def test_inspected_text_is_the_one_that_was_filed(server: StandIn) -> None:
    path = "/public-inspection/raw_text/202/611/003.txt"
    server.patch_xml("2026-11003", "what chips there are", "what chips there were")
    assert b"what chips there are" in get(server, path)[2]


def test_conditional_requests_are_answered_with_304(server: StandIn) -> None:
    for path in ("/news", "/api/v1/documents.json", LIST_PATH):
        _, headers, _ = get(server, path)
        assert get(server, path, If_None_Match=headers["ETag"])[0] == 304
    _, headers, _ = get(server, "/news")
    assert get(server, "/news", If_Modified_Since=headers["Last-Modified"])[0] == 304
    server.edit_page("/news", "New rule", "Newer rule")
    assert get(server, "/news", If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_large_answers_are_compressed_on_request(server: StandIn) -> None:
    path = "/api/versioner/v1/full/2026-06-08/title-15.xml?part=744"
    _, headers, body = get(server, path, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == get(server, path)[2]


def test_addresses_inside_answers_are_the_server_s_own(server: StandIn) -> None:
    record = answer(server, "/api/v1/documents/2026-11001.json")
    addresses = [value for key, value in record.items() if key.endswith("_url") and value]
    assert addresses
    assert all(address.startswith(server.url) for address in addresses)
    assert server.url.encode() in get(server, "/feed.xml")[2]


def test_the_log_lists_the_requests(server: StandIn) -> None:
    get(server, "/news", User_Agent="tracker/1")
    entry = server.asked("/news")[-1]
    assert (entry.method, entry.status, entry.headers["user-agent"]) == ("GET", 200, "tracker/1")
    server.forget()
    assert server.asked() == []
