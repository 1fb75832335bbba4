"""Web pages: which text counts, how it is cut into units, what happens on a bad day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest

from tracker.errors import ParseError
from tracker.locations import is_rest_of_page
from tracker.model import UnitKind
from tracker.parsing.page import Page, read_page

URL = "https://media.bis.gov/news-updates"


def page(body: str, content: str = "", head: str = "<title>News | BIS</title>") -> Page:
    return read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), URL, content=content)


def texts(found: Page) -> list[str]:
    """The words of the main text, without where its links lead."""
    return [
        unit.text
        for unit in found.units
        if unit.kind not in (UnitKind.LINK, UnitKind.IMAGE) and not is_rest_of_page(unit.path)
    ]


def rest(found: Page) -> list[str]:
    return [unit.text for unit in found.units if is_rest_of_page(unit.path)]


MAIN = "<main><h1>Rules</h1><p>This page tells which rules were published this year, and when.</p></main>"
FRAME = "<nav><a href='/'>Home</a></nav><div class='cookie-banner'>We use cookies</div><header>An official website</header>"


class TestTheMainText:
    def test_is_found_and_its_frame_left_out(self) -> None:
        found = page(
            f"{FRAME}{MAIN}<footer>Contact us</footer><script>track()</script><noscript>Enable it</noscript>"
        )
        assert texts(found) == ["Rules", "This page tells which rules were published this year, and when."]

    def test_is_found_by_its_weight_where_nothing_names_it(self) -> None:
        body = f"<div id='top'><ul><li><a href='/a'>A</a></li></ul></div><div id='x'><div>{'<p>Words of the law stand here.</p>' * 9}</div></div><div>Short</div>"
        assert set(texts(page(FRAME + body))) == {"Words of the law stand here."}

    def test_the_main_text_is_the_selected_element(self) -> None:
        found = page(
            f"{FRAME}<div class='body'><p>One.</p></div><div class='body'><p>Two.</p></div>", ".body"
        )
        assert texts(found) == ["One.", "Two."]

    def test_a_selector_inside_another_match_is_not_read_twice(self) -> None:
        assert texts(page("<div class='b'><div class='b'><p>One.</p></div></div>", ".b")) == ["One."]

    def test_a_selector_that_matches_nothing_is_reported(self) -> None:
        with pytest.raises(ParseError, match=r"the selector '\.gone' matches nothing") as error:
            page(MAIN, ".gone")
        assert "content" in error.value.cure

    def test_a_wrong_selector_is_reported(self) -> None:
        with pytest.raises(ParseError, match="no CSS selector"):
            page(MAIN, "div[")


class TestUnits:
    def test_are_named_by_the_headings_above(self) -> None:
        found = page("<main><h1>A</h1><p>1</p><h2>B</h2><p>2</p><p>3</p><h2>C</h2><p>4</p></main>", "main")
        assert [unit.path for unit in found.units] == [
            "A",
            "A ¶1",
            "A › B",
            "A › B ¶1",
            "A › B ¶2",
            "A › C",
            "A › C ¶1",
        ]

    def test_news_are_named_by_their_link_so_that_a_new_one_moves_none(self) -> None:
        old = "<li><a href='/p/1'>First release</a></li><li><a href='/p/0'>Zeroth release</a></li>"
        before = page(f"<main><h1>News</h1><ul>{old}</ul></main>", "main")
        after = page(
            f"<main><h1>News</h1><ul><li><a href='/p/2'>Second release</a></li>{old}</ul></main>", "main"
        )
        assert set(before.units) < set(after.units)
        assert dict(after.units[1].meta)["href"] == "https://media.bis.gov/p/2"

    def test_a_changed_target_of_a_link_is_seen(self) -> None:
        one, other = (
            page(f"<main><h1>List</h1><p><a href='/{name}.pdf'>Entity List</a></p></main>", "main")
            for name in "ab"
        )
        assert texts(one) == texts(other)
        assert one.units != other.units

    def test_session_parameters_are_removed_from_links(self) -> None:
        found = page("<main><p><a href='/a.pdf?nonce=1&v=2'>Entity List</a></p></main>", "main")
        assert found.links == (("https://media.bis.gov/a.pdf?v=2", "Entity List"),)

    def test_rows_of_a_table_are_units(self) -> None:
        table = "<table><caption>Fees</caption><tr><th>Item</th><th>Fee</th></tr><tr><td>Licence</td><td>$100</td></tr></table>"
        found = {unit.path: unit for unit in page(f"<main><h1>A</h1>{table}</main>", "main").units}
        assert found["A › Table 1"].text == "Fees"
        assert found["A › Table 1 › Licence"].kind is UnitKind.ROW
        assert found["A › Table 1 › Licence"].text == "Licence\u2003$100"

    def test_text_around_blocks_is_kept_in_order(self) -> None:
        found = page("<main><div>Before <p>inside</p> after <b>bold</b>, end.<br>New</div></main>", "main")
        assert texts(found) == ["Before", "inside", "after bold, end. New"]

    def test_comments_and_hidden_code_are_no_text(self) -> None:
        assert texts(page("<main><p>One<!-- two --> <style>p{}</style>three</p></main>", "main")) == [
            "One three"
        ]


class TestWhatThePageSaysOfItself:
    def test_title_from_its_metadata_or_first_heading(self) -> None:
        assert page(MAIN, head='<meta property="og:title" content="From the meta">').title == "From the meta"
        assert page(MAIN).title == "Rules"
        assert page("<p>Text only.</p>").title == "News | BIS"

    def test_day_from_its_metadata_or_first_time(self) -> None:
        head = '<meta property="article:published_time" content="2026-01-15T10:00:00Z">'
        assert page(MAIN, head=head).published == date(2026, 1, 15)
        assert page("<main><p>On <time datetime='2026-02-03'>3 Feb</time>.</p></main>").published == date(
            2026, 2, 3
        )
        assert page(MAIN).published is None


def test_no_html_is_an_error() -> None:
    with pytest.raises(ParseError, match="no HTML"):
        read_page(b"", URL)


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td"])
def test_html_nested_without_end_does_no_harm(tag: str) -> None:
    data = f"<{tag}>".encode() * 3_000 + b"Words at the bottom"
    with suppress(ParseError):
        assert all("Words" in unit.text for unit in read_page(data, URL).units)
