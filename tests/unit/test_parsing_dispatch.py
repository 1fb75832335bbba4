"""`read`: each role to its reader, attachments to their record, bad answers to clear errors."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from tests.unit.pdf_samples import pdf
from tests.unit.test_parsing_fr_text import TEXT
from tests.unit.test_parsing_fr_xml import RULE
from tracker.errors import AttachmentUnreadable, ParseError, UnexpectedResponse
from tracker.model import Document, DocumentKind, Fetched, HttpResponse, ResourceType
from tracker.parsing import read

WALL = b"<!DOCTYPE html><html><head><title>Federal Register :: Request Access</title></head><body>Request Access</body></html>"
SECTION = '<DIV5 N="744" TYPE="PART"><HEAD>PART 744</HEAD><DIV8 N="744.5"><HEAD>§ 744.5 Maritime.</HEAD><P>(a) Text.</P></DIV8></DIV5>'


def fetched(
    role: ResourceType,
    body: bytes,
    *attachments: Fetched,
    key: str = "2025-19001",
    url: str = "https://www.ecfr.gov/api/x.xml",
    content_type: str = "text/html; charset=utf-8",
    **meta: str,
) -> Fetched:
    answer = HttpResponse(
        url, 200, (("Content-Type", content_type),), body, datetime(2025, 9, 30, tzinfo=UTC)
    )
    return Fetched(key, role, answer, meta, attachments)


def record(**fields: object) -> bytes:
    return json.dumps({"document_number": "2025-19001", "type": "Rule", "title": "T", **fields}).encode()


def test_a_part_of_the_ecfr_has_its_day_and_the_page_that_people_read() -> None:
    document = read(
        fetched(ResourceType.ECFR_PART, SECTION.encode(), key="15 CFR 744", title="15", as_of="2026-07-18")
    )
    assert document.kind is DocumentKind.CFR
    assert document.published == date(2026, 7, 18)
    assert document.url == "https://www.ecfr.gov/current/title-15/part-744"
    assert document.cfr_references == ("15 CFR 744",)
    assert document.units[-1].path == "15 CFR 744.5(a)"


def test_a_record_takes_missing_fields_from_its_xml() -> None:
    document = read(fetched(ResourceType.FR_RECORD, record(), fetched(ResourceType.FR_XML, RULE.encode())))
    assert document.action == "Interim final rule."
    assert document.dates_text.startswith("Effective date")
    assert document.abstract == "BIS amends the EAR."
    assert document.cfr_references == ("15 CFR 734", "15 CFR 744")
    assert document.docket_ids == ("250926-0161",)
    assert "instruction 2 › 15 CFR 744.11(f)" in {unit.path for unit in document.units}


def test_a_record_keeps_its_own_statements() -> None:
    document = read(
        fetched(
            ResourceType.FR_RECORD,
            record(action="Final rule.", dates="Now."),
            fetched(ResourceType.FR_XML, RULE.encode()),
        )
    )
    assert (document.action, document.dates_text) == ("Final rule.", "Now.")


@pytest.mark.parametrize(
    ("role", "body"),
    [(ResourceType.FR_XML, WALL), (ResourceType.FR_TEXT, WALL), (ResourceType.FR_XML, b"<RULE/>")],
)
def test_a_full_text_that_cannot_be_read_is_an_error_that_names_it(role: ResourceType, body: bytes) -> None:
    """A web page in its place, or no text in it. A record without units would read as one whose text was removed."""
    text = fetched(role, body)
    with pytest.raises(AttachmentUnreadable, match="full text not read") as raised:
        read(fetched(ResourceType.FR_RECORD, record(), text))
    assert raised.value.attachment == text.key


def test_a_record_on_inspection_is_read_with_its_raw_text() -> None:
    body = record(filed_at="2025-09-29T08:45:00-04:00", filing_type="special")
    document = read(fetched(ResourceType.PI_RECORD, body, fetched(ResourceType.FR_TEXT, TEXT.encode())))
    assert document.filed_at == datetime(2025, 9, 29, 12, 45, tzinfo=UTC)
    assert document.action == "Interim final rule; request for comments."


def test_a_page_is_read_by_its_selector_and_in_its_encoding() -> None:
    body = "<main><h1>規則</h1><p class='x'>輸出</p></main>".encode("shift_jis")
    found = read(
        fetched(
            ResourceType.PAGE,
            body,
            content_type="text/html; charset=shift_jis",
            content=".x",
            url="https://x.jp/",
        )
    )
    assert [unit.text for unit in found.units] == ["輸出"]
    assert found.title == "規則"


def test_a_pdf_is_named_by_the_words_of_its_link() -> None:
    document = read(
        fetched(
            ResourceType.PDF,
            pdf(["Some words of guidance stand here."]),
            key="https://x/a.pdf",
            link_text="Guidance",
        )
    )
    assert (document.title, document.kind) == ("Guidance", DocumentKind.PAGE)


def test_an_entry_of_a_feed_is_a_page() -> None:
    entry = {
        "id": "1",
        "title": "News",
        "link": "https://x/1",
        "updated": "Fri, 20 Nov 2026 23:30:00 +0000",
        "summary": "<p>One.</p><p>Two.</p>",
    }
    document = read(fetched(ResourceType.FEED_ENTRY, json.dumps(entry).encode(), key="1"))
    assert document.url == "https://x/1"
    assert document.published == date(2026, 11, 20)
    assert [unit.text for unit in document.units] == ["News", "One.", "Two."]


def test_a_screening_list_is_read_by_party() -> None:
    body = json.dumps({"results": [{"name": "A", "source": "Entity List (EL)", "country": "Japan"}]}).encode()
    document = read(fetched(ResourceType.SCREENING_LIST, body, key="csl"))
    assert (document.kind, document.units[0].path) == (
        DocumentKind.LIST,
        "Supp. No. 4 to Part 744 › JAPAN › A",
    )


@pytest.mark.parametrize(
    "role",
    [
        ResourceType.ECFR_PART,
        ResourceType.FR_RECORD,
        ResourceType.PI_RECORD,
        ResourceType.SCREENING_LIST,
        ResourceType.FEED_ENTRY,
        ResourceType.PDF,
    ],
)
def test_a_web_page_in_place_of_data_is_a_passing_fault(role: ResourceType) -> None:
    with pytest.raises(UnexpectedResponse) as error:
        read(fetched(role, WALL))
    assert error.value.transient
    assert "\n" not in error.value.cause


@pytest.mark.parametrize(
    "role",
    [
        role
        for role in ResourceType
        if role not in (ResourceType.LISTING, ResourceType.FR_XML, ResourceType.FR_TEXT)
    ],
)
@pytest.mark.parametrize("body", [b"", b"   \n", b"\xff\xfe\x00garbage", b"{", b"<a><b></a>", b"[1, 2]"])
def test_garbage_is_an_error_of_one_line_never_a_crash(role: ResourceType, body: bytes) -> None:
    try:
        found = read(fetched(role, body))
    except (ParseError, UnexpectedResponse) as error:
        assert error.cause  # noqa: PT017 - a page of garbage may be read as one
        assert "\n" not in error.cause  # noqa: PT017
    else:
        assert isinstance(found, Document)


def test_an_answer_kept_as_evidence_is_no_document() -> None:
    with pytest.raises(ParseError, match="evidence"):
        read(fetched(ResourceType.LISTING, b"{}"))


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "shift_jis", "utf-8", "nonsense"])
def test_a_wrong_charset_does_not_break_the_words_of_a_page(charset: str) -> None:
    words = "The “end-user’s” license — see § 744.11."
    page = f"<html><body><h1>Rule</h1><p>{words}</p></body></html>".encode()
    document = read(fetched(ResourceType.PAGE, page, content_type=f"text/html; charset={charset}"))
    assert document.units[-1].text == words


def test_a_wrong_charset_does_not_break_xml_or_raw_text() -> None:
    latin = "text/xml; charset=iso-8859-1"
    part = SECTION.replace("Text.", "“Text” — §")
    document = read(fetched(ResourceType.ECFR_PART, part.encode(), content_type=latin))
    assert document.units[-1].text == "(a) “Text” — §"
    raw = fetched(
        ResourceType.FR_TEXT, TEXT.replace("SUMMARY: ", "SUMMARY: “One” — ").encode(), content_type=latin
    )
    assert "“One” — " in read(fetched(ResourceType.PI_RECORD, record(), raw)).abstract


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Tue, 24 Nov 2026 02:00:00 GMT", date(2026, 11, 23)),
        ("2026-11-24T02:00:00Z", date(2026, 11, 23)),
        ("2026-11-24", date(2026, 11, 24)),
        ('<time datetime="2026-11-24T10:00:00-05:00">Tuesday</time>', date(2026, 11, 24)),
        ("Tue, 11/24/2026 - 10:00", date(2026, 11, 24)),
        ("Tuesday, November 24, 2026 - 10:00", date(2026, 11, 24)),
        ("<span>Nov 24, 2026</span>", date(2026, 11, 24)),
        ("Some 31, 2026", None),
        ("", None),
    ],
)
def test_the_day_of_a_feed_entry_is_read_as_feeds_write_it(written: str, day: date | None) -> None:
    entry = json.dumps({"title": "T", "published": written}).encode()
    assert read(fetched(ResourceType.FEED_ENTRY, entry)).published == day


def test_the_markup_and_entities_of_a_feed_entry_are_no_words() -> None:
    entry = json.dumps({"title": "T", "summary": "R&amp;D <b>controls</b>"}).encode()
    assert read(fetched(ResourceType.FEED_ENTRY, entry)).units[-1].text == "R&D controls"
    assert (
        read(fetched(ResourceType.FEED_ENTRY, b'{"title":"T","summary":"R&amp;D"}')).units[-1].text == "R&D"
    )
