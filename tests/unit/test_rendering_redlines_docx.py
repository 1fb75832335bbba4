"""The Word file, read back: accept all gives the new text, reject all the old."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from lxml import etree

from tests.property.test_diffing_operations import TEXTS
from tests.unit.diffing_samples import (
    DEFINED,
    EXPORT,
    INSERTED,
    LIST,
    NOTICE,
    POWER,
    REVIEW,
    country,
    entities,
    heading,
    paragraph,
    redline,
    section,
)
from tracker.model import Unit, UnitKind
from tracker.rendering.redlines.docx import OWN_STYLES, render
from tracker.text import CELL_GAP

COUNTRY = ("Country", "国")
GONE = {"accept": ("w:del", "w:moveFrom"), "reject": ("w:ins", "w:moveTo")}


def resolved(data: bytes, choice: str) -> list[str]:
    """The units after Word's "accept all" or "reject all", by the rules of ECMA-376 17.13.5: what is tracked the other way is
    removed, and a paragraph whose mark is removed is joined with the next one. Without what the file says itself."""
    document = docx.Document(io.BytesIO(data))
    own = {style.style_id for style in document.styles if style.name in OWN_STYLES}
    gone = {qn(name) for name in GONE[choice]}
    units: list[str] = []
    open_text = ""
    for block in document.element.body:
        if block.tag == qn("w:tbl"):
            assert not open_text
            units += rows(block, gone, own)
        elif block.tag == qn("w:p") and style_of(block) not in own:
            open_text += words_of(block, gone)
            if not any(mark.tag in gone for mark in block.findall(f"{qn('w:pPr')}/{qn('w:rPr')}/*")):
                units.append(open_text)
                open_text = ""
    assert not open_text
    return units


def rows(table: etree._Element, gone: set[str], own: set[str]) -> Iterator[str]:
    """The rows that are left, each as the text of its unit: a party without the country in its first cell."""
    lines = list(table.iter(qn("w:tr")))
    by_country = (
        "".join(words_of(each, gone) for each in next(lines[0].iter(qn("w:tc"))).iter(qn("w:p"))) in COUNTRY
    )
    for row in lines:
        marks = row.findall(f"{qn('w:trPr')}/*")
        if any(mark.tag in gone for mark in marks) or any(
            style_of(each) in own for each in row.iter(qn("w:p"))
        ):
            continue
        cells = [
            "".join(words_of(each, gone) for each in cell.iter(qn("w:p"))) for cell in row.iter(qn("w:tc"))
        ]
        party = by_country and any(cells[1:]) and cells[0] not in COUNTRY
        yield CELL_GAP.join(cells[1:] if party else cells).rstrip(CELL_GAP)


def style_of(paragraph: etree._Element) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if style is None else style.get(qn("w:val")) or ""


def words_of(paragraph: etree._Element, gone: set[str]) -> str:
    return "".join(
        text.text or ""
        for child in paragraph
        if child.tag not in gone
        for text in child.iter(qn("w:t"), qn("w:delText"))
    )


def texts(units: list[Unit]) -> list[str]:
    return [unit.text for unit in units]


BEFORE = section(EXPORT, DEFINED, REVIEW, POWER)
AFTER = section(
    POWER.replace("4,800", "4,900"), EXPORT, INSERTED, REVIEW.replace("denial", "approval"), NOTICE
)


@pytest.mark.parametrize(("before", "after"), [(BEFORE, AFTER), (AFTER, BEFORE), (BEFORE, BEFORE)])
def test_accept_all_gives_the_new_text_and_reject_all_the_old(before: list[Unit], after: list[Unit]) -> None:
    data = render(redline(before, after))
    assert resolved(data, "accept") == texts(after)
    assert resolved(data, "reject") == texts(before)


def test_superscripts_are_in_the_file() -> None:
    before, after = section("(a) Below 10⁻¹⁰ Pa m³/s"), section("(a) Below 10-10 Pa m³/s")
    data = render(redline(before, after), "en")
    assert resolved(data, "accept") == texts(after)
    deleted = xml(data, "word/document.xml").iter(qn("w:delText"))
    assert "".join(element.text or "" for element in deleted) == "10⁻¹⁰"


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS)
def test_any_two_texts_are_reconstructed(before: list[Unit], after: list[Unit]) -> None:
    data = render(redline(before, after))
    assert resolved(data, "accept") == texts(after)
    assert resolved(data, "reject") == texts(before)


def xml(data: bytes, part: str) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(part))


def test_a_move_is_a_pair_of_named_ranges() -> None:
    root = xml(render(redline(BEFORE, AFTER)), "word/document.xml")
    starts = list(root.iter(qn("w:moveFromRangeStart"), qn("w:moveToRangeStart")))
    assert [element.get(qn("w:name")) for element in starts] == ["move1", "move1"]
    ends = {
        element.get(qn("w:id")) for element in root.iter(qn("w:moveFromRangeEnd"), qn("w:moveToRangeEnd"))
    }
    assert {element.get(qn("w:id")) for element in starts} == ends


def test_each_revision_has_an_id_of_its_own_an_author_and_a_date() -> None:
    root = xml(render(redline(BEFORE, AFTER), "en"), "word/document.xml")
    tracked = list(root.iter(qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo")))
    ids = [element.get(qn("w:id")) for element in tracked]
    assert len(ids) == len(set(ids)) > 5
    assert {element.get(qn("w:author")) for element in tracked} == {"Legal"}
    assert {element.get(qn("w:date")) for element in tracked} == {"2026-11-22T00:30:00Z"}


def test_editorial_differences_have_an_author_of_their_own() -> None:
    data = render(redline(section(EXPORT), section(EXPORT.replace("license.", "license"))), "en")
    authors = {element.get(qn("w:author")) for element in xml(data, "word/document.xml").iter(qn("w:del"))}
    assert authors == {"Legal (Editorial only)"}


def test_the_first_page_says_what_is_compared_and_the_annex_has_the_hashes() -> None:
    document = docx.Document(io.BytesIO(render(redline(BEFORE, AFTER), "ja")))
    lines = [each.text for each in document.paragraphs]
    annex = lines.index("付属:比較した原文")
    front = "\n".join(lines[: lines.index("15 C.F.R. § 744.21 (軍事最終用途・軍事最終使用者規制)")])
    for words in ("15 CFR 744.21 <&> test", "https://example.gov/744?a=1&b=2", "Legal", "2026年11月22日 09:30", "15 C.F.R. § 744.21"):  # fmt: skip
        assert words in front
    assert "SHA-256" not in "\n".join(lines[:annex])
    assert "ab" * 32 in "\n".join(lines[annex:])
    assert "cd" * 32 in "\n".join(lines[annex:])
    assert "https://www.ecfr.gov/current/title-15/section-744.21: " in "\n".join(lines[annex:])
    assert document.core_properties.author == "Legal"


def test_each_touched_unit_has_its_citation_as_heading() -> None:
    document = docx.Document(io.BytesIO(render(redline(BEFORE, AFTER), "en")))
    found = [
        each for each in document.paragraphs if each.style is not None and each.style.name == "Redline Unit"
    ]
    cited = {"".join(text.text or "" for text in each._p.iter(qn("w:t"), qn("w:delText"))) for each in found}
    assert "15 C.F.R. § 744.21(a)" in cited
    # That of an added unit is accepted and rejected with it.
    added = [each for each in found if each._p.findall(qn("w:ins"))]
    assert added


def test_rows_of_a_list_are_tracked_rows_of_a_table_with_its_heads() -> None:
    def row(name: str, policy: str) -> Unit:
        words = CELL_GAP.join((f"{name}, 1 Street.", "For all items.", policy, "90 FR 1."))
        return Unit(f"{LIST} › JAPAN › {name}", UnitKind.ROW, words, 2, "", name.lower())

    before = entities(country("JAPAN"), row("A Co.", "Denial."), row("B Inc.", "Denial."))
    after = entities(country("JAPAN"), row("A Co.", "Case-by-case."), row("C GmbH", "Denial."))
    for whole in (True, False):
        data = render(redline(before, after, whole=whole), "en")
        (table,) = docx.Document(io.BytesIO(data)).tables
        assert [cell.text for cell in table.rows[0].cells] == [
            "Country", "Entity", "License requirement", "License review policy", "Federal Register citation",
        ]  # fmt: skip
        if whole:
            assert resolved(data, "accept") == texts(after)
            assert resolved(data, "reject") == texts(before)
        else:
            assert resolved(data, "accept") == texts(after)[2:]
            assert resolved(data, "reject") == texts(before)[2:]


def test_an_excerpt_has_the_touched_sections_only() -> None:
    other = [heading("15 CFR 744.22"), paragraph("(a)", "Untouched words.", section="15 CFR 744.22")]
    made = replace(redline([*BEFORE, *other], [*AFTER, *other]), excerpt=True)
    assert resolved(render(made), "accept") == texts(AFTER)
    assert resolved(render(made), "reject") == texts(BEFORE)


def test_an_excerpt_of_a_long_section_has_what_was_touched_and_the_units_above_it() -> None:
    many = [paragraph(f"({chr(97 + first)})({second})", f"Words {first} {second}.") for first in range(5) for second in range(1, 11)]  # fmt: skip
    before = [heading(), *many]
    after = [replace(unit, text=unit.text.replace("3 4.", "of 3 and 4.")) for unit in before]
    made = replace(redline(before, after), excerpt=True)
    assert resolved(render(made), "accept") == [before[0].text, "(4) Words of 3 and 4."]
    lines = [each.text for each in docx.Document(io.BytesIO(render(made))).paragraphs]
    assert lines.count("* * * * *") == 2


def test_an_insertion_at_the_end_of_a_paragraph_is_kept_apart_from_an_inserted_paragraph() -> None:
    """LibreOffice joins them otherwise, and removes the mark between them with both."""
    data = render(redline(section(EXPORT), section(f"{EXPORT} Except:", DEFINED)))
    styles = [
        each.style.name for each in docx.Document(io.BytesIO(data)).paragraphs if each.style is not None
    ]
    assert styles[styles.index("Redline Spacer") + 1] == "Redline Unit"
    assert "Redline Spacer" not in [
        each.style.name for each in docx.Document(io.BytesIO(render(redline(section(EXPORT), section(EXPORT, DEFINED))))).paragraphs
        if each.style is not None
    ]  # fmt: skip


def test_raised_words_are_raised() -> None:
    before, after = section("(a) Below 10^(-x) Pa"), section("(a) Below 10^(-x) kPa")
    runs = list(xml(render(redline(before, after)), "word/document.xml").iter(qn("w:vertAlign")))
    assert {run.get(qn("w:val")) for run in runs} == {"superscript"}


def test_without_the_whole_texts_the_touched_units_are_shown() -> None:
    data = render(redline(section(EXPORT, DEFINED), section(EXPORT, INSERTED), whole=False))
    assert resolved(data, "accept") == [f"(b) {INSERTED}"]
    assert resolved(data, "reject") == [f"(b) {DEFINED}"]


def test_characters_that_xml_does_not_know_are_left_out(tmp_path: Path) -> None:
    data = render(redline(section(EXPORT), section(EXPORT + " \x00\x0b\u202eevil")))
    assert resolved(data, "accept")[1].endswith("license. evil")
