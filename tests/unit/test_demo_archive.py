"""The demo's archive: whole, readable, true in its facts, and of every kind that the demo must show."""

from __future__ import annotations

import json
from datetime import date

import pytest
from lxml import etree

from tests.recorded import recorded
from tracker.demo import agencies, archive_loader
from tracker.demo.model import Archive


@pytest.fixture(scope="module")
def archive() -> Archive:
    return archive_loader.load()


def _parsed(xml: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(xml.encode(), parser)


def test_every_document_has_a_text_in_gpo_xml(archive: Archive) -> None:
    roots = {_parsed(document.xml.latest()).tag for document in archive.documents}
    assert roots == {"RULE", "PRORULE", "NOTICE", "PRESDOCU"}


def test_every_agency_is_known_and_parents_precede_children(archive: Archive) -> None:
    for document in archive.documents:
        for place, slug in enumerate(document.agencies):
            parent = agencies.AGENCIES[slug].parent
            assert parent is None or parent in document.agencies[:place], document.number


def test_numbers_titles_and_days_are_those_of_the_register(archive: Archive) -> None:
    lines = recorded("federal-register/titles-abstracts-2020-2026.jsonl.xz").decode().splitlines()
    wanted = {document.number: document for document in archive.documents}
    checked = set()
    for line in lines:
        number = line[21 : line.index('"', 21)]
        if number in wanted:
            row = json.loads(line)
            document = wanted[number]
            assert document.title.strip() == row["title"].strip()
            assert document.publication_date == date.fromisoformat(row["published"])
            assert (document.abstract or "") != row["abstract"], f"{number}: the text must be ours"
            checked.add(number)
    # The other three were published in days that the recording leaves out; sources.md, section e.
    assert wanted.keys() - checked == {"2025-14212", "2025-17389", "2026-06952"}


def test_each_state_of_each_part_is_one_part_of_the_ecfr(archive: Archive) -> None:
    for (_, part), states in archive.code.items():
        for xml in states.values():
            root = _parsed(xml)
            assert (root.tag, root.get("N")) == ("DIV5", part)


def test_the_stay_is_a_note_in_the_code(archive: Archive) -> None:
    states = archive.code[15, "744"]
    assert "<EFFDNOT>" not in states[date(2025, 10, 9)]
    assert "was stayed, effective until Nov. 9, 2026" in states[date(2025, 11, 12)]


def test_corrections_point_to_documents_that_are_there(archive: Archive) -> None:
    pairs = {
        document.number: document.facts["correction_of"]
        for document in archive.documents
        if "correction_of" in document.facts
    }
    assert pairs == {
        "2023-18047": "2023-17243",
        "C1-2023-18047": "2023-18047",
        "2025-16389": "2025-15493",
    }


def test_evening_polls_miss_no_addition_or_change(archive: Archive) -> None:
    evenings = archive_loader.evenings(archive)
    assert evenings == sorted(set(evenings))
    assert evenings[0] > archive_loader.first_instant()
    last = evenings[-1]
    assert all(document.listed(last) for document in archive.documents)
    assert all(timeline.instants()[-1] <= last for timeline in archive.pages.values())


def test_a_change_that_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"a\.toml: 'absent' occurs 0 times"):
        archive_loader.replaced("text", "absent", "", "a.toml")
