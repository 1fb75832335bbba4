"""Checks that a response is what was requested. A bot wall, a maintenance page or half a body often has
status 200, and must never be read as "no content"."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from tracker.errors import AccessDenied, ReaderKilled, UnexpectedResponse
from tracker.model import HttpResponse
from tracker.sandbox import pool
from tracker.text import canonical_json, fold_space
from tracker.text.encodings import decoded, label_of
from tracker.text.safe_xml import NotXmlError, parse_root

_TITLE = re.compile(r"<title[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
# Whole titles of pages that block access: the Federal Register's own, then those of common gatekeepers. A title
# that merely contains such words ("Access Denied Orders") is a page's own.
_WALLS = re.compile(
    r"request access|(?:(?:please )?(?:complete|solve|enter) the )?captcha(?: (?:check|challenge|verification|required|to continue))*|"
    r"just a moment|attention required|access denied|"
    r"are you (?:a )?(?:human|robot).*|robot check|pardon our interruption|security check|.*unusual traffic.*",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:(?:site|scheduled|system|website|planned|emergency|under|down for|routine|undergoing) )+maintenance(?: (?:mode|page|notice|in progress))?|"
    r"maintenance mode|(?:\d{3} ?[-–:]? ?)?(?:(?:the |this )?(?:site|service|page|website) )?(?:is )?(?:temporarily |currently )?unavailable|"
    r"application error|(?:we.ll )?be (?:right )?back(?: soon)?|(?:the |this )?site is down(?: for maintenance)?|"
    r"(?:we.re )?(?:experiencing )?technical difficulties|(?:an? )?(?:unexpected )?error (?:has )?occurred",
    re.IGNORECASE,
)
_PARTS = re.compile(r" (?:\||-|–|—|::|») ")  # between the page's own title and the site's name
_NO_TEXT = re.compile(
    rb"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_MOST_TEXT = 2_500  # bytes of text including the site's own frame: a wall or a notice has no more
_LOOKED_AT = 200_000  # bytes


def html_title(body: bytes, label: str = "") -> str:
    """Return the title of a page, from its first 20 kB; "" where it has none. `label` is the charset of the
    response.
    """
    found = _TITLE.search(decoded(body[:20_000], label))
    return fold_space(found.group(1)) if found else ""


def _title_of(answer: HttpResponse) -> str:
    return html_title(answer.body, label_of(answer.header("content-type")))


def _is_titled(title: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(part.strip(" .!…:?")) for part in _PARTS.split(title))


def _has_little_text(body: bytes) -> bool:
    """Return whether a page has little text besides a notice."""
    text = _NO_TEXT.sub(b" ", body[:_LOOKED_AT])
    return len(b" ".join(text.split())) <= _MOST_TEXT


def check_no_wall(answer: HttpResponse) -> None:
    """Raise AccessDenied where the response is a bot wall."""
    title = _title_of(answer)
    if _is_titled(title, _WALLS) and _has_little_text(answer.body):
        raise AccessDenied(
            f"a bot wall: a page titled {title!r}",
            cure="ask the site to admit this program, or use another source",
            url=answer.url,
            status=answer.status,
        )


def check_page(answer: HttpResponse) -> None:
    """Raise AccessDenied for a wall, UnexpectedResponse for an empty page and for a maintenance page."""
    if not answer.body.strip():
        raise UnexpectedResponse("an empty page", url=answer.url, status=answer.status)
    check_no_wall(answer)
    title = _title_of(answer)
    if _is_titled(title, _AWAY) and _has_little_text(answer.body):
        raise UnexpectedResponse(
            f"the site is unavailable: a page titled {title!r}", url=answer.url, status=answer.status
        )


def json_object(answer: HttpResponse) -> dict[str, Any]:
    """Return the JSON object in a response. Raises AccessDenied for a wall, UnexpectedResponse for anything
    else.
    """
    head = answer.body[:200].lstrip()
    if head[:1] != b"{":
        if head[:1] == b"<":
            check_no_wall(answer)
            raise UnexpectedResponse(
                f"HTML instead of JSON: a page titled {_title_of(answer)!r}",
                url=answer.url,
                status=answer.status,
            )
        raise UnexpectedResponse(
            f"no JSON object: {answer.body[:80]!r}" if head else "an empty body instead of JSON",
            url=answer.url,
            status=answer.status,
        )
    try:
        found = canonical_json(answer.body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse(f"invalid JSON: {error}", url=answer.url, status=answer.status) from None
    assert isinstance(found, dict)
    return found


def xml_root(answer: HttpResponse) -> etree._Element:
    """Return the root of an XML response. Raises AccessDenied for a wall, UnexpectedResponse for HTML and for
    truncated XML.
    """
    head = answer.body[:1000].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        check_no_wall(answer)
        raise UnexpectedResponse(
            f"HTML instead of XML: a page titled {_title_of(answer)!r}",
            url=answer.url,
            status=answer.status,
        )
    try:
        return parse_root(answer.body, label_of(answer.header("content-type")))
    except NotXmlError as error:
        raise UnexpectedResponse(
            f"invalid or truncated XML: {error}", url=answer.url, status=answer.status
        ) from None


def check_xml(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """Return name and attributes of the root of complete XML, parsed by a worker. Raises AccessDenied,
    UnexpectedResponse (also where something outside ended the worker), and ParserCrashed when the XML
    crashes its parser.
    """
    try:
        return pool.run(root_tag, answer)
    except ReaderKilled as error:
        raise UnexpectedResponse(
            f"not checked: {error.cause}", url=answer.url, status=answer.status
        ) from None


def root_tag(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """Do the work of `check_xml` in this process."""
    root = xml_root(answer)
    return str(root.tag), {str(name): str(value) for name, value in root.attrib.items()}
