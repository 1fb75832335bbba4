"""Checks that a response is what was requested. A bot wall, a maintenance page or half a body often has
status 200, and must never be read as "no content"."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from tracker.encodings import decoded, label_of
from tracker.errors import AccessDenied, ReaderKilled, UnexpectedResponse
from tracker.model import HttpResponse
from tracker.safe_xml import NotXmlError, parse_root
from tracker.sandbox import pool
from tracker.text import canonical_json, fold_space

_TITLE = re.compile(r"<title[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
# Titles of bot walls: the Federal Register's own, then those of common products.
_WALLS = re.compile(
    r"(.* :: )?request access|.*\bcaptcha\b.*|just a moment\W*|attention required\W.*|access denied.*|"
    r"are you (a )?(human|robot).*|robot check|pardon our interruption\W*|security check|.*unusual traffic.*",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"maintenance|temporarily unavailable|service unavailable|application error|be right back|site is down|"
    r"technical difficulties|error occurred",
    re.IGNORECASE,
)
_SMALL = 8_000  # bytes: a notice that the site is away is short, a notice about maintenance is a whole page


def html_title(body: bytes, label: str = "") -> str:
    """The title of a page, from its first 20 kB; "" where it has none. `label` is the charset that came with it."""
    found = _TITLE.search(decoded(body[:20_000], label))
    return fold_space(found.group(1)) if found else ""


def _title_of(answer: HttpResponse) -> str:
    return html_title(answer.body, label_of(answer.header("content-type")))


def check_no_wall(answer: HttpResponse) -> None:
    """Raises AccessDenied where the response is a bot wall."""
    title = _title_of(answer)
    if _WALLS.fullmatch(title):
        raise AccessDenied(
            f"a wall against robots: a page titled {title!r}",
            cure="ask the site to admit us, or use another channel",
            url=answer.url,
            status=answer.status,
        )


def check_page(answer: HttpResponse) -> None:
    """Raises AccessDenied for a wall, UnexpectedResponse for an empty page and for a maintenance page."""
    if not answer.body.strip():
        raise UnexpectedResponse("an empty page", url=answer.url, status=answer.status)
    check_no_wall(answer)
    if len(answer.body) < _SMALL and _AWAY.search(title := _title_of(answer)):
        raise UnexpectedResponse(
            f"the site is away: a page titled {title!r}", url=answer.url, status=answer.status
        )


def json_object(answer: HttpResponse) -> dict[str, Any]:
    """The JSON object in a response. Raises AccessDenied for a wall, UnexpectedResponse for anything else."""
    head = answer.body[:200].lstrip()
    if head[:1] != b"{":
        if head[:1] == b"<":
            check_no_wall(answer)
            raise UnexpectedResponse(
                f"HTML where JSON should be: a page titled {_title_of(answer)!r}",
                url=answer.url,
                status=answer.status,
            )
        raise UnexpectedResponse(
            f"no JSON object: {answer.body[:80]!r}" if head else "an empty body where JSON should be",
            url=answer.url,
            status=answer.status,
        )
    try:
        found = canonical_json(answer.body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse(
            f"JSON that does not read: {error}", url=answer.url, status=answer.status
        ) from None
    assert isinstance(found, dict)
    return found


def xml_root(answer: HttpResponse) -> etree._Element:
    """The root of an XML answer. Raises AccessDenied for a wall, UnexpectedResponse for HTML and for XML that is cut off."""
    head = answer.body[:1000].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        check_no_wall(answer)
        raise UnexpectedResponse(
            f"HTML where XML should be: a page titled {_title_of(answer)!r}",
            url=answer.url,
            status=answer.status,
        )
    try:
        return parse_root(answer.body, label_of(answer.header("content-type")))
    except NotXmlError as error:
        raise UnexpectedResponse(
            f"XML that does not read to its end: {error}", url=answer.url, status=answer.status
        ) from None


def check_xml(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """The root's name and attributes of XML that reads to its end, seen by a worker. Raises AccessDenied, UnexpectedResponse, which
    is also said where the worker was ended from outside; ParserCrashed when the XML breaks its reader."""
    try:
        return pool.run(root_tag, answer)
    except ReaderKilled as error:
        raise UnexpectedResponse(
            f"not checked: {error.cause}", url=answer.url, status=answer.status
        ) from None


def root_tag(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """What `check_xml` gives, seen here."""
    root = xml_root(answer)
    return str(root.tag), {str(name): str(value) for name, value in root.attrib.items()}
