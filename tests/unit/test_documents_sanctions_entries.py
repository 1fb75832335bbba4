"""The parties that a notice of sanctions lists or removes."""

from __future__ import annotations

import pytest

from tracker.documents.sanctions_entries import sanctions_entries
from tracker.model import Document, DocumentKind, Unit, UnitKind

PLACED = "On June 12, 2026, OFAC determined that the property of the following persons is blocked:"
REMOVED = "On October 2, 2026, OFAC removed from the SDN List the persons listed below:"


def read(
    *lines: str, kind: DocumentKind = DocumentKind.NOTICE, abstract: str = ""
) -> list[tuple[str, str, bool]]:
    document = Document(
        key="sample", kind=kind, title="Notice of OFAC Sanctions Actions (SDN List)", url="", abstract=abstract,
        units=tuple(Unit(f"Text ¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(lines, 1)),
    )  # fmt: skip
    return [(one.name, " ".join(one.programs), one.removed) for one in sanctions_entries(document)]


def test_entries_in_paragraphs_of_their_own_follow_the_words_before_them() -> None:
    assert read(
        PLACED,
        "Individuals:",
        "1. SAMPLE, Taro Jiro (a.k.a. SAMPLE, T.), Osaka, Japan; DOB 01 Jan 1970 (individual) [EXAMPLE-EO].",
        "Entities:",
        "1. SAMPLE VALVE TRADING CO., LTD. (a.k.a. SVT), 12 Quay Street, Osaka, Japan [EXAMPLE-EO] [SDGT] (Linked To: OTHER CO.).",
        REMOVED,
        "1. NORTHERN PUMP & GEAR WORKS, Kobe, Japan [EXAMPLE-EO].",
    ) == [
        ("SAMPLE, Taro Jiro", "EXAMPLE-EO", False),
        ("SAMPLE VALVE TRADING CO., LTD.", "EXAMPLE-EO SDGT", False),
        ("NORTHERN PUMP & GEAR WORKS", "EXAMPLE-EO", True),
    ]


def test_entries_within_the_sentence_that_removes_them() -> None:
    assert read(f"{REMOVED} SAMPLE VALVE INC., Osaka, Japan [SDGT]. All its property is unblocked.") == [
        ("SAMPLE VALVE INC.", "SDGT", True)
    ]


@pytest.mark.parametrize(
    "lead",
    [
        "The list of the following persons was updated:",
        "OFAC removed some persons from the SDN List, and the property of others is blocked:",
    ],
)
def test_an_entry_under_words_that_say_neither_or_both_is_neither(lead: str) -> None:
    assert read(lead, "1. SAMPLE VALVE INC., Osaka, Japan [SDGT].") == []


def test_the_abstract_leads_entries_without_words_of_their_own() -> None:
    assert read(
        "SAMPLE VALVE INC., Osaka [SDGT].", abstract="OFAC is removing one person from the SDN List."
    ) == [("SAMPLE VALVE INC.", "SDGT", True)]


def test_a_docket_number_in_brackets_and_another_kind_of_document_have_no_entries() -> None:
    assert read(PLACED, "Please refer to Docket ID Number [SSA-2023-0051] in a response.") == []
    assert read(PLACED, "SAMPLE VALVE INC., Osaka [SDGT].", kind=DocumentKind.RULE) == []
