"""Text that a page keeps in drawings and in lists to choose from, written as lines: the labels of an SVG chart, the options of
a `<select>`."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from tracker.parsing.main_text import collapse_space, is_navigation

# A list to choose from that finds or shows pages of the site says nothing by itself.
_FINDS_PAGES = re.compile(
    r"search|filter|exposed|lang|locale|translate|sort|per-?page|pager|archive", re.IGNORECASE
)
_SITE_FRAME = frozenset({"header", "footer", "nav"})


def write_drawings_and_choices(soup: BeautifulSoup) -> None:
    """Replaces each SVG drawing and each `<select>` by its texts, one a line. Those without any, and a site's own menus, searches
    and filters, are left out."""
    for tag in soup(["svg", "select"]):
        if tag.decomposed:
            continue
        names = "text" if tag.name == "svg" else "option"
        lines = [collapse_space(part.get_text(" ")) for part in tag.find_all(names)]
        if not any(lines) or (tag.name == "select" and _is_of_site(tag)):
            tag.decompose()
            continue
        written = soup.new_tag("div")
        for line in filter(None, lines):
            paragraph = soup.new_tag("p")
            paragraph.string = line
            written.append(paragraph)
        tag.replace_with(written)


def _is_of_site(select: Tag) -> bool:
    for tag in (select, *select.parents):
        if tag.name in _SITE_FRAME or is_navigation(tag):
            return True
        if tag.name in ("select", "form") and _is_named(tag):
            return True
        if tag.name == "form" and tag.find("input", attrs={"type": "search"}) is not None:
            return True
    return False


def _is_named(tag: Tag) -> bool:
    words = [*tag.get_attribute_list("class"), *(tag.get(name) for name in ("id", "name", "action", "role"))]
    return any(_FINDS_PAGES.search(str(word)) for word in words if word)
