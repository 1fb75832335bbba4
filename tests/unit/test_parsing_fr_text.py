"""Raw text of 72 columns: what there is of a document before it is published."""

from __future__ import annotations

from tracker.model import DocumentKind, UnitKind
from tracker.parsing import read_file
from tracker.parsing.fr_text import read_fr_text
from tracker.parsing.line_unwrap import unwrap_lines

TEXT = """\
<html><head><title>Federal Register</title></head><body><pre>
[Federal Register Volume 90, Number 187 (Tuesday, September 30, 2025)]
[FR Doc No: 2025-19001]

=======================================================================
-----------------------------------------------------------------------

DEPARTMENT OF COMMERCE

15 CFR Parts 734 and 744

Expansion of End-User Controls To Cover Affiliates of Certain
Listed Entities

AGENCY: Bureau of Industry and Security, Department of Commerce.

ACTION: Interim final rule; request for comments.

-----------------------------------------------------------------------

SUMMARY: The Bureau of Industry and Security (BIS) is amending the
Export Administration Regulations (<a href="x">EAR</a>) to cover affiliates.

DATES:
    Effective date: This rule is effective September 29, 2025.
    Comment date: Comments must be received no later than October 29,
2025.

SUPPLEMENTARY INFORMATION:

I. Background

    The Entity List identifies entities for which there is cause to
believe that they have been involved in activities

[[Page 47202]]

contrary to the national security of the United States.
    A second paragraph begins here &amp; ends.

List of Subjects in 15 CFR Part 744

    Exports, Terrorism.

PART 744--CONTROL POLICY: END-USER AND END-USE BASED

0
1. The authority citation for part 744 continues to read as follows:

    Authority:  50 U.S.C. 4801-4852.

0
2. Section 744.11 is amended by:
0
a. Revising paragraph (a)(1); and
0
b. Adding paragraph (a)(3) to read as follows:


Sec.  744.11  License requirements that apply to entities acting
contrary to the national security.

* * * * *
    (a) License requirement--(1) General. A license is required for
foreign affiliates.
* * * * *
    (3) Due diligence. You must look.

Jane Doe,
Deputy Assistant Secretary for Export Administration.
[FR Doc. 2025-19001 Filed 9-29-25; 8:45 am]
BILLING CODE 3510-33-P
</pre></body></html>
"""


def test_the_preamble_gives_action_dates_summary_title_and_number() -> None:
    text = read_fr_text(TEXT.encode())
    assert text.action == "Interim final rule; request for comments."
    assert text.dates.endswith("Comments must be received no later than October 29, 2025.")
    assert text.summary.endswith("Regulations (EAR) to cover affiliates.")
    assert text.title == "Expansion of End-User Controls To Cover Affiliates of Certain Listed Entities"
    assert text.number == "2025-19001"


def test_paragraphs_go_on_over_the_end_of_a_page() -> None:
    found = {unit.path: unit.text for unit in read_fr_text(TEXT.encode()).units}
    base = "Supplementary Information › I. Background"
    assert found[f"{base} ¶1"].endswith(
        "involved in activities contrary to the national security of the United States."
    )
    assert found[f"{base} ¶2"] == "A second paragraph begins here & ends."
    assert found["Dates ¶2"].startswith("Comment date:")


def test_instructions_and_set_out_text_have_the_paths_of_the_xml() -> None:
    found = {unit.path: unit for unit in read_fr_text(TEXT.encode()).units}
    assert found["instruction 2.a"].kind is UnitKind.INSTRUCTION
    assert found["instruction 2.a"].text == "a. Revising paragraph (a)(1); and"
    section = found["instruction 2 › 15 CFR 744.11"]
    assert section.text.endswith("entities acting contrary to the national security.")
    assert "instruction 2 › 15 CFR 744.11(a)(1)" in found
    assert found["instruction 2 › 15 CFR 744.11(a)(3)"].text == "(3) Due diligence. You must look."
    assert found["Signature ¶1"].text == "Jane Doe,"
    assert "Filing line" in found


def test_a_file_of_it_is_a_document_of_its_kind() -> None:
    document = read_file("rule.txt", TEXT.encode())
    assert (document.kind, document.document_number) == (DocumentKind.RULE, "2025-19001")
    assert document.abstract.startswith("The Bureau of Industry")


def test_wrapped_lines_without_blank_lines_are_joined() -> None:
    lines = [
        "The first sentence of a paragraph that",
        "goes on to a second line and ends.",
        "",
        "(a) An item that",
        "goes on.",
        "(b) Another.",
    ]
    assert unwrap_lines(lines) == [
        "The first sentence of a paragraph that goes on to a second line and ends.",
        "(a) An item that goes on.",
        "(b) Another.",
    ]


def test_a_hyphen_at_a_lines_end_is_kept() -> None:
    assert unwrap_lines(["a license for end-", "use in a country"]) == ["a license for end-use in a country"]
