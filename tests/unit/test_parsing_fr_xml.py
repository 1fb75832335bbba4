"""Full text XML of the Federal Register."""

from __future__ import annotations

import pytest

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.annual_cfr import annual_units
from tracker.parsing.fr_xml import FrFacts, fr_units
from tracker.parsing.gpo_xml import tree

RULE = """<RULE><PREAMB><PRTPAGE P="47201"/>
<AGENCY TYPE="S">DEPARTMENT OF COMMERCE</AGENCY><SUBAGY>Bureau of Industry and Security</SUBAGY>
<CFR>15 CFR Parts 734 and 744</CFR><DEPDOC>[Docket No. 250926-0161]</DEPDOC><RIN>RIN 0694-AK11</RIN>
<SUBJECT>Expansion of Controls</SUBJECT>
<ACT><HD SOURCE="HED">ACTION:</HD><P>Interim final rule.</P></ACT>
<SUM><HD SOURCE="HED">SUMMARY:</HD><P>BIS amends the EAR.</P></SUM>
<DATES><HD SOURCE="HED">DATES:</HD><P>
    <E T="03">Effective date:</E>
    This rule is effective September 29, 2025 (
    <E T="03">i.e.</E>
    , today).</P></DATES></PREAMB>
<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD>
<HD SOURCE="HD1">I. Background</HD><P>First.</P><HD SOURCE="HD2">A. The List</HD><P>Second.<SU>1</SU><FTREF/></P>
<FTNT><P><SU>1</SU>See elsewhere.</P></FTNT>
<GPOTABLE COLS="3"><TTITLE>Table 1—Costs</TTITLE><BOXHD><CHED H="1">Item</CHED><CHED H="1">Now</CHED><CHED H="1">Then</CHED></BOXHD>
<ROW><ENT I="01">Licences</ENT><ENT>10</ENT><ENT>20</ENT></ROW><ROW><ENT I="01">Reviews</ENT><ENT>5</ENT></ROW><TNOTE>* A note.</TNOTE></GPOTABLE>
<LSTSUB><HD SOURCE="HED">List of Subjects in 15 CFR Part 744</HD><P>Exports.</P></LSTSUB>
<REGTEXT TITLE="15" PART="744"><PART><HD SOURCE="HED">PART 744—CONTROL POLICY</HD></PART>
<AMDPAR>1. The authority citation continues to read as follows:</AMDPAR>
<AUTH><HD SOURCE="HED">Authority:</HD><P>50 U.S.C. 4801.</P></AUTH>
<AMDPAR>2. Section 744.11 is amended by:</AMDPAR><AMDPAR>a. Revising paragraph (a)(1); and</AMDPAR><AMDPAR>b. Adding paragraph (f):</AMDPAR>
<SECTION><SECTNO>§ 744.11</SECTNO><SUBJECT>License requirements.</SUBJECT><STARS/><P>(a)<E T="03">License</E>—(1)<E T="03">General.</E>A license is required.</P>
<STARS/><P>(f) New text.</P></SECTION>
<AMDPAR>3. Supplement No. 4 is amended:</AMDPAR><HD SOURCE="HD1">Supplement No. 4 to Part 744—Entity List</HD><STARS/><P>(a) Row.</P></REGTEXT>
<SIG><DATED>Dated: September 29, 2025.</DATED><NAME>Jane Doe,</NAME><TITLE>Deputy Assistant Secretary.</TITLE></SIG></SUPLINF>
<FRDOC>[FR Doc. 2025–19001 Filed 9-29-25; 8:45 am]</FRDOC><BILCOD>BILLING CODE 3510-33-P</BILCOD></RULE>"""


def read(xml: str) -> tuple[dict[str, Unit], FrFacts]:
    units, facts = fr_units(tree(xml.encode(), "test"), "test")
    assert len({unit.path for unit in units}) == len(units)
    return {unit.path: unit for unit in units}, facts


def test_the_preamble_has_dates_that_the_record_lacks() -> None:
    facts = read(RULE)[1]
    assert facts.number == "2025-19001"
    assert facts.title == "Expansion of Controls"
    assert facts.action == "Interim final rule."
    assert facts.dates == "Effective date: This rule is effective September 29, 2025 (i.e., today)."
    assert facts.rins == ("0694-AK11",)
    assert facts.dockets == ("Docket No. 250926-0161",)
    assert facts.cfr_references == ("15 CFR 734", "15 CFR 744")


def test_a_presidential_document_has_its_heading_and_number() -> None:
    xml = """<PRESDOCU><EXECORD><TITLE3>Title 3—</TITLE3><PRES>The President</PRES><EXECORDR>Executive Order 14320 of July 23,
    2025</EXECORDR><HD SOURCE="HED">Promoting the Export of the American AI Technology Stack</HD><FP>By the authority:</FP>
    <P><E T="04">Section 1</E>. <E T="03">Purpose.</E> AI.</P>
    <P><E T="04">Sec. 2</E>. <E T="03">Policy.</E> So:</P><P>(a) Do it.</P></EXECORD><FRDOC>[FR Doc. 2025–14218 Filed 7–25–25]</FRDOC></PRESDOCU>"""
    found, facts = read(xml)
    assert (facts.title, facts.executive_order) == (
        "Promoting the Export of the American AI Technology Stack",
        "14320",
    )
    assert facts.number == "2025-14218"
    order = "Text › Promoting the Export of the American AI Technology Stack"
    assert found[f"{order} › Sec. 1"].text == "Section 1. Purpose. AI."
    assert found[f"{order} › Sec. 2 (a)"].text == "(a) Do it."


def test_the_preamble_is_read_by_heading() -> None:
    found = read(RULE)[0]
    assert found["Dates ¶1"].text.startswith("Effective date: This rule")
    assert found["Supplementary Information › I. Background ¶1"].text == "First."
    assert found["Supplementary Information › I. Background › A. The List ¶1"].text == "Second.[1]"
    assert found["Supplementary Information › Footnote 1"].text == "[1] See elsewhere."


def test_tables_are_read_by_row() -> None:
    found = read(RULE)[0]
    base = "Supplementary Information › I. Background › A. The List › Table 1"
    assert found[base].text == "Table 1—Costs"
    assert found[f"{base} › Licences"].text == "Licences\u200310\u200320"
    assert found[f"{base} › Reviews"].key == "reviews"


def test_instructions_are_numbered_with_their_letters() -> None:
    found = read(RULE)[0]
    assert found["instruction 2.a"].kind is UnitKind.INSTRUCTION
    assert found["instruction 2.a"].marker == "a."
    assert dict(found["instruction 2"].meta) == {"title": "15", "part": "744"}
    assert found["instruction 1 › Authority"].kind is UnitKind.AUTHORITY


def test_set_out_text_has_the_paths_of_the_law() -> None:
    found = read(RULE)[0]
    assert found["instruction 2 › 15 CFR 744.11"].text == "§ 744.11 License requirements."
    assert (
        found["instruction 2 › 15 CFR 744.11(a)(1)"].text == "(a) License—(1) General. A license is required."
    )
    assert found["instruction 2 › 15 CFR 744.11(f)"].text == "(f) New text."
    assert ("elision", "after") in found["instruction 2 › 15 CFR 744.11(a)(1)"].meta
    assert "instruction 3 › Supp. No. 4 to Part 744 › (a)" in found


def test_a_whole_issue_prefixes_the_number() -> None:
    issue = f"<FEDREG><VOL>90</VOL><RULES>{RULE}</RULES></FEDREG>"
    found, facts = read(issue)
    assert "2025-19001 › instruction 2 › 15 CFR 744.11(f)" in found
    assert facts == FrFacts()


def test_emphasis_on_a_line_of_its_own_is_no_space() -> None:
    xml = "<NOTICE><P>UF\n <E T='52'>6</E>, 10<E T='51'>3</E> and (<E T='03'>a</E>)(1)<E T='03'>See</E>it.</P></NOTICE>"
    assert [unit.text for unit in read(xml)[0].values()] == ["UF₆, 10³ and (a)(1) See it."]


def test_xml_without_a_document_is_an_error() -> None:
    with pytest.raises(ParseError, match="no RULE, PRORULE, NOTICE or PRESDOCU"):
        fr_units(tree(b"<OTHER/>", "x"), "x")


def test_the_annual_edition_has_the_paths_of_the_ecfr() -> None:
    xml = """<CFRGRANULE><FDSYS><CFRTITLE>12</CFRTITLE></FDSYS><PART><HD SOURCE="HED">PART 1004—PARITY (REGULATION D)</HD>
    <AUTH><HD SOURCE="HED">Authority:</HD><P>12 U.S.C. 3802.</P></AUTH><SECTION><SECTNO>§ 1004.2</SECTNO>
    <SUBJECT>Definitions.</SUBJECT><P>(a) <E T="03">Loan.</E> A loan:</P><P>(1) Secured.</P></SECTION></PART></CFRGRANULE>"""
    units, heading, place = annual_units(tree(xml.encode(), "x"), "x")
    assert (heading, place) == ("PART 1004—PARITY (REGULATION D)", "12 CFR 1004")
    assert "12 CFR 1004.2(a)(1)" in {unit.path for unit in units}
    with pytest.raises(ParseError, match="names no title"):
        annual_units(tree(b"<CFRGRANULE/>", "x"), "x")
