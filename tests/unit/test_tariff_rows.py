from __future__ import annotations

import json

from tests.recorded import recorded
from tests.tariff_samples import chapters
from tracker import diffing
from tracker.model import Op
from tracker.parsing.files import read_file
from tracker.tariff.changes import ad_valorem, cells_of
from tracker.tariff.rows import Schedule, columns_of, dotted, rows_of_records, rows_of_table

HEAD = ["HTS Number", "Indent", "Description", "Unit of Quantity", "General Rate of Duty", "Special Rate of Duty",
        "Column 2 Rate of Duty", "Quota Quantity", "Additional Duties"]  # fmt: skip


def table(*rows: str) -> list[list[str]]:
    return [[*row.split("|"), "", "", "", "", "", "", ""][:9] for row in rows]


def test_a_statistical_line_inherits_the_rate_of_the_8_digit_line() -> None:
    schedule = Schedule(rows_of_records(chapters()))
    assert [row.number or row.description for row in schedule.line("8481.80.30.10")] == [
        "8481",
        "8481.80",
        "Hand operated:",
        "8481.80.30",
        "8481.80.30.10",
    ]
    rated = schedule.rated("8481.80.30.10")
    assert rated is not None
    assert (rated.number, rated.general, rated.special, rated.other) == (
        "8481.80.30",
        "5.6%",
        "Free (AU,JP)",
        "45%",
    )
    assert schedule.rated("8481.80") is None
    heading = next(row for row in schedule.rows if not row.number)
    assert (heading.description, heading.below, heading.indent) == ("Hand operated:", "8481.80", 2)


def test_a_number_is_read_with_and_without_dots() -> None:
    assert dotted("8542310000") == "8542.31.00.00"
    assert dotted("8542.31.0045") == "8542.31.00.45"
    assert dotted("8542.31") == "8542.31"
    assert [dotted(text) for text in ("854", "8542.3", "abc", "")] == ["", "", "", ""]
    nearest = Schedule(rows_of_records(chapters())).nearest("8542.31.00.99")
    assert nearest is not None
    assert nearest.number == "8542.31.00"


def test_other_tables_are_no_tariff() -> None:
    assert columns_of(["HTS Number", "Description"]) == {}
    assert rows_of_table(["a", "b"], [["1", "2"]]) == ()
    assert rows_of_records([{"htsno": "8542"}]) == ()


def test_rates_that_a_spreadsheet_copied_down_are_not_of_the_rows() -> None:
    rows = rows_of_table(
        HEAD,
        table(
            "3913.90.50|1|Other||6.5%||50%",
            "3914|0|Ion-exchangers:||6.5%",
            "3914.00.20|1|Cross-linked||6.5%||33%",
            "3914.00.20.10|2|Beads|kg|6.5%",
            "3915.1|1|Waste:||6.5%",
            "9912.20.24|1|Valued||6.5%|Free (MA)",
        ),
    )
    assert [(row.number, row.general) for row in rows] == [
        ("3913.90.50", "6.5%"), ("3914.00", ""), ("3914.00.20", "6.5%"), ("3914.00.20.10", ""), ("3915.10", ""),
        ("9912.20.24", ""),
    ]  # fmt: skip


def test_a_changed_rate_is_one_changed_row_and_its_spelling_is_editorial() -> None:
    rows = chapters()
    before = read_file("before.json", json.dumps(rows).encode())
    rows[3]["general"] = "5.60%"
    rows[6]["general"] = "3%"
    after = read_file("after.json", json.dumps([dict(reversed(row.items())) for row in rows]).encode())
    operations = diffing.compare(before, after)
    assert [(one.path, one.editorial) for one in operations] == [("8481.80.30", True), ("8481.80.90", False)]


def test_the_recorded_release_adds_exactly_nine_headings() -> None:
    before = read_file("before.json", recorded("hts/chapter99-2026-07-21-before.json.xz"))
    after = read_file("after.json", recorded("hts/chapter99-2026-07-21-after.json.xz"))
    operations = diffing.compare(before, after)
    assert [(one.path, one.op) for one in operations] == [(f"9903.05.0{n}", Op.ADDED) for n in range(1, 10)]


def test_the_recorded_whole_exports_differ_in_rates_and_not_in_their_spelling() -> None:
    """The chapters 84 and 85 of the two: the second went through a spreadsheet."""
    documents = []
    for name in ("htsdata-2024-11-14.csv", "htsdata-2025-04-17.csv"):
        lines = recorded(f"hts/{name}.xz").decode("utf-8-sig").strip().splitlines(keepends=True)
        first = next(at for at, line in enumerate(lines) if line.strip('"')[:4] == "8401")
        last = next(at for at, line in enumerate(lines) if line.strip('"')[:4] == "8601")
        documents.append(read_file(name, "".join([lines[0], *lines[first - 1 : last]]).encode()))
    operations = diffing.compare(*documents)
    spelled = [one for one in operations if one.editorial]
    assert len(spelled) > 300
    for one in (one for one in operations if one.op is Op.CHANGED and not one.editorial):
        old, new = cells_of(one.before), cells_of(one.after)
        differing = {label for label in old | new if old.get(label) != new.get(label)}
        assert differing - {"General"} or ad_valorem(old["General"]) != ad_valorem(new["General"]), one.path
