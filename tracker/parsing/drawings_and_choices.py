"""Converts text in drawings and selection lists to lines: the labels of an SVG chart, the options of a
`<select>`.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from tracker.parsing.main_text import collapse_space, is_navigation

# A selection list that filters or opens pages of the site has no content of its own.
_FINDS_PAGES = re.compile(
    r"search|filter|exposed|lang|locale|translate|sort|per-?page|pager|archive", re.IGNORECASE
)
_SITE_FRAME = frozenset({"header", "footer", "nav"})


def write_drawings_and_choices(soup: BeautifulSoup) -> None:
    """Replace each SVG drawing and each `<select>` by its texts, one per line. Those without text, and a site's
    own menus, searches and filters, are removed.
    """
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
