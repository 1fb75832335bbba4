"""Pages with the same outline have the same document; what the parser of pages never reads does not change the outline."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import ParseError
from tracker.parsing.page import Page, read_page
from tracker.text.page_outline import DATE_META, TITLE_META, outline

URL = "https://agency.example/guidance"
PIECES = (
    "<p>{}</p>", "<h2>{}</h2>", "<a href='/{}'>{}</a>", "<img src='/{}.png' alt='{}'>", "<li>{}", "<b>{}", "</b>", "</div>",
    "<div class='{}'>", "<div hidden>{}</div>", "<nav aria-label='{}'>{}</nav>", "<main>", "</main>", "<s>{}</s>", "<sup>{}</sup>",
    "<p style='text-decoration: line-through'>{}</p>", "<table><tr><td>{}<td>{}</table>", "<br>", "<button>{}</button>",
    "<button aria-expanded=false>{}</button>", "<select name='{}'><option>{}<option>{}</select>", "<svg><text>{}</text></svg>",
    "<iframe src='/{}' title='{}'></iframe>", "<time datetime='2026-01-0{}'>{}</time>", "<footer>{}</footer>", "{}",
    "<script nonce='{}'>var a = '{}';</script>", "<script>document.write('<p>{}</p>')</script>", "<!-- {} -->", "<!--", "-->",
    "<style>.{}{{}}</style>", "<noscript><h1>{}</h1><img src='{}'></noscript>", "<template><p>{}</p></template>",
    "<input type=hidden name=token value='{}'>", "<meta name='csrf-token' content='{}'>", "<link rel=canonical href='/{}'>",
    "<link rel=preload href='/{}'>", "<base href='/{}/'>", "<title>{}</title>", "<h1 nonce='{}'>{}</h1>", "<canvas>{}</canvas>",
    "<textarea>{}<script>{}</textarea>", "<object data='/{}' aria-label='{}'></object>", "<![CDATA[{}]]>", "<?php {} ?>", "&amp;{}",
    *(f"<meta {kind}='{name}' content='{{}}'>" for kind, name in TITLE_META),
    *(f"<meta name='{name}' content='2026-02-0{{}}'>" for name in DATE_META),
)  # fmt: skip
WORDS = ("1", "2", "x", "license", "The rule takes effect.", "<i>", "</script>", "-->", "")


@st.composite
def twins(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two pages of the same pieces, some with other words."""
    first, second = [], []
    for piece in draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8)):
        number = piece.count("{}")
        words = draw(st.lists(st.sampled_from(WORDS), min_size=number, max_size=number))
        others = (
            draw(st.lists(st.sampled_from(WORDS), min_size=number, max_size=number))
            if draw(st.booleans())
            else words
        )
        first.append(piece.format(*words))
        second.append(piece.format(*others))
    frame = "<html><body>{}</body></html>"
    return frame.format("".join(first)).encode(), frame.format("".join(second)).encode()


def parsed(body: bytes, content: str) -> Page | str:
    try:
        return read_page(body, URL, content=content)
    except ParseError as error:
        return error.line()


@given(twins(), st.sampled_from(["", "main", "div", "p + p"]))
@settings(max_examples=400, deadline=None)
def test_pages_with_the_same_outline_have_the_same_document(pages: tuple[bytes, bytes], content: str) -> None:
    one, other = pages
    if outline(one, URL) == outline(other, URL):
        assert parsed(one, content) == parsed(other, content)


@pytest.mark.parametrize(
    "volatile",
    [
        "<script nonce='{}'>x</script>",
        "<script>token = '{}'</script>",
        "<style>.a{}{{}}</style>",
        "<!-- built {} -->",
        "<meta name='csrf-token' content='{}'>",
        "<link rel=stylesheet href='/a.css?{}'>",
        "<form><input type=hidden value='{}'></form>",
        "<p nonce='{}'>The rule.</p>",
    ],
)
def test_what_is_never_read_does_not_change_the_outline(volatile: str) -> None:
    page = (
        "<html><head><title>T</title></head><body><main><p>The rule takes effect.</p>{}</main></body></html>"
    )
    one, other = (page.format(volatile.format(value)).encode() for value in ("8f3a", "77c1d"))
    assert outline(one, URL) == outline(other, URL) != ""
    assert parsed(one, "") == parsed(other, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>effective May 1</p>", "<p>effective May 2</p>"),
        ("<a href='/a'>x</a>", "<a href='/b'>x</a>"),
        (
            "<!-- <script> --><p>May 1</p><!-- </script> -->",
            "<!-- <script> --><p>May 2</p><!-- </script> -->",
        ),
        ("<textarea><script></textarea><p>May 1</p>", "<textarea><script></textarea><p>May 2</p>"),
        ("<p class=a>x</p>", "<p class=b>x</p>"),
        ("<p>a</p><p>b</p>", "<p>a<p>b</p></p>c"),
        ("<noscript>May 1</noscript>", "<noscript>May 2</noscript>"),
    ],
)
def test_what_is_read_changes_the_outline(before: str, after: str) -> None:
    one, other = (f"<html><body>{part}</body></html>".encode() for part in (before, after))
    assert outline(one, URL) != outline(other, URL)


def test_the_address_the_end_and_the_kind_of_text_count() -> None:
    page = b"<html><body><p>x</p></body></html>"
    assert outline(page, URL) != outline(page, "https://agency.example/other")
    assert outline(page, URL) != outline(page.removesuffix(b"</body></html>"), URL)
    assert outline(b'{"a": 1}', URL) == ""
