"""Sections and ECCNs as headings, levels, and rows of tables by their cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.diffing.word_diff import word_spans
from tracker.model import Op, Operation, Unit, UnitKind
from tracker.rendering.redlines.layout import (
    RedlineItem,
    RedlineTable,
    cells_of,
    country_of,
    heading_titles,
    level_of,
    places,
    split_section,
    table_columns,
)
from tracker.rendering.scripts import script_runs
from tracker.text import CELL_GAP

LIST = "Supp. No. 4 to Part 744"
CCL = "Supp. No. 1 to Part 774"


def operation(path: str, before: str, after: str, kind: UnitKind = UnitKind.ROW) -> Operation:
    op = Op.CHANGED if before and after else Op.ADDED if after else Op.REMOVED
    return Operation(path, op, before, after, spans=word_spans(before, after), kind=kind)


def cells(*words: str) -> str:
    return CELL_GAP.join(words)


@pytest.mark.parametrize(
    ("path", "section", "local", "level"),
    [
        ("15 CFR 744.21", "15 CFR 744.21", "", 0),
        ("15 CFR 744.21(b)", "15 CFR 744.21", "(b)", 1),
        ("15 CFR 744.21(b)(2)(i)", "15 CFR 744.21", "(b)(2)(i)", 3),
        ("15 CFR 744.21 › Note 1 to paragraph (b)", "15 CFR 744.21", "Note 1 to paragraph (b)", 1),
        (f"{CCL} › 3B001", f"{CCL} › 3B001", "", 0),
        (f"{CCL} › 3B001 › c", f"{CCL} › 3B001", "c", 1),
        (f"{CCL} › 3B001 › c.1.a", f"{CCL} › 3B001", "c.1.a", 3),
        (f"{CCL} › 9A012 › a.2 › Technical Notes ¶1", f"{CCL} › 9A012", "a.2 › Technical Notes ¶1", 3),
        (f"{CCL} › 9A018 ¶1", f"{CCL} › 9A018", "¶1", 0),
        (f"{CCL} › Category 9 › A", CCL, "Category 9 › A", 2),
        ("9903.01.25", "9903.01", "9903.01.25", 1),
        ("8541.10.00 › Other", "8541", "8541.10.00 › Other", 2),
        ("8541", "8541", "8541", 1),
        (f"{LIST} › JAPAN › Some Co., Ltd.", LIST, "JAPAN › Some Co., Ltd.", 2),
    ],
)
def test_a_path_is_split_at_its_section_or_entry(path: str, section: str, local: str, level: int) -> None:
    assert split_section(path) == (section, local)
    assert level_of(path) == level


def test_each_entry_of_the_list_has_a_heading_of_its_own() -> None:
    ops = [
        operation(f"{CCL} › 3B001 › c.1", "c.1. Old.", "c.1. New.", UnitKind.ITEM),
        operation(f"{CCL} › 3B001 › c.1.a", "", "c.1.a. New.", UnitKind.ITEM),
        operation(f"{CCL} › 9A012", "9A012 Old.", "9A012 New.", UnitKind.ECCN),
    ]
    drawn = places(ops, "ja", {f"{CCL} › 3B001": "3B001 Equipment."})
    assert [(place.name, place.under, place.title) for place in drawn] == [
        (f"{CCL} › 3B001", CCL, "3B001 Equipment."),
        (f"{CCL} › 9A012", CCL, ""),
    ]
    assert drawn[0].about == "半導体製造装置"
    assert [item.level for item in drawn[0].drawn() if isinstance(item, RedlineItem)] == [2, 3]


def test_rows_of_the_entity_list_are_one_table_of_five_columns() -> None:
    party = cells("Some Co., Ltd., Tokyo.", "For all items.", "Presumption of denial.", "90 FR 1.")
    changed = cells("Other Co., Tokyo.", "For all items.", "Case-by-case.", "90 FR 1.")
    ops = [
        operation(f"{LIST} › JAPAN", "", "JAPAN", UnitKind.HEADING),
        operation(f"{LIST} › JAPAN › Some Co., Ltd.", "", party),
        operation(f"{LIST} › JAPAN › Other Co.", changed, changed.replace("Case-by-case", "Denial")),
    ]
    (section,) = places(ops, "en")
    ((kind, table),) = section.items
    assert kind == "table"
    assert isinstance(table, RedlineTable)
    assert table.columns == ("Country", "Entity", "License requirement", "License review policy", "Federal Register citation")  # fmt: skip
    assert table.width == 5
    heading, added, edited = (item for _, item in table.rows)
    assert isinstance(heading, RedlineItem)
    assert isinstance(added, RedlineItem)
    assert isinstance(edited, RedlineItem)
    assert (heading.country, heading.cells) == ("JAPAN", ())
    assert [cell[0][1] for cell in added.cells] == party.split(CELL_GAP)
    assert edited.cells[2] == (("delete", "Case-by-case"), ("insert", "Denial"), ("equal", "."))
    assert section.counts == [(Op.ADDED, 2), (Op.CHANGED, 1)]


def test_the_heads_of_a_table_are_those_of_the_text_where_it_was_read() -> None:
    units = [Unit(f"{LIST} › columns", UnitKind.HEADING, cells("Nation", "Name"))]
    titles = heading_titles(units)
    assert table_columns(LIST, titles, "ja") == ("Nation", "Name")
    assert table_columns(LIST, {}, "ja")[0] == "国"
    assert table_columns("15 CFR 744.21 › Table 1", {}, "ja") == ()


def test_a_unit_outside_the_lists_of_parties_has_no_country() -> None:
    assert country_of(f"{LIST} › JAPAN › Some Co., Ltd.") == "JAPAN"
    assert country_of(f"{LIST} › columns") is None
    assert country_of("Supp. No. 1 to Part 738 › Japan") is None


def test_a_row_with_a_new_cell_keeps_the_others_in_their_columns() -> None:
    found = cells_of(word_spans(cells("Japan", "X"), cells("Japan", "X", "NS 1")))
    assert found == ((("equal", "Japan"),), (("equal", "X"),), (("insert", "NS 1"),))


def test_the_cells_of_a_row_of_data_stay_with_their_column() -> None:
    before = cells("9903.01.25", "Description: Old", "Rate: 10%")
    after = cells("9903.01.25", "Description: Old", "Unit: kg", "Rate: 15%")
    found = cells_of(word_spans(before, after))
    assert [("".join(words for kind, words in cell if kind != "delete")) for cell in found] == after.split(
        CELL_GAP
    )
    (section,) = places([operation("9903.01.25", before, after)], "en")
    assert [kind for kind, _ in section.items] == ["op"]


CELLS = st.lists(st.text("ab X.", min_size=1, max_size=6).map(str.strip).filter(bool), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(CELLS, CELLS)
def test_no_word_of_a_row_is_lost_between_its_cells(old: list[str], new: list[str]) -> None:
    found = cells_of(word_spans(cells(*old), cells(*new)))
    width = max(len(old), len(new))
    was = ["".join(words for kind, words in cell if kind != "insert") for cell in found]
    now = ["".join(words for kind, words in cell if kind != "delete") for cell in found]
    assert was == old + [""] * (width - len(old))
    assert now == new + [""] * (width - len(new))


def test_raised_and_lowered_words_are_found() -> None:
    assert script_runs("10^(-x) of V_(max).") == (
        ("", "10"),
        ("sup", "-x"),
        ("", " of V"),
        ("sub", "max"),
        ("", "."),
    )
    assert script_runs("10⁻¹⁰ Pa") == (("", "10⁻¹⁰ Pa"),)
    assert script_runs("") == ()


SCREENED = (
    "Hinode Seimitsu Co., Ltd.. a.k.a. Hinode Valves. 1 Sample Road, JP. Federal Register notice: 89 FR 96836. "
    "Start: 2024-12-05. License requirement: For all items subject to the EAR. License policy: Presumption of denial"
)


def drawn_cells(path: str, before: str, after: str) -> list[str]:
    (place,) = places([operation(path, before, after)], "en")
    (_, drawn) = place.items[0]
    item = drawn.rows[0][1] if isinstance(drawn, RedlineTable) else drawn
    assert isinstance(item, RedlineItem)
    return ["".join(f"{kind[0]}[{text}]" for kind, text in cell) for cell in item.cells]


def test_a_row_of_a_screening_list_is_in_the_columns_of_its_supplement() -> None:
    assert drawn_cells(f"{LIST} › JAPAN › Hinode Seimitsu Co., Ltd.", "", SCREENED) == [
        "i[Hinode Seimitsu Co., Ltd. a.k.a. Hinode Valves. 1 Sample Road, JP]",
        "i[For all items subject to the EAR]",
        "i[Presumption of denial]",
        "i[89 FR 96836. Start: 2024-12-05]",
    ]


def test_a_changed_label_of_a_screening_list_differs_in_its_own_cell() -> None:
    later = SCREENED.replace("Presumption of denial", "Case by case").replace(" Start: 2024-12-05.", "")
    found = drawn_cells(f"{LIST} › JAPAN › Hinode Seimitsu Co., Ltd.", SCREENED, later)
    assert found[1] == "e[For all items subject to the EAR]"
    assert "d[Presumption of denial]" in found[2]
    assert found[3] == "e[89 FR 96836]d[. Start: 2024-12-05]"


def test_a_row_of_another_screening_list_has_a_line_for_each_label() -> None:
    found = drawn_cells("Denied Persons List (DPL) › JAPAN › Hinode", "", SCREENED)
    assert found[1:3] == ["i[Federal Register notice: 89 FR 96836]", "i[Start: 2024-12-05]"]
    assert [
        drawn
        for kind, drawn in places(
            [operation("Denied Persons List (DPL) › JAPAN › Hinode", "", SCREENED)], "en"
        )[0].items
        if kind == "table"
    ] == []
