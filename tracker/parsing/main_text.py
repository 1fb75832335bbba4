"""Splits a page into its main text, selected by a CSS selector or detected, and the rest of the page.

Nothing is discarded: everything outside the main text (navigation, banners, sidebars) is returned as the rest
of the page, which is compared as well.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from tracker.errors import ParseError, SelectorUnmatched

# These only lead away from the page, whatever they contain.
_NAVIGATION_TAGS = frozenset({"nav"})
_NAVIGATION_ROLES = frozenset({"navigation", "search", "menubar", "menu"})
_NAVIGATION_NAMES = re.compile(
    r"(?:^|[-_ ])(?:breadcrumbs?|skip-?(?:link|nav|to)|usa-(?:skipnav|nav)|site-?nav|pagination|back-to-top)(?:$|[-_ ])",
    re.IGNORECASE,
)
# These are page furniture outside the main element, and inside it where they contain little but links.
_FRAME_TAGS = frozenset({"footer", "aside", "header", "dialog"})
_FRAME_ROLES = frozenset({"banner", "contentinfo", "complementary", "dialog", "alertdialog"})
_FRAME_NAMES = re.compile(
    r"(?:^|[-_ ])(?<!has-)(?<!with-)(?<!no-)(?:cookies?|consent|usa-(?:banner|identifier|footer|header)|site-?(?:header|footer)|"
    r"social|share-?(?:this|links|buttons)?|sidebar|pager|newsletter|subscribe|related-?(?:links|content|posts))(?:$|[-_ ])",
    re.IGNORECASE,
)
_NAMED = frozenset({"div", "section", "ul", "ol", "p", "span", "a", "form"})
_EXPLICIT = ("main", "[role=main]")
_LIKELY = ("#main-content", "#maincontent", "article", "#content", ".main-content")
_LEAST = 40  # least characters of a main text
_MOSTLY = 0.5  # share of an element's text, or of the page's
BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
        "tr", "ul",
    ]
)  # fmt: skip


def collapse_space(text: str) -> str:
    """Return `text` with each run of white space as one space, none at the ends."""
    return " ".join(text.split())


def select_content(soup: BeautifulSoup, content: str, url: str) -> list[Tag]:
    """Return the elements that a CSS selector matches, none inside another. Raises ParseError when it is
    invalid or matches nothing: the page was rebuilt, and an empty text must not look like no change.
    """
    try:
        found = soup.select(content)
    except (SelectorSyntaxError, ValueError) as error:
        raise ParseError(f"{url}: {content!r} is no CSS selector: {error}".splitlines()[0]) from error
    # An element inside another match would be read twice.
    chosen = [tag for tag in found if not any(parent in found for parent in tag.parents)]
    if not chosen:
        raise SelectorUnmatched(
            f"{url}: the selector {content!r} matches nothing on this page",
            cure="the page was rebuilt: set another content = ... in sources.toml, or leave it out",
        )
    return chosen


def split_main_text(soup: BeautifulSoup) -> tuple[Tag, list[Tag]]:
    """Return the elements with the page's main text, and the elements outside it, each in reading order.

    The elements are taken out of `soup`.
    """
    body = soup.body or soup
    for selector in _EXPLICIT:
        found = [tag for tag in body.select(selector) if len(collapse_space(tag.get_text(" "))) > _LEAST]
        if len(found) == 1:
            return _taken_out(body, found[0], _cut(found[0], whole=_weight(found[0]), explicit=True))
    whole = _weight(body)
    cut = _cut(body, whole=whole, explicit=False)
    left = _weight(body)
    for selector in _LIKELY:
        found = [tag for tag in body.select(selector) if len(collapse_space(tag.get_text(" "))) > _LEAST]
        if len(found) == 1 and _weight(found[0]) >= _MOSTLY * left:
            return _taken_out(body, found[0], cut)
    return _taken_out(body, _densest(body), cut)


def _taken_out(body: Tag, main: Tag, cut: list[Tag]) -> tuple[Tag, list[Tag]]:
    if main is body:
        return main, cut
    main.extract()
    return main, [body, *cut]


def _cut(root: Tag, *, whole: int, explicit: bool) -> list[Tag]:
    """Take the furniture out of `root`. Below an explicit main element, the author's markup counts more than a
    class name: there only navigation, and elements that are mostly links, are furniture.
    """
    cut: list[Tag] = []
    gone: set[int] = set()
    for tag in root.find_all(True):
        if any(id(parent) in gone for parent in tag.parents):
            continue
        if is_navigation(tag) or (
            _is_frame(tag)
            and not (tag.name == "header" and _in_article(tag, root))
            and (
                link_share(tag) >= _MOSTLY
                if explicit or _in_article(tag, root)
                else _weight(tag) < _MOSTLY * whole
            )
        ):
            gone.add(id(tag))
            cut.append(tag)
    for tag in cut:
        tag.extract()
    return cut


def is_navigation(tag: Tag) -> bool:
    """Return whether an element only leads elsewhere: menus, breadcrumbs, links to other parts of the page."""
    return (
        tag.name in _NAVIGATION_TAGS
        or str(tag.get("role") or "") in _NAVIGATION_ROLES
        or (tag.name in _NAMED and _is_named(tag, _NAVIGATION_NAMES) and link_share(tag) > 0)
    )


def _is_frame(tag: Tag) -> bool:
    return (
        tag.name in _FRAME_TAGS
        or str(tag.get("role") or "") in _FRAME_ROLES
        or (tag.name in _NAMED and _is_named(tag, _FRAME_NAMES))
    )


def _is_named(tag: Tag, names: re.Pattern[str]) -> bool:
    words = [*tag.get_attribute_list("class"), *tag.get_attribute_list("id")]
    return any(names.search(word) for word in words if word)


def _in_article(tag: Tag, root: Tag) -> bool:
    """Return whether an element is inside the main text: a header there contains its title, not the site's."""
    return root.name in ("main", "article") or any(
        parent.name in ("main", "article") for parent in tag.parents
    )


def link_share(tag: Tag) -> float:
    """Return the share of an element's text that is links, 0 to 1; 1 where there is no text."""
    size = len(collapse_space(tag.get_text(" ")))
    if not size:
        return 1.0
    if tag.name == "a":
        return 1.0
    return sum(len(collapse_space(link.get_text(" "))) for link in tag.find_all("a")) / size


def _densest(body: Tag) -> Tag:
    """Return the innermost element that still contains nearly all text outside of links."""
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
    text = len(collapse_space(tag.get_text(" ")))
    links = sum(len(collapse_space(link.get_text(" "))) for link in tag.find_all("a"))
    return max(0, text - links // 2)
