"""An index of a site that is followed: entries for other pages are left to those pages, its own words are not."""

from __future__ import annotations

import pytest

from tracker.model import UnitKind
from tracker.parsing.page import read_page

URL = "https://agency.example.gov/actions/"
CARD = "<li class='post'><h2><a href='/actions/2026/{n}'>Action number {n}</a></h2><div class='day'>August {n}, 2026</div><p>First words of it.</p></li>"
CARDS = "".join(CARD.format(n=n) for n in range(1, 4))
ROWS = "".join(
    f"<tr><td>August {n}</td><td><a href='/actions/2026/{n}'>Action {n}</a></td></tr>" for n in range(1, 4)
)
NOTICE = "<p>Filings are suspended until November 8, 2026.</p>"
PROSE = "<p>Read the <a href='/actions/2026/9'>order</a> before you file: a license is required for each export.</p>"


def words(main: str) -> list[str]:
    page = read_page(
        f"<html><head><title>Actions</title></head><body><main>{main}</main></body></html>".encode(),
        URL,
        followed=lambda address: "/actions/2026/" in address,
    )
    return [unit.text for unit in page.units if unit.kind is not UnitKind.LINK]


@pytest.mark.parametrize(
    "entries",
    [
        f"<ul>{CARDS}</ul>",
        f"<div>{CARDS.replace('li', 'div')}</div>",
        f"<table><tr><th>Day</th><th>Action</th></tr>{ROWS}</table>",
        "<ul>" + "".join(f"<li><a href='/actions/2026/{n}'>Action {n}</a> (August {n})</li>" for n in range(1, 4)) + "</ul>",
        "".join(f"<p><a href='/actions/2026/{n}'>Action {n}</a></p>" for n in range(1, 4)),
        "".join(f"<a href='/actions/2026/{n}'><div><h3>Action {n}</h3><p>Words</p></div></a>" for n in range(1, 4)),
        f"<ul>{CARD.format(n=1)}</ul>",
    ],
    ids=["cards", "divs", "rows", "list", "paragraphs", "card links", "one"],
)  # fmt: skip
def test_entries_for_followed_pages_are_left_out(entries: str) -> None:
    found = words(f"<h1>Actions of the agency</h1>{NOTICE}{entries}")
    assert [text for text in found if "Action " in text or "August" in text or "Action number" in text] == []
    assert "Filings are suspended until November 8, 2026." in found


@pytest.mark.parametrize(
    "kept",
    [
        NOTICE,
        PROSE,
        "<ul><li><a href='/forms.pdf'>Forms for all filings</a></li></ul>",
        f"<section><h2>Notice</h2>{NOTICE}<ul><li><a href='/actions/2026/7'>Action 7</a></li></ul></section>",
    ],
    ids=["notice", "prose with a followed link", "a link that is not followed", "section with one entry"],
)
def test_the_own_text_of_an_index_is_kept(kept: str) -> None:
    found = words(f"<h1>Actions</h1><ul>{CARDS}</ul>{kept}")
    text = kept.partition("<p>")[2] or kept.partition("pdf'>")[2]
    assert any(text.partition("<")[0].strip() in unit for unit in found)


def test_an_index_of_nothing_but_entries_is_still_a_page() -> None:
    assert words(f"<ul>{CARDS}</ul>") == ["Actions"]
