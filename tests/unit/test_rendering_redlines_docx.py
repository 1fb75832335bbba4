"""The Word file, read back: accept all gives the new text, reject all the old."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from lxml import etree

from tests.property.test_diffing_operations import TEXTS
from tests.unit.diffing_samples import DEFINED, EXPORT, INSERTED, NOTICE, POWER, REVIEW, redline, section
from tracker.model import Unit
from tracker.rendering.redlines.docx import render

GONE = {"accept": ("w:del", "w:moveFrom"), "reject": ("w:ins", "w:moveTo")}


def resolved(data: bytes, choice: str) -> list[str]:
    """The paragraphs after Word's "accept all" or "reject all", by the rules of ECMA-376 17.13.5: what
    is tracked the other way is removed, and a paragraph whose mark is removed is joined with the next one."""
    body = docx.Document(io.BytesIO(data)).element.body
    gone = {qn(name) for name in GONE[choice]}
    paragraphs, open_text = [], ""
    for paragraph in body.iter(qn("w:p")):
        for child in paragraph:
            if child.tag not in gone:
                open_text += "".join(text.text or "" for text in child.iter(qn("w:t"), qn("w:delText")))
        marks = paragraph.findall(f"{qn('w:pPr')}/{qn('w:rPr')}/*")
        if not any(mark.tag in gone for mark in marks):
            paragraphs.append(open_text)
            open_text = ""
    assert not open_text
    assert paragraphs[-1] == ""  # the empty paragraph that ends every file
    return paragraphs[:-1]


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


def test_the_header_names_the_document_and_its_origin() -> None:
    document = docx.Document(io.BytesIO(render(redline(BEFORE, AFTER), "ja")))
    output = "\n".join(paragraph.text for paragraph in document.sections[0].first_page_header.paragraphs)
    for words in ("15 CFR 744.21 <&> test", "ear https://example.gov/744?a=1&b=2", "ab" * 32, "cd" * 32, "Legal",
                  "2026-11-22 09:30", "15 CFR 744.21(c)"):  # fmt: skip
        assert words in output
    assert document.core_properties.author == "Legal"


def test_without_the_whole_texts_the_touched_units_are_shown() -> None:
    data = render(redline(section(EXPORT, DEFINED), section(EXPORT, INSERTED), whole=False))
    assert resolved(data, "accept") == [f"(b) {INSERTED}"]
    assert resolved(data, "reject") == [f"(b) {DEFINED}"]


def test_characters_that_xml_does_not_know_are_left_out(tmp_path: Path) -> None:
    data = render(redline(section(EXPORT), section(EXPORT + " \x00\x0b\u202eevil")))
    assert resolved(data, "accept")[1].endswith("license. evil")
