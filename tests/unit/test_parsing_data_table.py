"""Tables of data in CSV and JSON: read and compared by row and column."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.recorded import recorded
from tracker import diffing, parsing
from tracker.diffing.normalization import differs_in_typography_only
from tracker.errors import ParseError, UnexpectedResponse
from tracker.model import Document, DocumentKind, Fetched, HttpResponse, Operation, ResourceType

HEAD = "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty\n"
ROWS = (
    '"0101","0","Live horses, asses:","","",""\n'
    '"","1","Horses:","","",""\n'
    '"0101.21.00","2","Purebred","[""No.""]","2.5%","Free (A,CA)"\n'
    '"0101.29.00","2","Other, of more than 40 m<sup>2</sup>","[""No."",""kg""]","6.8%","Free (A)"\n'
    '"0101.30","1","Asses","","4%",""\n'
)


def read(text: str, name: str = "hts.csv") -> Document:
    return parsing.read_file(name, text.encode())


def compared(before: str, after: str) -> list[Operation]:
    return list(diffing.compare(read(before), read(after)))


def test_a_row_is_a_unit_named_by_its_key() -> None:
    units = read("\ufeff" + HEAD + ROWS).units
    assert [unit.path for unit in units] == [
        "columns", "0101", "0101 › Horses:", "0101.21.00", "0101.29.00", "0101.30",
    ]  # fmt: skip
    assert units[4].text.split("\u2003") == [
        "0101.29.00",
        "Indent: 2",
        "Description: Other, of more than 40 m²",
        "Unit of Quantity: No., kg",
        "General Rate of Duty: 6.8%",
        "Special Rate of Duty: Free (A)",
    ]


def test_a_changed_rate_is_one_row_and_its_cell() -> None:
    (operation,) = compared(HEAD + ROWS, HEAD + ROWS.replace('"6.8%","Free (A)"', '"10%","Free (A,JP)"'))
    assert (operation.path, operation.op, operation.editorial) == ("0101.29.00", "changed", False)
    assert [words for kind, words in operation.spans if kind != "equal"] == ["6.8%", "10%", "(A)", "(A,JP)"]


def test_a_value_that_moves_to_another_column_is_reported_in_both() -> None:
    (operation,) = compared(HEAD + ROWS, HEAD + ROWS.replace('"2.5%","Free (A,CA)"', '"Free (A,CA)","2.5%"'))
    edited = [words for kind, words in operation.spans if kind != "equal"]
    assert edited == ["2.5%", "Free (A,CA)", "Free (A,CA)", "2.5%"]


def test_an_empty_cell_filled_is_an_insertion() -> None:
    (operation,) = compared(HEAD + ROWS, HEAD + ROWS.replace('"4%",""', '"4%","Free"'))
    assert operation.spans[-1] == ("insert", "\u2003Special Rate of Duty: Free")


def test_rows_added_removed_and_put_in_another_order() -> None:
    lines = ROWS.splitlines(keepends=True)
    more = "".join([*lines[:3], '"0101.22.00","2","New","","3%",""\n', *lines[3:]])
    assert [(op.path, op.op) for op in compared(HEAD + ROWS, HEAD + more)] == [("0101.22.00", "added")]
    assert [(op.path, op.op) for op in compared(HEAD + more, HEAD + ROWS)] == [("0101.22.00", "removed")]
    turned = "".join([*lines[:2], lines[3], lines[2], lines[4]])
    assert all(op.editorial for op in compared(HEAD + ROWS, HEAD + turned))


def test_reformatting_by_a_spreadsheet_is_editorial() -> None:
    after = (
        ROWS.replace('"', "").replace("[No.,kg]", '"[""No."",""kg""]"').replace("[No.]", '"[""No.""]"')
        .replace("Live horses, asses:", '"Live horses, asses:"').replace("Other, of", '"Other, of').replace("</sup>", '</sup>"')
        .replace("Free (A,CA)", '"Free (A,CA)"').replace("2.5%", "2.50%").replace("6.8%", "6.80%").replace("<sup>2</sup>", "2")
        .replace("0101.30,", "0101.3,")
    )  # fmt: skip
    operations = compared(HEAD + ROWS, HEAD + after)
    assert {op.path for op in operations} == {"0101.21.00", "0101.29.00"}
    assert diffing.substantive(operations) == ()


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("2.5%", "2.50%", True), ("a duty of .5 percent", "a duty of 0.50 percent", True), ("20%", "20.0%", True),
        ("2.5%", "25%", False), ("2.5%", "2.05%", False), ("20%", "2%", False), ("1,000.5%", "1,000%", False),
    ],
)  # fmt: skip
def test_percentages_are_compared_by_value(before: str, after: str, same: bool) -> None:
    assert differs_in_typography_only(before, after) is same
    assert differs_in_typography_only(after, before) is same


def test_json_records_are_rows() -> None:
    record = {"htsno": "9903.05.01", "indent": "0", "description": "Articles of Brazil", "units": [], "general": "10%",
              "superior": None, "footnotes": [{"columns": "general", "value": "See note 50."}]}  # fmt: skip
    before = json.dumps([record, {**record, "htsno": "9903.05.02", "general": "Free"}])
    after = before.replace('"10%"', '"25%"')
    operations = compared_json(before, after)
    assert [(op.path, op.op) for op in operations] == [("9903.05.01", "changed")]
    assert "footnotes: general, See note 50." in operations[0].after
    assert compared_json(f'{{"count": 2, "rows": {before}}}', f'{{"count": 2, "rows": {before}}}') == []


def compared_json(before: str, after: str) -> list[Operation]:
    return list(diffing.compare(read(before, "hts.json"), read(after, "hts.json")))


def test_the_key_is_the_best_named_column_that_identifies_rows() -> None:
    text = "Name,Country,Case Number\nA Co,JP,1\nA Co,CN,2\nA Co,US,3\nB Co,US,4\n"
    assert [unit.path for unit in read(text, "list.csv").units] == ["columns", "1", "2", "3", "4"]


def test_running_text_with_commas_is_no_table() -> None:
    text = "One, two, three are words.\nFour, five, six are words.\nSeven, eight, nine words.\nTen, eleven, twelve.\n"
    assert all(unit.kind != "row" for unit in read(text, "memo.txt").units)


def test_a_table_that_ends_within_a_cell_is_no_table() -> None:
    with pytest.raises(ParseError, match="CSV cannot be read"):
        read(HEAD + ROWS + '"0102","0","Live bovine')


def answer(body: str, kind: str, url: str = "https://example.gov/export?list=hts") -> Fetched:
    at = datetime(2026, 11, 29, tzinfo=UTC)
    return Fetched(
        url, ResourceType.PAGE, HttpResponse(url, 200, (("content-type", kind),), body.encode(), at)
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [(HEAD + ROWS, "text/csv; charset=utf-8"), (HEAD + ROWS, "text/plain"), (json.dumps([{"id": 1, "a": 2}, {"id": 2, "a": 3}]), "application/json")],
)  # fmt: skip
def test_a_table_that_is_polled_is_read_by_row(body: str, kind: str) -> None:
    document = parsing.read(answer(body, kind))
    assert document.kind is DocumentKind.PAGE
    assert document.units[0].path == "columns"
    assert sum(unit.kind == "row" for unit in document.units) == (5 if body.startswith("HTS") else 2)


def test_json_that_is_cut_off_is_no_text() -> None:
    with pytest.raises(UnexpectedResponse, match="invalid or truncated JSON"):
        parsing.read(answer('[{"id": 1, "a": 2}, {"id"', "application/json"))


def test_recorded_release_adds_nine_rows() -> None:
    before, after = (
        parsing.read_file(f"{name}.json", recorded(f"hts/chapter99-2026-07-21-{name}.json.xz"))
        for name in ("before", "after")
    )
    operations = diffing.substantive(diffing.compare(before, after))
    assert [(op.path, op.op) for op in operations] == [
        (f"9903.05.0{number}", "added") for number in range(1, 10)
    ]


def test_a_json_number_with_a_zero_decimal_is_the_same_number() -> None:
    before = [{"id": "A", "rate": 5.0, "mass": 1.5}, {"id": "B", "rate": 7, "mass": 2}]
    after = [{"id": "A", "rate": 5, "mass": 1.5}, {"id": "B", "rate": 7.0, "mass": 2.5}]
    (operation,) = compared_json(json.dumps(before), json.dumps(after))
    assert operation.path == "B"
