"""Superscripts and subscripts of every markup, in text, in the redline and in search."""

from __future__ import annotations

import pytest

from tests.recorded import recorded
from tracker import diffing, parsing
from tracker.diffing.normalization import differs_in_typography_only
from tracker.diffing.word_diff import word_spans
from tracker.parsing.fr_text import read_fr_text
from tracker.parsing.page import read_page
from tracker.text import index_form

_PART = '<DIV5 N="774" TYPE="PART"><HEAD>PART 774</HEAD><DIV8 N="774.9" TYPE="SECTION"><HEAD>§ 774.9 Limits.</HEAD>{}</DIV8></DIV5>'
_RULE = '<RULE><PREAMB><SUBJECT>Limits</SUBJECT></PREAMB><SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD>{}</SUPLINF></RULE>'
_PAGE = "<html><body><main><h1>Limits</h1>{}</main></body></html>"

_LINES = [
    ('1 × 10<E T="51">-10</E> Pa', "1 × 10⁻¹⁰ Pa"),
    ('x<E T="53">n</E> and H<E T="52">2</E>O', "xⁿ and H₂O"),
    ("10<SU>6</SU> Pa m<sup>3</sup>/s·cm<SU>−2</SU>", "10⁶ Pa m³/s·cm⁻²"),
    ("of 10<sup>x/2</sup> V<sub>max</sub>", "of 10^(x/2) V_(max)"),
    ('10<E T="51">x<E T="52">2</E></E> bits', "10^(x₂) bits"),
    ("the law.<SU>4</SU><FTREF/> It", "the law.[4] It"),
    ("the Act<SU>12</SU> says", "the Act[12] says"),
    ("under § 734.9(e)<sup>1</sup> of", "under § 734.9(e)[1] of"),
    ("of <sup>235</sup>U and <sup>3</sup>He", "of ²³⁵U and ³He"),
    ("on the 30<sup>th</sup> day, Name<sup>®</sup>", "on the 30th day, Name®"),
    ("a valve of 2<FR>1/2</FR> inches", "a valve of 2 1/2 inches"),
]


@pytest.mark.parametrize(("markup", "text"), _LINES)
def test_xml(markup: str, text: str) -> None:
    part = parsing.read_file("part.xml", _PART.format(f"<P>(a) A leak {markup}.</P>").encode())
    assert [unit.text for unit in part.units][-1] == f"(a) A leak {text}."
    rule = parsing.read_file("rule.xml", _RULE.format(f"<P>A leak {markup}.</P>").encode())
    assert [unit.text for unit in rule.units][-1] == f"A leak {text}."


def test_the_register_prints_its_xml_with_lines_of_its_own() -> None:
    markup = '<P>A leak 1 × 10\n<E T="51">−10</E>\n Pa.</P>'
    assert (
        parsing.read_file("rule.xml", _RULE.format(markup).encode()).units[-1].text == "A leak 1 × 10⁻¹⁰ Pa."
    )


def test_tables_and_footnotes() -> None:
    table = "<TABLE><TR><TH>Gas</TH><TH>Rate</TH></TR><TR><TD>UF<sub>6</sub></TD><TD>10<sup>−3</sup><sup>a</sup></TD></TR></TABLE>"
    units = parsing.read_file("part.xml", _PART.format(f"<P>(a) Text.</P>{table}").encode()).units
    assert units[-1].text == "UF₆\u200310⁻³^(a)"
    notes = "<P>Second.<SU>1</SU><FTREF/></P><FTNT><P><SU>1</SU>See elsewhere.</P></FTNT>"
    units = parsing.read_file("rule.xml", _RULE.format(notes).encode()).units
    assert [(unit.path.rpartition(" › ")[2], unit.text) for unit in units[-2:]] == [
        ("Supplementary Information ¶1", "Second.[1]"),
        ("Footnote 1", "[1] See elsewhere."),
    ]


@pytest.mark.parametrize(
    ("markup", "text"), [line for line in _LINES if "<E " not in line[0] and "<FR>" not in line[0]]
)
def test_page(markup: str, text: str) -> None:
    html = markup.replace("SU>", "sup>").replace("<FTREF/>", "")
    page = read_page(_PAGE.format(f"<p>A leak {html}.</p>").encode(), "https://example.gov/a", label="utf-8")
    assert page.units[-1].text == f"A leak {text}."


def test_a_page_keeps_the_links_of_its_notes() -> None:
    html = '<p>Of 10<sup><a href="#fn1">2</a></sup> it says<sup><a href="https://example.gov/n.pdf">3</a></sup> so.</p>'
    page = read_page(_PAGE.format(html).encode(), "https://example.gov/a", label="utf-8")
    assert "Of 10[2] it says[3] so." in [unit.text for unit in page.units]
    assert ("https://example.gov/n.pdf", "[3]") in page.links


def test_raw_text() -> None:
    text = (
        "DEPARTMENT OF COMMERCE\n\nLimits\n\nSUMMARY: A leak rate below 1 x 10\\-10\\ Pa m\\3\\/s of\n"
        "UF<INF>6</INF>, says the law.\\4\\ It binds.\n\n    \\4\\ 12 U.S.C. 1.\n"
    )
    read = read_fr_text(text.encode())
    assert read.summary.startswith("A leak rate below 1 x 10⁻¹⁰ Pa m³/s of UF₆, says the law.[4] It binds.")
    assert any(unit.text == "[4] 12 U.S.C. 1." for unit in read.units)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10⁻¹⁰ Pa", "10-10 Pa"),
        ("10⁻¹⁰ Pa", "10⁻¹² Pa"),
        ("10⁻¹⁰ Pa", "10¹⁰ Pa"),
        ("10^(-x) Pa", "10-x Pa"),
        ("10ⁿ bits", "10n bits"),
        ("10₂ bits", "102 bits"),
        ("of m² area", "of m₂ area"),
        ("x² of", "x₂ of"),
        ("x² of", "x2 of"),
        ("5ᵃ mm", "5a mm"),
        ("V_(max)", "V_(min)"),
    ],
)
def test_another_script_is_another_text(before: str, after: str) -> None:
    assert not differs_in_typography_only(before, after)
    assert not differs_in_typography_only(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10⁻¹⁰ Pa", "10^-10 Pa"),
        ("10⁻¹⁰ Pa", "10^(−10) Pa"),
        ("10⁻¹⁰ Pa", "10<sup>-10</sup> Pa"),
        ("40 cm² wide", "40 cm2 wide"),
        ("H₂O", "H<sub>2</sub>O"),
    ],
)
def test_the_same_script_in_other_signs(before: str, after: str) -> None:
    assert differs_in_typography_only(before, after)
    assert differs_in_typography_only(after, before)


def test_a_number_and_its_exponent_are_one_word() -> None:
    assert word_spans("below 10⁻¹⁰ Pa", "below 10⁻¹² Pa") == (
        ("equal", "below "),
        ("delete", "10⁻¹⁰"),
        ("insert", "10⁻¹²"),
        ("equal", " Pa"),
    )


def test_search_finds_every_spelling() -> None:
    assert {index_form(text) for text in ("10⁻¹⁰", "10-10", "10−10", "10^-10", "10^(-10)", "10^(−10)")} == {
        "10-10"
    }
    assert index_form("H₂O, V_(max), cm³") == index_form("H2O, Vmax, cm^3")


def test_recorded_case() -> None:
    before, after = (
        parsing.read_file(name, recorded(f"cases/superscript/{name}")) for name in ("before.xml", "after.xml")
    )
    operations = diffing.compare(before, after)
    assert [(op.path, op.op, op.editorial) for op in operations] == [
        ("15 CFR 774.9(a)", "changed", False),
        ("15 CFR 774.9(b)", "changed", False),
    ]
    assert "10⁻¹⁰" in operations[0].before
    assert "10-10" in operations[0].after
    assert "cm²" in operations[1].before
    assert "cm³" in operations[1].after
