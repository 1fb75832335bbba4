"""Records of the Federal Register API and of Public Inspection, good and bad."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tracker.model import DocumentKind
from tracker.parsing.fr_record import fr_document, pi_document

API = "https://www.federalregister.gov/api/v1"


def record(**changes: Any) -> dict[str, Any]:
    return {
        "document_number": "2025-19001",
        "title": "Expansion of End-User Controls  ",
        "type": "Rule",
        "action": "Interim final rule; request for comments.",
        "abstract": "BIS is amending\n the EAR.",
        "dates": "This rule is effective September 29, 2025.",
        "publication_date": "2025-09-30",
        "effective_on": "2025-09-29",
        "comments_close_on": "2025-10-29",
        "signing_date": None,
        "citation": "90 FR 47201",
        "html_url": "https://www.federalregister.gov/d/2025-19001",
        "agencies": [
            {"name": "Commerce Department", "slug": "commerce-department", "id": 54},
            {"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau", "id": 241},
        ],
        "docket_ids": ["Docket No. 250926-0161", "ITA-ITA-2025-0070"],
        "regulation_id_numbers": ["0694-AK11"],
        "cfr_references": [{"title": 15, "part": 744, "chapter": None}, {"title": 15, "part": "734"}],
        "correction_of": None,
        "corrections": [f"{API}/documents/C1-2025-19001?publication_date=2025-10-10"],
        "never_heard_of": {"a": 1},
        **changes,
    }


def test_facts_are_copied_from_the_record() -> None:
    document = fr_document(record())
    assert document.key == document.document_number == "2025-19001"
    assert document.kind is DocumentKind.RULE
    assert document.title == "Expansion of End-User Controls"
    assert document.abstract == "BIS is amending the EAR."
    assert document.agencies[2:] == ("Industry and Security Bureau", "industry-and-security-bureau")
    assert document.effective_on == date(2025, 9, 29)
    assert document.comments_close_on == date(2025, 10, 29)
    assert document.docket_ids == ("250926-0161", "ITA-ITA-2025-0070", "ITA-2025-0070")
    assert document.cfr_references == ("15 CFR 744", "15 CFR 734")
    assert document.corrections == ("C1-2025-19001",)
    assert document.notes == ()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": "Proposed Rule"}, DocumentKind.PROPOSED_RULE),
        ({"type": "PRORULE"}, DocumentKind.PROPOSED_RULE),
        ({"type": "Notice"}, DocumentKind.NOTICE),
        ({"type": "Presidential Document"}, DocumentKind.PRESIDENTIAL),
        ({"type": None, "executive_order_number": 14320}, DocumentKind.PRESIDENTIAL),
        ({"document_number": "C1-2025-19001"}, DocumentKind.CORRECTION),
        ({"action": "Final rule; correction."}, DocumentKind.CORRECTION),
        ({"correction_of": f"{API}/documents/2025-18000"}, DocumentKind.CORRECTION),
        ({"type": None}, DocumentKind.NOTICE),
    ],
)
def test_kind(changes: dict[str, Any], kind: DocumentKind) -> None:
    assert fr_document(record(**changes)).kind is kind


def test_orders_and_corrections_are_reduced_to_numbers() -> None:
    document = fr_document(
        record(executive_order_number=14320, correction_of=f"{API}/documents/E9-12940?x=1")
    )
    assert document.executive_order == "14320"
    assert document.correction_of == "E9-12940"


def test_no_summary_provided_is_no_abstract() -> None:
    assert fr_document(record(abstract="No summary provided.")).abstract == ""
    assert fr_document(record(abstract=None)).abstract == ""


def test_simplified_records_are_read() -> None:
    simple = {
        "document_number": "2020-1",
        "published": "2020-01-02",
        "title": "T",
        "abstract": "A",
        "url": "https://x",
    }
    document = fr_document(simple)
    assert (document.published, document.url, document.abstract) == (date(2020, 1, 2), "https://x", "A")


def test_wrong_types_are_noted_and_do_no_harm() -> None:
    bad = record(
        title=["x"], agencies="BIS", effective_on="soon", docket_ids=[1], cfr_references=None, abstract=7.5
    )
    notes = fr_document(bad).notes
    assert {note.split(":")[0] for note in notes} == {
        "title",
        "agencies",
        "effective_on",
        "docket_ids",
        "abstract",
    }
    assert fr_document({}).notes == ()


def test_public_inspection_knows_when_it_was_filed() -> None:
    document = pi_document(
        {
            "document_number": "2025-19846",
            "type": "Rule",
            "filed_at": "2025-11-10T08:45:00.000-05:00",
            "filing_type": "special",
            "publication_date": "2025-11-12",
            "subject_1": "One-Year Suspension:",
            "subject_2": "Affiliates",
            "docket_numbers": ["Docket No. 251107-0168"],
            "pdf_url": "https://x/2025-19846.pdf",
            "agencies": [{"name": "Industry and Security Bureau", "slug": "industry-and-security-bureau"}],
        }
    )
    assert document.filed_at == datetime(2025, 11, 10, 13, 45, tzinfo=UTC)
    assert document.published == date(2025, 11, 12)
    assert document.title == "One-Year Suspension: Affiliates"
    assert document.docket_ids == ("251107-0168",)
    assert "filing: special" in document.notes
