"""Parses a web page into units by heading: its main text, tables by row, list entries by name, link targets;
then the rest of the page.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag

from tracker.errors import ParseError
from tracker.locations import REST_OF_PAGE
from tracker.model import Unit, UnitKind
from tracker.parsing.drawings_and_choices import write_drawings_and_choices
from tracker.parsing.entries import HEADINGS, entries
from tracker.parsing.link_targets import absolute
from tracker.parsing.main_text import (
    BLOCKS,
    collapse_space,
    is_navigation,
    link_share,
    select_content,
    split_main_text,
)
from tracker.parsing.page_writer import PageWriter
from tracker.parsing.struck_text import write_html_struck_text
from tracker.parsing.superscripts import write_html_scripts
from tracker.parsing.unit_builder import UnitBuilder
from tracker.text.encodings import UTF_8, as_utf_8
from tracker.text.page_outline import DATE_META, TITLE_META

MAX_BYTES = 30_000_000
MAX_DEPTH = 200  # HTML nested deeper than this is an attack, not a page

_NEVER = ["script", "style", "noscript", "template", "canvas", "head", "input"]
_EMBEDDED = {"iframe": "src", "object": "data", "embed": "src"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LABEL_WORDS = 6  # words from which a button is text
_MOST_LINKS = 5_000
_PROSE_WORDS = 6  # words outside of links from which a menu contains text


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. `links` are the absolute addresses in the main text, in order, with their words."""

    title: str
    units: tuple[Unit, ...]
    published: date | None
    links: tuple[tuple[str, str], ...]


def read_page(
    data: bytes,
    url: str,
    *,
    content: str = "",
    label: str = "",
    followed: Callable[[str], bool] | None = None,
) -> Page:
    """Parse a page: the elements that the CSS selector `content` matches, or, without one, the detected main
    text, and the rest of the page below `Rest of the page`.

    `label` is the charset of the response. `url` is the page's address, or the name of a file; for a file, the
    page's own canonical address is used. `followed` is given for an index page: entries that link to an address
    for which it is true are left out, since those pages are documents of their own.

    Raises ParseError when a selector is invalid or matches nothing, when there is no HTML in `data`, or when it
    is nested too deep.
    """
    if len(data) > MAX_BYTES:
        raise ParseError(f"{url}: {len(data):,} bytes of HTML are over the bound of {MAX_BYTES:,}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        try:
            soup = BeautifulSoup(as_utf_8(data, label), "lxml", from_encoding=UTF_8)
        except (RecursionError, LookupError, AssertionError) as error:
            raise ParseError(f"{url}: this HTML cannot be read: {error}") from error
    if soup.find(True) is None:
        raise ParseError(f"{url}: no HTML here", cure="look at the snapshot")
    if _depth(soup) > MAX_DEPTH:
        raise ParseError(f"{url}: this HTML is nested over {MAX_DEPTH} deep")
    title = _title(soup)
    published = _published(soup)
    base = _base(soup, url)
    _tidy(soup)
    write_html_scripts(soup)
    write_html_struck_text(soup, BLOCKS)
    rest: list[Tag] = []
    if content:
        main = select_content(soup, content, url)
    else:
        element, rest = split_main_text(soup)
        main = [element]
    outline = UnitBuilder()
    writer = PageWriter(outline, base)
    for root in main:
        if followed is not None:
            _without_entries(root, base, followed)
        writer.block(root)
    writer.flush()
    writer.write_targets()
    heading = next((unit.text for unit in outline.units if unit.kind is UnitKind.HEADING), "")
    if followed is not None and not outline.units and title:
        outline.add(title, UnitKind.HEADING, title, 0)  # an index of nothing but entries
    aside = PageWriter(outline, base, place=REST_OF_PAGE)
    for root in rest:
        _without_menus(root, base, {collapse_space(title), heading})
        aside.block(root)
        aside.flush()
    aside.write_targets()
    return Page(title or heading, tuple(outline.units), published, tuple(dict.fromkeys(writer.links)))


def _base(soup: BeautifulSoup, url: str) -> str:
    """Return the base address of the page's links; empty for a file without one."""
    if not url.startswith(("http://", "https://")):
        canonical = soup.find("link", attrs={"rel": "canonical", "href": True})
        named = str(canonical["href"]) if isinstance(canonical, Tag) else ""
        url = named if named.startswith(("http://", "https://")) else ""
    tag = soup.find("base", attrs={"href": True})
    if isinstance(tag, Tag):
        try:
            return urljoin(url, str(tag["href"]).strip())
        except ValueError:
            return url
    return url


def _tidy(soup: BeautifulSoup) -> None:
    """Remove what is not text; turn embedded files into links, and labels that look like buttons into text."""
    for tag in soup(_NEVER):
        tag.decompose()
    for tag in soup(list(_EMBEDDED)):
        if tag.decomposed:
            continue
        link = soup.new_tag("a", href=str(tag.get(_EMBEDDED[tag.name]) or ""))
        link["title"] = collapse_space(str(tag.get("title") or tag.get("aria-label") or ""))
        tag.replace_with(link)
    write_drawings_and_choices(soup)
    for button in soup("button"):
        if _is_label(button):
            button.unwrap()
        else:
            button.decompose()


def _is_label(button: Tag) -> bool:
    """Return whether a button is the heading of what it opens, or contains a text, rather than a command."""
    return (
        button.find_parent([*HEADINGS, "summary", "dt"]) is not None
        or button.has_attr("aria-controls")
        or button.has_attr("aria-expanded")
        or len(button.get_text(" ").split()) >= _LABEL_WORDS
    )


def _without_entries(root: Tag, base: str, followed: Callable[[str], bool]) -> None:
    def leads(link: Tag) -> str:
        address = absolute(base, str(link.get("href") or "")).partition("#")[0]
        return address if address and followed(address) else ""

    for entry in entries(root, leads):
        entry.decompose()


def _without_menus(root: Tag, base: str, titles: set[str]) -> None:
    """Remove menus and teasers of other pages from the rest of a page; its own text stays."""
    for tag in [root, *root.find_all(True)]:
        if tag.decomposed or not is_navigation(tag):
            continue
        for part in tag.find_all(lambda part: part.name == "a" or part.has_attr("aria-current")):
            if not part.decomposed:
                part.decompose()
        words = collapse_space(tag.get_text(" "))
        if len(words.split()) < _PROSE_WORDS or any(words in title for title in titles):
            tag.clear(decompose=True)
    if len(root.find_all("a", limit=_MOST_LINKS)) == _MOST_LINKS:
        return  # too many to examine each: only lines of links are left out
    teasers = [
        entry
        for entry in entries(root, lambda link: absolute(base, str(link.get("href") or "")))
        if entry.find(HEADINGS) is not None or entry.find_parent(HEADINGS) is not None
    ]
    if len(teasers) > 1:
        for entry in teasers:
            entry.decompose()
    for heading in root.find_all(HEADINGS):
        if link_share(heading) == 1.0 and len(teasers) > 1:
            heading.decompose()


def _depth(soup: BeautifulSoup) -> int:
    """Return how deep the elements are nested, without recursion."""
    depths: dict[int, int] = {}
    deepest = 0
    for tag in soup.find_all(True):
        depth = depths.get(id(tag.parent), 0) + 1
        depths[id(tag)] = depth
        deepest = max(deepest, depth)
    return deepest


def _title(soup: BeautifulSoup) -> str:
    for name, attribute in TITLE_META:
        tag = soup.find("meta", attrs={name: attribute})
        if isinstance(tag, Tag) and (text := collapse_space(str(tag.get("content") or ""))):
            return text
    tag = soup.find("h1")
    if isinstance(tag, Tag) and (text := collapse_space(tag.get_text(" "))):
        return text
    tag = soup.find("title")
    return collapse_space(tag.get_text()) if isinstance(tag, Tag) else ""


def _published(soup: BeautifulSoup) -> date | None:
    """Return the day in the page's own metadata, or the first `<time>` of its text."""
    candidates = [
        str(tag.get("content") or "")
        for name in DATE_META
        for tag in soup.find_all("meta", attrs={"property": name})
        + soup.find_all("meta", attrs={"name": name})
    ]
    times = soup.find_all("time", attrs={"datetime": True}, limit=1)
    candidates.extend(str(tag["datetime"]) for tag in times)
    for text in candidates:
        found = _DAY.match(text)
        if found:
            try:
                return date.fromisoformat(found.group())
            except ValueError:
                continue
    return None
