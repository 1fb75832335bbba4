"""Files that a person names: their kind is seen from what is in them."""

from __future__ import annotations

import json

import pytest

from tests.unit.pdf_samples import pdf
from tests.unit.test_parsing_fr_xml import RULE
from tracker.errors import ParseError
from tracker.model import DocumentKind, UnitKind
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
def test_records_of_every_shape_are_read(data: str) -> None:
    found = read_records(data.encode())
    assert [document.document_number for document in found] == ["2025-1", "2025-2"]
    assert found[1].abstract == ""


def test_one_record_over_several_lines_is_one() -> None:
    assert len(read_records(json.dumps(ONE, indent=2).encode())) == 1
    nested = {**ONE, "agencies": [{"name": "A"}]}
    assert len(read_records(json.dumps(nested, indent=0).encode())) == 1


def test_a_search_that_found_nothing_has_no_results() -> None:
    assert read_records(b'{"count": 0, "description": "Documents"}') == []


def test_a_record_on_inspection_is_known_by_its_filing_date() -> None:
    found = read_records(
        b'{"document_number": "2025-3", "filed_at": "2025-01-02T08:45:00-05:00", "title": "T"}'
    )
    assert found[0].filed_at is not None


@pytest.mark.parametrize("data", [b"{}", b'[{"name": "A", "country": "JP"}]'])
def test_json_of_something_else_is_not_read_as_an_empty_document(data: bytes) -> None:
    with pytest.raises(ParseError, match=r"some\.json: record 1 is not a Federal Register record"):
        read_records(data, "some.json")


def test_something_that_is_no_record_is_named() -> None:
    with pytest.raises(ParseError, match="record 2 is not a JSON object"):
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


RAW_TEXT = """[Federal Register Volume 90, Number 40 (Monday, March 3, 2025)]
[Rules and Regulations]
[Pages 100-101]

DEPARTMENT OF COMMERCE

Bureau of Industry and Security

ACTION: Final rule.

SUMMARY: BIS amends the regulations.
"""


@pytest.mark.parametrize("name", ["2025-1.txt", "2025-1"])
def test_a_text_that_begins_with_a_bracket_is_no_json(name: str) -> None:
    document = read_file(name, RAW_TEXT.encode())
    assert (document.action, document.abstract) == ("Final rule.", "BIS amends the regulations.")
    note = read_file(name, b"[1] See the note below.\n\n{Draft} The rule applies.\n")
    assert [unit.text for unit in note.units] == ["[1] See the note below.", "{Draft} The rule applies."]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.json", b"[a, b]"), ("a", b'[{"id": 1}, {"id"'), ("a", b'{"id": 1'), ("a", b'[["id", 1], ["i')],
)
def test_json_that_is_cut_off_is_an_error(name: str, data: bytes) -> None:
    with pytest.raises(ParseError, match="not JSON"):
        read_file(name, data)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ([["code", "rate"], ["8471", "5%"], ["8542", "10%"]], ["8471\u2003rate: 5%", "8542\u2003rate: 10%"]),
        (
            [["8471", "5%"], ["8542", "10%"]],
            ["8471\u2003Column 2: 5%", "8542\u2003Column 2: 10%"],
        ),
        (
            {"data": {"rows": [{"code": "8471", "rate": "5%"}], "as_of": "2026-01-05"}},
            ["8471\u2003rate: 5%"],
        ),
        ({"8471": {"rate": "5%"}, "8542": {"rate": "10%"}}, ["8471\u2003rate: 5%", "8542\u2003rate: 10%"]),
    ],
)
def test_a_table_is_found_wherever_it_is_in_json(value: object, rows: list[str]) -> None:
    document = read_file("rates.json", json.dumps(value).encode())
    assert [unit.text for unit in document.units if unit.kind is UnitKind.ROW] == rows


def test_values_of_json_outside_a_table_are_units_too() -> None:
    document = read_file("rates.json", b'{"note": "In force", "lists": {"open": true, "codes": ["1", "2"]}}')
    assert [(unit.path, unit.text) for unit in document.units] == [
        ("note", "In force"),
        ("lists › open", "true"),
        ("lists › codes ¶1", "1"),
        ("lists › codes ¶2", "2"),
    ]


def test_lines_of_json_are_a_table() -> None:
    document = read_file("rates.jsonl", b'{"id": "A", "rate": "5%"}\n{"id": "B", "rate": "7%"}\n')
    assert [unit.path for unit in document.units] == ["columns", "A", "B"]


def test_json_nested_without_end_is_an_error() -> None:
    data = b'{"a":' * 60 + b"1" + b"}" * 60
    with pytest.raises(ParseError, match="nested"):
        read_file("deep.json", data)


def test_a_word_broken_at_a_line_of_a_text_is_joined() -> None:
    text = "Each holder of a license reports an-\nnually to the bureau on the end-\nusers of the items and the non-\nU.S. persons.\n"
    (unit,) = read_file("a.txt", text.encode()).units
    assert unit.text == (
        "Each holder of a license reports annually to the bureau on the end-users of the items and the non-U.S. persons."
    )
