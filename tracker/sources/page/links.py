"""Finds the links of a page that a source follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree, html

from tracker.errors import ParserCrashed, ReaderKilled, UnexpectedResponse
from tracker.http.address import absolute, host_port, secured
from tracker.locations import names_no_text
from tracker.model import HttpResponse
from tracker.sandbox import batches, pool
from tracker.text import fold_space
from tracker.text.encodings import UTF_8, as_utf_8, label_of

_PDF = re.compile(r"\.pdf\Z", re.IGNORECASE)
# A page without any of these links to no PDF: the letters, a character reference, an escaped letter, or another encoding.
_MAY_LINK_PDF = (b"pdf", b"&#", b"\0")
_ESCAPED_LETTER = re.compile(rb"%[4-7][046]")
_EMBEDDED = {"iframe": "src", "object": "data", "embed": "src"}  # element -> attribute
_FRAME = frozenset({"nav", "header", "footer"})
_FRAME_ROLES = frozenset({"navigation", "banner", "contentinfo", "search"})
MOST = 20_000  # addresses that a page may link to
_HOP = "\u001f"  # separates the address and the words of a stored link


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str


def link_filter(follow: str, *homes: str) -> Callable[[str], bool]:
    """Return a test for addresses that a source follows: none, those of the same `host:port` as one of `homes`,
    or those that match.
    """
    if follow == "none":
        return lambda _: False
    if follow == "same-site":
        hosts = frozenset(host_port(home) for home in homes)
        return lambda url: host_port(url) in hosts
    pattern = re.compile(follow)
    return lambda url: pattern.search(url) is not None


def followed_pattern(follow: str, *homes: str) -> str:
    """Return the same as a regular expression, for the parser of an index page; empty for none."""
    if follow == "none":
        return ""
    if follow != "same-site":
        return follow
    hosts = {host_port(home) for home in homes} - {""}
    named = "|".join(
        f"{re.escape(host)}(?::{port})?" for host, _, port in (each.rpartition(":") for each in sorted(hosts))
    )
    return rf"^https?://(?:{named})(?:[/?#]|$)"


def links_of(answer: HttpResponse, follows: Callable[[str], bool]) -> list[Link]:
    """Return the links of a page in reading order, each address once, with the words of the first link that has
    any. Raises UnexpectedResponse where they cannot be parsed: the page's links are then unknown.
    """
    found: dict[str, str] = {}
    try:
        anchors = pool.run(anchors_of, answer.body, answer.url, label_of(answer.header("content-type")))
    except (ParserCrashed, ReaderKilled) as error:
        raise UnexpectedResponse(f"its links were not read: {error.cause}", url=answer.url) from None
    for href, text in anchors:
        if href == answer.url or names_no_text(urlsplit(href).path) or not follows(href):
            continue
        if not found.get(href):
            found[href] = text
    return [Link(url, text) for url, text in found.items()]


def anchors_of(body: bytes, url: str, label: str = "") -> list[tuple[str, str]]:
    """Return the addresses that a page links to, in reading order, with the words of the first link that has
    any. `label` is the charset of the response. Raises UnexpectedResponse for a page with too many links.
    """
    found: dict[str, str] = {}
    for address, text in _anchors(as_utf_8(body, label), url):
        if not found.get(address):
            found[address] = text
        if len(found) > MOST:
            raise UnexpectedResponse(f"more than {MOST:,} links", url=url)
    return list(found.items())


def files_of(body: bytes, url: str, label: str = "") -> list[tuple[str, str]]:
    """Return address and words of each PDF that a page links to or embeds outside of menus, headers and
    footers, in reading order.
    """
    tree = _tree(as_utf_8(body, label))
    if tree is None:
        return []
    found = []
    for element, address in _addressed(tree, url, embedded=True):
        above = (element, *element.iterancestors())
        is_pdf = _PDF.search(urlsplit(address).path) or element.get("type") == "application/pdf"
        if is_pdf and not any(_is_frame(each) for each in above):
            found.append(
                (address, _words(element) or element.get("title") or element.get("aria-label") or "")
            )
    return found


def surveyed(answer: HttpResponse) -> tuple[str, list[tuple[str, str]]]:
    """Return the outline of a page (`text.page_outline`) and its PDF files (`files_of`), both found by a worker in one
    pass. Raises like `sandbox.pool.run`.
    """
    page = (answer.body, answer.url, label_of(answer.header("content-type")))
    return batches.run(survey, page, len(answer.body))


def survey(pages: Sequence[tuple[bytes, str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Do the work of `surveyed` in this process, for body, address and charset of several pages."""
    from tracker.text.page_outline import outline

    return [
        (outline(body, url, label), files_of(body, url, label) if _may_link_pdf(body) else [])
        for body, url, label in pages
    ]


def _may_link_pdf(body: bytes) -> bool:
    # Each of these searches takes a tenth of the time of one pattern that ignores the case.
    small = body.lower()
    return any(sign in small for sign in _MAY_LINK_PDF) or _ESCAPED_LETTER.search(body) is not None


def _is_frame(element: html.HtmlElement) -> bool:
    return element.tag in _FRAME or element.get("role") in _FRAME_ROLES


def _anchors(body: bytes, url: str) -> Iterator[tuple[str, str]]:
    tree = _tree(body)
    if tree is not None:
        for element, address in _addressed(tree, url):
            yield address, _words(element)


def _tree(body: bytes) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(
            body, parser=html.HTMLParser(no_network=True, recover=True, encoding=UTF_8)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None  # a page without any element has no links; its parser decides whether that is valid


def _addressed(
    tree: html.HtmlElement, url: str, *, embedded: bool = False
) -> Iterator[tuple[html.HtmlElement, str]]:
    base = url
    for element in tree.iter("base"):
        base = absolute(url, element.get("href") or "") or url
        break
    for element in tree.iter("a", "area", *(_EMBEDDED if embedded else ())):
        href = element.get(_EMBEDDED.get(str(element.tag), "href"))
        if not href or href.startswith("#"):
            continue
        address = secured(url, absolute(base, href))
        if address:
            yield element, address


def _words(element: html.HtmlElement) -> str:
    return fold_space(" ".join(str(piece) for piece in element.itertext()))[:300]


def serialize_links(links: list[Link]) -> str:
    """Return links as one text, for the cursor."""
    return "\n".join(f"{link.url}{_HOP}{link.text}" for link in links)


def deserialize_links(text: str) -> list[Link]:
    return [Link(*line.split(_HOP, 1)) for line in text.split("\n") if _HOP in line]
