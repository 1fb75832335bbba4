from __future__ import annotations

import pytest

from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.sanity_checks import suspicion


def document(*texts: str, kind: DocumentKind = DocumentKind.PAGE, title: str = "News") -> Document:
    units = tuple(Unit(f"¶{number}", UnitKind.PARAGRAPH, text) for number, text in enumerate(texts))
    return Document("k", kind, title, "https://x.gov", units)


BODY = b"<html><p>text</p></html>"
LONG = ["A sentence of the rules that is long enough to count for something here."] * 20


@pytest.mark.parametrize(
    ("text", "title", "reason"),
    [
        (
            "Due to aggressive automated scraping, request access.",
            "Federal Register :: Request Access",
            "Request Access",
        ),
        ("Please complete the CAPTCHA below.", "Check", "CAPTCHA"),
        ("The site is down for maintenance.", "Sorry", "maintenance"),
        ("This service is temporarily unavailable.", "Sorry", "unavailable"),
        ("Access Denied. You don't have permission to access this.", "Error", "access denied"),
        ("Please log in to continue.", "Welcome", "login"),
        ("An error occurred while processing your request.", "Error", "error page"),
        ("Just a moment... checking your browser.", "Wait", "browser check"),
    ],
)
def test_a_short_page_of_a_bad_day_is_quarantined(text: str, title: str, reason: str) -> None:
    found = suspicion(document(text, title=title), None, BODY)
    assert found is not None
    assert reason in found


def test_a_long_page_may_speak_of_maintenance() -> None:
    assert (
        suspicion(document(*LONG, *LONG, "Repair and scheduled maintenance of aircraft."), None, BODY) is None
    )


def test_a_page_that_always_reported_so_is_believed() -> None:
    page = document("How to request access to the licensing system.")
    assert suspicion(page, page, BODY) is None


def test_no_readable_answer_is_quarantined() -> None:
    assert suspicion(document(), None, b"x" * 12_345) == "nothing could be read from 12,345 bytes"


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("The license â€œexceptionâ€\x9d is gone", "â€œ"),
        ("See Â§ 744.11", "Â§"),
        ("霈ｸ蜃ｺ邂｡逅", "霈ｸ蜃ｺ邂｡逅"),
        ("Soci\ufffdt\ufffd", "\ufffd"),
    ],
)
@pytest.mark.parametrize("kind", [DocumentKind.PAGE, DocumentKind.CFR, DocumentKind.LIST])
def test_a_text_with_broken_characters_is_quarantined(words: str, quoted: str, kind: DocumentKind) -> None:
    found = suspicion(
        document(*LONG, words, kind=kind),
        document(*LONG, "The “exception” § 1 輸出管理", kind=kind),
        BODY,
    )
    assert found == f"its characters are damaged, as in {quoted!r}: the stated encoding is wrong"
    broken = document(*LONG, words, kind=kind)
    assert suspicion(broken, broken, BODY) is None, "it always was so"
    assert suspicion(broken, None, BODY) is None


@pytest.mark.parametrize(
    "words",
    [
        "Société Générale",
        "naïve “café” — § 5",
        "輸出管理の「品目」①",
        "朱镕基",
        "10⁻¹⁰ ± 5 °C",
        "Ärzte ÄÖ",
        "Привет",
        "“SOCIÉTÉ”",
        "CAFÉ…",
    ],
)
def test_words_of_other_languages_are_not_broken(words: str) -> None:
    assert suspicion(document(*LONG, words), document(*LONG), BODY) is None


def test_a_record_needs_a_title_only() -> None:
    record = Document("2025-1", DocumentKind.RULE, "Rule", "u", document_number="2025-1")
    assert suspicion(record, None, BODY) is None
    assert suspicion(
        Document("2025-1", DocumentKind.RULE, " ".strip(), "u", document_number="2025-1"), None, BODY
    )
