"""Text outside the main text of a page, and elements without words: they are compared as well."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tracker import diffing
from tracker.locations import is_rest_of_page
from tracker.model import Document, DocumentKind, Op, Operation, UnitKind
from tracker.parsing.formulas import formula
from tracker.parsing.link_targets import target
from tracker.parsing.page import read_page

URL = "https://export.example.gov/guides"
NOTICE = "The ownership rule is suspended until November 8, 2026."
LONG = (
    "<p>The Export Administration Regulations decide which exports and reexports of equipment need a license.</p>"
    * 3
)
MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/law'>Law</a></li></ul></nav>"


def document(body: str, url: str = URL, head: str = "") -> Document:
    data = f"<html><head><title>Guides</title>{head}</head><body>{body}</body></html>".encode()
    page = read_page(data, url)
    return Document("k", DocumentKind.PAGE, page.title, url, page.units)


def compared(before: str, after: str) -> tuple[Operation, ...]:
    return diffing.substantive(diffing.compare(document(before), document(after)))


def main(inner: str) -> str:
    return f"<header><a href='/'>Site</a></header>{MENU}<main><h1>Guides</h1>{LONG}{inner}</main><footer>Contact</footer>"


PLACES = {
    "alert": f"<div class='usa-alert' role='alert'><p>{NOTICE}</p></div>",
    "aside": f"<aside><p>{NOTICE}</p></aside>",
    "dialog": f"<dialog open><p>{NOTICE}</p></dialog>",
    "button heading": f"<h2><button aria-expanded='false'>{NOTICE}</button></h2>",
    "accordion": f"<div class='accordion'><button aria-controls='x'>{NOTICE}</button><div id='x'></div></div>",
    **{
        name: f"<div class='{name}'><p>{NOTICE}</p></div>"
        for name in ("subscribe", "related-content", "pager", "social", "sidebar", "newsletter", "cookie-banner")
    },
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("where", ["inside", "before", "after", "no main"])
def test_a_notice_is_seen_to_appear_change_and_go(place: str, where: str) -> None:
    def page(notice: str) -> str:
        if where == "inside":
            return main(notice)
        if where == "no main":
            return f"{MENU}<div id='x'><h1>Guides</h1>{LONG}{notice}</div>"
        return f"{notice}{main('')}" if where == "before" else f"{main('')}{notice}"

    notice = PLACES[place]
    states = [
        page(text) for text in ("", notice, notice.replace("suspended until", "applied again from"), "")
    ]
    found = [compared(before, after) for before, after in pairwise(states)]
    assert [[op.op for op in operations] for operations in found] == [[Op.ADDED], [Op.CHANGED], [Op.REMOVED]]
    assert found[0][0].after == NOTICE
    assert found[2][0].before == NOTICE.replace("suspended until", "applied again from")


def test_a_container_next_to_a_sidebar_is_main_text() -> None:
    body = f"<div class='container has-sidebar'><div class='content'><h1>Guides</h1>{LONG}<p>{NOTICE}</p></div></div>"
    assert any(unit.text == NOTICE and not is_rest_of_page(unit.path) for unit in document(body).units)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<ul><li><a href='/'>Home</a></li><li><a href='/law'>Law</a></li></ul>", "<ul><li><a href='/law'>Law</a></li><li><a href='/new'>News</a></li></ul>"),
        ("", "<nav aria-label='Breadcrumbs'><ol><li><a href='/'>Home</a></li><li><span aria-current='page'>Guides</span></li></ol></nav>"),
        ("<div class='lang'><a href='/ja'>日本語</a></div>", "<div class='lang'><a href='/en'>English</a></div>"),
        ("", "<div class='social'><ul><li><a href='https://x.example/share'>Share</a></li></ul></div>"),
        ("<div><div class='card'><h3><a href='/1'>Old news</a></h3><p>First words.</p></div><div class='card'><h3><a href='/2'>Older news</a></h3><p>More words.</p></div></div>",
         "<div><div class='card'><h3><a href='/0'>New news</a></h3><p>Other words.</p></div><div class='card'><h3><a href='/1'>Old news</a></h3><p>First words.</p></div></div>"),
        ("<div class='date'>Sunday, November 29, 2026</div>", "<div class='date'>Monday, November 30, 2026</div>"),
        ("<footer><a href='/privacy-1.pdf'>Privacy</a></footer>", "<footer><a href='/privacy-2.pdf'>Privacy</a></footer>"),
        ("<p>Phone one.</p><p>Address of the agency.</p>", "<p>Address of the agency.</p><p>Phone one.</p>"),
    ],
    ids=["menu", "breadcrumbs", "language switch", "share", "teasers", "today", "file of the footer", "order"],
)  # fmt: skip
def test_links_and_teasers_of_the_frame_are_no_change(before: str, after: str) -> None:
    assert compared(f"{before}{main('')}{before}", f"{after}{main('')}{after}") == ()


def test_breadcrumbs_within_the_main_element_are_no_change() -> None:
    crumbs = "<nav class='wp-block-breadcrumbs'><ol><li><a href='/'>Home</a></li><li><span aria-current='page'>Guides to the law of exports and of reexports</span></li></ol></nav>"
    assert compared(main(""), main(crumbs)) == ()


LINK = "<p>Read the <a href='{}'>guide to the rule (PDF)</a> before you file.</p>"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (LINK.format("/files/2026-03.pdf"), LINK.format("/files/2026-11.pdf"), UnitKind.LINK),
        (LINK.format("/files/annex-1.pdf"), LINK.format("/files/annex_1.pdf"), UnitKind.LINK),
        (LINK.format("/node?id=7"), LINK.format("/node?id=8"), UnitKind.LINK),
        ("<img src='/chart-a.png' alt='Chart'>", "<img src='/chart-b.png' alt='Chart'>", UnitKind.IMAGE),
        ("<iframe src='/viewer/a.pdf' title='Annex'></iframe>", "<iframe src='/viewer/b.pdf' title='Annex'></iframe>", UnitKind.LINK),
        ("<object data='/a.pdf'></object>", "<object data='/b.pdf'></object>", UnitKind.LINK),
        ("<table><tr><th>No</th><th>File</th></tr><tr><td>1</td><td><a href='/a.pdf'>PDF</a></td></tr></table>",
         "<table><tr><th>No</th><th>File</th></tr><tr><td>1</td><td><a href='/b.pdf'>PDF</a></td></tr></table>", UnitKind.LINK),
    ],
    ids=["link", "one sign", "query", "image", "frame", "object", "table"],
)  # fmt: skip
def test_another_file_under_the_same_words_is_a_change(before: str, after: str, kind: UnitKind) -> None:
    found = compared(main(before), main(after))
    assert {op.kind for op in found} == {kind}
    text = " ".join(f"{op.before} {op.after}" for op in found)
    for page in (before, after):
        address = page.partition("src='")[2] or page.partition("data='")[2] or page.partition("href='")[2]
        assert f"https://export.example.gov{address.partition(chr(39))[0]}" in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LINK.format("/files/a.pdf"), LINK.format("https://export.example.gov/files/a.pdf")),
        (LINK.format("/files/a.pdf"), LINK.format("http://export.example.gov/files/a.pdf")),
        (LINK.format("/files/a.pdf?v=7"), LINK.format("/files/a.pdf?v=8")),
        (LINK.format("/files/a.pdf?ver=1.2.3"), LINK.format("/files/a.pdf")),
        (LINK.format("/files/a.pdf?1712345678"), LINK.format("/files/a.pdf?1812345678")),
        ("<img src='/chart-300x200.png' alt='Chart'>", "<img src='/chart-1024x683.png?itok=AbC12_x4' alt='Chart'>"),
        (LINK.format("#part-2"), LINK.format("#part-3")),
        (f"{LINK.format('/a.pdf')}<p>Words that stay as they are.</p>", f"<p>Words that stay as they are.</p>{LINK.format('/a.pdf')}"),
        ("<p>See <a href='/a.pdf'>Annex</a> I of the rule.</p>", "<p>See <a href='/a.pdf'>Annex I</a> of the rule.</p>"),
    ],
    ids=["absolute", "scheme", "v", "ver", "bare", "image size", "anchor", "moved", "wider"],
)  # fmt: skip
def test_the_same_file_by_another_address_is_none(before: str, after: str) -> None:
    assert [op for op in compared(main(before), main(after)) if op.kind is not UnitKind.PARAGRAPH] == []


def test_an_annex_attached_to_existing_words_is_a_change() -> None:
    found = compared(main("<p>The rates are in Annex I of this order.</p>"), main("<p>The rates are in <a href='/a1.pdf'>Annex I</a> of this order.</p>"))  # fmt: skip
    assert [(op.op, op.after) for op in found] == [(Op.ADDED, "Annex I → https://export.example.gov/a1.pdf")]


def test_a_link_added_with_its_words_is_one_change() -> None:
    found = compared(main(""), main("<ul><li><a href='/p/2'>Second release of the year</a></li></ul>"))
    assert [op.after for op in found] == ["Second release of the year"]


def test_a_file_of_unknown_origin_is_compared_by_its_own_links() -> None:
    head = "<link rel='canonical' href='https://export.example.gov/guides'>"
    absolute = LINK.format("https://export.example.gov/files/a.pdf")
    old, new = document(main(LINK.format("/files/a.pdf")), "a.html"), document(main(absolute), "b.html", head)
    assert diffing.substantive(diffing.compare(old, new)) == ()


@pytest.mark.parametrize(
    ("before", "after", "substantive"),
    [
        ("<ol><li>The rate is 25 percent.</li><li>It ends in May.</li></ol>", "<p>4. The rate is 25 percent.</p><p>5. It ends in May.</p>", False),
        ("<ul><li>The rate is 25 percent.</li></ul>", "<p>• The rate is 25 percent.</p>", False),
        ("<ol><li>The rate is 25 percent.</li></ol>", "<p>4. The rate is 50 percent.</p>", True),
        ("<p>4. The rate is 25 percent.</p>", "<p>5. The rate is 25 percent.</p>", True),
        ("<p>The rate is 25 percent.</p>", "<p>4. The rate is 25 percent.</p>", True),
        ("<p>Sec. 2.<br>The rate is 25 percent.<br>It ends in May.</p>", "<p>Sec. 2.</p><p>The rate is 25 percent.</p><p>It ends in May.</p>", False),
        ("<p><span>Sec</span>. 2. Rate .</p>", "<p>Sec. 2.  Rate.</p>", False),
        ("<p>The rate is 25 percent.</p>", "<p>The rate is 25 percent.</p><ol><li></li></ol>", False),
    ],
    ids=["numbers", "bullets", "number and rate", "another number", "a number added", "br", "spacing", "empty list"],
)  # fmt: skip
def test_list_marks_and_line_breaks_are_no_substance(before: str, after: str, *, substantive: bool) -> None:
    assert bool(compared(main(before), main(after))) is substantive


def test_a_formula_is_read_with_its_structure() -> None:
    def page(power: str) -> str:
        return main(
            f"<p>Density is <math><mfrac><mi>P</mi><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfrac><msup><mi>x</mi><mn>{power}</mn></msup>"
            "<annotation encoding='TeX'>no words</annotation></math> at most.</p>"
        )

    (found,) = compared(page("2"), page("3"))
    assert found.before == "Density is P/(a + b)x^2 at most."
    assert found.after == "Density is P/(a + b)x^3 at most."


def test_a_formula_without_content_is_its_alternative_text() -> None:
    from bs4 import BeautifulSoup

    math = BeautifulSoup("<math alttext='x over y'></math>", "lxml").find("math")
    assert math is not None
    assert formula(math) == "x over y"


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://a.gov/x.css?v=8", "https://a.gov/x.css"),
        ("https://a.gov/watch?v=dQw4w9WgXcQ", "https://a.gov/watch?v=dQw4w9WgXcQ"),
        ("https://a.gov/x?id=8&v=2", "https://a.gov/x?id=8"),
    ],
)
def test_only_versions_and_hashes_are_removed_from_an_address(address: str, same: str) -> None:
    assert target(address) == same
