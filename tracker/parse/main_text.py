"""Which part of a page is its text: taken by a CSS selector, or found."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from tracker.errors import ParseError

_FRAME_TAGS = ("nav", "footer", "aside", "header", "dialog")
_FRAME_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "alertdialog"}
)
_FRAME_NAMES = re.compile(
    r"(?:^|[-_ ])(?:cookies?|consent|breadcrumbs?|skip-?(?:link|nav|to)|usa-(?:banner|skipnav|identifier|nav|footer|header)|"
    r"site-?(?:header|footer|nav)|social|share-?(?:this|links|buttons)?|sidebar|pager|pagination|newsletter|subscribe|back-to-top|"
    r"related-?(?:links|content|posts))(?:$|[-_ ])",
    re.IGNORECASE,
)  # fmt: skip
_MAIN = ("main", "[role=main]", "#main-content", "#maincontent", "article", "#content", ".main-content")
BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
        "tr", "ul",
    ]
)  # fmt: skip


def folded(text: str) -> str:
    return " ".join(text.split())


def selected(soup: BeautifulSoup, content: str, url: str) -> list[Tag]:
    """The elements that a CSS selector takes, none inside another. Raises ParseError when it is no
    selector, or takes nothing: the page was rebuilt, and silence would read as no change."""
    try:
        found = soup.select(content)
    except (SelectorSyntaxError, ValueError) as error:
        raise ParseError(f"{url}: {content!r} is no CSS selector: {error}".splitlines()[0]) from error
    # An element inside another that matched as well would be read twice.
    chosen = [tag for tag in found if not any(parent in found for parent in tag.parents)]
    if not chosen:
        raise ParseError(
            f"{url}: the selector {content!r} matches nothing on this page",
            cure="the page was rebuilt: set another content = ... in sources.toml, or leave it out",
        )
    return chosen


def main_text(soup: BeautifulSoup) -> Tag:
    """The element that holds the page's own text; frames (navigation, banners, footers) taken out."""
    body = soup.body or soup
    for selector in _MAIN:
        found = [tag for tag in body.select(selector) if len(folded(tag.get_text(" "))) > 40]
        if len(found) == 1:
            _strip(found[0])
            return found[0]
    _strip(body)
    return _densest(body)


def _strip(root: Tag) -> None:
    for tag in root.find_all(True):
        if tag.decomposed or tag.attrs is None:
            continue
        if (
            (tag.name in _FRAME_TAGS and not (tag.name == "header" and _in_article(tag, root)))
            or str(tag.get("role") or "") in _FRAME_ROLES
            or (tag.name in ("div", "section", "ul", "p", "span", "a", "form") and _is_frame(tag))
        ):
            tag.decompose()


def _in_article(tag: Tag, root: Tag) -> bool:
    """A header inside the main text holds its title, not the site's."""
    return root.name in ("main", "article") or any(
        parent.name in ("main", "article") for parent in tag.parents
    )


def _is_frame(tag: Tag) -> bool:
    words = [*tag.get_attribute_list("class"), *tag.get_attribute_list("id")]
    return any(_FRAME_NAMES.search(word) for word in words if word)


def _densest(body: Tag) -> Tag:
    """The innermost element that still holds nearly all text which is not a link."""
    total = _weight(body)
    current = body
    while True:
        inner = [child for child in current.find_all(True, recursive=False) if child.name in BLOCKS]
        best = max(inner, key=_weight, default=None)
        if (
            best is None
            or best.name in ("p", "ul", "ol", "table", "h1", "h2", "h3")
            or _weight(best) < 0.85 * total
        ):
            return current
        current = best


def _weight(tag: Tag) -> int:
    text = len(folded(tag.get_text(" ")))
    links = sum(len(folded(link.get_text(" "))) for link in tag.find_all("a"))
    return max(0, text - links // 2)
