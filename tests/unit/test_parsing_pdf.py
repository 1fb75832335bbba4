from __future__ import annotations

import pytest

from tests.unit.pdf_samples import pdf
from tracker.errors import ParseError
from tracker.parsing import pdf as reader
from tracker.parsing.pdf import read_pdf

PAGE = [
    "BIS Guidance Memo",
    "The Bureau of Industry and Security reminds exporters that a license is required for",
    "items described in section 744.23 when they have knowledge of an end use that is",
    "described there.",
    "(a) A party must look for red flags before it proceeds with an export or a reexport",
    "or a transfer in country.",
]


def texts(*pages: list[str]) -> list[str]:
    return [unit.text for unit in read_pdf(pdf(*pages), "memo.pdf").units]


def test_wrapped_lines_become_paragraphs() -> None:
    assert texts(PAGE) == [
        "BIS Guidance Memo",
        "The Bureau of Industry and Security reminds exporters that a license is required for items described in "
        "section 744.23 when they have knowledge of an end use that is described there.",
        "(a) A party must look for red flags before it proceeds with an export or a reexport or a transfer in country.",
    ]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    body = [
        [f"Paragraph number {word} says something of its own and ends here."]
        for word in ("one", "two", "three", "four")
    ]
    pages = [
        ["Guidance on Controls 2026", *lines, f"Page {number} of 4"] for number, lines in enumerate(body, 1)
    ]
    assert texts(*pages) == [lines[0] for lines in body]


def test_paragraphs_are_counted_below_their_heading() -> None:
    paths = [unit.path for unit in read_pdf(pdf(PAGE), "memo.pdf").units]
    assert paths == ["BIS Guidance Memo", "BIS Guidance Memo ¶1", "BIS Guidance Memo › (a)"]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"%PDF-1.4\n garbage", "truncated or not a PDF"),
        (pdf(PAGE)[:200], "truncated or not a PDF"),
        (pdf(PAGE, encrypt=True), "encrypted|cannot be read"),
        (pdf([]), "holds no text"),
    ],
)
def test_an_unreadable_file_is_an_error_of_one_line(data: bytes, cause: str) -> None:
    with pytest.raises(ParseError, match=cause) as error:
        read_pdf(data, "memo.pdf")
    assert "\n" not in error.value.cause


def test_a_pdf_of_too_many_pages_or_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PAGES", 1)
    with pytest.raises(ParseError, match="2 pages are over the bound"):
        read_pdf(pdf(PAGE, PAGE), "memo.pdf")
    monkeypatch.setattr(reader, "MAX_PAGES", 10)
    monkeypatch.setattr(reader, "MAX_CHARACTERS", 50)
    with pytest.raises(ParseError, match="over the bound of 50 characters"):
        read_pdf(pdf(PAGE), "memo.pdf")
