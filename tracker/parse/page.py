"""A web page as units by heading: its main text, tables by row, list entries by name, links kept."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from tracker.encodings import UTF_8, as_utf_8
from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parse.address import without
from tracker.parse.main_text import BLOCKS, folded, main_text, selected
from tracker.parse.markup import plain, shorten
from tracker.parse.outline import SEPARATOR, Outline
from tracker.parse.raised import write_html_scripts
from tracker.parse.tables import Row
from tracker.text import search_form

MAX_BYTES = 30_000_000
MAX_DEPTH = 200  # html nested deeper than this is an attack, not a page

_NEVER = [
    "script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "head", "input", "select", "button",
]  # fmt: skip
_HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SESSION = re.compile(r"(?:jsessionid|phpsessid|sid|sessionid|utm_\w+|_ga|cb|nonce)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """`links` are the absolute addresses in the main text, in order, with their words."""

    title: str
    units: tuple[Unit, ...]
    published: date | None
    links: tuple[tuple[str, str], ...]


def read_page(data: bytes, url: str, *, content: str = "", label: str = "") -> Page:
    """Reads a page's main text: what the CSS selector `content` takes, or, without one, what is found.
    `label` is the charset that came with the bytes.

    Raises ParseError when a selector is wrong or matches nothing, when there is no HTML in `data`, or
    when it is nested without end.
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
    for tag in soup(_NEVER):
        tag.decompose()
    write_html_scripts(soup)
    roots = selected(soup, content, url) if content else [main_text(soup)]
    outline = Outline()
    writer = _Writer(outline, url)
    for root in roots:
        writer.block(root)
    writer.flush()
    heading = next((unit.text for unit in outline.units if unit.kind is UnitKind.HEADING), "")
    return Page(title or heading, tuple(outline.units), published, tuple(dict.fromkeys(writer.links)))


def _depth(soup: BeautifulSoup) -> int:
    """How deep the elements are nested, without walking into them by recursion."""
    depths: dict[int, int] = {}
    deepest = 0
    for tag in soup.find_all(True):
        depth = depths.get(id(tag.parent), 0) + 1
        depths[id(tag)] = depth
        deepest = max(deepest, depth)
    return deepest


def _title(soup: BeautifulSoup) -> str:
    for name, attribute in (("property", "og:title"), ("name", "dcterms.title")):
        tag = soup.find("meta", attrs={name: attribute})
        if isinstance(tag, Tag) and (text := folded(str(tag.get("content") or ""))):
            return text
    tag = soup.find("h1")
    if isinstance(tag, Tag) and (text := folded(tag.get_text(" "))):
        return text
    tag = soup.find("title")
    return folded(tag.get_text()) if isinstance(tag, Tag) else ""


def _published(soup: BeautifulSoup) -> date | None:
    """The day that the page's own metadata give, or the first `<time>` of its text."""
    candidates = [
        str(tag.get("content") or "")
        for name in ("article:published_time", "dcterms.date", "dcterms.issued", "date", "publish-date")
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


class _Writer:
    """Walks the main text: headings open levels, everything else becomes units below them."""

    def __init__(self, outline: Outline, url: str) -> None:
        self.outline = outline
        self.url = url
        self.levels: list[tuple[int, str]] = []
        self.line: list[str] = []
        self.hrefs: list[str] = []
        self.linked = 0  # how many characters of the line are links
        self.links: list[tuple[str, str]] = []

    @property
    def place(self) -> str:
        return self.levels[-1][1] if self.levels else ""

    def block(self, tag: Tag) -> None:
        """Writes an element with all that is in it."""
        if tag.name in _HEADINGS:
            self._heading(tag)
        elif tag.name == "table" and not _is_layout(tag):
            self._table(tag)
        elif tag.name in BLOCKS:
            self.flush()
            self._inside(tag)
            self.flush()
        else:
            self._inside(tag)

    def _inside(self, tag: Tag) -> None:
        for child in tag.children:
            if isinstance(child, Tag):
                if child.name == "a":
                    self._link(child)
                if child.name == "br":
                    self.line.append(" ")
                elif child.name in BLOCKS or child.find(_is_block) is not None:
                    self.block(child)
                else:
                    self.line.append(_text(child))
                    for link in child.find_all("a"):
                        self._link(link)
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                self.line.append(str(child))

    def _link(self, tag: Tag) -> None:
        href = tag.get("href")
        if not isinstance(href, str) or href.startswith(("#", "javascript:", "mailto:", "tel:")):
            return
        try:
            address = without(urljoin(self.url, href.strip()), _is_session)
            scheme = urlsplit(address).scheme
        except ValueError:
            return
        if scheme in ("http", "https"):
            text = folded(tag.get_text(" "))
            self.hrefs.append(address)
            self.links.append((address, text))
            self.linked += len(text)

    def _heading(self, tag: Tag) -> None:
        self.flush()
        text = folded(_text(tag))
        for link in tag.find_all("a"):
            self._link(link)
        if not text:
            return
        rank = _HEADINGS[tag.name]
        while self.levels and self.levels[-1][0] >= rank:
            self.levels.pop()
        path = self._below(shorten(text, 100))
        path = self.outline.add(path, UnitKind.HEADING, text, len(self.levels), meta=self._meta())
        self.levels.append((rank, path))

    def flush(self) -> None:
        """Ends the line that is being collected."""
        text = folded("".join(self.line))
        meta = self._meta()
        self.line = []
        if not text:
            return
        if meta and self.linked >= 0.5 * len(text):
            # An entry of a list is known by the words of its link, not by its place: news go on top.
            path = self._below(shorten(text, 80))
            key = search_form(plain(text))
            self.outline.add(path, UnitKind.PARAGRAPH, text, len(self.levels), key=key, meta=meta)
            self.linked = 0
            return
        self.linked = 0
        path = self.outline.numbered(self.place, "¶").strip()
        self.outline.add(path, UnitKind.PARAGRAPH, text, len(self.levels), meta=meta)

    def _meta(self) -> tuple[tuple[str, str], ...]:
        meta = tuple(("href", href) for href in dict.fromkeys(self.hrefs))
        self.hrefs = []
        return meta

    def _below(self, name: str) -> str:
        return f"{self.place}{SEPARATOR}{name}" if self.place else name

    def _table(self, tag: Tag) -> None:
        self.flush()
        base = (
            self.outline.numbered(self.place, "Table")
            if self.place
            else self.outline.numbered("Page", "Table")
        )
        caption = tag.find("caption")
        if isinstance(caption, Tag):
            self.outline.add(base, UnitKind.HEADING, folded(_text(caption)), len(self.levels))
        for line in tag.find_all("tr"):
            cells = list(line.find_all(["td", "th"], recursive=False))
            for link in line.find_all("a"):
                self._link(link)
            row = Row(
                tuple(folded(_text(cell)) for cell in cells),
                "head" if cells and all(c.name == "th" for c in cells) else "row",
            )
            first = next((cell for cell in row.cells if cell), "")
            meta = self._meta()
            if row.role == "head":
                self.outline.add(
                    f"{base}{SEPARATOR}columns", UnitKind.HEADING, row.text, len(self.levels) + 1
                )
            elif first:
                path = f"{base}{SEPARATOR}{shorten(first, 80)}"
                key = search_form(plain(first))
                self.outline.add(path, UnitKind.ROW, row.text, len(self.levels) + 1, key=key, meta=meta)


def _is_block(tag: Tag) -> bool:
    return tag.name in BLOCKS


def _is_layout(table: Tag) -> bool:
    """A table that holds another, or one cell alone, only arranges a page."""
    return table.find("table") is not None or len(table.find_all(["td", "th"], limit=2)) < 2


def _text(tag: Tag) -> str:
    return "".join(_strings(tag))


def _strings(tag: Tag) -> Iterator[str]:
    for child in tag.descendants:
        if isinstance(child, Tag):
            if child.name == "br" or child.name in BLOCKS:
                yield " "
        elif _is_printed(child):
            yield str(child)


def _is_printed(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)


def _is_session(name: str) -> bool:
    return _SESSION.match(name) is not None
