"""The eCFR's XML: sections, paragraphs, notes, tables, editorial matter, supplements."""

from __future__ import annotations

import pytest

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.ecfr_xml import ecfr_units
from tracker.parsing.gpo_xml import tree


def part(body: str, number: str = "744") -> str:
    meta = f"{{&amp;quot;citation&amp;quot;:&amp;quot;15 CFR Part {number}&amp;quot;}}"
    return (
        f'<DIV5 N="{number}" TYPE="PART" hierarchy_metadata="{meta}"><HEAD>PART {number}—CONTROLS</HEAD>'
        "<AUTH><HED>Authority:</HED><PSPACE>50 U.S.C. 4801-4852.</PSPACE></AUTH>"
        "<SOURCE><HED>Source:</HED><PSPACE>61 FR 12802, Mar. 25, 1996.</PSPACE></SOURCE>"
        f"{body}</DIV5>"
    )


def section(body: str, number: str = "744.99", heading: str = "End uses.") -> str:
    return f'<DIV8 N="{number}" TYPE="SECTION"><HEAD>§ {number} {heading}</HEAD>{body}</DIV8>'


def read(xml: str) -> dict[str, Unit]:
    units = ecfr_units(tree(xml.encode(), "test"))[0]
    assert len({unit.path for unit in units}) == len(units)
    return {unit.path: unit for unit in units}


class TestAPart:
    def test_has_its_authority_and_source_as_data(self) -> None:
        found = read(part(""))
        assert found["15 CFR 744"].text == "PART 744—CONTROLS"
        assert found["15 CFR 744 › Authority"].kind is UnitKind.AUTHORITY
        assert found["15 CFR 744 › Source"].text == "Source: 61 FR 12802, Mar. 25, 1996."

    def test_has_subparts_whose_sections_keep_their_own_numbers(self) -> None:
        found = read(
            part(f'<DIV6 N="A" TYPE="SUBPART"><HEAD>Subpart A—General</HEAD>{section("<P>Text.</P>")}</DIV6>')
        )
        assert found["15 CFR 744 › Subpart A"].depth == 1
        assert found["15 CFR 744.99"].depth == 2

    def test_is_read_as_a_lone_section_or_supplement_too(self) -> None:
        assert "15 CFR 744.99(a)" in read(section("<P>(a) Text.</P>"))
        lone = (
            '<DIV9 N="Supplement No. 8 to Part 744" TYPE="APPENDIX"><HEAD>Supp</HEAD><P>(a) Text.</P></DIV9>'
        )
        assert "Supp. No. 8 to Part 744 › (a)" in read(lone)

    def test_of_another_title_names_its_appendices_below_the_part(self) -> None:
        xml = part(
            '<DIV9 N="Appendix A to Part 110"><HEAD>Appendix A</HEAD><P>Text.</P></DIV9>', "110"
        ).replace("15 CFR", "10 CFR")
        assert "10 CFR 110 › Appendix A to Part 110 ¶1" in read(xml)


class TestParagraphs:
    def test_get_paths_from_their_designators(self) -> None:
        found = read(
            part(
                section(
                    "<P>(a) One.</P><P>(1) Two.</P><P>(i) Three.</P><P>(A) Four.</P><P>(<I>1</I>) Five.</P><P>(<I>i</I>) Six.</P>"
                )
            )
        )
        assert found["15 CFR 744.99(a)(1)(i)(A)(1)(i)"].text == "(i) Six."
        assert found["15 CFR 744.99(a)(1)(i)(A)(1)(i)"].marker == "(i)"

    def test_several_designators_at_one_head_name_the_deepest(self) -> None:
        found = read(
            part(
                section(
                    "<P>(a)(1) <I>Introduction.</I> Text.</P><P>(2) More.</P><P>(c) <I>Policy</I>—(1) <I>General.</I> Text.</P>"
                )
            )
        )
        assert list(found)[4:] == ["15 CFR 744.99(a)(1)", "15 CFR 744.99(a)(2)", "15 CFR 744.99(c)(1)"]
        assert found["15 CFR 744.99(a)(1)"].marker == "(a)(1)"

    def test_without_designator_are_counted_within_their_parent(self) -> None:
        found = read(
            part(
                section(
                    "<P>Intro.</P><P>(a) A.</P><P>More of a.</P><P>(1) One.</P><P>(b) B.</P><P>More of b.</P>"
                )
            )
        )
        assert {"15 CFR 744.99 ¶1", "15 CFR 744.99(a) ¶1", "15 CFR 744.99(b) ¶1"} <= found.keys()

    def test_flush_text_belongs_to_what_its_list_belongs_to(self) -> None:
        found = read(part(section("<P>(a) A:</P><P>(1) One;</P><P>(2) Two,</P><FP>in every case.</FP>")))
        assert found["15 CFR 744.99(a) ¶1"].text == "in every case."

    def test_of_the_same_number_stay_apart(self) -> None:
        found = read(part(section("<P>(a) One.</P><P>(b) Two.</P><P>(b) Two again.</P>")))
        assert found["15 CFR 744.99(b) [2]"].text == "(b) Two again."

    def test_adjacent_reserved_labels_are_one_and_counting_continues(self) -> None:
        found = read(part(section("<P>(a)-(b) [Reserved]</P><P>(c) Text.</P><P>(1) Inner.</P>")))
        assert "15 CFR 744.99(a)-(b)" in found
        assert "15 CFR 744.99(c)(1)" in found

    def test_that_define_are_named_by_the_term(self) -> None:
        found = read(
            part(
                section(
                    "<P>In this part:</P><P><I>Facility.</I> A building.</P><P>(1) Old; or</P><P>(2) New.</P>",
                    heading="Definitions.",
                )
            )
        )
        assert found["15 CFR 744.99 › Facility"].text == "Facility. A building."
        assert "15 CFR 744.99 › Facility (2)" in found

    def test_number_each_definition_on_its_own(self) -> None:
        found = read(
            part(
                section(
                    "<P><I>Bonded wafer.</I> Two wafers:</P><P>(1) Without a resin; or</P><P>(2) With a resin.</P>"
                    "<P><I>Facility.</I> A building.</P><P>(1) Old; or</P><P>(2) New.</P>"
                    "<P><I>Interposer.</I> A layer:</P><P>(i) Thin; or</P><P>(ii) Thick.</P>",
                    heading="Definitions.",
                )
            )
        )
        numbered = [path.removeprefix("15 CFR 744.99 › ") for path in found if path.endswith(")")]
        assert numbered == [
            *("Bonded wafer (1)", "Bonded wafer (2)"),
            *("Facility (1)", "Facility (2)"),
            *("Interposer (i)", "Interposer (ii)"),
        ]

    def test_headings_inside_a_section_open_a_level_by_their_label(self) -> None:
        found = read(
            part(
                section(
                    "<EXTRACT><HD1>Category I—Firearms</HD1><P>* (a) Guns.</P><HD1>Category II—Guns</HD1><P>(a) More.</P></EXTRACT>"
                )
            )
        )
        assert {"15 CFR 744.99 › Category I (a)", "15 CFR 744.99 › Category II (a)"} <= found.keys()


class TestNotesAndEditorialMatter:
    def test_a_note_that_names_its_paragraph_is_the_sections(self) -> None:
        found = read(
            part(
                section(
                    '<P>(a) A.</P><P>(1) One.</P><NOTE><HED>Note 1 to paragraph (<E T="01">a</E>)(1):</HED><P>Explains.</P><P>(i) This.</P></NOTE><P>(2) Two.</P>'
                )
            )
        )
        note = found["15 CFR 744.99 › Note 1 to paragraph (a)(1)"]
        assert note.kind is UnitKind.NOTE
        assert note.text == "Note 1 to paragraph (a)(1): Explains."
        assert "15 CFR 744.99(a)(2)" in found  # the note's own (i) does not disturb the count

    def test_a_note_below_a_heading_is_of_that_heading(self) -> None:
        note = "<NOTE><HED>Note 1 to paragraph (a):</HED><P>Explains.</P></NOTE>"
        lists = f"<HD1>Category I—Guns</HD1><P>(a) A.</P>{note}<HD1>Category II—More</HD1><P>(a) A.</P>{note}"
        found = read(part(section(f"<EXTRACT>{lists}</EXTRACT>")))
        assert {
            f"15 CFR 744.99 › Category {n} › Note 1 to paragraph (a)" for n in ("I", "II")
        } <= found.keys()

    def test_a_bare_note_follows_its_paragraph(self) -> None:
        found = read(part(section("<P>(a) A.</P><NOTE><HED>Note:</HED><P>Explains.</P></NOTE>")))
        assert found["15 CFR 744.99(a) › Note"].text == "Note: Explains."

    def test_history_and_notes_of_the_editors_are_data(self) -> None:
        found = read(part(section(
            "<P>(a) A.</P><CITA TYPE='N'>[61 FR 1, Jan. 2, 1996]</CITA>"
            "<EDNOTE><HED>Editorial Notes:</HED><PSPACE>1. One.</PSPACE><P>2. Two.</P></EDNOTE>"
            "<EFFDNOT><HED>Effective Date Note:</HED><PSPACE>At 90 FR 50857, paragraph (a) was stayed until Nov. 9, 2026.</PSPACE></EFFDNOT>"
        )))  # fmt: skip
        assert found["15 CFR 744.99 › History"].kind is UnitKind.CITATION
        assert found["15 CFR 744.99 › Editorial Note ¶1"].text == "2. Two."
        stay = found["15 CFR 744.99 › Effective Date Note"]
        assert stay.kind is UnitKind.EFFECTIVE_NOTE
        assert stay.text.startswith("Effective Date Note: At 90 FR 50857")

    def test_footnotes_are_named_by_their_number(self) -> None:
        found = read(
            part(
                section(
                    "<P>(a) Knowing\n<SU>1</SU>\n<FTREF/> it.</P><FTNT><P><SU>1</SU> Defined in part 772.</P></FTNT><P>(b) B.</P>"
                )
            )
        )
        assert found["15 CFR 744.99 › Footnote 1"].text == "[1] Defined in part 772."
        assert "15 CFR 744.99(b)" in found


class TestTables:
    TABLE = "<DIV><DIV><TABLE><CAPTION>Limits</CAPTION><THEAD><TR><TH>Item</TH><TH>A</TH><TH>B</TH></TR></THEAD><TR><TD>Valve</TD><TD/><TD>X</TD></TR><TR><TD>Pump</TD><TD>X</TD><TD/></TR><TFOOT><TR><TD>1 A note.</TD></TR></TFOOT></TABLE></DIV></DIV>"

    def test_rows_are_units_named_by_their_first_cell(self) -> None:
        found = read(part(section(f"<P>(a) A.</P>{self.TABLE}")))
        assert found["15 CFR 744.99(a) › Table 1 › Pump"].text == "Pump\u2003X"
        assert found["15 CFR 744.99(a) › Table 1 › Pump"].key == "pump"
        assert found["15 CFR 744.99(a) › Table 1 › Footnote 1"].kind is UnitKind.NOTE

    def test_an_empty_cell_before_a_filled_one_is_seen(self) -> None:
        found = read(part(section(self.TABLE)))
        assert found["15 CFR 744.99 › Table 1 › Valve"].text == "Valve\u2003·\u2003X"

    def test_countries_are_rows_of_a_supplement_with_the_columns_that_they_are_marked_in(self) -> None:
        table = (
            "<TABLE><THEAD><TR><TH>Countries</TH><TH>Biological</TH><TH>Security</TH></TR>"
            "<TR><TH>CB 1</TH><TH>CB 2</TH><TH>NS 1</TH></TR></THEAD>"
            "<TR><TD>Japan 1</TD><TD>X</TD><TD/><TD>X</TD></TR><TR><TD>Canada</TD><TD/><TD/><TD/></TR></TABLE>"
        )
        found = read(part(f'<DIV9 N="Supplement No. 1 to Part 738"><HEAD>Chart</HEAD>{table}</DIV9>', "738"))
        japan = found["Supp. No. 1 to Part 738 › Japan 1"]
        assert japan.key == "japan"
        assert japan.text == "Japan 1\u2003X\u2003·\u2003X"
        assert [value for name, value in japan.meta if name == "column"] == ["CB 1", "NS 1"]
        assert found["Supp. No. 1 to Part 738 › Canada"].text == "Canada"

    def test_a_footnote_mark_is_no_part_of_the_name_of_a_row(self) -> None:
        rows = "<TR><TD>Japan <sup>1</sup> <sup>9</sup></TD><TD>X</TD></TR><TR><TD>Pump [new]</TD><TD>X</TD></TR>"
        head = "<THEAD><TR><TH>Countries</TH><TH>NS 1</TH></TR></THEAD>"
        supplement = (
            f'<DIV9 N="Supplement No. 1 to Part 738"><HEAD>Chart</HEAD><TABLE>{head}{rows}</TABLE></DIV9>'
        )
        found = read(part(supplement, "738"))
        assert found["Supp. No. 1 to Part 738 › Japan"].text == "Japan [1] [9]\u2003X"
        assert ("country", "Japan") in found["Supp. No. 1 to Part 738 › Japan"].meta
        found = read(part(section(f"<TABLE>{rows}</TABLE>")))
        assert found["15 CFR 744.99 › Table 1 › Japan"].key == "japan"
        assert "15 CFR 744.99 › Table 1 › Pump [new]" in found

    def test_lists_of_names_are_rows(self) -> None:
        found = read(
            part(
                '<DIV9 N="Supplement No. 3 to Part 744"><HEAD>Countries</HEAD><SCOL2><LI>Italy</LI><LI>Japan</LI></SCOL2></DIV9>'
            )
        )
        assert found["Supp. No. 3 to Part 744 › Japan"].kind is UnitKind.ROW


class TestTheList:
    LIST = (
        '<DIV9 N="Supplement No. 4 to Part 744"><HEAD>Entity List</HEAD><P>Intro.</P><DIV><DIV><TABLE><THEAD><TR><TH>Country</TH>'
        "<TH>Entity</TH><TH>License requirement</TH><TH>License review<br/>policy</TH><TH>Federal Register citation</TH></TR></THEAD>"
        "<TR><TD>JAPAN</TD><TD>Some Co., Ltd., a.k.a., the following two aliases:<br/>—Some KK; <E T='03'>and</E><br/>—Nanika.<br/> <br/> 1-1 Chiyoda, Tokyo, Japan.</TD>"
        "<TD>For all items</TD><TD>Presumption of denial</TD><TD>90 FR 1, 1/2/25.</TD></TR>"
        "<TR><TD> </TD><TD>Other Kaisha, 2 Chuo, Osaka, Japan.</TD><TD>For all items</TD><TD>Presumption of denial</TD><TD>90 FR 3, 1/5/25.</TD></TR>"
        "<TR><TD> </TD><TD>Other Kaisha, 3 Kita, Osaka, Japan.</TD><TD>For all items</TD><TD>Case-by-case</TD><TD>90 FR 4, 1/6/25.</TD></TR>"
        "<TR><TD>PANAMA</TD><TD>Some Co., Ltd., Balboa, Panama.</TD><TD>For all items</TD><TD>Presumption of denial</TD><TD>90 FR 1, 1/2/25.</TD></TR>"
        "</TABLE></DIV></DIV></DIV9>"
    )
    BASE = "Supp. No. 4 to Part 744"

    def test_names_its_rows_by_country_and_party(self) -> None:
        found = read(part(self.LIST))
        assert f"{self.BASE} › JAPAN › Some Co., Ltd." in found
        assert f"{self.BASE} › PANAMA › Some Co., Ltd." in found
        assert found[f"{self.BASE} › JAPAN"].kind is UnitKind.HEADING

    def test_the_country_is_carried_on_and_namesakes_are_distinguished(self) -> None:
        found = read(part(self.LIST))
        assert "3 Kita" in found[f"{self.BASE} › JAPAN › Other Kaisha [2]"].text

    def test_knows_aliases_address_and_terms(self) -> None:
        meta = read(part(self.LIST))[f"{self.BASE} › JAPAN › Some Co., Ltd."].meta
        assert [value for name, value in meta if name == "alias"] == ["Some KK", "Nanika"]
        assert dict(meta)["address"] == "1-1 Chiyoda, Tokyo, Japan."
        assert dict(meta)["license-policy"] == "Presumption of denial"
        assert dict(meta)["fr"] == "90 FR 1"

    def test_does_not_rename_a_row_when_one_is_added_before_it(self) -> None:
        first, _, rest = self.LIST.partition("<TR><TD>JAPAN</TD>")
        added = f"{first}<TR><TD>JAPAN</TD><TD>Aaa KK, Kobe, Japan.</TD><TD>x</TD><TD>y</TD><TD>z</TD></TR><TR><TD> </TD>{rest}"
        before, after = read(part(self.LIST)), read(part(added))
        assert {path: unit.text for path, unit in before.items()}.items() <= {
            path: unit.text for path, unit in after.items()
        }.items()


def test_broken_xml_is_an_error_of_one_line() -> None:
    with pytest.raises(ParseError, match=r"^cut\.xml: not well-formed XML: [^\n]+$"):
        tree(b"<DIV5><HEAD>PART", "cut.xml")


def test_entities_are_not_resolved() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><DIV8 N="744.1"><HEAD>A</HEAD><P>&a;</P></DIV8>'
    assert "root:" not in "".join(unit.text for unit in ecfr_units(tree(bomb, "x"))[0])
