"""Writes the elements of a page as units: headings open levels, everything else becomes units below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from tracker.locations import is_document_file
from tracker.model import UnitKind
from tracker.parsing.formulas import formula
from tracker.parsing.gpo_xml import plain, shorten
from tracker.parsing.link_targets import ARROW, absolute, target
from tracker.parsing.main_text import BLOCKS, collapse_space
from tracker.parsing.tables import Row
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import search_key

_HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
_APART = frozenset({"header", "footer", "aside", "dialog", "section", "article", "nav"})
_FRAME = frozenset({"header", "footer", "nav"})
_TODAY = re.compile(  # a clock at the head of a site
    r"(?:today(?: is|:)?\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+(?:[a-z]+\.?\s+\d{1,2}|\d{1,2}\s+[a-z]+),?\s+\d{4}"
    r"(?:,?\s+\d{1,2}:\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?(?:\s+[a-z]{2,4})?)?\.?",
    re.IGNORECASE,
)
_LINK_ONLY = 0.8  # share of a line's text: in the rest of a page such a line belongs to a menu


class PageWriter:
    """Walks elements and adds their units to `outline`.

    `place` is the path below which everything is written. With a place, the text is the rest of a page: lines
    of links only are left out, and only its links to files count.
    """

    def __init__(self, outline: UnitBuilder, url: str, *, place: str = "") -> None:
        self.outline = outline
        self.url = url
        self.root = place
        self.levels: list[tuple[int, str]] = []
        self.line: list[str] = []
        self.hrefs: list[str] = []
        self.linked = 0  # how many characters of the line are links
        self.links: list[tuple[str, str]] = []
        self.images: list[tuple[str, str]] = []
        self.framed = False  # inside the site's header or footer, whose links are its own
        self.item = ""  # `ol` or `ul`: the line is an entry of a list, whose mark the browser draws

    @property
    def place(self) -> str:
        return self.levels[-1][1] if self.levels else self.root

    def block(self, tag: Tag) -> None:
        """Write an element with everything in it."""
        if tag.name in _HEADINGS:
            self._heading(tag)
        elif tag.name == "table" and not _is_layout(tag):
            self._table(tag)
        elif self.root and tag.name in _APART:
            self.flush()
            levels, self.levels = self.levels, []  # a heading beside it is not above it
            framed, self.framed = self.framed, self.framed or tag.name in _FRAME
            self._inside(tag)
            self.flush()
            self.levels, self.framed = levels, framed
        elif tag.name in BLOCKS:
            self.flush()
            if tag.name == "li" and tag.parent is not None:
                self.item = tag.parent.name
            self._inside(tag)
            self.flush()
        else:
            self._inside(tag)

    def _inside(self, tag: Tag) -> None:
        for child in tag.children:
            if isinstance(child, Tag):
                if child.name == "a":
                    self._link(child)
                if child.name == "img":
                    self._image(child)
                if child.name == "br":
                    self.line.append(" ")
                elif child.name in BLOCKS or child.find(_is_block) is not None:
                    self.block(child)
                else:
                    self.line.append(_text(child))
                    self._inline(child)
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                self.line.append(str(child))

    def _inline(self, tag: Tag) -> None:
        """Collect the links and images inside an element of one line."""
        for link in tag.find_all("a"):
            self._link(link)
        for image in tag.find_all("img"):
            self._image(image)

    def _link(self, tag: Tag) -> None:
        href = tag.get("href")
        address = absolute(self.url, href) if isinstance(href, str) else ""
        if address:
            text = collapse_space(tag.get_text(" "))
            self.hrefs.append(address)
            if not self.framed:
                self.links.append((address, text or collapse_space(str(tag.get("title") or ""))))
            self.linked += len(text)

    def _image(self, tag: Tag) -> None:
        if tag.get("width") == "1" or tag.get("height") == "1":
            return  # a counter's tracking pixel
        source = tag.get("data-src") or tag.get("data-lazy-src") or tag.get("src")
        address = absolute(self.url, source) if isinstance(source, str) else ""
        if address:
            self.images.append((address, collapse_space(str(tag.get("alt") or ""))))

    def _heading(self, tag: Tag) -> None:
        self.flush()
        text = collapse_space(_text(tag))
        self._inline(tag)
        if not text:
            return
        rank = _HEADINGS[tag.name]
        while self.levels and self.levels[-1][0] >= rank:
            self.levels.pop()
        path = self._below(shorten(text, 100))
        path = self.outline.add(path, UnitKind.HEADING, text, len(self.levels), meta=self._meta())
        self.levels.append((rank, path))

    def flush(self) -> None:
        """End the line that is being collected."""
        text = collapse_space("".join(self.line))
        item, self.item = self.item, ""
        meta = self._meta()
        linked, self.linked = self.linked, 0
        self.line = []
        if not text:
            self.item = item  # the entry's text is still to come
            return
        if self.root and ((meta and linked >= _LINK_ONLY * len(text)) or _TODAY.fullmatch(text)):
            return
        if item:
            meta = (*meta, ("item", item))
        if linked and linked >= 0.5 * len(text):
            # An entry of a list is named by the words of its link, not by its position: news are added at the
            # top.
            path = self._below(shorten(text, 80))
            key = search_key(plain(text))
            self.outline.add(path, UnitKind.PARAGRAPH, text, len(self.levels), key=key, meta=meta)
            return
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
        base = self.outline.numbered(self.place or "Page", "Table")
        caption = tag.find("caption")
        if isinstance(caption, Tag):
            self.outline.add(base, UnitKind.HEADING, collapse_space(_text(caption)), len(self.levels))
        for line in tag.find_all("tr"):
            cells = list(line.find_all(["td", "th"], recursive=False))
            self._inline(line)
            row = Row(
                tuple(collapse_space(_text(cell)) for cell in cells),
                "head" if cells and all(c.name == "th" for c in cells) else "row",
            )
            first = next((cell for cell in row.cells if cell), "")
            meta = self._meta()
            self.linked = 0
            if row.role == "head":
                self.outline.add(
                    f"{base}{SEPARATOR}columns", UnitKind.HEADING, row.text, len(self.levels) + 1
                )
            elif first:
                path = f"{base}{SEPARATOR}{shorten(first, 80)}"
                key = search_key(plain(first))
                self.outline.add(path, UnitKind.ROW, row.text, len(self.levels) + 1, key=key, meta=meta)

    def write_targets(self) -> None:
        """Add the targets of links and images, each once: a file can be replaced under the same words."""
        links = [(address, words) for address, words in self.links if not self._is_redundant(address, words)]
        self._targets(links, UnitKind.LINK, "Links")
        if not self.root:
            self._targets(self.images, UnitKind.IMAGE, "Images")

    def _targets(self, found: list[tuple[str, str]], kind: UnitKind, name: str) -> None:
        base = f"{self.root}{SEPARATOR}{name}" if self.root else name
        seen: set[tuple[str, str]] = set()
        for address, label in found:
            where = target(address, image=kind is UnitKind.IMAGE)
            words = label or _file_name(where)
            if (words, where) in seen:
                continue
            seen.add((words, where))
            path = f"{base}{SEPARATOR}{shorten(words, 80)}"
            key = search_key(words)
            self.outline.add(path, kind, f"{words}{ARROW}{where}", 0, key=key, meta=(("href", where),))

    def _is_redundant(self, address: str, words: str) -> bool:
        """Return whether a link needs no unit of its own: it leads to a place on this page, to the address in
        its own words, or out of the rest of the page to another page.
        """
        if address.partition("#")[0] == self.url.partition("#")[0] or (words and address.endswith(words)):
            return True
        return bool(self.root) and not is_document_file(urlsplit(address).path)


def _file_name(address: str) -> str:
    path = urlsplit(address).path.rstrip("/")
    return unquote(path.rpartition("/")[2]) or address


def _is_block(tag: Tag) -> bool:
    return tag.name in BLOCKS


def _is_layout(table: Tag) -> bool:
    """Return whether a table only arranges a page: it contains another table, or one cell only."""
    return table.find("table") is not None or len(table.find_all(["td", "th"], limit=2)) < 2


def _text(tag: Tag) -> str:
    return "".join(_strings(tag))


def _strings(tag: Tag) -> Iterator[str]:
    if tag.name == "math":
        yield f" {formula(tag)} "
        return
    for child in tag.children:
        if isinstance(child, Tag):
            if child.name == "br" or child.name in BLOCKS:
                yield " "
            yield from _strings(child)
        elif _is_printed(child):
            yield str(child)


def _is_printed(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)
