"""Files that a person names: their kind is seen from what is in them."""

from __future__ import annotations

import json

import pytest

from tests.unit.pdf_samples import pdf
from tests.unit.test_parsing_fr_xml import RULE
from tracker.errors import ParseError
from tracker.model import DocumentKind
from tracker.parsing import read_file, read_records

SECTION = '<DIV8 N="744.5" TYPE="SECTION"><HEAD>§ 744.5 Maritime.</HEAD><P>(a) Text.</P></DIV8>'


@pytest.mark.parametrize(
    ("data", "kind", "path"),
    [
        (SECTION.encode(), DocumentKind.CFR, "15 CFR 744.5(a)"),
        (f"\ufeff{SECTION}".encode(), DocumentKind.CFR, "15 CFR 744.5(a)"),
        (f'<?xml version="1.0"?>\n{SECTION}'.encode(), DocumentKind.CFR, "15 CFR 744.5(a)"),
        (RULE.encode(), DocumentKind.RULE, "instruction 2 › 15 CFR 744.11(f)"),
        (
            f"<FEDREG>{RULE}</FEDREG>".encode(),
            DocumentKind.NOTICE,
            "2025-19001 › instruction 2 › 15 CFR 744.11(f)",
        ),
        (b"<html><body><h1>A</h1><p>Text.</p></body></html>", DocumentKind.PAGE, "A ¶1"),
        (b"<p>A fragment of some length, which is HTML.</p>", DocumentKind.PAGE, "¶1"),
        (
            pdf(["Some Heading", "A line that goes on for some time and then ends."]),
            DocumentKind.PAGE,
            "Some Heading ¶1",
        ),
        (b"Just a line.\n\nAnd another.", DocumentKind.PAGE, "Text ¶2"),
        (
            b"Sec. 744.5  Restrictions on end\nuses.\n\n    (a) One.\n    (1) Two.\n",
            DocumentKind.PAGE,
            "15 CFR 744.5(a)(1)",
        ),
        ("規制の対象は次のとおりとする。".encode(), DocumentKind.PAGE, "Text ¶1"),
        (b'{"results": [{"name": "A", "source": "X", "country": "JP"}]}', DocumentKind.LIST, "X › JAPAN › A"),
    ],
)
def test_the_kind_of_a_file_is_seen(data: bytes, kind: DocumentKind, path: str) -> None:
    document = read_file("some.file", data)
    assert document.kind is kind
    assert path in [unit.path for unit in document.units]


def test_a_rule_in_xml_has_its_facts() -> None:
    document = read_file("rule.xml", RULE.encode())
    assert (document.document_number, document.title, document.type) == (
        "2025-19001",
        "Expansion of Controls",
        "Rule",
    )


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"<?xml version='1.0'?><a><b></a>", "not well-formed XML"),
        (b"<?xml version='1.0'?><a/>", "unknown kind, <a>"),
        (b"\x00\x01\x02binary", "neither text"),
        (b'[{"title": "a"}, {"title": "b"}]', "2 records where one"),
        (b'{"a": ', "not JSON"),
        (b"<html><body><script>run()</script></body></html>", "no text was found"),
    ],
)
def test_a_file_that_makes_no_sense_is_an_error_of_one_line(data: bytes, cause: str) -> None:
    with pytest.raises(ParseError, match=cause) as error:
        read_file("x", data)
    assert "\n" not in error.value.cause


ONE = {"document_number": "2025-1", "title": "One", "type": "Rule"}
TWO = {
    "document_number": "2025-2",
    "published": "2025-01-02",
    "title": "Two",
    "abstract": "No summary provided.",
    "url": "https://x",
}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([ONE, TWO]),
        json.dumps({"count": 2, "results": [ONE, TWO]}),
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        json.dumps([ONE, TWO], indent=1),
    ],
)
def test_records_come_in_every_shape(data: str) -> None:
    found = read_records(data.encode())
    assert [document.document_number for document in found] == ["2025-1", "2025-2"]
    assert found[1].abstract == ""


def test_one_record_over_several_lines_is_one() -> None:
    assert len(read_records(json.dumps(ONE, indent=2).encode())) == 1
    nested = {**ONE, "agencies": [{"name": "A"}]}
    assert len(read_records(json.dumps(nested, indent=0).encode())) == 1


def test_a_search_that_found_nothing_has_no_results() -> None:
    assert read_records(b'{"count": 0, "description": "Documents"}') == []


def test_a_record_on_inspection_is_told_by_its_filing() -> None:
    found = read_records(
        b'{"document_number": "2025-3", "filed_at": "2025-01-02T08:45:00-05:00", "title": "T"}'
    )
    assert found[0].filed_at is not None


@pytest.mark.parametrize("data", [b"{}", b'[{"name": "A", "country": "JP"}]'])
def test_json_of_something_else_is_not_read_as_an_empty_document(data: bytes) -> None:
    with pytest.raises(ParseError, match=r"some\.json: record 1 is no Federal Register record"):
        read_records(data, "some.json")


def test_something_that_is_no_record_is_named() -> None:
    with pytest.raises(ParseError, match="record 2 is no JSON object"):
        read_records(b'[{"title": "a"}, 7]')


JAPANESE = "この規則により、①輸出管理の対象となる品目が追加されました。"


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "cp932", "euc_jis_2004", "utf-16"])
def test_a_text_file_is_read_in_the_encoding_it_has(name: str) -> None:
    assert read_file("some.txt", JAPANESE.encode(name)).units[0].text == JAPANESE


@pytest.mark.parametrize("name", ["cp932", "utf-16", "utf-8"])
def test_html_and_xml_files_are_read_in_the_encoding_they_have(name: str) -> None:
    label = {"cp932": "Shift_JIS", "utf-16": "UTF-16", "utf-8": "Shift_JIS"}[name]  # the last label is wrong
    page = f'<html><head><meta charset="{label}"><title>T</title></head><body><p>{JAPANESE}</p></body></html>'
    assert read_file("page.html", page.encode(name)).units[0].text == JAPANESE
    part = f'<?xml version="1.0" encoding="{label}"?>{SECTION.replace("Text.", JAPANESE)}'
    assert JAPANESE in read_file("part.xml", part.encode(name)).units[-1].text


def test_json_in_utf_16_is_read() -> None:
    record = json.dumps({"document_number": "2026-1", "title": "輸出"}, ensure_ascii=False)
    assert read_records(record.encode("utf-16"))[0].title == "輸出"
    assert read_file("record.json", record.encode("utf-16")).title == "輸出"
