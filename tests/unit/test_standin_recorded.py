"""The recorded data in the shapes of the live services."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.recorded import recorded
from tests.standin import recorded_site
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.parties import LIST_PATH


@pytest.fixture
def server() -> Iterator[StandIn]:
    recorded("labels/dev.tsv")
    archive = recorded_site.recorded_archive(lists=False)
    with StandIn(archive, now=recorded_site.FIRST_STATE) as standin:
        yield standin


def answer(server: StandIn, path: str) -> Any:
    with urllib.request.urlopen(server.url + path, timeout=10) as reply:
        return json.loads(reply.read())


def test_thirty_documents_with_full_text(server: StandIn) -> None:
    found = answer(server, "/api/v1/documents.json?per_page=100&fields[]=full_text_xml_url")
    assert found["count"] == 30
    address = found["results"][0]["full_text_xml_url"].removeprefix(server.url)
    with urllib.request.urlopen(server.url + address, timeout=10) as reply:
        assert b"<SUPLINF>" in reply.read()


def test_part_744_is_served_in_two_states(server: StandIn) -> None:
    def size(day: str) -> int:
        path = f"/api/versioner/v1/structure/{day}/title-15.json"
        return int(answer(server, path)["size"])

    first = size("2026-06-08")
    server.now = recorded_site.SECOND_STATE
    assert size("2026-06-08") == first
    assert size("2026-07-18") != first


def test_the_screening_list_has_every_party_of_the_digest() -> None:
    recorded("labels/dev.tsv")
    archive = recorded_site.recorded_archive(documents=1)
    with StandIn(archive, now=recorded_site.FIRST_STATE) as server:
        results = answer(server, LIST_PATH)["results"]
    assert len(results) == 25_921
    assert {"name", "source", "addresses", "alt_names", "federal_register_notice"} <= results[0].keys()


def test_generated_pages_are_always_the_same_and_each_its_own() -> None:
    archive = sample_archive()
    paths = recorded_site.put_generated_pages(archive, 20)
    bodies = [archive.pages[path].latest().body for path in paths]
    assert len(set(bodies)) == 20
    assert bodies[3] == recorded_site.generated_page(3)
    assert all(path.encode() in archive.pages["/pages"].latest().body for path in paths)


@pytest.mark.parametrize(
    ("title", "abstract", "type_", "agency"),
    [
        ("Additions to the Entity List", "In this rule, the Bureau of Industry and Security (BIS) amends the Export Administration Regulations (EAR)", "RULE", "industry-and-security-bureau"),
        ("Air Plan Approval; Nowhere", "The agency is proposing to approve a plan.", "PRORULE", "environmental-protection-agency"),
        ("Addressing the Threat to National Security", "", "PRESDOCU", None),
        ("Sunshine Act Meetings", "", "NOTICE", None),
    ],
)  # fmt: skip
def test_type_and_agency_are_guessed_from_the_words(
    title: str, abstract: str, type_: str, agency: str | None
) -> None:
    row = {"document_number": "2025-00001", "published": "2025-01-02", "title": title, "abstract": abstract}
    document = recorded_site.document(row, 1)
    assert document.type == type_
    assert (document.agencies[-1] if document.agencies else None) == agency
