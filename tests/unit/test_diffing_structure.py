"""Redlines where the structure of a text moves: table rows, sections before their instruction, second copies, splits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.recorded import recorded
from tracker import diffing, parsing
from tracker.model import Document, Op, Operation
from tracker.parsing.fr_xml import fr_units
from tracker.parsing.gpo_xml import tree

_TABLE = (
    "<GPOTABLE><BOXHD><CHED>Request</CHED><CHED>Dollars</CHED></BOXHD><ROW><ENT>(1) First</ENT><ENT>{first}</ENT></ROW>"
    "<ROW><ENT>(2) Later:</ENT></ROW><ROW><ENT>(i) Of a listed item</ENT><ENT>40</ENT></ROW>"
    "<ROW><ENT>(ii) Of any other item{more}</ENT><ENT>65</ENT></ROW></GPOTABLE>"
)


def part(*sections: str) -> Document:
    return parsing.read_file(
        "part.xml", f'<DIV5 N="748" TYPE="PART"><HEAD>PART 748—X</HEAD>{"".join(sections)}</DIV5>'.encode()
    )


def section(text: str, number: str = "748.30") -> str:
    return f'<DIV8 N="{number}" TYPE="SECTION"><HEAD>§ {number} Charges.</HEAD>{text}</DIV8>'


def rule(text: str, agencies: str = "<AGENCY>DEPARTMENT OF COMMERCE</AGENCY>") -> bytes:
    return f"<RULE><PREAMB>{agencies}<SUBJECT>Charges</SUBJECT></PREAMB>{text}</RULE>".encode()


def page(text: str) -> Document:
    return parsing.read_file(
        "p.html", f"<html><body><main><h1>Notice</h1>{text}</main></body></html>".encode()
    )


def substantive_paths(operations: tuple[Operation, ...]) -> list[tuple[Op, str]]:
    return [(op.op, op.path) for op in operations if not op.editorial]


def test_rows_of_a_table_are_cited_as_paragraphs() -> None:
    before = part(
        section(f"<P>(a) Charges:</P>{_TABLE.format(first=120, more='')}<P>(b) See (a)(2)(ii).</P>")
    )
    after = part(
        section(
            f"<P>(a) Charges:</P>{_TABLE.format(first=150, more=', software included')}<P>(b) See (a)(2)(ii).</P>"
        )
    )
    assert substantive_paths(diffing.compare(before, after)) == [
        (Op.CHANGED, "15 CFR 748.30(a)(1)"),
        (Op.CHANGED, "15 CFR 748.30(a)(2)(ii)"),
    ]
    assert "15 CFR 748.30(b)" in {unit.path for unit in after.units}


def test_a_table_with_a_numbering_of_its_own_names_nothing() -> None:
    document = part(
        section(f"<P>(a) Charges:</P>{_TABLE.format(first=1, more='')}<P>(1) One.</P><P>(2) Two.</P>")
    )
    paths = [unit.path for unit in document.units]
    assert "15 CFR 748.30(a)(1)" in paths
    assert any("Table 1" in path for path in paths)
    assert not any("[2]" in path for path in paths)


def test_a_row_whose_first_cell_was_edited_is_one_changed_row() -> None:
    table = "<P>(a) Charges:</P><TABLE><TR><TH>Item</TH><TH>Dollars</TH></TR>{}</TABLE>"
    row = "<TR><TD>{}</TD><TD>{}</TD></TR>"
    before = part(
        section(table.format(row.format("Valves of other makers", "65") + row.format("Pumps", "7")))
    )
    after = part(
        section(
            table.format(
                row.format("Valves of other makers, software included", "65") + row.format("Pumps", "7")
            )
        )
    )
    operations = diffing.compare(before, after)
    assert [op.op for op in operations if not op.editorial] == [Op.CHANGED]
    other = part(section(table.format(row.format("Lasers for medical use", "65") + row.format("Pumps", "7"))))
    assert {op.op for op in diffing.compare(before, other)} == {Op.ADDED, Op.REMOVED}


def _html_table(*rows: tuple[str, ...]) -> Document:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return page(f"<table><tr><th>Name</th><th>Article</th><th>Rate</th></tr>{lines}</table>")


def _csv_table(*rows: tuple[str, ...]) -> Document:
    lines = [("Name", "Article", "Rate"), *rows]
    return parsing.read_file("a.csv", "".join(",".join(row) + "\n" for row in lines).encode())


def _gpo_table(*rows: tuple[str, ...]) -> Document:
    lines = "".join(f"<ROW>{''.join(f'<ENT>{cell}</ENT>' for cell in row)}</ROW>" for row in rows)
    return part(section(f"<P>(a) Rates:</P><GPOTABLE><BOXHD><CHED>Name</CHED></BOXHD>{lines}</GPOTABLE>"))


@pytest.mark.parametrize("table", [_html_table, _csv_table, _gpo_table])
@pytest.mark.parametrize("name", ["8471.30.02", "Portable machines"])
def test_a_row_of_a_table_with_another_first_cell_is_one_changed_row(
    table: Callable[..., Document], name: str
) -> None:
    other = ("8542.31.00", "Processors and controllers of all kinds", "10%")
    before = table(("8471.30.01", "Portable data processing machines", "5%"), other)
    after = table((name, "Portable data processing machines", "5%"), other)
    (operation,) = diffing.substantive(diffing.compare(before, after))
    assert operation.op is Op.CHANGED
    assert operation.before.split("\u2003")[1:] == operation.after.split("\u2003")[1:]


@pytest.mark.parametrize("table", [_html_table, _csv_table, _gpo_table])
def test_a_row_with_the_cells_of_another_row_is_another_row(table: Callable[..., Document]) -> None:
    same = ("Articles of iron, whether coated or not", "25%")
    before = table(("Brazil", *same), ("Kenya", *same), ("Japan", *same))
    after = table(("Brazil", *same), ("Kenya", *same), ("Oman", *same))
    found = diffing.substantive(diffing.compare(before, after))
    assert {op.op for op in found} == {Op.ADDED, Op.REMOVED}


def test_a_section_before_its_regtext_belongs_to_the_next_instruction() -> None:
    text = (
        '<REGTEXT TITLE="15" PART="744"><AMDPAR>1. The authority citation continues to read:</AMDPAR><AUTH><P>50 U.S.C.</P></AUTH></REGTEXT>'
        "<SECTION><SECTNO>§ 744.9</SECTNO><SUBJECT>[Removed]</SUBJECT></SECTION>"
        '<REGTEXT TITLE="15" PART="744"><AMDPAR>2. Remove § 744.9.</AMDPAR></REGTEXT>'
        '<REGTEXT TITLE="15" PART="744"><AMDPAR>3. Revise § 744.22 to read:</AMDPAR></REGTEXT>'
        "<SECTION><SECTNO>§ 744.22</SECTNO><SUBJECT>Furnaces.</SUBJECT><P>(a) A furnace.</P></SECTION>"
        '<REGTEXT TITLE="15" PART="744"><AMDPAR>4. Amend § 744.23.</AMDPAR></REGTEXT>'
    )
    paths = [unit.path for unit in parsing.read_file("rule.xml", rule(text)).units]
    assert "instruction 2 › 15 CFR 744.9" in paths
    assert "instruction 3 › 15 CFR 744.22(a)" in paths
    assert not any("instruction 1 › 15" in path for path in paths)


def test_a_cfr_line_is_no_agency() -> None:
    xml = rule(
        "",
        "<AGENCY>DEPARTMENT OF COMMERCE</AGENCY><SUBAGY>Bureau of Industry and Security</SUBAGY><SUBAGY>15 CFR Part 740</SUBAGY>",
    )
    units, facts = fr_units(tree(xml, "rule.xml"), "rule.xml")
    assert facts.agencies == ("DEPARTMENT OF COMMERCE", "Bureau of Industry and Security")
    assert facts.cfr_references == ("15 CFR 740",)
    assert ("CFR", "15 CFR Part 740") in {(unit.path, unit.text) for unit in units}


_INNER = "<SECTION><SECTNO>§ 745.1</SECTNO><SUBJECT>Scope.</SUBJECT><P>(a) Scope.</P></SECTION>"
_APPENDIX = f"""<APPENDIX><HD SOURCE="HED">Supplement No. 2 to Part 744—List</HD><P>Item.</P><PART><HD SOURCE="HED">PART 745—CHEMICALS</HD>
<AUTH><HD SOURCE="HED">Authority:</HD><P>50 U.S.C.</P></AUTH>{_INNER}</PART><P>More items.</P></APPENDIX>"""


def test_a_part_inside_an_appendix_is_a_part() -> None:
    text = f'<REGTEXT TITLE="15" PART="744"><AMDPAR>1. Revise it.</AMDPAR>{_APPENDIX}</REGTEXT>'
    paths = {unit.text: unit.path for unit in parsing.read_file("rule.xml", rule(text)).units}
    assert paths["Item."] == "instruction 1 › Supp. No. 2 to Part 744 ¶1"
    assert paths["Authority: 50 U.S.C."] == "instruction 1 › Authority"
    assert paths["(a) Scope."] == "instruction 1 › 15 CFR 745.1(a)"
    assert paths["More items."] == "instruction 1 › Supp. No. 2 to Part 744 ¶2"


def test_a_part_inside_an_appendix_of_the_cfr() -> None:
    inner = (
        '<DIV5 N="745" TYPE="PART"><HEAD>PART 745—CHEMICALS</HEAD><DIV8 N="745.1" TYPE="SECTION"><HEAD>§ 745.1 Scope.</HEAD>'
        "<P>(a) Scope.</P></DIV8></DIV5>"
    )
    document = part(
        f'<DIV9 N="Appendix A to Part 748"><HEAD>Appendix A to Part 748—List</HEAD><P>Item.</P>{inner}<P>More.</P></DIV9>'
    )
    paths = {unit.text: unit.path for unit in document.units}
    assert paths["(a) Scope."] == "15 CFR 745.1(a)"
    assert paths["PART 745—CHEMICALS"] == "15 CFR 745"
    assert paths["More."] == "15 CFR 748 › Appendix A to Part 748 ¶2"
    annual = f"""<CFRGRANULE><FDSYS><CFRTITLE>15</CFRTITLE></FDSYS><PART><HD SOURCE="HED">PART 744—CONTROLS</HD>{_APPENDIX}</PART></CFRGRANULE>"""
    assert parsing.read_file("annual.xml", annual.encode()).key == "15 CFR 744"


OLD = "A license is required for exports to a listed person, with a presumption of denial."
NEW = "A license is required for exports to any person owned by listed persons by half or more."


def subpart(text: str) -> str:
    inner = section(f"<P>(a) {text}</P><P>(b) Records are kept for five years.</P>")
    return f'<DIV6 N="B" TYPE="SUBPART"><HEAD>Subpart B—End Users</HEAD>{inner}</DIV6>'


def test_the_redline_of_a_removed_duplicate_subpart_has_the_new_law() -> None:
    before, after = part(subpart(OLD), subpart(NEW)), part(subpart(NEW))
    operations = diffing.compare(before, after)
    assert substantive_paths(operations) == [(Op.CHANGED, "15 CFR 748.30(a)")]
    (changed,) = diffing.substantive(operations)
    assert OLD in changed.before
    assert NEW in changed.after
    assert diffing.apply(before.units, operations) == after.units


def test_when_the_second_copy_was_the_old_one_it_is_removed() -> None:
    before, after = part(subpart(NEW), subpart(OLD)), part(subpart(NEW))
    operations = diffing.compare(before, after)
    assert substantive_paths(operations) == [(Op.REMOVED, "15 CFR 748.30 [2](a)")]
    assert diffing.apply(before.units, operations) == after.units


LIST = "An exporter must keep the following: all records of the export and all orders of the buyer."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (page("<p>The Board shall act.</p><p>It shall report to all.</p>"), page("<p>The Board shall act.<br>It shall report to all.</p>")),
        (page(f"<p>{LIST}</p>"), page(f"<p>{LIST.replace(': all', ':</p><p>All')}</p>")),
        (part(section(f"<P>(a) {LIST}</P>")), part(section(f"<P>(a) {LIST.replace(': all', ':</P><P>All')}</P>"))),
        (part(section("<P>(a) One.</P><P>(b)(1) Two of paragraph (a).</P>")), part(section("<P>( a ) One.</P><P>( b )( 1 ) Two of paragraph ( a ).</P>"))),
        (page("<p>(a) One.</p>"), page("<p>( a ) One.</p>")),
    ],
)  # fmt: skip
def test_other_cuts_and_spaces_are_editorial(before: Document, after: Document) -> None:
    assert diffing.compare(before, after)
    assert diffing.substantive(diffing.compare(before, after)) == ()
    assert diffing.substantive(diffing.compare(after, before)) == ()


@pytest.mark.parametrize(
    "after",
    [
        LIST.replace(": all", ":</p><p>ALL"),
        LIST.replace(": all records", ":</p><p>all Records"),
        LIST.replace(": all", ":</p><p>Any"),
    ],
)
def test_other_characters_at_a_cut_are_changes(after: str) -> None:
    assert diffing.substantive(diffing.compare(page(f"<p>{LIST}</p>"), page(f"<p>{after}</p>")))


def test_recorded_cases() -> None:
    def compared(case: str) -> list[tuple[Op, str]]:
        before, after = (
            parsing.read_file(name, recorded(f"cases/{case}/{name}")) for name in ("before.xml", "after.xml")
        )
        return substantive_paths(diffing.compare(before, after))

    assert compared("table-row-markers") == [
        (Op.CHANGED, "instruction 1 › 15 CFR 748.30(a)(1)"),
        (Op.CHANGED, "instruction 1 › 15 CFR 748.30(a)(2)(ii)"),
    ]
    assert compared("section-before-regtext") == [
        (Op.ADDED, "instruction 2 › 15 CFR 744.9"),
        (Op.ADDED, "instruction 3 › 15 CFR 744.22"),
    ]
